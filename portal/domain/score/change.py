"""Whether a month differs from those before it by more than chance makes months differ.

Source: design 3, "Change"; XmR limits: Wheeler and Chambers, Understanding Statistical Process Control (1992).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise
from typing import Final

BASELINE: Final = 12
"""Months that the limits are computed from; with fewer the variance inside the months stands in."""

XMR: Final = Fraction(266, 100)
"""Three standard deviations in mean moving ranges: 3 / 1.128."""

_SIGMAS: Final = 3
_POINTS_OF_ANSWER: Final = 25


class Change(StrEnum):
    """What is said of a month."""

    UP = "up"
    DOWN = "down"
    NONE = "none"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Point:
    """One month: its figure in points, 25..100, of `n` ballots whose squared distances from their mean sum to `within`.

    `within` is in squared points.
    """

    value: Fraction
    n: int
    within: Fraction


def point(value: Fraction, n: int, total: int, squares: int, asked: int) -> Point:
    """Return the point of a tally of `n` ballots of `asked` elements; `total` and `squares` as in `Tally`."""
    scale = Fraction(_POINTS_OF_ANSWER, asked)
    return Point(value, n, scale * scale * (squares - Fraction(total * total, n)))


def change(before: Sequence[Point], now: Point | None) -> Change:
    """Return what is said of a month after the months `before` it, oldest first, of which the last twelve count."""
    known = before[-BASELINE:]
    if now is None or not known:
        return Change.UNKNOWN
    centre, squared_limit = _limits(known, now)
    distance = now.value - centre
    if distance * distance <= squared_limit:
        return Change.NONE
    return Change.UP if distance > 0 else Change.DOWN


@dataclass(frozen=True, slots=True)
class Chart:
    """The centre of an XmR chart and the mean of its moving ranges."""

    centre: Fraction
    mean_range: Fraction

    def limit(self, ranges: Fraction = XMR) -> Fraction:
        """Return how far from the centre chance reaches, as so many mean moving ranges."""
        return ranges * self.mean_range


def chart(values: Sequence[Fraction]) -> Chart:
    """Return the chart of values in the order of time.

    Raises:
        ZeroDivisionError: there are fewer than two.
    """
    moving = [abs(later - earlier) for earlier, later in pairwise(values)]
    return Chart(sum(values, Fraction(0)) / len(values), sum(moving, Fraction(0)) / len(moving))


def _limits(known: Sequence[Point], now: Point) -> tuple[Fraction, Fraction]:
    """Return the centre, and the square of how far a month may lie from it by chance."""
    if len(known) == BASELINE:
        charted = chart([point.value for point in known])
        if charted.mean_range:
            return charted.centre, charted.limit() ** 2
    # Too few months, or months that are all alike, say nothing of how months differ: the ballots inside them must.
    answers = sum(point.n for point in known)
    centre = sum((point.value * point.n for point in known), Fraction(0)) / answers
    freedom = answers + now.n - len(known) - 1
    within = sum((point.within for point in known), now.within)
    variance = within / freedom if freedom > 0 else Fraction(0)
    return centre, _SIGMAS * _SIGMAS * variance * (Fraction(1, now.n) + Fraction(1, answers))
