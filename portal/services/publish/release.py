"""The release: what is pending moves into the cells that everyone reads, never fewer than five answers at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Final

from sqlalchemy.orm import Session

from portal.domain import release as rule
from portal.domain.duty import Roster
from portal.domain.instrument import split_key
from portal.domain.period import Period
from portal.domain.rating import NOBODY, SIGHTING_FOR, CellKey, service_subject, subjects_of
from portal.domain.tally import Tally
from portal.domain.threshold import Thresholds
from portal.services import Portal
from portal.storage import ledger, periods, responses, staff, structure, tallies

WEEKLY_AT: Final = time(6)
"""Officers' cells move on Monday at this local time."""

_Pending = Mapping[str, Mapping[str, Sequence[rule.Change]]]
"""Changes by cut, then by subject."""


@dataclass(frozen=True, slots=True)
class Released:
    """What a release did."""

    cells: int
    waiting: int
    weekly: bool


@dataclass(frozen=True, slots=True)
class Month:
    """Whole tallies and distinct officers of every cell of one month."""

    tallies: Mapping[CellKey, Tally]
    officers: Mapping[tuple[str, str], int | None]


@dataclass(slots=True)
class _Tree:
    units: dict[int, structure.UnitRow]
    children: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    roots: list[int] = field(default_factory=list)
    loaded: dict[int, int] = field(default_factory=dict)
    """Officers loaded in a unit and everything below it."""
    counter_unit: dict[str, int] = field(default_factory=dict)
    service_unit: dict[str, int] = field(default_factory=dict)

    def subjects(self) -> dict[tuple[str, str], int]:
        """The unit of every cut and subject but officers."""
        return {
            **{("unit", str(unit_id)): unit_id for unit_id in self.units},
            **{("counter", counter): unit_id for counter, unit_id in self.counter_unit.items()},
            **{("service", service): unit_id for service, unit_id in self.service_unit.items()},
        }

    def path(self, unit_id: int) -> tuple[int, ...]:
        return self.units[unit_id].path


def release(portal: Portal, *, weekly: bool | None = None) -> Released:
    """Move every cell that may move, and forget what was kept for a time only.

    `weekly` lets officers and single-officer cuts move too; None asks the calendar.
    """
    with portal.begin(repeatable=True) as session:
        ledger.hold_releases(session)
        boundary = _last_boundary(portal)
        if weekly is None:
            last = ledger.find_last_weekly(session, portal.now())
            weekly = last is None or last < boundary
        cadence = _Cadence(weekly, portal.today(), ledger.list_moved_between(session, boundary, portal.now()))
        moved, waiting = _decide_all(portal, session, cadence, _open_months(session))
        if moved or weekly:
            ledger.put_cells(session, ledger.append_release(session, portal.now(), weekly=weekly), moved)
        forget(portal, session)
    return Released(len(moved), waiting, weekly)


def settle(portal: Portal, session: Session, period: Period) -> None:
    """Make the last release of a period that is about to close; hold releases first."""
    cadence = _Cadence(weekly=True, today=portal.today(), moved_this_week=frozenset())
    moved, _ = _decide_all(portal, session, cadence, lambda month: month in period.months)
    ledger.put_cells(session, ledger.append_release(session, portal.now(), weekly=True), moved)


def _open_months(session: Session) -> Callable[[date], bool]:
    """Return what tells whether a month is open: closed ones move in corrections only."""
    until = periods.find_closed_until(session) or date.min
    return lambda month: month > until


def forget(portal: Portal, session: Session) -> None:
    """Delete sightings, spent keys, device keys, sessions and tokens whose time is over."""
    responses.delete_expired(session, today=portal.today(), sightings_before=portal.now() - SIGHTING_FOR)
    staff.delete_expired(session, portal.now())


def _last_boundary(portal: Portal) -> datetime:
    """Return the last Monday morning that has passed."""
    local = portal.local_now()
    monday = datetime.combine(local.date() - timedelta(days=local.weekday()), WEEKLY_AT, portal.time_zone)
    return monday if monday <= local else monday - timedelta(days=7)


@dataclass(frozen=True, slots=True)
class _Cadence:
    """When a cell may move: officers in the weekly release; cuts of few officers once a week, or on a month's last day.

    A cut of few officers moves only while its unit is up to date. At the weekly instant alone it would rarely meet
    that, so it stays due until it has moved; and what it holds back at the end of the month would wait for the closing.
    """

    weekly: bool
    today: date
    moved_this_week: frozenset[CellKey]

    def allows(self, key: CellKey, officers: int | None) -> bool:
        if self.weekly or not Thresholds().is_single_officer(key.cut, officers):
            return True
        last_day = Period(key.month, "month").ends_on
        return key.cut != "officer" and (key not in self.moved_this_week or self.today == last_day)


def _decide_all(
    portal: Portal, session: Session, cadence: _Cadence, is_due: Callable[[date], bool]
) -> tuple[dict[CellKey, tuple[Tally, int | None]], int]:
    groups = {group: pending for group, pending in _read_pending(session).items() if is_due(group[0])}
    ripe = {group: pending for group, pending in groups.items() if _may_be_ripe(pending)}
    waiting = sum(len(cells) for pending in groups.values() for cells in pending.values())
    if not ripe:
        return {}, waiting
    tree = _read_tree(session)
    months = {month: _read_month(portal, session, tree, month) for month in sorted({month for month, _ in ripe})}
    moved: dict[CellKey, tuple[Tally, int | None]] = {}
    for (month, measure), pending in sorted(ripe.items()):
        has_counters = portal.instruments[split_key(measure)[0]].measure == "layanan"
        forest = _forest(tree, pending, has_counters=has_counters)
        for key in _moving(forest, month, measure, months[month], cadence):
            moved[key] = months[month].tallies.get(key, Tally()), months[month].officers.get((key.cut, key.subject))
    return moved, waiting - len(moved)


