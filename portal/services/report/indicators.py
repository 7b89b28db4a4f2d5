"""The page of a unit's indicators by name: its own and those of its officers, with how each came about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from portal.domain.period import Period
from portal.services import Portal
from portal.services.report.indicator_lines import IndicatorLine, Shown, line_of, values_of
from portal.services.report.unit import UnitReport, read_unit
from portal.storage import indicators, periods, reported, structure
from portal.storage.indicators import EntryRow, IndicatorRow
from portal.storage.reported import PastIndex
from portal.storage.structure import Subject, UnitRow


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the progress; `is_later`: made after the period was signed, so that no figure of it changes."""

    as_of: date
    value: str
    source: str | None
    link: str | None
    is_later: bool


@dataclass(frozen=True, slots=True)
class KeptIndicator:
    """An indicator with its progress, the latest date first; `may_change` until it ends or its period is signed."""

    line: IndicatorLine
    duty: str | None
    unit_goal: str | None
    ends_on: date | None
    entries: tuple[Entry, ...]
    may_change: bool
    may_progress: bool


@dataclass(frozen=True, slots=True)
class Holder:
    """The unit itself (without a name) or one of its officers, with their indicators by name."""

    code: str
    name: str
    kept: tuple[KeptIndicator, ...]


@dataclass(frozen=True, slots=True)
class IndicatorsReport:
    """The indicators of a unit in a base period; `signed_at`, in local time, where the period is closed.

    `officers` are code and name of those for whom an indicator may be added; `open_periods` those it may be for.
    """

    unit_code: str
    unit_name: str
    period: Period
    periods: tuple[Period, ...]
    open_periods: tuple[Period, ...]
    signed_at: datetime | None
    holders: tuple[Holder, ...]
    officers: tuple[tuple[str, str], ...]
    past: tuple[PastIndex, ...]
    today: date


def open_indicators(
    portal: Portal, scope: Sequence[int], unit_code: str, period_code: str | None = None
) -> IndicatorsReport:
    """Return the indicators of a unit in a base period, the present one where none is named.

    What the portal counts itself is the figure of the unit's page, and of officers as far as their thresholds allow.

    Raises:
        NotFound: no such unit in the scope, or no such period.
    """
    with portal.read() as session:
        report = read_unit(portal, session, scope, unit_code, period_code)
        unit = structure.get_unit(session, scope, unit_code)
        rows = indicators.list_of_period(session, report.period, unit_ids=[unit.id])
        subjects = [one for one in structure.list_subjects(session, [unit.id]) if one.kind == "officer"]
        kept = _Kept(portal, session, rows, report)
        choices = tuple((one.code, one.name) for one in subjects if one.ends_on is None or one.ends_on >= kept.today)
        return IndicatorsReport(
            unit_code=unit.unit_code,
            unit_name=unit.name,
            period=report.period,
            periods=report.periods,
            open_periods=kept.open_periods(),
            signed_at=kept.signed_at.astimezone(portal.time_zone) if kept.signed_at else None,
            holders=_holders(kept, _shown(session, scope, unit, report), report, subjects),
            officers=choices,
            past=report.past,
            today=kept.today,
        )


class _Kept:
    """The rows of a period with their entries, and what of them may still change."""

    def __init__(self, portal: Portal, session: Session, rows: Sequence[IndicatorRow], report: UnitReport) -> None:
        self.rows = rows
        self.today = portal.today()
        self.signed_at = indicators.find_signed_at(session, report.period.period_code)
        self._period = report.period
        self._closed_until = periods.find_closed_until(session)
        self._entries = indicators.list_entries(session, [row.id for row in rows])

    def open_periods(self) -> tuple[Period, ...]:
        """Return the base periods that an indicator may be for: those not closed, up to the next one."""
        present = Period.containing(self._period.kind, self.today)
        known = {self._period, present, present.following}
        return tuple(sorted(period for period in known if not self._is_closed(period)))

    def whole(self, row: IndicatorRow, line: IndicatorLine) -> KeptIndicator:
        """Return an indicator with its progress."""
        goes_on = row.ends_on is None or row.ends_on > self.today
        entries = tuple(self._entry(entry) for entry in self._entries.get(row.id, ()))
        may_change = goes_on and not self._is_closed(Period.parse(row.period_code))
        may_progress = goes_on and row.measure is None
        return KeptIndicator(line, row.duty, row.unit_goal, row.ends_on, entries, may_change, may_progress)

    def _entry(self, entry: EntryRow) -> Entry:
        is_later = self.signed_at is not None and entry.entered_at > self.signed_at
        return Entry(entry.as_of, entry.value, entry.source, entry.link, is_later)

    def _is_closed(self, period: Period) -> bool:
        return self._closed_until is not None and period.ends_on <= self._closed_until


def _shown(session: Session, scope: Sequence[int], unit: UnitRow, report: UnitReport) -> Shown:
    below = [row.id for row in structure.list_subtree(session, scope) if row.path[: len(unit.path)] == unit.path]
    served = reported.find_served(session, below, report.period.starts_on, report.period.ends_on)
    as_of = report.released_at.date() if report.released_at else None
    return Shown(report.period, values_of((report.skm, report.quick)), report.quick.n, served, as_of)


def _holders(kept: _Kept, shown: Shown, report: UnitReport, subjects: Sequence[Subject]) -> tuple[Holder, ...]:
    figures: Mapping[str, dict[str, str | None]] = {
        line.code: values_of(line.scores.values()) for line in report.officers
    }
    names = {one.code: one.name for one in subjects}
    by_holder: dict[str, list[KeptIndicator]] = {"": []}
    for row in kept.rows:
        code = row.officer_code or ""
        own = Shown(shown.period, figures.get(code, {}), as_of=shown.as_of) if code else shown
        by_holder.setdefault(code, []).append(kept.whole(row, line_of(row, own)))
    holders = [Holder(code, names.get(code, code), tuple(listed)) for code, listed in by_holder.items()]
    return tuple(sorted(holders, key=lambda holder: (holder.name.casefold(), holder.code)))
