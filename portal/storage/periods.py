"""Closed periods: in order and without a gap, so that one day tells which are closed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, cast

from sqlalchemy import Table, bindparam, func, insert, select
from sqlalchemy.orm import Session

from portal.storage.tables import ClosedPeriod, Pending, connection_of

_TABLE: Final = cast("Table", ClosedPeriod.__table__)
_ALL = select(_TABLE).order_by(_TABLE.c.starts_on)
_ONE = select(_TABLE).where(_TABLE.c.period_code == bindparam("period_code"))
_UNTIL = select(func.max(_TABLE.c.ends_on))
_ADD = insert(_TABLE)
_WAITING = select(func.count(Pending.response_id.distinct())).where(
    Pending.month.between(bindparam("first"), bindparam("last"))
)


@dataclass(frozen=True, slots=True)
class ClosedRow:
    """A closed period; both days belong to it."""

    period_code: str
    kind: str
    starts_on: date
    ends_on: date
    closed_at: datetime
    shadow: bool


def list_closed(session: Session) -> Sequence[ClosedRow]:
    """List the closed periods, oldest first."""
    return [ClosedRow(*row) for row in session.execute(_ALL)]


def find_closed(session: Session, period_code: str) -> ClosedRow | None:
    """Return a closed period; None while it is open."""
    row = session.execute(_ONE, {"period_code": period_code}).one_or_none()
    return ClosedRow(*row) if row else None


def find_closed_until(session: Session) -> date | None:
    """Return the last day of the last closed period: every day up to it is closed, every later one open."""
    until: date | None = session.execute(_UNTIL).scalar_one()
    return until


def hold_closed_until(session: Session) -> date | None:
    """Return what `find_closed_until` does, and keep a closing waiting until this transaction ends.

    Else a rating that found its period open could be stored after the last release of that period.
    """
    if session.get_bind().dialect.name == "postgresql":
        connection_of(session).exec_driver_sql("LOCK TABLE periods IN ROW SHARE MODE")
    return find_closed_until(session)


def hold_periods(session: Session) -> None:
    """Keep whoever asks which periods are closed in order to write waiting; SQLite has one writer anyhow."""
    if session.get_bind().dialect.name == "postgresql":
        connection_of(session).exec_driver_sql("LOCK TABLE periods IN EXCLUSIVE MODE")


def append_closed(session: Session, row: ClosedRow) -> None:
    """Close a period."""
    session.execute(_ADD, {name: getattr(row, name) for name in ClosedRow.__dataclass_fields__})


def count_waiting(session: Session, first: date, last: date) -> int:
    """Count the ratings that wait in any cell of the months from `first` to `last`."""
    return session.execute(_WAITING, {"first": first, "last": last}).scalar_one()
