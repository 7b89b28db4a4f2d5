from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.figure import fixed, rounded
from portal.domain.score.sample import target
from portal.domain.score.skm import Ikm, Weight, class_of, index, mean_score, nrr
from portal.domain.tally import Tally
from tests.domain import golden_skm as golden
from tests.domain.golden_skm import ELEMENTS

# Published cases that may not be copied into this repository; used where the folder is present.
SHARED = Path(__file__).parents[2] / "../shared/golden/skm.json"

BALLOTS = st.lists(st.tuples(*[st.integers(1, 4)] * len(ELEMENTS)), min_size=1, max_size=40)


def pooled(ballots: Iterable[Sequence[int]]) -> dict[str, Tally]:
    columns = zip(*ballots, strict=True)
    return {
        code: sum((Tally.of_answer(value) for value in column), Tally())
        for code, column in zip(ELEMENTS, columns, strict=True)
    }


def index_of(ballots: Iterable[Sequence[int]], weight: Weight = Weight.EXACT) -> Ikm:
    return index(pooled(ballots), ELEMENTS, weight)


def tally_with_mean(mean: str) -> Tally:
    """A thousand answers with this mean: only the two answers beside it."""
    total = int(Decimal(mean) * 1000)
    low, above = divmod(total, 1000)
    answers = [low] * (1000 - above) + [low + 1] * above
    return sum(map(Tally.of_answer, answers), Tally())


def cases_kept_outside() -> list[dict[str, Any]]:
    if not SHARED.exists():
        return []
    cases: list[dict[str, Any]] = json.loads(SHARED.read_text("utf-8"))["cases"]
    return [case for case in cases if not case["copy_into_repository"]]


# ------------------------------------------------------------------ published figures, through the product


@pytest.mark.parametrize("weight", Weight)
def test_the_sekadau_respondents_give_their_index_under_each_weight(weight: Weight) -> None:
    found = index_of(golden.SEKADAU, weight)
    assert (fixed(found.ikm, 2), found.mutu) == golden.SEKADAU_IKM[weight.value]


@pytest.mark.parametrize("weight", Weight)
def test_the_bantul_means_give_the_published_index(weight: Weight) -> None:
    means = zip(ELEMENTS, golden.BANTUL_NRR.split(), strict=True)
    found = index({code: tally_with_mean(mean) for code, mean in means}, ELEMENTS, weight)
    assert fixed(found.ikm, 2) == golden.BANTUL_IKM[weight.value]


if SHARED.exists():  # the published values are not part of this repository

    def test_every_running_index_of_the_cases_kept_outside_is_reproduced() -> None:
        for case in cases_kept_outside():
            for step in case["published"]["running"]:
                found = index_of(case["matrix"][: step["n"]])
                assert found.exact is not None
                assert float(rounded(found.exact, 4)) == step["recomputed_ikm"]
                # The source itself is a ten-thousandth off in one row.
                assert step["published_ikm"] == pytest.approx(float(found.exact), abs=2e-4)
                assert found.mutu == step["mutu"]
            for weight, expected in case["expected"].items():
                found = index_of(case["matrix"], Weight(weight))
                assert (float(found.ikm or 0), found.mutu) == (expected["ikm"], expected["mutu"])


@pytest.mark.parametrize("index_in, shown, mutu", golden.BOUNDARIES)
def test_a_class_is_decided_after_rounding_half_up(index_in: str, shown: str, mutu: str) -> None:
    assert fixed(Decimal(index_in), 2) == shown
    assert class_of(Decimal(index_in)) == mutu


def test_a_published_total_gets_the_published_class() -> None:
    assert class_of(Decimal(golden.MATARAM_IKM)) == "B"


# ------------------------------------------------------------------ published figures of other schemes, recomputed here


@pytest.mark.parametrize("case", golden.LEGACY, ids=lambda case: case.source)
def test_fourteen_elements_of_2004_are_reproduced_with_their_weight(case: golden.Legacy) -> None:
    total = sum(map(Fraction, case.nrr.split()), Fraction(0))
    assert fixed(total * Fraction("0.071") * 25, 2) == case.published
    assert fixed(total / 14 * 25, 2) != case.published


