"""The unit head's page: one unit and period, every figure with its n and range."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from portal.domain.errors import NotFound
from portal.domain.period import Period, periods_between
from portal.domain.score.spread import Spread, spread
from portal.domain.score.summary import ElementScore, Score, pool_by_subject
from portal.services import Portal
from portal.services.report.figures import QUICK, SKM, Figures, Line, Rows
from portal.storage import ledger, structure, tallies
from portal.storage.structure import UnitRow


@dataclass(frozen=True, slots=True)
class UnitReport:
    """Everything that the page of a unit shows.

    `above` are code and name of the units above it inside the caller's scope. `released_at` is in local time.
    `elements` are the nine, the lowest first, those without a figure last. Officers come by name, never ranked.
    `needed` and `needed_for_spread` are the numbers of answers that figures of the unit itself wait for.
    """

    unit_code: str
    unit_name: str
    above: tuple[tuple[str, str], ...]
    period: Period
    periods: tuple[Period, ...]
    released_at: datetime | None
    needed: int
    needed_for_spread: int
    skm: Score
    quick: Score
    spread: Spread | None
    previous_spread: Spread | None
    elements: tuple[ElementScore, ...]
    services: tuple[Line, ...]
    counters: tuple[Line, ...]
    officers: tuple[Line, ...]
    units: tuple[Line, ...]
    rated_today: bool


def open_unit(portal: Portal, scope: Sequence[int], unit_code: str | None, period_code: str | None) -> UnitReport:
    """Return the report of a unit inside the caller's `scope` (ids from the root to the caller's own unit).

    Without a code it is the caller's own unit; without a period the one that holds today.

    Raises:
        NotFound: no such unit in the scope, or no such period.
    """
    with portal.read() as session:
        units = structure.list_subtree(session, scope)
        unit = _get(units, unit_code) if unit_code else units[0]
        kind = portal.policy_on(session, portal.today()).base_period
        period = Period.parse(period_code) if period_code else Period.containing(kind, portal.today())
        if period.kind != kind or period.starts_on > portal.today():
            raise NotFound("period")  # a month beside its semester would show by subtraction what neither shows
        return _report(portal, session, units, unit, period, _periods(portal, session, kind, period))


def _get(units: Sequence[UnitRow], unit_code: str) -> UnitRow:
    for unit in units:
        if unit.unit_code == unit_code:
            return unit
    raise NotFound("unit")


def _periods(portal: Portal, session: Session, kind: str, chosen: Period) -> tuple[Period, ...]:
    """Return the base periods since the first release, and the one that was asked for, the newest first."""
    months = ledger.find_months(session)
    known = periods_between(kind, min(portal.today(), *months) if months else portal.today(), portal.today())
    return tuple(sorted({*known, chosen}, reverse=True))


def _report(
    portal: Portal,
    session: Session,
    units: Sequence[UnitRow],
    unit: UnitRow,
    period: Period,
    periods: tuple[Period, ...],
) -> UnitReport:
    below = [row.id for row in units if row.path[: len(unit.path)] == unit.path]
    line = _line(session, units, unit, period)
    cells = ledger.list_cells(session, _wanted(line), period.preceding.starts_on, period.ends_on)
    pools = pool_by_subject(cell for cell in cells if cell.key.month >= period.starts_on)
    before = pool_by_subject(cell for cell in cells if cell.key.month < period.starts_on)
    rated = tallies.list_counters_rated_on(session, portal.today(), below)
    figures = Figures(portal.instruments, pools, line)
    skm, quick = figures.own(SKM), figures.own(QUICK)
    released_at = max((pool.released_at for pool in pools.values() if pool.released_at), default=None)
    return UnitReport(
        unit_code=unit.unit_code,
        unit_name=unit.name,
        above=tuple((rows.unit.unit_code, rows.unit.name) for rows in line[:-1]),
        period=period,
        periods=periods,
        released_at=released_at.astimezone(portal.time_zone) if released_at else None,
        needed=figures.needed,
        needed_for_spread=figures.needed_for_spread,
        skm=skm,
        quick=quick,
        spread=spread(quick.distribution),
        previous_spread=spread(Figures(portal.instruments, before, line).own(QUICK).distribution),
        elements=tuple(sorted(skm.elements, key=_lowest_first)),
        services=figures.services(),
        counters=figures.counters(rated),
        officers=figures.officers(),
        units=figures.units(),
        rated_today=bool(rated),
    )


def _line(session: Session, units: Sequence[UnitRow], unit: UnitRow, period: Period) -> list[Rows]:
    """Return the rows of each unit from the caller's own down to `unit`: together they tell what must be hidden."""
    line = [row for row in units if unit.path[: len(row.path)] == row.path]
    subjects = structure.list_subjects(session, [row.id for row in line])
    by_name = sorted(units, key=lambda row: row.name.casefold())
    return [
        Rows(
            row,
            [child for child in by_name if child.path[:-1] == row.path],
            [subject for subject in subjects if subject.unit_id == row.id],
            period,
        )
        for row in line
    ]


def _wanted(line: Sequence[Rows]) -> dict[str, list[str]]:
    wanted: dict[str, list[str]] = {}
    for rows in line:
        for cut, subjects in rows.wanted().items():
            wanted.setdefault(cut, []).extend(subjects)
    return wanted


def _lowest_first(element: ElementScore) -> tuple[bool, Decimal]:
    return element.nrr is None, Decimal(element.nrr or 0)
