"""Counts of a month that is over: which of them may be published, so that subtraction never shows one to four."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from portal.domain.frozen import Unlike, may_count, may_freeze
from portal.domain.release import FEWEST

CHILDREN = {1: (2, 3), 2: (4,)}
PATHS = {1: (1,), 2: (1, 2), 3: (1, 3), 4: (1, 2, 4)}
PARTS = ("pagi", "siang", "sore", "-")


def test_fewer_than_five_are_left_out() -> None:
    assert may_freeze({}, {(1, "pagi"): 5, (1, "siang"): 4}) == {(1, "pagi")}


def test_where_parts_make_up_a_cell_the_smallest_is_left_out_with_one_that_is_too_small() -> None:
    alike = {(1, "pagi"): 9, (1, "siang"): 4, (1, "sore"): 6}
    assert may_freeze({}, alike, apart=()) == {(1, "pagi")}


def test_what_has_no_part_of_the_day_is_never_published_and_counts_among_the_rest() -> None:
    assert may_freeze({}, {(1, "pagi"): 9, (1, "-"): 9}, apart=("-",)) == {(1, "pagi")}
    assert may_freeze({}, {(1, "pagi"): 9, (1, "-"): 3}, apart=("-",)) == set()


def test_a_unit_below_is_left_out_where_the_unit_has_only_few_of_its_own() -> None:
    alike = {(1, "pagi"): 17, (2, "pagi"): 6, (3, "pagi"): 9}
    assert may_freeze(CHILDREN, alike) == {(1, "pagi"), (3, "pagi")}


def test_an_answer_that_only_the_unit_below_has_published_counts_as_a_difference() -> None:
    alike = {(1, "pagi"): 9, (2, "pagi"): 9}
    assert may_freeze(CHILDREN, alike) == {(1, "pagi"), (2, "pagi")}
    assert may_freeze(CHILDREN, alike, [Unlike("pagi", {1: 0, 2: 4})]) == {(1, "pagi")}


ANSWERS = st.tuples(
    st.sampled_from([1, 2, 3, 4]),
    st.sampled_from(PARTS),
    st.sampled_from([None, None, None, (4, 0), (0, 4), (3, 4)]),
    st.integers(1, 9),
)


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(st.lists(ANSWERS, max_size=24))
def test_no_two_totals_that_are_published_then_differ_by_one_to_four(
    groups: list[tuple[int, str, tuple[int, int] | None, int]],
) -> None:
    """Each group is so many answers of a unit: alike everywhere, or with a value in the root and another below."""
    shown: dict[tuple[int, str], dict[int, int]] = {(unit, part): {} for unit in PATHS for part in PARTS}
    alike = dict.fromkeys(shown, 0)
    unlike = []
    for number, (unit, part, values, size) in enumerate(groups):
        for answer in range(number * 10, number * 10 + size):
            path = PATHS[unit]
            value_of = {above: 4 if values is None else values[above != 1] for above in path}
            for above, value in value_of.items():
                alike[above, part] += values is None
                if value:
                    shown[above, part][answer] = value
            unlike += [Unlike(part, value_of)] if values else []
    chosen = may_freeze(CHILDREN, alike, unlike, apart=("-",))
    for unit in PATHS:
        own = [part for part in PARTS if (unit, part) in chosen]
        whole = {answer: value for part in PARTS for answer, value in shown[unit, part].items()}
        check_every_selection(whole, [shown[unit, part] for part in own])
        for part in own:
            below = [shown[child, part] for child in CHILDREN.get(unit, ()) if (child, part) in chosen]
            check_every_selection(shown[unit, part], below)


def check_every_selection(whole: dict[int, int], parts: list[dict[int, int]]) -> None:
    """Check that the whole and any of its parts together differ by none or at least five."""
    for size in range(1, len(parts) + 1):
        for selection in combinations(parts, size):
            together = {answer: value for part in selection for answer, value in part.items()}
            differing = sum(whole.get(answer) != together.get(answer) for answer in whole.keys() | together.keys())
            assert differing == 0 or differing >= FEWEST, (whole, selection)


def test_an_option_that_was_chosen_too_rarely_goes_out_with_a_later_month() -> None:
    assert may_count({}, {(1, "SD"): 4}, {}) == set()
    assert may_count({}, {(1, "SD"): 7}, {}) == {(1, "SD")}
    assert may_count({}, {(1, "SD"): 11}, {(1, "SD"): 7}) == set()


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(st.lists(st.dictionaries(st.sampled_from([1, 2, 3, 4]), st.integers(0, 9)), max_size=8))
def test_counts_that_come_in_batches_move_by_five_and_leave_no_few_between_a_unit_and_those_below(
    months: list[dict[int, int]],
) -> None:
    now: dict[tuple[int, str], int] = {(unit, "SD"): 0 for unit in PATHS}
    published = dict(now)
    for chosen in months:
        for unit, n in chosen.items():
            for above in PATHS[unit]:
                now[above, "SD"] += n
        for count in may_count(CHILDREN, now, published):
            assert now[count] - published[count] >= FEWEST
            published[count] = now[count]
        for unit, below in CHILDREN.items():
            if published[unit, "SD"] == now[unit, "SD"]:
                rest = published[unit, "SD"] - sum(published[child, "SD"] for child in below)
                assert rest == 0 or rest >= FEWEST
    for unit, below in CHILDREN.items():
        assert published[unit, "SD"] >= sum(published[child, "SD"] for child in below)
