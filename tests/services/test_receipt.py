"""After the tap: who served, which service, and the optional parts."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from portal.domain.errors import FormExpired, Invalid
from portal.services import Portal
from portal.services.collect.rate import rate
from portal.services.collect.receipt import OTHER, UNKNOWN, add_answers, change_rating, name_officer, name_service
from portal.services.collect.tokens import Ticket
from tests.clock import Clock
from tests.government import ELEMENTS, HELP, QUICK, SURVEY, Government, small
from tests.truth import assert_sums_hold

HOUR = timedelta(hours=1)
TODAY = date(2026, 3, 3)
FULL = dict.fromkeys(ELEMENTS, 3)


@pytest.fixture
def government(portal: Portal) -> Government:
    return small(portal)


def basis_of(government: Government, ticket: Ticket) -> tuple[int | None, str]:
    about = government.record(ticket).about
    return about.officer_id, about.officer_basis


# ---------------------------------------------------------------- who served


def test_a_name_plate_names_the_officer_even_when_another_is_on_duty(government: Government) -> None:
    assert basis_of(government, government.tap("PLAT")) == (government.officers["P1"], "plate")


def test_the_only_officer_on_duty_served(government: Government) -> None:
    ticket = government.tap("1A")
    assert basis_of(government, ticket) == (government.officers["P1"], "duty")
    assert government.page(ticket).officers == ()


@pytest.mark.parametrize("hour, known", [(7, False), (8, True), (15, True), (16, False)])
def test_outside_the_hours_of_duty_nobody_served(
    government: Government, clock: Clock, hour: int, *, known: bool
) -> None:
    clock.set(datetime(2026, 3, 3, hour - 7, tzinfo=UTC))
    assert basis_of(government, government.tap("1A"))[1] == ("duty" if known else "none")


def test_outside_opening_hours_nobody_served_and_nobody_is_asked_for(
    portal: Portal, government: Government, clock: Clock
) -> None:
    government.add_hours()
    clock.set(datetime(2026, 3, 7, 2, tzinfo=UTC))  # a Saturday
    for officer, counter in (("P1", "1A"), ("P2", "1B"), ("P3", "1B")):
        government.add_duty(officer, counter, on_date=date(2026, 3, 7))
    for counter in ("1A", "1B"):
        ticket = government.tap(counter)
        assert basis_of(government, ticket) == (None, "none")
        assert government.page(ticket).officers == ()
        with pytest.raises(Invalid):
            name_officer(portal, ticket.receipt, ticket.edit_token, str(government.officers["P2"]))


def test_on_a_holiday_nobody_served(government: Government) -> None:
    government.add_holiday(TODAY)
    assert basis_of(government, government.tap("1A")) == (None, "none")


def test_of_several_on_duty_the_citizen_says_who_served(portal: Portal, government: Government) -> None:
    ticket = government.tap("1B")
    assert basis_of(government, ticket) == (None, "none")
    offered = [choice.value for choice in government.page(ticket).officers]
    assert offered == [str(government.officers[code]) for code in ("P2", "P3", "P4")]
    name_officer(portal, ticket.receipt, ticket.edit_token, offered[1])
    assert basis_of(government, ticket) == (government.officers["P3"], "choice")
    assert government.page(ticket).officers == ()
    name_officer(portal, ticket.receipt, ticket.edit_token, offered[0])
    assert basis_of(government, ticket) == (government.officers["P3"], "choice")
    assert_sums_hold(portal)


def test_a_citizen_may_not_know_who_served(portal: Portal, government: Government) -> None:
    ticket = government.tap("1B")
    name_officer(portal, ticket.receipt, ticket.edit_token, UNKNOWN)
    assert basis_of(government, ticket) == (None, "unknown")
    page = government.page(ticket)
    assert not page.officers
    assert not page.ask_help
    assert page.stored == {"officer"}


def test_who_is_not_offered_cannot_be_named(portal: Portal, government: Government) -> None:
    ticket = government.tap("1B")
    for choice in (str(government.officers["P1"]), "0", "-1", "", "\u0662", f" {government.officers['P2']}"):
        with pytest.raises(Invalid):
            name_officer(portal, ticket.receipt, ticket.edit_token, choice)
    assert basis_of(government, ticket) == (None, "none")


def test_more_than_six_on_duty_are_not_asked_about(portal: Portal, government: Government) -> None:
    for number in range(4):
        government.add_officer(f"Q{number}", "UPT-1")
        government.add_duty(f"Q{number}", "1B", weekday=1)
    ticket = government.tap("1B")
    assert government.page(ticket).officers == ()
    with pytest.raises(Invalid):
        name_officer(portal, ticket.receipt, ticket.edit_token, str(government.officers["P2"]))


def test_who_was_on_duty_is_asked_as_of_the_rating_not_of_the_answer(
    portal: Portal, government: Government, clock: Clock
) -> None:
    ticket = government.tap("1B")
    clock.advance(10 * HOUR)
    assert len(government.page(ticket).officers) == 3
    name_officer(portal, ticket.receipt, ticket.edit_token, str(government.officers["P2"]))
    assert basis_of(government, ticket) == (government.officers["P2"], "choice")


# ---------------------------------------------------------------- which service


def test_the_only_service_of_a_counter_is_not_asked_for(portal: Portal, government: Government) -> None:
    ticket = government.tap("2")
    about = government.record(ticket).about
    assert (about.service_id, about.service_basis) == (government.services["IZIN"], "only")
    assert government.page(ticket).services == ()
    name_service(portal, ticket.receipt, ticket.edit_token, OTHER)
    assert government.record(ticket).about == about


def test_one_of_several_services_is_named_once(portal: Portal, government: Government) -> None:
    ticket = government.tap("1A")
    assert [choice.name for choice in government.page(ticket).services] == ["Layanan Contoh KK", "Layanan Contoh KTP"]
    with pytest.raises(Invalid):
        name_service(portal, ticket.receipt, ticket.edit_token, str(government.services["IZIN"]))
    name_service(portal, ticket.receipt, ticket.edit_token, str(government.services["KTP"]))
    name_service(portal, ticket.receipt, ticket.edit_token, OTHER)
    about = government.record(ticket).about
    assert (about.service_id, about.service_basis, about.officer_basis) == (
        government.services["KTP"],
        "choice",
        "duty",
    )
    assert_sums_hold(portal)


def test_another_service_is_kept_apart_from_not_answered(portal: Portal, government: Government) -> None:
    ticket = government.tap("1A")
    name_service(portal, ticket.receipt, ticket.edit_token, OTHER)
    assert government.record(ticket).standing.service == "lainnya"
    assert government.page(ticket).stored == {"service"}


def test_a_counter_limited_to_one_service_needs_no_question(government: Government) -> None:
    government.limit_counter("1A", "KK")
    about = government.record(government.tap("1A")).about
    assert (about.service_id, about.service_basis) == (government.services["KK"], "only")


# ---------------------------------------------------------------- parts


def test_each_optional_part_is_kept_once(portal: Portal, government: Government) -> None:
    ticket = government.tap("1A")
    for given in (FULL, dict.fromkeys(ELEMENTS, 1)):
        add_answers(portal, ticket.receipt, ticket.edit_token, SURVEY, given)
    for value in (4, 1):
        add_answers(portal, ticket.receipt, ticket.edit_token, HELP, {"PETUGAS": value})
    answers = government.record(ticket).standing.answers
    assert answers == {QUICK: {"LAYANAN": 4}, SURVEY: FULL, HELP: {"PETUGAS": 4}}
    assert government.page(ticket).stored == {"help", "survey"}
    assert_sums_hold(portal)


def test_the_officers_help_is_asked_only_where_an_officer_is_known(portal: Portal, government: Government) -> None:
    ticket = government.tap("1B")
    assert not government.page(ticket).ask_help
    with pytest.raises(Invalid):
        add_answers(portal, ticket.receipt, ticket.edit_token, HELP, {"PETUGAS": 4})
    name_officer(portal, ticket.receipt, ticket.edit_token, str(government.officers["P2"]))
    assert government.page(ticket).ask_help
    add_answers(portal, ticket.receipt, ticket.edit_token, HELP, {"PETUGAS": 4})
    assert_sums_hold(portal)


def test_a_part_without_an_answer_is_refused(portal: Portal, government: Government) -> None:
    ticket = government.tap("1A")
    with pytest.raises(Invalid):
        add_answers(portal, ticket.receipt, ticket.edit_token, SURVEY, {})


def test_a_survey_may_be_the_first_thing_sent_and_has_no_face_to_change(portal: Portal, government: Government) -> None:
    ticket = rate(portal, government.submission("1A", {"WAKTU": 2}, instrument=SURVEY))
    assert government.page(ticket).change_until is None
    with pytest.raises(FormExpired):
        change_rating(portal, ticket.receipt, ticket.edit_token, 1)
    assert_sums_hold(portal)
