"""What units report of themselves, as the report of a unit reads it."""

from __future__ import annotations

from datetime import date
from typing import Final

import pytest

from portal.domain.period import Period
from portal.services import Portal
from portal.storage import reported
from portal.storage.tables import Campaign, ServedCount
from tests.government import Government, small
from tests.published import statements

HALF: Final = Period.parse("2026-S1")
FIRST, LAST = HALF.starts_on, HALF.ends_on
BEFORE: Final = date(2025, 12, 31)


@pytest.fixture
def made(portal: Portal) -> Government:
    return small(portal)


def serve(portal: Portal, made: Government, unit: str, day: date, n: int, service: str | None = None) -> None:
    row = ServedCount(
        served_count_code=f"{unit}-{service}-{day}",
        unit_id=made.units[unit],
        service_id=made.services[service] if service else None,
        on_date=day,
        n=n,
    )
    with portal.begin() as session:
        session.add(row)


def served(portal: Portal, made: Government, *units: str, service: str | None = None) -> int | None:
    service_id = made.services[service] if service else None
    with portal.read() as session:
        return reported.find_served(session, [made.units[it] for it in units], FIRST, LAST, service_id=service_id)


def test_of_a_days_count_of_all_services_and_those_of_each_the_larger_counts(portal: Portal, made: Government) -> None:
    serve(portal, made, "UPT-1", FIRST, 40, "KTP")
    serve(portal, made, "UPT-1", FIRST, 50, "KK")
    serve(portal, made, "UPT-1", FIRST, 100)
    serve(portal, made, "UPT-1", LAST, 7, "KTP")
    serve(portal, made, "UPT-1", LAST, 8, "KK")
    serve(portal, made, "UPT-1", LAST, 10)
    serve(portal, made, "UPT-1", BEFORE, 1000)
    serve(portal, made, "UPT-2", LAST, 20)
    assert served(portal, made, "UPT-1") == 115
    assert served(portal, made, "UPT-1", "UPT-2") == 135
    assert served(portal, made, "UPT-1", service="KTP") == 47


def test_where_nobody_wrote_down_a_count_there_is_none(portal: Portal, made: Government) -> None:
    assert served(portal, made, "UPT-1") is None
    assert served(portal, made, "UPT-1", service="KTP") is None


def test_a_campaign_that_states_a_number_goes_before_what_was_counted(portal: Portal, made: Government) -> None:
    serve(portal, made, "UPT-1", FIRST, 100)
    with portal.begin() as session:
        for code, population, ends_on in (("A", 300, LAST), ("B", None, LAST), ("C", 900, BEFORE)):
            row = {"unit_id": made.units["UPT-1"], "service_id": None, "starts_on": min(FIRST, ends_on)}
            session.add(Campaign(campaign_code=code, population=population, ends_on=ends_on, **row))
    with statements(portal) as seen, portal.read() as session:
        found = reported.get_reported(session, made.units["UPT-1"], [made.units["UPT-1"]], HALF)
    assert (found.served, found.counted, found.indicators, found.past) == (300, 100, (), ())
    assert len(seen) == 1


def test_what_each_unit_served_sums_up_to_what_they_served_together(portal: Portal, made: Government) -> None:
    serve(portal, made, "UPT-1", FIRST, 40, "KTP")
    serve(portal, made, "UPT-1", FIRST, 30)
    serve(portal, made, "UPT-1", LAST, 10)
    serve(portal, made, "UPT-2", LAST, 20)
    serve(portal, made, "UPT-2", BEFORE, 1000)
    with portal.read() as session:
        found = reported.list_served_per_unit(session, FIRST, LAST)
    assert found == {made.units["UPT-1"]: 50, made.units["UPT-2"]: 20}
    assert sum(found.values()) == served(portal, made, "UPT-1", "UPT-2")
