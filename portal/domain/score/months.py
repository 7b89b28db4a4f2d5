"""Which months of a base period may be shown beside the figures of the whole period.

A month is shown where its own count is enough and where neither the other months of the period, nor the rows that make
the unit up, nor the months of the units beside it, tell by subtraction that one to four answers lie somewhere. What
subtraction tells is drawn as a graph: a node for each printed total (a month of the unit, the months not shown
together, the period of a row), a tie for each answer between the two totals that hold it. To subtract totals from each
other is to part the nodes in two, and what does not cancel are the ties that are cut.

To show less joins two nodes and so makes no cut smaller: whatever is safe stays safe when months are taken away.
Kept between a unit and the rows just below it even from those who know in which months a row had no answer; two levels
below, as in a release, only by what is printed.

Source: design 4, "Releases".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Final

from portal.domain import sibling
from portal.domain.instrument import Instrument
from portal.domain.least_cut import has_no_small_cut
from portal.domain.score.band import Total, banded, is_alike, rest_total, row_total
from portal.domain.score.family import Family, Key
from portal.domain.tally import Tally
from portal.domain.threshold import Thresholds

FEWEST: Final = 5
"""Fewest answers that subtraction may leave, unless it leaves none."""


@dataclass(frozen=True, slots=True)
class Count:
    """Released answers of one row in one month, and the distinct officers behind them, None where none are loaded."""

    n: int
    officers: int | None = None


Months = Mapping[date, Count]
Cells = Mapping[Key, Months]


def shown_months(
    line: Sequence[Family], instrument: Instrument, cells: Cells, thresholds: Thresholds
) -> frozenset[date]:
    """Return the months of one base period in which the last unit of the line shows its figure.

    `line` leads from the uppermost unit that the reader sees down to the one reported; `cells` holds the counts of
    that period only, for an index those of complete ballots.
    """
    table = _Table(instrument, cells, thresholds)
    seen = table.own(line[0])
    for above, below in pairwise(line):
        seen = table.settled(below.unit, table.among(above, seen)[below.unit] & table.own(below))
    return seen


def banded_months(
    tallies: Mapping[date, Tally], shown: Collection[date], asked: int, thresholds: Thresholds
) -> frozenset[date]:
    """Return the months shown that print a band: those that are alike, and what would tell them beside their period.

    `tallies` are those of all months of one base period, of ballots of `asked` elements; the months not shown are alike
    together at times, too.
    """
    totals: dict[date | None, Total] = {month: row_total(tallies[month], asked) for month in shown}
    alike: set[date | None] = {month for month in shown if is_alike(tallies[month], thresholds.alike)}
    rest = sum((tally for month, tally in tallies.items() if month not in shown), Tally())
    if rest.n:
        totals[None] = rest_total(rest, asked)
        alike |= {None} if is_alike(rest, thresholds.alike) else set()
    smallest_first = sorted(shown, key=lambda month: (tallies[month].n, month))
    gone = banded(totals, alike, {None} & totals.keys(), smallest_first)
    return frozenset(month for month in gone if month)


@dataclass(frozen=True, slots=True)
class _Table:
    """The counts of one instrument and base period, by row and month."""

    instrument: Instrument
    cells: Cells
    thresholds: Thresholds

    def own(self, family: Family) -> frozenset[date]:
        """Return what the unit may show beside its period and beside the periods of the rows that make it up."""
        shown = self.settled(family.unit, self._large(family.unit))
        while shown and not self._is_safe(family, shown, {}):
            smallest = self._smallest((family.unit, month) for month in shown)[1]
            shown = self.settled(family.unit, shown - {smallest})
        return shown

    def among(self, family: Family, seen: frozenset[date]) -> dict[Key, frozenset[date]]:
        """Return what each unit just below may show beside what its family shows of months, the unit above `seen`."""
        hidden = self._hidden(family)
        months = {
            unit: self.settled(unit, self._large(unit) & seen) if unit not in hidden else frozenset()
            for unit in family.units
        }
        while any(months.values()) and not self._is_safe(family, seen, months):
            unit, month = self._smallest((unit, month) for unit, shown in months.items() for month in shown)
            months[unit] = self.settled(unit, months[unit] - {month})
        return months

    def settled(self, row: Key, shown: frozenset[date]) -> frozenset[date]:
        """Take further months away, the smallest first, until the rest of the row's period is none or large enough."""
        counts = {month: count.n for month, count in self._months(row).items()}
        total = sum(counts.values())
        gone = sibling.hidden(total, [counts], counts.keys() - shown)
        while len(gone) < len(counts) and 0 < sum(counts[month] for month in gone) < FEWEST:
            gone |= {self._smallest((row, month) for month in counts if month not in gone)[1]}
        return frozenset(counts.keys() - gone)

    def _months(self, row: Key) -> Months:
        return self.cells.get(row, {})

    def _total(self, row: Key) -> int:
        return sum(count.n for count in self._months(row).values())

    def _large(self, row: Key) -> frozenset[date]:
        months = self._months(row).items()
        return frozenset(month for month, it in months if self.thresholds.may_show(row[0], it.n, it.officers))

    def _smallest(self, cells: Iterable[tuple[Key, date]]) -> tuple[Key, date]:
        return min(cells, key=lambda cell: (self._months(cell[0])[cell[1]].n, cell))

    def _hidden(self, family: Family) -> frozenset[Key]:
        """Return the rows whose figure of the whole period is not shown."""
        partitions = [{row: self._total(row) for row in rows} for rows in family.partitions(self.instrument)]
        too_small = {row for counts in partitions for row, n in counts.items() if not self._is_large(row, n)}
        return sibling.hidden(self._total(family.unit), partitions, too_small)

    def _is_large(self, row: Key, n: int) -> bool:
        known = [count.officers for count in self._months(row).values() if count.officers is not None]
        return self.thresholds.may_show(row[0], n, min(known, default=None))

    def _is_safe(self, family: Family, seen: frozenset[date], below: Mapping[Key, frozenset[date]]) -> bool:
        hidden = self._hidden(family)
        return all(
            has_no_small_cut(self._ties(family.unit, rows, hidden, seen, below), FEWEST)
            for rows in family.partitions(self.instrument)
        )

    def _ties(
        self,
        unit: Key,
        rows: Sequence[Key],
        hidden: Collection[Key],
        seen: frozenset[date],
        below: Mapping[Key, frozenset[date]],
    ) -> Counter[tuple[int, ...]]:
        """Count the answers between each printed month (node 0: those not printed) and each printed row.

        Rows that are not printed, and what no row holds, are one node: the rest. An answer in a month of a row that is
        printed itself lies between no two totals.
        """
        printed = [row for row in rows if row not in hidden]
        months = self._months(unit)
        place = {month: number for number, month in enumerate(sorted(seen), 1)}
        rest = len(place) + 1
        ties: Counter[tuple[int, ...]] = Counter()
        for month, whole in months.items():
            counts = [self._months(row).get(month, Count(0)).n for row in printed]
            ties[place.get(month, 0), rest] += max(0, whole.n - sum(counts))
            for number, (row, n) in enumerate(zip(printed, counts, strict=True), rest + 1):
                ties[place.get(month, 0), number] += 0 if month in below.get(row, ()) else n
        return +ties
