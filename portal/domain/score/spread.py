"""How the answers to one question spread over its four labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from portal.domain.figure import rounded

_PLACES = 2
_LOWEST_SATISFIED = 3


@dataclass(frozen=True, slots=True)
class Answer:
    """One label: `value` 1 (worst) to 4 (best), how many chose it, and their percentage with two places."""

    value: int
    n: int
    percentage: str


@dataclass(frozen=True, slots=True)
class Spread:
    """The four answers, worst first; `satisfied` is the percentage that chose one of the two best."""

    n: int
    answers: tuple[Answer, ...]
    satisfied: str


def spread(distribution: Sequence[int] | None) -> Spread | None:
    """Return the spread of answers 1 to 4, worst first; None where the distribution may not be shown or is empty."""
    total = sum(distribution or ())
    if distribution is None or not total:
        return None
    answers = tuple(Answer(value, n, _percentage(n, total)) for value, n in enumerate(distribution, start=1))
    return Spread(total, answers, _percentage(sum(distribution[_LOWEST_SATISFIED - 1 :]), total))


def _percentage(part: int, whole: int) -> str:
    return f"{rounded(Fraction(100 * part, whole), _PLACES):f}"
