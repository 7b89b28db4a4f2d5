"""What the list of data quality concludes, and from how much."""

from __future__ import annotations

from datetime import date

import pytest

from portal.domain.duty import Roster, Shift
from portal.domain.finding import (
    Calendar,
    Finding,
    FindingCode,
    by_weight,
    duty_gaps,
    is_above_served,
    is_late,
    rarely_answered,
)

MONDAY, SUNDAY = date(2026, 3, 2), date(2026, 3, 8)
FRIDAY = date(2026, 3, 6)


def test_a_unit_keeps_its_own_days_else_the_governments_else_a_working_week() -> None:
    def weekdays(own: set[int], common: set[int]) -> list[int]:
        return [day.weekday() for day in Calendar.of(own, common, ()).working_days(MONDAY, SUNDAY)]

    assert weekdays({5}, {0, 1}) == [5]
    assert weekdays(set(), {0, 1}) == [0, 1]
    assert weekdays(set(), set()) == [0, 1, 2, 3, 4]


def test_a_holiday_is_no_working_day() -> None:
    days = Calendar.of((), (), [date(2026, 3, 3)]).working_days(MONDAY, FRIDAY)
    assert [day.day for day in days] == [2, 4, 5, 6]


def test_a_counter_has_a_gap_on_each_day_without_anybody_on_duty() -> None:
    weekly = Shift(1, 7, 0, None, None, None)
    absent = Shift(1, None, None, date(2026, 3, 9), None, None)
    days = [MONDAY, FRIDAY, date(2026, 3, 9)]
    assert duty_gaps(Roster([weekly]), 7, days) == (FRIDAY,)
    assert duty_gaps(Roster([weekly, absent]), 7, days) == (FRIDAY, date(2026, 3, 9))


@pytest.mark.parametrize(
    "ratings, served, found",
    [(31, 30, True), (30, 30, False), (29, 1, False), (40, None, False), (40, 0, False)],
)
def test_ratings_above_the_number_served_are_told_only_where_both_are_known_and_not_few(
    ratings: int, served: int | None, *, found: bool
) -> None:
    assert is_above_served(ratings, served) == found


@pytest.mark.parametrize("late, answers, found", [(4, 30, True), (3, 30, False), (20, 29, False)])
def test_answers_are_called_late_from_more_than_a_tenth_of_thirty_on(late: int, answers: int, *, found: bool) -> None:
    assert is_late(late, answers) == found


def test_an_element_is_rarely_answered_below_four_fifths_of_the_most_answered_one() -> None:
    assert rarely_answered({"A": 40, "B": 32, "C": 31, "D": 0}) == ("C", "D")
    assert rarely_answered({"A": 29, "B": 0}) == ()
    assert rarely_answered({}) == ()


def test_the_gravest_kind_comes_first_then_the_most_then_by_unit() -> None:
    findings = [
        Finding(FindingCode.UNTESTED, "B", "Unit B", count=2, of=2),
        Finding(FindingCode.UNTESTED, "A", "unit a", count=2, of=2),
        Finding(FindingCode.UNTESTED, "C", "Unit C", count=3, of=3),
        Finding(FindingCode.RATED_ABOVE_SERVED, "Z", "Unit Z"),
    ]
    assert [finding.unit_code for finding in by_weight(findings)] == ["Z", "C", "A", "B"]
