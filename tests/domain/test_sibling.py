"""Which rows are hidden beside those that are too small."""

from __future__ import annotations

import random
from itertools import product

import pytest

from portal.domain.sibling import FEWEST_POSSIBLE, hidden, hidden_beside

SMALLEST = 10


@pytest.mark.parametrize(
    "total, counts, expected",
    [
        (60, {"a": 20, "b": 40}, ""),  # nothing is too small
        (63, {"a": 3, "b": 20, "c": 40}, "ab"),  # a alone would be 63 - 60
        (25, {"a": 2, "b": 3, "c": 20}, "ab"),  # a is one of six counts, and so is b
        (23, {"a": 1, "b": 2, "c": 20}, "abc"),  # a is one of four
        (58, {"a": 9, "b": 9, "c": 10, "d": 30}, "abc"),  # two rows of at most 10 that sum to 18 are nearly known
        (20, {"a": 0, "b": 20}, ""),  # that nobody answered reveals nobody
        (28, {"a": 0, "b": 8, "c": 20}, "abc"),  # and hides nobody: b alone would be 28 - 20
        (7, {"a": 7}, "a"),  # the unit says as much as its only row
    ],
)
def test_the_next_smallest_rows_are_hidden_until_subtraction_tells_too_little(
    total: int, counts: dict[str, int], expected: str
) -> None:
    too_small = {row for row, n in counts.items() if n < SMALLEST}
    found = hidden(total, [counts], too_small)
    assert found == too_small.union(expected)


def test_answers_that_no_row_shows_count_as_hidden_too() -> None:
    assert hidden(32, [{"a": 3, "b": 20}], {"a"}) == {"a", "b"}
    assert hidden(32, [{"a": 3, "rest": 9, "b": 20}], {"a", "rest"}) == {"a", "rest"}


def test_a_unit_hidden_beside_services_is_hidden_beside_counters_too() -> None:
    services, counters = {"service": 2, "unit": 12, "other": 30}, {"counter": 14, "unit": 12, "desk": 18}
    assert hidden(44, [services, counters], {"service"}) == {"service", "unit", "counter"}


def test_every_hidden_row_could_have_five_counts_or_nothing_is_shown_beside_it() -> None:
    chance = random.Random(20260303)
    for _ in range(300):
        counts = {row: chance.randrange(25) for row in range(chance.randrange(2, 5))}
        total = sum(counts.values())
        gone = hidden(total, [counts], {row for row, n in counts.items() if n < SMALLEST})
        shown = [n for row, n in counts.items() if row not in gone]
        rest = total - sum(shown)
        if not gone or not shown or not rest:
            continue
        answered = sum(1 for row in gone if counts[row])
        possible = [mix for mix in product(range(min(shown) + 1), repeat=answered) if sum(mix) == rest]
        for place in range(answered):
            assert len({mix[place] for mix in possible}) >= FEWEST_POSSIBLE, (counts, gone)


@pytest.mark.parametrize(
    "total, counts, expected",
    [
        (31, {"a": 16, "b": 15}, ""),  # all answers are about one of them
        (33, {"a": 16, "b": 15}, "b"),  # two are about none
        (42, {"a": 16, "b": 15}, "b"),
        (43, {"a": 16, "b": 15}, ""),  # twelve may be told
        (37, {"a": 16, "b": 15, "c": 4}, "c"),  # c has up to six of what is left, which is as good as any ...
        (36, {"a": 16, "b": 15, "c": 5}, "bc"),  # ... but all of it where nothing is about none
        (20, {"a": 20}, ""),
        (21, {"a": 20}, "a"),
    ],
)
def test_rows_are_hidden_where_the_answers_of_no_row_would_be_told(
    total: int, counts: dict[str, int], expected: str
) -> None:
    too_small = {row for row, n in counts.items() if n < SMALLEST}
    assert hidden_beside(total, counts, too_small, 12) == set(expected)
