"""The list of data quality: what is missing or does not fit, where, and how much of it; never a rating."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Final

from sqlalchemy.orm import Session

from portal.domain.duty import Roster
from portal.domain.errors import NotFound
from portal.domain.evidence import LINKS, MOBILE, PAPER
from portal.domain.finding import (
    WINDOW,
    Calendar,
    Finding,
    FindingCode,
    by_weight,
    duty_gaps,
    is_above_served,
    is_late,
    rarely_answered,
)
from portal.domain.instrument import split_key
from portal.domain.period import Period
from portal.domain.score.summary import Pool, pool_by_subject
from portal.services import Portal
from portal.services.report.figures import QUICK, SKM
from portal.storage import indicators, ledger, quality, reported, structure, tallies
from portal.storage.quality import CounterRow
from portal.storage.structure import UnitRow

STAFFED: Final = frozenset({"loket", MOBILE})
"""Channels of counters at which somebody stands."""
_UNPRINTED: Final = frozenset({*LINKS, PAPER})


@dataclass(frozen=True, slots=True)
class FindingList:
    """The findings, the gravest first; code and name of the unit where one was asked for, with those below it.

    Days were looked through from `first` to `last`, None before the first rating; figures as released for `period`.
    """

    unit_code: str | None
    unit_name: str | None
    period: Period
    first: date | None
    last: date | None
    findings: tuple[Finding, ...]

    @property
    def groups(self) -> tuple[tuple[FindingCode, tuple[Finding, ...]], ...]:
        """The findings by kind, in their order."""
        return tuple((code, tuple(listed)) for code, listed in groupby(self.findings, key=lambda it: it.code))


def list_findings(portal: Portal, scope: Sequence[int], unit_code: str | None = None) -> FindingList:
    """Return what is found about a unit and those below it, of all units in the `scope` where none is named.

    Figures are those of released cells over the whole base period, which the units' pages print as well: whoever
    changes a number served learns nothing of a week, and nothing of what was not released.

    Raises:
        NotFound: no such unit in the scope.
    """
    with portal.read() as session:
        known = structure.list_subtree(session, scope)
        unit = _get(known, unit_code) if unit_code else None
        units = [row for row in known if unit is None or row.path[: len(unit.path)] == unit.path]
        today = portal.today()
        period = Period.containing(portal.policy_on(session, today).base_period, today)
        desk = _Desk(session, units, period, today)
        found = [*desk.days(), *_figures(portal, session, desk), *desk.untested(), *desk.unrealised()]
    code, name = (unit.unit_code, unit.name) if unit else (None, None)
    first, last = desk.window or (None, None)
    return FindingList(code, name, period, first, last, by_weight(found))


def _get(units: Sequence[UnitRow], unit_code: str) -> UnitRow:
    for unit in units:
        if unit.unit_code == unit_code:
            return unit
    raise NotFound("unit")


class _Desk:
    """What is kept about the units themselves: their counters, their days, and their indicators."""

    def __init__(self, session: Session, units: Sequence[UnitRow], period: Period, today: date) -> None:
        self.units = units
        self.period = period
        self._session = session
        self._today = today
        self.window = self._window()
        self._ids = [unit.id for unit in units]
        self._counters: dict[int, list[CounterRow]] = {}
        for counter in quality.list_counters(session, self._ids, self.window[0] if self.window else today):
            self._counters.setdefault(counter.unit_id, []).append(counter)

    def _window(self) -> tuple[date, date] | None:
        """Return the days to look through: four weeks until yesterday, none from before the first rating."""
        first = tallies.find_first_day(self._session)
        last = self._today - timedelta(days=1)
        return None if first is None or first > last else (max(first, self._today - WINDOW), last)

    def staffed(self, unit: UnitRow) -> list[CounterRow]:
        """Return the unit's counters at which somebody stands, by name."""
        return [counter for counter in self._counters.get(unit.id, ()) if counter.channel in STAFFED]

    def days(self) -> Iterator[Finding]:
        """Find the days without anybody on duty, and those without a number served."""
        if self.window is None:
            return
        first, last = self.window
        weekdays = quality.list_weekdays(self._session, self._ids, last)
        holidays = quality.list_holidays(self._session, self._ids, first, last)
        served = quality.list_served_days(self._session, self._ids, first, last)
        shifts = structure.list_shifts(self._session, first, last)
        roster, put = Roster(shifts), {shift.counter_id for shift in shifts}
        officers = structure.count_officers(self._session)
        for unit in self.units:
            closed = holidays.get(None, set()) | holidays.get(unit.id, set())
            calendar = Calendar.of(weekdays.get(unit.id, ()), weekdays.get(None, ()), closed)
            open_days = calendar.working_days(first, last)
            staffed = self.staffed(unit)
            if officers.get(unit.id) or any(counter.id in put for counter in staffed):
                yield from _duty_gaps(unit, staffed, roster, open_days)
            serving = [day for day in open_days if any(counter.is_open(day) for counter in staffed)]
            yield from _served_missing(unit, serving, served.get(unit.id, set()))

    def untested(self) -> Iterator[Finding]:
        """Find the units with printed codes that no scan test has met."""
        for unit in self.units:
            listed = self._counters.get(unit.id, ())
            printed = [one for one in listed if one.channel not in _UNPRINTED and one.is_open(self._today)]
            if missing := sum(one.scanned_at is None for one in printed):
                yield _finding(FindingCode.UNTESTED, unit, count=missing, of=len(printed))

    def unrealised(self) -> Iterator[Finding]:
        """Find the indicators of periods gone by that nobody told the realisation of."""
        by_id = {unit.id: unit for unit in self.units}
        for period in (self.period.preceding, self.period):
            for row in indicators.list_of_period(self._session, period, unit_ids=self._ids):
                own = Period.parse(row.period_code)
                is_over = period.starts_on <= own.ends_on <= period.ends_on and own.ends_on < self._today
                if is_over and row.measure is None and row.realisation is None:
                    unit = by_id[row.unit_id]
                    yield _finding(FindingCode.UNREALISED, unit, name=row.name, period_code=row.period_code)


