"""What the demonstration's government decided in the past: two periods closed, the first of them a shadow period."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from portal import services
from portal.domain.period import Period
from portal.services import Portal, policy
from portal.services.publish.closing import propose_closing
from portal.services.publish.release import release

ACTOR: Final = "demo"
KIND: Final = "semester"
_CLOSED_AFTER: Final = timedelta(days=22)
"""Days from a period's end to its closing: until the last release of officers' figures, and two weeks to object."""
_MONDAY, _DAYS_OF_A_WEEK = 0, 7


def begin(portal: Portal, first: date) -> None:
    """Let officers' figures leave from the second period on; the first one is a shadow."""
    second = Period.containing(KIND, first).following
    services.run(portal, policy.set_choice, key="appraisal_feed", value="true", from_on=second.starts_on, actor=ACTOR)


def pass_a_day(portal: Portal, day: date) -> None:
    """Release in the first week of a month, and close a period that is long over."""
    if day.weekday() == _MONDAY and day.day <= _DAYS_OF_A_WEEK:
        services.run(portal, release, weekly=True)
    over = Period.containing(KIND, day).preceding
    if day == over.ends_on + _CLOSED_AFTER:
        services.run(portal, propose_closing, period_code=over.period_code, reason="", alone=True, actor=ACTOR)
