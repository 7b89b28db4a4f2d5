"""Which months are shown: whatever is printed, no subtraction finds one to four answers anywhere."""

from __future__ import annotations

import itertools
import random
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Final

import numpy as np
import pytest

from portal.domain import sibling
from portal.domain.instrument import Instrument
from portal.domain.score.family import Family, Key
from portal.domain.score.months import FEWEST, Cells, Count, banded_months, shown_months
from portal.domain.tally import Tally
from portal.domain.threshold import Thresholds

CONFIG: Final = Path(__file__).parents[2] / "config" / "instruments"
QUICK: Final = Instrument.from_mapping(tomllib.loads((CONFIG / "quick.toml").read_text("utf-8")))
SKM: Final = Instrument.from_mapping(tomllib.loads((CONFIG / "skm-14-2017.toml").read_text("utf-8")))
MONTHS: Final = tuple(date(2026, month, 1) for month in range(1, 7))
STAFF: Final = Thresholds()
FEW: Final = 2
"""Officers behind a figure that is in truth about them."""


def unit_of(*counts: int, counters: Sequence[Sequence[int]] = ()) -> tuple[Family, Cells]:
    """One unit with a count for each month, and counters; without any it has one that holds everything."""
    unit, all_services = ("unit", "1"), ("service", "1:-")
    rows = {("counter", str(number)): tuple(row) for number, row in enumerate(counters or [counts])}
    family = Family(unit, (all_services,), tuple(rows), ())
    cells = {row: row_of(*counts) for row, counts in {**rows, unit: counts, all_services: counts}.items()}
    return family, cells


def row_of(*counts: int, officers: int | None = None) -> Mapping[date, Count]:
    return {month: Count(n, officers) for month, n in zip(MONTHS, counts, strict=False)}


def shown(*counts: int, counters: Sequence[Sequence[int]] = ()) -> list[int]:
    """The numbers of the months that are shown."""
    family, cells = unit_of(*counts, counters=counters)
    return sorted(month.month for month in shown_months([family], QUICK, cells, STAFF))


@pytest.mark.parametrize(
    "counts, expected",
    [
        ((20, 30, 40), [1, 2, 3]),
        ((20, 0, 40), [1, 3]),  # nobody came in February, which hides nobody
        ((20, 3, 40), [3]),  # February would be the period less the others; January goes with it
        ((20, 3, 2, 40), [1, 4]),  # either of the two may be any of six counts
        ((20, 2, 2, 40), [4]),  # together they are four, and four may not be found
        ((4, 3, 2), []),
        ((9,), [1]),  # a month that is the whole period says what the period says
        ((4,), []),
    ],
)
def test_a_month_that_is_too_small_takes_the_next_smallest_with_it(
    counts: tuple[int, ...], expected: list[int]
) -> None:
    assert shown(*counts) == expected


def test_a_month_in_truth_about_two_officers_waits_for_ten() -> None:
    family, cells = unit_of(8, 30, 40)
    few = {**cells, family.unit: {**cells[family.unit], MONTHS[0]: Count(8, FEW)}}
    assert sorted(shown_months([family], QUICK, cells, STAFF)) == list(MONTHS[:3])
    assert sorted(shown_months([family], QUICK, few, STAFF)) == [MONTHS[2]]


def bands(*tallies: tuple[int, int, int, int], hidden: Sequence[int] = ()) -> list[int]:
    """The numbers of the months that print a band, of months with these answers."""
    counted = {
        month: sum((Tally.of_answer(value) for value, n in enumerate(it, 1) for _ in range(n)), Tally())
        for month, it in zip(MONTHS, tallies, strict=False)
    }
    seen = {month for month in counted if month.month not in hidden}
    return sorted(month.month for month in banded_months(counted, seen, 1, STAFF))


def test_a_small_month_that_is_all_alike_prints_a_band_and_is_not_found_by_subtraction() -> None:
    mixed = (0, 1, 10, 12)
    assert bands(mixed, mixed, mixed) == []
    assert bands(mixed, (0, 0, 0, 20), mixed) == [1, 2]
    assert bands(mixed, (0, 0, 0, 30), mixed) == []


