"""The release through the whole portal: examples of what moves, what waits, and until when."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from portal.cli.storage import commands
from portal.domain.rating import COUNTED
from portal.domain.tally import Tally
from portal.services import Portal
from portal.services.collect.receipt import OTHER, add_answers, change_rating, name_service
from portal.services.collect.tokens import Ticket
from portal.services.publish.release import Released, release
from portal.storage import structure
from portal.storage.tables import Release
from tests.clock import Clock
from tests.government import ELEMENTS, HELP, SURVEY, Government, small, without_officers
from tests.storage.histories import judge
from tests.truth import assert_sums_hold, current, pending, pooled, released

DAY = timedelta(days=1)
TUESDAY = date(2026, 3, 3)
MONDAY_0559 = datetime(2026, 3, 8, 22, 59, tzinfo=UTC)  # of 9 March, in Jakarta
MINUTE = timedelta(minutes=1)
QUICK = "quick@1:LAYANAN"


def shown(portal: Portal, measure: str = QUICK) -> dict[tuple[str, str], int]:
    """Return the number of answers by cut and subject, as published."""
    return {(key.cut, key.subject): cell.tally.n for key, cell in released(portal).items() if key.measure == measure}


def unit(government: Government, code: str) -> tuple[str, str]:
    return "unit", str(government.units[code])


def counter(government: Government, code: str) -> tuple[str, str]:
    return "counter", str(government.counters[code])


def service(government: Government, code: str, unit_code: str = "") -> tuple[str, str]:
    return "service", f"{government.units[unit_code]}:{code}" if unit_code else str(government.services[code])


def officer(government: Government, code: str) -> tuple[str, str]:
    return "officer", str(government.officers[code])


def name(portal: Portal, tickets: list[Ticket], choice: str) -> None:
    for ticket in tickets:
        name_service(portal, ticket.receipt, ticket.edit_token, choice)


# ---------------------------------------------------------------- five


def test_four_ratings_show_nothing_and_the_fifth_moves_every_cell_it_is_in(portal: Portal) -> None:
    government = without_officers(portal)
    government.taps("D", 4, 4, 3, 1)
    assert release(portal, weekly=False) == Released(cells=0, waiting=3, weekly=False)
    assert shown(portal) == {}
    government.tap("D", 2)
    assert release(portal, weekly=False) == Released(cells=3, waiting=0, weekly=False)
    cells = unit(government, "DINAS"), counter(government, "D"), service(government, "-", "DINAS")
    assert shown(portal) == dict.fromkeys(cells, 5)
    assert {cell.tally for cell in released(portal).values()} == {Tally(1, 1, 1, 2, 5, 14, 46)}
    assert pending(portal) == {}


def test_a_published_cell_waits_for_five_more(portal: Portal) -> None:
    government = without_officers(portal)
    government.taps("D", *[4] * 5)
    release(portal)
    government.taps("D", *[1] * 4)
    release(portal)
    assert set(shown(portal).values()) == {5}
    government.tap("D")
    release(portal)
    assert set(shown(portal).values()) == {10}


def test_a_unit_pools_its_counters_and_the_units_below_it(portal: Portal) -> None:
    government = without_officers(portal)
    for code, value in (("D", 1), ("1A", 2), ("1B", 3), ("2", 4)):
        government.taps(code, *[value] * 5)
    release(portal)
    tallies = {(key.cut, key.subject): cell.tally for key, cell in released(portal).items()}
    assert tallies[unit(government, "DINAS")].distribution == (5, 5, 5, 5)
    assert tallies[unit(government, "UPT-1")].distribution == (0, 5, 5, 0)
    assert tallies[unit(government, "UPT-2")].distribution == (0, 0, 0, 5)
    assert tallies[counter(government, "1A")].distribution == (0, 5, 0, 0)


def test_ratings_of_small_units_show_in_the_unit_above_only(portal: Portal) -> None:
    government = without_officers(portal)
    for code in ("1A", "2", "D"):
        government.taps(code, 4, 4)
    release(portal)
    assert shown(portal) == {unit(government, "DINAS"): 6}


def test_a_counter_is_not_shown_where_subtracting_it_from_its_unit_would_leave_one(portal: Portal) -> None:
    government = without_officers(portal)
    government.taps("1A", *[4] * 5)
    government.tap("1B", 1)
    release(portal)
    assert shown(portal) == {
        unit(government, "DINAS"): 6,
        unit(government, "UPT-1"): 6,
        service(government, "-", "UPT-1"): 6,
    }
    for code in ("1A", "1B"):
        government.taps(code, *[4] * 5)
    release(portal)
    assert shown(portal)[counter(government, "1A")] == 10
    assert shown(portal)[counter(government, "1B")] == 6


def test_each_month_is_released_by_itself(portal: Portal, clock: Clock) -> None:
    government = without_officers(portal)
    government.taps("D", *[4] * 4)
    clock.set(datetime(2026, 4, 1, 2, tzinfo=UTC))
    government.taps("D", *[1] * 5)
    release(portal)
    assert {key.month for key in released(portal)} == {date(2026, 4, 1)}
    assert {key.month for key in pending(portal)} == {date(2026, 3, 1)}


def test_each_element_of_a_survey_is_released_by_itself_and_the_whole_from_complete_ballots(portal: Portal) -> None:
    government = without_officers(portal)
    tickets = government.taps("1A", *[4] * 6)
    for number, ticket in enumerate(tickets):
        answered = ELEMENTS if number < 5 else ["WAKTU"]
        add_answers(portal, ticket.receipt, ticket.edit_token, SURVEY, dict.fromkeys(answered, 3))
    release(portal)
    there = unit(government, "UPT-1")
    assert shown(portal, f"{SURVEY}:WAKTU")[there] == 6
    assert shown(portal, f"{SURVEY}:BIAYA")[there] == 5
    assert shown(portal, f"{SURVEY}:SKM")[there] == 5
    whole = next(cell.tally for key, cell in released(portal).items() if key.measure == f"{SURVEY}:SKM")
    assert whole == Tally(n=5, total=5 * 27, squares=5 * 27 * 27)
    assert not [key for key in released(portal) if key.cut == "counter" and key.measure != QUICK]


# ---------------------------------------------------------------- changes


def test_changed_answers_wait_until_five_have_changed(portal: Portal) -> None:
    government = without_officers(portal)
    tickets = government.taps("D", *[4] * 9)
    release(portal)
    for ticket in tickets[:4]:
        change_rating(portal, ticket.receipt, ticket.edit_token, 1)
    assert release(portal).cells == 0
    change_rating(portal, tickets[4].receipt, tickets[4].edit_token, 1)
    assert release(portal).cells == 3
    assert {cell.tally.distribution for cell in released(portal).values()} == {(5, 0, 0, 4)}


def test_an_answer_changed_back_is_not_pending(portal: Portal) -> None:
    government = without_officers(portal)
    [ticket, *_] = government.taps("D", *[4] * 5)
    release(portal)
    for value in (1, 2, 4):
        change_rating(portal, ticket.receipt, ticket.edit_token, value)
    assert pending(portal) == {}


def test_services_exchange_five_answers_and_not_four(portal: Portal) -> None:
    government = without_officers(portal)
    for code in ("KTP", "KK"):
        government.add_service(code, "UPT-1")
    tickets = government.taps("1A", *[4] * 10)
    release(portal)
    name(portal, tickets[:4], str(government.services["KTP"]))
    assert release(portal).cells == 0
    name(portal, tickets[4:5], str(government.services["KTP"]))
    assert release(portal).cells == 2
    assert shown(portal)[service(government, "-", "UPT-1")] == 5
    assert shown(portal)[service(government, "KTP")] == 5
    assert shown(portal)[unit(government, "UPT-1")] == 10
    name(portal, tickets[5:], OTHER)
    release(portal)
    assert shown(portal)[service(government, "-", "UPT-1")] == 0
    assert shown(portal)[service(government, "lainnya", "UPT-1")] == 5
    assert_sums_hold(portal)


def test_excluded_answers_leave_five_at_a_time(portal: Portal) -> None:
    government = without_officers(portal)
    tickets = government.taps("D", *[4] * 10)
    release(portal)
    for ticket in tickets[:4]:
        judge(portal, government.response_id(ticket), "excluded:Q9")
    assert release(portal).cells == 0
    judge(portal, government.response_id(tickets[4]), "held:Q3")
    release(portal)
    assert set(shown(portal).values()) == {5}


# ---------------------------------------------------------------- the week


def test_a_counter_of_one_officer_moves_once_a_week(portal: Portal, clock: Clock) -> None:
    government = small(portal)
    government.taps("1A", *[4] * 5)
    release(portal)
    assert shown(portal)[counter(government, "1A")] == 5
    clock.advance(DAY)
    government.taps("1A", *[4] * 5)
    assert release(portal) == Released(cells=0, waiting=4, weekly=False)
    clock.set(MONDAY_0559)
    assert release(portal).cells == 0
    clock.advance(MINUTE)
    assert release(portal) == Released(cells=4, waiting=0, weekly=True)
    assert shown(portal)[counter(government, "1A")] == 10


def test_a_counter_of_three_officers_moves_whenever_five_are_pending(portal: Portal, clock: Clock) -> None:
    government = small(portal)
    for _ in range(3):
        government.taps("1B", *[4] * 5)
        assert release(portal).cells == 4
        clock.advance(MINUTE)
    assert shown(portal)[counter(government, "1B")] == 15


def test_an_officer_moves_in_the_weekly_release_only(portal: Portal, clock: Clock) -> None:
    government = small(portal)
    release(portal)
    for ticket in government.taps("1A", *[4] * 5):
        add_answers(portal, ticket.receipt, ticket.edit_token, HELP, {"PETUGAS": 3})
    for later in (DAY, MONDAY_0559 - clock.now() - DAY):
        clock.advance(later)
        assert not release(portal).weekly
        assert shown(portal, "petugas@1:PETUGAS") == {}
    clock.advance(MINUTE)
    assert release(portal).weekly
    assert shown(portal, "petugas@1:PETUGAS") == {officer(government, "P1"): 5}
    assert not release(portal).weekly


@pytest.mark.parametrize(
    "last, now, due",
    [
        ("2026-03-08T22:59", "2026-03-08T23:00", True),  # a minute before Monday 06.00 in Jakarta, and then
        ("2026-03-08T23:00", "2026-03-15T22:59", False),
        ("2026-03-08T23:00", "2026-03-15T23:00", True),
        ("2026-03-04T02:00", "2026-03-08T22:59", False),
        ("2026-02-01T00:00", "2026-03-05T00:00", True),  # the portal stood still on a Monday
    ],
)
def test_the_week_begins_on_monday_at_six(portal: Portal, clock: Clock, last: str, now: str, *, due: bool) -> None:
    clock.set(datetime.fromisoformat(last).replace(tzinfo=UTC))
    release(portal, weekly=True)
    clock.set(datetime.fromisoformat(now).replace(tzinfo=UTC))
    assert release(portal).weekly is due


def test_a_release_that_moves_nothing_leaves_no_trace_but_the_weekly_one(portal: Portal) -> None:
    for weekly, count in ((False, 0), (True, 1), (False, 1)):
        release(portal, weekly=weekly)
        with portal.read() as session:
            assert session.execute(select(func.count()).select_from(Release)).scalar_one() == count


def test_a_cell_that_was_emptied_keeps_the_pace_of_its_officers(portal: Portal) -> None:
    government = small(portal)
    tickets = government.taps("1A", *[4] * 5)
    release(portal)
    name(portal, tickets, OTHER)
    release(portal, weekly=False)
    assert shown(portal)[service(government, "-", "UPT-1")] == 5
    release(portal, weekly=True)
    assert shown(portal)[service(government, "-", "UPT-1")] == 0


def test_the_command_releases(portal: Portal) -> None:
    government = without_officers(portal)
    [command] = [command for command in commands(lambda: portal) if command.name == "release"]
    assert CliRunner().invoke(command, ["--weekly"]).output == "weekly release: 0 cells moved, 0 wait\n"
    government.taps("D", *[4] * 5)
    government.tap("2")
    assert CliRunner().invoke(command, []).output == "release: 1 cells moved, 5 wait\n"


# ---------------------------------------------------------------- officers behind a figure


def officers(portal: Portal) -> Mapping[tuple[str, str], int | None]:
    return {(key.cut, key.subject): cell.officers for key, cell in released(portal).items() if key.measure == QUICK}


def test_the_officers_behind_a_figure_are_those_on_duty_and_those_named(portal: Portal) -> None:
    government = small(portal)
    for code in ("D", "1A", "1B", "2", "PLAT"):
        government.taps(code, *[4] * 5)
    release(portal)
    counts = officers(portal)
    expected = {"D": 0, "1A": 1, "1B": 3, "2": 1, "PLAT": 1}
    assert {code: counts[counter(government, code)] for code in expected} == expected
    assert {code: counts[unit(government, code)] for code in ("DINAS", "UPT-1", "UPT-2")} == {
        "DINAS": 5,
        "UPT-1": 4,
        "UPT-2": 1,
    }


def test_where_no_officer_is_loaded_none_is_behind_a_figure(portal: Portal) -> None:
    government = without_officers(portal)
    government.taps("1A", *[4] * 5)
    release(portal)
    assert set(officers(portal).values()) == {None}


def test_who_has_left_was_withdrawn_or_served_only_what_is_held_is_not_behind_a_figure(portal: Portal) -> None:
    government = without_officers(portal)
    yesterday = TUESDAY - DAY
    for code, ends_on in (("P1", None), ("P2", yesterday), ("P3", None), ("P4", None)):
        government.add_officer(code, "UPT-1", ends_on=ends_on)
    for code in ("P1", "P2"):
        government.add_workdays(code, "1A")
    government.add_duty("P3", "1A", on_date=TUESDAY, ends_on=yesterday)
    government.add_counter("PLAT", "UPT-1", plate="P4")
    judge(portal, government.response_id(government.tap("PLAT")), "held:Q3")
    government.taps("1A", *[4] * 5)
    release(portal)
    assert officers(portal)[counter(government, "1A")] == officers(portal)[unit(government, "UPT-1")] == 1
    with portal.read() as session:
        ends = {shift.officer_id: shift.ends_on for shift in structure.list_shifts(session, TUESDAY, TUESDAY)}
    assert ends[government.officers["P2"]] == yesterday


# ---------------------------------------------------------------- in the quiet


@pytest.mark.parametrize("seed", range(3))
def test_once_every_cell_has_had_five_more_what_is_published_is_the_truth_whatever_was_released_before(
    portal: Portal, seed: int
) -> None:
    government = small(portal)
    chance = Random(seed)
    codes = sorted(government.counters)
    for _ in range(60):
        tickets = government.taps(chance.choice(codes), *[chance.randint(1, 4)] * chance.randint(1, 4))
        if chance.random() < 0.3:
            name(portal, tickets, OTHER)
        if chance.random() < 0.3:
            judge(portal, government.response_id(tickets[0]), chance.choice([COUNTED, "held:Q3"]))
        if chance.random() < 0.3:
            release(portal, weekly=chance.random() < 0.3)
    for code in codes:
        name(portal, government.taps(code, *[chance.randint(1, 4)] * 10)[:5], OTHER)
    for _ in range(3):
        release(portal, weekly=True)
    truth = current(portal)
    assert {key: cell.tally for key, cell in released(portal).items()} == {
        key: pooled(key, truth.get(key, {})) for key in released(portal).keys() | truth.keys()
    }
    assert pending(portal) == {}
