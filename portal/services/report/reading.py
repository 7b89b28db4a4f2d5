"""What a unit's report is made from: the period asked for, the unit's place in the registry, and released cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from portal.domain.errors import NotFound
from portal.domain.period import Period, bases_of, parse_union, periods_between, twelve_months_to
from portal.domain.score.summary import ReleasedCell, pool_by_subject
from portal.domain.score.union import windows_of
from portal.services import Portal
from portal.services.report.figures import Figures, Rows
from portal.services.report.hiding import Officers, Pools, hide_in_union
from portal.storage import ledger, structure
from portal.storage.calendar import Calendar, get_calendar
from portal.storage.structure import UnitRow


@dataclass(frozen=True, slots=True)
class Chosen:
    """The period asked for, and the closed base periods that it is a union of; none for a base period.

    `kind` is that of the base periods now.
    """

    period: Period
    bases: tuple[Period, ...]
    kind: str
    calendar: Calendar

    @property
    def is_closed(self) -> bool:
        """Tell whether no figure of it moves any more, but by a correction."""
        return bool(self.bases) or self.period in self.calendar.closed


def choose(portal: Portal, session: Session, unit: UnitRow, period_code: str | None) -> Chosen:
    """Return the period with this code, without one the base period that holds today.

    Raises:
        NotFound: it is no base period that has begun, and no union of closed ones.
    """
    kind = portal.policy_on(session, portal.today()).base_period
    period = parse_union(period_code) if period_code else Period.containing(kind, portal.today())
    calendar = get_calendar(session, unit.id, period.ends_on)
    if period.kind == kind:
        if period.starts_on > portal.today():
            raise NotFound("period")
        return Chosen(period, (), kind, calendar)
    bases = bases_of(period, calendar.closed)
    if bases is None or period not in {twelve_months_to(last) for last in calendar.closed}:
        raise NotFound("period")  # a month beside its semester would show by subtraction what neither shows
    return Chosen(period, bases, kind, calendar)


def list_choices(portal: Portal, chosen: Chosen) -> tuple[Period, ...]:
    """Return the base periods since the first release, each after the union that ends with it, the newest first."""
    calendar = chosen.calendar
    first = min([portal.today(), *(calendar.months or ())])
    known = {*periods_between(chosen.kind, first, portal.today())}
    unions = {twelve_months_to(last) for last in calendar.closed}
    known |= {union for union in unions if bases_of(union, calendar.closed)}
    return tuple(sorted({*known, chosen.period}, key=lambda it: (it.ends_on, len(it.months)), reverse=True))


def get_unit(units: Sequence[UnitRow], unit_code: str | None) -> UnitRow:
    """Return the unit with this code, without one the first, which is the caller's own.

    Raises:
        NotFound: no such unit.
    """
    for unit in units:
        if unit_code in {None, unit.unit_code}:
            return unit
    raise NotFound("unit")


def line_to(session: Session, units: Sequence[UnitRow], unit: UnitRow, period: Period) -> list[Rows]:
    """Return the rows of each unit from the caller's own down to `unit`: together they tell what must be hidden."""
    line = [row for row in units if unit.path[: len(row.path)] == row.path]
    subjects = structure.list_subjects(session, [row.id for row in line])
    by_name = sorted(units, key=lambda row: row.name.casefold())
    return [
        Rows(
            row,
            [child for child in by_name if child.path[:-1] == row.path],
            [subject for subject in subjects if subject.unit_id == row.id],
            period,
        )
        for row in line
    ]


def wanted(line: Sequence[Rows]) -> Mapping[str, Sequence[str]]:
    """Return the subjects of every cell that the report reads, by cut."""
    found: dict[str, list[str]] = {}
    for rows in line:
        for cut, subjects in rows.wanted().items():
            found.setdefault(cut, []).extend(subjects)
    return found


def pools_of(cells: Sequence[ReleasedCell], period: Period) -> Pools:
    """Pool the cells of the months of a period."""
    return pool_by_subject(cell for cell in cells if period.starts_on <= cell.key.month <= period.ends_on)


def figures_of(
    portal: Portal, session: Session, line: Sequence[Rows], chosen: Chosen, cells: Sequence[ReleasedCell]
) -> Figures:
    """Return the figures of the last unit of the line in the period chosen; `cells` hold those of its months."""
    union = pools_of(cells, chosen.period)
    if not chosen.bases:
        return Figures(portal.instruments, union, line)
    families = [rows.family for rows in line]
    bases = [pools_of(cells, base) for base in chosen.bases]
    officers = _officers(session, line[-1], chosen)
    is_year = chosen.period.kind == "year"
    hiding = hide_in_union(portal.instruments, families, bases, union, officers, is_year=is_year)
    return Figures(portal.instruments, union, line, hiding)


def _officers(session: Session, rows: Rows, chosen: Chosen) -> Officers:
    """Read the officers' closed periods from the first one on: their twelve months are decided in their order."""
    closed = chosen.calendar.closed
    subjects = {"officer": rows.wanted()["officer"]}
    cells = ledger.list_cells(session, subjects, closed[0].starts_on, chosen.period.ends_on)
    asked = range(closed.index(chosen.bases[0]), closed.index(chosen.bases[-1]) + 1)
    return Officers([pools_of(cells, base) for base in closed], windows_of(closed), asked)
