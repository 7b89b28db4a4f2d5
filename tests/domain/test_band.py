"""Small groups that answered alike: what is printed of them, and that nothing else tells it."""

from __future__ import annotations

import itertools
import random
import tomllib
from fractions import Fraction
from pathlib import Path
from typing import Final

import pytest

from portal.domain.instrument import Instrument
from portal.domain.score.band import Total, band, banded, ends, is_alike
from portal.domain.score.family import Family, Key, banded_measures
from portal.domain.score.summary import HOMOGENEOUS, Pool, Score, score
from portal.domain.tally import Tally
from portal.domain.threshold import Thresholds

CONFIG: Final = Path(__file__).parents[2] / "config" / "instruments"
QUICK: Final = Instrument.from_mapping(tomllib.loads((CONFIG / "quick.toml").read_text("utf-8")))
SURVEY: Final = Instrument.from_mapping(tomllib.loads((CONFIG / "skm-14-2017.toml").read_text("utf-8")))
CODES: Final = [element.code for element in SURVEY.elements]
LAYANAN: Final = QUICK.element_keys[0]
STAFF: Final = Thresholds()
UNIT: Final = ("unit", "1")


def spread(*counts: int) -> Tally:
    answers = [Tally.of_answer(value) for value, count in enumerate(counts, 1) for _ in range(count)]
    return sum(answers, Tally())


def quick(*counts: int) -> Pool:
    return Pool({LAYANAN: spread(*counts)})


def survey(*ballots: tuple[int, ...]) -> Pool:
    tallies = {f"{SURVEY.id}:{code}": Tally() for code in [*CODES, "SKM"]}
    for ballot in ballots:
        for code, value in zip(CODES, ballot, strict=True):
            tallies[f"{SURVEY.id}:{code}"] += Tally.of_answer(value)
        tallies[f"{SURVEY.id}:SKM"] += Tally.of_ballot(sum(ballot))
    return Pool(tallies)


@pytest.mark.parametrize(
    "mean, expected",
    [
        ("1", ("25.00", "50.00")),
        ("2", ("25.00", "50.00")),
        ("2.5", ("50.00", "75.00")),
        ("3", ("75.00", "100.00")),
        ("4", ("75.00", "100.00")),
    ],
)
def test_every_band_holds_two_answers_and_a_whole_answer_never_lies_between(
    mean: str, expected: tuple[str, str]
) -> None:
    assert band(Fraction(mean)) == expected
    lower, upper = ends(Fraction(mean))
    assert sum(lower <= value <= upper for value in range(1, 5)) == 2


@pytest.mark.parametrize("value", [1, 2, 3, 4])
def test_a_small_group_that_answered_alike_prints_a_band_and_nothing_finer(value: int) -> None:
    counts = tuple(12 if answer == value else 0 for answer in range(1, 5))
    shown = score(QUICK, "counter", quick(*counts), STAFF)
    assert (shown.n, shown.value, shown.lower, shown.upper, shown.distribution) == (12, None, None, None, None)
    assert (shown.reason, shown.band) == (HOMOGENEOUS, band(Fraction(value)))
    assert shown.elements[0].nrr is None


def test_from_thirty_answers_on_all_alike_is_a_figure_like_any_other() -> None:
    assert score(QUICK, "unit", quick(0, 0, 0, 29), STAFF).value is None
    assert score(QUICK, "unit", quick(0, 0, 0, 30), STAFF).value == "100.00"


def test_one_other_answer_is_enough_for_a_figure() -> None:
    shown = score(QUICK, "unit", quick(0, 0, 1, 11), STAFF)
    assert (shown.value, shown.band, shown.reason) == ("97.92", None, None)


def test_what_is_too_small_stays_hidden_and_prints_no_band() -> None:
    shown = score(QUICK, "counter", quick(0, 0, 0, 9), STAFF)
    assert (shown.n, shown.band, shown.reason) == (None, None, "too-few")


def test_ballots_with_one_total_print_a_band_for_the_index_and_for_all_that_would_sum_up_to_it() -> None:
    shown = score(SURVEY, "unit", survey(*[(4, 2, 3, 3, 3, 3, 3, 3, 3), (2, 4, 3, 3, 3, 3, 3, 3, 3)] * 4), STAFF)
    assert (shown.n, shown.value, shown.mutu, shown.reason) == (8, None, None, HOMOGENEOUS)
    assert shown.band == ("75.00", "100.00")
    assert {element.value for element in shown.elements} == {None}
    assert all(element.band for element in shown.elements)


