"""Which counts of a month that is over are published, once: by part of the day, or by option of a question.

They are published when their units may go on moving, and never again, so nothing can be subtracted in time. At that
moment, of answers by which two totals differ, there are none or at least five:

1. between nothing and each count, and between a unit's count and any of the counts of the units below it, together;
2. where the parts make up the unit's cell: between that cell and any of the unit's parts, together.

Options of a question may come in batches: what was too little in one month goes out with the next (`may_count`).

Source: design 4, "Releases".
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from portal.domain.release import FEWEST

Count = tuple[int, str]
"""A unit and a part."""


@dataclass(frozen=True, slots=True)
class Unlike:
    """An answer that not all units publish alike; `values` by unit of its path, 0 = not published there."""

    part: str
    values: Mapping[int, int]


def may_freeze(
    children: Mapping[int, Sequence[int]],
    alike: Mapping[Count, int],
    unlike: Iterable[Unlike] = (),
    *,
    apart: Collection[str] | None = None,
) -> frozenset[Count]:
    """Return the counts that may be published.

    `alike` counts the answers that every unit of their path publishes with one value, each in all of these units;
    `unlike` are all others. `children` are the units below each. Where the parts make up the unit's cell, `apart` names
    those that are never published themselves.
    """
    by_part: dict[str, list[Unlike]] = {}
    for answer in unlike:
        by_part.setdefault(answer.part, []).append(answer)
    chosen = {count for count, n in alike.items() if n >= FEWEST and count[1] not in (apart or ())}
    if apart is not None:
        for unit in {unit for unit, _ in alike} | {
            unit for rows in by_part.values() for it in rows for unit in it.values
        }:
            _hold_until_rest_is_safe(unit, alike, by_part, chosen)
    for unit, part in sorted(chosen):
        _hold_until_own_is_safe((unit, part), children.get(unit, ()), alike, by_part.get(part, ()), chosen)
    return frozenset(chosen)


def _hold_until_rest_is_safe(
    unit: int, alike: Mapping[Count, int], unlike: Mapping[str, Sequence[Unlike]], chosen: set[Count]
) -> None:
    """Hold the unit's smallest parts until those not published have nothing, or enough."""
    parts = {part for of, part in alike if of == unit} | unlike.keys()
    sizes = {
        part: alike.get((unit, part), 0) + sum(bool(it.values.get(unit)) for it in unlike.get(part, ()))
        for part in parts
    }
    shown = sorted((part for part in parts if (unit, part) in chosen), key=lambda part: (sizes[part], part))
    rest = sum(sizes.values()) - sum(sizes[part] for part in shown)
    while 0 < rest < FEWEST and shown:
        held = shown.pop(0)
        chosen.remove((unit, held))
        rest += sizes[held]


def _hold_until_own_is_safe(
    count: Count,
    children: Sequence[int],
    alike: Mapping[Count, int],
    unlike: Sequence[Unlike],
    chosen: set[Count],
) -> None:
    """Hold the smallest counts below until what the unit has besides them is nothing, or enough."""
    _, part = count
    below = sorted(
        (child for child in children if (child, part) in chosen), key=lambda child: (alike[child, part], child)
    )
    while 0 < _differing(count, below, alike, unlike) < FEWEST and below:
        chosen.remove((below.pop(0), part))


def _differing(count: Count, below: Sequence[int], alike: Mapping[Count, int], unlike: Sequence[Unlike]) -> int:
    unit, part = count
    own = alike[count] - sum(alike[child, part] for child in below)
    values = (it.values for it in unlike if unit in it.values)
    return own + sum(it[unit] != sum(it.get(child, 0) for child in below) for it in values)


def may_count(
    children: Mapping[int, Sequence[int]], now: Mapping[Count, int], before: Mapping[Count, int]
) -> frozenset[Count]:
    """Return the counts that may be brought up to date, from those published `before` to those chosen until `now`.

    A count moves by none or at least five, and only under a unit that is up to date; what a unit then has besides the
    published counts of the units below it is nothing, or at least five. `children` are the units below each.
    """
    below = {child for listed in children.values() for child in listed}
    chosen: set[Count] = set()
    for unit, part in sorted(now):
        if unit not in below:
            _bring((unit, part), children, now, before, chosen)
    return frozenset(chosen)


def _bring(
    count: Count,
    children: Mapping[int, Sequence[int]],
    now: Mapping[Count, int],
    before: Mapping[Count, int],
    chosen: set[Count],
) -> None:
    more = now.get(count, 0) - before.get(count, 0)
    if 0 < more < FEWEST:
        return
    if more:
        chosen.add(count)
    unit, part = count
    below = [(child, part) for child in children.get(unit, ())]
    for child in below:
        _bring(child, children, now, before, chosen)
    moving = sorted((child for child in below if child in chosen), key=lambda child: (now[child], child))
    while 0 < now.get(count, 0) - sum((now if it in chosen else before).get(it, 0) for it in below) < FEWEST and moving:
        _hold(moving.pop(0), children, chosen)


def _hold(count: Count, children: Mapping[int, Sequence[int]], chosen: set[Count]) -> None:
    """Hold a count, and all below it: they move only under a unit that is up to date."""
    chosen.discard(count)
    for child in children.get(count[0], ()):
        _hold((child, count[1]), children, chosen)
