"""What a citizen's page needs to know of a counter, in one statement."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, TypeVar, cast

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Integer,
    Row,
    Table,
    and_,
    bindparam,
    case,
    exists,
    func,
    lambda_stmt,
    or_,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, aliased

from portal.domain.counter import CounterView
from portal.domain.evidence import MOBILE
from portal.storage.tables import (
    Campaign,
    Counter,
    CounterService,
    DayKey,
    Duty,
    Holiday,
    Officer,
    OpeningHours,
    Service,
    Unit,
    connection_of,
)

T = TypeVar("T", int, str)

_code: BindParameter[str] = bindparam("code")
_day: BindParameter[date] = bindparam("day")
_clock: BindParameter[time] = bindparam("clock")
_weekday: BindParameter[int] = bindparam("weekday")
_counter_id: BindParameter[int] = bindparam("counter_id")


@dataclass(frozen=True, slots=True)
class Scene:
    """A counter at a moment: who is on duty, what it serves, and the key of the day (none: not yet made)."""

    counter: CounterView
    is_open: bool
    on_duty: tuple[int, ...]
    only_service: int | None
    day_key: bytes | None


def _lasting(ends_on: Any) -> ColumnElement[bool]:  # noqa: ANN401 - any mapped date column
    return or_(ends_on.is_(None), ends_on >= _day)


def _served(counter_id: Any, unit_id: Any) -> ColumnElement[bool]:  # noqa: ANN401 - column or parameter
    """Services of the counter: those listed for it, or all of its unit where none is listed."""
    # Told what to correlate: two levels down, a counter left to guess would be any counter.
    some = exists().where(CounterService.counter_id == counter_id).correlate_except(CounterService)
    this = some.where(CounterService.service_id == Service.id)
    return and_(Service.unit_id == unit_id, _lasting(Service.ends_on), or_(this, ~some))


def _on_duty(counter_id: Any) -> ColumnElement[bool]:  # noqa: ANN401 - column or parameter
    """Duty rows in force now at the counter; a dated row replaces the officer's weekly pattern of that day.

    A row that ended before the day it is about is withdrawn.
    """
    dated = aliased(Duty)
    replaced = exists().where(dated.officer_id == Duty.officer_id, dated.on_date == _day, _lasting(dated.ends_on))
    weekly = and_(
        Duty.weekday == _weekday,
        or_(Duty.from_on.is_(None), Duty.from_on <= _day),
        ~replaced,
    )
    server = aliased(Officer)
    gone = exists().where(server.id == Duty.officer_id, server.ends_on < _day)
    today = and_(or_(Duty.on_date == _day, weekly), _lasting(Duty.ends_on), ~gone)
    return and_(Duty.counter_id == counter_id, today, Duty.starts <= _clock, Duty.ends > _clock)


def _is_open() -> ColumnElement[bool]:
    """Tell whether the unit is open: by its own hours, else by the government's, else always; never on a holiday.

    A holiday that ended before its date is withdrawn.
    """
    own, common = aliased(OpeningHours), aliased(OpeningHours)

    def now(hours: Any) -> tuple[ColumnElement[bool], ...]:  # noqa: ANN401 - an aliased table
        return hours.weekday == _weekday, hours.opens <= _clock, hours.closes > _clock, _lasting(hours.ends_on)

    has_own = exists().where(own.unit_id == Unit.id, _lasting(own.ends_on))
    has_common = exists().where(common.unit_id.is_(None), _lasting(common.ends_on))
    open_own = exists().where(own.unit_id == Unit.id, *now(own))
    open_common = exists().where(common.unit_id.is_(None), *now(common))
    holiday = exists().where(
        Holiday.on_date == _day, _lasting(Holiday.ends_on), or_(Holiday.unit_id.is_(None), Holiday.unit_id == Unit.id)
    )
    return and_(case((has_own, open_own), (has_common, open_common), else_=True), ~holiday)


_VIEW_COLUMNS = (
    Counter.id,
    Counter.public_code,
    Counter.name,
    Counter.unit_id,
    Unit.name.label("unit_name"),
    Unit.path,
    Counter.channel,
    Counter.officer_id,
    Officer.name.label("plate_name"),
    Counter.ends_on,
    Unit.counter_label,
    Counter.starts_on,
    Counter.place,
    Counter.tested_until,
)
_VIEWS = (
    select(*_VIEW_COLUMNS).join(Unit, Unit.id == Counter.unit_id).outerjoin(Officer, Officer.id == Counter.officer_id)
)
_VIEW = _VIEWS.where(Counter.public_code == _code)
_VIEW_BY_ID = _VIEWS.where(Counter.id == _counter_id)
_VIEW_BY_COUNTER_CODE = _VIEWS.where(Counter.counter_code == bindparam("counter_code"))
_ONLY_SERVICE = (
    select(case((func.count() == 1, func.min(Service.id))))
    .where(_served(Counter.id, Counter.unit_id))
    .correlate(Counter)
    .scalar_subquery()
)
_SCENE = (
    select(
        *_VIEW_COLUMNS,
        _is_open().label("is_open"),
        _ONLY_SERVICE.label("only_service"),
        select(DayKey.key).where(DayKey.on_date == _day).scalar_subquery().label("day_key"),
        Duty.officer_id.label("duty_officer_id"),
    )
    .join(Unit, Unit.id == Counter.unit_id)
    .outerjoin(Officer, Officer.id == Counter.officer_id)
    .outerjoin(Duty, _on_duty(Counter.id))
    .where(Counter.public_code == _code)
)
# Known by the place of the lambda: SQLAlchemy need not hash so long a statement at every rating to find it compiled.
_SCENE_KNOWN = lambda_stmt(lambda: _SCENE, enable_tracking=False)
_SERVICES = select(Service.id, Service.name).where(_served(_counter_id, bindparam("unit_id")))
_DUTY_NAMES = (
    select(Officer.id, Officer.name).join(Duty, and_(Duty.officer_id == Officer.id, _on_duty(_counter_id))).distinct()
)
_SIBLINGS = select(Counter.public_code, Counter.name, Counter.place).where(
    Counter.unit_id == bindparam("unit_id"),
    Counter.channel.in_(("loket", MOBILE)),
    _lasting(Counter.ends_on),
    or_(Counter.starts_on.is_(None), Counter.starts_on <= _day),
)
_CAMPAIGNS = select(
    exists().where(
        Campaign.unit_id.in_(bindparam("unit_path", expanding=True)),
        Campaign.starts_on <= _day,
        Campaign.ends_on >= _day,
        or_(Campaign.service_id.is_(None), Campaign.service_id == bindparam("service_id", type_=Integer)),
    )
)
_DAY_KEY = {
    "sqlite": sqlite.insert(cast("Table", DayKey.__table__)).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(cast("Table", DayKey.__table__)).on_conflict_do_nothing(),
}


def _moment(at: datetime) -> dict[str, Any]:
    return {"day": at.date(), "weekday": at.weekday(), "clock": at.time().replace(second=0, microsecond=0, tzinfo=None)}


def _view(row: Any) -> CounterView:  # noqa: ANN401 - a result row of _VIEW_COLUMNS
    path = tuple(int(part) for part in row.path.split("."))
    return CounterView(
        row.id,
        row.public_code,
        row.name,
        row.unit_id,
        row.unit_name,
        path,
        row.channel,
        row.officer_id,
        row.plate_name,
        row.ends_on,
        row.counter_label,
        row.starts_on,
        row.place,
        row.tested_until,
    )


def find_counter(session: Session, public_code: str) -> CounterView | None:
    """Return the counter that carries `public_code`, closed ones too."""
    row = connection_of(session).execute(_VIEW, {"code": public_code}).one_or_none()
    return _view(row) if row else None


def find_by_counter_code(session: Session, counter_code: str) -> CounterView | None:
    """Return the counter by its key in the workbook, closed ones too."""
    row = connection_of(session).execute(_VIEW_BY_COUNTER_CODE, {"counter_code": counter_code}).one_or_none()
    return _view(row) if row else None


def get_counter(session: Session, counter_id: int) -> CounterView:
    """Return the counter of a response, which always exists."""
    return _view(connection_of(session).execute(_VIEW_BY_ID, {"counter_id": counter_id}).one())


def find_scene(session: Session, public_code: str, at: datetime) -> Scene | None:
    """Return the counter as it is at the local time `at`."""
    rows = connection_of(session).execute(_SCENE_KNOWN, {"code": public_code, **_moment(at)}).all()
    if not rows:
        return None
    officers = {row.duty_officer_id for row in rows} - {None}
    first = rows[0]
    return Scene(_view(first), bool(first.is_open), tuple(sorted(officers)), first.only_service, first.day_key)


def _by_name(rows: Iterable[Row[T, str] | tuple[T, str]]) -> list[tuple[T, str]]:
    """Sort (key, name) by name here: databases put capitals and spaces in different places."""
    return sorted(((key, name) for key, name in rows), key=lambda row: row[1].casefold())


def list_services(session: Session, counter: CounterView, at: datetime) -> Sequence[tuple[int, str]]:
    """List (id, name) of the services that the counter gives, by name."""
    parameters = {"counter_id": counter.id, "unit_id": counter.unit_id, **_moment(at)}
    return _by_name(connection_of(session).execute(_SERVICES, parameters))


def list_on_duty(session: Session, counter_id: int, at: datetime) -> Sequence[tuple[int, str]]:
    """List (id, name) of the officers on duty at the local time `at`, by name."""
    return _by_name(connection_of(session).execute(_DUTY_NAMES, {"counter_id": counter_id, **_moment(at)}))


def list_open_counters(session: Session, unit_id: int, day: date) -> Sequence[tuple[str, str]]:
    """List (public code, name) of the unit's counters in use on `day`, by name, which ends with the place if any."""
    rows = connection_of(session).execute(_SIBLINGS, {"unit_id": unit_id, "day": day})
    return _by_name((code, f"{name}, {place}" if place else name) for code, name, place in rows)


def has_campaign(session: Session, unit_path: Sequence[int], service_id: int | None, day: date) -> bool:
    """Tell whether the unit, or one above it, asks for the nine elements on `day`: of every service, or of this one."""
    parameters = {"unit_path": list(unit_path), "service_id": service_id, "day": day}
    return bool(connection_of(session).execute(_CAMPAIGNS, parameters).scalar_one())


def put_day_key(session: Session, on_date: date, key: bytes) -> bytes:
    """Keep the first key offered for the day, and return it."""
    connection_of(session).execute(_DAY_KEY[session.get_bind().dialect.name], {"on_date": on_date, "key": key})
    return connection_of(session).execute(select(DayKey.key).where(DayKey.on_date == on_date)).scalar_one()
