"""Officers beside colleagues on the same services, as the last closing computed it from its parameter sheet."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from portal.domain.figure import fixed
from portal.domain.period import Period
from portal.domain.score.fair_explained import FairLines, fair_lines
from portal.domain.snapshot import read_own, read_sheet
from portal.domain.threshold import Thresholds
from portal.storage.calendar import CurrentSheet

if TYPE_CHECKING:
    from portal.domain.score.fair.apply import FairScore

_FIGURES: Final[tuple[str, ...]] = ("difference", "difference_lower", "difference_upper", "score", "lower", "upper")


@dataclass(frozen=True, slots=True)
class Beside:
    """What is said of an officer beside colleagues; points, decimal strings.

    `evidence` is the word for its strength, `statement` above, equal or below, None where nothing can be said. Without
    colleagues to compare with the six figures are None. `score` with `lower` and `upper` is cut to the scale.
    """

    evidence: str
    statement: str | None
    difference: str | None
    difference_lower: str | None
    difference_upper: str | None
    score: str | None
    lower: str | None
    upper: str | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """The parameter sheet by which officers were compared: of which closing, its version and hash, and the months."""

    period_code: str
    version: int
    hash: str
    months: tuple[date, ...]

    @property
    def period(self) -> Period:
        """Return the period at whose closing the sheet was made."""
        return Period.parse(self.period_code)

    @classmethod
    def of(cls, row: CurrentSheet) -> Sheet:
        """Return what is said of a stored sheet."""
        months = tuple(date.fromisoformat(month) for month in row.body["months"])
        return cls(row.period_code, row.version, row.hash.hex(), months)


@dataclass(frozen=True, slots=True)
class Compared:
    """An officer's fair score with its arithmetic; `fair` is None where that may not be printed.

    `n` ballots of the sheet's months, `comparable` of them, rounded, can be compared, `needed` are needed for a
    comparison, None where no number of them is enough; `reliability` from 0 to 1, 4 places.
    """

    sheet: Sheet
    beside: Beside
    n: int
    comparable: str
    needed: int | None
    reliability: str
    fair: FairLines | None


def list_beside(row: CurrentSheet | None, officer_codes: Sequence[str]) -> Mapping[str, Beside]:
    """Return what is said of each officer who has ballots enough on the sheet, by code."""
    if row is None or not any(code in row.withheld["officers"] for code in officer_codes):
        return {}
    found = {code: score for code, score in _scores(row, officer_codes).items() if score.n is not None}
    return {code: _beside(score) for code, score in found.items()}


def explain_officer(row: CurrentSheet, officer_code: str) -> Compared | None:
    """Return the officer's fair score; None where there are too few ballots for anyone to see."""
    score = _scores(row, [officer_code])[officer_code]
    if score.n is None:
        return None
    shown = score.fair is not None and all(_is_open(row, it.group) for it in score.rows)
    whole = len(score.rows) == 1 or all(it.n >= Thresholds().officer for it in score.rows)
    return Compared(
        Sheet.of(row),
        _beside(score),
        score.n,
        fixed(score.n_star, 0) or "",
        score.needed,
        f"{score.reliability:f}",
        fair_lines(score.steps) if shown and whole else None,
    )


def _scores(row: CurrentSheet, officer_codes: Collection[str]) -> Mapping[str, FairScore]:
    from portal.domain.score.fair.apply import apply  # noqa: PLC0415 - brings numpy, which an idle portal does without

    sheet = read_sheet(row.body, row.withheld)
    return {code: apply(sheet, code, read_own(row.withheld, code)) for code in officer_codes}


def _is_open(row: CurrentSheet, group: str | None) -> bool:
    """Tell whether the centre of a group tells of no other officer: of enough, of whom not just one is hidden."""
    if group is None:
        return True
    compared = [kept for kept in row.withheld["officers"].values() if Decimal(kept["n_star"].get(group, 0))]
    hidden = [kept for kept in compared if sum(n for _, _, n, *_ in kept["own"]) < Thresholds().officer]
    return row.withheld["groups"][group]["officers"] >= Thresholds().distinct_officers and len(hidden) != 1


def _beside(score: FairScore) -> Beside:
    if score.fair is None:
        return Beside(score.evidence.value, None, None, None, None, None, None, None)
    figures = score.fair.on_scale
    return Beside(score.evidence.value, score.comparison, *(fixed(getattr(figures, name), 2) for name in _FIGURES))
