"""Engines and transactions: SQLite with one fair writer, PostgreSQL by URL, the same results."""

from __future__ import annotations

import sqlite3
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, Final, cast

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import (
    DataError,
    DBAPIError,
    IntegrityError,
    InterfaceError,
    OperationalError,
)
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.orm import Session

from portal.domain.errors import Conflict, Invalid, PortalError, StorageUnavailable

_LOST_RACES: Final = {"40001", "40P01", "23505"}
_NOT_SERVING: Final = {"42P01", "42703", "25006"}
"""No such table or column, as before a migration (SQLite calls these operational); closed for writing, as a standby."""

_SQLITE_WAIT_MS: Final = 30_000
_POOL_SECONDS: Final = 10.0
_POSTGRES_WAITS: Final = {"connect_timeout": 5, "tcp_user_timeout": 10_000}
"""Seconds to connect, milliseconds until a server that is silent counts as gone; by themselves both take minutes."""
_PRAGMAS: Final = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "secure_delete=ON",
    "recursive_triggers=ON",
    f"busy_timeout={_SQLITE_WAIT_MS}",
    "trusted_schema=OFF",
)


class FairLock:
    """A lock that serves its waiters in order of arrival; `threading.Lock` lets a late one overtake."""

    def __init__(self) -> None:
        """Start unlocked."""
        self._guard = threading.Lock()
        self._waiting: deque[threading.Lock] = deque()
        self._held = False

    def __enter__(self) -> None:
        """Take the lock, or queue for it."""
        with self._guard:
            if not self._held:
                self._held = True
                return
            turn = threading.Lock()
            turn.acquire()
            self._waiting.append(turn)
        turn.acquire()

    def __exit__(self, *_: object) -> None:
        """Hand the lock to whoever has waited longest."""
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._held = False


class Database:
    """One engine and its two kinds of transaction."""

    def __init__(self, url: str, *, connections: int, pool_seconds: float = _POOL_SECONDS) -> None:
        """Open `url`; at most `connections` are kept, and one of them is waited for `pool_seconds`."""
        self.engine = make_engine(url, connections=connections, pool_seconds=pool_seconds)
        self._sqlite = self.engine.dialect.name == "sqlite"
        self._turn: AbstractContextManager[None] = FairLock() if self._sqlite else nullcontext()

    @contextmanager
    def begin(self, *, repeatable: bool = False) -> Iterator[Session]:
        """Open a write transaction: commit at the end, roll back on any exception.

        `repeatable` asks for one snapshot throughout (PostgreSQL REPEATABLE READ; SQLite always has it).

        Raises:
            Conflict: another writer won; the whole use case may be repeated.
            StorageUnavailable: the database cannot be reached or written.
        """
        options: dict[str, Any] = {"portal_write": True} if self._sqlite else {}
        if repeatable and not self._sqlite:
            options = {"isolation_level": "REPEATABLE READ"}
        with self._turn, self._session(options) as session:
            yield session
            session.flush()

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Open one read-only snapshot.

        Raises:
            StorageUnavailable: the database cannot be reached.
        """
        options = {} if self._sqlite else {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        with self._session(options) as session:
            yield session
            cast("Connection", session.bind).rollback()  # a read leaves nothing behind

    @contextmanager
    def _session(self, options: dict[str, Any]) -> Iterator[Session]:
        with (
            translated(),
            self.engine.connect().execution_options(**options) as connection,
            connection.begin(),  # the connection's own transaction: statements need not go through the session's
            Session(connection, autoflush=False, expire_on_commit=False) as session,
        ):
            yield session


@contextmanager
def translated() -> Iterator[None]:
    """Raise the driver's errors as what they mean to a use case: as `Database.begin` says."""
    try:
        yield
    except NoConnectionFree as error:
        raise StorageUnavailable(type(error).__name__) from error
    except DBAPIError as error:
        meaning = _meaning(error)
        if meaning is None:
            raise
        raise meaning from error


def _meaning(error: DBAPIError) -> PortalError | None:
    """Return what the driver's error means to a use case; None for a fault of ours."""
    state, said = getattr(error.orig, "sqlstate", None), str(error.orig)
    if isinstance(error, IntegrityError):
        return Conflict() if state in _LOST_RACES or "UNIQUE constraint failed" in said else None
    if isinstance(error, DataError):  # a NUL in a text, a number out of range: never something the form offered
        return Invalid("value")
    if state in _LOST_RACES or (isinstance(error, OperationalError) and "database is locked" in said):
        return Conflict()
    is_away = isinstance(error, OperationalError | InterfaceError) or error.connection_invalidated
    return StorageUnavailable(next(iter(said.splitlines()), "")) if is_away or state in _NOT_SERVING else None


def make_engine(url: str, *, connections: int, pool_seconds: float = _POOL_SECONDS) -> Engine:
    """Create the engine; SQLite connections get the pragmas that make a commit durable."""
    pool: dict[str, Any] = {"pool_size": connections, "max_overflow": 4, "pool_timeout": pool_seconds}
    if not url.startswith("sqlite"):
        return create_engine(url, **pool, pool_pre_ping=True, connect_args=_POSTGRES_WAITS)
    engine = create_engine(
        url,
        **pool,
        paramstyle="named",  # a value that a statement repeats is converted and bound once
        connect_args={"timeout": _SQLITE_WAIT_MS / 1000},
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # sqlite3 must not begin on its own: writes begin IMMEDIATE
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    write = connection.get_execution_options().get("portal_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
