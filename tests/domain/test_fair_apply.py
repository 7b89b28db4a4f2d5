"""One officer's score: recomputed from its printed lines, and in every corner."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.score.fair.apply import FairScore, apply
from portal.domain.score.fair.evidence import Evidence, comparison, evidence
from portal.domain.score.fair.lines import Step
from portal.domain.score.fair.parts import Own, Part, own_tallies
from portal.domain.score.fair.sheet import Centre, Sheet
from portal.domain.score.interval import interval
from portal.domain.threshold import Thresholds
from tests.domain.fair_ballots import colleagues, part, score_of, sheet_of

EXACT: Final = Context(prec=60)

# The worked example of the study: invented numbers, two services; with 25 items a ballot's total is its points.
SHEET: Final = Sheet(
    asked=25,
    ballots=5000,
    mu=Decimal("80.1000"),
    sigma2=Decimal("161.9800"),
    eta2=Decimal("0.0000"),
    tau2=Decimal("8.9000"),
    k=Decimal("18.2000"),
    phi=Decimal("0.2000"),
    p0=Decimal("0.7347"),
    k0=20,
    nu0=10,
    nu1=Decimal("31.0000"),
    services={"ktp": Decimal("4.2000"), "izin": Decimal("-3.9000")},
    groups={"u/1": Centre("u", Decimal("79.2000"), Decimal("8.4000"), 12)},
    officers={"a": {"u/1": Decimal("71.6000")}},
)
OWN: Final = (
    Own("u", "izin", 50, 3750, Decimal("50.0000"), Decimal("3750.0000")),
    Own("u", "ktp", 30, 2640, Decimal("30.0000"), Decimal("2640.0000")),
)

Numbers = Mapping[str, Decimal]
FORMULAS: Final[dict[str, Callable[[Numbers], Decimal]]] = {
    "service": lambda o: o["n"] * o["beta"],
    "mean": lambda o: EXACT.divide(25 * o["total"], o["asked"] * o["n"]),
    "expected": lambda o: EXACT.divide(o["sum"], o["n"]),
    "adjusted": lambda o: o["mean"] - o["expected"],
    "difference": lambda o: o["adjusted"] - o["centre"],
    "credibility": lambda o: EXACT.divide(o["n_star"], o["n_star"] + o["k"]),
    "fair-difference": lambda o: o["credibility"] * o["difference"],
    "reliability": lambda o: o["credibility"] * (1 - EXACT.divide(o["credibility"], o["sum_z"])),
    "part-difference": lambda o: o["fair_difference"] * o["n_star"],
    "part-reliability": lambda o: o["reliability"] * o["n_star"],
    "all-difference": lambda o: EXACT.divide(o["sum"], o["n_star"]),
    "all-reliability": lambda o: EXACT.divide(o["sum"], o["n_star"]),
    "half-width": lambda o: o["quantile"] * EXACT.sqrt(o["tau2"] * (1 - o["reliability"])),
    "difference-lower": lambda o: o["fair_difference"] - o["half_width"],
    "difference-upper": lambda o: o["fair_difference"] + o["half_width"],
    "fair": lambda o: o["mu"] + o["fair_difference"],
    "lower": lambda o: o["mu"] + o["fair_difference"] - o["half_width"],
    "upper": lambda o: o["mu"] + o["fair_difference"] + o["half_width"],
}


def recomputed(step: Step) -> str:
    """What a reader gets who knows the formula and the printed operands, and rounds half up to the printed places."""
    numbers = {name: Decimal(text) for name, text in step.operands.items() if name not in ("service", "group")}
    places = Decimal(step.result)
    found = FORMULAS[step.key](numbers).quantize(places, rounding=ROUND_HALF_UP, context=EXACT)
    return f"{found or abs(found):f}"


def moved() -> list[Part]:
    """An officer who worked in two units, beside five and three colleagues."""
    return [
        *colleagues("abcdef", ("1", "2"), seed=11),
        *colleagues("aghi", ("8", "9"), unit="v", ballots=30, seed=12),
    ]


def result(score: FairScore, key: str) -> str:
    return next(step.result for step in score.steps if step.key == key)


# ------------------------------------------------------------------ the arithmetic


def test_the_worked_example_of_the_study_is_reproduced() -> None:
    found = apply(SHEET, "a", OWN)
    (row,) = found.rows
    assert (found.n, found.raw) == (80, Decimal("79.88"))
    assert (row.mean, row.expected, row.adjusted) == (Decimal("79.8750"), Decimal("-0.8625"), Decimal("80.7375"))
    assert (row.difference, row.credibility) == (Decimal("1.5375"), Decimal("0.7973"))
    assert found.fair is not None
    assert (found.fair.difference, found.fair.score) == (Decimal("1.23"), Decimal("81.33"))
    assert found.reliability == Decimal("0.7216")
    assert (found.fair.lower, found.fair.upper) == (Decimal("78.24"), Decimal("84.41"))
    assert (found.evidence, found.comparison) == (Evidence.SUFFICIENT, "equal")


@pytest.mark.parametrize("officer", list("abcdefghi"))
def test_every_line_follows_from_its_printed_operands(officer: str) -> None:
    score = score_of(moved(), officer)
    assert score.steps
    for step in score.steps:
        assert step.result == recomputed(step), step


@given(st.lists(st.tuples(st.integers(1, 4), st.sampled_from("12"), st.integers(0, 9)), min_size=10, max_size=60))
def test_every_line_follows_from_its_printed_operands_with_any_ballots(ballots: list[tuple[int, str, int]]) -> None:
    own = [part([value], "a", service, day=day, served=3) for value, service, day in ballots]
    score = score_of([*colleagues("bcdef", ("1", "2"), ballots=20), *own])
    assert [step.result for step in score.steps] == [recomputed(step) for step in score.steps]


@pytest.mark.parametrize("officer", ["a", "b"])
def test_what_a_line_takes_over_is_printed_above_it_or_on_the_sheet(officer: str) -> None:
    parts = moved()
    sheet = sheet_of(parts)
    score = apply(sheet, officer, own_tallies(parts)[officer])
    printed = {f"{it:f}" for it in (sheet.mu, sheet.tau2, sheet.k, *sheet.services.values()) if it is not None}
    for row in score.rows:
        assert row.group is not None
        centre = sheet.groups[row.group]
        printed |= {f"{it:f}" for it in (centre.centre, centre.sum_z, sheet.officers[officer][row.group]) if it}
    for at, step in enumerate(score.steps):
        known = printed | {it.result for it in score.steps[:at]}
        taken = {name: text for name, text in step.operands.items() if name not in ("service", "group", "asked")}
        whole = {name for name, text in taken.items() if text.isdigit() or name in ("quantile", "sum")}
        combined = {"n_star"} if step.key.startswith("all-") else set()
        assert {text for name, text in taken.items() if name not in whole | combined} <= known, step


def test_every_sum_is_that_of_the_lines_above_it() -> None:
    score = score_of(moved(), "a")
    for row in score.rows:
        products = [step for step in row.steps if step.key == "service"]
        expected = next(step for step in row.steps if step.key == "expected")
        assert Decimal(expected.operands["sum"]) == sum(Decimal(step.result) for step in products)
        assert int(expected.operands["n"]) == sum(int(step.operands["n"]) for step in products) == row.n
    for name in ("difference", "reliability"):
        parts = [step for step in score.steps if step.key == f"part-{name}"]
        (total,) = (step for step in score.steps if step.key == f"all-{name}")
        assert Decimal(total.operands["sum"]) == sum(Decimal(step.result) for step in parts)
        assert Decimal(total.operands["n_star"]) == sum(Decimal(step.operands["n_star"]) for step in parts)


def test_the_last_lines_are_what_the_score_says() -> None:
    score = score_of(moved(), "b")
    assert score.fair is not None
    keys = ("difference-lower", "difference-upper", "fair", "lower", "upper")
    fair = score.fair
    expected = (fair.difference_lower, fair.difference_upper, fair.score, fair.lower, fair.upper)
    assert tuple(Decimal(result(score, key)) for key in keys) == expected
    assert score.n_star == Decimal(result_operand(score, "credibility", "n_star"))


def result_operand(score: FairScore, key: str, name: str) -> str:
    return next(step.operands[name] for step in score.steps if step.key == key)


def test_ballots_are_printed_whole_unless_a_day_counts_in_part() -> None:
    team = colleagues("bcdef", ballots=20)
    whole = score_of([*team, part([4] * 12)])
    assert result_operand(whole, "mean", "n") == "12"
    partly = score_of([*team, part([4] * 12, served=6)])
    assert (result_operand(partly, "mean", "n"), result_operand(partly, "mean", "total")) == ("6.0000", "24.0000")
    assert (partly.n, partly.raw) == (12, Decimal("100.00"))  # the raw figure knows no day weight


def test_the_sheet_that_was_published_gives_the_score_that_was_given() -> None:
    parts = moved()
    sheet, own = sheet_of(parts), own_tallies(parts)["a"]
    assert apply(Sheet.from_mapping(sheet.to_mapping()), "a", own[::-1]) == apply(sheet, "a", own)


def test_a_service_that_the_sheet_does_not_know_is_refused() -> None:
    with pytest.raises(KeyError):
        apply(SHEET, "a", [replace(OWN[0], service="other")])


# ------------------------------------------------------------------ after a move


def test_who_moved_has_one_row_per_unit_and_one_score() -> None:
    score = score_of(moved(), "a")
    one, other = score.rows
    assert (one.group, other.group, one.n, other.n) == ("u/1", "v/1", 40, 30)
    assert score.n_star == one.n_star + other.n_star
    weight = one.n_star / score.n_star
    assert score.fair is not None
    mean = weight * one.fair_difference + (1 - weight) * other.fair_difference
    assert float(score.fair.difference) == pytest.approx(float(mean), abs=0.006)
    sure = weight * one.reliability + (1 - weight) * other.reliability
    assert float(score.reliability) == pytest.approx(float(sure), abs=2e-4)
    assert score.n == 70


def test_a_unit_without_comparators_takes_no_part_in_the_score_of_who_moved() -> None:
    alone = [*colleagues("abcdef", seed=11), *colleagues("a", ("9",), unit="v", seed=12)]
    score = score_of(alone, "a")
    assert [row.difference is None for row in score.rows] == [False, True]
    assert score.fair is not None
    assert not [step for step in score.steps if step.key.startswith(("part-", "all-"))]
    assert score.n_star == score.rows[0].n_star


# ------------------------------------------------------------------ how many ballots


def test_without_a_rating_there_is_no_figure() -> None:
    score = apply(SHEET, "b", ())
    assert (score.n, score.raw, score.fair, score.reason) == (None, None, None, "no-answers")
    assert (score.raw_use, score.fair_use, score.comparison, score.steps) == (None, None, None, ())


@pytest.mark.parametrize("n", [1, 9])
def test_below_ten_ratings_nothing_is_shown_to_anyone(n: int) -> None:
    score = score_of([*colleagues("bcdef"), part([4] * n)])
    assert (score.n, score.raw, score.raw_range, score.rows, score.fair, score.reason) == (
        None,
        None,
        None,
        (),
        None,
        "too-few",
    )


def test_from_ten_ratings_the_score_is_shown_and_from_thirty_the_raw_value_leaves() -> None:
    team = colleagues("bcdefgh", ballots=60)
    ten, thirty = (score_of([*team, part([4, 3] * (n // 2))]) for n in (10, 30))
    assert (ten.n, ten.raw, ten.raw_use, ten.reason) == (10, Decimal("87.50"), None, "too-few-to-feed")
    assert ten.fair is not None
    assert (thirty.raw_use, thirty.reason) == ("descriptive", "weak-evidence")


def test_a_government_may_ask_for_more_ratings() -> None:
    parts = [*colleagues("bcdef"), part([4] * 12)]
    own = own_tallies(parts)["a"]
    assert apply(sheet_of(parts), "a", own, Thresholds(officer=20)).reason == "too-few"


def test_ratings_that_are_all_alike_keep_a_range_below() -> None:
    parts = [*colleagues("bcdef"), part([4] * 10)]
    score = score_of(parts)
    assert score.raw == Decimal("100.00")
    assert score.raw_range == interval(Fraction(100), 10, sheet_of(parts).phi)
    assert score.raw_range is not None
    assert score.raw_range.lower < 100
    assert score.fair is not None
    assert score.fair.difference < 20


# ------------------------------------------------------------------ how sure


@pytest.mark.parametrize(
    "reliability, informed, word",
    [
        ("0.8000", True, "kuat"),
        ("0.7999", True, "cukup"),
        ("0.7000", True, "cukup"),
        ("0.6999", True, "terbatas"),
        ("0.5000", True, "terbatas"),
        ("0.4999", True, "lemah"),
        ("0.9000", False, "terbatas"),
        ("0.4000", False, "lemah"),
    ],
)
def test_the_strength_of_evidence_is_said_in_words(reliability: str, informed: bool, word: str) -> None:  # noqa: FBT001 - a column of the table
    assert evidence(Decimal(reliability), compared=True, informed=informed) == word


def test_without_comparators_the_evidence_has_its_own_word() -> None:
    assert evidence(Decimal("0.9"), compared=False, informed=True) == "tanpa-pembanding"


@pytest.mark.parametrize(
    "lower, upper, said",
    [("0.01", "4.00", "above"), ("0.00", "4.00", "equal"), ("-4.00", "-0.01", "below"), ("-4.00", "0.00", "equal")],
)
def test_a_difference_is_said_where_the_printed_range_leaves_zero_out(lower: str, upper: str, said: str) -> None:
    assert comparison(Evidence.SUFFICIENT, Decimal(lower), Decimal(upper)) == said
    assert comparison(Evidence.LIMITED, Decimal(lower), Decimal(upper)) is None


def test_at_seventy_percent_an_officer_may_be_compared() -> None:
    score = apply(SHEET, "a", OWN)
    assert (score.raw_use, score.fair_use, score.reason) == ("descriptive", "comparative", None)
    weaker = apply(replace(SHEET, officers={"a": {"u/1": Decimal("40.0000")}}), "a", OWN)
    assert (weaker.fair_use, weaker.reason, weaker.comparison) == (None, "weak-evidence", None)
    assert weaker.fair is not None


def test_while_the_government_knows_less_than_was_assumed_nobody_is_compared() -> None:
    score = apply(replace(SHEET, nu1=Decimal("9.9999")), "a", OWN)
    assert (score.evidence, score.fair_use, score.reason) == (Evidence.LIMITED, None, "starting-assumption")
    assert score.reliability >= Decimal("0.70")
    assert score.comparison is None


def test_one_officer_in_a_unit_keeps_the_raw_figure_only() -> None:
    score = score_of([*colleagues("bcdef"), *colleagues("a", unit="v")])
    assert (score.n, score.raw_use, score.fair, score.fair_use) == (40, "descriptive", None, None)
    assert (score.evidence, score.reason, score.needed) == (Evidence.NONE, "no-comparators", None)
    assert score.raw is not None
    assert [step.key for step in score.steps] == ["service", "mean", "expected", "adjusted"]


@pytest.mark.parametrize("names", ["ab", "abc"])
def test_pairs_and_trios_are_shown_but_never_compared(names: str) -> None:
    others = [it for n in range(20) for it in colleagues("pqrstu", unit=f"v{n}", seed=n)]
    score = score_of([*others, *colleagues(names, ballots=2000)])
    assert (score.evidence.compares, score.fair_use, score.needed) == (False, None, None)
    assert score.fair is not None
    assert score.reliability < Decimal("0.70")


@pytest.mark.parametrize("officers, needed", [(4, 280), (5, 140), (6, 105), (8, 80), (12, 65), (20, 56), (3, None)])
def test_how_many_ballots_a_comparison_takes_depends_on_the_colleagues(officers: int, needed: int | None) -> None:
    group = Centre("u", Decimal("79.2000"), Decimal("8.4000"), officers)
    score = apply(replace(SHEET, k=Decimal("20.0000"), groups={"u/1": group}), "a", OWN)
    assert score.needed == needed


def test_where_nobodys_ratings_ever_differ_nobody_is_compared() -> None:
    score = score_of([part([3] * 40, name) for name in "abcde"])
    assert (score.fair, score.fair_use, score.reason) == (None, None, "weak-evidence")
    assert score.reliability == 0
    assert score.raw == Decimal("75.00")


def test_a_range_beyond_the_scale_is_cut_only_where_it_is_shown() -> None:
    score = apply(replace(SHEET, mu=Decimal("97.5000"), tau2=Decimal("90.0000")), "a", OWN)
    assert score.fair is not None
    assert score.fair.upper > 100
    assert (score.fair.on_scale.upper, score.fair.on_scale.lower) == (Decimal("100.00"), score.fair.lower)
    assert score.fair.on_scale.difference_upper == score.fair.difference_upper


def test_days_that_do_not_count_leave_an_officer_without_comparators() -> None:
    score = score_of([*colleagues("bcdef"), part([1] * 30, served=0)])
    assert (score.n, score.raw, score.rows, score.evidence) == (30, Decimal("25.00"), (), Evidence.NONE)
