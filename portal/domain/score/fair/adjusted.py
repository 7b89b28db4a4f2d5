"""An officer's mean, less what the services worked on let expect: one arithmetic for the sheet and for each score."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final

from portal.domain.figure import rounded
from portal.domain.score.credibility import credibility
from portal.domain.score.skm import POINTS_PER_STEP

PLACES: Final = 4
"""Decimals of every number on a parameter sheet and of every line that is computed from it."""


@dataclass(frozen=True, slots=True)
class Adjusted:
    """The lines of the adjustment, in points; `products` are ballots x baseline by service, in the order given."""

    n: Decimal
    total: Decimal
    mean: Decimal
    products: tuple[Decimal, ...]
    expected: Decimal

    @property
    def value(self) -> Decimal:
        """What is left of the mean."""
        return exactly(Fraction(self.mean) - Fraction(self.expected))


def adjusted(work: Sequence[tuple[Decimal, Decimal, Decimal]], asked: int) -> Adjusted:
    """Adjust the mean of (ballots, their total, the baseline) by service; each line uses the rounded ones above it.

    Raises:
        ZeroDivisionError: there are no ballots.
    """
    n, total = (exactly(sum((Fraction(line[it]) for line in work), Fraction(0))) for it in (0, 1))
    products = tuple(exactly(Fraction(ballots) * Fraction(beta)) for ballots, _, beta in work)
    mean = exactly(POINTS_PER_STEP * Fraction(total) / (asked * Fraction(n)))
    expected = exactly(sum(map(Fraction, products), Fraction(0)) / Fraction(n))
    return Adjusted(n, total, mean, products, expected)


def exactly(value: Fraction) -> Decimal:
    """Round to the decimals of a sheet."""
    return rounded(value, PLACES)


def believed_share(n_star: Decimal, k: Decimal | None) -> Decimal:
    """Return Z = n* / (n* + k); zero where `k` is None, because nobody's ratings ever differ."""
    return exactly(credibility(Fraction(n_star), Fraction(k))) if k is not None else exactly(Fraction(0))
