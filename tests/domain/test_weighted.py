"""The weighted NRR and the index under each weight, from what is printed of the elements."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal import app as composition
from portal.domain.figure import rounded
from portal.domain.score.skm import Weight, index
from portal.domain.score.summary import Pool, Score, score
from portal.domain.score.weighted import answers_total, weighted_index
from portal.domain.tally import Tally
from portal.domain.threshold import Thresholds
from tests.domain.golden_skm import SEKADAU, SEKADAU_IKM
from tests.government import ELEMENTS, SURVEY

INSTRUMENT: Final = composition.read_instruments()[SURVEY]
COUNTS = st.tuples(*[st.integers(0, 60)] * 4).filter(lambda counts: sum(counts) >= 30)


def tally(counts: tuple[int, ...]) -> Tally:
    n1, n2, n3, n4 = counts
    total = n1 + 2 * n2 + 3 * n3 + 4 * n4
    return Tally(n1, n2, n3, n4, sum(counts), total, n1 + 4 * n2 + 9 * n3 + 16 * n4)


def shown(tallies: dict[str, Tally], *, officers: int | None = None) -> Score:
    """The score of a unit whose complete ballots are as many as the element with the fewest answers has."""
    fewest = min(each.n for each in tallies.values())
    ballots = Tally(n=fewest, total=27 * fewest - 1, squares=729 * fewest)
    pooled = {f"{SURVEY}:{code}": each for code, each in tallies.items()} | {f"{SURVEY}:SKM": ballots}
    return score(INSTRUMENT, "unit", Pool(pooled, officers), Thresholds())


@given(st.lists(COUNTS, min_size=9, max_size=9), st.sampled_from(list(Weight)))
def test_the_index_under_a_weight_is_that_of_the_exact_sums(counts: list[tuple[int, ...]], weight: Weight) -> None:
    tallies = {code: tally(each) for code, each in zip(ELEMENTS, counts, strict=True)}
    whole = index(tallies, ELEMENTS, weight)
    found = weighted_index(shown(tallies), weight)
    assert (found.ikm, found.mutu) == (str(whole.ikm), whole.mutu)
    assert found.weighted == {code: str(rounded(part or Fraction(), 3)) for code, part in whole.weighted.items()}


@given(st.tuples(*[st.integers(0, 5)] * 4).filter(lambda counts: 10 <= sum(counts) < 20))
def test_without_a_distribution_the_sum_is_told_by_the_mean(counts: tuple[int, ...]) -> None:
    """Of a unit with few officers the distribution is shown from twenty answers only."""
    tallies = dict.fromkeys(ELEMENTS, tally(counts))
    for element in shown(tallies, officers=2).elements:
        if element.nrr is not None:
            assert element.distribution is None
            assert answers_total(element) == tally(counts).total


def test_all_fours_give_a_hundred_only_with_the_exact_weight() -> None:
    best = shown(dict.fromkeys(ELEMENTS, tally((0, 0, 0, 40))))
    assert [weighted_index(best, weight).ikm for weight in Weight] == ["100.00", "99.00", "99.90"]


def test_a_hidden_score_has_no_index() -> None:
    few = shown(dict.fromkeys(ELEMENTS, tally((1, 1, 1, 1))))
    found = weighted_index(few)
    assert (found.ikm, found.total, dict(found.weighted)) == (None, None, {})


def test_an_element_that_prints_a_band_leaves_the_index_to_the_exact_weight() -> None:
    """The index itself is what the unit's page shows; under another weight it would tell more of the band."""
    mixed = dict.fromkeys(ELEMENTS, tally((2, 3, 4, 3))) | {"BIAYA": tally((0, 0, 0, 12))}
    found = shown(mixed)
    hidden = {element.element for element in found.elements if element.value is None}
    assert "BIAYA" in hidden
    exact = weighted_index(found)
    assert (exact.ikm, exact.total) == (found.value, None)
    assert exact.weighted.keys() == set(ELEMENTS) - hidden
    assert weighted_index(found, Weight.SHORTENED).ikm is None


@pytest.mark.parametrize("weight", list(Weight))
def test_a_published_matrix_gives_the_same_index_under_each_weight(weight: Weight) -> None:
    columns = [[column.count(value) for value in range(1, 5)] for column in zip(*SEKADAU, strict=True)]
    tallies = {code: tally(tuple(counts)) for code, counts in zip(ELEMENTS, columns, strict=True)}
    found = weighted_index(shown(tallies), weight)
    assert (found.ikm, found.mutu) == SEKADAU_IKM[weight.value]