def test_one_source_of_2012_rounded_its_index_before_converting_it() -> None:
    index_2012 = sum(map(Fraction, golden.PHC.nrr.split()), Fraction(0)) * Fraction("0.071")
    assert fixed(Fraction(rounded(index_2012, 3)) * 25, 3) == golden.PHC.published
    assert fixed(index_2012 * 25, 3) == "76.467"


def test_two_questions_weigh_a_half_each() -> None:
    total = sum(map(sum, golden.ASSURANCE))
    assert fixed(Fraction(total * 25, 2 * len(golden.ASSURANCE)), 2) == golden.ASSURANCE_IKM


# ------------------------------------------------------------------ ways that go wrong elsewhere


@pytest.mark.parametrize("copies, wrong, mutu", [(1, "79.04", "B"), (20, "86.76", "B"), (40, "89.23", "A")])
def test_all_respondents_count_not_the_best_scoring_sample(copies: int, wrong: str, mutu: str) -> None:
    everyone = golden.SEKADAU * copies
    # Best first by the first element, then the second and so on, as one application in use sorts before it samples.
    best = sorted(everyone, reverse=True)[: target(len(everyone))]
    assert (fixed(index_of(best).ikm, 2), index_of(best).mutu) == (wrong, mutu)
    assert fixed(index_of(everyone).ikm, 2) == "78.74"


@pytest.mark.parametrize("mean, exact, shortened", [("3.54", "A", "B"), ("3.08", "B", "C"), ("2.61", "C", "D")])
def test_the_shortened_weight_drops_a_class_just_above_each_bound(mean: str, exact: str, shortened: str) -> None:
    tallies = dict.fromkeys(ELEMENTS, tally_with_mean(mean))
    assert index(tallies, ELEMENTS).mutu == exact
    assert index(tallies, ELEMENTS, Weight.SHORTENED).mutu == shortened


def test_element_means_are_not_rounded_before_the_index() -> None:
    found = index_of(golden.SEKADAU)
    early = [Fraction(rounded(mean, 2)) for mean in found.nrr.values() if mean is not None]
    assert fixed(sum(early, Fraction(0)) / 9 * 25, 2) == "78.75"
    assert fixed(found.ikm, 2) == "78.74"


def test_a_unit_pools_its_respondents_and_is_not_the_mean_of_its_services() -> None:
    busy, quiet = [(4,) * 9] * 9, [(2,) * 9]
    assert fixed(index_of(busy + quiet).ikm, 2) == "95.00"
    assert (fixed(index_of(busy).exact, 2), fixed(index_of(quiet).exact, 2)) == ("100.00", "50.00")
    published = sum(map(Fraction, golden.BANTUL_SERVICES), Fraction(0)) / len(golden.BANTUL_SERVICES)
    assert fixed(published, 2) == "85.49" != golden.BANTUL_IKM["1/k"]


def test_the_bounds_of_2004_would_give_another_class() -> None:
    bounds_2004 = (("A", "81.26"), ("B", "62.51"), ("C", "43.76"))
    kalsel = Decimal(golden.KALSEL_IKM)
    assert next(mutu for mutu, bound in bounds_2004 if kalsel >= Decimal(bound)) == "A"
    assert class_of(kalsel) == "B"


# ------------------------------------------------------------------ rules


@pytest.mark.parametrize(
    "weight, ceiling", [(Weight.EXACT, "100.00"), (Weight.SHORTENED, "99.00"), (Weight.PROCESSING_SHEET, "99.90")]
)
def test_only_the_exact_weight_reaches_a_hundred(weight: Weight, ceiling: str) -> None:
    assert fixed(index_of([(4,) * 9], weight).ikm, 2) == ceiling


