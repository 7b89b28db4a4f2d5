"""The arithmetic of a fair score, line by line, as it is printed.

Each line is computed from the printed texts of its operands, so a reader with the page in hand gets the last digit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction
from typing import Final

from portal.domain.figure import rounded
from portal.domain.score.credibility import reliability
from portal.domain.score.fair.adjusted import Adjusted, adjusted, believed_share, exactly
from portal.domain.score.fair.parts import Own
from portal.domain.score.fair.sheet import Sheet
from portal.domain.score.interval import HIGHEST_SCORE, LOWEST_SCORE

SHOWN: Final = 2
"""Decimals of the last lines."""

_QUANTILE: Final = Decimal("1.96")
_DIGITS: Final = 28


@dataclass(frozen=True, slots=True)
class Step:
    """One printed line: which formula (`key`), the texts it is computed from, and the text it gives."""

    key: str
    operands: Mapping[str, str]
    result: str

    @classmethod
    def of(cls, key: str, result: Decimal, **operands: Decimal | int | str) -> Step:
        """Write the numbers out."""
        texts = {name: f"{it:f}" if isinstance(it, Decimal) else str(it) for name, it in operands.items()}
        return cls(key, texts, f"{result:f}")


@dataclass(frozen=True, slots=True)
class GroupScore:
    """The officer in one unit, beside the colleagues of `group`; points with four decimals.

    `difference` is None where there is nobody to be compared with.
    """

    group: str | None
    unit: str
    n: int
    n_star: Decimal
    mean: Decimal
    expected: Decimal
    adjusted: Decimal
    difference: Decimal | None
    credibility: Decimal
    fair_difference: Decimal
    reliability: Decimal
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Fair:
    """The end of the arithmetic in points, two decimals; the score and its range are not cut to the scale."""

    difference: Decimal
    difference_lower: Decimal
    difference_upper: Decimal
    score: Decimal
    lower: Decimal
    upper: Decimal

    @property
    def on_scale(self) -> Fair:
        """The same with the score and its range cut to the scale, as they are shown."""
        ends = (
            min(max(it, Decimal(LOWEST_SCORE)), Decimal(HIGHEST_SCORE)) for it in (self.score, self.lower, self.upper)
        )
        return Fair(self.difference, self.difference_lower, self.difference_upper, *(rounded(it, SHOWN) for it in ends))


def in_unit(sheet: Sheet, officer: str, unit: str, own: Sequence[Own]) -> GroupScore | None:
    """Return the officer's lines in one unit; None where every day's weight is zero.

    Raises:
        KeyError: the sheet does not know a service.
    """
    work = [it for it in own if it.weighted_n]
    if not work:
        return None
    found = adjusted([(it.weighted_n, it.weighted_total, sheet.services[it.service]) for it in work], sheet.asked)
    n_stars = sheet.officers.get(officer, {})
    group = next((name for name in n_stars if sheet.groups[name].unit == unit), None)
    zero = exactly(Fraction(0))
    alone = GroupScore(
        group,
        unit,
        sum(it.n for it in own),
        n_stars[group] if group else zero,
        found.mean,
        found.expected,
        found.value,
        None,
        zero,
        zero,
        zero,
        _work_lines(sheet, work, found),
    )
    return _beside_colleagues(sheet, alone) if alone.n_star else alone


def _beside_colleagues(sheet: Sheet, row: GroupScore) -> GroupScore:
    """Return the row with its comparison; as it is where no ballots of the government ever differ."""
    of_group = sheet.groups[str(row.group)]
    if of_group.centre is None or sheet.k is None:
        return row
    difference = exactly(Fraction(row.adjusted) - Fraction(of_group.centre))
    share = believed_share(row.n_star, sheet.k)
    fair = exactly(Fraction(share) * Fraction(difference))
    sure = exactly(reliability(Fraction(share), Fraction(of_group.sum_z)))
    lines = (
        Step.of("difference", difference, adjusted=row.adjusted, centre=of_group.centre),
        Step.of("credibility", share, n_star=row.n_star, k=sheet.k),
        Step.of("fair-difference", fair, credibility=share, difference=difference),
        Step.of("reliability", sure, credibility=share, sum_z=of_group.sum_z),
    )
    return replace(
        row,
        difference=difference,
        credibility=share,
        fair_difference=fair,
        reliability=sure,
        steps=row.steps + lines,
    )


def together(rows: Sequence[GroupScore]) -> tuple[Decimal, Decimal, tuple[Step, ...]]:
    """Return the fair difference and reliability over groups, weighted by comparable ballots, and the lines for it.

    Who moved is the same person in both units, so what two short stays leave unsure does not average out: the
    reliabilities are averaged, not the squares of their errors.
    """
    if len(rows) == 1:
        return rows[0].fair_difference, rows[0].reliability, ()
    n_star = exactly(sum((Fraction(row.n_star) for row in rows), Fraction(0)))
    steps: list[Step] = []
    found: list[Decimal] = []
    for key, name in (("difference", "fair_difference"), ("reliability", "reliability")):
        parts: list[Decimal] = []
        for row in rows:
            value: Decimal = getattr(row, name)
            parts.append(exactly(Fraction(value) * Fraction(row.n_star)))
            steps.append(Step.of(f"part-{key}", parts[-1], group=str(row.group), n_star=row.n_star, **{name: value}))
        total = exactly(sum(map(Fraction, parts), Fraction(0)))
        found.append(exactly(Fraction(total) / Fraction(n_star)))
        steps.append(Step.of(f"all-{key}", found[-1], sum=total, n_star=n_star))
    return found[0], found[1], tuple(steps)


def last_lines(sheet: Sheet, difference: Decimal, sure: Decimal) -> tuple[Fair, tuple[Step, ...]]:
    """Return the score and its range from the fair difference and its reliability."""
    context = Context(prec=_DIGITS, rounding=ROUND_HALF_EVEN)
    root = context.sqrt(context.multiply(sheet.tau2, context.subtract(Decimal(1), sure)))
    half = exactly(Fraction(_QUANTILE) * Fraction(root))
    a, h, mu = Fraction(difference), Fraction(half), Fraction(sheet.mu)
    fair = Fair(*(rounded(it, SHOWN) for it in (a, a - h, a + h, mu + a, mu + a - h, mu + a + h)))
    apart = {"fair_difference": difference, "half_width": half}
    return fair, (
        Step.of("half-width", half, quantile=_QUANTILE, tau2=sheet.tau2, reliability=sure),
        Step.of("difference-lower", fair.difference_lower, **apart),
        Step.of("difference-upper", fair.difference_upper, **apart),
        Step.of("fair", fair.score, mu=sheet.mu, fair_difference=difference),
        Step.of("lower", fair.lower, mu=sheet.mu, **apart),
        Step.of("upper", fair.upper, mu=sheet.mu, **apart),
    )


def _work_lines(sheet: Sheet, work: Sequence[Own], found: Adjusted) -> tuple[Step, ...]:
    """Return the lines down to the adjusted mean; ballots are whole numbers where every day counts fully."""
    whole = all(it.weighted_n == it.n for it in work)

    def count(value: Decimal) -> Decimal | int:
        return int(value) if whole else value

    products = zip(work, found.products, strict=True)
    lines = [
        Step.of("service", product, service=it.service, n=count(it.weighted_n), beta=sheet.services[it.service])
        for it, product in products
    ]
    total = exactly(sum(map(Fraction, found.products), Fraction(0)))
    return (
        *lines,
        Step.of("mean", found.mean, total=count(found.total), asked=sheet.asked, n=count(found.n)),
        Step.of("expected", found.expected, sum=total, n=count(found.n)),
        Step.of("adjusted", found.value, mean=found.mean, expected=found.expected),
    )
