"""How strong the evidence behind a fair score is, in words, and what may be said and passed on because of it."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Final, Literal

Comparison = Literal["above", "equal", "below"]
Reason = Literal["no-answers", "too-few", "too-few-to-feed", "no-comparators", "weak-evidence", "starting-assumption"]


class Evidence(StrEnum):
    """The words, strongest first; letters are those of mutu and stay with units."""

    STRONG = "kuat"
    SUFFICIENT = "cukup"
    LIMITED = "terbatas"
    WEAK = "lemah"
    NONE = "tanpa-pembanding"

    @property
    def compares(self) -> bool:
        """Tell whether a comparison with colleagues may leave the portal."""
        return self in (Evidence.STRONG, Evidence.SUFFICIENT)


COMPARATIVE: Final = Decimal("0.70")
"""The reliability from which an officer may be compared. Source: Adams and others (2010), New England J. Medicine."""

_BOUNDS: Final = ((Decimal("0.80"), Evidence.STRONG), (COMPARATIVE, Evidence.SUFFICIENT))
_LIMITED: Final = Decimal("0.50")


def evidence(reliability: Decimal, *, compared: bool, informed: bool) -> Evidence:
    """Return the word for a reliability 0..1.

    While the government is not yet `informed` by its own ratings, nothing is better than limited.
    """
    if not compared:
        return Evidence.NONE
    if informed:
        strong = next((word for bound, word in _BOUNDS if reliability >= bound), None)
        if strong:
            return strong
    return Evidence.LIMITED if reliability >= _LIMITED else Evidence.WEAK


def comparison(word: Evidence, lower: Decimal, upper: Decimal) -> Comparison | None:
    """Return what is said beside colleagues, from the printed 95 % range of the difference; None: nothing yet."""
    if not word.compares:
        return None
    if lower > 0:
        return "above"
    return "below" if upper < 0 else "equal"


def highest_reliability(officers: int) -> Fraction:
    """Return what no number of ballots lifts the reliability above among so many colleagues of equal weight."""
    return Fraction(officers - 1, officers) if officers else Fraction(0)