def _read_pending(session: Session) -> Mapping[tuple[date, str], _Pending]:
    """Read what is pending by month and measure."""
    groups: dict[tuple[date, str], dict[str, dict[str, list[rule.Change]]]] = {}
    for key, response_id, released, current in ledger.list_pending(session):
        cells = groups.setdefault((key.month, key.measure), {}).setdefault(key.cut, {})
        cells.setdefault(key.subject, []).append(rule.Change(response_id, released, current))
    return groups


def _may_be_ripe(pending: _Pending) -> bool:
    """Tell whether any cell has enough to move, so that old months with a few leftovers cost nothing."""
    return any(len(changes) >= rule.FEWEST for cells in pending.values() for changes in cells.values())


def _moving(
    forest: Iterable[rule.Unit], month: date, measure: str, cells: Month, cadence: _Cadence
) -> Iterator[CellKey]:
    def key_of(cell: rule.Cell) -> CellKey:
        return CellKey(cell.cut, cell.subject, month, measure)

    def may_move(cell: rule.Cell) -> bool:
        return cadence.allows(key_of(cell), cells.officers.get((cell.cut, cell.subject)))

    for root in forest:
        yield from (key_of(cell) for cell in rule.decide(root, may_move=may_move).moved)


def _forest(tree: _Tree, pending: _Pending, *, has_counters: bool) -> Iterator[rule.Unit]:
    """Draw what is decided together: each tree of units, and each officer alone, as no unit publishes their measure."""
    for subject, changes in sorted(pending.get("officer", {}).items()):
        yield rule.Unit(rule.Cell("officer", subject), tuple(changes))
    for root in tree.roots:
        yield _unit(tree, pending, root, has_counters=has_counters)


def _unit(tree: _Tree, pending: _Pending, unit_id: int, *, has_counters: bool) -> rule.Unit:
    """Draw the unit with its partitions, each complete: a measure without counters has none by place."""

    def parts(cut: str, unit_of: Mapping[str, int]) -> tuple[rule.Part, ...]:
        return tuple(
            rule.Part(rule.Cell(cut, subject), tuple(changes))
            for subject, changes in sorted(pending.get(cut, {}).items())
            if unit_of[subject] == unit_id
        )

    partitions = {"service": parts("service", tree.service_unit)}
    if has_counters:
        partitions["place"] = parts("counter", tree.counter_unit)
    return rule.Unit(
        rule.Cell("unit", str(unit_id)),
        tuple(pending.get("unit", {}).get(str(unit_id), ())),
        partitions,
        tuple(_unit(tree, pending, child, has_counters=has_counters) for child in tree.children[unit_id]),
    )


def _read_tree(session: Session) -> _Tree:
    rows = structure.list_units(session)
    tree = _Tree({row.id: row for row in rows})
    loaded = structure.count_officers(session)
    for row in rows:
        if len(row.path) > 1:
            tree.children[row.path[-2]].append(row.id)
        else:
            tree.roots.append(row.id)
        for unit_id in row.path:
            tree.loaded[unit_id] = tree.loaded.get(unit_id, 0) + loaded.get(row.id, 0)
    ids = list(tree.units)
    subjects = structure.list_subjects(session, ids)
    tree.counter_unit = {str(subject.id): subject.unit_id for subject in subjects if subject.kind == "counter"}
    tree.service_unit = {str(subject.id): subject.unit_id for subject in subjects if subject.kind == "service"}
    for unit_id in ids:
        tree.service_unit |= {service_subject(unit_id, service): unit_id for service in ("-", "lainnya")}
    return tree


def _read_month(portal: Portal, session: Session, tree: _Tree, month: date) -> Month:
    after = Period(month, "month").following.starts_on
    cells: dict[CellKey, Tally] = {}
    for row, tally in tallies.list_sums(session, month, after):
        instrument = portal.instruments[split_key(row.measure)[0]]
        path = tree.path(row.unit_id)
        for cut, subject in subjects_of(instrument.measure, path, row.counter_id, row.service, row.officer):
            key = CellKey(cut, subject, month, row.measure)
            cells[key] = cells.get(key, Tally()) + tally
    return Month(cells, _officers(session, tree, month, after))


def _officers(session: Session, tree: _Tree, month: date, after: date) -> dict[tuple[str, str], int | None]:
    """Count the distinct officers attributed, or on duty at its counters on its days, per cut; None: none loaded."""
    roster = Roster(structure.list_shifts(session, month, after - timedelta(days=1)))
    units = tree.subjects()
    behind: dict[tuple[str, str], set[int]] = {subject: set() for subject in units}
    for row in tallies.list_days(session, month, after):
        seen = set(roster.on_duty(row.counter_id, row.counts_on))
        seen |= {int(row.officer)} if row.officer != NOBODY else set()
        for subject in subjects_of("layanan", tree.path(row.unit_id), row.counter_id, row.service, row.officer):
            behind[subject] |= seen
    return {
        subject: len(officers) if officers or tree.loaded[units[subject]] else None
        for subject, officers in behind.items()
    }
