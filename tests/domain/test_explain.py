"""The arithmetic of a figure: whoever repeats its lines gets the figure, to the last digit."""

from __future__ import annotations

import random
import tomllib
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Final

import pytest

from portal.domain.instrument import Instrument
from portal.domain.score.arithmetic import MINUS, ROOT, TIMES, Line, evaluate, number, settled
from portal.domain.score.explain import Arithmetic, explain
from portal.domain.score.fair.apply import apply
from portal.domain.score.fair.parts import Own
from portal.domain.score.fair.sheet import Centre, Sheet
from portal.domain.score.fair_explained import FEWEST, OTHERS, FairLines, fair_lines
from portal.domain.score.summary import Pool, Score, score
from portal.domain.tally import Tally
from portal.domain.threshold import Thresholds
from tests.calculator import sums_in

CONFIG: Final = Path(__file__).parents[2] / "config" / "instruments"
QUICK: Final = Instrument.from_mapping(tomllib.loads((CONFIG / "quick.toml").read_text("utf-8")))
SURVEY: Final = Instrument.from_mapping(tomllib.loads((CONFIG / "skm-14-2017.toml").read_text("utf-8")))
CODES: Final = [element.code for element in SURVEY.elements]
STAFF: Final = Thresholds()


def holds(line: Line) -> bool:
    (found,) = sums_in(f"x: {line.expression} = {line.result}", "en")
    return found.holds()


def quick(chance: random.Random) -> tuple[Score, Arithmetic | None]:
    tally = Tally()
    weights = [chance.randint(0, 3) for _ in range(4)]
    for value in chance.choices((1, 2, 3, 4), weights=weights if any(weights) else None, k=chance.randint(5, 400)):
        tally += Tally.of_answer(value)
    shown = score(QUICK, "unit", Pool({QUICK.element_keys[0]: tally}), STAFF)
    return shown, explain(shown, {"LAYANAN": tally})


def survey(chance: random.Random) -> tuple[Score, Arithmetic | None]:
    tallies = {code: Tally() for code in CODES}
    whole = Tally()
    left_out = chance.choice((0, 0, 0.05))
    always = chance.choice((None, None, "BIAYA"))
    for _ in range(chance.randint(12, 60)):
        ballot = {
            code: 4 if code == always else chance.choice((2, 3, 3, 4)) for code in CODES if chance.random() >= left_out
        }
        for code, value in ballot.items():
            tallies[code] += Tally.of_answer(value)
        if len(ballot) == len(CODES):
            whole += Tally.of_ballot(sum(ballot.values()))
    measures = {SURVEY.measure_key(code): tally for code, tally in tallies.items()}
    shown = score(SURVEY, "unit", Pool({**measures, str(SURVEY.composite_key): whole}), STAFF)
    return shown, explain(shown, tallies)


@pytest.mark.parametrize("seed", range(150))
@pytest.mark.parametrize("figure", [quick, survey])
def test_every_line_repeats_and_the_last_ones_are_the_figure_and_its_range(figure: object, seed: int) -> None:
    shown, lines = figure(random.Random(seed))  # type: ignore[operator]  # one of the two functions above
    assert (lines is None) == (shown.value is None)
    if lines is None:
        return
    assert all(map(holds, (*lines.elements, *lines.value, *lines.range)))
    assert lines.value[-1].result == shown.value
    assert [line.result for line in lines.range[-2:]] == [shown.lower, shown.upper]
    nrr = {line.subject: line.result for line in lines.elements if line.key == "nrr"}
    assert nrr == {it.element: it.nrr for it in shown.elements if it.nrr and len(shown.elements) > 1}


def test_elements_that_print_a_band_enter_the_arithmetic_only_together() -> None:
    chance = random.Random(4)
    found = 0
    for _ in range(60):
        shown, lines = survey(chance)
        banded = {it.element for it in shown.elements if it.band}
        if lines is None or not banded:
            continue
        found += 1
        assert len(banded) > 1
        assert not {line.subject for line in lines.elements} & banded
        parts = lines.value[0].expression.split(" + ")
        assert len(parts) == len(CODES) - len(banded) + 1
    assert found > 3


