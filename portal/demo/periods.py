"""What the demonstration's government decided in the past: two periods closed, the first of them a shadow period."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import date, timedelta
from typing import Final

from portal import services
from portal.domain.errors import Invalid
from portal.domain.period import Period
from portal.services import Portal, policy
from portal.services.collect.attribution import DutyCorrection, propose_duty
from portal.services.publish.closing import propose_closing
from portal.services.publish.comments import release_comments
from portal.services.publish.correcting import propose_correction
from portal.services.publish.release import release

ACTOR: Final = "demo"
KIND: Final = "semester"
_CLOSED_AFTER: Final = timedelta(days=22)
"""Days from a period's end to its closing: until the last release of officers' figures, and two weeks to object."""
_MONDAY, _DAYS_OF_A_WEEK = 0, 7

Turns = Mapping[tuple[str, int, bool], str]
"""Who is at a counter on a weekday (0 = Monday), in the morning or the afternoon (True)."""


def begin(portal: Portal, first: date) -> None:
    """Let officers' figures leave from the second period on; the first one is a shadow."""
    second = Period.containing(KIND, first).following
    services.run(portal, policy.set_choice, key="appraisal_feed", value="true", from_on=second.starts_on, actor=ACTOR)


def pass_a_day(portal: Portal, day: date) -> None:
    """Release in the first week of a month, and close a period that is long over."""
    if day.weekday() == _MONDAY and day.day <= _DAYS_OF_A_WEEK:
        services.run(portal, release, weekly=True)
        services.run(portal, release_comments)
    over = Period.containing(KIND, day).preceding
    if day == over.ends_on + _CLOSED_AFTER:
        services.run(portal, propose_closing, period_code=over.period_code, reason="", alone=True, actor=ACTOR)


def correct(portal: Portal, turns: Turns, officer_code: str, stood_in: str) -> None:
    """Give what one officer is credited with in the last month of the last closed period to another; sign it again."""
    period = Period.containing(KIND, portal.today()).preceding
    day, why = period.months[-1], "Petugas pengganti selama sebulan belum tercatat (contoh)."
    while day <= period.ends_on:
        for (counter_code, weekday, after_noon), officer in turns.items():
            if (weekday, officer) == (day.weekday(), officer_code):
                part = "afternoon" if after_noon else "morning"
                with suppress(Invalid):  # nobody rated there on that day
                    correction = DutyCorrection(counter_code, day, stood_in, part)
                    services.run(portal, propose_duty, correction, reason=why, alone=True, actor=ACTOR)
        day += timedelta(days=1)
    services.run(portal, propose_correction, period_code=period.period_code, reason=why, alone=True, actor=ACTOR)
