"""The official index of the nine-element survey (IKM), and the plain mean of a single question.

Every figure is exact until its last step; respondents are pooled, services are never averaged.

Source: PermenPANRB 14/2017 (weights, conversion, class table).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Literal

from portal.domain.figure import rounded
from portal.domain.tally import Tally

Mutu = Literal["A", "B", "C", "D"]
Reason = Literal["element-unanswered", "nothing-answered"]

POINTS_PER_STEP = 25
PLACES = 2
OFFICIAL_ELEMENTS = 9
LOWER_BOUNDS: tuple[tuple[Decimal, Mutu], ...] = (
    (Decimal("88.31"), "A"),
    (Decimal("76.61"), "B"),
    (Decimal("65.00"), "C"),
)


class Weight(StrEnum):
    """The weight of one element: exact, or one of the two shortened forms in use, which a report must print.

    With 0.11 all answers 4 give 99.00, with 0.111 they give 99.90, and an index just above a class bound drops a class.
    """

    EXACT = "1/k"
    SHORTENED = "0.11"
    PROCESSING_SHEET = "0.111"

    def of(self, asked: int) -> Fraction:
        """Return the weight of each of `asked` elements.

        Raises:
            ValueError: nothing is asked, or a form shortened from 1/9 is used for another number of elements.
        """
        if asked < 1 or (self is not Weight.EXACT and asked != OFFICIAL_ELEMENTS):
            raise ValueError(f"weight {self} for {asked} elements")
        return Fraction(1, asked) if self is Weight.EXACT else Fraction(self.value)


@dataclass(frozen=True, slots=True)
class Ikm:
    """The index of one unit or service and the figures it is made of, by element code in the order asked.

    `nrr` is 1..4; `exact` is the index before rounding, `ikm` after, 25..100. All three of `exact`, `ikm` and `mutu`
    are None with a `reason` when an asked element has no answer.
    """

    nrr: Mapping[str, Fraction | None]
    weight: Fraction
    exact: Fraction | None
    ikm: Decimal | None
    mutu: Mutu | None
    reason: Reason | None

    @property
    def weighted(self) -> dict[str, Fraction | None]:
        """The weighted NRR of each element; their sum x 25 is `exact`."""
        return {code: None if nrr is None else nrr * self.weight for code, nrr in self.nrr.items()}


def nrr(tally: Tally) -> Fraction | None:
    """Return the mean answer of one element, 1..4, over those who answered it; None when nobody did.

    Raises:
        ValueError: the tally is one of whole ballots.
    """
    if sum(tally.distribution) != tally.n:
        raise ValueError(tally)
    return Fraction(tally.total, tally.n) if tally.n else None


def mean_score(tally: Tally) -> Fraction | None:
    """Return the mean answer of one question in points, 25..100; None when nobody answered.

    Raises:
        ValueError: the tally is one of whole ballots.
    """
    mean = nrr(tally)
    return None if mean is None else mean * POINTS_PER_STEP


def index(tallies: Mapping[str, Tally], asked: Sequence[str], weight: Weight = Weight.EXACT) -> Ikm:
    """Return the index from the pooled tally of each element code in `asked`; tallies of anything else are left out.

    Raises:
        ValueError: nothing is asked, an element is asked twice, or `weight` does not fit the number asked.
    """
    if len(set(asked)) != len(asked):
        raise ValueError(f"asked twice: {', '.join(asked)}")
    share = weight.of(len(asked))
    means = {code: nrr(tallies.get(code, Tally())) for code in asked}
    known = [mean for mean in means.values() if mean is not None]
    if len(known) < len(means):
        reason: Reason = "element-unanswered" if known else "nothing-answered"
        return Ikm(means, share, exact=None, ikm=None, mutu=None, reason=reason)
    exact = converted(known, share)
    ikm = rounded(exact, PLACES)
    return Ikm(means, share, exact=exact, ikm=ikm, mutu=class_of(ikm), reason=None)


def converted(means: Iterable[Fraction], weight: Fraction) -> Fraction:
    """Return the index in points, exact, of element means (NRR, 1..4) that all have the same weight."""
    return sum(means, Fraction(0)) * weight * POINTS_PER_STEP


def class_of(ikm: Decimal) -> Mutu:
    """Return the class (mutu) of an index, decided after rounding it half up to two decimals.

    The printed table has holes (64.99 to 65.00); after rounding, lower bounds alone leave none.
    """
    shown = rounded(ikm, PLACES)
    return next((mutu for bound, mutu in LOWER_BOUNDS if shown >= bound), "D")
