"""The unit head's page: one unit and period, every figure with its n and range."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from portal.domain.errors import NotFound
from portal.domain.period import Period, periods_between
from portal.domain.rating import NOT_ANSWERED, OTHER_SERVICE, service_subject
from portal.domain.score.summary import Pool, Score, pool_by_subject, score
from portal.domain.threshold import Thresholds
from portal.services import Portal
from portal.storage import ledger, structure, tallies
from portal.storage.structure import Subject, UnitRow

SKM: Final = "skm-14-2017@1"
QUICK: Final = "quick@1"
HELP: Final = "petugas@1"


@dataclass(frozen=True, slots=True)
class Line:
    """One service, counter, officer or unit below, with its scores by instrument id.

    `name` is empty for the services that are not in the registry, whose `code` is `-` or `lainnya`.
    """

    code: str
    name: str
    scores: Mapping[str, Score]
    public_code: str | None = None
    rated_today: bool = False


@dataclass(frozen=True, slots=True)
class UnitReport:
    """Everything that the page of a unit shows; officers come by name, never ranked."""

    unit_code: str
    unit_name: str
    above: tuple[tuple[str, str], ...]
    period: Period
    periods: tuple[Period, ...]
    released_at: datetime | None
    skm: Score
    quick: Score
    previous_quick: Score
    services: tuple[Line, ...]
    counters: tuple[Line, ...]
    officers: tuple[Line, ...]
    units: tuple[Line, ...]
    rated_today: bool


@dataclass(frozen=True, slots=True)
class CounterSheet:
    """What is printed and hung up at a counter."""

    unit_code: str
    unit_name: str
    name: str
    public_code: str
    rated_today: bool


def open_unit(portal: Portal, scope: Sequence[int], unit_code: str | None, period_code: str | None) -> UnitReport:
    """Return the report of a unit inside the caller's `scope` (ids from the root to the caller's own unit).

    Without a code it is the caller's own unit; without a period the one that holds today.

    Raises:
        NotFound: no such unit in the scope, or no such period.
    """
    with portal.read() as session:
        below = structure.list_subtree(session, scope)
        unit = _find(below, unit_code) if unit_code else below[0]
        kind = portal.policy_on(session, portal.today()).base_period
        current = Period.containing(kind, portal.today())
        period = Period.parse(period_code) if period_code else current
        months = ledger.find_months(session) or (current.starts_on, current.starts_on)
        periods = periods_between(kind, min(months[0], current.starts_on), portal.today())
        return _report(portal, session, below, unit, period, tuple(reversed(periods)))


def _find(units: Sequence[UnitRow], unit_code: str) -> UnitRow:
    for unit in units:
        if unit.unit_code == unit_code:
            return unit
    raise NotFound("unit")


def _report(
    portal: Portal,
    session: Session,
    below: Sequence[UnitRow],
    unit: UnitRow,
    period: Period,
    periods: tuple[Period, ...],
) -> UnitReport:
    children = [row for row in below if row.path[:-1] == unit.path]
    subjects = structure.list_subjects(session, [unit.id])
    wanted = _wanted(unit, children, subjects)
    cells = ledger.list_cells(session, wanted, period.preceding.starts_on, period.ends_on)
    pools = pool_by_subject(cell for cell in cells if cell.key.month >= period.starts_on)
    before = pool_by_subject(cell for cell in cells if cell.key.month < period.starts_on)
    rated = tallies.list_counters_rated_on(session, portal.today(), [unit.id])
    figures = _Figures(portal, pools)
    own = ("unit", str(unit.id))
    names = {row.id: (row.unit_code, row.name) for row in below}
    return UnitReport(
        unit.unit_code,
        unit.name,
        tuple(names[unit_id] for unit_id in unit.path[:-1] if unit_id in names),
        period,
        periods,
        max((p.released_at for p in pools.values() if p.released_at), default=None),
        figures.score("unit", own[1], SKM),
        figures.score("unit", own[1], QUICK),
        _Figures(portal, before).score("unit", own[1], QUICK),
        figures.services(unit, subjects),
        tuple(
            Line(s.code, s.name, figures.of("counter", str(s.id), QUICK), s.public_code, s.id in rated)
            for s in subjects
            if s.kind == "counter"
        ),
        tuple(
            Line(s.code, s.name, figures.of("officer", str(s.id), HELP)) for s in subjects if s.kind == "officer"
        ),
        tuple(Line(c.unit_code, c.name, figures.of("unit", str(c.id), SKM, QUICK)) for c in children),
        bool(rated),
    )


def _wanted(unit: UnitRow, children: Sequence[UnitRow], subjects: Sequence[Subject]) -> dict[str, list[str]]:
    wanted = {"unit": [str(unit.id), *(str(child.id) for child in children)]}
    wanted["service"] = [service_subject(unit.id, kind) for kind in (NOT_ANSWERED, OTHER_SERVICE)]
    for subject in subjects:
        wanted.setdefault(subject.kind, []).append(str(subject.id))
    return wanted


@dataclass(frozen=True, slots=True)
class _Figures:
    portal: Portal
    pools: Mapping[tuple[str, str], Pool]

    def score(self, cut: str, subject: str, instrument: str) -> Score:
        pooled = self.pools.get((cut, subject), Pool())
        return score(self.portal.instruments[instrument], cut, pooled, Thresholds())

    def of(self, cut: str, subject: str, *instruments: str) -> dict[str, Score]:
        return {instrument: self.score(cut, subject, instrument) for instrument in instruments}

    def services(self, unit: UnitRow, subjects: Sequence[Subject]) -> tuple[Line, ...]:
        """Return the services by name, then what is kept apart: another service, and not answered."""
        lines = [
            Line(subject.code, subject.name, self.of("service", str(subject.id), SKM, QUICK))
            for subject in subjects
            if subject.kind == "service"
        ]
        apart = [(kind, service_subject(unit.id, kind)) for kind in (OTHER_SERVICE, NOT_ANSWERED)]
        lines += [
            Line(kind, "", self.of("service", subject, SKM, QUICK))
            for kind, subject in apart
            if ("service", subject) in self.pools
        ]
        return tuple(lines)


def open_counter_sheet(portal: Portal, scope: Sequence[int], counter_code: str) -> CounterSheet:
    """Return what is printed for a counter inside the caller's scope.

    Raises:
        NotFound: no such counter in the scope.
    """
    with portal.read() as session:
        units = {unit.id: unit for unit in structure.list_subtree(session, scope)}
        for subject in structure.list_subjects(session, list(units)):
            if subject.kind == "counter" and subject.code == counter_code and subject.public_code:
                rated = tallies.list_counters_rated_on(session, portal.today(), [subject.unit_id])
                unit = units[subject.unit_id]
                return CounterSheet(unit.unit_code, unit.name, subject.name, subject.public_code, subject.id in rated)
    raise NotFound("counter")
