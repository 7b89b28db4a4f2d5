"""Thirteen months of made-up ratings from a fixed seed, given through the same use cases as real ones."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from portal.demo.registry import NOON, Government, counters_of, turns_of
from portal.demo.words import add_words, make_profile
from portal.domain.period import Period
from portal.services import Portal
from portal.services.collect import rate as collect
from portal.services.collect import receipt as followup
from portal.services.collect.choosing import PROFILE
from portal.services.collect.rate import Submission

SEED: Final = 20190049
MONTHS: Final = 13
QUICK: Final = "quick@1"
HELP: Final = "petugas@1"
SURVEY: Final = "skm-14-2017@1"
_LAST_WEEKDAY: Final = 4
_MORNING, _OPENS_AT, _OPEN_MINUTES = time(7), time(8), 470
_SHARE_OF_OTHER: Final = 0.08
_SHARE_OF_HELP, _SHARE_OF_SERVICE, _SHARE_OF_SURVEY = 0.5, 0.35, 0.15


class Clock:
    """A clock that stands where the demonstration puts it."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


@dataclass(frozen=True, slots=True)
class History:
    """What is needed to live through the past: a portal on a clock that can be set, and the codes of the counters.

    `on_day` is called in the morning of every day, before anybody rates.
    """

    portal: Portal
    clock: Clock
    codes: dict[str, str]
    government: Government
    on_day: Callable[[date], None]


def first_day(today: date) -> date:
    """Return the first day of the demonstration: the month that began thirteen months ago."""
    month = Period(today.replace(day=1), "month")
    for _ in range(MONTHS - 1):
        month = month.preceding
    return month.starts_on


def live(history: History, today: date, progress: Callable[[str], None]) -> int:
    """Give the ratings of every working day until yesterday; return their number."""
    dice = random.Random(SEED)
    given, day, month = 0, first_day(today), None
    while day < today:
        if day.month != month:
            month = day.month
            progress(f"{day:%Y-%m}")
        history.clock.now = datetime.combine(day, _MORNING, history.portal.time_zone).astimezone(UTC)
        history.on_day(day)
        if day.weekday() <= _LAST_WEEKDAY:
            given += _live_a_day(history, day, dice)
        day += timedelta(days=1)
    return given


def _live_a_day(history: History, day: date, dice: random.Random) -> int:
    """Give one day's ratings in one transaction: a demonstration may be lost with the power, a citizen's rating not."""
    given = 0
    with history.portal.begin() as session:
        portal = replace(history.portal, begin=_joined(session), read=_joined(session))
        for unit in history.government.units:
            turns = turns_of(unit)
            for counter in counters_of(unit):
                for _ in range(_visitors(unit["visitors"], dice)):
                    history.clock.now = _moment(day, portal.time_zone, dice)
                    half = history.clock.now.astimezone(portal.time_zone).time() >= NOON
                    officer = turns.get((counter, day.weekday(), half))
                    _visit(portal, history.codes[counter], unit, officer, dice)
                    given += 1
    return given


def _joined(session: Any) -> Any:  # noqa: ANN401 - a session handed on as it came; stands for both `begin` and `read`
    @contextmanager
    def join(*, repeatable: bool = False) -> Iterator[Any]:  # noqa: ARG001 - the signature of `begin`
        yield session

    return join


def _visitors(mean: float, dice: random.Random) -> int:
    return sum(dice.random() < mean / 8 for _ in range(8))


def _moment(day: date, zone: ZoneInfo, dice: random.Random) -> datetime:
    opens = datetime.combine(day, _OPENS_AT, zone)
    return (opens + timedelta(minutes=dice.randrange(_OPEN_MINUTES), seconds=dice.randrange(60))).astimezone(UTC)


def _answer(satisfaction: float, dice: random.Random) -> int:
    return 1 + sum(dice.random() < satisfaction for _ in range(3))


def _manner(officer: str | None) -> float:
    """Return how much more than others this officer contents people; the same on every run."""
    return random.Random(f"{SEED} {officer}").gauss(0, 0.09) if officer else 0.0


def _visit(portal: Portal, code: str, unit: dict[str, Any], officer: str | None, dice: random.Random) -> None:
    content = min(0.97, max(0.2, dice.gauss(unit["satisfaction"], 0.12)))
    tap = {"LAYANAN": _answer(content, dice)}
    language = "en" if dice.random() < 0.03 else "id"  # noqa: PLR2004 - three visitors in a hundred
    ticket = collect.rate(
        portal, Submission(code, dice.randbytes(16), QUICK, tap, language, dice.randrange(4, 40), dice.randbytes(16))
    )
    page = followup.open_receipt(portal, ticket.receipt, ticket.edit_token)
    if page.services and dice.random() < _SHARE_OF_SERVICE:
        choice = followup.OTHER if dice.random() < _SHARE_OF_OTHER else dice.choice(page.services).value
        followup.name_service(portal, ticket.receipt, ticket.edit_token, choice)
    if page.ask_help and dice.random() < _SHARE_OF_HELP:
        answers = {"PETUGAS": _answer(min(0.97, content + 0.05 + _manner(officer)), dice)}
        followup.add_answers(portal, ticket.receipt, ticket.edit_token, HELP, answers)
    if not unit.get("published_survey") and dice.random() < _SHARE_OF_SURVEY:
        elements = portal.instruments[SURVEY].elements
        answers = {element.code: _answer(content, dice) for element in elements}
        profile = make_profile(portal.instruments[PROFILE], dice)
        followup.add_answers(portal, ticket.receipt, ticket.edit_token, SURVEY, answers, profile)
    add_words(portal, ticket, dice)
