"""The range of a raw mean: Wilson's interval with an effective number of answers."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction

from portal.domain.figure import rounded

STARTING_PHI = Decimal("0.30")
"""Assumed until a government's own answers tell: one rating varies 0.30 times as much as a yes/no answer would."""

Z = Decimal("1.959963984540054")
"""The normal quantile of 0.975, written out so that no machine's mathematics library has a say."""

LOWEST_SCORE, HIGHEST_SCORE = 25, 100
_SPAN = HIGHEST_SCORE - LOWEST_SCORE
_PLACES = 2
_PHI_PLACES = 4
_LEAST_SHARE = Fraction(5, 100)


@dataclass(frozen=True, slots=True)
class Range:
    """The 95 % range of a mean in points, 25..100, two decimals."""

    lower: Decimal
    upper: Decimal


def wilson(share: Fraction, trials: Fraction) -> tuple[Decimal, Decimal]:
    """Return the 95 % limits of a share 0..1 seen in `trials` yes/no answers, which need not be whole, to 28 digits.

    Source: Wilson (1927), the score interval.

    Raises:
        ValueError: `share` is outside 0..1, or `trials` is not positive.
    """
    if not 0 <= share <= 1 or trials <= 0:
        raise ValueError(f"share {share} of {trials}")
    # A context of its own: the caller's precision or rounding must not change a published digit.
    context = Context(prec=28, rounding=ROUND_HALF_EVEN)
    z = Fraction(Z)
    # Exact up to the one square root.
    spread = share * (1 - share) / trials + z * z / (4 * trials * trials)
    root = context.sqrt(context.divide(Decimal(spread.numerator), Decimal(spread.denominator)))
    centre, half, scale = share + z * z / (2 * trials), z * Fraction(root), 1 + z * z / trials
    lower, upper = max(Fraction(0), (centre - half) / scale), min(Fraction(1), (centre + half) / scale)
    return (
        context.divide(Decimal(lower.numerator), Decimal(lower.denominator)),
        context.divide(Decimal(upper.numerator), Decimal(upper.denominator)),
    )


def interval(mean: Fraction, n: int, phi: Decimal = STARTING_PHI) -> Range | None:
    """Return the 95 % range of a mean of `n` answers (of an index: `n` complete ballots); None for none.

    `mean` is in points, 25..100. `n` ratings are worth `n / phi` yes/no answers. The range keeps within 25..100 and
    does not collapse when everybody says 4.

    Source: Wilson (1927) on p = (mean - 25) / 75; phi = ballot variance / (75^2 p0 (1 - p0)).

    Raises:
        ValueError: `mean` is outside 25..100, `n` is negative, or `phi` is not positive.
    """
    if n < 0 or phi <= 0:
        raise ValueError(f"n {n}, phi {phi}")
    if n == 0:
        return None
    lower, upper = wilson((mean - LOWEST_SCORE) / _SPAN, n / Fraction(phi))
    return Range(_points(lower), _points(upper))


def share_of(mean: Fraction) -> Fraction:
    """Return a mean in points as a share 0..1 of its scale, kept far enough from both ends to tell a variance."""
    return min(max((mean - LOWEST_SCORE) / _SPAN, _LEAST_SHARE), 1 - _LEAST_SHARE)


def phi_of(variance: Fraction | None, mean: Fraction) -> Decimal:
    """Return by how much one ballot varies less than a yes/no answer, four decimals; the starting value where unknown.

    `variance` of ballots is in squared points, `mean` in points. A range must not collapse, so a government whose
    ballots never differ keeps the starting value as well.
    """
    share = share_of(mean)
    phi = rounded((variance or 0) / (_SPAN * _SPAN * share * (1 - share)), _PHI_PLACES)
    return phi or STARTING_PHI


def _points(share: Decimal) -> Decimal:
    return rounded(LOWEST_SCORE + _SPAN * Fraction(share), _PLACES)
