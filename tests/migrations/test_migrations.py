"""Migrations: numbered revisions in one line, each up, down and up again, ending at the tables of this version."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, MetaData, insert, inspect, select, text

from portal import app as composition
from portal.services.publish.release import release
from portal.services.rebuild import check_tallies
from portal.settings import Settings
from portal.storage import migrate
from portal.storage.database import make_engine
from portal.storage.tables import APPEND_ONLY, Base, Progress
from tests.clock import Clock
from tests.government import without_officers

REVISIONS = sorted(file.stem for file in (migrate.MIGRATIONS / "versions").glob("*.py"))
NUMBERS = [name[:4] for name in REVISIONS]
BASE = "base"


@pytest.fixture
def engine(empty_database_url: str) -> Iterator[Engine]:
    engine = make_engine(empty_database_url, connections=1)
    yield engine
    engine.dispose()


def upgrade(engine: Engine, revision: str = "head") -> None:
    with engine.connect() as connection:
        migrate.upgrade(connection, revision)
        connection.commit()


def downgrade(engine: Engine, revision: str) -> None:
    with engine.connect() as connection:
        migrate.downgrade(connection, revision)
        connection.commit()


def objects(connection: Connection, schema: str | None = None) -> set[tuple[str, str]]:
    """List every table, index, trigger and function that is ours."""
    if connection.dialect.name == "sqlite":
        rows = connection.execute(text("SELECT type, name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'"))
    else:
        rows = connection.execute(
            text("""
                SELECT 'class ' || relkind::text, relname::text FROM pg_class JOIN pg_namespace n
                ON n.oid = relnamespace WHERE nspname = :schema
                UNION ALL
                SELECT 'function', proname::text FROM pg_proc JOIN pg_namespace n ON n.oid = pronamespace
                WHERE nspname = :schema
                UNION ALL
                SELECT 'trigger', relname::text || '.' || tgname FROM pg_trigger JOIN pg_class c ON c.oid = tgrelid
                JOIN pg_namespace n ON n.oid = relnamespace WHERE nspname = :schema AND NOT tgisinternal
            """),
            {"schema": schema or "public"},
        )
    return {(kind, name) for kind, name in rows if not name.startswith("alembic_version")}


def columns(connection: Connection) -> dict[str, list[str]]:
    """Return every column as the database describes it."""
    inspector = inspect(connection)
    return {
        table: sorted(f"{column['name']} {column['type']!r} {column['nullable']}" for column in found)
        for (_, table), found in inspector.get_multi_columns().items()
        if table != "alembic_version"
    }


def test_revisions_are_numbered_without_a_gap_and_end_in_one_head() -> None:
    assert [int(number) for number in NUMBERS] == list(range(1, len(NUMBERS) + 1))
    assert all(re.fullmatch(r"\d{4}_[a-z0-9_]+", name) for name in REVISIONS)
    config = Config()
    config.set_main_option("script_location", str(migrate.MIGRATIONS))
    config.set_main_option("path_separator", "os")
    scripts = ScriptDirectory.from_config(config)
    assert scripts.get_heads() == [NUMBERS[-1]]
    lineage = {script.revision: (script.down_revision, Path(script.path).stem) for script in scripts.walk_revisions()}
    below: list[str | None] = [None, *NUMBERS[:-1]]
    assert lineage == dict(zip(NUMBERS, zip(below, REVISIONS, strict=True), strict=True))


def test_the_head_has_exactly_the_tables_of_this_version(engine: Engine) -> None:
    upgrade(engine)
    with engine.connect() as connection:
        options = {"compare_type": True, "compare_server_default": True}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, Base.metadata) == []
        assert migrate.is_at_head(connection)


def test_the_head_has_exactly_the_checks_of_this_version(engine: Engine) -> None:
    upgrade(engine)
    with engine.connect() as connection:
        found = {
            table: {check["name"] for check in checks}
            for (_, table), checks in inspect(connection).get_multi_check_constraints().items()
        }
    for table in Base.metadata.sorted_tables:
        wanted = {str(check.name) for check in table.constraints if type(check).__name__ == "CheckConstraint"}
        assert found[table.name] == wanted, table.name


def test_every_revision_goes_up_and_down_and_up_again(engine: Engine) -> None:
    for below, revision in zip([BASE, *NUMBERS], NUMBERS, strict=False):
        with engine.connect() as connection:
            before = objects(connection), columns(connection)
        upgrade(engine, revision)
        with engine.connect() as connection:
            after = objects(connection), columns(connection)
            assert migrate.is_at_head(connection) == (revision == NUMBERS[-1])
        downgrade(engine, below)
        with engine.connect() as connection:
            assert (objects(connection), columns(connection)) == before
        upgrade(engine, revision)
        with engine.connect() as connection:
            assert (objects(connection), columns(connection)) == after


def test_all_the_way_down_leaves_nothing(engine: Engine) -> None:
    upgrade(engine)
    downgrade(engine, BASE)
    with engine.connect() as connection:
        assert objects(connection) == set()


ROWS: dict[str, dict[str, Any]] = {
    "units": {"id": 1, "unit_code": "U", "name": "Unit Contoh", "path": "1"},
    "counters": {
        "id": 1,
        "counter_code": "L",
        "public_code": "0000001",
        "unit_id": 1,
        "name": "Loket",
        "channel": "loket",
    },
    "responses": {
        "id": bytes(16),
        "counter_id": 1,
        "unit_id": 1,
        "channel": "loket",
        "evidence": "open",
        "language": "id",
        "given_on": date(2026, 3, 3),
        "day_part": "pagi",
        "received_on": date(2026, 3, 3),
        "counts_on": date(2026, 3, 3),
    },
    "ballots": {"response_id": bytes(16), "instrument": "quick@1", "revision": 1, "answers": {"LAYANAN": 4}},
    "attributions": {"response_id": bytes(16), "revision": 1, "service_basis": "none", "officer_basis": "none"},
    "verdicts": {"response_id": bytes(16), "revision": 1, "state": "counted"},
    "audit": {
        "id": 1,
        "at": datetime(2026, 3, 3, tzinfo=UTC),
        "actor": "operator",
        "act": "act",
        "detail": {"n": 1},
        "previous_hash": bytes(32),
        "hash": bytes([1]) * 32,
    },
}


def rows(connection: Connection) -> dict[str, dict[str, Any]]:
    """Read back what was put in, by whatever columns the tables have now."""
    found = {}
    for name, put in ROWS.items():
        metadata = MetaData()
        metadata.reflect(connection, only=[name], resolve_fks=False)
        [row] = connection.execute(select(metadata.tables[name])).mappings()
        found[name] = {column: row[column] for column in put}
    return found


def test_upgrading_keeps_the_data_and_so_does_going_back(engine: Engine) -> None:
    upgrade(engine, NUMBERS[0])
    with engine.connect() as connection:
        metadata = MetaData()
        metadata.reflect(connection, only=list(ROWS))
        for name, row in ROWS.items():
            connection.execute(insert(metadata.tables[name]).values(row))
        connection.commit()
        before = rows(connection)
    upgrade(engine)
    with engine.connect() as connection:
        assert rows(connection) == before
    downgrade(engine, NUMBERS[0])
    with engine.connect() as connection:
        assert rows(connection) == before


def test_a_realisation_kept_with_its_indicator_becomes_an_entry_of_its_progress_and_goes_back(engine: Engine) -> None:
    told = {"realisation": "410.5", "as_of": date(2026, 2, 28), "source": "Aplikasi contoh", "link": None}
    named = {"unit_id": 1, "name": "Berkas", "unit_of_measure": "berkas", "kind": "waktu", "period_code": "2026-S1"}
    upgrade(engine, "0003")
    with engine.connect() as connection:
        metadata = MetaData()
        metadata.reflect(connection, only=["units", "indicators"])
        connection.execute(insert(metadata.tables["units"]).values(ROWS["units"]))
        indicators = metadata.tables["indicators"]
        connection.execute(insert(indicators).values(id=1, indicator_code="I1", **named, **told))
        connection.execute(insert(indicators).values(id=2, indicator_code="I2", **named))
        connection.commit()
    upgrade(engine)
    with engine.connect() as connection:
        [entry] = connection.execute(select(Progress)).mappings()
        assert (entry["indicator_id"], entry["value"], entry["as_of"]) == (1, "410.5", date(2026, 2, 28))
        assert (entry["source"], entry["link"], entry["entered_by"]) == ("Aplikasi contoh", None, "workbook")
        later = {"as_of": date(2026, 3, 31), "value": "500", "entered_by": "kepala", "source": "Catatan"}
        connection.execute(insert(Progress).values(indicator_id=1, entered_at=entry["entered_at"], **later))
        connection.commit()
    downgrade(engine, "0003")
    with engine.connect() as connection:
        back = {row["id"]: row for row in connection.execute(select(indicators)).mappings()}
        assert (back[1]["realisation"], back[1]["as_of"], back[1]["source"]) == ("500", date(2026, 3, 31), "Catatan")
        assert (back[2]["realisation"], back[2]["as_of"]) == (None, None)


def test_migrating_twice_changes_nothing(engine: Engine, empty_database_url: str) -> None:
    composition.migrate(empty_database_url)
    with engine.connect() as connection:
        before = objects(connection), columns(connection)
    composition.migrate(empty_database_url)
    with engine.connect() as connection:
        assert (objects(connection), columns(connection)) == before


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
def test_postgresql_keeps_every_object_in_the_schema_that_the_search_path_names(
    engine: Engine, empty_database_url: str, clock: Clock
) -> None:
    with engine.connect() as connection:
        connection.execute(text("CREATE SCHEMA loket"))
        connection.commit()
    url = f"{empty_database_url}&options=-csearch_path%3Dloket"
    composition.migrate(url)
    portal = composition.build_portal(Settings(secret_key="made-up secret of the tests, 32+", database_url=url))
    portal = replace(portal, now=clock.now)
    without_officers(portal).taps("1A", *[4] * 5)
    assert release(portal, weekly=True).cells
    assert check_tallies(portal).differing == 0
    portal.close()
    with engine.connect() as connection:
        assert objects(connection, "public") == set()
        ours = objects(connection, "loket")
        everywhere = connection.execute(text("SELECT count(*) FROM pg_tables WHERE tablename = 'alembic_version'"))
        assert everywhere.scalar_one() == 1
    assert {("class r", table.name) for table in Base.metadata.sorted_tables} <= ours
    assert {("trigger", f"{name}.{name}_no_update") for name in APPEND_ONLY} <= ours
