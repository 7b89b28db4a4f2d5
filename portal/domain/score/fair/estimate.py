"""The parameter sheet of a government from its release rows.

Each stage is rounded before the next one uses it, so whoever holds the counts can follow the sheet line by line.

Source: design 3, "Fair officer score"; Buhlmann and Straub (1970) after a within-officer adjustment for the services.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final

import numpy as np

from portal.domain.score.credibility import (
    Between,
    Member,
    between,
    between_variance,
    credibility,
    weighted_mean,
)
from portal.domain.score.fair.adjusted import adjusted, believed_share, exactly
from portal.domain.score.fair.baselines import Baselines, baselines, by_place
from portal.domain.score.fair.comparison import Group, comparable_ballots, groups_of
from portal.domain.score.fair.parts import FULL, Cells, Ints, Part, Table, gather
from portal.domain.score.fair.sheet import Centre, Sheet
from portal.domain.score.fair.variances import (
    FEWEST_REPLICATES,
    Fit,
    day_within,
    raw_within,
    specificity,
    weighted_within,
)
from portal.domain.score.interval import phi_of, share_of
from portal.domain.score.skm import POINTS_PER_STEP
from portal.domain.tally import HIGHEST, LOWEST

K0: Final = 20
"""Ballots after which, it is assumed at first, half of a difference is believed. Source: Nelson and others (2004)."""

NU0: Final = 10
"""Officers that this assumption is worth."""


@dataclass(frozen=True, slots=True)
class _Compared:
    group: Group
    members: tuple[Member, ...]


def estimate(parts: Iterable[Part] | Table, *, asked: int) -> Sheet | None:
    """Return the sheet of one measure of `asked` items; None where no ballot counts.

    Raises:
        ValueError: a count is impossible, or two parts of a day disagree about the number served.
    """
    table = parts if isinstance(parts, Table) else gather(parts)
    _check(table.cells, asked)
    cells = table.cells.where(table.cells.weighted_n > 0)
    if not cells.n.size:
        return None
    fitted = baselines(cells, len(table.services), asked)
    fit = _frozen(cells, fitted, len(table.places), asked)
    sigma2 = _sigma2(table, cells, fit)
    eta2 = exactly(specificity(cells, fit, fitted, Fraction(sigma2)))
    groups = _compared(table, cells, fitted, fit, float(eta2 / sigma2) if sigma2 else 0.0)
    nu1, tau2 = _between([it.members for it in groups], Fraction(sigma2))
    k = exactly(Fraction(sigma2) / Fraction(tau2)) if tau2 else None
    raw, mean = raw_within(table.cells, asked), _mean(table.cells.total, table.cells.n, asked)
    return Sheet(
        asked=asked,
        ballots=int(table.cells.n.sum()),
        mu=exactly(_mean(cells.weighted_total, cells.weighted_n, asked)),
        sigma2=sigma2,
        eta2=eta2,
        tau2=tau2,
        k=k,
        phi=phi_of(raw.variance if raw.freedom >= FEWEST_REPLICATES else None, mean),
        p0=exactly(share_of(mean)),
        k0=K0,
        nu0=NU0,
        nu1=nu1,
        services={name: _decimal(beta) for name, beta in zip(table.services, fit.beta.tolist(), strict=True)},
        groups={it.group.name: _centre(it, k) for it in groups},
        officers=_by_officer(table, groups),
    )


def _mean(total: Ints, n: Ints, asked: int) -> Fraction:
    return Fraction(POINTS_PER_STEP * int(total.sum()), asked * int(n.sum()))


def _check(cells: Cells, asked: int) -> None:
    low, high = LOWEST * asked * cells.n, HIGHEST * asked * cells.n
    if asked < 1 or (cells.total < low).any() or (cells.total > high).any():
        raise ValueError(f"totals that {asked} items per ballot cannot give")
    if (cells.squares * cells.n < cells.total * cells.total).any():
        raise ValueError("squares that these totals cannot give")


def _frozen(cells: Cells, fitted: Baselines, places: int, asked: int) -> Fit:
    """Round the baselines, then adjust every officer's mean by what is printed of them."""
    beta = [exactly(Fraction(value)) for value in fitted.beta.tolist()]
    means = np.zeros(places, dtype=np.int64)
    for lines in by_place(cells):
        work = [
            (_decimal(n), _decimal(total), beta[service])
            for service, n, total in zip(
                cells.service[lines].tolist(),
                cells.weighted_n[lines].tolist(),
                cells.weighted_total[lines].tolist(),
                strict=True,
            )
        ]
        means[cells.place[lines.start]] = _ten_thousandths(adjusted(work, asked).value)
    return Fit(means, np.array([_ten_thousandths(it) for it in beta], dtype=np.int64), asked)


