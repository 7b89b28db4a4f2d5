"""Which cells of one month and one measure move in a release: 0 or at least five answers, also by subtraction.

Words: a response *differs* in a total when its published contribution to that total does; a cell *moves* when its
published content becomes its current content; a unit is *up to date* when it moves now or has nothing pending.

Kept after every release, given that it was kept before (an empty history keeps it):

1. A cell in time. Between two consecutive releases 0 or >= 5 responses differ in any cell.
2. A unit at one time. For each partition, 0 or >= 5 responses differ between the unit and the sum of its children.
3. Both in time. Between two consecutive releases 0 or >= 5 responses differ in "a unit, or any unit above it, minus any
   selection of children of one partition", and in the sum of any such selection.
4. A child moves only under a unit that is up to date, so whatever a child shows its unit showed by then.
5. One answer is never shown by two children of one partition: where it goes from one service, or officer, to another,
   both move or neither does.

Why it can always be kept. If a unit is not up to date neither it nor anything below it moves, so each total below
stays as it was. If it is up to date and all children are held, then (3) is the unit's own change, 0 or >= 5, but (2) is
the net of everything pending in the children, which may be 1 to 4 when pending changes cancel earlier differences (five
new answers wait in a counter, four are excluded again). Then no choice of movers that was tried is safe, and the unit
is held itself. A unit with nothing pending and all children held publishes what it published before: (2) is unchanged.

Answers carried in from a closed period count in the first month after it. Of one answer a child may carry in what its
unit has published already, in the closed month: then the unit lacks it here, and its children together have it. What
they differ by so is `Unit.apart`, a part of the partition that never moves; with it (2) holds here as well, of all and
of the carried answers alone, so that two counters that carry in two and three answers of one unit move together or not
at all. Lest a counter that goes on being rated wait for one that does not, whatever could move without carried answers
does move: where those around it are in its way, their cells leave them behind, for a later release or the next closing.
Of (4) this excepts what the unit leaves behind.

Not kept, because pending rows have no memory and only pairs that are nested by definition bind: releases that are not
consecutive, cuts across each other (a counter against a service), a whole of some elements against these elements where
a few ballots answer only some, at one time a unit against children two levels below it, and sums over months of
different periods, in which answers that were carried cancel.
Thresholds on the printed figure and hiding of siblings are separate rules.

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
    """A child that has no children: a counter, a service, an officer, or the bucket of answers without one.

    `carried` are pending as well, of answers of a closed period: they may stay behind when the rest moves. What is not
    `shown` never moves: it holds answers that no published cell covers.
    """

    cell: Cell
    pending: tuple[Change, ...] = ()
    carried: tuple[Change, ...] = ()
    shown: bool = True


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit with its child units and, by name (place, service, officer), the parts of each partition.

    Each partition's parts together with `units` make up the unit exactly; answers that no published cell covers (no
    officer attributed) are a part like any other, which is not shown. Without partitions `units` alone is one.
    `carried` as in `Part`. `apart`, by partition: answers carried into the unit and none of its children as changes
    from 0, those carried into children and not the unit as changes to 0; those carried out the other way round.
    """

    cell: Cell
    pending: tuple[Change, ...] = ()
    partitions: Mapping[str, tuple[Part, ...]] = field(default_factory=dict)
    units: tuple[Unit, ...] = ()
    carried: tuple[Change, ...] = ()
    apart: Mapping[str, tuple[Change, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Decision:
    """Cells that move and cells that wait; cells with nothing pending are in neither.

    Those of `moved` that are also `behind` leave behind what was carried into them.
    """

    moved: frozenset[Cell]
    waiting: frozenset[Cell]
    behind: frozenset[Cell] = frozenset()


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
    carriers = frozenset(node.cell for node in _walk(root) if node.carried)
    without = _Release(root, may_move, carriers).decision()
    behind: frozenset[Cell] = frozenset()
    while carriers:
        decision = _Release(root, may_move, behind).decision()
        lost = without.moved - decision.moved
        if not lost:
            return decision
        near = frozenset().union(*(family for family in _families(root) if lost & family)) & carriers
        behind = behind | near if near - behind else carriers
    return without


class _Release:
    """One run over one tree, in which the cells of `behind` do not move what was carried into them."""

    def __init__(self, root: Unit, may_move: Callable[[Cell], bool], behind: frozenset[Cell]) -> None:
        self._root = root
        self._may_move = may_move
        self._shifts: dict[Cell, _Shifts] = {}
        self._brought: dict[Cell, _Shifts] = {}
        self._left: dict[Cell, _Shifts] = {}
        self._unshown = {node.cell for node in _walk(root) if isinstance(node, Part) and not node.shown}
        for node in _walk(root):
            if node.cell in self._shifts:
                raise ValueError(node.cell)
            carried, nothing = _shifts(node.carried), _shifts(())
            self._brought[node.cell], self._left[node.cell] = (carried, nothing)[:: -1 if node.cell in behind else 1]
            self._shifts[node.cell] = {**_shifts(node.pending), **self._brought[node.cell]}

    def decision(self) -> Decision:
        moved: frozenset[Cell] = frozenset()
        below = self._below(self._root, ())
        if not self._shifts[self._root.cell]:
            moved = below or moved
        elif below is not None and self._is_candidate(self._root.cell):
            moved = below | {self._root.cell}
        waiting = frozenset(cell for cell, shifts in self._shifts.items() if shifts) - moved
        return Decision(moved, waiting, frozenset(cell for cell in moved if self._left[cell]))

    def _is_candidate(self, cell: Cell) -> bool:
        return len(self._shifts[cell]) >= FEWEST and cell not in self._unshown and self._may_move(cell)

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
        units = tuple(child.cell for child in unit.units)
        groups = [
            _Group(tuple(it.cell for it in unit.partitions.get(name, ())) + units, _shifts(unit.apart.get(name, ())))
            for name in sorted(unit.partitions) or [""]
        ]
        while True:
            unsafe = next((group for group in groups if not self._is_safe(group, smallest_first, above)), None)
            held = next((cell for group in groups for cell in self._torn(group, smallest_first)), None)
            if held is None:
                if unsafe is None:
                    return frozenset(smallest_first)
                held = next((cell for cell in smallest_first if cell in unsafe.cells), None)
            if held is None:
                return None
            smallest_first.remove(held)

    def _torn(self, group: _Group, movers: Sequence[Cell]) -> Iterator[Cell]:
        """Yield the movers with an answer of which another child of the partition holds the other half."""
        shown = [cell for cell in group.cells if cell not in self._unshown]
        staying = (self._shifts[cell] for cell in shown if cell not in movers)
        stay: set[bytes] = set().union(*staying, *(self._left[cell] for cell in shown))
        yield from (cell for cell in movers if cell in group.cells and not stay.isdisjoint(self._shifts[cell]))

    def _is_safe(self, group: _Group, movers: Iterable[Cell], above: Sequence[Cell]) -> bool:
        moving = set(movers).intersection(group.cells)
        staying = [cell for cell in group.cells if cell not in moving]
        apart = [group.apart, *(self._left[cell] for cell in group.cells), _turned(self._left[above[-1]])]
        # What is carried must be safe by itself, or it would hold the rest back once that waits for nothing else.
        for waiting in (self._brought, self._shifts):
            if 0 < len(_net([*apart, *(waiting[cell] for cell in staying)])) < FEWEST:
                return False
        moves = [self._shifts[cell] for cell in sorted(moving)]
        return not moves or _is_safe_in_time((self._shifts[whole] for whole in above), moves)


@dataclass(frozen=True, slots=True)
class _Group:
    """One partition of a unit."""

    cells: tuple[Cell, ...]
    apart: _Shifts


def _walk(unit: Unit) -> Iterator[Unit | Part]:
    yield unit
    for parts in unit.partitions.values():
        yield from parts
    for child in unit.units:
        yield from _walk(child)


def _families(unit: Unit) -> Iterator[frozenset[Cell]]:
    """Yield each unit with its children."""
    parts = (part.cell for parts in unit.partitions.values() for part in parts)
    yield frozenset({unit.cell, *parts, *(child.cell for child in unit.units)})
    for child in unit.units:
        yield from _families(child)


def _shifts(pending: Iterable[Change]) -> _Shifts:
    return {row.response_id: _count(row.current) - _count(row.released) for row in pending}


def _turned(shifts: _Shifts) -> _Shifts:
    return {response_id: -shift for response_id, shift in shifts.items()}


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
