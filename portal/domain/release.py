"""Which cells of one month and one measure move in a release: 0 or at least five answers, also by subtraction.

Words: a response *differs* in a total when its published contribution to that total does; a cell *moves* when its
published content becomes its current content; a unit is *up to date* when it moves now or has nothing pending.

Kept after every release, given that it was kept before (an empty history keeps it):

1. A cell in time. Between two consecutive releases 0 or >= 5 responses differ in any cell.
2. A unit at one time. For each partition, 0 or >= 5 responses differ between the unit and the sum of its children.
3. Both in time. Between two consecutive releases 0 or >= 5 responses differ in "a unit, or any unit above it, minus any
   selection of children of one partition", and in the sum of any such selection.
4. A child moves only under a unit that is up to date, so whatever a child shows its unit showed by then.

Why it can always be kept. If a unit is not up to date neither it nor anything below it moves, so each total below
stays as it was. If it is up to date and all children are held, then (3) is the unit's own change, 0 or >= 5, but (2) is
the net of everything pending in the children, which may be 1 to 4 when pending changes cancel earlier differences (five
new answers wait in a counter, four are excluded again). Then no choice of movers that was tried is safe, and the unit
is held itself. A unit with nothing pending and all children held publishes what it published before: (2) is unchanged.

Not kept, because pending rows have no memory and only pairs that are nested by definition bind: releases that are not
consecutive, cuts across each other (a counter against a service), and at one time a unit against children two levels
below it. Thresholds on the printed figure and hiding of siblings are separate rules.

Source: design 4, "Releases".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from portal.domain.least_cut import has_no_small_cut

FEWEST = 5
"""Fewest responses by which two published totals may differ, unless they do not differ at all."""


@dataclass(frozen=True, slots=True, order=True)
class Cell:
    """Key of a cell inside one month and one measure: cut (unit, service, counter, officer) and subject."""

    cut: str
    subject: str


@dataclass(frozen=True, slots=True)
class Change:
    """A response whose contribution to a cell differs from the cell's last release; 0 = none.

    Raises:
        ValueError: nothing differs; such a row must not exist.
    """

    response_id: bytes
    released: int
    current: int

    def __post_init__(self) -> None:
        """Refuse a row that changes nothing: it would count towards five."""
        if self.released == self.current:
            raise ValueError(self.response_id)


@dataclass(frozen=True, slots=True)
class Part:
    """A child that has no children: a counter, a service, an officer, or the bucket of answers without one."""

    cell: Cell
    pending: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit with its child units and, by name (place, service, officer), the parts of each partition.

    Each partition's parts together with `units` make up the unit exactly; answers that no published cell covers (no
    officer attributed) are a part like any other, whose cell is never shown. Without partitions `units` alone is one.
    """

    cell: Cell
    pending: tuple[Change, ...] = ()
    partitions: Mapping[str, tuple[Part, ...]] = field(default_factory=dict)
    units: tuple[Unit, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """Cells that move and cells that keep something back; cells with nothing pending are in neither."""

    moved: frozenset[Cell]
    waiting: frozenset[Cell]


_Shifts = Mapping[bytes, int]
"""Per response what it adds to and takes from the count of each value, written as one number (see `_count`)."""

_WHOLE = 0


def decide(root: Unit, *, may_move: Callable[[Cell], bool]) -> Decision:
    """Decide a unit without a parent, and everything below it, together.

    `may_move` is the cadence: it refuses officers and cuts of a single officer that have moved this week already. A
    cell should stay due until it moves: at any one moment a unit above it is likely to wait for its fifth answer.
    The same input gives the same decision, whatever the order of children and of pending rows.

    Raises:
        ValueError: a cell occurs twice, as an officer counted whole in two units would.
    """
    return _Release(root, may_move).decision()


class _Release:
    """One run over one tree."""

    def __init__(self, root: Unit, may_move: Callable[[Cell], bool]) -> None:
        self._root = root
        self._may_move = may_move
        self._shifts: dict[Cell, _Shifts] = {}
        for node in _walk(root):
            if node.cell in self._shifts:
                raise ValueError(node.cell)
            self._shifts[node.cell] = _shifts(node.pending)

    def decision(self) -> Decision:
        moved: frozenset[Cell] = frozenset()
        below = self._below(self._root, ())
        if not self._root.pending:
            moved = below or moved
        elif below is not None and self._is_candidate(self._root.cell):
            moved = below | {self._root.cell}
        return Decision(moved, frozenset(cell for cell, shifts in self._shifts.items() if shifts) - moved)

    def _is_candidate(self, cell: Cell) -> bool:
        return len(self._shifts[cell]) >= FEWEST and self._may_move(cell)

    def _below(self, unit: Unit, above: tuple[Cell, ...]) -> frozenset[Cell] | None:
        """Return what moves below a unit that is up to date; None if it cannot safely be."""
        above = (*above, unit.cell)
        below = {child.cell: self._below(child, above) for child in unit.units}
        parts = [part.cell for parts in unit.partitions.values() for part in parts]
        bringable = [cell for cell, moves in below.items() if moves is not None]
        movers = self._settle(unit, above, filter(self._is_candidate, {*parts, *bringable}))
        if movers is None:
            return None
        current = (cell for cell in below if cell in movers or not self._shifts[cell])
        return movers.union(*(below[cell] or () for cell in current))

    def _settle(self, unit: Unit, above: Sequence[Cell], candidates: Iterable[Cell]) -> frozenset[Cell] | None:
        """Hold the smallest candidates until every partition is safe; None if one is not even with all of its own held.

        The movers are one set for all partitions, so a child unit held for the sake of one is held in all.
        """
        smallest_first = sorted(candidates, key=lambda cell: (len(self._shifts[cell]), cell))
        units = [child.cell for child in unit.units]
        parts = [[part.cell for part in unit.partitions[name]] for name in sorted(unit.partitions)] or [[]]
        groups = [cells + units for cells in parts]
        while True:
            unsafe = next((group for group in groups if not self._is_safe(group, smallest_first, above)), None)
            if unsafe is None:
                return frozenset(smallest_first)
            held = next((cell for cell in smallest_first if cell in unsafe), None)
            if held is None:
                return None
            smallest_first.remove(held)

    def _is_safe(self, group: Sequence[Cell], movers: Iterable[Cell], above: Sequence[Cell]) -> bool:
        moving = set(movers).intersection(group)
        waiting = _net(self._shifts[cell] for cell in group if cell not in moving)
        if 0 < len(waiting) < FEWEST:
            return False
        moves = [self._shifts[cell] for cell in sorted(moving)]
        return not moves or _is_safe_in_time((self._shifts[whole] for whole in above), moves)


def _walk(unit: Unit) -> Iterator[Unit | Part]:
    yield unit
    for parts in unit.partitions.values():
        yield from parts
    for child in unit.units:
        yield from _walk(child)


def _shifts(pending: Iterable[Change]) -> _Shifts:
    return {row.response_id: _count(row.current) - _count(row.released) for row in pending}


def _count(value: int) -> int:
    """Return one answer of this value, so that sums keep values apart: two answers of 2 are not one of 4.

    Counts are the digits of a number to the base 2^16; a response is never in so many cells that a digit overflows.
    """
    return 1 << 16 * value if value else 0


def _net(cells: Iterable[_Shifts]) -> dict[bytes, int]:
    """Return the responses whose shifts over several cells do not cancel."""
    total: dict[bytes, int] = {}
    for shifts in cells:
        for response_id, shift in shifts.items():
            total[response_id] = total.get(response_id, 0) + shift
    return {response_id: shift for response_id, shift in total.items() if shift}


def _is_safe_in_time(wholes: Iterable[_Shifts], moves: Sequence[_Shifts]) -> bool:
    """Tell whether each whole minus any selection of the movers, and any such sum, changes by 0 or >= 5 responses.

    Draw a node for the whole, for each mover and for the rest (the whole minus all movers). A response ties the nodes
    in which it shifts: the whole and one mover (a new answer), two movers (attributed anew), a mover and the rest (an
    answer the unit had before), the whole and the rest (an answer in a child that waits). To subtract a selection is to
    part the nodes in two, and what does not cancel are the ties between them: no part may have 1 to 4.
    Three nodes tied by one response cannot be parted without loosening it; more can, as two pairs that cancel, so such
    a response is not counted, only required to lie inside one piece: sound, if strict.
    """
    tied: dict[bytes, tuple[int, ...]] = {}
    for node, shifts in enumerate(moves, start=_WHOLE + 1):
        for response_id in shifts:
            tied[response_id] = (*tied.get(response_id, ()), node)
    total, rest = _net(moves), _WHOLE + 1 + len(moves)
    for whole in wholes:
        ties: Counter[tuple[int, ...]] = Counter()
        for response_id, nodes in tied.items():
            shift = whole.get(response_id, 0)
            ties[(_WHOLE,) * bool(shift) + nodes + (rest,) * (shift != total.get(response_id, 0))] += 1
        elsewhere = len(whole) - sum(count for tie, count in ties.items() if _WHOLE in tie)
        if not has_no_small_cut(ties + Counter({(_WHOLE, rest): elsewhere}), FEWEST):
            return False
    return True
