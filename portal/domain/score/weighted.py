"""The index of a figure that is shown, once more with its weights: what a report prints line by line.

Computed from what is printed of the elements and from nothing else, so that what is hidden stays hidden.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from portal.domain.figure import fixed, rounded
from portal.domain.score.skm import PLACES, POINTS_PER_STEP, Weight, class_of
from portal.domain.score.summary import ElementScore, Score

_NRR_PLACES: Final = 3


@dataclass(frozen=True, slots=True)
class WeightedIndex:
    """An index under a weight; `weighted` has the elements whose figure is shown, 3 places, and `total` is their sum.

    `total` is rounded from the exact sum, so it may differ in its last digit from the sum of what is printed. With an
    element that is not shown it is None, as are `ikm` and `mutu` under any weight but the exact one.
    """

    weighted: Mapping[str, str]
    total: str | None
    ikm: str | None
    mutu: str | None


def answers_total(element: ElementScore) -> int | None:
    """Return the sum of the answers, 1 to 4 each, as the printed figures tell it; None where none is printed.

    Without a distribution there are so few answers that three places of their mean tell the sum exactly.
    """
    if element.n is None or element.nrr is None:
        return None
    if element.distribution is not None:
        return sum(value * count for value, count in enumerate(element.distribution, start=1))
    return int(rounded(Fraction(element.nrr) * element.n, 0))


def weighted_index(score: Score, weight: Weight = Weight.EXACT) -> WeightedIndex:
    """Return the index of a score of many elements under `weight`, without figures where the score has none.

    Source: PermenPANRB 14/2017: weighted NRR = NRR x weight, index = their sum x 25.

    Raises:
        ValueError: `weight` does not fit the number of elements.
    """
    share = weight.of(len(score.elements))
    totals = {element.element: (answers_total(element), element.n) for element in score.elements}
    parts = {code: Fraction(total, n) * share for code, (total, n) in totals.items() if total is not None and n}
    weighted = {code: f"{rounded(part, _NRR_PLACES):f}" for code, part in parts.items()}
    if score.value is None or len(parts) < len(score.elements):
        known = (score.value, score.mutu) if weight is Weight.EXACT else (None, None)
        return WeightedIndex(weighted, None, *known)
    whole = sum(parts.values(), Fraction(0))
    ikm = rounded(whole * POINTS_PER_STEP, PLACES)
    return WeightedIndex(weighted, fixed(whole, _NRR_PLACES), f"{ikm:f}", class_of(ikm))
