"""Years and twelve months beside the base periods they are made of: what is hidden stays hidden."""

from __future__ import annotations

import itertools
import random
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp

from portal.domain.instrument import Instrument
from portal.domain.score.family import Family, Key, has_figure, hidden_rows
from portal.domain.score.flow import Arc, can_move
from portal.domain.score.summary import Pool
from portal.domain.score.union import FEWEST, hidden_in_union, shown_in_time, told_in_time
from portal.domain.sibling import FEWEST_POSSIBLE
from portal.domain.tally import Tally
from portal.domain.threshold import Thresholds

CONFIG: Final = Path(__file__).parents[2] / "config" / "instruments"
QUICK: Final = Instrument.from_mapping(tomllib.loads((CONFIG / "quick.toml").read_text("utf-8")))
STAFF: Final = Thresholds()
UNIT: Final = ("unit", "0")
BASES: Final = 3
MOVING, YEAR = range(2), range(1, 3)
"""Of three half-years, the first of which is the last of its year."""

Cell = tuple[Key, int]


def pool(n: int) -> Pool:
    return Pool({QUICK.element_keys[0]: Tally(n3=n, n=n, total=3 * n, squares=9 * n)} if n else {})


def family(*names: str) -> Family:
    """A unit with services, counters (`c`) and units below it (`u`), by the first letter of their names."""
    keys = {kind: tuple((cut, name) for name in names if name[0] == kind) for kind, cut in KINDS.items()}
    return Family(UNIT, keys["s"], keys["c"], keys["u"])


KINDS: Final = {"s": "service", "c": "counter", "u": "unit"}


def pools_of(counts: Mapping[Key, Sequence[int]], places: Sequence[int]) -> dict[Key, Pool]:
    return {key: pool(sum(row[place] for place in places)) for key, row in counts.items()}


def hidden(counts: Mapping[Key, Sequence[int]], within: Family, places: range) -> frozenset[Key]:
    bases = [pools_of(counts, [place]) for place in places]
    return hidden_in_union(within, QUICK, bases, pools_of(counts, places), STAFF, is_year=places == YEAR)


def shown(*, year: bool = True, **rows: tuple[int, int]) -> set[str]:
    """The rows that show a year of two halves; every row is a counter, and one service holds everything."""
    whole = tuple(map(sum, zip(*rows.values(), strict=True)))
    counts: dict[Key, Sequence[int]] = {("counter", name): row for name, row in rows.items()}
    counts |= {UNIT: whole, ("service", "s"): whole}
    within = Family(UNIT, (("service", "s"),), tuple(("counter", name) for name in rows), ())
    bases = [pools_of(counts, [place]) for place in range(2)]
    gone = hidden_in_union(within, QUICK, bases, pools_of(counts, range(2)), STAFF, is_year=year)
    return {"unit" if key == UNIT else key[1] for key in counts.keys() - gone} - {"s"}


def test_a_sum_of_what_is_shown_is_shown_whatever_the_union_is() -> None:
    for year in (True, False):
        assert shown(year=year, a=(20, 30), b=(40, 15)) == {"unit", "a", "b"}
    assert shown(year=False, a=(20, 0), b=(40, 15)) == {"unit", "a", "b"}  # nobody came, which hides nobody


def test_the_half_that_is_hidden_is_not_the_year_less_the_other() -> None:
    assert "a" not in shown(a=(3, 30), b=(40, 15), c=(20, 20))
    assert "unit" not in shown(a=(3, 30))
    assert "unit" in shown(a=(3, 30), b=(40, 15), c=(20, 20))


def test_two_hidden_halves_make_a_year_where_each_can_be_any_of_five_counts() -> None:
    assert shown(a=(6, 6), b=(7, 6), c=(30, 30), d=(40, 40)) == {"unit", "a", "b", "c", "d"}
    assert shown(year=False, a=(6, 6), b=(7, 6), c=(30, 30), d=(40, 40)) == {"unit", "c", "d"}


def test_two_hidden_halves_of_a_unit_alone_are_too_nearly_known() -> None:
    assert shown(a=(4, 4)) == set()
    assert shown(a=(4, 0)) == set()


