"""Counters as the administrator changes them: listed with their state, and moved to another unit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, cast

from sqlalchemy import Table, bindparam, insert, or_, select, update
from sqlalchemy.orm import Session

from portal.storage.tables import Counter, Duty, Service, Unit

_COUNTERS = cast("Table", Counter.__table__)
_DUTIES = cast("Table", Duty.__table__)
_KEPT_BY_MOVE: Final = ("name", "channel", "place", "tested_until", "scanned_at")
_LIST = (
    select(
        Counter.id,
        Counter.counter_code,
        Counter.public_code,
        Counter.name,
        Counter.channel,
        Counter.unit_id,
        Unit.unit_code,
        Unit.name.label("unit_name"),
        Counter.officer_id.is_not(None).label("is_plate"),
        Counter.starts_on,
        Counter.ends_on,
        Counter.place,
        Counter.scanned_at,
    )
    .join(Unit, Unit.id == Counter.unit_id)
    .order_by(Unit.path, Counter.id)
)
_CODES = select(Counter.counter_code)
_OPEN_UNITS = select(Unit.id, Unit.unit_code, Unit.name).where(
    or_(Unit.ends_on.is_(None), Unit.ends_on >= bindparam("day"))
)
_OPEN_SERVICES = select(Service.unit_id, Service.service_code, Service.name).where(
    or_(Service.ends_on.is_(None), Service.ends_on >= bindparam("day"))
)
_DUTY_CODES = select(Duty.duty_code)
_STAYING = (
    _DUTIES.c.counter_id == bindparam("of_counter"),
    or_(_DUTIES.c.ends_on.is_(None), _DUTIES.c.ends_on >= bindparam("day")),
)
_LATER = or_(_DUTIES.c.on_date >= bindparam("day"), _DUTIES.c.from_on >= bindparam("day"))
_RUNNING = (
    _DUTIES.c.weekday.is_not(None),
    or_(_DUTIES.c.from_on.is_(None), _DUTIES.c.from_on < bindparam("day")),
)


@dataclass(frozen=True, slots=True)
class CounterRow:
    """Whatever carries a code, with its unit; `is_plate` where the code names an officer."""

    id: int
    counter_code: str
    public_code: str
    name: str
    channel: str
    unit_id: int
    unit_code: str
    unit_name: str
    is_plate: bool
    starts_on: date | None
    ends_on: date | None
    place: str | None
    scanned_at: datetime | None


@dataclass(frozen=True, slots=True)
class OpenUnit:
    """A unit that a counter may belong to, with its services as (code, name)."""

    id: int
    unit_code: str
    name: str
    services: tuple[tuple[str, str], ...]


def _row(row: Any) -> CounterRow:  # noqa: ANN401 - a result row of _LIST
    columns = {**row._mapping, "is_plate": bool(row.is_plate)}  # noqa: SLF001 - SQLAlchemy's public name for it
    return CounterRow(**columns)


def list_counters(session: Session) -> Sequence[CounterRow]:
    """List every counter, former ones too, units in the order of their tree."""
    return [_row(row) for row in session.execute(_LIST)]


def find_counter(session: Session, counter_code: str) -> CounterRow | None:
    """Return the counter with this code of the workbook."""
    row = session.execute(_LIST.where(Counter.counter_code == counter_code)).one_or_none()
    return _row(row) if row else None


def list_codes(session: Session) -> set[str]:
    """Return the codes that counters have in the workbook."""
    return set(session.execute(_CODES).scalars())


def list_open_units(session: Session, day: date) -> Sequence[OpenUnit]:
    """List the units in use on `day`, each with its services in use, both by name."""
    services: dict[int, list[tuple[str, str]]] = {}
    for unit_id, code, name in session.execute(_OPEN_SERVICES, {"day": day}):
        services.setdefault(unit_id, []).append((code, name))
    units = (
        OpenUnit(unit_id, code, name, tuple(sorted(services.get(unit_id, []), key=lambda row: row[1].casefold())))
        for unit_id, code, name in session.execute(_OPEN_UNITS, {"day": day})
    )
    return sorted(units, key=lambda unit: unit.name.casefold())


def move_counter(
    session: Session, counter_id: int, *, unit_id: int, counter_code: str, fresh_code: str, day: date
) -> None:
    """Give what is printed at a counter to a new counter of another unit, from the day `day` on.

    The old counter keeps its ratings, ends the day before, and gets `fresh_code`, which nobody prints. The new one
    gives all services of its unit.
    """
    old = session.execute(select(_COUNTERS).where(_COUNTERS.c.id == counter_id)).one()
    left = {"public_code": fresh_code, "ends_on": day - timedelta(days=1), "tested_until": None, "scanned_at": None}
    session.execute(update(_COUNTERS).where(_COUNTERS.c.id == counter_id).values(left))
    kept = {name: getattr(old, name) for name in _KEPT_BY_MOVE}
    new = {"counter_code": counter_code, "public_code": old.public_code, "unit_id": unit_id, "starts_on": day, **kept}
    new_id = session.execute(insert(_COUNTERS).values(new).returning(_COUNTERS.c.id)).scalar_one()
    _move_duties(session, counter_id, new_id, day)


def _move_duties(session: Session, old_id: int, new_id: int, day: date) -> None:
    """Let the roster follow the desk: what lies ahead goes along, a pattern that has begun is cut in two at `day`."""
    parameters = {"of_counter": old_id, "day": day}
    running = session.execute(select(_DUTIES).where(*_STAYING, *_RUNNING), parameters).all()
    session.execute(update(_DUTIES).where(*_STAYING, _LATER).values(counter_id=new_id), parameters)
    if not running:
        return
    taken = set(session.execute(_DUTY_CODES).scalars())
    ended = [row.id for row in running]
    session.execute(update(_DUTIES).where(_DUTIES.c.id.in_(ended)).values(ends_on=day - timedelta(days=1)))
    for row in running:
        columns = {**row._mapping, "counter_id": new_id, "from_on": day}  # noqa: SLF001 - the documented way to read by name
        del columns["id"]
        columns["duty_code"] = _following(row.duty_code, taken)
        session.execute(insert(_DUTIES), columns)


def _following(duty_code: str, taken: set[str]) -> str:
    """Return a code for the rest of a duty that was cut in two."""
    number = 2
    while (code := f"{duty_code}.{number}") in taken:
        number += 1
    taken.add(code)
    return code