def test_an_element_that_was_asked_but_not_answered_leaves_no_index() -> None:
    tallies = pooled(golden.SEKADAU)
    del tallies["BIAYA"]
    found = index(tallies, ELEMENTS)
    assert (found.exact, found.ikm, found.mutu, found.reason) == (None, None, None, "element-unanswered")
    assert found.nrr["BIAYA"] is None
    assert found.weighted["BIAYA"] is None
    assert fixed(found.nrr["WAKTU"], 3) == "3.061"


def test_an_element_that_was_not_asked_shares_its_weight_among_the_others() -> None:
    asked = [code for code in ELEMENTS if code != "BIAYA"]
    found = index(pooled([(1, 1, 1, 4, 1, 1, 1, 1, 1)]), asked)
    assert found.weight == Fraction(1, 8)
    assert found.exact == 25


def test_without_any_answer_there_is_no_index() -> None:
    found = index({}, ELEMENTS)
    assert (found.ikm, found.reason) == (None, "nothing-answered")


def test_an_element_is_divided_by_those_who_answered_it() -> None:
    tallies = pooled([(2,) * 9, (2,) * 9])
    tallies["WAKTU"] = Tally.of_answer(4)
    found = index(tallies, ELEMENTS)
    assert found.nrr["WAKTU"] == 4
    assert found.exact == Fraction(2 * 8 + 4, 9) * 25


@pytest.mark.parametrize("asked", [ELEMENTS[:8], ()])
def test_a_weight_shortened_from_a_ninth_needs_nine_elements(asked: Sequence[str]) -> None:
    with pytest.raises(ValueError, match=r"weight 0\.11 for"):
        index({}, asked, Weight.SHORTENED)


def test_nothing_asked_is_refused() -> None:
    with pytest.raises(ValueError, match="0 elements"):
        index({}, ())


def test_an_element_asked_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="asked twice"):
        index({}, ("WAKTU", "WAKTU"))


def test_whole_ballots_are_not_answers_of_an_element() -> None:
    with pytest.raises(ValueError, match="Tally"):
        nrr(Tally.of_ballot(36))


def test_a_single_question_is_shown_in_points_from_25_to_100() -> None:
    assert mean_score(Tally()) is None
    assert mean_score(Tally.of_answer(1)) == 25
    assert mean_score(Tally.of_answer(4)) == 100
    assert mean_score(Tally.of_answer(4) + Tally.of_answer(3)) == Fraction(175, 2)


@given(BALLOTS)
def test_the_index_of_complete_ballots_is_their_mean_in_points(ballots: list[tuple[int, ...]]) -> None:
    found = index_of(ballots)
    assert found.exact == Fraction(25 * sum(map(sum, ballots)), 9 * len(ballots))
    assert sum(share for share in found.weighted.values() if share is not None) * 25 == found.exact


@given(BALLOTS, st.randoms(use_true_random=False))
def test_the_index_does_not_depend_on_the_order_of_ballots_or_elements(
    ballots: list[tuple[int, ...]], random: Random
) -> None:
    shuffled, asked = list(ballots), list(ELEMENTS)
    random.shuffle(shuffled)
    random.shuffle(asked)
    found = index(pooled(shuffled), asked)
    assert (found.exact, found.ikm, found.mutu) == (
        index_of(ballots).exact,
        index_of(ballots).ikm,
        index_of(ballots).mutu,
    )


@given(BALLOTS, BALLOTS)
def test_withdrawing_ballots_gives_back_the_earlier_index(
    kept: list[tuple[int, ...]], withdrawn: list[tuple[int, ...]]
) -> None:
    both, gone = pooled(kept + withdrawn), pooled(withdrawn)
    assert index({code: both[code] + -gone[code] for code in ELEMENTS}, ELEMENTS) == index_of(kept)


@given(st.decimals("25", "100", places=4), st.decimals("0", "10", places=4))
def test_a_higher_index_never_has_a_lower_class(ikm: Decimal, more: Decimal) -> None:
    assert class_of(ikm + more) <= class_of(ikm)
