"""Periods: contiguous spans of whole months, in the government's time zone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from portal.domain.errors import NotFound

MONTHS: Final = {"month": 1, "quarter": 3, "semester": 6, "year": 12}
_PATTERN: Final = re.compile(r"(?P<year>2\d{3})(?:-(?P<mark>[QS]?)(?P<number>\d{1,2}))?", re.ASCII)
_KIND_OF_MARK: Final = {None: "year", "": "month", "Q": "quarter", "S": "semester"}
_FORMS: Final = {"month": "{:04d}-{:02d}", "quarter": "{:04d}-Q{}", "semester": "{:04d}-S{}", "year": "{:04d}"}


def month_of(day: date) -> date:
    """Return the first day of the month of `day`."""
    return day.replace(day=1)


def _month_after(first: date, count: int) -> date:
    months = first.year * 12 + first.month - 1 + count
    return date(months // 12, months % 12 + 1, 1)


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A named span of months; `period_code` is `2026-03`, `2026-Q1`, `2026-S1` or `2026`."""

    starts_on: date
    kind: str

    @classmethod
    def containing(cls, kind: str, day: date) -> Period:
        """Return the period of `kind` in which `day` falls."""
        length = MONTHS[kind]
        return cls(date(day.year, (day.month - 1) // length * length + 1, 1), kind)

    @classmethod
    def parse(cls, text: str) -> Period:
        """Read a period code.

        Raises:
            NotFound: `text` names no period.
        """
        match = _PATTERN.fullmatch(text)
        kind = _KIND_OF_MARK[match["mark"]] if match else ""
        number = int(match["number"] or 1) if match else 0
        if not match or not 1 <= number <= 12 // MONTHS[kind]:
            raise NotFound(text)
        period = cls(date(int(match["year"]), (number - 1) * MONTHS[kind] + 1, 1), kind)
        if period.period_code != text:
            raise NotFound(text)
        return period

    @property
    def period_code(self) -> str:
        """The stable public code."""
        return _FORMS[self.kind].format(self.starts_on.year, (self.starts_on.month - 1) // MONTHS[self.kind] + 1)

    @property
    def ends_on(self) -> date:
        """The last day that belongs to the period."""
        return _month_after(self.starts_on, MONTHS[self.kind]) - timedelta(days=1)

    @property
    def months(self) -> tuple[date, ...]:
        """First days of its months, in order."""
        return tuple(_month_after(self.starts_on, count) for count in range(MONTHS[self.kind]))

    @property
    def following(self) -> Period:
        """The next period of the same kind."""
        return Period(_month_after(self.starts_on, MONTHS[self.kind]), self.kind)

    @property
    def preceding(self) -> Period:
        """The period of the same kind just before."""
        return Period(_month_after(self.starts_on, -MONTHS[self.kind]), self.kind)


_WINDOW: Final = re.compile(r"12-(?P<last>.+)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Window(Period):
    """The twelve months that end with a base period, where they are no calendar year; its code is `12-2026-S1`."""

    last: Period

    @property
    def period_code(self) -> str:
        """The stable public code."""
        return f"12-{self.last.period_code}"

    @property
    def ends_on(self) -> date:
        """The last day that belongs to it."""
        return self.last.ends_on

    @property
    def months(self) -> tuple[date, ...]:
        """First days of its months, in order."""
        return tuple(_month_after(self.starts_on, count) for count in range(MONTHS["year"]))

    @property
    def following(self) -> Period:
        """The twelve months that end with the next base period."""
        return twelve_months_to(self.last.following)

    @property
    def preceding(self) -> Period:
        """The twelve months that end with the base period before."""
        return twelve_months_to(self.last.preceding)


def parse_union(text: str) -> Period:
    """Read the code of a period or of twelve months.

    Raises:
        NotFound: `text` names neither, or twelve months that are a calendar year and so have its code.
    """
    match = _WINDOW.fullmatch(text)
    if match is None:
        return Period.parse(text)
    last = Period.parse(match["last"])
    if last.kind == "year" or last.ends_on.month == MONTHS["year"]:
        raise NotFound(text)
    return twelve_months_to(last)


def twelve_months_to(last: Period) -> Period:
    """Return the twelve months that end with a base period: a calendar year where they are one."""
    if last.ends_on.month == MONTHS["year"]:
        return Period.containing("year", last.ends_on)
    return Window(_month_after(last.starts_on, MONTHS[last.kind] - MONTHS["year"]), "window", last)


def bases_of(union: Period, closed: Sequence[Period]) -> tuple[Period, ...] | None:
    """Return the closed periods that make it up, oldest first; None where they do not fill it exactly.

    `closed` holds contiguous base periods, oldest first, of one kind or of several.
    """
    inside = tuple(base for base in closed if union.starts_on <= base.starts_on and base.ends_on <= union.ends_on)
    months = [month for base in inside for month in base.months]
    return inside if tuple(months) == union.months else None


def periods_between(kind: str, first: date, last: date) -> list[Period]:
    """List the periods of `kind` from the one holding `first` to the one holding `last`, oldest first."""
    periods = [Period.containing(kind, first)]
    while periods[-1].ends_on < last:
        periods.append(periods[-1].following)
    return periods
