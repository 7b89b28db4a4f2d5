"""One officer's fair score, from the published sheet and the officer's own ballots alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import groupby
from math import ceil
from typing import Final, Literal

from portal.domain.figure import rounded
from portal.domain.score.credibility import observations_needed
from portal.domain.score.fair.adjusted import exactly
from portal.domain.score.fair.evidence import (
    COMPARATIVE,
    Comparison,
    Evidence,
    Reason,
    comparison,
    evidence,
    highest_reliability,
)
from portal.domain.score.fair.lines import SHOWN, Fair, GroupScore, Step, in_unit, last_lines, together
from portal.domain.score.fair.parts import Own
from portal.domain.score.fair.sheet import Sheet
from portal.domain.score.interval import Range, interval
from portal.domain.score.skm import POINTS_PER_STEP
from portal.domain.threshold import Thresholds

_CUT: Final = "officer"
_DEFAULT: Final = Thresholds()


@dataclass(frozen=True, slots=True)
class FairScore:
    """What one officer's ballots say; raw points with two decimals, `n_star` and `reliability` with four.

    `n` is None, and so is every figure, where there are too few ballots for anyone to see. `raw_use` and `fair_use` say
    what each may be used for outside, `reason` why the comparison may not. `needed` is how many comparable ballots a
    comparison takes; None where no number is enough among so few colleagues. `rows` holds one line per group, more than
    one only after a move.
    """

    n: int | None
    raw: Decimal | None
    raw_range: Range | None
    raw_use: Literal["descriptive"] | None
    rows: tuple[GroupScore, ...]
    n_star: Decimal
    fair: Fair | None
    fair_use: Literal["comparative"] | None
    reason: Reason | None
    reliability: Decimal
    evidence: Evidence
    comparison: Comparison | None
    needed: int | None
    steps: tuple[Step, ...]


def apply(sheet: Sheet, officer: str, own: Sequence[Own], thresholds: Thresholds = _DEFAULT) -> FairScore:
    """Return the fair score; `own` covers the months that the sheet was made from.

    Raises:
        KeyError: the sheet does not know a service of the officer.
    """
    n = sum(it.n for it in own)
    if not thresholds.may_show(_CUT, n, None):
        return _hidden("too-few" if n else "no-answers")
    ordered = sorted(own, key=lambda it: (it.unit, it.service))
    rows = [in_unit(sheet, officer, unit, list(work)) for unit, work in groupby(ordered, lambda it: it.unit)]
    known = tuple(row for row in rows if row)
    compared = [row for row in known if row.n_star]
    steps = tuple(step for row in known for step in row.steps)
    fair, sure = None, exactly(Fraction(0))
    if compared and all(row.difference is not None for row in compared):
        difference, sure, combined = together(compared)
        fair, last = last_lines(sheet, difference, sure)
        steps += combined + last
    word = evidence(sure, compared=bool(compared), informed=sheet.is_informed)
    may_feed = thresholds.may_feed(_CUT, n, None)
    mean = Fraction(POINTS_PER_STEP * sum(it.total for it in own), sheet.asked * n)
    return FairScore(
        n=n,
        raw=rounded(mean, SHOWN),
        raw_range=interval(mean, n, sheet.phi),
        raw_use="descriptive" if may_feed else None,
        rows=known,
        n_star=exactly(sum((Fraction(row.n_star) for row in compared), Fraction(0))),
        fair=fair,
        fair_use="comparative" if may_feed and word.compares else None,
        reason=_reason(word, sure, may_feed=may_feed),
        reliability=sure,
        evidence=word,
        comparison=comparison(word, fair.difference_lower, fair.difference_upper) if fair else None,
        needed=_needed(sheet, compared),
        steps=steps,
    )


def _hidden(reason: Reason) -> FairScore:
    zero = exactly(Fraction(0))
    return FairScore(None, None, None, None, (), zero, None, None, reason, zero, Evidence.NONE, None, None, ())


def _reason(word: Evidence, sure: Decimal, *, may_feed: bool) -> Reason | None:
    """Return why the comparison may not leave; None where it may."""
    if word is Evidence.NONE:
        return "no-comparators"
    if not may_feed:
        return "too-few-to-feed"
    if word.compares:
        return None
    return "starting-assumption" if sure >= COMPARATIVE else "weak-evidence"


def _needed(sheet: Sheet, compared: Sequence[GroupScore]) -> int | None:
    """Return the comparable ballots that a comparison takes in the group where the officer has most."""
    most = max(compared, key=lambda row: row.n_star, default=None)
    if most is None or most.group is None or sheet.k is None:
        return None
    reachable = highest_reliability(sheet.groups[most.group].officers)
    if reachable <= COMPARATIVE:
        return None
    found = observations_needed(Fraction(COMPARATIVE) / reachable, Fraction(sheet.k))
    return None if found is None else ceil(found)
