"""How far a number of a table can move while every printed sum of the table stays as it is.

Numbers are flows along arcs from node to node, and what flows into a node flows out of it: a cell of a table flows from
its row to its column, a hidden sum from the source to its row or from its column to the sink. A printed number cannot
move and is no arc at all. A number can grow by as much as can flow back around it through the others; since all are
whole numbers, so is every flow, and the range is exact.

Source: Ford and Fulkerson, Flows in Networks (1962), augmenting paths; integrality of circulations.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from itertools import pairwise

Node = Hashable
_Room = dict[Node, dict[Node, int]]
"""By how much the flow from one node to the other can still grow."""


@dataclass(frozen=True, slots=True)
class Arc:
    """A number that is not printed: its value, and the highest it could be as far as readers know; the lowest is 0."""

    tail: Node
    head: Node
    value: int
    most: int


def can_move(arcs: Sequence[Arc], arc: Arc, by: int) -> bool:
    """Tell whether the number can take at least `by` other values; no two arcs join the same two nodes."""
    others: _Room = {}
    for other in arcs:
        if other is not arc:
            others.setdefault(other.tail, {})[other.head] = other.most - other.value
            others.setdefault(other.head, {})[other.tail] = other.value
    up = _flow(others, arc.head, arc.tail, min(by, arc.most - arc.value))
    return up + _flow(others, arc.tail, arc.head, min(by - up, arc.value)) >= by


def _flow(room: _Room, start: Node, end: Node, most: int) -> int:
    """Return how much can flow from `start` to `end`, but no more than `most`."""
    room = {node: dict(onward) for node, onward in room.items()}
    moved = 0
    while moved < most and (path := _path(room, start, end)):
        steps = list(pairwise(path))
        step = min(most - moved, *(room[one][other] for one, other in steps))
        for one, other in steps:
            room[one][other] -= step
            room[other][one] += step
        moved += step
    return moved


def _path(room: _Room, start: Node, end: Node) -> list[Node]:
    """Return the nodes of a shortest way along which something can still flow; empty where there is none."""
    came: dict[Node, Node] = {start: start}
    queue = deque([start])
    while queue and end not in came:
        node = queue.popleft()
        for onward, left in room.get(node, {}).items():
            if left > 0 and onward not in came:
                came[onward] = node
                queue.append(onward)
    if end not in came:
        return []
    path = [end]
    while path[-1] != start:
        path.append(came[path[-1]])
    return path[::-1]