def test_how_many_gave_each_answer_is_printed_only_where_the_distribution_is() -> None:
    tally = Tally(0, 0, 6, 6, 12, 42, 150)
    shown = score(QUICK, "officer", Pool({QUICK.element_keys[0]: tally}), STAFF)
    lines = explain(shown, {"LAYANAN": tally})
    assert lines
    assert [line.key for line in lines.value] == ["mean"]
    assert lines.value[0].expression == f"25 {TIMES} 42 / 12"


@pytest.mark.parametrize("written", ["1 +", "(1", "1)", "1 % 2", "x", "", "2 2"])
def test_what_is_no_sum_is_refused(written: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - there is one reason: it is no sum
        evaluate(written)


def test_a_sum_is_read_as_it_is_written() -> None:
    assert evaluate(f"25 {TIMES} (3 {MINUS} 1) / 4 + ({MINUS}2.5) {TIMES} {ROOT}(4)") == Fraction("7.5")
    assert (number("-1.5"), number("1.5")) == (f"({MINUS}1.5)", "1.5")


def test_lines_that_never_hold_are_an_error() -> None:
    with pytest.raises(ArithmeticError):
        settled(lambda places: [Line.of("x", "1 / 3", places)], lambda _: False, 2)


def sheet(**services: str) -> Sheet:
    numbers = {"mu": "80.1000", "sigma2": "161.9800", "eta2": "0.0000", "tau2": "8.9000", "phi": "0.3000"}
    return Sheet(
        asked=1,
        ballots=900,
        k=Decimal("18.2000"),
        p0=Decimal("0.7000"),
        k0=20,
        nu0=10,
        nu1=Decimal("40.0000"),
        services={code: Decimal(beta) for code, beta in services.items()},
        groups={"U:1": Centre("U", Decimal("79.2000"), Decimal("8.4000"), 12)},
        officers={"P": {"U:1": Decimal("71.6000")}},
        **{name: Decimal(text) for name, text in numbers.items()},
    )


def own(service: str, n: int, total: int) -> Own:
    return Own("U", service, n, total, Decimal(n), Decimal(total))


def lines_of(*work: Own, **services: str) -> FairLines:
    return fair_lines(apply(sheet(**services), "P", work).steps)


def test_the_fair_score_repeats_line_by_line_from_shares_of_the_work() -> None:
    found = lines_of(own("KTP", 30, 105), own("IZIN", 50, 150), KTP="4.2000", IZIN="-3.9000")
    assert all(map(holds, found.lines))
    assert [(it.service, it.share, it.baseline) for it in found.work] == [
        ("IZIN", "0.6250", "-3.9000"),
        ("KTP", "0.3750", "4.2000"),
    ]
    assert [line.result for line in found.lines if line.key == "expected"] == ["-0.8625"]
    assert found.lines[-3].key == "fair"


@pytest.mark.parametrize("seed", range(80))
def test_shares_have_as_many_places_as_the_last_digit_takes(seed: int) -> None:
    chance = random.Random(seed)
    codes = [f"S{number}" for number in range(chance.randint(1, 7))]
    services = {code: f"{chance.uniform(-9, 9):.4f}" for code in codes}
    work = [own(code, n, chance.randint(n, 4 * n)) for code in codes for n in [chance.randint(1, 40)]]
    if sum(it.n for it in work) < STAFF.officer:
        return
    found = lines_of(*work, **services)
    assert all(map(holds, found.lines))
    (expected,) = [line for line in found.lines if line.key == "expected"]
    assert expected.expression.count(TIMES) == len(found.work)


def test_services_with_few_answers_are_named_together_or_not_at_all() -> None:
    found = lines_of(
        own("A", 40, 120),
        own("B", 6, 18),
        own("C", 2, 8),
        own("D", 1, 3),
        A="1.0000",
        B="2.0000",
        C="-3.0000",
        D="0.5000",
    )
    assert [it.service for it in found.work] == ["A", OTHERS]  # three alone would be fewer than five
    alone = lines_of(own("A", 40, 120), own("B", 6, 18), own("C", 4, 8), own("D", 1, 3), A="1", B="2", C="3", D="4")
    assert [it.service for it in alone.work] == ["A", "B", OTHERS]
    assert FEWEST == 5
