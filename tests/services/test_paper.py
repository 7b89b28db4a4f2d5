"""Forms on paper, keyed in: in the same sums as every rating, once each, and never by the officer they are about."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from portal.domain.errors import CounterClosed, Forbidden, Invalid, KeyReused, NotFound
from portal.domain.rating import CellKey
from portal.services import Portal, run
from portal.services.admit.accounts import create_account
from portal.services.collect.paper import PAPER_FOR, PaperSheet, enter_paper, open_paper, store_sheet
from portal.services.enrol.sharing import open_channel
from portal.services.publish.release import release
from portal.storage.tables import AuditEntry, Base, Key, Response, Sighting, TallyRow
from tests.clock import Clock
from tests.government import ELEMENTS, HELP, QUICK, SURVEY, Government, small
from tests.truth import assert_sums_hold, current

TODAY = date(2026, 3, 3)
DAY = timedelta(days=1)
FULL = dict.fromkeys(ELEMENTS, 3)
PAPER = "kertas:UPT-1"


@pytest.fixture
def government(portal: Portal) -> Government:
    made = small(portal)
    open_channel(portal, (), "UPT-1", "kertas", "Formulir kertas", "cli:test")
    return made


def sheet(**fields: Any) -> PaperSheet:  # noqa: ANN401 - any field of a sheet
    usual: dict[str, Any] = {
        "counter_code": PAPER,
        "key": bytes(16),
        "given_on": TODAY,
        "answers": {QUICK: {"LAYANAN": 2}, SURVEY: FULL},
    }
    return PaperSheet(**usual | fields)


def enter(portal: Portal, paper: PaperSheet, actor: str = "cli:test") -> bool:
    return run(portal, enter_paper, paper, actor)


def count(portal: Portal, table: type[Base]) -> int:
    with portal.read() as session:
        return session.execute(select(func.count()).select_from(table)).scalar_one()


def test_a_sheet_adds_to_the_same_sums_as_a_rating_and_says_how_it_came(portal: Portal, government: Government) -> None:
    unit, above = government.units["UPT-1"], government.units["DINAS"]
    assert enter(portal, sheet(service="KTP", given_on=date(2026, 2, 27)))
    with portal.read() as session:
        response = session.execute(select(Response)).scalar_one()
        kept = {(row.channel, row.evidence, row.day_part) for row in session.execute(select(TallyRow)).scalars()}
    assert (response.given_on, response.counts_on, response.received_on) == (date(2026, 2, 27),) * 2 + (TODAY,)
    assert kept == {("kertas", "assisted", "-")}
    tap = [key for key in current(portal) if key.measure == "quick@1:LAYANAN"]
    assert {(key.cut, key.subject, key.month) for key in tap} == {
        ("unit", str(unit), date(2026, 2, 1)),
        ("unit", str(above), date(2026, 2, 1)),
        ("service", str(government.services["KTP"]), date(2026, 2, 1)),
        ("counter", str(response.counter_id), date(2026, 2, 1)),
    }
    assert CellKey("unit", str(unit), date(2026, 2, 1), "skm-14-2017@1:SKM") in current(portal)
    assert_sums_hold(portal)


@pytest.mark.parametrize("service, kept", [("", "-"), ("lainnya", "lainnya"), ("KTP", None)])
def test_the_service_is_the_one_named_another_or_not_answered(
    portal: Portal, government: Government, service: str, kept: str | None
) -> None:
    enter(portal, sheet(service=service))
    with portal.read() as session:
        (found,) = set(session.execute(select(TallyRow.service)).scalars())
    assert found == (kept or str(government.services["KTP"]))


def test_the_only_service_of_a_unit_is_taken_by_itself(portal: Portal, government: Government) -> None:
    code = open_channel(portal, (), "UPT-2", "kertas", "Formulir kertas", "cli:test")
    enter(portal, sheet(counter_code=code))
    with portal.read() as session:
        assert set(session.execute(select(TallyRow.service)).scalars()) == {str(government.services["IZIN"])}


def test_no_instant_and_no_sighting_is_kept_and_no_entry_of_the_log_is_written(
    portal: Portal, government: Government
) -> None:
    before = count(portal, AuditEntry)
    enter(portal, sheet())
    assert government.units
    assert (count(portal, Sighting), count(portal, AuditEntry)) == (0, before)


def test_the_same_sheet_counts_once_and_another_under_its_key_is_refused(
    portal: Portal, government: Government
) -> None:
    assert government.units
    assert [enter(portal, sheet()) for _ in range(2)] == [True, False]
    for other in (sheet(service="KTP"), sheet(given_on=TODAY - DAY), sheet(answers={QUICK: {"LAYANAN": 3}})):
        with pytest.raises(KeyReused):
            enter(portal, other)
    assert enter(portal, sheet(key=b"another sixteen!"))
    assert count(portal, Response) == 2
    assert_sums_hold(portal)


def test_a_file_read_again_counts_nothing_twice_as_long_as_it_can_be_read_at_all(
    portal: Portal, government: Government, clock: Clock
) -> None:
    assert government.units
    paper = sheet()
    enter(portal, paper)
    clock.advance(PAPER_FOR)
    release(portal)
    assert not enter(portal, paper)
    clock.advance(DAY)
    release(portal)
    assert count(portal, Key) == 0
    with pytest.raises(Invalid, match="given_on"):
        enter(portal, paper)
    assert count(portal, Response) == 1


def test_a_sheet_may_be_two_months_old_and_not_of_tomorrow(portal: Portal, government: Government) -> None:
    assert government.units
    assert enter(portal, sheet(given_on=TODAY - PAPER_FOR))
    for day in (TODAY - PAPER_FOR - DAY, TODAY + DAY):
        with pytest.raises(Invalid, match="given_on"):
            enter(portal, sheet(given_on=day, key=b"another sixteen!"))


@pytest.mark.parametrize(
    "fields",
    [
        {"answers": {}},
        {"answers": {QUICK: {}}},
        {"answers": {QUICK: {"LAYANAN": 5}}},
        {"answers": {SURVEY: {"LAYANAN": 3}}},
        {"answers": {"nothing@1": {"LAYANAN": 3}}},
        {"answers": {QUICK: {"LAYANAN": 3}, HELP: {"PETUGAS": 3}}},
        {"service": "IZIN"},
        {"service": "nothing"},
        {"officer": "P5"},
        {"officer": "nobody"},
    ],
)
def test_a_sheet_that_cannot_be_right_is_refused_and_spends_no_key(
    portal: Portal, government: Government, fields: dict[str, Any]
) -> None:
    assert government.units
    with pytest.raises(Invalid):
        enter(portal, sheet(**fields))
    assert count(portal, Key) == 0


def test_only_a_counter_for_paper_inside_the_scope_takes_sheets(portal: Portal, government: Government) -> None:
    for code in ("1A", "kertas:UPT-2", ""):
        with pytest.raises(NotFound):
            enter(portal, sheet(counter_code=code))
    inside = (government.units["DINAS"], government.units["UPT-1"])
    assert run(portal, enter_paper, sheet(), "cli:test", scope=inside)
    with pytest.raises(NotFound):
        run(portal, enter_paper, sheet(), "cli:test", scope=(government.units["DINAS"], government.units["UPT-2"]))


def test_a_counter_for_paper_that_was_closed_takes_no_later_sheet(portal: Portal, government: Government) -> None:
    government.add_counter("TUTUP", "UPT-1", ends_on=TODAY - DAY, channel="kertas")
    assert enter(portal, sheet(counter_code="TUTUP", given_on=TODAY - DAY))
    with pytest.raises(CounterClosed):
        enter(portal, sheet(counter_code="TUTUP", key=b"another sixteen!"))


def test_the_officers_help_counts_for_the_officer_named(portal: Portal, government: Government) -> None:
    enter(portal, sheet(officer="P1", answers={HELP: {"PETUGAS": 1}}))
    assert {(key.cut, key.subject) for key in current(portal)} == {("officer", str(government.officers["P1"]))}


def test_nobody_keys_in_paper_about_themselves(portal: Portal, government: Government) -> None:
    assert government.units
    for username, name in (("petugas.satu", "petugas contoh  P1"), ("kepala", "Kepala Contoh")):
        create_account(portal, username=username, name=name, unit_code="UPT-1", actor="cli:test")
    with pytest.raises(Forbidden):
        enter(portal, sheet(officer="P1"), "petugas.satu")
    assert enter(portal, sheet(officer="P2"), "petugas.satu")
    assert enter(portal, sheet(officer="P1", key=b"another sixteen!"), "kepala")


def test_a_batch_is_kept_whole_or_not_at_all(portal: Portal, government: Government) -> None:
    assert government.units
    good, bad = sheet(), sheet(key=b"another sixteen!", service="nothing")

    def enter_all(*papers: PaperSheet) -> None:
        with portal.begin() as session:
            for paper in papers:
                store_sheet(portal, session, paper, "cli:test")

    with pytest.raises(Invalid):
        enter_all(good, bad)
    assert count(portal, Response) == count(portal, Key) == 0
    enter_all(good, replace(bad, service="KK"))
    assert count(portal, Response) == 2
    assert_sums_hold(portal)


def test_the_form_says_what_a_sheet_may_name(portal: Portal, government: Government) -> None:
    government.add_service("LAMA", "UPT-1", ends_on=TODAY - DAY)
    government.add_officer("PERGI", "UPT-1", ends_on=TODAY - DAY)
    form = open_paper(portal, (), "UPT-1")
    assert (form.unit_name, form.counter_code) == ("Unit Contoh UPT-1", PAPER)
    assert [service.value for service in form.services] == ["KK", "KTP"]
    assert [officer.value for officer in form.officers] == ["P1", "P2", "P3", "P4"]
    assert (form.given_from, form.given_until) == (TODAY - PAPER_FOR, TODAY)
    assert open_paper(portal, (), "UPT-2").counter_code == ""
    for scope, unit in (((), "NOTHING"), ((government.units["DINAS"], government.units["UPT-2"]), "UPT-1")):
        with pytest.raises(NotFound):
            open_paper(portal, scope, unit)
