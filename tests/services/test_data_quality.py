"""The list of data quality: what is found where, and that it tells no rating."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

import pytest

from portal import services
from portal.domain.errors import NotFound
from portal.domain.finding import Finding, FindingCode
from portal.domain.rating import CellKey
from portal.domain.tally import Tally
from portal.services import Portal
from portal.services.enrol.indicators import add_indicator, add_progress
from portal.services.report.data_quality import FindingList, list_findings
from portal.storage import ledger
from portal.storage.ledger import Details
from portal.storage.tables import ServedCount
from tests.clock import Clock
from tests.government import ELEMENTS, SURVEY, Government, small, without_officers
from tests.published import LAYANAN, MARCH, cell, publish, spread, statements

TUESDAY, FRIDAY = date(2026, 3, 3), date(2026, 3, 6)
DAYS: Final = {FindingCode.DUTY_GAP, FindingCode.SERVED_MISSING}


@pytest.fixture
def made(portal: Portal) -> Government:
    return small(portal)


def found(portal: Portal, unit: str | None = None) -> FindingList:
    return services.run(portal, list_findings, (), unit)


def of(portal: Portal, *codes: FindingCode, unit: str | None = None) -> list[tuple[str, ...]]:
    """What was found of these kinds: unit, name, count of how many."""
    return [_told(finding) for finding in found(portal, unit).findings if finding.code in codes]


def _told(finding: Finding) -> tuple[str, ...]:
    count = () if finding.count is None else (f"{finding.count}/{finding.of}",)
    return (finding.unit_code, *filter(None, [finding.name]), *count)


def serve(portal: Portal, made: Government, unit: str, day: date, n: int) -> None:
    with portal.begin() as session:
        told = {"unit_id": made.units[unit], "service_id": None, "on_date": day, "n": n}
        session.add(ServedCount(served_count_code=f"{unit}-{day}", **told))


def test_days_are_looked_through_from_the_first_rating_until_yesterday(
    portal: Portal, made: Government, clock: Clock
) -> None:
    assert not of(portal, *DAYS)
    made.tap("1A")
    assert (found(portal).first, found(portal).last) == (None, None)
    clock.advance(timedelta(days=6))
    assert (found(portal).first, found(portal).last) == (TUESDAY, date(2026, 3, 8))
    clock.advance(timedelta(days=60))
    assert (found(portal).last or TUESDAY) - (found(portal).first or TUESDAY) == timedelta(days=27)


def test_an_open_counter_without_an_officer_on_duty_is_found_where_officers_are_loaded(
    portal: Portal, made: Government, clock: Clock
) -> None:
    made.tap("1A")
    made.add_duty("P1", None, on_date=FRIDAY)
    made.add_counter("1C", "UPT-1")
    made.add_counter("1L", "UPT-1", channel="tautan")
    made.add_holiday(date(2026, 3, 4))
    clock.advance(timedelta(days=6))
    told = [_told(one) for one in found(portal).findings if one.code is FindingCode.DUTY_GAP]
    assert told == [("UPT-1", "Loket Contoh 1C", "3/3"), ("UPT-1", "Loket Contoh 1A", "1/3")]
    assert {one.on for one in found(portal).findings if one.code is FindingCode.DUTY_GAP} == {FRIDAY}


def test_where_no_officers_are_loaded_nobody_is_missing(portal: Portal, clock: Clock) -> None:
    without_officers(portal).tap("1A")
    clock.advance(timedelta(days=6))
    assert not of(portal, FindingCode.DUTY_GAP)


def test_a_working_day_without_a_number_served_is_found(portal: Portal, made: Government, clock: Clock) -> None:
    made.tap("1A")
    serve(portal, made, "UPT-1", TUESDAY, 0)
    for day in (3, 4, 5, 6):
        serve(portal, made, "UPT-2", date(2026, 3, day), 7)
    clock.advance(timedelta(days=6))
    assert of(portal, FindingCode.SERVED_MISSING) == [("DINAS", "4/4"), ("UPT-1", "3/4")]


def test_more_ratings_than_served_are_told_without_any_number(portal: Portal, made: Government) -> None:
    for unit, n in (("UPT-1", 40), ("UPT-2", 29)):
        publish(portal, cell("unit", made.units[unit], spread(0, 0, 0, n)))
        serve(portal, made, unit, TUESDAY, 28)
    assert of(portal, FindingCode.RATED_ABOVE_SERVED) == [("UPT-1",)]
    serve(portal, made, "UPT-1", FRIDAY, 12)
    assert not of(portal, FindingCode.RATED_ABOVE_SERVED)


def test_answers_that_count_late_are_told_without_any_number(portal: Portal, made: Government) -> None:
    with portal.begin() as session:
        release_id = ledger.append_release(session, portal.now(), weekly=True)
        for unit, late in (("UPT-1", 9), ("UPT-2", 4)):
            key = CellKey("unit", str(made.units[unit]), MARCH, LAYANAN)
            details = {key: Details({"late": late, "channels": {}, "states": {}})}
            ledger.put_cells(session, release_id, {key: (spread(0, 0, 0, 40), 5)}, details)
    assert of(portal, FindingCode.LATE) == [("UPT-1",)]


def test_an_element_that_few_answered_is_found_by_its_code(portal: Portal, made: Government) -> None:
    unit = str(made.units["UPT-1"])
    cells: dict[CellKey, tuple[Tally, int | None]] = {
        CellKey("unit", unit, MARCH, f"{SURVEY}:{element}"): (spread(0, 0, 0, 30), 5) for element in ELEMENTS
    }
    publish(portal, cells | {CellKey("unit", unit, MARCH, f"{SURVEY}:BIAYA"): (spread(0, 0, 3, 0), 5)})
    assert of(portal, FindingCode.RARELY_ANSWERED) == [("UPT-1", "BIAYA")]


def test_printed_codes_are_untested_until_a_scan_met_them(portal: Portal, made: Government) -> None:
    made.add_counter("L", "UPT-1", channel="tautan")
    made.add_counter("ALT", "UPT-1", ends_on=date(2026, 3, 2))
    assert of(portal, FindingCode.UNTESTED) == [("UPT-1", "3/3"), ("DINAS", "1/1"), ("UPT-2", "1/1")]


def test_an_indicator_of_a_period_gone_by_without_a_realisation_is_found(
    portal: Portal, made: Government, clock: Clock
) -> None:
    assert made.units
    named = {"unit_of_measure": "berkas", "kind": "jumlah", "period_code": "2026-S1"}
    codes = {}
    for name, measure in (("Belum", ""), ("Sudah", ""), ("Portal", "served")):
        asked = {**named, "name": name}
        codes[name] = services.run(portal, add_indicator, (), "UPT-1", asked, measure=measure, actor="kepala")
    told = {"realisation": "7", "as_of": "2026-03-01", "source": "Catatan"}
    services.run(portal, add_progress, (), "UPT-1", codes["Sudah"], told, actor="kepala")
    assert not of(portal, FindingCode.UNREALISED)
    clock.advance(timedelta(days=150))
    assert of(portal, FindingCode.UNREALISED) == [("UPT-1", "Belum")]


def test_a_unit_sees_itself_and_what_is_below_and_nothing_beside(portal: Portal, made: Government) -> None:
    assert made.units
    assert {finding.unit_code for finding in found(portal, "UPT-1").findings} == {"UPT-1"}
    assert {finding.unit_code for finding in found(portal, "DINAS").findings} == {"DINAS", "UPT-1", "UPT-2"}
    assert (found(portal, "UPT-1").unit_name, found(portal).unit_code) == ("Unit Contoh UPT-1", None)
    with pytest.raises(NotFound):
        services.run(portal, list_findings, (made.units["DINAS"], made.units["UPT-1"]), "UPT-2")


def test_the_list_stays_the_same_whatever_was_rated_and_not_released(
    portal: Portal, made: Government, clock: Clock
) -> None:
    made.tap("1A", 4)
    serve(portal, made, "UPT-1", TUESDAY, 1)
    clock.advance(timedelta(days=6))
    before = found(portal)
    clock.advance(timedelta(days=-6))
    made.taps("1A", *[1] * 40)
    clock.advance(timedelta(days=6))
    assert found(portal) == before


def test_it_costs_as_many_statements_however_many_units_there_are(portal: Portal, made: Government) -> None:
    made.tap("1A")
    with statements(portal) as few:
        found(portal)
    for number in range(5):
        made.add_unit(f"LAIN-{number}", "DINAS")
        made.add_counter(f"L{number}", f"LAIN-{number}")
    with statements(portal) as many:
        found(portal)
    assert len(few) == len(many)
