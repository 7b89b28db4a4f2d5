"""The release rule: examples, then random histories against a model that keeps every response."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from random import Random
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.domain.release import FEWEST, Cell, Change, Decision, Part, Unit, decide
from tests.domain.release_model import (
    HISTORIES,
    OFFICERS,
    RELEASES,
    SERVICES,
    SHAPES,
    THREE_LEVELS,
    Event,
    Rating,
    Shifts,
    World,
    happen,
    is_safe,
    leaks,
    leaks_by_selection,
    left_over,
    lived,
    naive,
    ours,
    random_history,
)

# ---------------------------------------------------------------- examples

ROOT = Cell("unit", "kota")


def new(*numbers: int) -> tuple[Change, ...]:
    return tuple(Change(bytes([number]), 0, 4) for number in numbers)


def gone(*numbers: int) -> tuple[Change, ...]:
    return tuple(Change(bytes([number]), 4, 0) for number in numbers)


def counter(name: str, pending: tuple[Change, ...] = ()) -> Part:
    return Part(Cell("counter", name), pending)


def unit_of(pending: tuple[Change, ...], *counters: Part) -> Unit:
    return Unit(ROOT, pending, {"place": counters})


def always(_: Cell) -> bool:
    return True


def names(cells: Iterable[Cell]) -> list[str]:
    return sorted(cell.subject for cell in cells)


def test_five_answers_at_the_only_counter_move_with_the_unit() -> None:
    decision = decide(unit_of(new(1, 2, 3, 4, 5), counter("a", new(1, 2, 3, 4, 5))), may_move=always)
    assert names(decision.moved) == ["a", "kota"]
    assert not decision.waiting


def test_four_answers_wait() -> None:
    decision = decide(unit_of(new(1, 2, 3, 4), counter("a", new(1, 2, 3, 4))), may_move=always)
    assert decision == Decision(frozenset(), frozenset({ROOT, Cell("counter", "a")}))


def test_a_cell_with_nothing_pending_neither_moves_nor_waits() -> None:
    assert decide(unit_of((), counter("a")), may_move=always) == Decision(frozenset(), frozenset())


def test_a_counter_waits_where_subtracting_it_would_leave_one_answer_at_one_time() -> None:
    unit = unit_of(new(1, 2, 3, 4, 5, 6), counter("a", new(1, 2, 3, 4, 5)), counter("b", new(6)))
    assert names(decide(unit, may_move=always).moved) == ["kota"]


def test_a_counter_waits_where_its_change_subtracted_from_the_change_of_the_unit_would_leave_one_answer() -> None:
    before = new(21, 22, 23)
    unit = unit_of(
        new(1, 2, 3, 4, 5, 6),
        counter("a", new(1, 2, 3, 4, 5)),
        counter("b", (*before, *new(6))),
        counter("c", new(31, 32, 33)),
    )
    assert names(decide(unit, may_move=always).moved) == ["kota"]


def test_two_counters_wait_where_both_subtracted_would_leave_two_answers_though_each_alone_leaves_more() -> None:
    late = (*new(41, 42, 43, 44, 45, 46, 11), *new(51, 52, 53, 54, 55, 56, 12))
    unit = unit_of(
        new(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12),
        counter("a", new(1, 2, 3, 4, 5)),
        counter("b", new(6, 7, 8, 9, 10)),
        counter("c", late[:7]),
        counter("d", late[7:]),
    )
    decision = decide(unit, may_move=always)
    assert names(decision.moved) == ["b", "c", "d", "kota"]


def test_two_parts_between_which_an_answer_goes_move_together_or_not_at_all() -> None:
    came, went, others = new(1, 2, 3, 4, 5), gone(1, 2, 3), gone(6, 7, 8, 9)

    def moved(*parts: Part) -> list[str]:
        return names(decide(unit_of((), *parts), may_move=always).moved)

    held = counter("c", others)
    assert moved(counter("a", came), counter("b", went), held) == []
    assert moved(counter("a", came), counter("b", (*went, *gone(4, 5)))) == ["a", "b"]
    assert moved(counter("a", came), counter("b", gone(1, 2, 3, 4, 6)), held) == []
    hidden = Part(Cell("nobody", "kota"), gone(*range(1, 9)), shown=False)
    assert moved(counter("a", came), hidden) == ["a"]


def test_the_smallest_counter_is_held_first() -> None:
    unit = unit_of(
        new(*range(1, 13)),
        counter("a", new(1, 2, 3, 4, 5, 6)),
        counter("b", new(7, 8, 9, 10, 11)),
        counter("c", new(12)),
    )
    decision = decide(unit, may_move=always)
    assert names(decision.moved) == ["a", "kota"]
    assert names(decision.waiting) == ["b", "c"]


def test_answers_attributed_anew_between_two_waiting_services_leave_nothing_by_subtraction() -> None:
    services = (counter("a", new(1, 2, 3, 4, 5)), counter("b", gone(9)), counter("c", new(9)))
    decision = decide(unit_of(new(1, 2, 3, 4, 5), *services), may_move=always)
    assert names(decision.moved) == ["a", "kota"]


def test_two_answers_of_two_are_not_one_answer_of_four() -> None:
    halves = counter("b", (Change(b"x", 0, 2),)), counter("c", (Change(b"x", 4, 2),))
    decision = decide(unit_of(new(1, 2, 3, 4, 5), counter("a", new(1, 2, 3, 4, 5)), *halves), may_move=always)
    assert names(decision.moved) == ["kota"]


def test_services_exchange_five_answers_while_the_unit_has_nothing_pending() -> None:
    decision = decide(unit_of((), counter("a", gone(1, 2, 3, 4, 5)), counter("b", new(1, 2, 3, 4, 5))), may_move=always)
    assert names(decision.moved) == ["a", "b"]


def test_a_unit_waits_when_holding_all_its_counters_would_still_leave_one_answer_by_subtraction() -> None:
    # Five answers waited in the counter; four were excluded, one answer elsewhere was excluded as well.
    unit = unit_of(gone(1, 2, 3, 4, 7), counter("a", new(5)), counter("b", gone(7)))
    decision = decide(unit, may_move=always)
    assert not decision.moved
    assert names(decision.waiting) == ["a", "b", "kota"]


def test_nothing_moves_below_a_unit_that_waits() -> None:
    exchanged = range(11, 17)
    unit = unit_of(new(1), counter("a", gone(*exchanged)), counter("b", (*new(*exchanged), *new(1))))
    assert not decide(unit, may_move=always).moved


def test_a_unit_below_held_for_its_services_is_held_among_the_places_too() -> None:
    below = Unit(Cell("unit", "dinas"), new(1, 2, 3, 4, 5), {"place": (counter("a", new(1, 2, 3, 4, 5)),)})
    root = Unit(
        ROOT,
        new(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11),
        {
            "place": (counter("b", new(6, 7, 8, 9, 10, 11)),),
            "service": (Part(Cell("service", "ktp"), new(6, 7, 8, 9, 10)), Part(Cell("service", "kk"), new(11))),
        },
        (below,),
    )
    decision = decide(root, may_move=always)
    assert names(decision.moved) == ["a", "b", "dinas", "kota"]
    assert names(decision.waiting) == ["kk", "ktp"]


def test_a_unit_that_cannot_be_brought_up_to_date_is_no_candidate_of_the_unit_above() -> None:
    below = Unit(Cell("unit", "dinas"), gone(1, 2, 3, 4, 7), {"place": (counter("a", new(5)), counter("b", gone(7)))})
    root = Unit(ROOT, gone(1, 2, 3, 4, 7), {"place": ()}, (below,))
    assert names(decide(root, may_move=always).moved) == ["kota"]


def test_officers_wait_outside_the_weekly_release() -> None:
    officer = Part(Cell("officer", "petugas-1"), new(1, 2, 3, 4, 5))
    root = Unit(ROOT, new(1, 2, 3, 4, 5), {"officer": (officer,)})
    assert names(decide(root, may_move=lambda cell: cell.cut != "officer").moved) == ["kota"]
    assert names(decide(root, may_move=always).moved) == ["kota", "petugas-1"]


def test_a_grandchild_waits_where_its_change_subtracted_from_the_change_of_the_root_would_leave_one_answer() -> None:
    before, fresh = (31, 32, 33, 34, 35), (1, 2, 3, 4, 5)
    below = Unit(
        Cell("unit", "dinas"),
        new(*before, *fresh, 6),
        {"place": (counter("a", new(*fresh)), counter("b", new(*before, 6)))},
    )
    root = Unit(ROOT, new(*fresh, 6), {"place": ()}, (below,))
    moved = names(decide(root, may_move=always).moved)
    assert "a" not in moved or "b" in moved


def test_a_row_that_changes_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="x"):
        Change(b"x", 3, 3)


def test_a_cell_that_occurs_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="same"):
        decide(unit_of((), counter("same"), counter("same")), may_move=always)


# ---------------------------------------------------------------- properties

Row = TypeVar("Row")
PLENTY = settings(max_examples=300, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
SOME = settings(PLENTY, max_examples=60)


@PLENTY
@given(SHAPES, HISTORIES)
def test_no_published_total_differs_by_one_to_four_answers_also_by_subtraction(
    places: tuple[str, ...], history: list[Event]
) -> None:
    assert list(leaks(places, history, ours)) == []


def test_control_deciding_each_cell_by_itself_leaks_by_subtraction_at_one_time() -> None:
    found = [leak for seed in range(5) for leak in leaks(THREE_LEVELS, random_history(seed), naive)]
    assert any("minus its children" in leak for leak in found)
    assert any(leak.endswith("in time") for leak in found)


def test_long_busy_histories_do_not_leak() -> None:
    assert [leak for seed in range(8) for leak in leaks(THREE_LEVELS, random_history(seed, 200), ours)] == []


@SOME
@given(SHAPES, HISTORIES, st.integers(0, 9999))
def test_a_rating_added_and_taken_back_between_two_releases_changes_nothing(
    places: tuple[str, ...], history: list[Event], salt: int
) -> None:
    chance, plain, restless = Random(salt), World(places), World(places)
    for event in history:
        if event.kind in RELEASES:
            kept = dict(restless.ratings)
            for kind in ("rate", "change", "exclude", "service", "officer"):
                happen(restless, Event(kind, chance.randint(1, 6), chance.randrange(9999)))
            restless.ratings = kept
            decisions = [world.release(ours, weekly=event.kind == "weekly") for world in (plain, restless)]
            assert decisions[0] == decisions[1]
        else:
            happen(plain, event)
            happen(restless, event)
    assert plain.published == restless.published


@PLENTY
@given(SHAPES, HISTORIES)
def test_after_five_answers_everywhere_three_weekly_releases_leave_nothing_waiting(
    places: tuple[str, ...], history: list[Event]
) -> None:
    world = lived(places, history)
    for place in places:
        for n in range(5 * len(SERVICES) * len(OFFICERS)):
            service, officer = SERVICES[n % len(SERVICES)], OFFICERS[n // 5 % len(OFFICERS)]
            world.add(Rating(place, n % 2, service, officer, 1 + n % 4))
    decisions = [world.release(ours, weekly=True) for _ in range(3)]
    assert not decisions[-1].waiting
    now = world.current()
    assert world.published == {cell: now.get(cell, {}) for cell in world.published}


@SOME
@given(SHAPES, HISTORIES, st.integers(0, 9999))
def test_the_order_of_children_and_rows_does_not_matter(
    places: tuple[str, ...], history: list[Event], salt: int
) -> None:
    world, chance = lived(places, history), Random(salt)

    def mixed(rows: Sequence[Row]) -> tuple[Row, ...]:
        return tuple(chance.sample(rows, len(rows)))

    def mixed_part(part: Part) -> Part:
        return replace(part, pending=mixed(part.pending))

    def mixed_unit(unit: Unit) -> Unit:
        parts = {kind: mixed([mixed_part(part) for part in of]) for kind, of in mixed([*unit.partitions.items()])}
        return replace(unit, partitions=parts, units=mixed([mixed_unit(below) for below in unit.units]))

    assert decide(mixed_unit(world.tree()), may_move=always) == decide(world.tree(), may_move=always)


ANSWERS = st.tuples(st.sampled_from(["new", "old", "changed"]), st.sampled_from("abcde"), st.sampled_from("-abcd"))


@PLENTY
@given(st.lists(ANSWERS, min_size=8, max_size=60))
def test_nothing_is_held_that_could_move_without_a_leak(answers: list[tuple[str, str, str]]) -> None:
    # An answer of the unit is new, old or changed; it goes to one counter, from none or from another. Counter e waits.
    rows: dict[str, list[Change]] = {name: [] for name in "abcde"}
    whole: list[Change] = []
    for number, (kind, to, source) in enumerate(answers):
        key = bytes([number])
        rows[to].append(Change(key, 0, 4))
        if kind == "new":
            whole.append(Change(key, 0, 4))
        elif source not in ("-", to):
            rows[source].append(Change(key, 2 if kind == "changed" else 4, 0))
        if kind == "changed":
            whole.append(Change(key, 2, 4))
    parts = [counter(name, tuple(pending)) for name, pending in rows.items()]
    unit = unit_of(tuple(whole), *parts)
    decision = decide(unit, may_move=lambda cell: cell.subject != "e")
    sizes = {ROOT: len(whole)} | {part.cell: len(part.pending) for part in parts if part.cell.subject != "e"}
    all_of_them = {cell for cell, size in sizes.items() if size >= FEWEST}
    if is_safe(len(whole)) and not leaks_if_moved(unit, all_of_them):
        assert decision.moved == all_of_them
    else:
        assert decision.moved != all_of_them or not all_of_them


def leaks_if_moved(unit: Unit, moved: set[Cell]) -> bool:
    def shifts(node: Unit | Part) -> Shifts:
        return {row.response_id: Counter({row.current: 1, row.released: -1}) for row in node.pending}

    parts = unit.partitions["place"]
    waiting = left_over([shifts(part) for part in parts if part.cell not in moved], [])
    movers = [shifts(part) for part in parts if part.cell in moved]
    held = {row.response_id for part in parts if part.cell not in moved for row in part.pending}
    if any(response_id in held for mover in movers for response_id in mover):
        return True
    return not is_safe(waiting) or leaks_by_selection([shifts(unit)], movers)


def test_two_counters_that_exchanged_five_answers_wait_where_their_sum_would_still_change_by_one() -> None:
    # One answer changed between the releases of everything: 2 at counter a, 3 in the unit, now 4 and at counter c.
    unit = unit_of(
        (*new(1, 2, 3, 4, 5), Change(b"x", 3, 4)),
        counter("a", (*gone(11, 12, 13, 14, 15), Change(b"x", 2, 0))),
        counter("b", new(11, 12, 13, 14, 15)),
        counter("c", (*new(1, 2, 3, 4, 5, 21, 22, 23, 24, 25), Change(b"x", 0, 4))),
    )
    moved = set(decide(unit, may_move=always).moved)
    assert leaks_if_moved(unit, {ROOT, *(part.cell for part in unit.partitions["place"])})
    assert not leaks_if_moved(unit, moved)
    assert ROOT in moved
