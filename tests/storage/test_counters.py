"""Who is on duty, what is open and what is served, as the page of a counter asks at one moment."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert

from portal.services import Portal
from portal.storage import counters
from portal.storage.counters import Scene
from portal.storage.tables import (
    Base,
    Counter,
    CounterService,
    Duty,
    Holiday,
    Officer,
    OpeningHours,
    Service,
    Unit,
)

ZONE = ZoneInfo("Asia/Jakarta")
TUESDAY, WEDNESDAY = date(2026, 3, 3), date(2026, 3, 4)
EVER: dict[str, Any] = {"from_on": None, "ends_on": None}
MORNING: dict[str, Any] = {"weekday": 1, "on_date": None, "starts": time(8), "ends": time(12), **EVER}
DATED: dict[str, Any] = {**MORNING, "weekday": None, "on_date": TUESDAY}
HERE, THERE = "0000001", "0000002"
FIRST, SECOND = 1, 2


@pytest.fixture
def place(portal: Portal) -> Portal:
    """Unit 1 with counters 1 and 2 and unit 2 below it; officers 1 and 2."""
    put(
        portal,
        Unit,
        {"id": 1, "unit_code": "A", "name": "Unit A", "parent_id": None, "path": "1", "ends_on": None},
        {"id": 2, "unit_code": "B", "name": "Unit B", "parent_id": 1, "path": "1.2", "ends_on": None},
    )
    for officer_id in (FIRST, SECOND):
        put(portal, Officer, officer(officer_id))
    for counter_id, code in ((1, HERE), (2, THERE)):
        put(
            portal,
            Counter,
            {
                "id": counter_id,
                "counter_code": f"L{counter_id}",
                "public_code": code,
                "unit_id": 1,
                "name": f"Loket {counter_id}",
                "channel": "loket",
                "officer_id": None,
                "ends_on": None,
            },
        )
    return portal


def officer(officer_id: int, **fields: object) -> dict[str, object]:
    about = {"unit_id": 1, "name": f"Petugas Contoh {officer_id}", "nip": None, "civil_servant": True, "ends_on": None}
    return {"id": officer_id, "officer_code": f"P{officer_id}", **about, **fields}


def put(portal: Portal, table: type[Base], *rows: Mapping[str, object]) -> None:
    with portal.begin() as session:
        session.execute(insert(table), [dict(row) for row in rows])


def on_duty(portal: Portal, *rows: tuple[int, int | None, Mapping[str, Any]]) -> None:
    """Put duties, each as (officer, counter or none, when)."""
    put(
        portal,
        Duty,
        *(
            {"duty_code": f"J{number}", "officer_id": officer_id, "counter_id": counter_id, **when}
            for number, (officer_id, counter_id, when) in enumerate(rows)
        ),
    )


def opening(portal: Portal, *rows: Mapping[str, object]) -> None:
    usual = {"unit_id": None, "weekday": 1, "opens": time(8), "closes": time(15), "ends_on": None}
    put(portal, OpeningHours, *({"hours_code": f"B{number}", **usual, **row} for number, row in enumerate(rows)))


def services(portal: Portal, *rows: Mapping[str, object]) -> None:
    usual = {"unit_id": 1, "ends_on": None}
    put(
        portal,
        Service,
        *(
            {"id": number, "service_code": f"S{number}", "name": f"Layanan {number}", **usual, **row}
            for number, row in enumerate(rows, start=1)
        ),
    )


def scene(portal: Portal, day: date = TUESDAY, clock: time = time(9), code: str = HERE) -> Scene:
    with portal.read() as session:
        found = counters.find_scene(session, code, datetime.combine(day, clock, ZONE))
        names = counters.list_on_duty(session, int(code), datetime.combine(day, clock, ZONE))
    assert found is not None
    assert {officer_id for officer_id, _ in names} == set(found.on_duty)
    return found


def test_a_code_that_no_counter_carries_finds_nothing(place: Portal) -> None:
    with place.read() as session:
        assert counters.find_scene(session, "0000003", datetime.combine(TUESDAY, time(9), ZONE)) is None


def test_a_counter_knows_its_unit_and_the_way_to_the_root(place: Portal) -> None:
    found = scene(place).counter
    assert (found.unit_name, found.unit_path, found.plate_id, found.channel) == ("Unit A", (1,), None, "loket")


def test_nobody_is_on_duty_where_no_duty_is_kept(place: Portal) -> None:
    assert scene(place).on_duty == ()


def test_the_weekly_pattern_holds_on_its_day_from_its_start_until_its_end(place: Portal) -> None:
    on_duty(place, (FIRST, 1, MORNING))
    assert scene(place).on_duty == (FIRST,)
    assert scene(place, WEDNESDAY).on_duty == ()
    assert scene(place, code=THERE).on_duty == ()
    hours = [time(7, 59, 59), time(8), time(11, 59, 59), time(12)]
    assert [scene(place, clock=clock).on_duty for clock in hours] == [(), (FIRST,), (FIRST,), ()]


def test_two_on_duty_are_both_found_and_one_with_two_shifts_once(place: Portal) -> None:
    on_duty(place, (SECOND, 1, MORNING), (FIRST, 1, MORNING), (FIRST, 1, {**MORNING, "ends": time(10)}))
    assert scene(place).on_duty == (FIRST, SECOND)


def test_a_pattern_holds_between_its_first_and_its_last_day(place: Portal) -> None:
    on_duty(
        place,
        (FIRST, 1, {**MORNING, "from_on": TUESDAY, "ends_on": TUESDAY}),
        (SECOND, 1, {**MORNING, "from_on": WEDNESDAY}),
        (SECOND, 1, {**MORNING, "ends_on": date(2026, 3, 2)}),
    )
    assert scene(place).on_duty == (FIRST,)


def test_a_dated_duty_replaces_the_whole_pattern_of_that_officer_on_that_day(place: Portal) -> None:
    afternoon = {**DATED, "starts": time(13), "ends": time(15)}
    on_duty(place, (FIRST, 1, MORNING), (SECOND, 1, MORNING), (FIRST, 2, afternoon))
    assert scene(place).on_duty == (SECOND,)
    assert scene(place, clock=time(13), code=THERE).on_duty == (FIRST,)
    assert scene(place, date(2026, 3, 10)).on_duty == (FIRST, SECOND)


def test_an_absence_takes_the_officer_from_every_counter_that_day(place: Portal) -> None:
    away = {**DATED, "starts": time.min, "ends": time(23, 59)}
    on_duty(place, (FIRST, 1, MORNING), (FIRST, 2, MORNING), (FIRST, None, away))
    assert scene(place).on_duty == ()
    assert scene(place, code=THERE).on_duty == ()
    assert scene(place, date(2026, 3, 10)).on_duty == (FIRST,)


def test_a_dated_duty_withdrawn_before_its_day_leaves_the_pattern_as_it_was(place: Portal) -> None:
    withdrawn = {**DATED, "ends_on": date(2026, 3, 2)}
    on_duty(place, (FIRST, 1, MORNING), (FIRST, None, withdrawn), (SECOND, 1, withdrawn))
    assert scene(place).on_duty == (FIRST,)


def test_an_officer_who_has_left_is_on_duty_to_the_last_day(place: Portal) -> None:
    put(place, Officer, officer(3, ends_on=date(2026, 3, 2)), officer(4, ends_on=TUESDAY))
    on_duty(place, (3, 1, MORNING), (4, 1, MORNING))
    assert scene(place).on_duty == (4,)


def test_a_name_plate_names_its_officer_whoever_is_on_duty(place: Portal) -> None:
    plate = {"id": 3, "counter_code": "papan:P1:A", "public_code": "0000003", "unit_id": 1, "name": "Petugas Contoh 1"}
    put(place, Counter, {**plate, "channel": "petugas", "officer_id": FIRST, "ends_on": None})
    on_duty(place, (SECOND, 1, MORNING))
    found = scene(place, code="0000003")
    assert (found.counter.plate_id, found.counter.plate_name, found.on_duty) == (FIRST, "Petugas Contoh 1", ())


def test_a_government_without_opening_hours_is_always_open(place: Portal) -> None:
    assert scene(place, clock=time(3)).is_open


def test_a_unit_follows_the_common_hours_from_opening_until_closing(place: Portal) -> None:
    opening(place, {})
    hours = [time(7, 59), time(8), time(14, 59, 59), time(15)]
    assert [scene(place, clock=clock).is_open for clock in hours] == [False, True, True, False]
    assert not scene(place, WEDNESDAY).is_open


def test_a_unit_with_hours_of_its_own_follows_these_alone(place: Portal) -> None:
    opening(place, {}, {"unit_id": 1, "weekday": 2})
    assert not scene(place).is_open
    assert scene(place, WEDNESDAY).is_open


def test_the_hours_of_another_unit_are_nothing_to_this_one(place: Portal) -> None:
    opening(place, {"unit_id": 2, "weekday": 6})
    assert scene(place).is_open


def test_hours_that_have_ended_give_way_to_the_common_ones(place: Portal) -> None:
    opening(place, {}, {"unit_id": 1, "weekday": 2, "ends_on": date(2026, 3, 2)})
    assert scene(place).is_open
    assert not scene(place, WEDNESDAY).is_open


def test_a_lunch_break_is_two_rows_of_hours(place: Portal) -> None:
    opening(place, {"closes": time(12)}, {"opens": time(13)})
    assert [scene(place, clock=time(hour)).is_open for hour in (11, 12, 13)] == [True, False, True]


@pytest.mark.parametrize("unit_id, is_open", [(None, False), (1, False), (2, True)])
def test_a_holiday_closes_everything_or_its_own_unit(place: Portal, unit_id: int | None, is_open: bool) -> None:  # noqa: FBT001 - what the test expects
    opening(place, {})
    put(place, Holiday, {"holiday_code": "H", "unit_id": unit_id, "on_date": TUESDAY, "name": "Libur Contoh"})
    assert scene(place).is_open is is_open
    assert scene(place, date(2026, 3, 10)).is_open


def test_a_holiday_leaves_the_duty_standing(place: Portal) -> None:
    on_duty(place, (FIRST, 1, MORNING))
    put(place, Holiday, {"holiday_code": "H", "unit_id": None, "on_date": TUESDAY, "name": "Libur Contoh"})
    assert scene(place).on_duty == (FIRST,)


def test_the_only_service_of_the_unit_needs_no_question(place: Portal) -> None:
    assert scene(place).only_service is None
    services(place, {}, {"unit_id": 2}, {"ends_on": date(2026, 3, 2)})
    assert scene(place).only_service == 1


def test_a_unit_with_two_services_asks_unless_the_counter_gives_one_of_them(place: Portal) -> None:
    services(place, {}, {})
    assert scene(place).only_service is None
    put(place, CounterService, {"counter_id": 1, "service_id": 2})
    assert scene(place).only_service == 2
    assert scene(place, code=THERE).only_service is None


def test_the_services_of_a_counter_are_listed_by_name(place: Portal) -> None:
    services(place, {"name": "Layanan Z"}, {"name": "Layanan A"}, {"ends_on": date(2026, 3, 2)})
    counter = scene(place).counter
    with place.read() as session:
        at = datetime.combine(TUESDAY, time(9), ZONE)
        assert [name for _, name in counters.list_services(session, counter, at)] == ["Layanan A", "Layanan Z"]


def test_the_first_key_of_a_day_stays_the_key_of_that_day(place: Portal) -> None:
    assert scene(place).day_key is None
    with place.begin() as session:
        assert counters.put_day_key(session, TUESDAY, b"a" * 32) == b"a" * 32
    with place.begin() as session:
        assert counters.put_day_key(session, TUESDAY, b"b" * 32) == b"a" * 32
    assert scene(place).day_key == b"a" * 32
    assert scene(place, WEDNESDAY).day_key is None


def test_open_counters_of_a_unit_are_listed_without_plates_and_closed_ones(place: Portal) -> None:
    usual = {"unit_id": 1, "officer_id": None}
    put(
        place,
        Counter,
        {"id": 3, "counter_code": "L3", "public_code": "0000003", "name": "Loket 0", "channel": "loket", **usual}
        | {"ends_on": date(2026, 3, 2)},
        {"id": 4, "counter_code": "T", "public_code": "0000004", "name": "Papan", "channel": "petugas", **usual}
        | {"ends_on": None},
    )
    with place.read() as session:
        assert counters.list_open_counters(session, 1, TUESDAY) == [(HERE, "Loket 1"), (THERE, "Loket 2")]
