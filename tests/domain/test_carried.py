"""Answers carried over a closing: examples, then random histories against a model that keeps every response."""

from __future__ import annotations

from random import Random

from hypothesis import HealthCheck, given, settings

from portal.domain.release import Cell, Change, Decision, Part, Unit, decide
from tests.domain.carried_model import HISTORIES, KINDS, Months, leaks
from tests.domain.release_model import OFFICERS, SERVICES, SHAPES, THREE_LEVELS, Event, Rating

SOME = settings(
    max_examples=60, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)
ROOT = Cell("unit", "kota")
A, B = Cell("counter", "a"), Cell("counter", "b")


def always(_: Cell) -> bool:
    return True


def new(*numbers: int) -> tuple[Change, ...]:
    return tuple(Change(bytes([number]), 0, 4) for number in numbers)


def gone(*numbers: int) -> tuple[Change, ...]:
    return tuple(Change(bytes([number]), 4, 0) for number in numbers)


def moved(decision: Decision) -> list[str]:
    return sorted(cell.subject for cell in decision.moved)


def test_counters_move_with_what_was_carried_into_them_where_together_it_is_five() -> None:
    parts = Part(A, new(*range(11, 17)), new(1, 2)), Part(B, new(*range(21, 27)), new(3, 4, 5))
    whole = new(*range(11, 17), *range(21, 27))
    unit = Unit(ROOT, whole, {"place": parts}, apart={"place": gone(1, 2, 3, 4, 5)})
    decision = decide(unit, may_move=always)
    assert moved(decision) == ["a", "b", "kota"]
    assert not decision.behind


def test_a_counter_leaves_behind_what_would_show_by_subtraction_and_moves_without() -> None:
    parts = Part(A, new(*range(11, 17)), new(1, 2)), Part(B, (), new(3, 4, 5))
    unit = Unit(ROOT, new(*range(11, 17)), {"place": parts}, apart={"place": gone(1, 2, 3, 4, 5)})
    decision = decide(unit, may_move=always)
    assert moved(decision) == ["a", "kota"]
    assert decision.behind == {A}


def test_what_was_carried_into_the_unit_and_a_counter_alike_moves_as_if_it_were_new() -> None:
    unit = Unit(ROOT, new(11, 12), {"place": (Part(A, new(11, 12), new(1, 2, 3)),)}, carried=new(1, 2, 3))
    decision = decide(unit, may_move=always)
    assert moved(decision) == ["a", "kota"]
    assert not decision.behind


def test_a_unit_that_waits_only_for_what_was_carried_into_it_keeps_nothing_below_waiting() -> None:
    exchange = Part(A, gone(11, 12, 13, 14, 15)), Part(B, new(11, 12, 13, 14, 15))
    unit = Unit(ROOT, (), {"place": exchange}, carried=new(1, 2), apart={"place": new(1, 2)})
    assert moved(decide(unit, may_move=always)) == ["a", "b"]


@SOME
@given(SHAPES, HISTORIES)
def test_no_published_total_of_any_month_differs_by_one_to_four_answers_and_none_counts_twice(
    places: tuple[str, ...], history: list[Event]
) -> None:
    assert list(leaks(places, history)) == []


def busy(seed: int, size: int) -> list[Event]:
    chance = Random(seed)
    return [Event(chance.choice(KINDS), chance.randint(1, 9), chance.randrange(9999)) for _ in range(size)]


def test_long_busy_histories_do_not_leak() -> None:
    assert [leak for seed in range(6) for leak in leaks(THREE_LEVELS, busy(seed, 160))] == []


def test_control_forgetting_what_units_and_children_carry_apart_leaks_by_subtraction() -> None:
    class Forgetful(Months):
        def tree(self, month: int) -> Unit:
            return without_apart(super().tree(month))

    def without_apart(unit: Unit) -> Unit:
        return Unit(unit.cell, unit.pending, unit.partitions, tuple(map(without_apart, unit.units)), unit.carried)

    found = (leak for seed in range(12) for leak in leaks(THREE_LEVELS, busy(seed, 160), Forgetful))
    assert any("minus its children" in leak for leak in found)


@SOME
@given(SHAPES, HISTORIES)
def test_after_five_answers_everywhere_no_answer_of_the_open_month_waits_for_one_that_was_carried(
    places: tuple[str, ...], history: list[Event]
) -> None:
    months = Months(places)
    list(leaks(places, history, lambda _: months))
    for place in places:
        for n in range(5 * len(SERVICES) * len(OFFICERS)):
            service, officer = SERVICES[n % len(SERVICES)], OFFICERS[n // 5 % len(OFFICERS)]
            months.add(Rating(place, n % 2, service, officer, 1 + n % 4))
    for _ in range(3):
        months.release(months.open, weekly=True)
    kept = {row.response_id for rows in months.pending(months.open).values() for row in rows}
    assert all(months.given[key] < months.open for key in kept)
