"""What varies inside an officer's ratings, and between the services of one officer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import fsum
from typing import Final

import numpy as np

from portal.domain.score.credibility import Strand, Within, within
from portal.domain.score.fair.baselines import Baselines, Floats, by_place
from portal.domain.score.fair.parts import FULL, Cells, Ints, starts_of
from portal.domain.score.skm import POINTS_PER_STEP

FEWEST_REPLICATES: Final = 30
"""The freedom from which a variance of the government's own stands in for, or above, what was assumed."""

_FEWEST_SPECIFIC: Final = 10


@dataclass(frozen=True, slots=True)
class Fit:
    """The frozen adjusted means by place and baselines by service, both in ten-thousandths of a point."""

    adjusted: Ints
    beta: Ints
    asked: int

    def residuals(self, cells: Cells) -> Ints:
        """Return by how much each line's weighted points exceed the fitted ones, in units of `step` points."""
        fitted = self.adjusted[cells.place] + self.beta[cells.service]
        return np.asarray(POINTS_PER_STEP * FULL * cells.weighted_total - self.asked * cells.weighted_n * fitted)

    @property
    def step(self) -> float:
        """The unit of residuals, in points."""
        return 1.0 / (self.asked * FULL * FULL)


def raw_within(cells: Cells, asked: int) -> Within:
    """Pool the ballots inside officer and service, every day counted fully, in squared points."""
    return within(_ballots((cells.n, cells.total, cells.squares, cells.n), 1, asked))


def weighted_within(cells: Cells, asked: int) -> Within:
    """Pool the ballots inside officer and service by their day weights, in squared points."""
    columns = (cells.weighted_n, cells.weighted_total, cells.weighted_squares, cells.twice)
    return within(_ballots(columns, FULL, asked))


def day_within(days: Cells, day: Ints, fit: Fit) -> Within:
    """Pool how the days of an officer differ, so that a bad day counts as one piece of news, in squared points."""
    starts = starts_of(days.place, day)
    place = days.place[starts]
    residual, weighted_n, n, twice = (
        np.add.reduceat(column, starts) for column in (fit.residuals(days), days.weighted_n, days.n, days.twice)
    )
    points = residual * fit.step
    terms = points * points / (weighted_n / FULL)
    return within(_replicates(place, (residual, weighted_n, weighted_n // n, twice), terms, fit))


def _replicates(place: Ints, columns: Sequence[Ints], terms: Floats, fit: Fit) -> Iterator[Strand]:
    """Yield the days of each officer in a unit; `columns` are residuals, ballots, day weights and their squares."""
    starts = starts_of(place)
    ends = [*starts[1:].tolist(), place.size]
    sums = zip(*(np.add.reduceat(column, starts).tolist() for column in columns), strict=True)
    unit = Fraction(1, fit.asked * FULL * FULL)
    for start, end, (residual, n, weights, twice) in zip(starts.tolist(), ends, sums, strict=True):
        freedom = Fraction(weights, FULL) - Fraction(twice, n * FULL)
        yield Strand(Fraction(n, FULL), residual * unit, Fraction(fsum(terms[start:end].tolist())), freedom)


def _ballots(columns: Sequence[Ints], full: int, asked: int) -> Iterator[Strand]:
    """Yield the ballots of each cell; `full` is the weight of one."""
    step = Fraction(POINTS_PER_STEP, asked)
    for n, total, squares, twice in zip(*(column.tolist() for column in columns), strict=True):
        weight = Fraction(n, full)
        # A ballot that counts half can differ half as much: n - 1 where every weight is one.
        freedom = weight - Fraction(twice, n * full)
        yield Strand(weight, step * Fraction(total, full), step * step * Fraction(squares, full), freedom)


def specificity(cells: Cells, fit: Fit, fitted: Baselines, sigma2: Fraction) -> Fraction:
    """Return the variance of officers' services around what officer and service let expect, never below zero."""
    points = fit.residuals(cells) * fit.step
    squares = fsum((points * points / (cells.weighted_n / FULL)).tolist())
    rank = sum(component.services.size - 1 for component in fitted.components)
    freedom = int(cells.place.size - starts_of(cells.place).size - rank)
    scale = fsum(_open_ballots(cells, fitted))
    if freedom < _FEWEST_SPECIFIC or scale <= 0:
        return Fraction(0)
    return max(Fraction(0), (Fraction(squares) - freedom * sigma2) / Fraction(scale))


def _open_ballots(cells: Cells, fitted: Baselines) -> Iterator[float]:
    """Yield by how much the squares of each officer's services grow with each unit of variance between them."""
    for lines in by_place(cells):
        n = cells.weighted_n[lines] / FULL
        services = cells.service[lines]
        slots = fitted.slot_of[services]
        inverse = fitted.components[fitted.component_of[services[0]]].inverse[slots[:, None], slots]
        work = n / n.sum()
        across = inverse @ work
        leverage = 1 / n.sum() + inverse.diagonal() - 2 * across + work @ across
        yield float((n - n * n * leverage).sum())
