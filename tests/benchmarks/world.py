"""Made-up governments whose officers' true differences are known: what the fair score is measured against.

Eight units of twelve officers; six services, four of them in each unit; nine items of one ballot hang together (halo)
and are cut into four answers. Who serves what may have nothing to do with how able somebody is (`even`), or able
officers may be sent where people are harder to please (`adverse`, `strongly adverse`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from math import erf, sqrt
from typing import Final

import numpy as np
import numpy.typing as npt

from portal.domain.score.fair.parts import Part

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

ITEMS: Final = 9
UNITS, OFFICERS, SERVICES, IN_UNIT, DAYS = 8, 12, 6, 4, 60
TURN: Final = {"even": 0.0, "adverse": 1.0, "strongly adverse": 3.0}
"""How strongly ability turns an officer's work towards the harsher services."""

_HALO, _NOISE, _DAY = 0.75, 0.66, 0.2
_CUTS: Final = (-2.3, -1.2, 0.25)
_UNIT_POINTS: Final = 3.0
OFFICER_POINTS: Final = 3.3
_SERVICE_POINTS: Final = (72, 75, 78, 81, 84, 87)
_SPREAD_OF_WORK: Final = 0.6  # like TURN, set so that plain means err as much as in the study the bars come from
_RESPONSE: Final = 0.4
_FIRST: Final = date(2026, 1, 5)
_NORMAL = np.vectorize(lambda x: 0.5 * (1 + erf(x / sqrt(2))), otypes=[np.float64])


def expected_points(latent: Floats, day: float = 0.0) -> Floats:
    """Return the mean score of ballots around a latent level."""
    spread = sqrt(_HALO**2 + _NOISE**2 + day**2)
    above = [_NORMAL((latent - cut) / spread) for cut in _CUTS]
    return np.asarray(25 * (1 + sum(above)))


def latent_of(points: float) -> float:
    """Return the latent level that a mean score belongs to."""
    levels = np.linspace(-4, 4, 4001)
    return float(np.interp(points, expected_points(levels), levels))


def ballots(rng: np.random.Generator, latent: Floats) -> Ints:
    """Return the total of nine answers, 9..36, for each ballot around its own latent level."""
    halo = latent + _HALO * rng.standard_normal(latent.size)
    items = halo[:, None] + _NOISE * rng.standard_normal((latent.size, ITEMS))
    return np.asarray(ITEMS + sum((items > cut).sum(axis=1) for cut in _CUTS), dtype=np.int64)


@dataclass(frozen=True)
class World:
    """One government's ballots in one line each, and the truth about its officers in points, centred."""

    officer: Ints
    service: Ints
    day: Ints
    total: Ints
    truth: Floats
    tickets: Ints

    def parts(self, *, served: bool = False) -> list[Part]:
        """Return what a release holds of it, with the numbers served by officer and day if wished."""
        key = (self.officer * SERVICES + self.service) * DAYS + self.day
        order = np.argsort(key, kind="stable")
        keys, starts = np.unique(key[order], return_index=True)
        total = self.total[order]
        columns = (
            keys // (SERVICES * DAYS),
            keys // DAYS % SERVICES,
            keys % DAYS,
            np.diff(starts, append=key.size),
            np.add.reduceat(total, starts),
            np.add.reduceat(total * total, starts),
        )
        lines = zip(*(column.tolist() for column in columns), strict=True)
        return [
            Part(
                f"{officer:02}",
                f"{officer // OFFICERS}",
                f"{service}",
                _FIRST + timedelta(day),
                n,
                total,
                squares,
                int(self.tickets[officer, day]) if served else None,
            )
            for officer, service, day, n, total, squares in lines
        ]

    def naive(self) -> Floats:
        """Return the plain means of the officers in points, centred."""
        people = len(self.truth)
        sums = np.bincount(self.officer, weights=self.total, minlength=people)
        means = 25 / ITEMS * sums / np.bincount(self.officer, minlength=people)
        return np.asarray(means - means.mean())

    def with_fakes(self, fakes: dict[int, list[int]], total: int) -> World:
        """Return the world with fake ballots of one total added: the day of each, by officer."""
        officers = np.repeat(list(fakes), [len(days) for days in fakes.values()])
        days = np.concatenate([np.array(days) for days in fakes.values()])
        services = np.array([self.service[self.officer == officer][0] for officer in officers])
        return replace(
            self,
            officer=np.concatenate([self.officer, officers]),
            service=np.concatenate([self.service, services]),
            day=np.concatenate([self.day, days]),
            total=np.concatenate([self.total, np.full(days.size, total)]),
        )


def make(rng: np.random.Generator, n: int, turn: float, officer_points: float = OFFICER_POINTS) -> World:
    """Return a world in which every officer got `n` ballots."""
    people = UNITS * OFFICERS
    service = np.array([latent_of(points) for points in _SERVICE_POINTS])
    per_point = 0.2 / float((expected_points(service + 0.1) - expected_points(service - 0.1)).mean())
    unit_of = np.repeat(np.arange(UNITS), OFFICERS)
    unit = rng.standard_normal(UNITS) * _UNIT_POINTS * per_point
    ability = rng.standard_normal(people)
    officer = ability * officer_points * per_point
    given = np.array([np.isin(np.arange(SERVICES), rng.choice(SERVICES, IN_UNIT, replace=False)) for _ in range(UNITS)])
    lenient = (service - service.mean()) / service.std()
    work = rng.gamma(_SPREAD_OF_WORK, size=(people, SERVICES)) * given[unit_of]
    work *= np.exp(-turn * ability[:, None] * lenient)
    work /= work.sum(axis=1, keepdims=True)
    tickets = np.array([rng.multinomial(round(n / _RESPONSE), np.full(DAYS, 1 / DAYS)) for _ in range(people)])
    day = np.concatenate([rng.permutation(np.repeat(np.arange(DAYS), line))[:n] for line in tickets])
    who = np.repeat(np.arange(people), n)
    what = np.concatenate([rng.choice(SERVICES, n, p=line) for line in work])
    mood = rng.standard_normal((people, DAYS)) * _DAY
    total = ballots(rng, unit[unit_of[who]] + officer[who] + service[what] + mood[who, day])
    truth = expected_points(officer[:, None] + service, _DAY) @ work.mean(axis=0)
    return World(who, what, day, total, truth - truth.mean(), tickets)