def test_months_that_are_hidden_and_alike_together_take_one_with_them() -> None:
    assert bands((0, 0, 0, 4), (0, 0, 0, 3), (0, 2, 20, 20), (0, 2, 10, 8), hidden=(1, 2)) == [4]
    assert bands((0, 0, 1, 3), (0, 0, 0, 3), (0, 2, 20, 20), (0, 2, 10, 8), hidden=(1, 2)) == []


def test_a_counter_of_one_month_is_not_subtracted_from_that_month() -> None:
    counter, others = (0, 20, 0), (30, 3, 30)
    assert shown(30, 23, 30, counters=[counter, others]) == [3]
    assert shown(30, 26, 30, counters=[counter, (30, 6, 30)]) == [1, 2, 3]


def test_the_months_of_a_unit_below_are_not_subtracted_from_those_above() -> None:
    above = Family(("unit", "1"), (("service", "1:-"),), (("counter", "9"),), (("unit", "2"), ("unit", "3")))
    below = [Family(("unit", number), (("service", f"{number}:-"),), (), ()) for number in "23"]
    cells = {
        ("unit", "1"): row_of(40, 43),
        ("unit", "2"): row_of(20, 21),
        ("unit", "3"): row_of(20, 20),
        ("service", "1:-"): row_of(0, 2),
        ("counter", "9"): row_of(0, 2),
    }
    cells |= {("service", f"{number}:-"): cells["unit", number] for number in "23"}
    seen = [shown_months([above, family], SKM, cells, STAFF) for family in below]
    assert len(shown_months([above], SKM, cells, STAFF)) == 2
    assert [len(months) for months in seen] == [2, 0]  # two answers lie beside them, so one is hidden altogether
    assert not shown_months([above, below[0]], SKM, {**cells, ("unit", "2"): row_of(2, 2)}, STAFF)
    assert len(shown_months([below[0]], SKM, cells, STAFF)) == 2


# ---------------------------------------------------------------- whatever the counts


Leaves = Mapping[Key, Sequence[int]]
Known = list[frozenset[tuple[Key, int]]]
"""Each printed total as the cells, leaf and month, that it holds."""


