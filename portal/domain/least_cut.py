"""The smallest number of answers by which two sums of published totals may differ, drawn as a cut through a graph."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from itertools import permutations

_Graph = dict[int, Counter[int]]
"""Half ties of each node to each other node."""

_HALVES = {2: 2, 3: 1}
"""Half ties that a tie adds to each pair of the nodes it joins, by their number."""


def has_no_small_cut(ties: Mapping[tuple[int, ...], int], fewest: int) -> bool:
    """Tell whether no cut that parts tied nodes in two loosens fewer than `fewest` ties.

    `ties` counts, for the nodes that one tie joins, how many such ties there are. Three nodes tied by one cannot be
    parted without loosening it; more can, as two pairs, so such a tie is only required to lie inside one piece.
    """
    graph: _Graph = {node: Counter() for tie in ties for node in tie}
    for tie, count in ties.items():
        # Parting three nodes parts two of their three pairs, so each pair holds one half.
        for one, other in permutations(tie, 2) if len(tie) in _HALVES else ():
            graph[one][other] += count * _HALVES[len(tie)]
    piece_of: dict[int, int] = {}
    for start in graph:
        if start not in piece_of:
            piece_of |= dict.fromkeys(_by_attachment(graph, start), start)
    if any(len({piece_of[node] for node in tie}) > 1 for tie in ties):
        return False
    return all(_least_cut_suffices(graph, start, 2 * fewest) for start in sorted(set(piece_of.values())))


def _by_attachment(graph: _Graph, start: int) -> list[int]:
    """Order the piece around `start`, next the node with most ties to those before it."""
    order, tied = [start], Counter(graph[start])
    while tied:
        node = max(tied, key=lambda node: (tied[node], node))
        order.append(node)
        tied.update(graph[node])
        for done in order:
            del tied[done]
    return order


def _least_cut_suffices(graph: _Graph, start: int, halves: int) -> bool:
    """Tell whether no cut of the connected piece around `start` has fewer `halves` of ties. Consumes the piece.

    Nodes with so many between them are on one side of any smaller cut, so they may be joined first. Of the others the
    ties of the last one by attachment are the least cut between the last two, which may then be joined as well.

    Source: Stoer and Wagner, A simple min-cut algorithm, Journal of the ACM 44 (1997).
    """
    while graph[start]:
        near = next((node for node, tied in graph[start].items() if tied >= halves), None)
        if near is not None:
            _join(graph, start, near)
            continue
        *_, kept, last = _by_attachment(graph, start)
        if graph[last].total() < halves:
            return False
        _join(graph, kept, last)
    return True


def _join(graph: _Graph, kept: int, joined: int) -> None:
    for node, count in graph.pop(joined).items():
        del graph[node][joined]
        if node != kept:
            graph[node][kept] += count
            graph[kept][node] += count
