"""What the product says of one made-up government, beside what is true there."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache
from typing import Final

import numpy as np

from portal.domain.score.fair.apply import FairScore, apply
from portal.domain.score.fair.estimate import estimate
from portal.domain.score.fair.parts import Part, own_tallies
from portal.domain.score.fair.sheet import Sheet
from portal.domain.score.interval import Range, interval
from tests.benchmarks import world
from tests.benchmarks.world import ITEMS, TURN, Floats

SEED: Final = 20261122
ATTACKED: Final = 10
FAKES: Final = 25
RAW_SIZES: Final = (3, 5, 10, 30, 100)
RAW_SAMPLES: Final = 4000
"""Of which four in a hundred and a bit are missed: 0.34 % is the standard error."""


@dataclass(frozen=True)
class Outcome:
    """One world: means over its officers, points or shares; `compared` counts officers."""

    squared: float = 0.0
    naive: float = 0.0
    tau: float = 0.0
    naive_tau: float = 0.0
    covered: float = 0.0
    reliability: float = 0.0
    moments: tuple[float, float, float] = (0.0, 0.0, 0.0)
    compared: int = 0
    bias: float = 0.0
    same: bool = True


def plain(turn: str, n: int, number: int) -> Outcome:
    """Return how near the score of every officer comes to the truth."""
    made = world.make(_random(list(TURN).index(turn), n, number), n, TURN[turn])
    scores = _scores(made.parts())
    fair = _column(scores, "difference")
    lower, upper = _column(scores, "difference_lower"), _column(scores, "difference_upper")
    truth, naive = made.truth, made.naive()
    return Outcome(
        squared=float(np.mean((fair - truth) ** 2)),
        naive=float(np.mean((naive - truth) ** 2)),
        tau=_tau(fair, truth),
        naive_tau=_tau(naive, truth),
        covered=float(np.mean((lower <= truth) & (truth <= upper))),
        reliability=float(np.mean([float(it.reliability) for it in scores])),
        moments=(float(fair @ fair), float(fair @ truth), float(truth @ truth)),
    )


def alike(n: int, number: int) -> Outcome:
    """Return how many officers are compared in a world where nobody differs."""
    scores = _scores(world.make(_random(3, n, number), n, TURN["adverse"], officer_points=0.0).parts())
    return Outcome(compared=sum(it.fair_use is not None or it.comparison in ("above", "below") for it in scores))


def burst(days: int, total: int, served: bool, number: int) -> Outcome:  # noqa: FBT001 - bound by position for the worker processes
    """Return by how much those err, upwards, who get a fifth of fake ballots in few days."""
    rng = _random(4, total, number)
    made = world.make(rng, 100, TURN["adverse"])
    attacked = rng.choice(len(made.truth), ATTACKED, replace=False)
    chosen = {int(officer): rng.choice(world.DAYS, days, replace=False) for officer in attacked}
    fakes = {officer: [int(on[number % days]) for number in range(FAKES)] for officer, on in chosen.items()}
    fair = _column(_scores(made.with_fakes(fakes, total).parts(served=served)), "difference")
    return Outcome(bias=float(np.mean((fair - made.truth)[attacked])))


def shuffled(number: int) -> Outcome:
    """Return whether another order and ballots that came and went leave the sheet as it was."""
    rng = _random(5, 0, number)
    parts = world.make(rng, 30, TURN["adverse"]).parts(served=True)
    gone = [replace(parts[at], officer=str(at % 99), n=2, total=40, squares=900) for at in rng.choice(len(parts), 50)]
    back = [replace(it, n=-it.n, total=-it.total, squares=-it.squares) for it in gone]
    known = {(it.officer, it.day): it.served for it in parts}
    history = [replace(it, served=known.get((it.officer, it.day))) for it in (*gone, *back)]
    mixed = [*parts, *history]
    return Outcome(same=_bytes(parts) == _bytes([mixed[at] for at in rng.permutation(len(mixed))]))


def raw_coverage(mean: int) -> Iterator[tuple[int, float]]:
    """Yield for sample sizes how often the range of a raw mean holds the true one; phi comes from a sheet."""
    rng = _random(6, mean, 0)
    phi = _sheet(world.make(rng, 100, 0.0).parts()).phi
    latent = world.latent_of(mean)

    @cache
    def limits(total: int, n: int) -> Range:
        found = interval(Fraction(25 * total, ITEMS * n), n, phi)
        assert found is not None
        return found

    for n in RAW_SIZES:
        totals = world.ballots(rng, np.full(RAW_SAMPLES * n, latent)).reshape(-1, n).sum(axis=1).tolist()
        yield n, float(np.mean([limits(it, n).lower <= mean <= limits(it, n).upper for it in totals]))


def realised(outcomes: Sequence[Outcome]) -> float:
    """Return the squared correlation of score and truth over all officers of all worlds."""
    fair, both, truth = np.array([it.moments for it in outcomes]).sum(axis=0)
    return float(both**2 / (fair * truth))


def _random(kind: int, size: int, number: int) -> np.random.Generator:
    return np.random.default_rng([SEED, kind, size, number])


def _sheet(parts: Sequence[Part]) -> Sheet:
    sheet = estimate(parts, asked=ITEMS)
    assert sheet is not None
    return sheet


def _scores(parts: Sequence[Part]) -> list[FairScore]:
    sheet = _sheet(parts)
    return [apply(sheet, officer, own) for officer, own in own_tallies(parts).items()]


def _column(scores: Sequence[FairScore], name: str) -> Floats:
    return np.array([float(getattr(it.fair, name)) for it in scores])


def _tau(one: Floats, other: Floats) -> float:
    concordant = np.sign(one[:, None] - one) * np.sign(other[:, None] - other)
    return float(concordant.sum() / (one.size * (one.size - 1)))


def _bytes(parts: Sequence[Part]) -> bytes:
    return json.dumps(_sheet(parts).to_mapping()).encode()
