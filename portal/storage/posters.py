"""What can be printed: counters in use, with what a sheet says of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import BindParameter, bindparam, or_, select
from sqlalchemy.orm import Session

from portal.storage.tables import Counter

_unit_ids: BindParameter[int] = bindparam("unit_ids", expanding=True)
_channels: BindParameter[str] = bindparam("channels", expanding=True)
_day: BindParameter[date] = bindparam("day")


@dataclass(frozen=True, slots=True)
class Printable:
    """A counter that people find by a printed code; a mobile service has a place, and a day on which it begins."""

    unit_id: int
    counter_code: str
    public_code: str
    name: str
    channel: str
    place: str | None
    starts_on: date | None
    scanned_at: datetime | None


_PRINTABLES = select(
    Counter.unit_id,
    Counter.counter_code,
    Counter.public_code,
    Counter.name,
    Counter.channel,
    Counter.place,
    Counter.starts_on,
    Counter.scanned_at,
).where(
    Counter.unit_id.in_(_unit_ids),
    Counter.channel.in_(_channels),
    or_(Counter.ends_on.is_(None), Counter.ends_on >= _day),
)


def list_printable(
    session: Session, unit_ids: Collection[int], channels: Collection[str], day: date
) -> Sequence[Printable]:
    """List the counters of the units that are reached by one of the channels and not closed on `day`."""
    parameters = {"unit_ids": list(unit_ids), "channels": list(channels), "day": day}
    return [Printable(*row) for row in session.execute(_PRINTABLES, parameters)]
