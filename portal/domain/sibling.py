"""Which further rows are hidden so that a row too small to show cannot be found by subtraction.

A unit's answers are those of its counters and of the units below it; they are also those of its services and of the
units below it. Whoever sees the unit and all rows but one knows that one.

Source: design 4, "Releases".
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping, Sequence
from typing import Final, TypeVar

FEWEST_POSSIBLE: Final = 5
"""Fewest counts that a hidden row may have, as far as subtraction can tell."""

K = TypeVar("K", bound=Hashable)


def hidden(total: int, partitions: Sequence[Mapping[K, int]], too_small: Collection[K]) -> frozenset[K]:
    """Return the rows to hide: those that are `too_small`, and the next smallest until subtraction tells too little.

    `total` counts the answers of the unit. Each partition maps the rows that together make up the unit to their
    counts; a unit below stands in every partition, and is hidden in all or in none. Readers must not be told which
    rows were too small themselves: that alone would narrow the counts down.
    """
    gone = set(too_small)
    before = None
    while before != gone:
        before = set(gone)
        for counts in partitions:
            gone |= _with_next_smallest(total, counts, gone.intersection(counts))
    return frozenset(gone)


def _with_next_smallest(total: int, counts: Mapping[K, int], gone: set[K]) -> set[K]:
    shown = sorted((row for row in counts if row not in gone), key=lambda row: counts[row])
    gone = set(gone)
    while shown and any(counts[row] for row in gone):
        rest = total - sum(counts[row] for row in shown)
        # Rows that nobody answered hide nobody: staff know which counter was closed and which service nobody asked for.
        answered = sum(1 for row in gone if counts[row])
        if rest <= 0 or _possible(rest, answered, most=counts[shown[0]]) >= FEWEST_POSSIBLE:
            break
        gone.add(shown.pop(0))
    return gone


def _possible(rest: int, rows: int, *, most: int) -> int:
    """Count the values that one of `rows` counts can take when they sum to `rest` and each is at most `most`."""
    return min(rest, most) - max(0, rest - (rows - 1) * most) + 1


def hidden_beside(total: int, counts: Mapping[K, int], too_small: Collection[K], fewest: int) -> frozenset[K]:
    """Return the rows to hide where answers that no row has may make up the unit too, as those about no officer.

    What no row has may be told by subtraction from `fewest` on.
    """
    gone = set(too_small)
    shown = sorted((row for row in counts if row not in gone and counts[row]), key=lambda row: counts[row])
    others = total - sum(counts.values())
    while shown:
        rest = total - sum(counts[row] for row in shown)
        answered = sum(1 for row in gone if counts.get(row))
        most = counts[shown[0]]
        if rest <= 0 or (not answered and others >= fewest):
            break
        if (
            answered
            and (min(rest, most) + 1 if others > 0 else _possible(rest, answered, most=most)) >= FEWEST_POSSIBLE
        ):
            break
        gone.add(shown.pop(0))
    return frozenset(gone)
