"""What is said of a month after those before it; every number here was worked out by hand."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import pytest

from portal.domain.score.change import Change, Point, change, point
from portal.domain.tally import Tally

# Mean 80, moving ranges 2 4 2 4 2 4 2 4 2 2 2, their mean 30/11: limits 80 +- 2.66 x 30/11 = 72.7454.. to 87.2545..
TWELVE = [81, 79, 83, 81, 77, 79, 83, 81, 77, 79, 81, 79]


def months(*values: float | Fraction, n: int = 50, within: int = 0) -> list[Point]:
    return [Point(Fraction(value), n, Fraction(within)) for value in values]


def said(before: list[Point], value: str, n: int = 50, within: int = 0) -> Change:
    return change(before, Point(Fraction(value), n, Fraction(within)))


@pytest.mark.parametrize(
    "value, expected",
    [
        ("72.74", Change.DOWN),
        ("72.75", Change.NONE),
        ("80", Change.NONE),
        ("87.25", Change.NONE),
        ("87.26", Change.UP),
    ],
)
def test_after_twelve_months_the_limits_are_those_of_an_xmr_chart(value: str, expected: Change) -> None:
    assert sum(TWELVE) == 12 * 80
    assert sum(abs(later - earlier) for earlier, later in pairwise(TWELVE)) == 30
    assert said(months(*TWELVE), value) is expected


def test_what_was_more_than_twelve_months_ago_does_not_count() -> None:
    assert said([*months(25, 100, 25), *months(*TWELVE)], "87.26") is Change.UP


def test_a_value_on_the_limit_is_no_change() -> None:
    before = months(*[75, 85] * 6)  # mean 80, moving range 10: limits 53.4 and 106.6
    assert said(before, "53.4") is Change.NONE
    assert said(before, "53.39") is Change.DOWN


# Two months of 50 answers whose squared distances sum to 9 702 each, and the same again now: variance 3 x 9 702 / 147
# = 198; the limit is 3 sqrt(198 (1/50 + 1/100)) = 7.3116.. around 80.
@pytest.mark.parametrize(
    "value, expected",
    [("72.68", Change.DOWN), ("72.69", Change.NONE), ("87.31", Change.NONE), ("87.32", Change.UP)],
)
def test_after_fewer_months_the_limits_come_from_the_spread_inside_the_months(value: str, expected: Change) -> None:
    assert said(months(80, 80, within=9702), value, within=9702) is expected


def test_the_centre_of_fewer_months_weighs_them_by_their_answers() -> None:
    before = [*months(70, n=10, within=100), *months(90, n=30, within=300)]  # centre 85; variance 800 / 77
    assert said(before, "87.16", n=40, within=400) is Change.NONE  # limit 3 sqrt(800/77 x (1/40 + 1/40)) = 2.1622..
    assert said(before, "87.17", n=40, within=400) is Change.UP


def test_twelve_months_that_are_all_alike_leave_the_limits_to_the_spread_inside_them() -> None:
    before = months(*[80] * 12, within=9702)
    assert said(before, "81", within=9702) is Change.NONE


@pytest.mark.parametrize("before", [[], months(80)])
def test_without_a_month_or_without_one_before_it_nothing_is_said(before: list[Point]) -> None:
    now = None if before else months(80)[0]
    assert change(before, now) is Change.UNKNOWN


def test_answers_that_are_all_alike_and_stay_so_are_no_change() -> None:
    assert said(months(100, n=5), "100", n=1) is Change.NONE
    assert said(months(100, n=1), "100", n=1) is Change.NONE


def test_the_spread_inside_a_month_is_measured_in_points() -> None:
    tally = sum((Tally.of_answer(value) for value in (1, 4, 4, 4)), Tally())
    once = point(Fraction("81.25"), tally.n, tally.total, tally.squares, asked=1)
    assert once.within == (Fraction(25) - Fraction("81.25")) ** 2 + 3 * (100 - Fraction("81.25")) ** 2
    ballots = sum((Tally.of_ballot(total) for total in (18, 36)), Tally())
    assert point(Fraction(75), ballots.n, ballots.total, ballots.squares, asked=9).within == 2 * 25**2
