"""The parameter sheet against least squares, and in every corner."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from random import Random

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.score.credibility import credibility
from portal.domain.score.fair.baselines import baselines, pseudo_inverse
from portal.domain.score.fair.estimate import K0, NU0, estimate
from portal.domain.score.fair.parts import Own, Part, gather, own_tallies
from portal.domain.score.fair.sheet import Sheet
from portal.domain.score.interval import STARTING_PHI, interval
from tests.domain.fair_ballots import DAY, colleagues, part, sheet_of
from tests.domain.fair_oracle import estimates

MIXED = [
    *colleagues("abcdef", ("1", "2", "3"), seed=5),
    *colleagues("ghij", ("3", "4"), unit="v", seed=6),
    *colleagues("klm", ("8", "9"), unit="w", seed=7),
]


# ------------------------------------------------------------------ against another implementation


def test_baselines_and_adjusted_means_are_those_of_least_squares_with_dummies() -> None:
    random = Random(3)
    parts = [
        part([random.randint(1, 4)], officer, random.choice(services), day=number)
        for officer, services in (("a", "12"), ("b", "23"), ("c", "134"), ("d", "4"), ("e", "1"))
        for number in range(23)
    ]
    table = gather(parts)
    fitted = baselines(table.cells, len(table.services), 1)
    officers = [officer for _, officer in table.places]
    design = np.array(
        [
            [float(officer == it) for it in officers] + [float(service == it) for it in table.services[1:]]
            for officer, service, _ in ((it.officer, it.service, it.total) for it in parts)
        ]
    )
    oracle = sm.OLS(np.array([25.0 * it.total for it in parts]), design).fit().params
    effects = np.array([0.0, *oracle[len(officers) :]])
    mix = np.array([sum(it.n for it in parts if it.service == service) for service in table.services])
    level = mix @ effects / mix.sum()
    assert fitted.beta == pytest.approx(effects - level, abs=1e-10)
    alpha = [
        np.mean([25.0 * it.total - fitted.beta[table.services.index(it.service)] for it in parts if it.officer == who])
        for who in officers
    ]
    assert alpha == pytest.approx(oracle[: len(officers)] + level, abs=1e-10)


def test_the_pseudo_inverse_is_that_of_the_contrasts() -> None:
    random = np.random.default_rng(4)
    ballots = random.integers(0, 9, (12, 6)) * 1.0
    ballots[:, 0] += 1
    own = ballots.sum(axis=1, keepdims=True)
    contrasts = np.diag(ballots.sum(axis=0)) - (ballots / own).T @ ballots
    assert pseudo_inverse(contrasts) == pytest.approx(np.linalg.pinv(contrasts, rcond=1e-10), abs=1e-12)
    assert pseudo_inverse(np.zeros((1, 1))).tolist() == [[0.0]]


@pytest.mark.parametrize("seed", range(6))
def test_the_sheet_is_that_of_the_formulas_taken_ballot_by_ballot(seed: int) -> None:
    random = Random(seed)
    parts = []
    for unit, names, services in (("u", "abcdef", "1234"), ("v", "ghij", "345"), ("w", "kla", "15"), ("x", "m", "2")):
        for name in names:
            level = {service: random.gauss(3, 0.5) for service in services}
            for number in range(random.randint(3, 60)):
                service = random.choice(services)
                answer = min(4, max(1, round(random.gauss(level[service] + (seed % 2) * (number % 7) / 9, 0.7))))
                parts.append(part([answer], name, service, unit=unit, day=number % 7))
    found, expected = sheet_of(parts), estimates(parts)
    assert float(found.sigma2) == pytest.approx(expected.sigma2, rel=1e-5)
    assert float(found.eta2) == pytest.approx(expected.eta2, rel=1e-4, abs=1e-3)
    assert float(found.tau2) == pytest.approx(expected.tau2, rel=1e-4)
    assert float(found.nu1) == pytest.approx(expected.nu1, rel=1e-4)
    n_star = {(name, it.split("/")[0]): float(n) for name, of in found.officers.items() for it, n in of.items()}
    assert n_star == pytest.approx(expected.n_star, rel=1e-4)
    centres = {it.unit: float(it.centre) for it in found.groups.values() if it.centre is not None}
    assert centres == pytest.approx(expected.centres, abs=5e-3)  # Z is rounded first


# ------------------------------------------------------------------ always


@given(st.randoms(use_true_random=False))
def test_neither_order_nor_history_leaves_a_trace(random: Random) -> None:
    gone = [replace(random.choice(MIXED), officer=random.choice("abcxyz"), service=random.choice("1789x"))] * 3
    back = [replace(it, n=-it.n, total=-it.total, squares=-it.squares) for it in gone]
    mixed = [*MIXED, *gone, *back]
    random.shuffle(mixed)
    assert json.dumps(sheet_of(mixed).to_mapping()) == json.dumps(sheet_of(MIXED).to_mapping())


def test_parts_may_be_cut_in_any_way() -> None:
    whole = [part([4, 3, 2, 4], "a"), *colleagues("bcde")]
    cut = [part([4], "a"), part([3, 2], "a"), part([4], "a"), *colleagues("bcde")]
    assert sheet_of(whole) == sheet_of(cut)
    assert own_tallies(whole) == own_tallies(iter(cut))


def test_a_sheet_comes_back_from_its_mapping() -> None:
    sheet = sheet_of(MIXED)
    assert Sheet.from_mapping(json.loads(json.dumps(sheet.to_mapping()))) == sheet


def test_what_is_published_of_a_sheet_names_nobody() -> None:
    mapping = sheet_of([replace(it, officer=f"Petugas {it.officer}") for it in MIXED]).to_mapping()
    assert "Petugas a" in mapping.pop("officers")
    assert "Petugas" not in json.dumps(mapping)
    assert Sheet.from_mapping(mapping).officers == {}


def test_every_number_of_a_sheet_has_four_decimals() -> None:
    sheet = sheet_of(MIXED)
    numbers = [sheet.mu, sheet.sigma2, sheet.eta2, sheet.tau2, sheet.k, sheet.phi, sheet.p0, sheet.nu1]
    numbers += [*sheet.services.values(), *(it.centre for it in sheet.groups.values())]
    numbers += [n_star for groups in sheet.officers.values() for n_star in groups.values()]
    assert {it.as_tuple().exponent for it in numbers if it is not None} == {-4}


def test_the_mean_and_the_baselines_are_weighted_by_the_work_of_the_government() -> None:
    sheet = sheet_of(MIXED)
    assert sheet.ballots == len(MIXED)
    assert float(sheet.mu) == pytest.approx(sum(it.total for it in MIXED) * 25 / len(MIXED), abs=5e-5)
    for component in ("1234", "89"):  # joined by officers of two units, and apart from them
        work = [sheet.services[it.service] for it in MIXED if it.service in component]
        assert float(sum(work)) / len(work) == pytest.approx(0, abs=1e-4)


@given(st.lists(st.sampled_from([1, 2, 3, 4]), min_size=1, max_size=30), st.integers(1, 4))
def test_no_sheet_has_an_impossible_number(values: list[int], officers: int) -> None:
    parts = [part([it], "abcd"[at % officers], "xy"[at % 2], day=at % 3) for at, it in enumerate(values)]
    sheet = sheet_of(parts)
    assert min(sheet.sigma2, sheet.eta2, sheet.tau2, sheet.nu1) >= 0
    assert sheet.phi > 0
    assert sheet.k is None or sheet.k > 0
    owned = {officer: sum(it.n for it in own) for officer, own in own_tallies(parts).items()}
    assert all(0 <= n_star <= owned[it] for it, groups in sheet.officers.items() for n_star in groups.values())


# ------------------------------------------------------------------ in the corners


def test_without_a_ballot_there_is_no_sheet() -> None:
    assert estimate([], asked=1) is None
    assert estimate([part([4]), replace(part([4]), n=-1, total=-4, squares=-16)], asked=1) is None
    assert own_tallies([]) == {}


def test_one_service_leaves_nothing_to_adjust_and_weighs_by_ballots() -> None:
    parts = [it for n, name in enumerate("abcdef") for it in colleagues(name, ballots=20 + 10 * n, seed=n)]
    sheet = sheet_of(parts)
    assert sheet.services == {"s": Decimal("0.0000")}
    n_stars = [next(iter(sheet.officers[name].values())) for name in "abcdef"]
    assert n_stars == [Decimal(20 + 10 * n) for n in range(6)]


def test_ballots_of_a_service_nobody_shares_carry_no_comparison() -> None:
    shared = [part([3, 4, 2, 3], f"c{n}", "shared", day=day) for n in range(400) for day in range(5)]
    own = [part([4, 3, 2, 3], "a", service, day=day) for service in ("shared", "private") for day in range(5)]
    n_star = sheet_of([*shared, *own]).officers["a"]["u/1"]
    assert float(n_star) == pytest.approx(20, abs=0.1)


def test_who_shares_no_service_has_no_comparators() -> None:
    sheet = sheet_of([*colleagues("bcde"), *colleagues("a", ("private",))])
    assert sheet.officers["a"] == {"u/1": 0}
    assert sheet.groups["u/1"].officers == 0
    assert sheet.groups["u/1"].centre is None
    assert sheet.groups["u/2"].officers == 4


def test_one_officer_in_a_unit_has_no_comparators_even_on_shared_services() -> None:
    sheet = sheet_of([*colleagues("bcde"), *colleagues("a", unit="v")])
    assert sheet.officers["a"] == {"v/1": 0}


def test_officers_whom_a_chain_of_services_joins_are_one_group() -> None:
    sheet = sheet_of([*colleagues("a", "12"), *colleagues("b", "23"), *colleagues("c", "34"), *colleagues("d", "8")])
    assert {group for it in "abc" for group in sheet.officers[it]} == {"u/1"}
    assert list(sheet.officers["d"]) == ["u/2"]
    assert sheet.officers["a"]["u/1"] < sheet.officers["b"]["u/1"]  # the chain is longer


def test_where_no_ballots_differ_nothing_is_said_of_differences() -> None:
    sheet = sheet_of([part([3] * 20, name) for name in "abcd"])
    assert sheet.sigma2 == sheet.tau2 == 0
    assert sheet.k is None
    assert sheet.groups["u/1"].sum_z == 0
    assert sheet.phi == STARTING_PHI


def test_a_single_ballot_each_leaves_no_variance_to_tell() -> None:
    sheet = sheet_of([part([answer], name) for name, answer in zip("abcd", (4, 3, 4, 1), strict=True)])
    assert sheet.sigma2 == sheet.tau2 == 0  # though their means differ
    assert sheet.k is None


def test_an_officer_with_one_ballot_takes_part_by_the_pooled_variance() -> None:
    sheet = sheet_of([part([4], "a"), *colleagues("bcdef")])
    assert sheet.officers["a"]["u/1"] == 1
    assert sheet.sigma2 > 0


def test_without_two_officers_anywhere_the_starting_assumption_stands() -> None:
    sheet = sheet_of([*colleagues("a"), *colleagues("b", unit="v")])
    assert sheet.tau2 == pytest.approx(sheet.sigma2 / K0, abs=Decimal("0.0001"))
    assert sheet.nu1 == 0
    assert all(it.sum_z == 0 for it in sheet.groups.values())


def test_officers_more_alike_than_chance_allows_lower_the_variance_but_never_below_zero() -> None:
    same = [part([1, 2, 3, 4], name, day=day) for name in "abcdefghij" for day in range(10)]
    sheet = sheet_of(same)
    nu1 = 9 * credibility(Fraction(40), Fraction(K0)) ** 2
    assert float(sheet.tau2) == pytest.approx(float(NU0 * Fraction(sheet.sigma2) / K0 / (NU0 + nu1)), abs=1e-3)
    assert sheet.k is not None
    assert sheet.k > K0


def test_bad_days_count_as_one_piece_of_news() -> None:
    random = Random(8)
    moods = [
        part([max(1, min(4, mood)) for _ in range(5)], name, day=day)
        for name in "abcdef"
        for day in range(12)
        for mood in [random.choice([2, 3, 4])]
    ]
    assert sheet_of(moods).sigma2 > 5 * sheet_of(colleagues("abcdef", ballots=60)).sigma2 / 2


def test_an_officer_who_differs_from_service_to_service_is_known_less_well() -> None:
    random = Random(9)
    parts = [
        part([random.choice([level, level, level - 1]) for _ in range(10)], name, service, day=day)
        for name in "abcdefgh"
        for service in "123"
        for level in [random.choice([2, 4])]
        for day in range(4)
    ]
    sheet = sheet_of(parts)
    assert sheet.eta2 > 100
    assert all(n_star < 30 for groups in sheet.officers.values() for n_star in groups.values())


# ------------------------------------------------------------------ day weights, impossible input, phi


def test_a_day_with_more_ballots_than_people_served_counts_in_part() -> None:
    parts = [part([4] * 9, served=6), part([3] * 3, service="t", served=6), part([2], day=1, served=5)]
    assert own_tallies(parts)["a"] == (
        Own("u", "s", 10, 38, Decimal("5.5000"), Decimal("20.0000")),
        Own("u", "t", 3, 9, Decimal("1.5000"), Decimal("4.5000")),
    )


def test_a_day_weight_is_rounded_to_four_decimals() -> None:
    (own,) = own_tallies([part([4, 4, 4], served=2)])["a"]
    assert (own.weighted_n, own.weighted_total) == (Decimal("2.0001"), Decimal("8.0004"))


def test_a_burst_moves_the_sheet_less_where_it_is_known_how_many_were_served() -> None:
    fair = [replace(it, served=4) for it in colleagues("abcdef")]
    burst = part([1] * 40, "a", day=30, served=4)
    attacked, open_to_it = sheet_of([*fair, burst]), sheet_of([*fair, replace(burst, served=None)])
    assert open_to_it.mu < attacked.mu < sheet_of(fair).mu
    assert open_to_it.sigma2 > attacked.sigma2
    assert attacked.phi == open_to_it.phi  # raw ranges know no day weights


def test_days_on_which_nobody_was_served_do_not_count() -> None:
    parts = [*colleagues("bcde"), part([1] * 30, "a", served=0)]
    assert "a" not in sheet_of(parts).officers
    assert own_tallies(parts)["a"][0].n == 30
    assert estimate([part([1] * 30, served=0)], asked=1) is None


@pytest.mark.parametrize(
    "parts",
    [
        [part([4], served=3), part([4], service="t", served=4)],
        [part([4], served=-2)],
        [part([4]), replace(part([4, 4]), n=-2)],
        [part([4]), replace(part([4]), n=-1)],
        [replace(part([4]), total=5)],
        [replace(part([4, 4]), total=1)],
        [replace(part([4, 4]), squares=7)],
    ],
)
def test_impossible_counts_are_refused(parts: list[Part]) -> None:
    with pytest.raises(ValueError, match=r"served|taken away|cannot give"):
        estimate(parts, asked=1)


def test_the_phi_of_a_sheet_is_the_variance_of_ballots_against_that_of_yes_and_no() -> None:
    parts = [part([4, 4, 4, 3, 1], name, day=day) for name in "abcd" for day in range(5)]
    sheet = sheet_of(parts)
    variance = 625 * (20 * (16 * 3 + 9 + 1) - 20 * 5 * 3.2**2) / (100 - 4)
    share = (80 - 25) / 75
    assert float(sheet.p0) == pytest.approx(share, abs=5e-5)
    assert float(sheet.phi) == pytest.approx(variance / (75**2 * share * (1 - share)), abs=5e-5)


def test_a_mean_at_the_end_of_the_scale_does_not_lose_its_range() -> None:
    sheet = sheet_of([part([4] * 39 + [3], name) for name in "abcd"])
    assert sheet.p0 == Decimal("0.9500")
    found = interval(Fraction(100), 10, sheet.phi)
    assert found is not None
    assert found.lower < found.upper == 100


def test_a_handful_of_ballots_does_not_set_phi() -> None:
    assert sheet_of([part([4, 4, 4, 1], name) for name in "ab"]).phi == STARTING_PHI


def test_days_are_days_whatever_the_year() -> None:
    later = [replace(it, day=it.day + timedelta(400)) for it in MIXED]
    assert sheet_of(later) == sheet_of(MIXED)
    assert DAY.year == 2026