def test_years_that_would_tell_a_hidden_half_give_way_the_smallest_first() -> None:
    assert shown(a=(9, 9), b=(1, 0), c=(30, 30)) == {"unit"}


def random_counts(chance: random.Random) -> tuple[Family, dict[Key, Sequence[int]]]:
    rows = family("s1", "s2", "s3", "c1", "c2", "c3", *(["u1", "u2"] if chance.random() < 0.5 else []))
    most = chance.choice((6, 12, 25, 40))
    below = {key: [chance.randrange(most) for _ in range(BASES)] for key in rows.units}
    counts: dict[Key, Sequence[int]] = dict(below)
    own = [chance.randrange(3 * most) if chance.random() < 0.9 else 0 for _ in range(BASES)]
    for keys in (rows.services, rows.counters):
        split = [_split(chance, n, len(keys)) for n in own]
        counts |= {key: [split[place][number] for place in range(BASES)] for number, key in enumerate(keys)}
    counts[UNIT] = [n + sum(row[place] for row in below.values()) for place, n in enumerate(own)]
    return rows, counts


def _split(chance: random.Random, n: int, parts: int) -> list[int]:
    cuts = sorted(chance.choices(range(n + 1), k=parts - 1))
    return [later - earlier for earlier, later in itertools.pairwise([0, *cuts, n])]


class Reader:
    """Whoever has every printed total of all surfaces and solves for what is hidden, in whole numbers."""

    def __init__(self, within: Family, counts: Mapping[Key, Sequence[int]]) -> None:
        self.cells: list[Cell] = [(key, place) for key in counts for place in range(BASES)]
        self._place = {cell: number for number, cell in enumerate(self.cells)}
        self._counts, self._family = counts, within
        self._sums: list[tuple[list[Cell], int]] = []
        self.known = {cell for cell in self.cells if not counts[cell[0]][cell[1]]}

    def told(self, cells: Sequence[Cell]) -> None:
        self._sums.append((list(cells), sum(self._counts[key][place] for key, place in cells)))
        self.known |= set(cells) if len(cells) == 1 else set()

    def _constraints(self) -> Iterator[tuple[np.ndarray, int]]:
        for cells, total in [*self._sums, *(([cell], self._counts[cell[0]][cell[1]]) for cell in self.known)]:
            row = np.zeros(len(self.cells))
            row[[self._place[cell] for cell in cells]] = 1
            yield row, total
        for rows in self._family.partitions(QUICK):
            for place in range(BASES):
                row = np.zeros(len(self.cells))
                row[[self._place[key, place] for key in rows]] = 1
                row[self._place[UNIT, place]] = -1
                yield row, 0

    def width(self, cell: Cell) -> int:
        """How many values the reader must think possible."""
        matrix, totals = zip(*self._constraints(), strict=True)
        goal = np.zeros(len(self.cells))
        goal[self._place[cell]] = 1
        told = LinearConstraint(np.array(matrix), totals, totals)
        ends = [
            milp(sign * goal, constraints=told, integrality=np.ones_like(goal), bounds=Bounds(0, 500)).fun
            for sign in (1, -1)
        ]
        return int(round(-ends[1] - ends[0]) + 1)


@pytest.mark.parametrize("seed", range(120))
def test_no_sum_of_all_that_is_printed_tells_a_hidden_count_nearer_than_to_five(seed: int) -> None:
    within, counts = random_counts(random.Random(seed))
    reader = Reader(within, counts)
    for place in range(BASES):
        pools = pools_of(counts, [place])
        gone = hidden_rows(within, QUICK, pools, STAFF)
        for key in counts:
            if key not in gone and has_figure(QUICK, key[0], pools[key], STAFF):
                reader.told([(key, place)])
    before = set(reader.known)
    alone = {cell: reader.width(cell) for cell in reader.cells if cell not in before}
    for window in (MOVING, YEAR):
        for key in counts.keys() - hidden(counts, within, window):
            cells = [(key, place) for place in window]
            reader.told(cells)
            assert not 0 < sum(counts[key][place] for key, place in cells if (key, place) not in before) < FEWEST
    for cell, width in alone.items():
        # Where a unit has one row with answers, it says as much as that row whatever else is printed.
        assert reader.width(cell) >= min(FEWEST_POSSIBLE, width), (cell, counts)