def free_of_charge() -> Score:
    """A unit of twelve in which all say 4 to what it costs, and no two of the other elements are alike."""
    chance = random.Random(20261122)
    ballots = [tuple(4 if code == "BIAYA" else chance.choice((2, 3, 4)) for code in CODES) for _ in range(12)]
    return score(SURVEY, "unit", survey(*ballots), STAFF)


def test_an_element_that_is_alike_takes_another_with_it_so_that_the_index_does_not_tell_it() -> None:
    shown = free_of_charge()
    gone = [element for element in shown.elements if element.band]
    assert shown.value is not None
    assert "BIAYA" in {element.element for element in gone}
    assert len(gone) == 2
    known = sum((Fraction(element.nrr) for element in shown.elements if element.nrr), Fraction(0))
    rest = Fraction(shown.value) * 9 / 25 - known
    (other,) = [element for element in gone if element.element != "BIAYA"]
    assert other.band
    lowest = rest - Fraction(other.band.upper) / 25
    assert lowest <= 4 - Fraction(1, 12) + Fraction(1, 100)  # BIAYA could be one answer less than all 4


def rows(**counts: tuple[int, ...]) -> tuple[Family, dict[Key, Pool]]:
    """A unit whose counters have these answers; all of one service."""
    pools = {("counter", code): quick(*given) for code, given in counts.items()}
    whole = quick(*(sum(column) for column in zip(*counts.values(), strict=True)))
    family = Family(UNIT, (("service", "1"),), tuple(pools), ())
    return family, {**pools, UNIT: whole, ("service", "1"): whole}


def bands_of(hidden: tuple[str, ...] = (), **counts: tuple[int, ...]) -> set[str]:
    family, pools = rows(**counts)
    found = banded_measures(family, QUICK, pools, {("counter", code) for code in hidden}, STAFF)
    return {subject for cut, subject in found if cut == "counter"}


def test_a_row_that_is_alike_takes_the_next_smallest_with_it_so_that_the_unit_does_not_tell_it() -> None:
    assert bands_of(a=(0, 0, 0, 12), b=(0, 1, 6, 8), c=(1, 2, 20, 20)) == {"a", "b"}
    assert bands_of(a=(0, 0, 1, 12), b=(0, 1, 6, 8), c=(1, 2, 20, 20)) == set()


def test_a_large_row_beside_it_may_stay_when_hidden_ones_leave_it_open() -> None:
    assert bands_of(("c", "d"), a=(0, 0, 0, 12), b=(0, 1, 6, 8), c=(0, 1, 1, 2), d=(0, 2, 2, 0)) == {"a"}


def test_hidden_rows_that_are_alike_together_take_a_row_with_them() -> None:
    assert bands_of(("a", "b"), a=(0, 0, 0, 4), b=(0, 0, 0, 3), c=(0, 3, 20, 20), d=(0, 3, 10, 20)) == {"d"}


def test_nothing_is_taken_where_the_whole_unit_is_large_and_all_alike() -> None:
    assert bands_of(a=(0, 0, 0, 12), b=(0, 0, 0, 40)) == {"a", "b"}


@pytest.mark.parametrize("seed", range(200))
def test_at_least_two_totals_are_possible_for_each_row_that_is_alike(seed: int) -> None:
    chance = random.Random(seed)
    totals, alike = {}, set()
    for name in "abcd":
        n = chance.randint(1, 3)
        answers = [chance.choice((3, 4)) for _ in range(n)] if chance.random() < 0.6 else [chance.randint(1, 4)] * n
        if len(set(answers)) == 1:
            alike.add(name)
        low, high = ends(Fraction(sum(answers), n))
        totals[name] = Total(Fraction(sum(answers)), low * n, high * n)
    gone = banded(totals, alike, (), sorted(totals))
    if gone == totals.keys():
        return
    rest = sum(totals[name].value for name in gone)
    ranges = [range(int(totals[name].low), int(totals[name].high) + 1) for name in sorted(gone)]
    possible = [mix for mix in itertools.product(*ranges) if sum(mix) == rest]
    for place, name in enumerate(sorted(gone)):
        if name in alike:
            assert len({mix[place] for mix in possible}) >= 2


def test_alike_is_told_by_sums_of_squares_so_that_ballots_are_judged_like_answers() -> None:
    assert is_alike(sum([Tally.of_ballot(27)] * 5, Tally()), 30)
    assert not is_alike(Tally.of_ballot(27) + Tally.of_ballot(26), 30)
    assert not is_alike(Tally(), 30)
