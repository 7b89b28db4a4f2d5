from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.score.sample import SampleTarget, target
from tests.domain.golden_skm import KREJCIE_MORGAN


@pytest.mark.parametrize("served, sample", KREJCIE_MORGAN)
def test_the_target_is_the_published_one(served: int, sample: int) -> None:
    assert target(served) == sample


def test_nobody_served_asks_for_nobody() -> None:
    assert target(0) == 0


def test_the_smallest_populations_are_asked_entirely() -> None:
    assert [target(served) for served in range(1, 8)] == [1, 2, 3, 4, 5, 6, 7]


def test_a_negative_number_served_is_refused() -> None:
    with pytest.raises(ValueError, match="-1"):
        target(-1)


@given(st.integers(0, 10**9))
def test_the_target_is_within_half_a_person_of_the_formula(served: int) -> None:
    chi_square, half, error = Fraction("3.841"), Fraction(1, 2), Fraction("0.05")
    exact = chi_square * served * half * half / (error**2 * (served - 1) + chi_square * half * half)
    assert abs(target(served) - exact) <= Fraction(1, 2)


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_the_target_grows_with_the_number_served_but_never_beyond_it(served: int, more: int) -> None:
    assert target(served) <= target(served + more) <= served + more


def test_the_target_remembers_of_how_many_it_is() -> None:
    assert SampleTarget.of(500) == SampleTarget(respondents=217, served=500)
    assert [SampleTarget.of(unknown) for unknown in (None, 0)] == [None, None]