def test_some_years_tell_something_new() -> None:
    """Else the property would say nothing."""
    new = 0
    for seed in range(60):
        within, counts = random_counts(random.Random(seed))
        for key in counts.keys() - hidden(counts, within, YEAR):
            pools = [pools_of(counts, [place]) for place in YEAR]
            new += any(counts[key][p] and not has_figure(QUICK, key[0], pools[p - 1][key], STAFF) for p in YEAR)
    assert new > 20


def officer(*counts: int, length: int = 2) -> list[int]:
    """The windows of an officer that are shown, by the place of their last base period."""
    windows = [range(end - length, end) for end in range(length, len(counts) + 1)]
    return sorted(window.stop - 1 for window in shown_in_time(counts, windows, STAFF.officer))


@pytest.mark.parametrize(
    "counts, expected",
    [
        ((12, 20), [1]),
        ((12, 0), [1]),
        ((4, 5), []),  # fewer than ten together
        ((12, 3), []),  # three would be the window less twelve
        ((12, 9), []),
        ((5, 5), [1]),  # each may be one to nine
        ((7, 7), [1]),  # five to nine
        ((8, 7), []),  # six to nine
        ((9, 5, 5, 9), [1, 2]),  # alone the last would do, but not beside the others
    ],
)
def test_twelve_months_of_an_officer_are_shown_where_each_half_can_be_any_of_five(
    counts: tuple[int, ...], expected: list[int]
) -> None:
    assert officer(*counts) == expected


def test_four_quarters_hide_more_than_two_halves() -> None:
    assert officer(8, 7, 6, 8, length=4) == [3]
    assert officer(9, 9, 9, 9, length=4) == []
    assert officer(12, 1, 1, 1, length=4) == []  # three answers more than are shown


@pytest.mark.parametrize("seed", range(300))
def test_no_chain_of_windows_tells_an_officers_hidden_count_nearer_than_to_five(seed: int) -> None:
    chance = random.Random(seed)
    length = chance.choice((2, 2, 3))
    counts = [chance.choice((chance.randrange(10), chance.randrange(10), chance.randrange(10, 14))) for _ in range(6)]
    windows = [range(end - length, end) for end in range(length, len(counts) + 1)]
    printed = shown_in_time(counts, windows, STAFF.officer)
    ranges = [range(STAFF.officer) if 0 < n < STAFF.officer else (n,) for n in counts]
    possible = [
        mix
        for mix in itertools.product(*ranges)
        if all(sum(mix[p] for p in window) == sum(counts[p] for p in window) for window in printed)
    ]
    for place, n in enumerate(counts):
        if 0 < n < STAFF.officer:
            assert len({mix[place] for mix in possible}) >= FEWEST_POSSIBLE, (counts, printed)
    for window in printed:
        assert not 0 < sum(counts[p] for p in window if counts[p] < STAFF.officer) < FEWEST


def test_a_number_moves_as_far_as_the_others_let_it() -> None:
    square = [Arc(row, column, 3, 5) for row in "ab" for column in "xy"]
    assert can_move(square, square[0], 4)  # two up, and two down: those beside it must grow
    assert not can_move(square, square[0], 5)
    assert not can_move(square[:3], square[0], 1)  # what leaves a must come back to it


@pytest.mark.parametrize(
    "counts, expected",
    [
        ((12, 20), {0, 1}),
        ((8, 71), {1}),  # eight would be what is used, less the seventy-one that are printed
        ((3, 71), {1}),
        ((6, 6), {0, 1}),  # their sum may be shown, so it may be used
        ((3, 4), set()),
        ((50, 12, 8), {1}),  # the first one lies outside of the last window
    ],
)
def test_of_an_officer_as_much_is_used_as_may_be_told(counts: tuple[int, ...], expected: set[int]) -> None:
    windows = [range(max(0, end - 2), end) for end in range(1, len(counts) + 1)]
    assert told_in_time(counts, windows, STAFF.officer) == expected
