"""Published figures through the functions that make the parameter sheet, the change words and the index."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from statsmodels.stats.meta_analysis import combine_effects
from statsmodels.stats.proportion import proportion_confint

from portal.domain.figure import fixed, rounded
from portal.domain.score.change import chart
from portal.domain.score.credibility import (
    Member,
    Strand,
    between,
    between_variance,
    credibility,
    observations_needed,
    weighted_mean,
    within,
)
from portal.domain.score.interval import wilson
from portal.domain.score.sample import target
from portal.domain.score.skm import converted
from tests.domain import golden_scoring as golden

# Published test values whose licence asks that they stay outside this repository; used where the folder is present.
SHARED = Path(__file__).parents[2] / "../shared/golden/scoring.json"


def vectors() -> dict[str, dict[str, Any]]:
    return {it["id"]: it for it in json.loads(SHARED.read_text("utf-8"))["vectors"]}


def strand(values: list[Fraction], weights: list[Fraction] | None = None) -> Strand:
    """What the sheet keeps of the ballots of an officer and service, or of the days of an officer."""
    weights = weights or [Fraction(1)] * len(values)
    pairs = list(zip(weights, values, strict=True))
    total, squares = sum(w * x for w, x in pairs), sum(w * x * x for w, x in pairs)
    return Strand(sum(weights, Fraction(0)), Fraction(total), Fraction(squares), Fraction(len(values) - 1))


def fitted(strands: list[Strand]) -> tuple[float, float, float]:
    """Collective mean, variance between and variance within."""
    variance = within(strands).variance
    assert variance is not None
    members = [Member(it.weight, it.total / it.weight) for it in strands]
    tau2 = between_variance([between(members)], variance)
    assert tau2 is not None
    believed = [Member(credibility(it.weight, variance / tau2), it.value) for it in members]
    return float(weighted_mean(believed) or 0), float(tau2), float(variance)


@pytest.mark.parametrize("name", golden.NIST_NAMES)
def test_the_analysis_of_variance_is_the_certified_one(name: str) -> None:
    certified = golden.nist(name)
    strands = [strand(values) for values in certified.groups.values()]
    inside = within(strands)
    outside = between([Member(it.weight, it.total / it.weight) for it in strands])
    assert outside.freedom == certified.df_between
    assert inside.freedom == certified.df_within
    assert inside.variance is not None
    found = (outside.squares, outside.squares / outside.freedom, inside.squares, float(inside.variance))
    expected = (certified.ss_between, certified.ms_between, certified.ss_within, certified.ms_within)
    assert found == pytest.approx(expected, rel=1e-13)
    assert outside.squares / outside.freedom / float(inside.variance) == pytest.approx(certified.f, rel=1e-13)


if SHARED.exists():  # the published values are not part of this repository

    def test_the_hachemeister_claims_give_the_printed_buhlmann_figures() -> None:
        it = vectors()["buhlmann-hachemeister"]
        strands = [strand([Fraction(value) for value in row]) for row in it["inputs"]["ratios"]]
        mean, tau2, variance = fitted(strands)
        found = {"collective": mean, "between": tau2, "within": variance}
        assert found == pytest.approx(it["expected"], abs=it["tolerance"])

    def test_the_hachemeister_claims_give_the_printed_buhlmann_straub_figures() -> None:
        it = vectors()["buhlmann-straub-hachemeister"]
        rows = zip(it["inputs"]["ratios"], it["inputs"]["weights"], strict=True)
        mean, tau2, variance = fitted([strand(list(map(Fraction, x)), list(map(Fraction, w))) for x, w in rows])
        found = {"collective": mean, "between": tau2, "within": variance}
        assert found == pytest.approx(it["expected"], abs=it["tolerance"])
        assert found == pytest.approx(it["computed_here"], rel=1e-12)

    def test_the_whole_table_of_samples_is_reproduced() -> None:
        it = vectors()["krejcie-morgan"]
        assert [target(served) for served in it["inputs"]["N"]] == it["expected"]["s"]

    def test_every_vector_that_may_be_copied_is_the_one_that_was_copied() -> None:
        found = vectors()
        inputs = found["bs-equals-dersimonian-laird"]["inputs"]
        assert (tuple(inputs["means"]), tuple(inputs["variances"])) == (golden.CLAIM_MEANS, golden.CLAIM_VARIANCES)
        assert list(map(float, golden.FLOW_RATES.split())) == found["xmr-nist"]["inputs"]["data"]
        assert list(map(float, golden.FOURTEEN_NRR.split())) == found["ikm-14-truncated-weight"]["inputs"]["nrr"]
        assert found["iur-cms"]["expected"]["iur"] == golden.IUR
        for name in golden.NIST_NAMES[:8]:
            expected = found[f"nist-anova-{name}"]["expected"]
            certified = golden.nist(name)
            assert {key: getattr(certified, key.lower()) for key in expected} == pytest.approx(expected, rel=1e-12)


def test_the_variance_between_is_that_of_dersimonian_and_laird() -> None:
    pairs = zip(golden.CLAIM_MEANS, golden.CLAIM_VARIANCES, strict=True)
    members = [Member(1 / Fraction(variance), Fraction(mean)) for mean, variance in pairs]
    tau2 = between_variance([between(members)], Fraction(1))
    assert tau2 is not None
    believed = [Member(credibility(member.weight, 1 / tau2), member.value) for member in members]
    found = {"tau2": float(tau2), "mean": float(weighted_mean(believed) or 0)}
    assert found == pytest.approx(golden.CLAIMS, rel=1e-12)
    oracle = combine_effects(np.array(golden.CLAIM_MEANS), np.array(golden.CLAIM_VARIANCES), method_re="dl")
    assert found == pytest.approx({"tau2": oracle.tau2, "mean": oracle.mean_effect_re}, rel=1e-9)


def test_below_zero_the_variance_between_is_left_as_it_is_for_the_blend() -> None:
    members = [Member(Fraction(10), Fraction(80)), Member(Fraction(10), Fraction(81))]
    tau2 = between_variance([between(members)], Fraction(100))
    oracle = combine_effects(np.array([80.0, 81.0]), np.array([10.0, 10.0]), method_re="dl")
    assert float(tau2 or 0) == pytest.approx(oracle.tau2)
    assert oracle.tau2 < 0


@pytest.mark.parametrize("count, trials", [(0.0, 3.3), (2.5, 3.1), (7.25, 33.3), (33.3, 33.3), (80.5, 333.3)])
def test_the_limits_of_fractional_counts_are_those_of_statsmodels(count: float, trials: float) -> None:
    share, exact = Fraction(count) / Fraction(trials), Fraction(trials)
    expected = proportion_confint(count, trials, alpha=0.05, method="wilson")
    assert list(map(float, wilson(share, exact))) == pytest.approx(expected, abs=1e-12)


def test_the_flow_rates_give_the_chart_of_the_handbook() -> None:
    found = chart([Fraction(value) for value in golden.FLOW_RATES.split()])
    expected = golden.FLOW_CHART
    assert float(found.centre) == pytest.approx(expected["mean"], abs=0.005)
    assert float(found.mean_range) == pytest.approx(expected["range"], abs=1e-4)
    limit = found.limit(Fraction(3000, 1128))  # the handbook does not round to 2.66
    assert float(found.centre + limit) == pytest.approx(expected["upper"], abs=5e-4)
    assert float(found.centre - limit) == pytest.approx(expected["lower"], abs=5e-4)
    assert float(found.limit()) == pytest.approx(float(limit), rel=2e-4)


def test_twice_the_episodes_lift_the_reliability_as_published() -> None:
    before = Fraction(golden.ADAMS_BEFORE)
    n = observations_needed(before, Fraction(1))
    assert n is not None
    assert credibility(n, Fraction(1)) == before
    assert float(credibility(2 * n, Fraction(1))) == pytest.approx(golden.ADAMS_AFTER, abs=0.005)


def test_sixty_six_patients_are_needed_as_published() -> None:
    k, wanted = Fraction(golden.NELSON_K), Fraction(golden.NELSON_WANTED)
    assert observations_needed(wanted, k) == golden.NELSON_PATIENTS
    assert credibility(Fraction(golden.NELSON_PATIENTS), k) == wanted


def test_credibility_is_the_reliability_between_units() -> None:
    found = credibility(1 / Fraction(golden.IUR_V), 1 / Fraction(golden.IUR_TAU2))
    assert float(found) == pytest.approx(golden.IUR, abs=1e-12)


def test_fourteen_elements_with_a_shortened_weight_give_the_published_index() -> None:
    exact = converted(map(Fraction, golden.FOURTEEN_NRR.split()), Fraction(golden.FOURTEEN["weight"]))
    weighted = rounded(exact / 25, 3)
    assert f"{weighted:f}" == golden.FOURTEEN["weighted"]
    assert fixed(weighted * 25, 3) == golden.FOURTEEN["ikm"]


def test_three_questions_give_the_published_index_and_more_with_the_exact_weight() -> None:
    means = [Fraction(total, golden.THREE_OF) for total in golden.THREE_SUMS]
    assert fixed(converted(means, Fraction(golden.THREE["weight"])), 2) == golden.THREE["ikm"]
    assert fixed(converted(means, Fraction(1, 3)), 2) == golden.THREE["exact"]


@pytest.mark.parametrize("weight", golden.NINE_FOURS)
def test_nine_fours_reach_a_hundred_with_the_exact_weight_only(weight: str) -> None:
    assert fixed(converted([Fraction(4)] * 9, Fraction(weight)), 2) == golden.NINE_FOURS[weight]