def _decimal(ten_thousandths: int) -> Decimal:
    return Decimal(f"{ten_thousandths}E-4")


def _ten_thousandths(value: Decimal) -> int:
    return int(value.scaleb(4))


def _sigma2(table: Table, cells: Cells, fit: Fit) -> Decimal:
    """Return the larger of how ballots and how days differ; zero where nothing was seen twice."""
    found = [weighted_within(cells, fit.asked).variance]
    kept = table.days.weighted_n > 0
    days = day_within(table.days.where(kept), table.day[kept], fit)
    if days.freedom >= FEWEST_REPLICATES:
        found.append(days.variance)
    return exactly(max((it for it in found if it is not None), default=Fraction(0)))


def _compared(table: Table, cells: Cells, fitted: Baselines, fit: Fit, specific: float) -> list[_Compared]:
    """Return the groups, each with its members in the order of its places: comparable ballots and adjusted mean."""
    found: list[_Compared] = []
    for group, ballots in comparable_ballots(groups_of(table, cells, fitted), cells, fitted, specific):
        n_stars = [Fraction(exactly(Fraction(n_star))) for n_star in ballots.tolist()]
        means = [Fraction(mean, FULL) for mean in fit.adjusted[group.places].tolist()]
        found.append(_Compared(group, tuple(map(Member, n_stars, means))))
    return found


def _between(members: Iterable[Sequence[Member]], sigma2: Fraction) -> tuple[Decimal, Decimal]:
    """Return nu1 and tau2: what the ratings tell of differences between officers, blended with what is assumed."""
    groups: list[Between] = []
    information = Fraction(0)
    for group in members:
        compared = [member for member in group if member.weight]
        groups.append(between(compared))
        if compared:
            believed = sum((credibility(member.weight, Fraction(K0)) for member in compared), Fraction(0))
            information += groups[-1].freedom * (believed / len(compared)) ** 2
    nu1 = exactly(information)
    if not sigma2:
        # Where no ballots are known to differ, a difference between officers may be chance all the same.
        return nu1, exactly(Fraction(0))
    seen = max(Fraction(0), between_variance(groups, sigma2) or Fraction(0))
    return nu1, exactly((NU0 * sigma2 / K0 + Fraction(nu1) * seen) / (NU0 + Fraction(nu1)))


def _centre(of: _Compared, k: Decimal | None) -> Centre:
    believed = [Member(Fraction(believed_share(exactly(it.weight), k)), it.value) for it in of.members]
    mean = weighted_mean(believed)
    return Centre(
        of.group.unit,
        None if mean is None else exactly(mean),
        exactly(sum((it.weight for it in believed), Fraction(0))),
        sum(1 for it in believed if it.weight),
    )


def _by_officer(table: Table, groups: Iterable[_Compared]) -> dict[str, dict[str, Decimal]]:
    found: dict[str, dict[str, Decimal]] = {}
    for it in groups:
        for place, member in zip(it.group.places.tolist(), it.members, strict=True):
            found.setdefault(table.places[place][1], {})[it.group.name] = exactly(member.weight)
    return {officer: found[officer] for officer in sorted(found)}
