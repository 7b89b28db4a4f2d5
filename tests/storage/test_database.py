"""Engines and transactions: durable, isolated, and honest about what went wrong."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from sqlalchemy import func, insert, select, update
from sqlalchemy.exc import DBAPIError

from portal.domain.errors import Conflict, StorageUnavailable
from portal.services import Portal
from portal.storage.database import Database
from portal.storage.tables import Officer, Unit

KEPT, MORE = 3, 4  # connections of the pool, and those it opens on top
UNIT = {"id": 7, "unit_code": "U", "name": "Unit Contoh", "parent_id": None, "path": "7", "ends_on": None}
PRAGMAS = {
    "synchronous": 2,
    "journal_mode": "wal",
    "foreign_keys": 1,
    "secure_delete": 1,
    "recursive_triggers": 1,
    "busy_timeout": 30_000,
    "trusted_schema": 0,
}


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url, connections=KEPT)
    yield database
    database.engine.dispose()


def count_units(database: Database | Portal) -> int:
    with database.read() as session:
        return session.execute(select(func.count()).select_from(Unit)).scalar_one()


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_every_pooled_connection_makes_commits_durable_and_keeps_the_rules(database: Database) -> None:
    with ExitStack() as stack:
        connections = [stack.enter_context(database.engine.connect()) for _ in range(KEPT + MORE)]
        for connection in connections:
            for name, value in PRAGMAS.items():
                assert connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() == value, name
    with database.begin() as session:
        assert session.connection().exec_driver_sql("PRAGMA synchronous").scalar_one() == 2


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
def test_postgresql_is_not_asked_to_acknowledge_before_it_has_written(database: Database) -> None:
    with database.begin() as session:
        source = "SELECT source FROM pg_settings WHERE name = 'synchronous_commit'"
        assert session.connection().exec_driver_sql(source).scalar_one() in {"default", "configuration file"}


def test_a_block_that_ends_is_committed(database: Database) -> None:
    with database.begin() as session:
        session.execute(insert(Unit).values(UNIT))
    assert count_units(database) == 1


def test_a_block_that_fails_leaves_nothing(database: Database) -> None:
    def fail() -> None:
        with database.begin() as session:
            session.execute(insert(Unit).values(UNIT))
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    assert count_units(database) == 0
    with database.begin() as session:
        session.execute(insert(Unit).values(UNIT))
    assert count_units(database) == 1


def test_nothing_written_in_a_read_survives(database: Database) -> None:
    with database.read() as session:
        try:
            session.execute(insert(Unit).values(UNIT))
        except DBAPIError as error:
            assert "read-only" in str(error)  # noqa: PT017 - only PostgreSQL says so at once
    assert count_units(database) == 0


def test_a_read_is_one_snapshot_while_others_write(database: Database) -> None:
    with database.read() as session:
        before = session.execute(select(func.count()).select_from(Unit)).scalar_one()
        with database.begin() as writer:
            writer.execute(insert(Unit).values(UNIT))
        assert session.execute(select(func.count()).select_from(Unit)).scalar_one() == before == 0
    assert count_units(database) == 1


def test_a_key_that_is_taken_is_a_conflict_and_a_reference_to_nothing_is_not(database: Database) -> None:
    def put(table: type[Unit | Officer], **columns: object) -> None:
        with database.begin() as session:
            session.execute(insert(table).values(columns))

    put(Unit, **UNIT)
    with pytest.raises(Conflict):
        put(Unit, **UNIT)
    with pytest.raises(DBAPIError, match=r"(?i)foreign key"):
        put(Officer, officer_code="P", unit_id=99, name="Petugas Contoh", civil_servant=True)


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
def test_a_repeatable_write_that_meets_a_newer_row_is_a_conflict(database: Database) -> None:
    with database.begin() as session:
        session.execute(insert(Unit).values(UNIT))

    def meet() -> None:
        with database.begin(repeatable=True) as session:
            unit = session.execute(select(Unit)).scalar_one()
            with database.begin() as other:
                other.execute(update(Unit).values(name="Unit Lain"))
            unit.name = "Unit Contoh Baru"
            session.flush()

    with pytest.raises(Conflict):
        meet()


@pytest.mark.parametrize(
    "url", ["sqlite:////nowhere/portal.sqlite3", "postgresql+psycopg://nobody@/nowhere?host=/nowhere"]
)
def test_a_database_that_cannot_be_reached_is_said_to_be_unavailable(url: str) -> None:
    database = Database(url, connections=1)
    for transaction in (database.begin, database.read):
        with pytest.raises(StorageUnavailable), transaction() as session:
            session.execute(select(1))
    database.engine.dispose()


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_file_that_is_read_only_is_said_to_be_unavailable(database: Database) -> None:
    def put() -> None:
        with database.begin() as session:
            session.connection().exec_driver_sql("PRAGMA query_only = ON")
            session.execute(insert(Unit).values(UNIT))

    with pytest.raises(StorageUnavailable):
        put()


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
def test_a_server_that_is_closed_for_writing_is_said_to_be_unavailable(database_url: str) -> None:
    database = Database(f"{database_url}&options=-c%20default_transaction_read_only%3Don", connections=1)

    def put() -> None:
        with database.begin() as session:
            session.execute(insert(Unit).values(UNIT))

    with pytest.raises(StorageUnavailable):
        put()
    assert count_units(database) == 0
    database.engine.dispose()


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
def test_a_line_that_breaks_in_the_middle_is_said_to_be_unavailable_and_the_next_one_works(database: Database) -> None:
    def break_off() -> None:
        with database.begin() as session:
            session.execute(insert(Unit).values(UNIT))
            session.execute(select(func.pg_terminate_backend(func.pg_backend_pid())))

    for _ in range(2):
        with pytest.raises(StorageUnavailable):
            break_off()
        assert count_units(database) == 0


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_pool_with_no_connection_free_is_said_to_be_unavailable(database_url: str) -> None:
    database = Database(database_url, connections=KEPT, pool_seconds=0.01)
    with ExitStack() as stack:
        for _ in range(KEPT + MORE):
            stack.enter_context(database.engine.connect())
        with pytest.raises(StorageUnavailable):
            count_units(database)
    assert count_units(database) == 0
    database.engine.dispose()