class Tree:
    """Units with counters of their own, drawn at random; an answer lies in one counter and one month."""

    def __init__(self, chance: random.Random, *, months: int, shape: Mapping[str, tuple[str, ...]], desks: int) -> None:
        self.months = months
        self.shape = shape
        self.desks = desks
        self.leaves: Leaves = {
            ("counter", f"{unit}{desk}"): [self._draw(chance) for _ in range(months)]
            for unit in shape
            for desk in range(desks)
        }

    @staticmethod
    def _draw(chance: random.Random) -> int:
        return chance.choice([0, 0, chance.randrange(6), chance.randrange(25)])

    def under(self, unit: str) -> list[Key]:
        own = [leaf for leaf in self.leaves if leaf[1][:-1] == unit]
        return own + [leaf for child in self.shape[unit] for leaf in self.under(child)]

    def family(self, unit: str) -> Family:
        own = tuple(leaf for leaf in self.leaves if leaf[1][:-1] == unit)
        return Family(("unit", unit), (("service", f"{unit}:-"),), own, tuple(("unit", it) for it in self.shape[unit]))

    def cells(self) -> Cells:
        sums: dict[Key, list[Key]] = {leaf: [leaf] for leaf in self.leaves}
        for unit in self.shape:
            sums["unit", unit] = self.under(unit)
            sums["service", f"{unit}:-"] = list(self.family(unit).counters)
        return {
            row: row_of(*(sum(self.leaves[leaf][month] for leaf in leaves) for month in range(self.months)))
            for row, leaves in sums.items()
        }

    def unknown(self) -> list[tuple[Key, int]]:
        """The cells that subtraction is after. Whoever subtracts may know which counter was closed in which month.

        Of units two levels below they are taken not to: there the rule keeps totals apart, not what is known besides.
        """
        nested = any(self.shape[child] for children in self.shape.values() for child in children) or self.desks > 1
        whole = nested and len(self.shape) > 1
        return [(leaf, month) for leaf, counts in self.leaves.items() for month, n in enumerate(counts) if n or whole]

    def answered(self, cells: frozenset[tuple[Key, int]]) -> frozenset[tuple[Key, int]]:
        return frozenset((leaf, month) for leaf, month in cells if self.leaves[leaf][month])

    def count(self, cells: frozenset[tuple[Key, int]]) -> int:
        return sum(self.leaves[leaf][month] for leaf, month in cells)

    def printed_periods(self, unit: str) -> Known:
        """What the unit's page says of the whole period, as seen from the top."""
        family, cells = self.family(unit), self.cells()
        totals = {row: sum(it.n for it in cells[row].values()) for row in cells}
        partitions = [{row: totals[row] for row in rows} for rows in family.partitions(QUICK)]
        small = {row for rows in partitions for row in rows if not STAFF.may_show(row[0], totals[row], None)}
        gone = sibling.hidden(totals[family.unit], partitions, small)
        rows = [row for rows in partitions for row in rows if row not in gone]
        known = [self.whole(family.unit)] if STAFF.may_show("unit", totals[family.unit], None) else []
        for row in dict.fromkeys(rows):
            known.append(self.whole(row))
            known += self.printed_periods(row[1]) if row[0] == "unit" else []
        return known

    def whole(self, row: Key) -> frozenset[tuple[Key, int]]:
        leaves = [row]
        if row[0] != "counter":
            leaves = self.under(row[1]) if row[0] == "unit" else list(self.family(row[1].partition(":")[0]).counters)
        return frozenset((leaf, month) for leaf in leaves for month in range(self.months))

    def printed_months(self, top: str) -> Known:
        """Every month that somebody sees who opens the page of each unit from the top."""
        return [
            frozenset(cell for cell in self.whole(("unit", line[-1])) if MONTHS[cell[1]] == month)
            for line in self.lines((top,))
            for month in shown_months([self.family(unit) for unit in line], QUICK, self.cells(), STAFF)
        ]

    def lines(self, line: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        yield line
        for child in self.shape[line[-1]]:
            yield from self.lines((*line, child))


def found(tree: Tree, known: Known) -> set[frozenset[tuple[Key, int]]]:
    """Every set of cells whose count follows from the printed totals by adding and subtracting them."""
    cells = tree.unknown()
    if not cells or not known:
        return set()
    totals = np.array([[float(cell in total) for cell in cells] for total in known])
    _, sizes, directions = np.linalg.svd(totals)
    unknown = directions[int((sizes > 1e-9).sum()) :]
    subsets = np.array(list(itertools.product((0.0, 1.0), repeat=len(cells))))
    settled = np.abs(subsets @ unknown.T).max(axis=1, initial=0.0) < 1e-7
    return {
        frozenset(cell for cell, held in zip(cells, subset, strict=True) if held)
        for subset in subsets[settled]
        if subset.any()
    }


@pytest.mark.parametrize(
    "months, desks, shape",
    [
        (3, 3, {"a": ()}),
        (2, 5, {"a": ()}),
        (3, 1, {"a": ("b", "c"), "b": (), "c": ()}),
        (2, 1, {"a": ("b", "c", "d"), "b": (), "c": (), "d": ()}),
        (2, 1, {"a": ("b", "e"), "b": ("c", "d"), "c": (), "d": (), "e": ()}),
        (2, 2, {"a": ("b",), "b": ()}),
    ],
    ids=["counters", "many counters", "units", "more units", "units below units", "a unit in a unit"],
)
def test_no_subtraction_of_months_periods_and_rows_finds_one_to_four_answers(
    months: int, desks: int, shape: Mapping[str, tuple[str, ...]]
) -> None:
    chance = random.Random(20261122)
    told = 0
    for _ in range(400):
        tree = Tree(chance, months=months, shape=shape, desks=desks)
        before, by_month = tree.printed_periods("a"), tree.printed_months("a")
        told += len(by_month)
        small, known = (
            {tree.answered(cells) for cells in found(tree, totals) if 0 < tree.count(cells) < FEWEST}
            for totals in (before + by_month, before)
        )
        assert small <= known, tree.leaves
    assert told > 100  # the rule is not kept by showing nothing
