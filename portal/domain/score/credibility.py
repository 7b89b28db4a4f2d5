"""How far means differ by more than chance, and how much of such a difference is to be believed.

Every term is exact before it becomes a float, and floats are summed without loss (`math.fsum`): neither the order of
the rows nor the machine changes a digit.

Source: Buhlmann and Straub (1970) in the unbiased form; one-way analysis of variance from sufficient statistics.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import fsum


@dataclass(frozen=True, slots=True)
class Strand:
    """Observations of one thing: their weights, weighted values and weighted squared values, each summed.

    `freedom` is how many observations can differ: one less than their number, where each counts fully.
    """

    weight: Fraction
    total: Fraction
    squares: Fraction
    freedom: Fraction


@dataclass(frozen=True, slots=True)
class Within:
    """Squared distances of observations from the means of their own strands, and the freedom they have."""

    squares: float
    freedom: Fraction

    @property
    def variance(self) -> Fraction | None:
        """The variance inside strands; None where nothing is observed twice."""
        return Fraction(self.squares) / self.freedom if self.freedom > 0 else None


@dataclass(frozen=True, slots=True)
class Member:
    """The mean of one of those who are compared, and the weight it has."""

    weight: Fraction
    value: Fraction


@dataclass(frozen=True, slots=True)
class Between:
    """Squared distances of the members of one group from their weighted mean.

    `scale` is by how much the expected squares grow with each unit of variance between members.
    """

    squares: float
    freedom: int
    scale: Fraction


def within(strands: Iterable[Strand]) -> Within:
    """Pool what varies inside strands."""
    terms: list[float] = []
    freedom = Fraction(0)
    for strand in strands:
        terms.append(float(strand.squares - strand.total * strand.total / strand.weight))
        freedom += strand.freedom
    return Within(fsum(terms), freedom)


def weighted_mean(members: Iterable[Member]) -> Fraction | None:
    """Return the mean of the members by weight; None where nobody has any."""
    weight = total = Fraction(0)
    for member in members:
        weight += member.weight
        total += member.weight * member.value
    return total / weight if weight else None


def between(members: Sequence[Member]) -> Between:
    """Return how far the members of one group lie apart; members without weight are left out."""
    known = [member for member in members if member.weight]
    mean = weighted_mean(known)
    if mean is None:
        return Between(0.0, 0, Fraction(0))
    weight = sum((member.weight for member in known), Fraction(0))
    own = sum((member.weight * member.weight for member in known), Fraction(0))
    squares = fsum(float(member.weight * (member.value - mean) ** 2) for member in known)
    return Between(squares, len(known) - 1, weight - own / weight)


def between_variance(groups: Sequence[Between], variance: Fraction) -> Fraction | None:
    """Return the variance between members, pooled over groups; below zero where chance alone would do more.

    `variance` is the one inside strands. None where no group has two members.

    Source: Buhlmann-Straub, unbiased, as pooled by Ohlsson; in one group it equals DerSimonian and Laird (1986).
    """
    scale = sum((group.scale for group in groups), Fraction(0))
    if not scale:
        return None
    squares = fsum(group.squares for group in groups)
    return (Fraction(squares) - sum(group.freedom for group in groups) * variance) / scale


def credibility(n: Fraction, k: Fraction) -> Fraction:
    """Return the share, 0..1, of a difference seen in `n` observations that is to be believed.

    `k` is the variance of one observation as a multiple of the variance between members. It is also the reliability
    of such a mean where the mean of all is known.
    """
    return n / (n + k) if n else Fraction(0)


def reliability(believed: Fraction, of_group: Fraction) -> Fraction:
    """Return the squared correlation of a believed difference with the true one.

    `of_group` sums the credibilities of the group: its mean is not known either, and that costs.
    """
    return believed * (1 - believed / of_group) if of_group else Fraction(0)


def observations_needed(wanted: Fraction, k: Fraction) -> Fraction | None:
    """Return the observations that make a mean as credible as `wanted`; None where no number does.

    Source: Spearman-Brown, solved for the number.
    """
    return k * wanted / (1 - wanted) if wanted < 1 else None
