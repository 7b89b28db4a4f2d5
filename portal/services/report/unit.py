"""The unit head's page: one unit and period, every figure with its n and range."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from portal.domain.errors import NotFound
from portal.domain.period import Period, periods_between
from portal.domain.score.sample import SampleTarget
from portal.domain.score.spread import Spread, spread
from portal.domain.score.summary import ElementScore, Pool, ReleasedCell, Score, pool_by_subject
from portal.services import Portal
from portal.services.report.figures import QUICK, SKM, Figures, Line, Rows
from portal.services.report.trend import Span, Trend, counted_measure, trend
from portal.storage import ledger, reported, structure, tallies
from portal.storage.ledger import History
from portal.storage.reported import IndicatorRow, PastIndex, Reported
from portal.storage.structure import UnitRow


@dataclass(frozen=True, slots=True)
class UnitReport:
    """Everything that the page of a unit shows.

    `above` are code and name of the units above it inside the caller's scope. `released_at` is in local time.
    `elements` are the nine, the lowest first, those without a figure last. Officers come by name, never ranked.
    `needed` and `needed_for_spread` are the numbers of answers that figures of the unit itself wait for.
    `target` is the index aimed at, a decimal string; `respondents` how many a survey of this period needs.
    """

    unit_code: str
    unit_name: str
    counter_label: str | None
    above: tuple[tuple[str, str], ...]
    period: Period
    periods: tuple[Period, ...]
    released_at: datetime | None
    needed: int
    needed_for_spread: int
    target: str | None
    respondents: SampleTarget | None
    skm: Score
    quick: Score
    skm_trend: Trend
    quick_trend: Trend
    past: tuple[PastIndex, ...]
    spread: Spread | None
    previous_spread: Spread | None
    elements: tuple[ElementScore, ...]
    services: tuple[Line, ...]
    counters: tuple[Line, ...]
    officers: tuple[Line, ...]
    units: tuple[Line, ...]
    indicators: tuple[IndicatorRow, ...]
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
        kept = _read(portal, session, units, unit, period)
        return _report(portal, kept, _periods(portal, session, kind, period))


@dataclass(frozen=True, slots=True)
class _Kept:
    """What is read of a unit: its rows and those above it, released cells, what it reports, who was rated today."""

    line: Sequence[Rows]
    period: Period
    cells: Sequence[ReleasedCell]
    span: Span
    reported: Reported
    rated: set[int]

    def pools(self, period: Period) -> dict[tuple[str, str], Pool]:
        """Pool the released cells of a period."""
        return pool_by_subject(cell for cell in self.cells if period.starts_on <= cell.key.month <= period.ends_on)


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


def _read(portal: Portal, session: Session, units: Sequence[UnitRow], unit: UnitRow, period: Period) -> _Kept:
    below = [row.id for row in units if row.path[: len(unit.path)] == unit.path]
    line = _line(session, units, unit, period)
    span = Span.until(period, portal.today())
    history = History(str(unit.id), [counted_measure(portal.instruments[name]) for name in (SKM, QUICK)])
    first, last = period.preceding.starts_on, period.ends_on
    cells = ledger.list_history(session, _wanted(line), first, last, since=span.since, history=history)
    told = reported.get_reported(session, unit.id, below, period.starts_on, period.ends_on)
    rated = tallies.list_counters_rated_on(session, portal.today(), below)
    return _Kept(line, period, cells, span, told, rated)


def _report(portal: Portal, kept: _Kept, periods: tuple[Period, ...]) -> UnitReport:
    unit, period, pools = kept.line[-1].unit, kept.period, kept.pools(kept.period)
    figures = Figures(portal.instruments, pools, kept.line)
    earlier = Figures(portal.instruments, kept.pools(period.preceding), kept.line)
    skm, quick = figures.own(SKM), figures.own(QUICK)
    released_at = max((pool.released_at for pool in pools.values() if pool.released_at), default=None)
    return UnitReport(
        unit_code=unit.unit_code,
        unit_name=unit.name,
        counter_label=unit.counter_label,
        above=tuple((rows.unit.unit_code, rows.unit.name) for rows in kept.line[:-1]),
        period=period,
        periods=periods,
        released_at=released_at.astimezone(portal.time_zone) if released_at else None,
        needed=figures.needed,
        needed_for_spread=figures.needed_for_spread,
        target=unit.target,
        respondents=SampleTarget.of(kept.reported.served),
        skm=skm,
        quick=quick,
        skm_trend=_trend(portal, kept, SKM),
        quick_trend=_trend(portal, kept, QUICK),
        past=kept.reported.past,
        spread=spread(quick.distribution),
        previous_spread=spread(earlier.own(QUICK).distribution),
        elements=tuple(sorted(skm.elements, key=_lowest_first)),
        services=figures.services(),
        counters=figures.counters(kept.rated),
        officers=figures.officers(),
        units=figures.units(),
        indicators=tuple(row for row in kept.reported.indicators if _is_of(row, period)),
        rated_today=bool(kept.rated),
    )


def _trend(portal: Portal, kept: _Kept, name: str) -> Trend:
    return trend(portal.instruments[name], [rows.family for rows in kept.line], kept.cells, kept.span)


def _is_of(row: IndicatorRow, period: Period) -> bool:
    """Tell whether an indicator's own period, of whatever kind, overlaps the one reported."""
    own = Period.parse(row.period_code)
    return own.starts_on <= period.ends_on and own.ends_on >= period.starts_on


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
