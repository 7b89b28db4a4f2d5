"""What the list of data quality reads of many units at once: counters, opening days, and days with a number served."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import BindParameter, bindparam, or_, select
from sqlalchemy.orm import Session

from portal.storage.tables import Counter, Holiday, OpeningHours, ServedCount

_unit_ids: BindParameter[int] = bindparam("unit_ids", expanding=True)
_first, _last = (bindparam(name, type_=ServedCount.on_date.type) for name in ("first", "last"))


@dataclass(frozen=True, slots=True)
class CounterRow:
    """A counter, name plate, link or whatever else carries a code, in use at any time since the first day asked."""

    id: int
    unit_id: int
    name: str
    channel: str
    starts_on: date | None
    ends_on: date | None
    scanned_at: datetime | None

    def is_open(self, day: date) -> bool:
        """Tell whether it was in use on the day."""
        return (self.starts_on is None or self.starts_on <= day) and (self.ends_on is None or day <= self.ends_on)


_COUNTERS: Final = (
    select(
        Counter.id,
        Counter.unit_id,
        Counter.name,
        Counter.channel,
        Counter.starts_on,
        Counter.ends_on,
        Counter.scanned_at,
    )
    .where(Counter.unit_id.in_(_unit_ids), or_(Counter.ends_on.is_(None), Counter.ends_on >= _first))
    .order_by(Counter.name, Counter.id)
)
_WEEKDAYS: Final = select(OpeningHours.unit_id, OpeningHours.weekday).where(
    or_(OpeningHours.unit_id.in_(_unit_ids), OpeningHours.unit_id.is_(None)),
    or_(OpeningHours.ends_on.is_(None), OpeningHours.ends_on >= _last),
)
_HOLIDAYS: Final = select(Holiday.unit_id, Holiday.on_date).where(
    or_(Holiday.unit_id.in_(_unit_ids), Holiday.unit_id.is_(None)),
    Holiday.on_date.between(_first, _last),
    or_(Holiday.ends_on.is_(None), Holiday.ends_on >= Holiday.on_date),
)
_SERVED_DAYS: Final = (
    select(ServedCount.unit_id, ServedCount.on_date)
    .where(ServedCount.unit_id.in_(_unit_ids), ServedCount.on_date.between(_first, _last))
    .distinct()
)


def list_counters(session: Session, unit_ids: Sequence[int], first: date) -> Sequence[CounterRow]:
    """List what carries a code in the units, as far as it was in use on `first` or later, by name."""
    rows = session.execute(_COUNTERS, {"unit_ids": list(unit_ids), "first": first})
    return [CounterRow(*row) for row in rows]


def list_weekdays(session: Session, unit_ids: Sequence[int], last: date) -> Mapping[int | None, set[int]]:
    """Return the weekdays of the opening hours in force on `last`, by unit; None: those of the government."""
    found: dict[int | None, set[int]] = {}
    for unit_id, weekday in session.execute(_WEEKDAYS, {"unit_ids": list(unit_ids), "last": last}):
        found.setdefault(unit_id, set()).add(weekday)
    return found


def list_holidays(session: Session, unit_ids: Sequence[int], first: date, last: date) -> Mapping[int | None, set[date]]:
    """Return the dates from `first` to `last` on which units are closed, by unit; None: all of them."""
    found: dict[int | None, set[date]] = {}
    for unit_id, day in session.execute(_HOLIDAYS, {"unit_ids": list(unit_ids), "first": first, "last": last}):
        found.setdefault(unit_id, set()).add(day)
    return found


def list_served_days(session: Session, unit_ids: Sequence[int], first: date, last: date) -> Mapping[int, set[date]]:
    """Return the dates from `first` to `last` for which a number served was written down, by unit."""
    found: dict[int, set[date]] = {}
    for unit_id, day in session.execute(_SERVED_DAYS, {"unit_ids": list(unit_ids), "first": first, "last": last}):
        found.setdefault(unit_id, set()).add(day)
    return found