def _finding(
    code: FindingCode,
    unit: UnitRow,
    *,
    name: str = "",
    count: int | None = None,
    of: int | None = None,
    on: date | None = None,
    period_code: str = "",
) -> Finding:
    return Finding(code, unit.unit_code, unit.name, name, count, of, on, period_code)


def _duty_gaps(
    unit: UnitRow, counters: Sequence[CounterRow], roster: Roster, open_days: Sequence[date]
) -> Iterator[Finding]:
    for counter in counters:
        days = [day for day in open_days if counter.is_open(day)]
        if gaps := duty_gaps(roster, counter.id, days):
            count, name = len(gaps), counter.name
            yield _finding(FindingCode.DUTY_GAP, unit, name=name, count=count, of=len(days), on=gaps[-1])


def _served_missing(unit: UnitRow, open_days: Sequence[date], served: set[date]) -> Iterator[Finding]:
    if missing := [day for day in open_days if day not in served]:
        count = len(missing)
        yield _finding(FindingCode.SERVED_MISSING, unit, count=count, of=len(open_days), on=missing[-1])


def _figures(portal: Portal, session: Session, desk: _Desk) -> Iterator[Finding]:
    """Find what does not fit among the released figures of the units that have counters of their own."""
    first, last = desk.period.starts_on, desk.period.ends_on
    units = [unit for unit in desk.units if desk.staffed(unit)]
    subjects = {"unit": [str(unit.id) for unit in units]}
    pools = pool_by_subject(ledger.list_cells(session, subjects, first, last))
    late = _late(session, subjects, first, last)
    served = reported.list_served_per_unit(session, first, last)
    for unit in units:
        pool = pools.get(("unit", str(unit.id)), Pool())
        counts = {key: tally.n for key, tally in pool.tallies.items()}
        below = [row.id for row in desk.units if row.path[: len(unit.path)] == unit.path]
        whole = [served[unit_id] for unit_id in below if unit_id in served]
        yield from _about(portal, desk.period, unit, counts, sum(whole) if whole else None, late.get(unit.id, {}))


def _late(
    session: Session, subjects: Mapping[str, Sequence[str]], first: date, last: date
) -> dict[int, dict[str, int]]:
    """Sum the late answers by unit and measure key."""
    found: dict[int, dict[str, int]] = {}
    for cell in ledger.list_compositions(session, subjects, first, last):
        of_unit = found.setdefault(int(cell.key.subject), {})
        of_unit[cell.key.measure] = of_unit.get(cell.key.measure, 0) + cell.late
    return found


def _about(
    portal: Portal,
    period: Period,
    unit: UnitRow,
    counts: Mapping[str, int],
    served: int | None,
    late: Mapping[str, int],
) -> Iterator[Finding]:
    code = period.period_code
    quick, survey = portal.instruments[QUICK], portal.instruments[SKM]
    (tap,) = quick.element_keys
    if is_above_served(counts.get(tap, 0), served):
        yield _finding(FindingCode.RATED_ABOVE_SERVED, unit, period_code=code)
    if is_late(late.get(tap, 0), counts.get(tap, 0)):
        yield _finding(FindingCode.LATE, unit, period_code=code)
    for key in rarely_answered({key: counts.get(key, 0) for key in survey.element_keys}):
        yield _finding(FindingCode.RARELY_ANSWERED, unit, name=split_key(key)[1], period_code=code)
