"""How lenient the ratings of each service are, told from officers who give several.

Only differences inside one officer's work count, so that an able officer at a harsh counter does not make the counter
look mild. Services that no chain of officers joins cannot be compared; each such component is centred by itself.

Source: least squares with officer and service dummies, solved for the services (Frisch-Waugh).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from portal.domain.score.fair.parts import FULL, Cells, Ints, starts_of
from portal.domain.score.skm import POINTS_PER_STEP

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Component:
    """Services that officers join, directly or by others; `inverse` is pinv(C) over them in the order of `services`."""

    services: Ints
    inverse: Floats


@dataclass(frozen=True, slots=True)
class Baselines:
    """`beta` by service in points, above zero where ratings are lenient.

    `component_of` and `slot_of` tell for each service its component and its position there.
    """

    beta: Floats
    components: tuple[Component, ...]
    component_of: Ints
    slot_of: Ints


def baselines(cells: Cells, services: int, asked: int) -> Baselines:
    """Return the baselines of so many services; one that nobody counts for stands alone at zero.

    Centred within each component on its share of the government's work: from one component to another nothing is known.
    """
    component_of = _component_of(cells, services)
    slot_of = np.zeros(services, dtype=np.int64)
    beta = np.zeros(services)
    components: list[Component] = []
    for members, lines in _lines_of(cells, component_of):
        slot_of[members] = np.arange(members.size)
        contrasts, right, mix = _contrasts(cells.where(lines), slot_of, members.size, asked)
        inverse = pseudo_inverse(contrasts)
        raw = inverse @ right
        beta[members] = raw - (mix @ raw / mix.sum() if mix.any() else 0.0)
        components.append(Component(members, inverse))
    return Baselines(beta, tuple(components), component_of, slot_of)


def pseudo_inverse(contrasts: Floats) -> Floats:
    """Return pinv(C) of one component, whose only undetermined direction is the level common to all its services.

    Filling that direction and taking it out again needs no guess at which small number is meant to be zero.
    """
    size = len(contrasts)
    if size == 1:
        return np.zeros((1, 1))
    level = np.full((size, size), 1 / size)
    scale = float(np.trace(contrasts)) / size
    inverse = np.linalg.inv(contrasts + scale * level) - level / scale
    return np.asarray((inverse + inverse.T) / 2, dtype=np.float64)


def by_place(cells: Cells) -> Iterator[slice]:
    """Yield where the lines of each officer in a unit stand."""
    starts = starts_of(cells.place)
    for start, end in zip(starts, np.append(starts[1:], cells.place.size), strict=True):
        yield slice(int(start), int(end))


def _contrasts(cells: Cells, slot_of: Ints, size: int, asked: int) -> tuple[Floats, Floats, Floats]:
    """Return C = diag(n) - sum n_o w_o w_o', r = sum n_os (mean_os - mean_o), and the ballots by service."""
    contrasts, right, mix = np.zeros((size, size)), np.zeros(size), np.zeros(size)
    points = cells.weighted_total * (POINTS_PER_STEP / (asked * FULL))
    ballots = cells.weighted_n / FULL
    for lines in by_place(cells):
        slots, n = slot_of[cells.service[lines]], ballots[lines]
        contrasts[slots[:, None], slots] -= np.outer(n, n) / n.sum()
        contrasts[slots, slots] += n
        right[slots] += points[lines] - n * (points[lines].sum() / n.sum())
        mix[slots] += n
    return contrasts, right, mix


def _lines_of(cells: Cells, component_of: Ints) -> Iterator[tuple[Ints, npt.NDArray[np.bool_]]]:
    """Yield the services of each component, and which lines are about them."""
    of_line = component_of[cells.service]
    for component in range(int(component_of.max(initial=-1)) + 1):
        yield np.flatnonzero(component_of == component), of_line == component


def _component_of(cells: Cells, services: int) -> Ints:
    """Return the component of each service, numbered by the first service in it."""
    above = list(range(services))

    def top(service: int) -> int:
        while above[service] != service:
            above[service] = above[above[service]]
            service = above[service]
        return service

    same_place = np.flatnonzero(cells.place[1:] == cells.place[:-1])
    for one, other in zip(cells.service[same_place].tolist(), cells.service[same_place + 1].tolist(), strict=True):
        low, high = sorted((top(one), top(other)))
        above[high] = low
    roots = np.array([top(service) for service in range(services)], dtype=np.int64)
    return np.unique(roots, return_inverse=True)[1].astype(np.int64)
