"""The numbers served, typed day by day by the unit itself; the same rows as the sheet `Jumlah dilayani`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from sqlalchemy.orm import Session

from portal.domain import served as counts
from portal.domain.errors import Invalid, NotFound
from portal.domain.workbook.sheet import SERVED, SHEETS, Fields
from portal.services import Portal
from portal.storage import audit, registry, served, structure
from portal.storage.served import Served
from portal.storage.structure import UnitRow

ACT: Final = "served-counted"


@dataclass(frozen=True, slots=True)
class ServedLine:
    """What one service served on the day; None where nothing was typed."""

    code: str
    name: str
    n: int | None


@dataclass(frozen=True, slots=True)
class ServedDay:
    """A day of the table below the form; None where nothing was typed."""

    day: date
    total: int | None


@dataclass(frozen=True, slots=True)
class ServedPage:
    """One day of a unit to type, and the days before; `first` is the earliest that may be typed."""

    unit_code: str
    unit_name: str
    day: date
    first: date
    today: date
    n: int | None
    services: tuple[ServedLine, ...]
    days: tuple[ServedDay, ...]


def open_served(portal: Portal, scope: Sequence[int], unit_code: str, day: date | None) -> ServedPage:
    """Return the numbers of a unit inside the caller's `scope` (ids from the root to the caller's own unit).

    Without a day it is today.

    Raises:
        NotFound: no such unit in the scope.
        Invalid: `day` is still to come, or too long ago.
    """
    today = portal.today()
    day = _checked(day or today, today)
    with portal.read() as session:
        unit = structure.get_unit(session, scope, unit_code)
        typed = served.list_served(session, unit.id, min(day, today - timedelta(days=counts.DAYS_SHOWN - 1)), today)
        services = _list_services(session, unit, day)
    by_day: dict[date, dict[str | None, int]] = {}
    for row in typed:
        by_day.setdefault(row.on_date, {})[row.service] = row.n
    now = by_day.get(day, {})
    lines = tuple(ServedLine(code, name, now.get(code)) for code, name in services.items())
    shown = [today - timedelta(days=back) for back in range(counts.DAYS_SHOWN)]
    days = tuple(ServedDay(one, counts.total(by_day.get(one, {}))) for one in shown)
    return ServedPage(unit.unit_code, unit.name, day, counts.earliest(today), today, now.get(None), lines, days)


def put_served(
    portal: Portal,
    scope: Sequence[int],
    unit_code: str,
    day: date,
    typed: Mapping[str | None, int | None],
    *,
    actor: str,
) -> None:
    """Keep the numbers of a day by service, None for all together; one that is taken away is kept as 0.

    Raises:
        NotFound: no such unit in the scope, or no such service in the unit.
        Invalid: `day` is still to come, or too long ago.
    """
    _checked(day, portal.today())
    with portal.begin(repeatable=True) as session:
        registry.hold_registry(session)
        unit = structure.get_unit(session, scope, unit_code)
        if not typed.keys() <= {None, *_list_services(session, unit, day)}:
            raise NotFound("service")
        stored = {row.service: row for row in served.list_served(session, unit.id, day, day)}
        wanted = {service: n or 0 for service, n in typed.items() if n is not None or service in stored}
        changed = {service: n for service, n in wanted.items() if service not in stored or stored[service].n != n}
        if changed:
            _put(session, unit.unit_code, day, changed, stored)
            said = {service or "-": n for service, n in changed.items()}
            detail = {"unit": unit.unit_code, "on_date": day.isoformat(), "n": said}
            audit.append(session, at=portal.now(), actor=actor, act=ACT, detail=detail)


def _put(
    session: Session, unit_code: str, day: date, changed: Mapping[str | None, int], stored: Mapping[str | None, Served]
) -> None:
    fresh: list[Fields] = [
        {"unit": unit_code, "service": service, "on_date": day, "n": n}
        for service, n in changed.items()
        if service not in stored
    ]
    registry.add_rows(session, SERVED, [(SHEETS[SERVED].code_of(fields), fields) for fields in fresh])
    known = [(stored[service].code, {"n": n}) for service, n in changed.items() if service in stored]
    registry.put_rows(session, SERVED, known)


def _checked(day: date, today: date) -> date:
    if not counts.earliest(today) <= day <= today:
        raise Invalid("day")
    return day


def _list_services(session: Session, unit: UnitRow, day: date) -> dict[str, str]:
    """Return the services that the unit gave on the day, code to name, by name."""
    return {
        subject.code: subject.name
        for subject in structure.list_subjects(session, [unit.id])
        if subject.kind == "service" and (subject.ends_on is None or subject.ends_on >= day)
    }
