"""Which cells move: what is pending, month by month and measure by measure, put before the rule."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from typing import Final

from sqlalchemy.orm import Session

from portal.domain import release as rule
from portal.domain.duty import Roster
from portal.domain.instrument import split_key
from portal.domain.period import Period
from portal.domain.rating import NOBODY, CellKey, subjects_of
from portal.domain.threshold import Thresholds
from portal.services import Portal
from portal.services.publish.release.forest import Tree, Waiting, draw
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
    """

    weekly: bool
    today: date
    moved_this_week: frozenset[CellKey]

    def allows(self, key: CellKey, officers: int | None) -> bool:
        """Tell whether the cell is due; `officers` is the number of distinct ones behind it."""
        if self.weekly or not Thresholds().is_single_officer(key.cut, officers):
            return True
        last_day = Period(key.month, "month").ends_on
        return key.cut != "officer" and (key not in self.moved_this_week or self.today == last_day)


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
    for (month, measure), cells in ripe.items():
        waiting = _sorted_out((month, measure), cells, moves.carryings)
        instrument_id, element = split_key(measure)
        has_counters = "counter" in portal.instruments[instrument_id].cuts_of(element)
        _note(moves, month, measure, waiting, draw(tree(), waiting, has_counters=has_counters), cadence)
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
    return Waiting(own, come, crossing)


def _note(
    moves: Moves, month: date, measure: str, waiting: Waiting, forest: Iterable[rule.Unit], cadence: Cadence
) -> None:
    def key_of(cell: rule.Cell) -> CellKey:
        return CellKey(cell.cut, cell.subject, month, measure)

    def may_move(cell: rule.Cell) -> bool:
        return cadence.allows(key_of(cell), moves.officers[month].get((cell.cut, cell.subject)))

    for root in forest:
        decision = rule.decide(root, may_move=may_move)
        moves.cells.update(map(key_of, decision.moved))
        for cell in decision.behind:
            left = waiting.brought(cell.cut, cell.subject)
            moves.left[key_of(cell)] = {change.response_id: change for change in left}


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
