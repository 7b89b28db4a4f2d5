"""Counters that are added, renamed, closed, opened again and moved."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

import pytest
from sqlalchemy import select

from portal import services
from portal.domain import counter as citizens
from portal.domain.errors import Invalid, NotFound
from portal.services import Portal
from portal.services.admit.trail import list_trail
from portal.services.collect.rate import list_others, rate
from portal.services.collect.rate import open_counter as open_page
from portal.services.collect.receipt import change_rating
from portal.services.enrol.counters import (
    CounterLine,
    State,
    add_counter,
    close_counter,
    list_counters,
    list_units,
    move_counter,
    open_counter,
    rename_counter,
    reopen_counter,
)
from portal.services.publish.release import release
from portal.services.rebuild import check_tallies
from portal.storage.tables import Counter, Duty, Response
from tests.clock import Clock
from tests.government import Government, small, without_officers
from tests.truth import assert_sums_hold, released

TODAY: Final = date(2026, 3, 3)
YESTERDAY: Final = TODAY - timedelta(days=1)
ACTOR: Final = "pengelola.contoh"


@pytest.fixture
def government(portal: Portal) -> Government:
    return small(portal)


def line(portal: Portal, code: str) -> CounterLine:
    return open_counter(portal, code).counter


def acts(portal: Portal) -> list[tuple[str, dict[str, Any]]]:
    return [(entry.act, dict(entry.detail)) for entry in reversed(list_trail(portal).entries)]


def move(portal: Portal, code: str, unit: str) -> str:
    return services.run(portal, move_counter, code, unit_code=unit, actor=ACTOR)


def ratings(portal: Portal) -> list[tuple[int, int]]:
    """The counter and the unit of every rating, oldest counter first."""
    with portal.read() as session:
        return sorted((row.counter_id, row.unit_id) for row in session.scalars(select(Response)))


def duties(portal: Portal, counter_id: int) -> list[Duty]:
    with portal.read() as session:
        return list(session.scalars(select(Duty).where(Duty.counter_id == counter_id).order_by(Duty.id)))


def counter_id(portal: Portal, code: str) -> int:
    with portal.read() as session:
        return session.execute(select(Counter.id).where(Counter.counter_code == code)).scalar_one()


def test_counters_are_listed_by_unit_with_code_kind_and_state(portal: Portal, government: Government) -> None:
    government.add_counter("OLD", "UPT-1", ends_on=YESTERDAY)
    listed = {unit.code: unit.counters for unit in list_counters(portal)}
    assert [(found.code, found.state) for found in listed["UPT-1"]] == [
        ("1A", State.IN_USE),
        ("1B", State.IN_USE),
        ("PLAT", State.IN_USE),
        ("OLD", State.CLOSED),
    ]
    first = listed["UPT-1"][0]
    assert (first.public_code, first.kind, first.scanned_on) == (government.codes["1A"], "loket", None)
    assert first.printed_code == f"{first.public_code[:3]}-{first.public_code[3:]}"


def test_a_counter_that_begins_later_is_not_in_use_yet(portal: Portal, government: Government) -> None:
    with portal.begin() as session:
        session.get_one(Counter, government.counters["1A"]).starts_on = TODAY + timedelta(days=1)
    assert line(portal, "1A").state is State.NOT_YET


@pytest.mark.usefixtures("government")
def test_a_new_counter_can_be_rated_at_once(portal: Portal) -> None:
    code = add_counter(portal, name=" Loket  9 ", unit_code="UPT-1", services=["KTP"], actor=ACTOR)
    made = line(portal, code)
    assert (code, made.name, made.unit_code, made.state) == ("LKT-9", "Loket 9", "UPT-1", State.IN_USE)
    assert open_page(portal, made.public_code).counter.name == "Loket 9"
    assert acts(portal) == [("counter-added", {"counter": "LKT-9", "unit": "UPT-1", "services": ["KTP"]})]
    assert add_counter(portal, name="Loket 9", unit_code="UPT-2", actor=ACTOR) == "UPT-2-LKT-9"


@pytest.mark.parametrize(
    "asked, problem",
    [
        ({"name": " "}, "name"),
        ({"unit_code": "NONE"}, "unit"),
        ({"services": ["IZIN"]}, "services"),
    ],
)
@pytest.mark.usefixtures("government")
def test_a_new_counter_needs_a_name_a_unit_and_services_of_that_unit(
    portal: Portal, asked: dict[str, Any], problem: str
) -> None:
    with pytest.raises(Invalid, match=problem):
        add_counter(portal, **{"name": "Loket 9", "unit_code": "UPT-1", "actor": ACTOR, **asked})
    assert not acts(portal)


@pytest.mark.usefixtures("government")
def test_units_are_offered_with_their_services_by_name(portal: Portal) -> None:
    offered = {unit.unit_code: [code for code, _ in unit.services] for unit in list_units(portal)}
    assert offered == {"DINAS": [], "UPT-1": ["KK", "KTP"], "UPT-2": ["IZIN"]}


@pytest.mark.usefixtures("government")
def test_a_counter_is_renamed_once(portal: Portal) -> None:
    for _ in range(2):
        rename_counter(portal, "1A", name="Loket Utama", actor=ACTOR)
    assert line(portal, "1A").name == "Loket Utama"
    assert acts(portal) == [("counter-renamed", {"counter": "1A", "from": "Loket Contoh 1A", "to": "Loket Utama"})]


def test_a_closed_counter_leads_on_and_opens_again_under_the_same_code(portal: Portal, government: Government) -> None:
    for _ in range(2):
        close_counter(portal, "1A", from_on=TODAY, actor=ACTOR)
    shown = open_page(portal, government.codes["1A"])
    assert shown.state is citizens.State.MOVED
    assert government.codes["1B"] in dict(shown.others)
    for _ in range(2):
        reopen_counter(portal, "1A", actor=ACTOR)
    assert open_page(portal, government.codes["1A"]).state is citizens.State.OPEN
    assert line(portal, "1A").public_code == government.codes["1A"]
    assert [act for act, _ in acts(portal)] == ["counter-closed", "counter-reopened"]


def test_a_counter_can_close_on_a_later_day(portal: Portal, government: Government, clock: Clock) -> None:
    close_counter(portal, "1A", from_on=TODAY + timedelta(days=3), actor=ACTOR)
    assert (line(portal, "1A").state, line(portal, "1A").ends_on) == (State.IN_USE, TODAY + timedelta(days=2))
    clock.advance(timedelta(days=3))
    assert line(portal, "1A").state is State.CLOSED
    assert open_page(portal, government.codes["1A"]).state is citizens.State.MOVED


@pytest.mark.usefixtures("government")
def test_no_counter_closes_in_the_past(portal: Portal) -> None:
    with pytest.raises(Invalid, match="day"):
        close_counter(portal, "1A", from_on=YESTERDAY, actor=ACTOR)


@pytest.mark.usefixtures("government")
def test_name_plates_follow_their_officers_and_are_left_alone(portal: Portal) -> None:
    for change in (
        lambda: rename_counter(portal, "PLAT", name="Lain", actor=ACTOR),
        lambda: close_counter(portal, "PLAT", from_on=TODAY, actor=ACTOR),
        lambda: reopen_counter(portal, "PLAT", actor=ACTOR),
        lambda: move_counter(portal, "PLAT", unit_code="UPT-2", actor=ACTOR),
    ):
        with pytest.raises(Invalid, match="plate"):
            change()
    assert not acts(portal)


@pytest.mark.usefixtures("government")
def test_what_is_no_counter_is_not_found(portal: Portal) -> None:
    with pytest.raises(NotFound):
        open_counter(portal, "NONE")
    with pytest.raises(NotFound):
        rename_counter(portal, "NONE", name="Lain", actor=ACTOR)


# ---------------------------------------------------------------- moved


def test_a_moved_counter_keeps_its_print_and_leaves_its_ratings_behind(portal: Portal) -> None:
    made = without_officers(portal)
    made.taps("1A", *(4,) * 6)
    old, before = made.counters["1A"], made.units["UPT-1"]
    code = move(portal, "1A", "UPT-2")
    new = counter_id(portal, code)
    made.taps("1A", *(2,) * 5)
    assert ratings(portal) == [(old, before)] * 6 + [(new, made.units["UPT-2"])] * 5
    assert check_tallies(portal).differing == 0
    services.run(portal, release, weekly=True)
    assert_sums_hold(portal)
    shown = {(key.cut, key.subject): cell.tally.n for key, cell in released(portal).items()}
    assert shown["counter", str(old)] == shown["unit", str(before)] == 6
    assert shown["counter", str(new)] == shown["unit", str(made.units["UPT-2"])] == 5
    assert shown["unit", str(made.units["DINAS"])] == 11


@pytest.mark.usefixtures("government")
def test_the_log_says_from_where_to_where_a_counter_moved(portal: Portal) -> None:
    code = move(portal, "1A", "UPT-2")
    assert code == "LKT-CONTOH-1A"
    assert acts(portal) == [("counter-moved", {"counter": "1A", "to": code, "from_unit": "UPT-1", "to_unit": "UPT-2"})]


def test_the_code_left_behind_was_never_printed_and_the_old_counter_is_closed(
    portal: Portal, government: Government
) -> None:
    with portal.begin() as session:
        session.get_one(Counter, government.counters["1A"]).scanned_at = datetime(2026, 3, 2, 3, tzinfo=UTC)
    code = move(portal, "1A", "UPT-2")
    old, new = line(portal, "1A"), line(portal, code)
    assert (new.public_code, new.scanned_on, new.starts_on) == (government.codes["1A"], YESTERDAY, TODAY)
    assert (old.state, old.ends_on, old.scanned_on) == (State.CLOSED, YESTERDAY, None)
    assert old.public_code not in government.codes.values()
    assert open_page(portal, government.codes["1A"]).counter.unit_name == "Unit Contoh UPT-2"
    assert government.codes["1A"] in dict(list_others(portal, government.codes["2"]).others)
    assert not {old.public_code, government.codes["1A"]} & {*dict(list_others(portal, government.codes["1B"]).others)}


def test_a_rating_given_before_the_move_can_still_be_changed_where_it_was_given(
    portal: Portal, government: Government
) -> None:
    key = b"a key of 16 byte"
    ticket = government.tap("1A", 1, key=key)
    move(portal, "1A", "UPT-2")
    change_rating(portal, ticket.receipt, ticket.edit_token, 4)
    assert services.run(portal, rate, government.submission("1A", {"LAYANAN": 3}, key=key)).replayed
    assert ratings(portal) == [(government.counters["1A"], government.units["UPT-1"])]
    assert_sums_hold(portal)


def test_the_roster_goes_along_with_the_desk(portal: Portal, government: Government) -> None:
    old = government.counters["1A"]
    government.add_duty("P2", "1A", on_date=YESTERDAY)
    government.add_duty("P3", "1A", on_date=TODAY + timedelta(days=1))
    government.add_duty("P4", "1A", weekday=0, from_on=TODAY + timedelta(days=7))
    government.add_duty("P4", "1A", weekday=1, ends_on=YESTERDAY)
    ended_before = {row.duty_code for row in duties(portal, old) if row.on_date == YESTERDAY or row.ends_on}
    new = counter_id(portal, move(portal, "1A", "UPT-2"))
    left, gone_along = duties(portal, old), duties(portal, new)
    assert all(row.ends_on == YESTERDAY for row in left if row.weekday is not None)
    assert ended_before <= {row.duty_code for row in left}
    assert sorted((row.weekday, row.from_on) for row in gone_along if row.weekday is not None) == sorted(
        [*((weekday, TODAY) for weekday in range(5)), (0, TODAY + timedelta(days=7))]
    )
    assert [row.on_date for row in gone_along if row.on_date] == [TODAY + timedelta(days=1)]
    ticket = government.tap("1A")
    assert government.record(ticket).about.officer_id == government.officers["P1"]
    assert time(8) == gone_along[0].starts


def test_a_counter_can_move_on_and_back_again(portal: Portal) -> None:
    made = without_officers(portal)
    first = move(portal, "1A", "UPT-2")
    second = move(portal, first, "UPT-1")
    assert len({"1A", first, second}) == 3
    assert line(portal, second).public_code == made.codes["1A"]
    assert open_page(portal, made.codes["1A"]).counter.unit_name == "Unit Contoh UPT-1"


@pytest.mark.parametrize("unit", ["UPT-1", "NONE"])
@pytest.mark.usefixtures("government")
def test_a_counter_moves_to_another_unit_that_is_in_use(portal: Portal, unit: str) -> None:
    with pytest.raises(Invalid, match="unit"):
        move(portal, "1A", unit)


def test_only_what_stands_at_a_desk_moves(portal: Portal, government: Government) -> None:
    with portal.begin() as session:
        session.get_one(Counter, government.counters["1A"]).channel = "tautan"
    with pytest.raises(Invalid, match="kind"):
        move(portal, "1A", "UPT-2")


@pytest.mark.usefixtures("government")
def test_a_closed_counter_does_not_move(portal: Portal) -> None:
    close_counter(portal, "1A", from_on=TODAY, actor=ACTOR)
    with pytest.raises(Invalid, match="closed"):
        move(portal, "1A", "UPT-2")
