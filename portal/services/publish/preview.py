"""What staff see of the base periods: how far each has come, and what closing the next one would do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy.orm import Session

from portal.domain.errors import NotFound
from portal.domain.period import Period
from portal.domain.release import FEWEST
from portal.services import Portal
from portal.services.publish import closing, correcting
from portal.services.publish.rows import INSUFFICIENT, ScoreRow
from portal.services.publish.scores import list_all_scores
from portal.services.publish.sealing import EVERYTHING
from portal.storage import audit, indicators, periods, proposals, snapshots
from portal.storage.indicators import IndicatorRow
from portal.storage.periods import ClosedRow
from portal.storage.snapshots import SnapshotLine, SnapshotRow

FIGURES: Final = ("skm", "layanan")


class State(StrEnum):
    """How far a base period has come."""

    OPEN = "open"
    CLOSABLE = "closable"
    CLOSED = "closed"
    CORRECTED = "corrected"


@dataclass(frozen=True, slots=True)
class SignedLine:
    """A signed version of a period; `by` is who closed or corrected it last, as the log names them. Local instants."""

    version: int
    signed_at: datetime
    by: str
    hash: str
    previous_hash: str
    key_code: str
    reason: str | None


@dataclass(frozen=True, slots=True)
class PeriodLine:
    """A base period; `closable_on` is the first day on which it may be closed, as far as is known now.

    `versions` has the one signed last first. `waits` tells of a proposal to close or to correct it.
    """

    period: Period
    state: State
    closable_on: date | None
    waits: bool
    shadow: bool
    versions: tuple[SignedLine, ...]

    @property
    def is_closed(self) -> bool:
        """Tell whether it was closed."""
        return self.state in {State.CLOSED, State.CORRECTED}


@dataclass(frozen=True, slots=True)
class Periods:
    """The base periods, the latest first; `next_code` is the one to be closed next."""

    lines: tuple[PeriodLine, ...]
    next_code: str
    rehearsing: bool


@dataclass(frozen=True, slots=True)
class UnitLine:
    """A unit's figures as released, by measure; None where it has none."""

    name: str
    unit_code: str
    figures: Mapping[str, ScoreRow]


@dataclass(frozen=True, slots=True)
class Preview:
    """What closing would do; `refusal` is why it cannot be closed now, None where it can, or where it is closed.

    `hidden` counts by cut what is below its threshold, `listed` all of it. `waiting` is how many ratings wait for a
    release, None where they are 1 to 4. An indicator that the portal counts itself has what it counts now.
    """

    line: PeriodLine
    refusal: str | None
    next_code: str
    units: tuple[UnitLine, ...]
    listed: Mapping[str, int]
    hidden: Mapping[str, int]
    waiting: int | None
    indicators: tuple[IndicatorRow, ...]


def list_periods(portal: Portal) -> Periods:
    """List every base period from the first closed, or the first that has ratings, to the present one."""
    with portal.read() as session:
        known = _Known.read(session)
        earliest = closing.find_earliest_open(portal, session)
        lines = [_closed_line(portal, row, known) for row in known.closed]
        period = earliest
        while period.starts_on <= portal.today():
            lines.append(_open_line(portal, session, period, known, earliest))
            day = period.following.starts_on
            period = Period.containing(portal.policy_on(session, day).base_period, day)
        refusal = closing.find_refusal(portal, session, earliest)
    return Periods(tuple(reversed(lines)), earliest.period_code, refusal == "rehearsal")


def open_preview(portal: Portal, period_code: str) -> Preview:
    """Return what closing a base period would do, or what its closing did.

    Raises:
        NotFound: no base period with this code has begun.
    """
    with portal.read() as session:
        line, period = _get_line(portal, session, period_code), Period.parse(period_code)
        rows = {cut: list_all_scores(portal, session, period, cut, EVERYTHING) for cut in ("unit", "officer")}
        shown = {cut: {it.subject.id for it in found if it.status != INSUFFICIENT} for cut, found in rows.items()}
        hidden = {cut: len({it.subject.id for it in found} - shown[cut]) for cut, found in rows.items()}
        waiting = periods.count_waiting(session, period.starts_on, period.ends_on)
        return Preview(
            line,
            None if line.is_closed else closing.find_refusal(portal, session, period),
            closing.find_earliest_open(portal, session).period_code,
            _unit_lines(rows["unit"]),
            {cut: len({row.subject.id for row in found}) for cut, found in rows.items()},
            hidden,
            waiting if waiting == 0 or waiting >= FEWEST else None,
            tuple(_filled(indicators.list_of_period(session, period), rows)),
        )


