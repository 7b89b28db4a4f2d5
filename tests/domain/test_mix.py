"""Counts beside a figure: none tells of one to four people, by itself or by subtraction."""

from __future__ import annotations

from itertools import product

import pytest

from portal.domain.score.mix import FEWEST, told, told_parts


@pytest.mark.parametrize("n, shown", [(0, 0), (1, None), (4, None), (5, 5), (112, 112)])
def test_a_count_is_told_unless_it_is_one_to_four(n: int, shown: int | None) -> None:
    assert told(n) == shown


@pytest.mark.parametrize(
    "counts, shown",
    [
        ((50, 0, 0, 0), (50, 0, 0, 0)),
        ((40, 0, 5, 10), (40, 0, 5, 10)),
        ((48, 0, 0, 2), (None, 0, 0, None)),
        ((40, 6, 0, 2), (None, None, 0, None)),
        ((40, 6, 1, 1), (None, None, None, None)),
    ],
)
def test_of_a_sum_with_a_small_part_none_is_told_but_those_that_are_none(
    counts: tuple[int, ...], shown: tuple[int | None, ...]
) -> None:
    assert tuple(told_parts(dict(enumerate(counts))).values()) == shown


def test_what_is_not_told_has_two_possible_values_as_far_as_the_sum_tells() -> None:
    tellings: dict[tuple[int | None, ...], list[tuple[int, ...]]] = {}
    for counts in product(range(9), repeat=3):
        if sum(counts) >= FEWEST:
            shown = tuple(told_parts(dict(enumerate(counts))).values())
            tellings.setdefault((sum(counts), *shown), []).append(counts)
    for told_of, possible in tellings.items():
        for place, n in enumerate(told_of[1:]):
            assert n is not None or len({counts[place] for counts in possible}) > 1
