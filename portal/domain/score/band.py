"""Small groups in which everybody answered alike: they print a band, so that nobody's own answer is known.

Of twelve answers whose mean is 100.00 each is a 4, and whoever knows one of the twelve citizens knows what that one
said. The band is a third of the scale that holds at least two of the four answers: 25 to 50 (all said 1, or all 2),
75 to 100 (all said 3, or all 4), and for an index between them 50 to 75. Thirds keep the one thing that matters of such
a group, whether it is content, and from thirty answers on no band is needed: a group so large is no person.

A band is worth nothing where the figure follows from others: an element from the index and the other eight, a row from
its unit and the rows beside it. `banded` therefore takes further figures to their bands until at least two totals are
possible for each of the groups that are alike; which of them these are is not told.

Source: design 4, "Releases".
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, NamedTuple, TypeVar

from portal.domain.figure import fixed
from portal.domain.tally import HIGHEST, LOWEST, Tally

FEWEST_TOTALS: Final = 2
"""Fewest totals that must be possible for a group that is alike, as far as sums tell."""

_POINTS: Final = 25
_LOW, _MIDDLE, _HIGH = (Fraction(1), Fraction(2)), (Fraction(2), Fraction(3)), (Fraction(3), Fraction(4))

K = TypeVar("K")


class Band(NamedTuple):
    """What is printed instead of a figure: it lies from `lower` to `upper`, decimal strings in points."""

    lower: str
    upper: str


@dataclass(frozen=True, slots=True)
class Total:
    """A sum of answers `value`, what a reader knows of it while it is not printed, and the least it can differ by."""

    value: Fraction
    low: Fraction
    high: Fraction
    step: Fraction = Fraction(1)


def is_alike(tally: Tally, below: int) -> bool:
    """Tell whether fewer than `below` answers, or complete ballots, are all the same."""
    return 0 < tally.n < below and tally.n * tally.squares == tally.total * tally.total


def ends(mean: Fraction) -> tuple[Fraction, Fraction]:
    """Return the ends of the band in which a mean answer, 1 to 4, lies."""
    if mean <= _LOW[1]:
        return _LOW
    return _HIGH if mean >= _HIGH[0] else _MIDDLE


def band(mean: Fraction) -> Band:
    """Return the band of a mean answer, 1 to 4, in points."""
    lower, upper = ends(mean)
    return Band(fixed(lower * _POINTS, 2) or "", fixed(upper * _POINTS, 2) or "")


def mean_total(mean: Fraction, n: int) -> Total:
    """Return the mean answer of an element as one of the numbers that sum up to its index."""
    return Total(mean, *ends(mean), Fraction(1, n))


def row_total(tally: Tally, asked: int) -> Total:
    """Return the answers of a row of known count, `asked` of each ballot, as one of the sums that make up its unit."""
    answers = tally.n * asked
    low, high = ends(Fraction(tally.total, answers))
    return Total(Fraction(tally.total), low * answers, high * answers)


def rest_total(tally: Tally, asked: int) -> Total:
    """Return what the rows without a figure hold together."""
    answers = tally.n * asked
    return Total(Fraction(tally.total), Fraction(LOWEST * answers), Fraction(HIGHEST * answers))


def banded(
    totals: Mapping[K, Total], alike: Collection[K], unprinted: Collection[K], further: Sequence[K]
) -> frozenset[K]:
    """Return the totals not to print: the `unprinted`, those `alike`, and the first of `further` until these are safe.

    The sum of all `totals` is known. `further` names the rest in the order in which they may go.
    """
    gone = {*unprinted, *alike}
    queue = [key for key in further if key not in gone]
    while queue and not all(_is_open(totals[key], (totals[other] for other in gone - {key})) for key in alike):
        gone.add(queue.pop(0))
    return frozenset(gone)


def is_safe(totals: Mapping[K, Total], alike: Collection[K], gone: Collection[K]) -> bool:
    """Tell whether at least two totals are possible for each that is `alike` where those `gone` are not printed."""
    return all(_is_open(totals[key], (totals[other] for other in gone if other != key)) for key in alike)


def _is_open(own: Total, others: Iterable[Total]) -> bool:
    known = list(others)
    rest = own.value + sum((other.value for other in known), Fraction(0))
    least = max(own.low, rest - sum((other.high for other in known), Fraction(0)))
    most = min(own.high, rest - sum((other.low for other in known), Fraction(0)))
    return most - least >= own.step * (FEWEST_TOTALS - 1)
