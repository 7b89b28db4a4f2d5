"""Which cells move: what is pending, month by month and measure by measure, put before the rule."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from typing import Final

from sqlalchemy.orm import Session

from portal.domain import release as rule
from portal.domain.duty import Roster
from portal.domain.period import Period
from portal.domain.rating import NOBODY, CellKey, subjects_of
from portal.domain.threshold import Thresholds
from portal.services import Portal
from portal.services.publish.release.forest import Served, Tree, Waiting, draw
from portal.services.publish.release.officers import OFFICER, cuts_of, knot_of, read_served, torn
from portal.storage import carried, ledger, structure, tallies
from portal.storage.carried import CarriedAnswer

Behind = Mapping[tuple[str, str], int | None]
"""Distinct officers behind each cut and subject of a month; None: none loaded."""
_Group = tuple[date, str]
"""Month and measure: what is decided together."""
_Pending = Mapping[CellKey, Sequence[rule.Change]]
_PLACES: Final = ("unit", "service", "counter")
"""The cuts that say where, whoever served."""


@dataclass(frozen=True, slots=True)
class Cadence:
    """When a cell may move: officers in the weekly release; cuts of few officers once a week, or on a month's last day.

    A cut of few officers moves only while its unit is up to date. At the weekly instant alone it would rarely meet
    that, so it stays due until it has moved; and what it holds back at the end of the month would wait for the closing.
    So does an officer in what units have as well, who is a part of one there.
    """

    weekly: bool
    today: date
    moved_this_week: frozenset[CellKey]

    def allows(self, key: CellKey, officers: int | None, *, is_part: bool) -> bool:
        """Tell whether the cell is due; `officers` is the number of distinct ones behind it.

        `is_part`: the cell is part of a unit, as all but those of an officer are by nature.
        """
        if self.weekly or not Thresholds().is_single_officer(key.cut, officers):
            return True
        last_day = Period(key.month, "month").ends_on
        return is_part and (key not in self.moved_this_week or self.today == last_day)


Answers = Mapping[CellKey, Mapping[bytes, CarriedAnswer]]


@dataclass(frozen=True, slots=True)
class Carryings:
    """The answers carried into and out of the months of a release, by month and measure, cell and response."""

    into: Mapping[_Group, Answers] = field(default_factory=dict)
    out_of: Mapping[_Group, Answers] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Due:
    """The months that are due; `closed`: their period is closed, so that answers were carried out of them."""

    holds: Callable[[date], bool]
    closed: bool = False


@dataclass(slots=True)
class Moves:
    """The cells that move; `left` holds what a cell leaves behind all the same, by response."""

    waiting: int
    cells: set[CellKey] = field(default_factory=set)
    left: dict[CellKey, dict[bytes, rule.Change]] = field(default_factory=dict)
    officers: dict[date, Behind] = field(default_factory=dict)
    carryings: Carryings = field(default_factory=Carryings)


def decide(portal: Portal, session: Session, tree: Callable[[], Tree], cadence: Cadence, due: Due) -> Moves:
    """Decide the months that are due; the tree is read only where anything may move."""
    groups = {group: cells for group, cells in _read_pending(session).items() if due.holds(group[0])}
    ripe = {group: cells for group, cells in sorted(groups.items()) if _may_be_ripe(cells)}
    moves = Moves(waiting=sum(map(len, groups.values())))
    if not ripe:
        return moves
    moves.carryings = _read_carryings(session, ripe, closed=due.closed)
    for month in {month for month, _ in ripe}:
        moves.officers[month] = count_officers(session, tree(), month)
    for month, measures in _knots(portal, ripe):
        cells = {measure: groups[month, measure] for measure in measures if (month, measure) in groups}
        for each in _tie(portal, session, month, cells, moves, cadence).decide(tree()).values():
            moves.cells |= each.cells
            moves.left |= each.left
    moves.waiting -= len(moves.cells)
    return moves


def _read_pending(session: Session) -> Mapping[_Group, _Pending]:
    """Read what is pending by month and measure, then by cell."""
    groups: dict[_Group, dict[CellKey, list[rule.Change]]] = {}
    for key, response_id, released, current in ledger.list_pending(session):
        cells = groups.setdefault((key.month, key.measure), {})
        cells.setdefault(key, []).append(rule.Change(response_id, released, current))
    return groups


def _may_be_ripe(cells: _Pending) -> bool:
    """Tell whether any cell has enough to move, so that old months with a few leftovers cost nothing."""
    return any(len(changes) >= rule.FEWEST for changes in cells.values())


def _read_carryings(session: Session, ripe: Collection[_Group], *, closed: bool) -> Carryings:
    months, measures = sorted({month for month, _ in ripe}), sorted({measure for _, measure in ripe})
    into: dict[_Group, dict[CellKey, dict[bytes, CarriedAnswer]]] = {}
    for answer in carried.list_into(session, months, measures):
        cells = into.setdefault((answer.into.month, answer.into.measure), {})
        cells.setdefault(answer.into, {})[answer.response_id] = answer
    out_of: dict[_Group, dict[CellKey, dict[bytes, CarriedAnswer]]] = {}
    for answer in carried.list_out_of(session, months, measures) if closed else ():
        cells = out_of.setdefault((answer.out_of.month, answer.out_of.measure), {})
        cells.setdefault(answer.out_of, {})[answer.response_id] = answer
    return Carryings(into, out_of)


def _sorted_out(group: _Group, cells: _Pending, carryings: Carryings) -> Waiting:
    """Tell what is pending of the answers that were carried in from all else."""
    own: dict[str, dict[str, tuple[rule.Change, ...]]] = {}
    come: dict[str, dict[str, tuple[rule.Change, ...]]] = {}
    into, out_of = carryings.into.get(group, {}), carryings.out_of.get(group, {})
    for key, changes in cells.items():
        brought = into.get(key, {})
        for kept, flag in ((own, False), (come, True)):
            chosen = tuple(change for change in changes if (change.response_id in brought) is flag)
            if chosen:
                kept.setdefault(key.cut, {})[key.subject] = chosen
    crossing = {
        key: (
            *(rule.Change(it.response_id, 0, it.value) for it in into.get(key, {}).values() if it.value),
            *(rule.Change(it.response_id, it.value, 0) for it in out_of.get(key, {}).values() if it.value),
        )
        for key in into.keys() | out_of.keys()
    }
    unit_of = {it.response_id: it.unit_id for its in (into, out_of) for of in its.values() for it in of.values()}
    return Waiting(own, come, crossing, unit_of)


def _knots(portal: Portal, ripe: Collection[_Group]) -> Sequence[tuple[date, tuple[str, ...]]]:
    """Return the months and measures that are decided together, each once."""
    return sorted({(month, knot_of(portal, measure)) for month, measure in ripe})


def _tie(
    portal: Portal, session: Session, month: date, cells: Mapping[str, _Pending], moves: Moves, cadence: Cadence
) -> _Knot:
    ripe = {
        measure: _sorted_out((month, measure), its, moves.carryings)
        for measure, its in cells.items()
        if _may_be_ripe(its)
    }
    cuts = {measure: cuts_of(portal, measure) for measure in cells}
    parted = {measure: waiting for measure, waiting in ripe.items() if {"unit", OFFICER} <= {*cuts[measure]}}
    served = read_served(portal, session, month, parted) if parted else {}
    return _Knot(month, cells, ripe, cuts, served, cadence, moves.officers[month])


@dataclass(slots=True)
class _Knot:
    """The measures of one month of which officers' cells move together, with all that is pending of them.

    `ripe` have something that may move. `cuts` are those of each measure, `is_part` tells that units have one of them.
    """

    month: date
    cells: Mapping[str, _Pending]
    ripe: Mapping[str, Waiting]
    cuts: Mapping[str, Collection[str]]
    served: Mapping[str, Served]
    cadence: Cadence
    officers: Behind

    def decide(self, tree: Tree) -> Mapping[str, Moves]:
        """Decide each measure, and again without those officers' cells that may not move for the sake of others."""
        refused: set[CellKey] = set()
        leaving: set[CellKey] = set()
        found: dict[str, Moves] = {}
        again = {*self.ripe}
        while again:
            found |= {measure: self._decide(tree, measure, refused, leaving) for measure in sorted(again)}
            moved = {key for each in found.values() for key in each.cells}
            left = {key: its for each in found.values() for key, its in each.left.items()}
            wrong = torn(self.cells.values(), moved, left)
            to_leave = {key for key in wrong - leaving if self._may_leave(key, left)}
            leaving |= to_leave
            refused |= set() if to_leave else wrong
            again = {key.measure for key in to_leave or wrong}
        return found

    def _may_leave(self, key: CellKey, left: Collection[CellKey]) -> bool:
        """Tell whether a cell that no unit has can leave behind what was carried, as the officer's other cells do."""
        others = (other for other in left if other.measure != key.measure)
        follows = any((other.cut, other.subject) == (key.cut, key.subject) for other in others)
        own = self.ripe[key.measure].pending(key.cut, key.subject)
        return follows and key.measure not in self.served and len(own) >= rule.FEWEST

    def _decide(self, tree: Tree, measure: str, refused: Collection[CellKey], leaving: set[CellKey]) -> Moves:
        waiting, is_part = self.ripe[measure], any("unit" in self.cuts[name] for name in self.cells)

        def key_of(cell: rule.Cell) -> CellKey:
            return CellKey(cell.cut, cell.subject, self.month, measure)

        def may_move(cell: rule.Cell) -> bool:
            key, officers = key_of(cell), self.officers.get((cell.cut, cell.subject))
            return (
                cell.cut in self.cuts[measure]
                and key not in refused
                and self.cadence.allows(key, officers, is_part=is_part)
            )

        moves = Moves(waiting=0)
        has_counters, served = "counter" in self.cuts[measure], self.served.get(measure)
        drawn = waiting.without_carried(leaving)
        for root in draw(tree, drawn, has_counters=has_counters, served=served):
            decision = rule.decide(root, may_move=may_move)
            moved = {key_of(cell) for cell in decision.moved}
            moves.cells |= moved
            for key in {key_of(cell) for cell in decision.behind} | (moved & leaving):
                moves.left[key] = {change.response_id: change for change in waiting.brought(key.cut, key.subject)}
        return moves


def count_officers(session: Session, tree: Tree, month: date) -> Behind:
    """Count the distinct officers attributed, or on duty at its counters on its days, per cut; None: none loaded."""
    after = Period(month, "month").following.starts_on
    on_duty = cache(Roster(structure.list_shifts(session, month, after - timedelta(days=1))).on_duty)
    places: dict[tuple[int, int, str], set[int]] = {}
    for unit_id, counter_id, service, day, officer in tallies.list_days(session, month, after):
        seen = places.setdefault((unit_id, counter_id, service), set())
        seen.update(on_duty(counter_id, day))
        if officer != NOBODY:
            seen.add(int(officer))
    units = tree.subjects()
    behind: dict[tuple[str, str], set[int]] = {subject: set() for subject in units}
    for (unit_id, counter_id, service), seen in places.items():
        for subject in subjects_of(_PLACES, tree.path(unit_id), counter_id, service, NOBODY):
            behind[subject] |= seen
    return {
        subject: len(officers) if officers or tree.loaded[units[subject]] else None
        for subject, officers in behind.items()
    }
