"""The parameter sheet once more, from single ballots, with dense matrices and floats: slow, plain and unrounded."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from portal.domain.score.fair.parts import Part


@dataclass(frozen=True)
class Estimates:
    """What a sheet says, unrounded; comparable ballots by officer and unit, centres by unit."""

    sigma2: float
    eta2: float
    tau2: float
    nu1: float
    n_star: dict[tuple[str, str], float]
    centres: dict[str, float]


def estimates(parts: Sequence[Part]) -> Estimates:
    """Source: the formulas of the study, for parts of one ballot of one item each; a unit's officers are one group."""
    people = sorted({(it.officer, it.unit) for it in parts})
    services = sorted({it.service for it in parts})
    who = np.array([people.index((it.officer, it.unit)) for it in parts])
    what = np.array([services.index(it.service) for it in parts])
    day = np.array([it.day.toordinal() for it in parts])
    y = np.array([25.0 * it.total for it in parts])
    n = np.zeros((len(people), len(services)))
    np.add.at(n, (who, what), 1)
    sums = np.zeros_like(n)
    np.add.at(sums, (who, what), y)
    own = n.sum(axis=1)
    work = n / own[:, None]
    means = sums.sum(axis=1) / own
    contrasts = np.diag(n.sum(axis=0)) - (own[:, None] * work).T @ work
    inverse = np.linalg.pinv(contrasts, rcond=1e-10)
    beta = inverse @ (sums - n * means[:, None]).sum(axis=0)
    beta -= n.sum(axis=0) @ beta / n.sum()
    alpha = means - work @ beta

    cell_means = np.divide(sums, n, out=np.zeros_like(n), where=n > 0)
    ballot = float(((y - cell_means[who, what]) ** 2).sum() / (n[n > 0] - 1).sum())
    days: dict[tuple[int, int], list[float]] = defaultdict(list)
    for person, on, left in zip(who, day, y - alpha[who] - beta[what], strict=True):
        days[person, on].append(left)
    squares = sum(sum(it) ** 2 / len(it) for it in days.values())
    squares -= sum(
        sum(sum(it) for (who_, _), it in days.items() if who_ == at) ** 2 / own[at] for at in range(len(own))
    )
    freedom = len(days) - len(people)
    sigma2 = max(ballot, squares / freedom) if freedom >= 30 else ballot

    rank = np.linalg.matrix_rank(contrasts, tol=1e-8)
    left = (n * (cell_means - alpha[:, None] - beta) ** 2)[n > 0].sum()
    free = (n > 0).sum() - len(people) - rank
    apart = np.eye(len(services))[None] - work[:, None, :]
    leverage = 1 / own[:, None] + np.einsum("osi,ij,osj->os", apart, inverse, apart)
    eta2 = max(0.0, (left - free * sigma2) / (n - n * n * leverage)[n > 0].sum()) if free >= 10 else 0.0

    n_star = np.zeros(len(people))
    units = sorted({unit for _, unit in people})
    for unit in units:
        group = [at for at, (_, it) in enumerate(people) if it == unit]
        for at in group:
            others = n[[it for it in group if it != at]].sum(axis=0)
            if others.sum():
                d = work[at] - others / others.sum()
                n_star[at] = 1 / (1 / own[at] + d @ inverse @ d + eta2 / sigma2 * (work[at] ** 2).sum())
    return _between(people, units, alpha, n_star, sigma2, eta2)


def _between(
    people: list[tuple[str, str]], units: list[str], alpha: np.ndarray, n_star: np.ndarray, sigma2: float, eta2: float
) -> Estimates:
    squares = scale = nu1 = 0.0
    groups = {unit: np.array([at for at, (_, it) in enumerate(people) if it == unit and n_star[at]]) for unit in units}
    for group in groups.values():
        if len(group):
            weight = n_star[group]
            mean = weight @ alpha[group] / weight.sum()
            squares += weight @ (alpha[group] - mean) ** 2 - (len(group) - 1) * sigma2
            scale += weight.sum() - weight @ weight / weight.sum()
            nu1 += (len(group) - 1) * float(np.mean(weight / (weight + 20))) ** 2
    tau2 = (10 * sigma2 / 20 + nu1 * max(0.0, squares / scale)) / (10 + nu1)
    believed = n_star / (n_star + sigma2 / tau2)
    centres = {u: float(believed[it] @ alpha[it] / believed[it].sum()) for u, it in groups.items() if len(it)}
    return Estimates(sigma2, eta2, tau2, nu1, dict(zip(people, n_star.tolist(), strict=True)), centres)
