"""The fair score in a few made-up governments whose truth is known; `make bench-scores` takes many and has the bars."""

from __future__ import annotations

from math import sqrt
from statistics import mean

import pytest

from tests.benchmarks import scored, world
from tests.benchmarks.scored import Outcome

WORLDS = range(12)


def root_of(outcomes: list[Outcome], name: str) -> float:
    return sqrt(mean(float(getattr(it, name)) for it in outcomes))


@pytest.mark.parametrize("n, most, least_tau", [(10, 3.0, 0.32), (100, 1.75, 0.62)])
def test_the_score_finds_able_officers_at_harsh_counters_where_plain_means_do_not(
    n: int, most: float, least_tau: float
) -> None:
    found = [scored.plain("adverse", n, number) for number in WORLDS]
    assert root_of(found, "squared") <= most
    assert root_of(found, "squared") <= 0.5 * root_of(found, "naive")
    assert mean(it.naive_tau for it in found) < 0.25 < least_tau <= mean(it.tau for it in found)


@pytest.mark.parametrize("turn", world.TURN)
def test_the_range_holds_the_truth_about_as_often_as_it_says(turn: str) -> None:
    found = [scored.plain(turn, 30, number) for number in WORLDS]
    assert 0.91 <= mean(it.covered for it in found) <= 0.975
    assert abs(mean(it.reliability for it in found) - scored.realised(found)) <= 0.1


def test_where_officers_do_not_differ_nobody_is_compared() -> None:
    assert not sum(scored.alike(200, number).compared for number in WORLDS)


def test_a_burst_of_fakes_moves_the_score_little_where_it_is_known_how_many_were_served() -> None:
    capped, free = (
        mean(scored.burst(1, world.ITEMS, served, number).bias for number in WORLDS) for served in (True, False)
    )
    assert -2.5 <= capped < 0
    assert free < capped - 1.5


@pytest.mark.parametrize("points", [65, 81, 94])
def test_the_range_of_a_raw_mean_holds_it_about_as_often_as_it_says(points: int) -> None:
    assert all(0.93 <= held <= 0.98 for _, held in scored.raw_coverage(points))


def test_the_sheet_has_the_same_bytes_in_any_order_and_after_any_history() -> None:
    assert all(scored.shuffled(number).same for number in WORLDS[:3])
