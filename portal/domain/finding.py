"""What may be wrong with the data, and how it is found: nothing here tells a rating, or how few there are."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from portal.domain.duty import Roster

WINDOW: Final = timedelta(days=28)
"""How far back days are looked through."""
FEWEST: Final = 30
"""Answers below which nothing is concluded from their number."""
_LATE_SHARE: Final = 10
_RARE_FIFTHS: Final = 4
_WORKING_WEEK: Final = frozenset(range(5))


class FindingCode(StrEnum):
    """What was found, the gravest first."""

    RATED_ABOVE_SERVED = "rated-above-served"
    """More ratings than citizens served, in the whole period as far as it was released."""
    LATE = "late"
    """More than a tenth of the answers count later than they were given."""
    DUTY_GAP = "duty-gap"
    """A counter was open without any officer on duty."""
    SERVED_MISSING = "served-missing"
    """Working days without a number served."""
    UNTESTED = "untested"
    """Printed codes that no scan test has met."""
    RARELY_ANSWERED = "rarely-answered"
    """An element that fewer than four fifths of those answered who answered the most answered one."""
    UNREALISED = "unrealised"
    """An indicator of a period gone by without a realisation."""


_WEIGHT: Final = {code: place for place, code in enumerate(FindingCode)}


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding about a unit; `count` of `of` things where they are days or codes, never answers.

    `name` is that of the counter, element or indicator, empty where it is about the unit itself; `on` the last day.
    """

    code: FindingCode
    unit_code: str
    unit_name: str
    name: str = ""
    count: int | None = None
    of: int | None = None
    on: date | None = None
    period_code: str = ""


def by_weight(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Order findings: the gravest kind first, of one kind those with the most in them, then by unit and name."""
    return tuple(
        sorted(findings, key=lambda it: (_WEIGHT[it.code], -(it.count or 0), it.unit_name.casefold(), it.name))
    )


@dataclass(frozen=True, slots=True)
class Calendar:
    """When a unit is open: weekdays from 0 = Monday, and the dates on which it is not."""

    weekdays: frozenset[int]
    holidays: frozenset[date]

    @classmethod
    def of(cls, own: Collection[int], common: Collection[int], holidays: Iterable[date]) -> Calendar:
        """Take the unit's own weekdays, else the government's, else Monday to Friday."""
        return cls(frozenset(own or common or _WORKING_WEEK), frozenset(holidays))

    def working_days(self, first: date, last: date) -> tuple[date, ...]:
        """List the days on which the unit was open from `first` to `last`, both included."""
        days = (first + timedelta(days=number) for number in range((last - first).days + 1))
        return tuple(day for day in days if day.weekday() in self.weekdays and day not in self.holidays)


def duty_gaps(roster: Roster, counter_id: int, days: Iterable[date]) -> tuple[date, ...]:
    """List the days on which nobody was on duty at the counter."""
    return tuple(day for day in days if not roster.on_duty(counter_id, day))


def is_above_served(ratings: int, served: int | None) -> bool:
    """Tell whether more rated than were served; never of few ratings, nor where nobody wrote down how many."""
    return served is not None and served > 0 and ratings >= FEWEST and ratings > served


def is_late(late: int, answers: int) -> bool:
    """Tell whether more than a tenth of the answers came late; never of few answers."""
    return answers >= FEWEST and late * _LATE_SHARE > answers


def rarely_answered(answers: Mapping[str, int]) -> tuple[str, ...]:
    """List the elements answered by fewer than four fifths of those who answered the most answered one."""
    most = max(answers.values(), default=0)
    if most < FEWEST:
        return ()
    return tuple(element for element, n in answers.items() if n * (_RARE_FIFTHS + 1) < most * _RARE_FIFTHS)
