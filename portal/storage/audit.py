"""The audit log: acts of staff, append-only, each entry's hash covering the one before."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, NoReturn, cast

from sqlalchemy import Row, Table, bindparam, insert, select
from sqlalchemy.orm import Session

from portal.storage.tables import AuditEntry, connection_of

GENESIS: Final = bytes(32)
_BATCH: Final = 500
_ENTRIES = select(*cast("Table", AuditEntry.__table__).c).order_by(AuditEntry.id)
_AFTER = _ENTRIES.where(AuditEntry.id > bindparam("after")).limit(bindparam("limit"))
_NEWEST_FIRST = _ENTRIES.order_by(None).order_by(AuditEntry.id.desc()).limit(bindparam("limit"))
_BEFORE = _NEWEST_FIRST.where(AuditEntry.id < bindparam("before"))
_LAST = _ENTRIES.order_by(None).order_by(AuditEntry.id.desc()).limit(1)
_OF_ACTS = _ENTRIES.where(AuditEntry.act.in_(bindparam("acts", expanding=True)))
_INSERT = insert(AuditEntry)


@dataclass(frozen=True, slots=True)
class Entry:
    """One act; `id` counts 1, 2, 3 ... without a gap."""

    id: int
    at: datetime
    actor: str
    act: str
    detail: Mapping[str, Any]
    previous_hash: bytes
    hash: bytes


def append(session: Session, *, at: datetime, actor: str, act: str, detail: Mapping[str, Any]) -> None:
    """Add an act to the log; call it last in the transaction, as other writers wait from here on.

    `detail` holds strings, whole numbers, truth values, lists and mappings of these: a float would not come back
    from every database as it went in, so a share goes in as a decimal string.

    Raises:
        TypeError: `detail` holds anything else.
    """
    if session.get_bind().dialect.name == "postgresql":
        connection_of(session).exec_driver_sql("LOCK TABLE audit IN SHARE ROW EXCLUSIVE MODE")
    last = find_last(session)
    kept = json.loads(json.dumps(detail), parse_float=_refuse_float, parse_constant=_refuse_float)
    new_id, previous_hash = (last.id + 1, last.hash) if last else (1, GENESIS)
    columns = {"id": new_id, "at": at, "actor": actor, "act": act, "detail": kept, "previous_hash": previous_hash}
    session.execute(_INSERT, {**columns, "hash": digest(**columns)})


def _refuse_float(text: str) -> NoReturn:
    raise TypeError(text)


def digest(*, id: int, at: datetime, actor: str, act: str, detail: Mapping[str, Any], previous_hash: bytes) -> bytes:  # noqa: A002 - the columns of AuditEntry
    """Return SHA-256 over the entry as JSON: keys sorted, no spaces, ASCII only, instant in UTC to the microsecond."""
    entry = {
        "id": id,
        "at": at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor": actor,
        "act": act,
        "detail": detail,
        "previous_hash": previous_hash.hex(),
    }
    return hashlib.sha256(json.dumps(entry, sort_keys=True, separators=(",", ":")).encode()).digest()


def _entry(row: Row[*tuple[Any, ...]]) -> Entry:
    return Entry(*row)


def find_last(session: Session) -> Entry | None:
    """Return the newest entry; whoever keeps a copy of its hash elsewhere can tell a log cut short from a whole one."""
    row = session.execute(_LAST).one_or_none()
    return _entry(row) if row else None


def list_entries(session: Session, *, after: int = 0, limit: int = 100) -> Sequence[Entry]:
    """List at most `limit` entries whose id is above `after`, oldest first."""
    return [_entry(row) for row in session.execute(_AFTER, {"after": after, "limit": limit})]


def list_newest(session: Session, *, before: int | None = None, limit: int = 50) -> Sequence[Entry]:
    """List at most `limit` entries, the newest first, those whose id is below `before` where it is given."""
    if before is None:
        return [_entry(row) for row in session.execute(_NEWEST_FIRST, {"limit": limit})]
    return [_entry(row) for row in session.execute(_BEFORE, {"before": before, "limit": limit})]


def list_acts(session: Session, acts: Sequence[str]) -> Sequence[Entry]:
    """List every entry of these acts, oldest first; each call reads the whole log."""
    return [_entry(row) for row in session.execute(_OF_ACTS, {"acts": list(acts)})]


def find_break(session: Session) -> int | None:
    """Return the first id that is missing or does not follow from the entry before it, None where the chain holds."""
    with session.execute(_ENTRIES.execution_options(yield_per=_BATCH)) as rows:
        return _find_break(_entry(row) for row in rows)


def _find_break(entries: Iterable[Entry]) -> int | None:
    expected, previous_hash = 1, GENESIS
    for entry in entries:
        right = digest(
            id=expected,
            at=entry.at,
            actor=entry.actor,
            act=entry.act,
            detail=entry.detail,
            previous_hash=previous_hash,
        )
        if (entry.id, entry.previous_hash, entry.hash) != (expected, previous_hash, right):
            return expected
        expected, previous_hash = expected + 1, entry.hash
    return None
