"""The periods for which scores are given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy.orm import Session

from portal.domain.errors import NotFound, Rehearsing
from portal.domain.period import Period
from portal.services import Portal
from portal.storage import feed, governments, periods, snapshots
from portal.storage.snapshots import SnapshotLine

METHOD_VERSION: Final = "1.0"
"""Of the arithmetic from released tallies to figures; it moves when the same tallies would give another figure."""
OPEN, CLOSED, CORRECTED = "open", "closed", "corrected"


@dataclass(frozen=True, slots=True)
class PeriodRef:
    """A period as scores name it; both days belong to it."""

    id: str
    start: date
    end: date
    time_zone: str


@dataclass(frozen=True, slots=True)
class PeriodRow:
    """A base period; `data_cutoff` is the last release that moved a figure of it, None before the first.

    `version` is that of its snapshot signed last, `snapshot_hash` the SHA-256 of that one's payload; None while open.
    """

    id: str
    kind: str
    start: date
    end: date
    time_zone: str
    status: str
    data_cutoff: datetime | None
    method_version: str
    version: int | None
    closed_at: datetime | None
    snapshot_hash: str | None


@dataclass(frozen=True, slots=True)
class _Closings:
    """When each period was closed, and the snapshot of each that was signed last."""

    closed_at: Mapping[str, datetime]
    latest: Mapping[str, SnapshotLine]

    @classmethod
    def read(cls, session: Session) -> _Closings:
        closed_at = {row.period_code: row.closed_at for row in periods.list_closed(session)}
        return cls(closed_at, {line.period_code: line for line in snapshots.list_lines(session)})


def list_periods(portal: Portal) -> Sequence[PeriodRow]:
    """List the base periods from the first released month to today, oldest first.

    Raises:
        Rehearsing: nothing leaves yet.
    """
    with portal.read() as session:
        refuse_rehearsal(session)
        cutoffs = dict(feed.list_months(session))
        closings = _Closings.read(session)
        today = portal.today()
        closed_from = (Period.parse(period_code).starts_on for period_code in closings.closed_at)
        walked = _walk(portal, session, min([today, *cutoffs, *closed_from]), today)
    return [_row(portal, period, cutoffs, closings) for period in walked]


def get_period(portal: Portal, period_code: str) -> PeriodRow:
    """Return one base period.

    Raises:
        NotFound: no base period of this government, or none that has begun and is not before the first release.
        Rehearsing: nothing leaves yet.
    """
    with portal.read() as session:
        period = base_period(portal, session, period_code)
        return _row(portal, period, dict(feed.list_months(session)), _Closings.read(session))


def refuse_rehearsal(session: Session) -> None:
    """Keep every score inside while ratings are only trials.

    Raises:
        Rehearsing: a rehearsal is under way.
    """
    _, rehearsing = governments.find_facts(session)
    if rehearsing:
        raise Rehearsing


def base_period(portal: Portal, session: Session, period_code: str) -> Period:
    """Return the base period with this code, by statements whose number and cost do not grow.

    Raises:
        NotFound, Rehearsing: as `get_period`.
    """
    refuse_rehearsal(session)
    period, today = Period.parse(period_code), portal.today()
    if portal.policy_on(session, period.starts_on).base_period != period.kind or period.starts_on > today:
        raise NotFound("period")
    if period.ends_on < today and not (
        feed.is_released_by(session, period.ends_on) or periods.find_closed(session, period_code)
    ):
        raise NotFound("period")
    return period


def reference(portal: Portal, period: Period) -> PeriodRef:
    """Return the period as scores name it."""
    return PeriodRef(period.period_code, period.starts_on, period.ends_on, portal.time_zone.key)


def _walk(portal: Portal, session: Session, first: date, last: date) -> list[Period]:
    """Follow the periods through changes of their kind, each of which falls between two periods."""
    walked: list[Period] = []
    while not walked or walked[-1].ends_on < last:
        day = walked[-1].following.starts_on if walked else first
        walked.append(Period.containing(portal.policy_on(session, day).base_period, day))
    return walked


def _row(portal: Portal, period: Period, cutoffs: Mapping[date, datetime], closings: _Closings) -> PeriodRow:
    signed = closings.latest.get(period.period_code)
    return PeriodRow(
        period.period_code,
        period.kind,
        period.starts_on,
        period.ends_on,
        portal.time_zone.key,
        _status(signed),
        max((cutoffs[month] for month in period.months if month in cutoffs), default=None),
        METHOD_VERSION,
        signed.version if signed else None,
        closings.closed_at.get(period.period_code),
        signed.hash.hex() if signed else None,
    )


def _status(signed: SnapshotLine | None) -> str:
    if signed is None:
        return OPEN
    return CLOSED if signed.version == 1 else CORRECTED
