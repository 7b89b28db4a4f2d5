"""The duty roster of a unit on one day, as its head sees and changes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time

from sqlalchemy import and_, bindparam, or_, select
from sqlalchemy.orm import Session

from portal.domain.evidence import MOBILE
from portal.domain.posting import Hours, Stretch
from portal.storage.tables import Counter, Duty, Holiday, Officer, OpeningHours

_STAFFED = ("loket", MOBILE)
_day = bindparam("day", type_=Duty.on_date.type)
_unit_id = bindparam("unit_id", type_=Officer.unit_id.type)
_weekday = bindparam("weekday", type_=OpeningHours.weekday.type)


@dataclass(frozen=True, slots=True)
class Server:
    """An officer who belongs to the unit (`is_own`), or is put at one of its counters by the roster."""

    code: str
    name: str
    is_own: bool
    stretches: tuple[Stretch, ...]


_COUNTERS = select(Counter.counter_code, Counter.name).where(
    Counter.unit_id == _unit_id,
    Counter.channel.in_(_STAFFED),
    or_(Counter.ends_on.is_(None), Counter.ends_on >= _day),
    or_(Counter.starts_on.is_(None), Counter.starts_on <= _day),
)
_HERE = (
    select(Duty.officer_id)
    .join(Counter, Counter.id == Duty.counter_id)
    .where(Counter.unit_id == _unit_id, or_(Duty.on_date == _day, Duty.weekday == _weekday))
)
_TOUCHES = or_(
    Duty.on_date == _day,
    and_(
        Duty.weekday == _weekday,
        or_(Duty.from_on.is_(None), Duty.from_on <= _day),
        or_(Duty.ends_on.is_(None), Duty.ends_on >= _day),
    ),
)
_ROSTER = (
    select(
        Officer.officer_code,
        Officer.name,
        (Officer.unit_id == _unit_id).label("is_own"),
        Duty.duty_code,
        Counter.counter_code,
        Counter.name.label("counter_name"),
        Duty.starts,
        Duty.ends,
        Duty.on_date,
        Duty.ends_on,
    )
    .outerjoin(Duty, and_(Duty.officer_id == Officer.id, _TOUCHES))
    .outerjoin(Counter, Counter.id == Duty.counter_id)
    .where(
        or_(Officer.unit_id == _unit_id, Officer.id.in_(_HERE)),
        or_(Officer.ends_on.is_(None), Officer.ends_on >= _day),
    )
)
_IN_USE = or_(OpeningHours.ends_on.is_(None), OpeningHours.ends_on >= _day)
_HOURS = select(OpeningHours.unit_id, OpeningHours.weekday, OpeningHours.opens, OpeningHours.closes).where(
    or_(OpeningHours.unit_id == _unit_id, OpeningHours.unit_id.is_(None)), _IN_USE
)
_HOLIDAY = (
    select(Holiday.name)
    .where(
        Holiday.on_date == _day,
        or_(Holiday.ends_on.is_(None), Holiday.ends_on >= _day),
        or_(Holiday.unit_id == _unit_id, Holiday.unit_id.is_(None)),
    )
    .order_by(Holiday.id)
    .limit(1)
)
_TAKEN = select(Duty.duty_code).where(Duty.duty_code.startswith(bindparam("prefix")))


def list_counters(session: Session, unit_id: int, day: date) -> Mapping[str, str]:
    """List the counters of the unit at which somebody stands, in use on the day: code to name, by name."""
    rows = session.execute(_COUNTERS, {"unit_id": unit_id, "day": day}).all()
    return dict(sorted(((code, name) for code, name in rows), key=lambda row: (row[1].casefold(), row[0])))


def list_servers(session: Session, unit_id: int, day: date) -> Sequence[Server]:
    """List the officers of the unit, and those of other units at its counters, with their duty of the day, by name."""
    found: dict[str, tuple[str, bool, list[Stretch]]] = {}
    for row in session.execute(_ROSTER, {"unit_id": unit_id, "day": day, "weekday": day.weekday()}):
        _, _, stretches = found.setdefault(row.officer_code, (row.name, bool(row.is_own), []))
        if row.duty_code is not None:
            withdrawn = row.on_date is not None and row.ends_on is not None and row.ends_on < day
            stretches.append(
                Stretch(
                    row.duty_code,
                    row.counter_code,
                    row.counter_name or "",
                    row.starts,
                    row.ends,
                    row.on_date is not None,
                    withdrawn,
                )
            )
    servers = [Server(code, name, is_own, tuple(rows)) for code, (name, is_own, rows) in found.items()]
    return sorted(servers, key=lambda server: (server.name.casefold(), server.code))


def list_hours(session: Session, unit_id: int, day: date) -> Sequence[Hours]:
    """List when the unit is open on the weekday of `day`: its own hours, else the government's."""
    rows = session.execute(_HOURS, {"unit_id": unit_id, "day": day}).all()
    own = [row for row in rows if row.unit_id is not None]
    hours: list[tuple[time, time]] = [(row.opens, row.closes) for row in (own or rows) if row.weekday == day.weekday()]
    return sorted(hours)


def is_closed(session: Session, unit_id: int, day: date) -> bool:
    """Tell whether the unit keeps hours, its own or the government's, but none on the weekday of `day`."""
    rows = session.execute(_HOURS, {"unit_id": unit_id, "day": day}).all()
    return bool(rows) and not list_hours(session, unit_id, day)


def find_holiday(session: Session, unit_id: int, day: date) -> str | None:
    """Return why the unit is closed on the day, None where it is not."""
    return session.execute(_HOLIDAY, {"unit_id": unit_id, "day": day}).scalar_one_or_none()


def list_codes(session: Session, prefix: str) -> set[str]:
    """List the codes of the roster that begin with `prefix`; more may be among them, as `_` stands for any letter."""
    return set(session.execute(_TAKEN, {"prefix": prefix}).scalars())
