"""Pages for everybody: where to type a code, how data are kept, the rules in force, how figures are computed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from http import HTTPStatus
from typing import Final

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.domain.code import parse_counter_code, parse_receipt
from portal.domain.figure import fixed
from portal.domain.score.interval import STARTING_PHI, interval
from portal.domain.score.sample import target
from portal.domain.score.skm import LOWER_BOUNDS, Weight, index, nrr
from portal.domain.tally import Tally
from portal.domain.threshold import Thresholds

# Source: sekadaukab.go.id, artikel 923, "Nilai Hasil Survey Kepuasan Masyarakat Semester I 2019", first 49 respondents:
# how many gave each answer, worst first. The source does not say in which order it lists its elements.
PUBLISHED: Final = (
    (1, 8, 39, 1),
    (2, 9, 33, 5),
    (1, 6, 31, 11),
    (0, 2, 15, 32),
    (0, 2, 33, 14),
    (0, 2, 29, 18),
    (0, 1, 33, 15),
    (1, 14, 22, 12),
    (0, 6, 25, 18),
)
SERVED: Final = (100, 500, 1_000, 5_000, 20_000)
"""Numbers served for which the page tells the sample."""


@dataclass(frozen=True, slots=True)
class ExampleElement:
    """One element of the worked example; `counts` worst first, its mean with three and its share with four places."""

    number: int
    counts: tuple[int, ...]
    total: int
    nrr: str
    weighted: str


@dataclass(frozen=True, slots=True)
class MethodPage:
    """The worked example, computed by what computes every figure, and the tables that go with it."""

    elements: Sequence[ExampleElement]
    n: int
    sum_of_weighted: str
    ikm: str
    mutu: str
    lower: str
    upper: str
    shortened: str
    phi: str
    bounds: Sequence[tuple[str, str]]
    samples: Sequence[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class RulesPage:
    """The thresholds in force."""

    thresholds: Thresholds


def blueprint() -> Blueprint:
    pages = Blueprint("public", __name__)
    pages.add_url_rule("/", view_func=home)
    pages.add_url_rule("/buka", view_func=find)
    pages.add_url_rule("/status", view_func=find_receipt)
    pages.add_url_rule("/privasi", view_func=privacy)
    pages.add_url_rule("/aturan", view_func=rules)
    pages.add_url_rule("/metode", view_func=method)
    return pages


def home() -> str:
    return render_template("public/home.html")


def find() -> Response:
    code = parse_counter_code(request.args.get("kode", "")).lower()
    return redirect(url_for("citizen.rate", code=code), HTTPStatus.SEE_OTHER)


def find_receipt() -> Response:
    receipt = parse_receipt(request.args.get("kode", ""))
    return redirect(url_for("citizen.receipt", receipt=receipt), HTTPStatus.SEE_OTHER)


def privacy() -> str:
    return render_template("public/privacy.html")


def rules() -> str:
    return render_template("public/rules.html", page=RulesPage(Thresholds()))


def method() -> str:
    return render_template("public/method.html", page=worked_example())


def worked_example() -> MethodPage:
    """Compute the published survey as every other is computed."""
    tallies = {str(number): _tally(counts) for number, counts in enumerate(PUBLISHED, 1)}
    ikm, shortened = index(tallies, list(tallies)), index(tallies, list(tallies), Weight.SHORTENED)
    n = tallies["1"].n
    around = interval(ikm.exact or Fraction(0), n)
    elements = [
        ExampleElement(int(code), tally.distribution, tally.total, _text(nrr(tally), 3), _text(ikm.weighted[code], 4))
        for code, tally in tallies.items()
    ]
    return MethodPage(
        elements=elements,
        n=n,
        sum_of_weighted=_text(sum(filter(None, ikm.weighted.values()), Fraction(0)), 4),
        ikm=str(ikm.ikm),
        mutu=str(ikm.mutu),
        lower=str(around.lower) if around else "",
        upper=str(around.upper) if around else "",
        shortened=str(shortened.ikm),
        phi=str(STARTING_PHI),
        bounds=[*((mutu, str(bound)) for bound, mutu in LOWER_BOUNDS), ("D", "25.00")],
        samples=[(served, target(served)) for served in SERVED],
    )


def _tally(counts: Sequence[int]) -> Tally:
    answers = [Tally.of_answer(value) for value, count in enumerate(counts, 1) for _ in range(count)]
    return sum(answers, Tally())


def _text(value: Fraction | None, places: int) -> str:
    return fixed(value, places) or ""
