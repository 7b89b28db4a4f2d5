"""Tables as lines of JSON and back, the same from either database; read and written as they are, at any revision."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from itertools import islice
from typing import Any, Final

from sqlalchemy import JSON, Boolean, Date, DateTime, Integer, LargeBinary, MetaData, String, Table, Time, func, inspect
from sqlalchemy import Column as TableColumn
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

from portal.storage.tables import connection_of

LEFT_OUT: Final = frozenset(
    {"alembic_version", "sightings", "day_keys", "sessions", "access_tokens", "refusals", "heartbeats"}
)
"""What lives for hours only: a backup would keep it for years, and restored it would open what has ended."""

_BATCH: Final = 500
_HEAVY: Final = frozenset({"snapshots", "parameter_sheets"})
"""Tables whose rows may have many megabytes each, and so go one by one."""

_to_line: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode


@dataclass(frozen=True, slots=True)
class _Kind:
    """How values of a kind of column travel; None always travels as null."""

    types: tuple[type[TypeEngine[Any]], ...]
    out: Callable[[Any], Any]
    back: Callable[[Any], Any]


def _same(value: Any) -> Any:  # noqa: ANN401 - whatever JSON holds
    return value


def _instant(value: datetime) -> str:
    aware = value if value.tzinfo else value.replace(tzinfo=UTC)  # SQLite forgets the zone, which is always UTC
    return aware.astimezone(UTC).isoformat(timespec="microseconds")


def _text_of(value: bytes) -> str:
    return base64.b64encode(value).decode()


_KINDS: Final[Mapping[str, _Kind]] = {
    "bytes": _Kind((LargeBinary,), _text_of, base64.b64decode),
    "instant": _Kind((DateTime,), _instant, datetime.fromisoformat),
    "date": _Kind((Date,), date.isoformat, date.fromisoformat),
    "time": _Kind((Time,), time.isoformat, time.fromisoformat),
    "json": _Kind((JSON,), _same, _same),
    "plain": _Kind((Boolean, Integer, String), _same, _same),
}


def _kind_of(column: TableColumn[Any]) -> str:
    for name, kind in _KINDS.items():
        if isinstance(column.type, kind.types):
            return name
    raise TypeError(f"{column}: {column.type!r} has no place in a backup")


def _batch(table: Table) -> int:
    """Return how many rows of the table are in memory at once."""
    return 1 if table.name in _HEAVY else _BATCH


def is_empty(session: Session) -> bool:
    """Tell whether the database has no table at all."""
    return not inspect(connection_of(session)).get_table_names()


def list_tables(session: Session) -> Sequence[Table]:
    """List the tables that belong into a backup as the database has them, each after those that it refers to."""
    metadata = MetaData()
    metadata.reflect(connection_of(session), only=lambda name, _: name not in LEFT_OUT)
    return [table for table in metadata.sorted_tables if table.name not in LEFT_OUT]


def columns_of(table: Table) -> list[list[str]]:
    """Return name and kind of each column, in the order of a row's values."""
    return [[name, _kind_of(table.c[name])] for name in sorted(table.c.keys())]


def read_rows(session: Session, table: Table) -> Iterator[bytes]:
    """Walk over the rows in the order of their key, each a line of JSON, the same from either database."""
    names = [name for name, _ in columns_of(table)]
    converters = [_KINDS[_kind_of(table.c[name])].out for name in names]
    statement = table.select().with_only_columns(*(table.c[name] for name in names)).order_by(*_order(session, table))
    with connection_of(session).execute(statement.execution_options(yield_per=_batch(table))) as rows:
        for row in rows:
            values = [None if value is None else out(value) for out, value in zip(converters, row, strict=True)]
            yield _to_line(values).encode() + b"\n"


def _order(session: Session, table: Table) -> list[Any]:
    """Return what orders by bytes: PostgreSQL orders words as its language does."""
    by_language = session.get_bind().dialect.name == "postgresql"
    return [
        func.convert_to(column, "UTF8") if by_language and isinstance(column.type, String) else column
        for column in table.primary_key
    ]


def append_rows(session: Session, table: Table, columns: Sequence[Sequence[str]], lines: Iterable[bytes]) -> None:
    """Put lines back as rows; a row that refers to another of its own table may stand before it.

    Raises:
        ValueError: a line is none of `read_rows`.
    """
    readers = [(name, _KINDS[kind].back) for name, kind in columns]
    for column in table.c:
        if isinstance(column.type, JSON):
            column.type.none_as_null = True
    rows: Iterator[dict[str, Any]] = (_row(readers, line) for line in lines)
    own = {link.parent.name: link.column.name for link in table.foreign_keys if link.column.table is table}
    connection, insert = connection_of(session), table.insert()
    if own:
        rows = _parents_first(list(rows), own)
    while batch := list(islice(rows, _batch(table))):
        connection.execute(insert, batch)


def _row(readers: Sequence[tuple[str, Callable[[Any], Any]]], line: bytes) -> dict[str, Any]:
    values = json.loads(line)
    return {name: None if value is None else back(value) for (name, back), value in zip(readers, values, strict=True)}


def _parents_first(rows: list[dict[str, Any]], own: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """Walk over the rows so that each comes after those of its own table that it names; `own` is column -> key."""
    (column, key), *_ = own.items()
    there: set[Any] = {None}
    while rows:
        ready = [row for row in rows if row[column] in there]
        if not ready:
            raise ValueError(column)
        yield from ready
        there.update(row[key] for row in ready)
        rows = [row for row in rows if row[key] not in there]


def put_sequences(session: Session, tables: Iterable[Table]) -> None:
    """Let PostgreSQL count on from the highest id that was put in; SQLite does so by itself."""
    if session.get_bind().dialect.name != "postgresql":
        return
    connection = connection_of(session)
    for table in tables:
        for column in table.primary_key:
            if isinstance(column.type, Integer) and column.server_default is not None:
                highest = func.max(column).select().scalar_subquery()
                sequence = func.pg_get_serial_sequence(table.name, column.name)
                connection.execute(func.setval(sequence, func.coalesce(highest, 1), highest.is_not(None)).select())
