"""Officers' cells in releases: an answer is shown of one officer only, and a unit less its officers tells of nobody."""

from __future__ import annotations

from datetime import UTC, datetime
from random import Random
from typing import Final

import pytest

from portal import services
from portal.domain.period import Period
from portal.services import Portal
from portal.services.collect.rate import rate
from portal.services.collect.receipt import OTHER, add_answers, name_service
from portal.services.collect.revision import revise
from portal.services.publish.release import release
from portal.storage import responses
from portal.storage.responses import About
from tests.clock import Clock
from tests.government import ELEMENTS, HELP, SURVEY, Government, small
from tests.storage.closings import Months, close, corrected, wrong
from tests.storage.histories import Event, judge, leaks, shown_twice
from tests.truth import assert_sums_hold, pending, released

PETUGAS: Final = f"{HELP}:PETUGAS"
KOMPETENSI, PERILAKU, WHOLE = (f"{SURVEY}:{code}" for code in ("KOMPETENSI", "PERILAKU", "SKM_OFFICER"))
MARCH: Final = Period.parse("2026-03")
IN_APRIL: Final = datetime(2026, 4, 2, 3, tzinfo=UTC)


def shown(government: Government, measure: str, *officers: str) -> tuple[int, ...]:
    """Return how many answers each officer's cells show."""
    found = {
        key.subject: it.tally.n
        for key, it in released(government.portal).items()
        if key.cut == "officer" and key.measure == measure
    }
    return tuple(found.get(str(government.officers[code]), 0) for code in officers)


def of_unit(government: Government, unit: str, measure: str) -> int:
    wanted = ("unit", str(government.units[unit]), measure)
    return sum(
        it.tally.n for key, it in released(government.portal).items() if (key.cut, key.subject, key.measure) == wanted
    )


def help_at(government: Government, counter: str, number: int) -> list[bytes]:
    """Rate the officer on duty so many times."""
    tickets = government.taps(counter, *[4] * number)
    for ticket in tickets:
        add_answers(government.portal, ticket.receipt, ticket.edit_token, HELP, {"PETUGAS": 4})
    return [government.response_id(ticket) for ticket in tickets]


def survey_at(government: Government, counter: str, number: int) -> list[bytes]:
    """Fill in the whole survey at a counter so many times."""
    answers = dict.fromkeys(ELEMENTS, 3)
    sent = [government.submission(counter, answers, instrument=SURVEY) for _ in range(number)]
    return [government.response_id(services.run(government.portal, rate, each)) for each in sent]


def give(government: Government, ids: list[bytes], officer: str | None) -> None:
    """Attribute the answers to another officer, or to nobody."""
    about = About(None, "none", government.officers[officer] if officer else None, "duty" if officer else "none")
    for response_id in ids:
        with government.portal.begin() as session:
            revise(government.portal, session, responses.get_record(session, response_id, lock=True), about=about)


def staffed(portal: Portal) -> Government:
    """Add to a unit with officers a counter with nobody on duty, and one with the second officer alone."""
    government = small(portal)
    government.add_counter("1C", "UPT-1")
    government.add_counter("1D", "UPT-1")
    government.add_workdays("P2", "1D")
    return government


def test_answers_that_go_to_another_officer_wait_until_all_whom_they_concern_can_move(portal: Portal) -> None:
    government = staffed(portal)
    of_first, of_second = help_at(government, "1A", 10), help_at(government, "1D", 10)
    release(portal, weekly=True)
    assert shown(government, PETUGAS, "P1", "P2", "P3") == (10, 10, 0)
    give(government, [*of_first[:3], *of_second[:3]], "P3")
    release(portal, weekly=True)
    assert shown(government, PETUGAS, "P1", "P2", "P3") == (10, 10, 0)
    give(government, of_first[3:5], "P3")
    release(portal, weekly=True)
    assert shown(government, PETUGAS, "P1", "P2", "P3") == (10, 10, 0)
    give(government, of_second[3:5], "P3")
    release(portal, weekly=True)
    assert shown(government, PETUGAS, "P1", "P2", "P3") == (5, 5, 10)
    assert_sums_hold(portal)


def test_in_a_correction_they_wait_as_well(portal: Portal, clock: Clock) -> None:
    government = staffed(portal)
    of_first, of_second = help_at(government, "1A", 10), help_at(government, "1D", 10)
    clock.set(IN_APRIL)
    services.run(portal, close, MARCH)
    give(government, [*of_first[:3], *of_second[:3]], "P3")
    services.run(portal, corrected, MARCH)
    assert shown(government, PETUGAS, "P1", "P2", "P3") == (10, 10, 0)
    give(government, [*of_first[3:5], *of_second[3:5]], "P3")
    services.run(portal, corrected, MARCH)
    assert shown(government, PETUGAS, "P1", "P2", "P3") == (5, 5, 10)
    assert_sums_hold(portal)


def test_an_answer_is_not_shown_under_two_services(portal: Portal) -> None:
    government = small(portal)
    tickets = government.taps("1A", *[4] * 12)
    release(portal, weekly=True)
    ktp, kk = (str(government.services[code]) for code in ("KTP", "KK"))
    # So many wait under two others besides that the sums alone would let the service move.
    named = {kk: government.taps("1A", *[4] * 5), ktp: government.taps("1A", *[4] * 4)}
    named[OTHER] = government.taps("1A", *[4] * 4)
    named[kk] += tickets[:4]
    for choice, of_choice in named.items():
        for ticket in of_choice:
            name_service(portal, ticket.receipt, ticket.edit_token, choice)
    release(portal, weekly=True)
    assert by_service(portal) == {f"{government.units['UPT-1']}:-": 12}
    name_service(portal, tickets[4].receipt, tickets[4].edit_token, kk)
    release(portal, weekly=True)
    assert by_service(portal) == {f"{government.units['UPT-1']}:-": 7, kk: 10}


