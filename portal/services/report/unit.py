"""The unit head's page: one unit and period, every figure with its n and range."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from portal.domain.period import Period
from portal.domain.score.change import Change
from portal.domain.score.sample import SampleTarget
from portal.domain.score.spread import Spread, spread
from portal.domain.score.summary import ElementScore, ReleasedCell, Score
from portal.services import Portal
from portal.services.report.comparison import Sheet, list_beside
from portal.services.report.figures import HELP, QUICK, SKM, Figures, Line, Rows
from portal.services.report.frozen import DayParts, Options, day_parts, options
from portal.services.report.indicator_lines import IndicatorLine, Shown, line_of, values_of
from portal.services.report.reading import (
    Chosen,
    choose,
    figures_of,
    get_unit,
    line_to,
    list_choices,
    pools_of,
    wanted,
)
from portal.services.report.trend import Span, Trend, counted_measure, latest_changes, trend
from portal.storage import ledger, reported, structure, tallies
from portal.storage.indicators import overlaps
from portal.storage.ledger import History
from portal.storage.reported import PastIndex, Reported
from portal.storage.structure import UnitRow


@dataclass(frozen=True, slots=True)
class UnitReport:
    """Everything that the page of a unit shows; `bases` are the closed periods of a union, none for a base period.

    `above` are code and name of the units above it inside the caller's scope. `released_at` is in local time.
    `elements` are the nine, the lowest first, those without a figure last. Officers come by name, never ranked.
    `needed` and `needed_for_spread` are the numbers of answers that figures of the unit itself wait for.
    `target` is the index aimed at, a decimal string; `respondents` how many a survey of this period needs. `sheet` is
    the one by which officers were compared last.
    """

    unit_code: str
    unit_name: str
    counter_label: str | None
    above: tuple[tuple[str, str], ...]
    period: Period
    bases: tuple[Period, ...]
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
    day_parts: DayParts
    options: tuple[Options, ...]
    services: tuple[Line, ...]
    counters: tuple[Line, ...]
    officers: tuple[Line, ...]
    sheet: Sheet | None
    units: tuple[Line, ...]
    indicators: tuple[IndicatorLine, ...]
    rated_today: bool


def open_unit(portal: Portal, scope: Sequence[int], unit_code: str | None, period_code: str | None) -> UnitReport:
    """Return the report of a unit inside the caller's `scope` (ids from the root to the caller's own unit).

    Without a code it is the caller's own unit; without a period the one that holds today.

    Raises:
        NotFound: no such unit in the scope, or no such period.
    """
    with portal.read() as session:
        return read_unit(portal, session, scope, unit_code, period_code)


def read_unit(
    portal: Portal, session: Session, scope: Sequence[int], unit_code: str | None, period_code: str | None
) -> UnitReport:
    """Return what `open_unit` does, from the same state of the data as whatever else the session reads.

    Raises:
        NotFound: as `open_unit`.
    """
    units = structure.list_subtree(session, scope)
    unit = get_unit(units, unit_code)
    chosen = choose(portal, session, unit, period_code)
    return _report(portal, _read(portal, session, units, unit, chosen), list_choices(portal, chosen))


@dataclass(frozen=True, slots=True)
class _Kept:
    """What is read of a unit: its rows and those above it, released cells, what it reports, who was rated today."""

    line: Sequence[Rows]
    chosen: Chosen
    cells: Sequence[ReleasedCell]
    figures: Figures
    span: Span
    reported: Reported
    rated: set[int]


def _read(portal: Portal, session: Session, units: Sequence[UnitRow], unit: UnitRow, chosen: Chosen) -> _Kept:
    period = chosen.period
    below = [row.id for row in units if row.path[: len(unit.path)] == unit.path]
    line = line_to(session, units, unit, period)
    span = Span.until(chosen.kind, period, portal.today())
    history = History(str(unit.id), [counted_measure(portal.instruments[name]) for name in (SKM, QUICK, HELP)])
    first = period.starts_on if chosen.bases else period.preceding.starts_on
    cells = ledger.list_history(session, wanted(line), first, period.ends_on, since=span.since, history=history)
    figures = figures_of(portal, session, line, chosen, cells)
    told = reported.get_reported(session, unit.id, below, period)
    rated = tallies.list_counters_rated_on(session, portal.today(), below)
    return _Kept(line, chosen, cells, figures, span, told, rated)


def _report(portal: Portal, kept: _Kept, periods: tuple[Period, ...]) -> UnitReport:
    unit, period, figures = kept.line[-1].unit, kept.chosen.period, kept.figures
    skm, quick = figures.own(SKM), figures.own(QUICK)
    beside = list_beside(kept.chosen.calendar.sheet, [it.code for it in kept.line[-1].listed("officer")])
    released_at = figures.released_at.astimezone(portal.time_zone) if figures.released_at else None
    return UnitReport(
        unit_code=unit.unit_code,
        unit_name=unit.name,
        counter_label=unit.counter_label,
        above=tuple((rows.unit.unit_code, rows.unit.name) for rows in kept.line[:-1]),
        period=period,
        bases=kept.chosen.bases,
        periods=periods,
        released_at=released_at,
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
        previous_spread=_previous_spread(portal, kept),
        elements=tuple(sorted(skm.elements, key=_lowest_first)),
        day_parts=_day_parts(portal, kept),
        options=_options(portal, kept, skm),
        services=figures.services(_changes(portal, kept, QUICK, "service")),
        counters=figures.counters(kept.rated),
        officers=figures.officers(_changes(portal, kept, HELP, "officer"), beside),
        sheet=Sheet.of(kept.chosen.calendar.sheet) if beside and kept.chosen.calendar.sheet else None,
        units=figures.units(),
        indicators=_indicators(kept, skm, quick, released_at),
        rated_today=bool(kept.rated),
    )


def _changes(portal: Portal, kept: _Kept, name: str, cut: str) -> Mapping[str, Change]:
    return latest_changes(portal.instruments[name], cut, kept.cells, kept.span)


def _day_parts(portal: Portal, kept: _Kept) -> DayParts:
    """Return the day by its parts; none for a union, which would tell by subtraction what a base period hides."""
    if kept.chosen.bases or not kept.figures.own(QUICK).n:
        return DayParts()
    return day_parts(portal.instruments[QUICK], kept.line[-1].family.unit, kept.cells, kept.chosen.period)


def _options(portal: Portal, kept: _Kept, skm: Score) -> tuple[Options, ...]:
    """Return who answered and about what; none where the unit is hidden, or for a union."""
    if kept.chosen.bases or not (skm.n or kept.figures.own(QUICK).n):
        return ()
    asked = max((element.n or 0 for element in skm.elements), default=0)
    return options(portal.instruments, kept.cells, kept.chosen.period, asked)


def _previous_spread(portal: Portal, kept: _Kept) -> Spread | None:
    """Return the spread of the base period before; none beside a union, whose periods it would overlap."""
    if kept.chosen.bases:
        return None
    before = Figures(portal.instruments, pools_of(kept.cells, kept.chosen.period.preceding), kept.line)
    return spread(before.own(QUICK).distribution)


def _trend(portal: Portal, kept: _Kept, name: str) -> Trend:
    return trend(portal.instruments[name], [rows.family for rows in kept.line], kept.cells, kept.span)


def _indicators(kept: _Kept, skm: Score, quick: Score, released_at: datetime | None) -> tuple[IndicatorLine, ...]:
    as_of = released_at.date() if released_at else None
    shown = Shown(kept.chosen.period, values_of((skm, quick)), quick.n, kept.reported.counted, as_of)
    rows = kept.reported.indicators
    return tuple(line_of(row, shown) for row in rows if overlaps(row.period_code, kept.chosen.period))


def _lowest_first(element: ElementScore) -> tuple[bool, Decimal]:
    return element.nrr is None, Decimal(element.nrr or 0)
