"""The duty roster: a weekly pattern, and dated rows that replace it for one officer and one day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from portal.domain.duty import Roster, Shift

TUESDAY = date(2026, 3, 3)
WEEK = timedelta(days=7)
ANNA, BUDI = 1, 2
HERE, THERE = 11, 12


def weekly(officer: int, counter: int = HERE, **other: Any) -> Shift:  # noqa: ANN401 - fields of Shift
    return Shift(**{**_NO_DATES, "officer_id": officer, "counter_id": counter, "weekday": 1, **other})


def dated(officer: int, counter: int | None, **other: Any) -> Shift:  # noqa: ANN401 - fields of Shift
    return Shift(**{**_NO_DATES, "officer_id": officer, "counter_id": counter, "on_date": TUESDAY, **other})


_NO_DATES: dict[str, Any] = {"weekday": None, "on_date": None, "from_on": None, "ends_on": None}


def here(*shifts: Shift, day: date = TUESDAY) -> set[int]:
    return set(Roster(shifts).on_duty(HERE, day))


def test_the_weekly_pattern_holds_on_its_weekday_at_its_counter() -> None:
    shifts = weekly(ANNA), weekly(BUDI, THERE)
    assert here(*shifts) == {ANNA}
    assert here(*shifts, day=TUESDAY + WEEK) == {ANNA}
    assert here(*shifts, day=TUESDAY + timedelta(days=1)) == set()


def test_several_may_be_on_duty_and_two_shifts_of_one_are_one() -> None:
    assert here(weekly(ANNA), weekly(ANNA), weekly(BUDI)) == {ANNA, BUDI}


def test_a_pattern_holds_from_its_first_to_its_last_day() -> None:
    assert here(weekly(ANNA, from_on=TUESDAY, ends_on=TUESDAY)) == {ANNA}
    assert here(weekly(ANNA, from_on=TUESDAY + timedelta(days=1))) == set()
    assert here(weekly(ANNA, ends_on=TUESDAY - timedelta(days=1))) == set()


def test_a_dated_row_moves_its_officer_for_that_day_only() -> None:
    shifts = weekly(ANNA), dated(ANNA, THERE), weekly(BUDI)
    assert here(*shifts) == {BUDI}
    assert Roster(shifts).on_duty(THERE, TUESDAY) == {ANNA}
    assert here(*shifts, day=TUESDAY + WEEK) == {ANNA, BUDI}


def test_a_dated_row_without_a_counter_is_an_absence() -> None:
    assert here(weekly(ANNA), dated(ANNA, None)) == set()


def test_a_dated_row_brings_someone_without_a_pattern() -> None:
    assert here(dated(BUDI, HERE)) == {BUDI}


def test_a_dated_row_that_ended_before_its_day_is_withdrawn() -> None:
    before = TUESDAY - timedelta(days=1)
    assert here(weekly(ANNA), dated(ANNA, None, ends_on=before), dated(BUDI, HERE, ends_on=before)) == {ANNA}
    assert here(weekly(ANNA), dated(ANNA, None, ends_on=TUESDAY)) == set()
