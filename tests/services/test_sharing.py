"""Codes that a unit opens for itself, and the scan test of those that are printed."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select, update

from portal.domain.errors import Invalid, NotFound
from portal.services import Portal
from portal.services.collect.rate import open_counter
from portal.services.enrol.scan_test import WINDOW, ScanTest, list_tests, start_test, take_scan
from portal.services.enrol.sharing import list_shared, open_channel
from portal.storage.tables import AuditEntry, Counter
from tests.clock import Clock
from tests.government import Government, small

TODAY = date(2026, 3, 3)
SECOND = timedelta(seconds=1)


@pytest.fixture
def government(portal: Portal) -> Government:
    return small(portal)


def acts(portal: Portal) -> list[tuple[str, str, dict[str, object]]]:
    with portal.read() as session:
        entries = session.execute(select(AuditEntry).order_by(AuditEntry.id)).scalars()
        return [(entry.actor, entry.act, dict(entry.detail)) for entry in entries]


def test_a_unit_gets_one_link_of_each_kind_and_keeps_it(portal: Portal, government: Government) -> None:
    assert list_shared(portal, (), "UPT-1").shared is None
    for _ in range(2):
        assert open_channel(portal, (), "UPT-1", "tautan", "Tautan", "kepala") == "tautan:UPT-1"
    open_channel(portal, (), "UPT-1", "daring", "Daring", "kepala")
    shown = list_shared(portal, (), "UPT-1")
    assert shown.shared
    assert shown.online
    assert shown.shared != shown.online
    counter = open_counter(portal, shown.shared).counter
    assert (counter.channel, counter.unit_id, counter.name) == ("tautan", government.units["UPT-1"], "Tautan")
    assert acts(portal) == [
        ("kepala", "counter-opened", {"unit": "UPT-1", "channel": "tautan"}),
        ("kepala", "counter-opened", {"unit": "UPT-1", "channel": "daring"}),
    ]


def test_a_link_that_was_closed_is_opened_again_under_its_address(portal: Portal, government: Government) -> None:
    assert government.units
    open_channel(portal, (), "UPT-1", "tautan", "Tautan", "kepala")
    before = list_shared(portal, (), "UPT-1").shared
    with portal.begin() as session:
        session.execute(update(Counter).where(Counter.channel == "tautan").values(ends_on=TODAY - timedelta(days=1)))
    assert list_shared(portal, (), "UPT-1").shared is None
    open_channel(portal, (), "UPT-1", "tautan", "Tautan", "kepala")
    assert list_shared(portal, (), "UPT-1").shared == before


@pytest.mark.parametrize("channel", ["loket", "petugas", "keliling", "kios", ""])
def test_no_unit_opens_any_other_kind_of_code_for_itself(portal: Portal, government: Government, channel: str) -> None:
    assert government.units
    with pytest.raises(Invalid):
        open_channel(portal, (), "UPT-1", channel, "Contoh", "kepala")


def test_another_units_links_and_tests_are_not_there(portal: Portal, government: Government) -> None:
    elsewhere = (government.units["DINAS"], government.units["UPT-2"])
    for unit_code in ("UPT-1", "DINAS", "NOTHING"):
        with pytest.raises(NotFound):
            list_shared(portal, elsewhere, unit_code)
        with pytest.raises(NotFound):
            open_channel(portal, elsewhere, unit_code, "tautan", "Tautan", "kepala")
        with pytest.raises(NotFound):
            list_tests(portal, elsewhere, unit_code)
        with pytest.raises(NotFound):
            start_test(portal, elsewhere, unit_code, "", "kepala")
    assert acts(portal) == []


# ---------------------------------------------------------------- the scan test


def waits(test: ScanTest) -> dict[str, datetime | None]:
    return {code.counter_code: code.waits_until for code in test.codes}


def scanned(test: ScanTest) -> dict[str, str | None]:
    return {code.counter_code: f"{code.scanned_at:%H.%M}" if code.scanned_at else None for code in test.codes}


def test_what_is_printed_can_be_tested_and_what_is_sent_cannot(portal: Portal, government: Government) -> None:
    government.add_counter("LAMA", "UPT-1", ends_on=TODAY - timedelta(days=1))
    for channel in ("tautan", "daring", "kertas"):
        open_channel(portal, (), "UPT-1", channel, "Contoh", "kepala")
    test = list_tests(portal, (), "UPT-1")
    assert [(code.counter_code, code.is_plate) for code in test.codes] == [("1A", False), ("1B", False), ("PLAT", True)]
    assert test.waiting == 0


def test_a_scan_inside_the_window_is_noted_and_ends_the_window(
    portal: Portal, government: Government, clock: Clock
) -> None:
    code = government.codes["1A"]
    assert start_test(portal, (), "UPT-1", "1A", "kepala") == 1
    assert open_counter(portal, code).is_tested
    assert list_tests(portal, (), "UPT-1").waiting == 1
    clock.advance(WINDOW - SECOND)
    at = take_scan(portal, code)
    assert at is not None
    assert f"{at:%H.%M}" == "09.09"
    assert take_scan(portal, code) is None
    assert not open_counter(portal, code).is_tested
    test = list_tests(portal, (), "UPT-1")
    assert (test.waiting, scanned(test)) == (0, {"1A": "09.09", "1B": None, "PLAT": None})
    assert acts(portal) == [("kepala", "scan-test-started", {"unit": "UPT-1", "counters": ["1A"]})]


def test_a_test_of_the_whole_unit_waits_for_every_code_of_it(portal: Portal, government: Government) -> None:
    assert start_test(portal, (), "UPT-1", "", "kepala") == 3
    assert take_scan(portal, government.codes["PLAT"])
    assert take_scan(portal, government.codes["2"]) is None
    left = {code for code, until in waits(list_tests(portal, (), "UPT-1")).items() if until}
    assert left == {"1A", "1B"}


def test_after_ten_minutes_a_scan_is_a_citizens_again(portal: Portal, government: Government, clock: Clock) -> None:
    start_test(portal, (), "UPT-1", "", "kepala")
    clock.advance(WINDOW)
    assert not open_counter(portal, government.codes["1A"]).is_tested
    assert take_scan(portal, government.codes["1A"]) is None
    assert set(scanned(list_tests(portal, (), "UPT-1")).values()) == {None}


def test_a_code_of_another_unit_cannot_be_tested_from_here(portal: Portal, government: Government) -> None:
    with pytest.raises(NotFound):
        start_test(portal, (), "UPT-1", "2", "kepala")
    assert not open_counter(portal, government.codes["2"]).is_tested
