from __future__ import annotations

import json
import math
from decimal import Context, Decimal, localcontext
from fractions import Fraction
from pathlib import Path
from statistics import NormalDist

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.score.interval import STARTING_PHI, Range, Z, interval, wilson

# Published test values whose licence asks that they stay outside this repository; used where the folder is present.
SHARED = Path(__file__).parents[2] / "../shared/golden/scoring.json"

TALLIES = st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(n, 4 * n), st.just(n)))
PHIS = st.decimals("0.05", "2", places=4)


def mean_of(total: int, n: int) -> Fraction:
    return Fraction(25 * total, n)


def limits(mean: Fraction, n: int, phi: Decimal = STARTING_PHI) -> Range:
    found = interval(mean, n, phi)
    assert found is not None
    return found


def textbook_wilson(share: float, trials: float) -> tuple[float, float]:
    """The two shares x with (share - x)^2 = z^2 x (1 - x) / trials, as roots of the quadratic."""
    q = NormalDist().inv_cdf(0.975) ** 2 / trials
    a, b, c = 1 + q, -(2 * share + q), share * share
    root = math.sqrt(max(b * b - 4 * a * c, 0.0))
    return (-b - root) / (2 * a), (-b + root) / (2 * a)


def published_wilson() -> list[tuple[int, int, float, float]]:
    if not SHARED.exists():
        return []
    vector = next(v for v in json.loads(SHARED.read_text("utf-8"))["vectors"] if v["id"] == "wilson-phe")
    columns = (vector["inputs"]["x"], vector["inputs"]["n"], vector["expected"]["lo95"], vector["expected"]["hi95"])
    return list(zip(*columns, strict=True))


def test_z_is_the_normal_quantile_of_975_in_1000() -> None:
    assert float(Z) == pytest.approx(NormalDist().inv_cdf(0.975), abs=1e-14)


if SHARED.exists():  # the published values are not part of this repository

    def test_the_limits_are_those_of_published_test_values() -> None:
        for count, trials, lower, upper in published_wilson():
            found = wilson(Fraction(count, trials), Fraction(trials))
            assert [float(limit) for limit in found] == pytest.approx([lower, upper], abs=1e-12)


def test_ten_times_four_leave_room_below_but_none_above() -> None:
    # p = 1: lower = n_e / (n_e + z^2) with n_e = 10 / 0.30.
    assert limits(Fraction(100), 10) == Range(Decimal("92.25"), Decimal("100.00"))


def test_ten_times_one_leave_room_above_but_none_below() -> None:
    assert limits(Fraction(25), 10) == Range(Decimal("25.00"), Decimal("32.75"))


def test_without_an_answer_there_is_no_range() -> None:
    assert interval(Fraction(25), 0) is None


@pytest.mark.parametrize(
    "mean, n, phi",
    [
        (Fraction(24), 5, STARTING_PHI),
        (Fraction(101), 5, STARTING_PHI),
        (Fraction(50), -1, STARTING_PHI),
        (Fraction(50), 5, Decimal(0)),
    ],
)
def test_impossible_input_is_refused(mean: Fraction, n: int, phi: Decimal) -> None:
    with pytest.raises(ValueError, match=r"share|phi"):
        interval(mean, n, phi)


def test_the_decimal_context_of_the_caller_does_not_change_a_digit() -> None:
    expected = limits(mean_of(1234, 411), 411)
    with localcontext(Context(prec=4)):
        assert limits(mean_of(1234, 411), 411) == expected


@given(TALLIES, PHIS)
def test_the_range_stays_on_the_scale_and_holds_its_mean(tally: tuple[int, int], phi: Decimal) -> None:
    mean = mean_of(*tally)
    found = limits(mean, tally[1], phi)
    assert Decimal(25) <= found.lower <= found.upper <= Decimal(100)
    # Both ends are rounded, by at most half a cent of a point.
    assert Fraction(found.lower) - Fraction("0.005") <= mean <= Fraction(found.upper) + Fraction("0.005")


@given(st.integers(1, 10_000))
def test_the_range_never_collapses_when_everybody_says_four(n: int) -> None:
    found = limits(Fraction(100), n)
    assert found.lower < found.upper == Decimal(100)


@given(TALLIES, st.integers(2, 20))
def test_more_answers_with_the_same_mean_never_widen_the_range(tally: tuple[int, int], times: int) -> None:
    mean, n = mean_of(*tally), tally[1]
    few, many = limits(mean, n), limits(mean, n * times)
    assert few.lower <= many.lower <= many.upper <= few.upper


@given(TALLIES, PHIS)
def test_the_range_agrees_with_the_textbook_formula(tally: tuple[int, int], phi: Decimal) -> None:
    mean, n = mean_of(*tally), tally[1]
    expected = textbook_wilson(float((mean - 25) / 75), n / float(phi))
    found = limits(mean, n, phi)
    assert [float(found.lower), float(found.upper)] == pytest.approx([25 + 75 * x for x in expected], abs=0.01)


@given(st.fractions(0, 1, max_denominator=1000), st.integers(1, 10_000))
def test_the_limits_of_the_opposite_share_are_the_mirror_image(share: Fraction, trials: int) -> None:
    lower, upper = wilson(share, Fraction(trials))
    mirrored = wilson(1 - share, Fraction(trials))
    assert abs(1 - upper - mirrored[0]) + abs(1 - lower - mirrored[1]) < Decimal("1e-24")
