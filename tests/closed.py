"""A small government with closed periods, for tests of what is signed."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Final

from portal import services
from portal.services import Portal, policy
from portal.services.collect.attribution import Corrected, DutyCorrection, propose_duty
from portal.services.collect.rate import rate
from portal.services.collect.receipt import add_answers
from portal.services.publish.closing import Closing, propose_closing
from portal.services.publish.correcting import propose_correction
from portal.storage import snapshots
from tests.clock import Clock
from tests.government import HELP, Government
from tests.published import turn_feed

SECRET: Final = "another made-up secret of the tests"
FIRST: Final = date(2026, 3, 3)
DAYS: Final = tuple(datetime(2026, month, day, 2, tzinfo=UTC) for month, day in ((3, 3), (3, 10), (4, 7), (5, 5)))
LATER: Final = datetime(2026, 6, 20, 2, tzinfo=UTC)
FULL: Final = {"A": (4, 4, 3, 4, 2, 4, 3), "B": (3, 4, 3, 3, 4, 2, 3), "C": (4, 3, 4, 4, 4, 3, 4)}
"""What the citizens of a day answer at each counter, about the service and about the officer alike."""


def offices(portal: Portal) -> Government:
    """Build a unit of three counters with one officer each, below the whole; months are the base periods."""
    services.run(portal, policy.set_choice, key="base_period", value="month", actor="operator")
    made = Government(portal)
    made.add_unit("DINAS")
    made.add_unit("UPT-1", "DINAS")
    made.add_service("KTP", "UPT-1")
    for letter, officer in (("A", "P1"), ("B", "P2"), ("C", "P3")):
        made.add_officer(officer, "UPT-1")
        made.add_counter(letter, "UPT-1")
        made.add_workdays(officer, letter)
    return made


def town(portal: Portal, clock: Clock) -> Government:
    """Let every counter be rated on four days of three months, which are over now; officers' figures may leave."""
    government = offices(portal)
    turn_feed(portal, on=True)
    for day in DAYS:
        clock.set(day)
        for counter, values in FULL.items():
            help_at(government, counter, *values)
    clock.set(LATER)
    return government


def help_at(government: Government, counter: str, *values: int) -> None:
    """Rate the service and the officer on duty, once with each value."""
    for value in values:
        ticket = services.run(government.portal, rate, government.submission(counter, {"LAYANAN": value}))
        given = {"PETUGAS": value}
        services.run(government.portal, add_answers, ticket.receipt, ticket.edit_token, HELP, given)


def close(portal: Portal, period_code: str) -> Closing:
    """Close as the operator does while nobody has an account."""
    return services.run(
        portal, propose_closing, period_code=period_code, reason="selesai", alone=True, actor="operator"
    )


def reattribute(
    portal: Portal, counter: str, officer: str | None, *, day: date = FIRST, part: str = "day"
) -> Corrected:
    """Give what was rated at a counter on a day to another officer."""
    asked = DutyCorrection(counter, day, officer, part)
    return services.run(portal, propose_duty, asked, reason="tukar jaga", alone=True, actor="operator")


def correct(government: Government, _clock: Clock) -> Closing:
    """Give the first day of counter A to the officer of counter B, and correct March."""
    reattribute(government.portal, "A", "P2")
    return correct_period(government.portal, "2026-03")


def correct_period(portal: Portal, period_code: str) -> Closing:
    """Correct as the operator does while nobody has an account."""
    why = "tukar jaga 3 Maret"
    return services.run(portal, propose_correction, period_code=period_code, reason=why, alone=True, actor="operator")


def jws_of(portal: Portal, period_code: str, version: int) -> bytes:
    """Return what was signed."""
    with portal.read() as session:
        return next(row.jws for row in snapshots.list_versions(session, period_code) if row.version == version)