def by_service(portal: Portal) -> dict[str, int]:
    return {key.subject: it.tally.n for key, it in released(portal).items() if key.cut == "service"}


def test_two_ballots_about_nobody_are_not_what_a_unit_less_its_officers_leaves(portal: Portal) -> None:
    government = staffed(portal)
    survey_at(government, "1A", 16)
    give(government, survey_at(government, "1C", 15), "P2")
    nobody = survey_at(government, "1C", 2)
    release(portal, weekly=True)
    assert of_unit(government, "UPT-1", KOMPETENSI) == 33
    for measure in (KOMPETENSI, PERILAKU, WHOLE):
        assert shown(government, measure, "P1", "P2") == (16, 0)  # the smaller one hides the two
    give(government, nobody, "P2")
    release(portal, weekly=True)
    for measure in (KOMPETENSI, PERILAKU, WHOLE):
        assert shown(government, measure, "P1", "P2") == (16, 17)
    give(government, [*nobody, *survey_at(government, "1C", 2)], None)
    release(portal, weekly=True)
    for measure in (KOMPETENSI, PERILAKU, WHOLE):
        assert shown(government, measure, "P1", "P2") == (16, 17)


def test_what_leaves_an_officer_for_nobody_does_not_count_twice(portal: Portal) -> None:
    government = staffed(portal)
    mine = survey_at(government, "1A", 20)
    survey_at(government, "1C", 5)
    release(portal, weekly=True)
    assert shown(government, WHOLE, "P1") == (20,)
    give(government, mine[:4], None)
    for response_id in mine[-4:]:
        judge(portal, response_id, "excluded:Q9")
    release(portal, weekly=True)
    assert (of_unit(government, "UPT-1", KOMPETENSI), *shown(government, KOMPETENSI, "P1")) == (25, 20)
    give(government, mine[4:5], None)
    judge(portal, mine[-5], "excluded:Q9")
    release(portal, weekly=True)
    assert (of_unit(government, "UPT-1", KOMPETENSI), *shown(government, KOMPETENSI, "P1")) == (20, 10)
    assert_sums_hold(portal)


def test_an_officer_rated_in_two_units_in_one_month_waits_in_what_units_show_too(portal: Portal) -> None:
    government = staffed(portal)
    survey_at(government, "1A", 8)
    give(government, survey_at(government, "2", 8), "P1")
    survey_at(government, "1C", 8)
    release(portal, weekly=True)
    assert of_unit(government, "DINAS", KOMPETENSI) == 24
    for measure in (KOMPETENSI, PERILAKU, WHOLE):
        assert shown(government, measure, "P1") == (0,)


def test_competence_conduct_and_both_move_together(portal: Portal) -> None:
    government = small(portal)
    for number in range(8):
        answered = ("KOMPETENSI", "PERILAKU") if number < 4 else ("KOMPETENSI",)
        sent = government.submission("1A", dict.fromkeys(answered, 3), instrument=SURVEY)
        services.run(portal, rate, sent)
    release(portal, weekly=True)
    assert [shown(government, measure, "P1") for measure in (KOMPETENSI, PERILAKU, WHOLE)] == [(0,)] * 3
    survey_at(government, "1A", 5)
    release(portal, weekly=True)
    assert [shown(government, measure, "P1") for measure in (KOMPETENSI, PERILAKU, WHOLE)] == [(13,), (9,), (9,)]


def one_office(portal: Portal) -> Government:
    """Build a unit below another with two officers on duty, one who is not, and a counter without any."""
    made = Government(portal)
    made.add_unit("R")
    made.add_unit("A", "R")
    made.add_service("KTP", "A")
    for officer in ("P1", "P2", "P3"):
        made.add_officer(officer, "A")
    for counter, on_duty in (("A1", "P1"), ("A2", "P2"), ("A3", None)):
        made.add_counter(counter, "A")
        if on_duty:
            made.add_workdays(on_duty, counter)
    return made


KINDS: Final = [*["survey"] * 8, "rate", "help", *["move"] * 4, "judge", *["release"] * 3, *["weekly"] * 3, "days"]


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize("seed", range(2))
def test_over_surveys_that_change_hands_no_subtraction_of_officers_tells_of_one_to_four(
    portal: Portal, clock: Clock, seed: int
) -> None:
    world, chance, found = Months(one_office(portal), clock), Random(seed), 0
    for number in range(70):
        event = Event(chance.choice(KINDS), chance.randint(1, 9), chance.randrange(9999))
        before = dict(world.published)
        if event.kind in {"release", "weekly"}:
            world.release(weekly=event.kind == "weekly")
        else:
            world.happen(event)
        if number == 40:
            world.to_next_month()
        if number == 55 and (period := world.find_closable()):
            world.close(period)
            world.happen(Event("correct", 1, 0))
        if before != world.published:
            assert [*leaks(world, before), *wrong(world), *shown_twice(world.published)] == []
            found += sum(key.cut == "officer" and key.measure == WHOLE for key in world.published)
    assert_sums_hold(portal)
    assert found
    assert pending(portal)
