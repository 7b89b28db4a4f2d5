"""The months of a unit: a figure for each that may be shown, and whether it differs from those before it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Final

from portal.domain.instrument import Instrument
from portal.domain.period import Period, month_of
from portal.domain.score.change import BASELINE, Change, Point, change, point
from portal.domain.score.family import Family, Key
from portal.domain.score.months import Cells, Count, banded_months, shown_months
from portal.domain.score.skm import POINTS_PER_STEP
from portal.domain.score.summary import Pool, ReleasedCell, Score, pool_by_subject, score
from portal.domain.tally import Tally
from portal.domain.threshold import Thresholds

MONTHS: Final = 12
"""Months that a trend shows; as many before them tell what is usual."""


@dataclass(frozen=True, slots=True)
class MonthLine:
    """One month: its figure, without numbers where it may not be shown, and what is said of it."""

    month: date
    score: Score
    change: Change


@dataclass(frozen=True, slots=True)
class Trend:
    """The months up to the end of the period or to the present one, oldest first."""

    instrument: str
    months: tuple[MonthLine, ...]

    @property
    def latest(self) -> MonthLine | None:
        """The last month that has a figure."""
        return next((line for line in reversed(self.months) if line.score.value), None)

    @property
    def n(self) -> int:
        """The answers of the months that have a figure."""
        return sum(line.score.n or 0 for line in self.months)


@dataclass(frozen=True, slots=True)
class Span:
    """The months that a trend is drawn from, oldest first: the last twelve are shown."""

    kind: str
    months: tuple[date, ...]

    @classmethod
    def until(cls, kind: str, period: Period, today: date) -> Span:
        """Return the span that ends with the period, or with the present month where that comes first.

        `kind` is that of the base periods.
        """
        last = Period.containing("month", min(period.ends_on, today))
        months = [last]
        while len(months) < MONTHS + BASELINE:
            months.append(months[-1].preceding)
        return cls(kind, tuple(month.starts_on for month in reversed(months)))

    @property
    def since(self) -> date:
        """The first month of the base periods that the span touches: what is shown of one depends on all its months."""
        return Period.containing(self.kind, self.months[0]).starts_on


def counted_measure(instrument: Instrument) -> str:
    """Return the measure whose answers an instrument's figures are counted by: complete ballots, or its one element."""
    return instrument.composite_key or instrument.element_keys[0]


def trend(instrument: Instrument, line: Sequence[Family], cells: Sequence[ReleasedCell], span: Span) -> Trend:
    """Return the trend of the last unit of `line`, which leads down to it from the uppermost that the reader sees."""
    unit, thresholds = line[-1].unit, Thresholds()
    counts = _counts(counted_measure(instrument), cells)
    pools, measure = _pools(unit, cells), counted_measure(instrument)
    shown: set[date] = set()
    bands: set[date] = set()
    for period in {Period.containing(span.kind, month) for month in span.months}:
        of_period = shown_months(line, instrument, _within(counts, period), thresholds)
        tallies = {it: pools.get(it, Pool()).tallies.get(measure, Tally()) for it in period.months}
        bands |= banded_months(tallies, of_period, len(instrument.elements), thresholds)
        shown |= of_period
    lines: list[MonthLine] = []
    before: list[Point] = []
    for month in span.months:
        pool = pools.get(month, Pool()) if month in shown else Pool()
        figure = score(instrument, unit[0], pool, thresholds, {measure} if month in bands else ())
        now = _point(instrument, figure, pool)
        lines.append(MonthLine(month, figure, change(before, now)))
        before += [now] if now else []
    return Trend(instrument.id, tuple(lines[-MONTHS:]))


def latest_changes(instrument: Instrument, cut: str, cells: Iterable[ReleasedCell], span: Span) -> Mapping[str, Change]:
    """Return by subject what its last month with a figure says after the twelve before it; others are left out.

    The months themselves are printed nowhere: the word is all that is told of them.
    """
    measure, thresholds = counted_measure(instrument), Thresholds()
    points: dict[str, list[Point]] = {}
    own = (
        cell for cell in cells if (cell.key.cut, cell.key.measure) == (cut, measure) and cell.key.month in span.months
    )
    for cell in sorted(own, key=lambda it: it.key.month):
        if thresholds.may_show(cut, cell.tally.n, cell.officers):
            tally, asked = cell.tally, len(instrument.elements)
            mean = Fraction(POINTS_PER_STEP * tally.total, asked * tally.n)
            points.setdefault(cell.key.subject, []).append(point(mean, tally.n, tally.total, tally.squares, asked))
    return {subject: change(known[:-1], known[-1]) for subject, known in points.items() if len(known) > BASELINE}


def _counts(measure: str, cells: Iterable[ReleasedCell]) -> Mapping[Key, Mapping[date, Count]]:
    counts: dict[Key, dict[date, Count]] = {}
    for cell in cells:
        if cell.key.measure == measure:
            row = counts.setdefault((cell.key.cut, cell.key.subject), {})
            row[cell.key.month] = Count(cell.tally.n, cell.officers)
    return counts


def _within(counts: Cells, period: Period) -> Cells:
    return {
        row: {month: count for month, count in months.items() if month in period.months}
        for row, months in counts.items()
    }


def _pools(unit: Key, cells: Iterable[ReleasedCell]) -> Mapping[date, Pool]:
    by_month: dict[date, list[ReleasedCell]] = {}
    for cell in cells:
        if (cell.key.cut, cell.key.subject) == unit:
            by_month.setdefault(month_of(cell.key.month), []).append(cell)
    return {month: pool_by_subject(own)[unit] for month, own in by_month.items()}


def _point(instrument: Instrument, figure: Score, pool: Pool) -> Point | None:
    """Return the month as its printed figure says, so that a reader can check what is said of it."""
    if figure.value is None or figure.n is None:
        return None
    tally = pool.tallies.get(counted_measure(instrument), Tally())
    asked = len(instrument.elements)
    return point(Fraction(Decimal(figure.value)), tally.n, tally.total, tally.squares, asked)
