"""What citizens gave and what staff did cannot be edited, by any way that a database offers."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from datetime import date
from typing import Any, Final, cast

import pytest
from sqlalchemy import Table, delete, func, insert, select, text, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from portal.domain.errors import Conflict
from portal.domain.rating import COUNTED
from portal.services import Portal
from portal.storage import audit, periods, responses, signing_keys, snapshots
from portal.storage.periods import ClosedRow
from portal.storage.signing_keys import KeyRow
from portal.storage.tables import APPEND_ONLY, Base, Certificate
from tests.clock import START
from tests.government import small

MARCH, FEBRUARY = date(2026, 3, 1), date(2026, 2, 1)
RETENTION: Final = {"kind": "retention", "reason": "test", "opened_at": START, "closed_at": None}
REHEARSAL: Final = {**RETENTION, "kind": "rehearsal", "month": None}
OF_CITIZENS: Final = ("verdicts", "attributions", "ballots", "responses")  # children before what they refer to

tables = pytest.mark.parametrize("name", APPEND_ONLY)


@pytest.fixture
def portal(portal: Portal) -> Portal:
    """A Portal with one row in each append-only table, of March 2026."""
    government = small(portal)
    response_id = government.response_id(government.tap("1A"))
    with portal.begin() as session:
        responses.append_verdict(session, response_id, 1, COUNTED)
        audit.append(session, at=START, actor="operator", act="act", detail={"n": 1})
        _close(session)
    return portal


def _close(session: Session) -> None:
    """Close February, with a sheet and a snapshot."""
    periods.append_closed(session, ClosedRow("2026-02", "month", FEBRUARY, date(2026, 2, 28), START, shadow=False))
    sheet = {"body": {}, "withheld": {}, "hash": bytes(32)}
    snapshots.append_sheet(session, period_code="2026-02", version=1, instrument="petugas@1", **sheet)
    signing_keys.append_key(session, KeyRow("key", bytes(32), b"sealed", START, None))
    columns = {"period_code": "2026-02", "version": 2, "signed_at": START, "key_code": "key", "reason": "test"}
    snapshots.append_snapshot(session, [], **columns, previous_hash=bytes(32), hash=bytes(32), jws=b"jws")


def table_of(name: str) -> Table:
    return Base.metadata.tables[name]


def row_of(portal: Portal, name: str) -> dict[str, Any]:
    with portal.read() as session:
        return dict(session.execute(select(table_of(name))).one()._mapping)  # noqa: SLF001 - the documented way to read by name


def other(value: object) -> object:
    """Return another value of the same type."""
    if value is None or value == COUNTED:
        return "held:Q3"
    changed: dict[type, Any] = {
        bytes: lambda v: bytes([v[0] ^ 1]) + v[1:],
        int: lambda v: v + 1,
        str: lambda v: v + "x",
        dict: lambda v: {**v, "x": 1},
        date: lambda v: v.replace(day=1),
        type(START): lambda v: v.replace(year=2000),
    }
    return cast("object", changed[type(value)](value))


def execute(portal: Portal, statement: Any) -> None:  # noqa: ANN401 - any statement
    with portal.begin() as session:
        session.execute(statement)


def count(portal: Portal, name: str) -> int:
    with portal.read() as session:
        return session.execute(select(func.count()).select_from(table_of(name))).scalar_one()


def permit(portal: Portal, **certificate: object) -> None:
    execute(portal, insert(Certificate).values({**RETENTION, **certificate}))


def clear(portal: Portal) -> None:
    with portal.begin() as session:
        for name in OF_CITIZENS:
            session.execute(delete(table_of(name)))


@tables
def test_an_update_of_any_column_is_refused(portal: Portal, name: str) -> None:
    before = row_of(portal, name)
    assert set(before) == set(table_of(name).c.keys())
    for column, value in before.items():
        key = {"service_id": 1, "officer_id": 2}.get(column, other(value))
        with pytest.raises(DBAPIError, match="append-only"):
            execute(portal, update(table_of(name)).values({column: key}))
    assert row_of(portal, name) == before


@tables
def test_an_update_that_changes_nothing_passes(portal: Portal, name: str) -> None:
    before = row_of(portal, name)
    execute(portal, update(table_of(name)).values({column.name: column for column in table_of(name).c}))
    assert row_of(portal, name) == before


def replacing(portal: Portal, name: str) -> None:
    """Put another row in the place of the one with this key, as the database at hand would do it."""
    row = row_of(portal, name)
    last = [column for column in row if column not in table_of(name).primary_key.columns][-1]
    changed: Mapping[str, object] = {**row, last: other(row[last])}
    with portal.begin() as session:
        if session.get_bind().dialect.name == "sqlite":
            session.execute(insert(table_of(name)).prefix_with("OR REPLACE").values(changed))
        else:
            statement = postgresql.insert(table_of(name)).values(changed)
            key = list(table_of(name).primary_key.columns)
            session.execute(statement.on_conflict_do_update(index_elements=key, set_={last: statement.excluded[last]}))


@tables
@pytest.mark.parametrize("certificate", [None, REHEARSAL])
def test_putting_another_row_in_the_place_of_one_is_refused_certificate_or_not(
    portal: Portal, name: str, certificate: dict[str, object] | None
) -> None:
    if certificate:
        permit(portal, **certificate)
    before = row_of(portal, name)
    with pytest.raises((Conflict, DBAPIError), match=r"append-only|conflict"):
        replacing(portal, name)
    assert row_of(portal, name) == before


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
@tables
def test_truncate_is_refused_certificate_or_not(portal: Portal, name: str) -> None:
    permit(portal, **REHEARSAL)
    with pytest.raises(DBAPIError, match="append-only"):
        execute(portal, text(f"TRUNCATE {name} CASCADE"))
    assert count(portal, name) == 1


@tables
def test_a_delete_without_a_certificate_is_refused(portal: Portal, name: str) -> None:
    with pytest.raises(DBAPIError, match="append-only"):
        execute(portal, delete(table_of(name)))
    assert count(portal, name) == 1


@pytest.mark.parametrize("certificate", [{"month": FEBRUARY}, {"month": MARCH, "closed_at": START}])
@pytest.mark.parametrize("name", OF_CITIZENS)
def test_a_certificate_of_another_month_or_one_that_is_closed_permits_nothing(
    portal: Portal, name: str, certificate: dict[str, object]
) -> None:
    permit(portal, **certificate)
    with pytest.raises(DBAPIError, match="append-only"):
        execute(portal, delete(table_of(name)))


@pytest.mark.parametrize("certificate", [{"month": MARCH}, REHEARSAL])
def test_an_open_certificate_of_the_month_or_of_the_rehearsal_permits_deleting(
    portal: Portal, certificate: dict[str, object]
) -> None:
    permit(portal, **certificate)
    clear(portal)
    assert [count(portal, name) for name in OF_CITIZENS] == [0, 0, 0, 0]


@pytest.mark.parametrize("certificate", [{"month": MARCH}, REHEARSAL])
def test_no_certificate_permits_deleting_from_the_audit_log(portal: Portal, certificate: dict[str, object]) -> None:
    permit(portal, **certificate)
    with pytest.raises(DBAPIError, match="append-only"):
        execute(portal, delete(table_of("audit")))


@pytest.mark.parametrize("bad", [{"kind": "retention", "month": None}, {"kind": "rehearsal", "month": MARCH}])
def test_a_certificate_names_a_month_for_retention_only(portal: Portal, bad: dict[str, object]) -> None:
    with pytest.raises(DBAPIError, match="ck_certificates_month"):
        permit(portal, **bad)


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
def test_a_forged_certificate_in_another_schema_permits_nothing(portal: Portal) -> None:
    with portal.begin() as session:
        session.execute(text("CREATE SCHEMA forged"))
        session.execute(text("CREATE TABLE forged.certificates AS SELECT * FROM certificates"))
        session.execute(text("INSERT INTO forged.certificates (kind) VALUES ('rehearsal')"))
        session.execute(text("SET LOCAL search_path = forged"))
        with pytest.raises(DBAPIError, match="append-only"):
            session.execute(text("DELETE FROM public.verdicts"))


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_replace_is_refused_on_a_connection_that_no_one_prepared(portal: Portal) -> None:
    with portal.read() as session:
        file = session.connection().engine.url.database
    assert file
    with closing(sqlite3.connect(file)) as raw, pytest.raises(sqlite3.IntegrityError, match="append-only"):
        raw.execute("REPLACE INTO verdicts SELECT response_id, revision, 'held:Q3' FROM verdicts")
