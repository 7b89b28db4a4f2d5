"""Whether the database can be written, keeps what it was given, and has room; and when things last happened."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final, cast

from sqlalchemy import Table, bindparam, func, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from portal.storage.tables import (
    AuditEntry,
    Ballot,
    Heartbeat,
    Pending,
    Rehearsal,
    Release,
    TallyRow,
    connection_of,
)

_TABLE: Final = cast("Table", Heartbeat.__table__)
_BEAT: dict[str, Any] = {}
for _dialect, _insert in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert)):
    _statement: Any = _insert(_TABLE)
    _BEAT[_dialect] = _statement.on_conflict_do_update(
        index_elements=["name"], set_={"beaten_at": _statement.excluded.beaten_at}
    )
_LAST = select(Heartbeat.beaten_at).where(Heartbeat.name == bindparam("name"))
SCHEDULER: Final = "scheduler"
"""Beats after each release."""

BACKUP: Final = "backup"
"""Beats at the moment of which the newest backup is."""

_MOUNTS: Final = Path("/proc/self/mounts")
_DURABLE: Final = {
    "sqlite": {"synchronous": ("2", "3"), "journal_mode": ("wal",), "foreign_keys": ("1",)},
    "postgresql": {"fsync": ("on",), "full_page_writes": ("on",), "synchronous_commit": ("on", "remote_apply")},
}
"""By kind of database, the values with which a commit that was acknowledged survives a loss of power."""


@dataclass(frozen=True, slots=True)
class Moments:
    """When things last happened; None: never."""

    released_at: datetime | None
    """The newest release that moved a figure."""
    audited_at: datetime | None
    rehearsing_since: datetime | None
    """The oldest rehearsal that has not ended."""


def beat(session: Session, name: str, at: datetime) -> None:
    """Write a heartbeat."""
    session.execute(_BEAT[session.get_bind().dialect.name], {"name": name, "beaten_at": at})


def find_beat(session: Session, name: str) -> datetime | None:
    """Return the last heartbeat of that name."""
    return session.execute(_LAST, {"name": name}).scalar_one_or_none()


def find_moments(session: Session) -> Moments:
    """Return when things last happened."""
    rehearsing = select(func.min(Rehearsal.began_at)).where(Rehearsal.ended_at.is_(None))
    moments = (select(func.max(Release.released_at)), select(func.max(AuditEntry.at)), rehearsing)
    return Moments(*(session.execute(moment).scalar_one() for moment in moments))


def find_clock(session: Session) -> datetime | None:
    """Return the present by the database's own clock; None where it has none but ours."""
    if session.get_bind().dialect.name == "sqlite":
        return None
    at: datetime = session.execute(select(func.clock_timestamp())).scalar_one()
    return at


def count_pending(session: Session) -> int:
    """Count contributions that wait for a release."""
    return session.execute(select(func.count()).select_from(Pending)).scalar_one()


def count_uncounted(session: Session, instrument: str, measure: str) -> int:
    """Return how many responses to an instrument of one question are missing from its tallies; below 0: too many."""
    given = select(func.count(Ballot.response_id.distinct())).where(Ballot.instrument == instrument)
    counted = select(func.coalesce(func.sum(TallyRow.n), 0)).where(TallyRow.measure == measure)
    return int(session.execute(given).scalar_one() - session.execute(counted).scalar_one())


def find_file(session: Session) -> Path | None:
    """Return the SQLite file; None for a server, which watches its own."""
    if session.get_bind().dialect.name != "sqlite":
        return None
    files = {name: file for _, name, file in connection_of(session).exec_driver_sql("PRAGMA database_list")}
    return Path(files["main"])  # a connection that was asked for its tables has one for what is temporary, too


def free_share(session: Session) -> float:
    """Return the free share of the file system that holds the SQLite file; 1 for a server, which watches its own."""
    file = find_file(session)
    if file is None:
        return 1.0
    usage = shutil.disk_usage(file.parent)
    return usage.free / usage.total


def find_file_system(session: Session) -> str | None:
    """Return the kind of file system that holds the SQLite file, as the kernel calls it; None where nobody knows."""
    file = find_file(session)
    if file is None or not _MOUNTS.exists():
        return None
    mounts = (line.split(" ")[1:3] for line in _MOUNTS.read_text("utf-8").splitlines())
    return _nearest(file.resolve(), ((point.replace("\\040", " "), kind) for point, kind in mounts))


def _nearest(file: Path, mounts: Iterable[tuple[str, str]]) -> str | None:
    around = [(len(point), number, kind) for number, (point, kind) in enumerate(mounts) if file.is_relative_to(point)]
    return max(around)[2] if around else None  # of two on one point, the later hides the earlier


def list_dangers(session: Session) -> list[str]:
    """List `name=value` of each switch of the database that lets an acknowledged commit be lost."""
    dialect = session.get_bind().dialect.name
    ask = "PRAGMA {}" if dialect == "sqlite" else "SHOW {}"
    connection = connection_of(session)
    found = {name: str(connection.execute(text(ask.format(name))).scalar_one()) for name in _DURABLE[dialect]}
    return [f"{name}={value}" for name, value in found.items() if value not in _DURABLE[dialect][name]]