def _filled(listed: Sequence[IndicatorRow], rows: Mapping[str, Sequence[ScoreRow]]) -> Iterator[IndicatorRow]:
    """Give what the portal counts itself the realisation that would leave beside the scores, where it is listed too."""
    beside = {(cut, row.subject.id): iter(row.indicators) for cut, found in rows.items() for row in found}
    for indicator in listed:
        cut, code = ("officer", indicator.officer_code) if indicator.officer_code else ("unit", indicator.unit_code)
        told = next(beside.get((cut, code), iter(())), None)
        if told is not None and indicator.measure is not None:
            yield replace(indicator, realisation=told.realisation, as_of=told.as_of)
        else:
            yield indicator


def read_jws(portal: Portal, period_code: str, version: int | None = None) -> SnapshotRow:
    """Return a signed version of a period, the last where none is asked for.

    Raises:
        NotFound: there is none.
    """
    with portal.read() as session:
        for row in reversed(snapshots.list_versions(session, period_code)):
            if version in {None, row.version}:
                return row
    raise NotFound("snapshot")


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of closed periods and of what waits to be decided about periods."""

    closed: Sequence[ClosedRow]
    signed: Sequence[SnapshotLine]
    by: Mapping[str, str]
    """Who signed a snapshot, by its hash."""
    waiting: frozenset[str]

    @classmethod
    def read(cls, session: Session) -> _Known:
        acts = (closing.ACT, correcting.ACT)
        entries = audit.list_acts(session, acts)
        open_ones = [it for it in proposals.list_open(session) if it.act in acts]
        return cls(
            periods.list_closed(session),
            snapshots.list_lines(session),
            {str(entry.detail["hash"]): entry.actor for entry in entries},
            frozenset(str(it.detail["period"]) for it in open_ones),
        )


def _get_line(portal: Portal, session: Session, period_code: str) -> PeriodLine:
    known, period = _Known.read(session), Period.parse(period_code)
    for row in known.closed:
        if row.period_code == period_code:
            return _closed_line(portal, row, known)
    earliest = closing.find_earliest_open(portal, session)
    is_base = portal.policy_on(session, period.starts_on).base_period == period.kind
    if not is_base or not earliest.starts_on <= period.starts_on <= portal.today():
        raise NotFound("period")
    return _open_line(portal, session, period, known, earliest)


def _closed_line(portal: Portal, row: ClosedRow, known: _Known) -> PeriodLine:
    versions = [
        SignedLine(
            it.version,
            it.signed_at.astimezone(portal.time_zone),
            known.by.get(it.hash.hex(), ""),
            it.hash.hex(),
            it.previous_hash.hex(),
            it.key_code,
            it.reason,
        )
        for it in known.signed
        if it.period_code == row.period_code
    ]
    state = State.CORRECTED if len(versions) > 1 else State.CLOSED
    waits = row.period_code in known.waiting
    return PeriodLine(Period(row.starts_on, row.kind), state, None, waits, row.shadow, tuple(reversed(versions)))


def _open_line(portal: Portal, session: Session, period: Period, known: _Known, earliest: Period) -> PeriodLine:
    on = closing.closable_after(portal, session, period) + timedelta(days=1)
    state = State.CLOSABLE if period == earliest and on <= portal.today() else State.OPEN
    shadow = not portal.policy_on(session, period.ends_on).appraisal_feed
    return PeriodLine(period, state, on, period.period_code in known.waiting, shadow, ())


def _unit_lines(rows: Sequence[ScoreRow]) -> tuple[UnitLine, ...]:
    found: dict[str, dict[str, ScoreRow]] = {}
    for row in rows:
        found.setdefault(row.subject.id, {})[row.measure] = row
    return tuple(
        UnitLine(next(iter(figures.values())).subject.name or unit_code, unit_code, figures)
        for unit_code, figures in found.items()
    )
