"""Where an officer stands on one day, and from when to when."""

from __future__ import annotations

from datetime import time

import pytest

from portal.domain.posting import WHOLE_DAY, Choice, Posting, Stretch, Where, hours_at_counter

MORNING, NOON = (time(8), time(12)), (time(12), time(16))
OPENING = [(time(8), time(15))]


def stretch(
    counter: str | None = "L1", hours: tuple[time, time] = MORNING, *, dated: bool = False, withdrawn: bool = False
) -> Stretch:
    return Stretch(f"J{counter}{hours[0]}", counter, f"Loket {counter}", *hours, dated, withdrawn)


@pytest.mark.parametrize(
    "stretches, choice",
    [
        ((), Choice(Where.PATTERN)),
        ((stretch(), stretch("L2", NOON)), Choice(Where.PATTERN)),
        ((stretch(), stretch("L2", dated=True)), Choice(Where.COUNTER, "L2")),
        ((stretch("L2", dated=True), stretch("L2", NOON, dated=True)), Choice(Where.COUNTER, "L2")),
        ((stretch(), stretch(None, WHOLE_DAY, dated=True)), Choice(Where.ABSENT)),
        ((stretch("L1", dated=True), stretch("L2", NOON, dated=True)), Choice(Where.MIXED)),
        ((stretch(None, dated=True), stretch("L2", NOON, dated=True)), Choice(Where.MIXED)),
        ((stretch(), stretch("L2", dated=True, withdrawn=True)), Choice(Where.PATTERN)),
    ],
)
def test_the_rows_of_a_day_come_down_to_one_choice(stretches: tuple[Stretch, ...], choice: Choice) -> None:
    assert Posting(stretches).choice == choice


def test_what_is_dated_replaces_the_pattern_and_an_absence_leaves_nothing() -> None:
    assert [one.counter for one in Posting((stretch("L2", NOON), stretch("L1"))).in_force] == ["L1", "L2"]
    assert [one.counter for one in Posting((stretch(), stretch("L2", dated=True))).in_force] == ["L2"]
    assert not Posting((stretch(), stretch(None, dated=True))).in_force


@pytest.mark.parametrize(
    "pattern, opening, clock, hours",
    [
        ([stretch()], OPENING, None, (MORNING,)),
        ([stretch("L1"), stretch("L2", NOON)], OPENING, time(9), (MORNING, NOON)),
        ([stretch("L1"), stretch("L2", NOON)], OPENING, time(13), (MORNING, NOON)),
        ([stretch()], OPENING, time(12), ((time(8), time(15)),)),
        ([stretch()], OPENING, time(15), (WHOLE_DAY,)),
        ([], OPENING, None, ((time(8), time(15)),)),
        ([], [], time(9), (WHOLE_DAY,)),
        ([], [NOON, MORNING], time(12, 30), (NOON,)),
    ],
)
def test_hours_are_those_of_the_pattern_else_of_the_unit_else_the_whole_day(
    pattern: list[Stretch],
    opening: list[tuple[time, time]],
    clock: time | None,
    hours: tuple[tuple[time, time], ...],
) -> None:
    assert hours_at_counter(pattern, opening, clock) == hours
