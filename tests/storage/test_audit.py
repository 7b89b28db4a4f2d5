"""The audit log: appended to only, and any change to it found."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from portal import services
from portal.services import Portal
from portal.storage import audit
from portal.storage.audit import Entry

WRITERS = 8


def act(portal: Portal, name: str) -> None:
    with portal.begin() as session:
        audit.append(session, at=portal.now(), actor="operator", act=name, detail={"b": [1, None, True], "a": "ä"})


def written(portal: Portal) -> Sequence[Entry]:
    with portal.read() as session:
        return audit.list_entries(session)


def broken_at(portal: Portal) -> int | None:
    with portal.read() as session:
        return audit.find_break(session)


def tamper(portal: Portal, statement: str, **values: bytes) -> None:
    """Change the log as only the owner of the database can: with its triggers out of the way."""
    with portal.begin() as session:
        if session.get_bind().dialect.name == "postgresql":
            session.execute(text("SET LOCAL session_replication_role = replica"))
        else:
            session.execute(text("DROP TRIGGER audit_no_update"))
            session.execute(text("DROP TRIGGER audit_no_delete"))
        session.execute(text(statement), values)


@pytest.fixture
def log(portal: Portal) -> Portal:
    for number in range(1, 5):
        act(portal, f"act {number}")
    return portal


def test_an_empty_log_is_whole(portal: Portal) -> None:
    assert broken_at(portal) is None
    assert not written(portal)


def test_each_entry_continues_the_one_before(log: Portal) -> None:
    entries = written(log)
    assert [entry.id for entry in entries] == [1, 2, 3, 4]
    assert [entry.previous_hash for entry in entries] == [audit.GENESIS, *(entry.hash for entry in entries[:-1])]
    assert entries[0].detail == {"a": "ä", "b": [1, None, True]}
    assert entries[0].at == log.now()
    assert broken_at(log) is None


def test_the_hash_is_the_same_on_every_database_and_in_every_year(portal: Portal) -> None:
    act(portal, "act 1")
    assert written(portal)[0].hash.hex() == "9e50d9fe363e9e0afa89d8f86fbeaaebac305b106e6fa2dbdb2b08de0020beb9"


def test_entries_are_listed_from_any_place(log: Portal) -> None:
    with log.read() as session:
        assert [entry.id for entry in audit.list_entries(session, after=1, limit=2)] == [2, 3]
        last = audit.find_last(session)
    assert last
    assert last.id == 4


@pytest.mark.parametrize(
    "statement",
    ["UPDATE audit SET actor = 'somebody' WHERE id = 2", "DELETE FROM audit WHERE id = 2"],
)
def test_the_database_refuses_to_change_or_delete_an_entry(log: Portal, statement: str) -> None:
    with pytest.raises(DBAPIError, match="append-only"), log.begin() as session:
        session.execute(text(statement))
    assert len(written(log)) == 4


@pytest.mark.parametrize(
    "statement, first_wrong",
    [
        ("UPDATE audit SET actor = 'somebody' WHERE id = 2", 2),
        ("UPDATE audit SET act = 'nothing' WHERE id = 1", 1),
        ("UPDATE audit SET hash = previous_hash WHERE id = 4", 4),
        ("DELETE FROM audit WHERE id = 1", 1),
        ("DELETE FROM audit WHERE id = 3", 3),
        ("UPDATE audit SET id = 9 WHERE id = 4", 4),
    ],
)
def test_a_changed_or_missing_entry_is_found(log: Portal, statement: str, first_wrong: int) -> None:
    tamper(log, statement)
    assert broken_at(log) == first_wrong


def test_an_entry_made_to_fit_breaks_the_next_one(log: Portal) -> None:
    entry = written(log)[1]
    forged = audit.digest(
        id=2, at=entry.at, actor="somebody", act=entry.act, detail=entry.detail, previous_hash=entry.previous_hash
    )
    tamper(log, "UPDATE audit SET actor = 'somebody', hash = :hash WHERE id = 2", hash=forged)
    assert broken_at(log) == 3


def test_writers_at_the_same_time_make_one_chain(portal: Portal) -> None:
    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(lambda number: services.run(portal, act, f"act {number}"), range(4 * WRITERS)))
    assert [entry.id for entry in written(portal)] == list(range(1, 4 * WRITERS + 1))
    assert broken_at(portal) is None


def test_an_act_that_is_taken_back_leaves_no_entry(portal: Portal) -> None:
    with suppress(LookupError), portal.begin() as session:
        audit.append(session, at=portal.now(), actor="operator", act="act", detail={})
        raise LookupError
    act(portal, "act")
    assert [entry.id for entry in written(portal)] == [1]


@pytest.mark.parametrize("value", [1.5, float("nan")])
def test_a_detail_that_a_database_would_change_is_refused(portal: Portal, value: float) -> None:
    with pytest.raises(TypeError), portal.begin() as session:
        audit.append(session, at=portal.now(), actor="operator", act="act", detail={"share": value})
