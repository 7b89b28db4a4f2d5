"""Which ratings are about whom: those of a counter and a day, found without reading what they say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import BindParameter, and_, bindparam, func, or_, select
from sqlalchemy.orm import Session, aliased

from portal.domain.evidence import MOBILE
from portal.storage.tables import Attribution, Counter, Duty, Officer, Response, Unit

_STAFFED = ("loket", MOBILE)
_newer = aliased(Attribution)
_latest = select(func.max(_newer.revision)).where(_newer.response_id == Attribution.response_id).scalar_subquery()
_OF_DAY = (
    select(Response.id)
    .join(Attribution, and_(Attribution.response_id == Response.id, Attribution.revision == _latest))
    .where(
        Response.counter_id == bindparam("counter_id"),
        Response.given_on == bindparam("day"),
        Response.day_part.in_(bindparam("parts", expanding=True)),
    )
    .order_by(Response.id)
)
_NOT_OF = _OF_DAY.where(or_(Attribution.officer_id.is_(None), Attribution.officer_id != bindparam("officer_id")))
_OF_ANYBODY = _OF_DAY.where(Attribution.officer_id.is_not(None))
_COUNTER = select(Counter.id, Counter.channel).where(Counter.counter_code == bindparam("counter_code"))
_OFFICER = select(Officer.id, Officer.ends_on).where(Officer.officer_code == bindparam("officer_code"))
_unit_code: BindParameter[str] = bindparam("unit_code")
_COUNTERS = (
    select(Counter.counter_code, Counter.name)
    .join(Unit, Unit.id == Counter.unit_id)
    .where(Unit.unit_code == _unit_code, Counter.channel.in_(_STAFFED))
)
_HERE = (
    select(Duty.officer_id)
    .join(Counter, Counter.id == Duty.counter_id)
    .join(Unit, Unit.id == Counter.unit_id)
    .where(Unit.unit_code == _unit_code)
)
_OFFICERS = (
    select(Officer.officer_code, Officer.name)
    .join(Unit, Unit.id == Officer.unit_id)
    .where(or_(Unit.unit_code == _unit_code, Officer.id.in_(_HERE)))
)


@dataclass(frozen=True, slots=True)
class Place:
    """A counter and an officer; `is_staffed` where somebody stands at it, `officer_id` None where none is known."""

    counter_id: int
    is_staffed: bool
    officer_id: int | None
    officer_ends_on: date | None


@dataclass(frozen=True, slots=True)
class Choice:
    """A counter or an officer to choose from, by code."""

    code: str
    name: str


def find_place(session: Session, counter_code: str, officer_code: str | None) -> Place | None:
    """Return a counter with an officer, None where there is no such counter."""
    counter = session.execute(_COUNTER, {"counter_code": counter_code}).one_or_none()
    officer = session.execute(_OFFICER, {"officer_code": officer_code}).one_or_none() if officer_code else None
    if counter is None:
        return None
    known = (officer.id, officer.ends_on) if officer else (None, None)
    return Place(counter.id, counter.channel in _STAFFED, *known)


def list_others(
    session: Session, counter_id: int, day: date, parts: Sequence[str], *, officer_id: int | None
) -> Sequence[bytes]:
    """List the ratings given at a counter in parts of a day that are not about the officer; None: about anybody."""
    asked = {"counter_id": counter_id, "day": day, "parts": list(parts)}
    if officer_id is None:
        return session.execute(_OF_ANYBODY, asked).scalars().all()
    return session.execute(_NOT_OF, {**asked, "officer_id": officer_id}).scalars().all()


def list_counters(session: Session, unit_code: str) -> Sequence[Choice]:
    """List every counter of a unit at which somebody stands or stood, by name."""
    return _by_name([Choice(*row) for row in session.execute(_COUNTERS, {"unit_code": unit_code})])


def list_officers(session: Session, unit_code: str) -> Sequence[Choice]:
    """List every officer of a unit and everyone the roster ever put at its counters, former ones too, by name."""
    return _by_name([Choice(*row) for row in session.execute(_OFFICERS, {"unit_code": unit_code})])


def _by_name(found: list[Choice]) -> Sequence[Choice]:
    return sorted(found, key=lambda it: (it.name.casefold(), it.code))
