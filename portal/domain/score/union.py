"""Which figures of a union of base periods may be shown beside those of the base periods themselves.

A base period shows what it shows whatever is made of it later, so it is the union that gives way. Where every base
period of a row that has answers shows its figure, the union is their sum and tells nothing new. Else it is shown only
where each hidden count could still be any of five, as far as all sums tell:

- of a calendar year, for a unit and the rows that make it up together: years share no base period, so each stands
  alone; hidden counts are known as sums by row (its year) and by column (what the unit leaves in a base period);
- of an officer, who is part of nothing: every twelve months in their order, each beside all before it, because windows
  overlap; counts are differences of running totals, and sums of neighbours are differences too.

Twelve months of units, services and counters that are no calendar year are shown only where they tell nothing new.

Source: design 4, "Releases".
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Final

from portal.domain.instrument import Instrument
from portal.domain.period import Period, twelve_months_to
from portal.domain.score.family import Family, Key, has_figure, hidden_rows
from portal.domain.score.flow import Arc, can_move
from portal.domain.score.summary import Pool
from portal.domain.sibling import FEWEST_POSSIBLE
from portal.domain.threshold import Thresholds

FEWEST: Final = 5
"""Fewest answers that a union may add to what is printed of its base periods, unless it adds none."""

_SOURCE, _SINK, _REST = "source", "sink", "rest"

Pools = Mapping[Key, Pool]


def hidden_in_union(
    family: Family,
    instrument: Instrument,
    bases: Sequence[Pools],
    union: Pools,
    thresholds: Thresholds,
    *,
    is_year: bool,
) -> frozenset[Key]:
    """Return which of the unit and its rows show no figure of the union; `bases` are its base periods, oldest first.

    Of a union that is no calendar year everything is shown that adds nothing to its base periods.
    """
    table = _Table.of(family, instrument, bases, thresholds)
    keys = {family.unit, *family.services, *family.counters, *family.units}
    large = {key for key in keys if has_figure(instrument, key[0], union.get(key, Pool()), thresholds)}
    if not is_year:
        return frozenset(keys - {key for key in large if not table.hides(key)})
    return frozenset(keys - table.safe(large, family.partitions(instrument)))


class _Table:
    """Counts of a unit and its rows by base period, and which of them are printed."""

    def __init__(self, unit: Key, counts: Mapping[Key, Sequence[int]], printed: Sequence[Collection[Key]]) -> None:
        self._unit = unit
        self._counts = counts
        self._printed = printed
        self._places = range(len(printed))

    @classmethod
    def of(cls, family: Family, instrument: Instrument, bases: Sequence[Pools], thresholds: Thresholds) -> _Table:
        keys = {family.unit, *family.services, *family.counters, *family.units}
        measure = instrument.composite_key or instrument.element_keys[0]
        counts = {key: [count(pools.get(key, Pool()), measure) for pools in bases] for key in keys}
        printed = [
            {key for key in keys if has_figure(instrument, key[0], pools.get(key, Pool()), thresholds)}
            - hidden_rows(family, instrument, pools, thresholds)
            for pools in bases
        ]
        return cls(family.unit, counts, printed)

    def hides(self, key: Key) -> bool:
        """Tell whether the row has answers in a base period that does not show them."""
        return any(n and key not in self._printed[place] for place, n in enumerate(self._counts[key]))

    def safe(self, shown: Collection[Key], partitions: Sequence[Sequence[Key]]) -> frozenset[Key]:
        """Take the smallest unions away that tell something new, until all that is hidden is safe."""
        kept = set(shown)
        for rows in (*partitions, *partitions):
            while not self._is_safe(rows, kept):
                telling = [key for key in (*rows, self._unit) if key in kept and self.hides(key)]
                if not telling:
                    break
                kept.discard(min(telling, key=lambda key: (key == self._unit, sum(self._counts[key]), key)))
        return frozenset(kept)

    def _is_safe(self, rows: Sequence[Key], shown: Collection[Key]) -> bool:
        if any(0 < self._new(key) < FEWEST for key in (*rows, self._unit) if key in shown):
            return False
        arcs = self._arcs(rows, shown)
        return all(can_move(arcs, arc, FEWEST_POSSIBLE - 1) for arc in arcs if _REST not in {arc.tail, arc.head})

    def _new(self, key: Key) -> int:
        """Count what a union adds to the printed base periods of its row."""
        return sum(n for place, n in enumerate(self._counts[key]) if key not in self._printed[place])

    def _arcs(self, rows: Sequence[Key], shown: Collection[Key]) -> list[Arc]:
        """Return what is not printed of one partition; that nobody answered is known."""
        arcs: list[Arc] = []
        largest = sum(self._counts[self._unit])
        columns = [0 for _ in self._places]
        rest = 0
        for row in rows:
            hidden = {place: n for place, n in enumerate(self._counts[row]) if n and not self._is_known(row, place)}
            arcs += [Arc(row, place, n, max(n, self._most(rows, place))) for place, n in hidden.items()]
            if hidden and row not in shown:
                arcs.append(Arc(_SOURCE, row, sum(hidden.values()), largest))
            for place, n in hidden.items():
                columns[place] += n
        for place in self._places:
            held = sum(self._counts[row][place] for row in rows)
            loose = max(0, self._counts[self._unit][place] - held)
            if loose:
                arcs.append(Arc(_REST, place, loose, largest))
                columns[place] += loose
                rest += loose
            if self._unit not in self._printed[place] and columns[place]:
                arcs.append(Arc(place, _SINK, columns[place], max(columns[place], FEWEST_POSSIBLE - 1)))
        if rest:
            arcs.append(Arc(_SOURCE, _REST, rest, largest))
        if self._unit not in shown and self.hides(self._unit):
            arcs.append(Arc(_SINK, _SOURCE, sum(columns), largest))
        return arcs

    def _is_known(self, row: Key, place: int) -> bool:
        return row in self._printed[place]

    def _most(self, rows: Sequence[Key], place: int) -> int:
        """Return the highest count that a hidden row can have: that of the smallest shown, as smaller ones go first."""
        shown = [self._counts[row][place] for row in rows if row in self._printed[place]]
        return min(shown, default=self._counts[self._unit][place])


def count(pool: Pool, measure: str) -> int:
    """Return how many answers, or complete ballots, a pool holds of a measure."""
    tally = pool.tallies.get(measure)
    return tally.n if tally else 0


def windows_of(closed: Sequence[Period]) -> list[range]:
    """Return for each closed period the places of those that make up the twelve months to its end, as far as known."""
    return [
        range(sum(1 for it in closed if it.starts_on < twelve_months_to(last).starts_on), place + 1)
        for place, last in enumerate(closed)
    ]


def told_in_time(counts: Sequence[int], windows: Sequence[range], fewest: int) -> frozenset[int]:
    """Return the places of the last window whose counts may be put to use where what comes of it is printed.

    They are all of them where the window itself is shown; else those shown by themselves, which tell nothing new.
    """
    if windows[-1] in shown_in_time(counts, windows, fewest):
        return frozenset(windows[-1])
    return frozenset(place for place in windows[-1] if counts[place] >= fewest)


def shown_in_time(counts: Sequence[int], windows: Sequence[range], fewest: int) -> frozenset[range]:
    """Return which windows of an officer are shown; `counts` by base period, oldest first, are shown from `fewest` on.

    `windows` are ranges of places in `counts`, in the order in which they ended.
    """
    running = _Running(counts, fewest)
    return frozenset(
        window for window in windows if sum(counts[window.start : window.stop]) >= fewest and running.add(window)
    )


class _Running:
    """What is known of the differences of running totals: `_most[i][j]` is the highest that total j less total i is."""

    def __init__(self, counts: Sequence[int], fewest: int) -> None:
        self._counts = counts
        self._hidden = [place for place, n in enumerate(counts) if 0 < n < fewest]
        highest = [fewest - 1 if place in self._hidden else n for place, n in enumerate(counts)]
        lowest = [0 if place in self._hidden else n for place, n in enumerate(counts)]
        nodes = range(len(counts) + 1)
        self._most = [
            [sum(highest[one:other]) if other >= one else -sum(lowest[other:one]) for other in nodes] for one in nodes
        ]

    def add(self, window: range) -> bool:
        """Print the sum of a window where every hidden count keeps enough possible values; tell whether."""
        total = sum(self._counts[window.start : window.stop])
        new = sum(self._counts[place] for place in window if place in self._hidden)
        if 0 < new < FEWEST:
            return False
        most = _tightened(self._most, window.start, window.stop, total)
        most = _tightened(most, window.stop, window.start, -total)
        # From the total before a count to the one after it, there and back: the highest less the lowest it can be.
        if any(most[place][place + 1] + most[place + 1][place] < FEWEST_POSSIBLE - 1 for place in self._hidden):
            return False
        self._most = most
        return True


def _tightened(most: Sequence[Sequence[int]], one: int, other: int, at_most: int) -> list[list[int]]:
    nodes = range(len(most))
    return [[min(most[i][j], most[i][one] + at_most + most[other][j]) for j in nodes] for i in nodes]
