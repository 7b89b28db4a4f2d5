"""Who is compared with whom, and how many of an officer's ballots can be compared at all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from portal.domain.score.fair.baselines import Baselines, Floats
from portal.domain.score.fair.parts import FULL, Cells, Ints, Table


@dataclass(frozen=True, slots=True)
class Group:
    """Officers of one unit whose services a chain of officers joins; `places` are their positions in order."""

    name: str
    unit: str
    component: int
    places: Ints


def groups_of(table: Table, cells: Cells, fitted: Baselines) -> tuple[Group, ...]:
    """Return the comparison groups, named by unit and a number that follows the order of services."""
    members: dict[tuple[str, int], list[int]] = {}
    components = fitted.component_of[cells.service].tolist()
    for place, component in sorted(set(zip(cells.place.tolist(), components, strict=True))):
        members.setdefault((table.places[place][0], component), []).append(place)
    numbers: dict[str, int] = {}
    groups = []
    for unit, component in sorted(members):
        numbers[unit] = numbers.get(unit, 0) + 1
        places = np.array(members[unit, component], dtype=np.int64)
        groups.append(Group(f"{unit}/{numbers[unit]}", unit, component, places))
    return tuple(groups)


def comparable_ballots(
    groups: Sequence[Group], cells: Cells, fitted: Baselines, specific: float
) -> Iterator[tuple[Group, Floats]]:
    """Yield for each group how many ballots of its officers can be compared with those of the others.

    1 / n* = 1 / n + d' pinv(C) d + `specific` sum w^2, where w is the officer's mix of services, d how it differs from
    that of the others, and `specific` = eta2 / sigma2. Who is alone has none.
    """
    for group in groups:
        if group.places.size == 1:
            yield group, np.zeros(1)
            continue
        ballots, inverse = _ballots(group, cells, fitted)
        own = ballots.sum(axis=1, keepdims=True)
        mix = ballots / own
        apart = mix - (ballots.sum(axis=0) - ballots) / (own.sum() - own)
        # A chain of services joins the group, so every such difference can be told.
        unsure = np.maximum(0.0, ((apart @ inverse) * apart).sum(axis=1))
        yield group, 1 / (1 / own[:, 0] + unsure + specific * (mix * mix).sum(axis=1))


def _ballots(group: Group, cells: Cells, fitted: Baselines) -> tuple[Floats, Floats]:
    """Return the group's ballots by officer and service, and pinv(C) over these services."""
    lines = np.flatnonzero(np.isin(cells.place, group.places))
    services, slots = np.unique(cells.service[lines], return_inverse=True)
    ballots = np.zeros((group.places.size, services.size))
    ballots[np.searchsorted(group.places, cells.place[lines]), slots] = cells.weighted_n[lines] / FULL
    chosen = fitted.slot_of[services]
    return ballots, fitted.components[group.component].inverse[chosen[:, None], chosen]
