"""Indicators by name, and the dated entries of their progress."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, cast

from sqlalchemy import Row, Table, bindparam, func, insert, or_, select, update
from sqlalchemy.orm import Session

from portal.domain.period import Period
from portal.storage.tables import (
    COUNTING_ENTRY,
    Indicator,
    Officer,
    PastScore,
    Progress,
    Snapshot,
    Unit,
    connection_of,
    frozen_entries,
)


@dataclass(frozen=True, slots=True)
class IndicatorRow:
    """An indicator of a unit, or of one of its officers where `officer_id` is set; numbers are decimal strings.

    With a `measure` the portal counts it itself, and `realisation`, `as_of`, `source` and `link` are None here: the
    figure comes from whatever shows the measure. Otherwise they are what somebody told, and the portal checks nothing.
    """

    id: int
    indicator_code: str
    unit_id: int
    unit_code: str
    officer_id: int | None
    officer_code: str | None
    name: str
    unit_of_measure: str
    kind: str
    duty: str | None
    unit_goal: str | None
    period_code: str
    measure: str | None
    target: str | None
    ends_on: date | None
    realisation: str | None
    as_of: date | None
    source: str | None
    link: str | None


@dataclass(frozen=True, slots=True)
class EntryRow:
    """One entry of the progress of an indicator; `entered_by` is a name as the audit log knows it."""

    indicator_id: int
    as_of: date
    value: str
    source: str | None
    link: str | None
    entered_by: str
    entered_at: datetime


_INDICATORS: Final = (
    select(
        Indicator.id,
        Indicator.indicator_code,
        Indicator.unit_id,
        Unit.unit_code,
        Indicator.officer_id,
        Officer.officer_code,
        Indicator.name,
        Indicator.unit_of_measure,
        Indicator.kind,
        Indicator.duty,
        Indicator.unit_goal,
        Indicator.period_code,
        Indicator.measure,
        Indicator.target,
        Indicator.ends_on,
        Progress.value,
        Progress.as_of,
        Progress.source,
        Progress.link,
    )
    .join(Unit, Unit.id == Indicator.unit_id)
    .outerjoin(Officer, Officer.id == Indicator.officer_id)
    .outerjoin(Progress, COUNTING_ENTRY)
)
_IN_USE: Final = or_(Indicator.ends_on.is_(None), Indicator.ends_on >= bindparam("first"))
_OF_PERIOD: Final = _INDICATORS.where(_IN_USE)
_OF_UNITS: Final = _OF_PERIOD.where(Indicator.unit_id.in_(bindparam("unit_ids", expanding=True)))
_ONE: Final = _INDICATORS.where(Indicator.indicator_code == bindparam("indicator_code"))
_ENTRIES: Final = (
    select(
        Progress.indicator_id,
        Progress.as_of,
        Progress.value,
        Progress.source,
        Progress.link,
        Progress.entered_by,
        Progress.entered_at,
    )
    .where(Progress.indicator_id.in_(bindparam("indicator_ids", expanding=True)))
    .order_by(Progress.as_of.desc(), Progress.id.desc())
)
_ID: Final = select(Indicator.id).where(Indicator.indicator_code == bindparam("indicator_code"))
_ADD: Final = insert(cast("Table", Indicator.__table__))
_PUT: Final = update(Indicator).where(Indicator.indicator_code == bindparam("of_code"))
_PUT_TARGET: Final = _PUT.values(target=bindparam("new_target"))
_PUT_END: Final = _PUT.values(ends_on=bindparam("last"))
_APPEND: Final = insert(cast("Table", Progress.__table__))
_SIGNED_AT: Final = select(func.max(Snapshot.signed_at)).where(Snapshot.period_code == bindparam("period_code"))
_PAST_CODE: Final = select(PastScore.past_score_code).where(
    PastScore.unit_id == bindparam("unit_id"), PastScore.year == bindparam("year")
)


def list_of_period(
    session: Session, period: Period, *, unit_ids: Sequence[int] | None = None, at: datetime | None = None
) -> Sequence[IndicatorRow]:
    """List the indicators whose own period, of whatever kind, overlaps a base period: by unit, officer, name, code.

    Without `unit_ids` those of every unit, in one statement either way. Of a closed period the entries count that were
    there at its last signature; `at` takes its place while a new version is being signed.
    """
    parameters: dict[str, Any] = {"first": period.starts_on, **frozen_entries(period.period_code, at)}
    statement = _OF_PERIOD
    if unit_ids is not None:
        statement, parameters["unit_ids"] = _OF_UNITS, list(unit_ids)
    rows = [_row(row) for row in session.execute(statement, parameters)]
    return sorted((row for row in rows if overlaps(row.period_code, period)), key=_place)


def _row(row: Row[*tuple[Any, ...]]) -> IndicatorRow:
    return IndicatorRow(*row)


def _place(row: IndicatorRow) -> tuple[str, str, str, str, str]:
    return row.unit_code, row.officer_code or "", row.name.casefold(), row.period_code, row.indicator_code


def overlaps(period_code: str, period: Period) -> bool:
    """Tell whether the period with this code, of whatever kind, has a day in common with another."""
    own = Period.parse(period_code)
    return own.starts_on <= period.ends_on and own.ends_on >= period.starts_on


def find_indicator(session: Session, indicator_code: str) -> IndicatorRow | None:
    """Return one indicator with the entry that counts now."""
    row = session.execute(_ONE, {"indicator_code": indicator_code, **frozen_entries("")}).one_or_none()
    return _row(row) if row else None


def list_entries(session: Session, indicator_ids: Sequence[int]) -> Mapping[int, Sequence[EntryRow]]:
    """List every entry of these indicators, by indicator: the latest date first, of one date the latest entry first."""
    found: dict[int, list[EntryRow]] = {}
    for row in session.execute(_ENTRIES, {"indicator_ids": list(indicator_ids)}):
        found.setdefault(row.indicator_id, []).append(EntryRow(*row))
    return found


def find_signed_at(session: Session, period_code: str) -> datetime | None:
    """Return when the last version of a period's snapshot was signed, None while it is open."""
    signed_at: datetime | None = session.execute(_SIGNED_AT, {"period_code": period_code}).scalar_one()
    return signed_at


def add_indicator(session: Session, indicator_code: str, fields: Mapping[str, object]) -> None:
    """Keep a new indicator; `fields` are its columns.

    Raises:
        Conflict: at the end of the transaction, where the code is taken.
    """
    connection_of(session).execute(_ADD, {"indicator_code": indicator_code, **fields})


def put_target(session: Session, indicator_code: str, target: str | None) -> None:
    """Give an indicator another target."""
    connection_of(session).execute(_PUT_TARGET, {"of_code": indicator_code, "new_target": target})


def put_end(session: Session, indicator_code: str, ends_on: date) -> None:
    """Let an indicator end."""
    connection_of(session).execute(_PUT_END, {"of_code": indicator_code, "last": ends_on})


def append_progress(
    session: Session,
    indicator_code: str,
    *,
    as_of: date,
    value: str,
    source: str | None,
    link: str | None,
    entered_by: str,
    entered_at: datetime,
) -> None:
    """Add an entry to the progress of an indicator that exists."""
    indicator_id = session.execute(_ID, {"indicator_code": indicator_code}).scalar_one()
    told = {"as_of": as_of, "value": value, "source": source, "link": link}
    entry = {"indicator_id": indicator_id, **told, "entered_by": entered_by, "entered_at": entered_at}
    connection_of(session).execute(_APPEND, entry)


def find_past_code(session: Session, unit_id: int, year: int) -> str | None:
    """Return the code under which a unit's index of an earlier year is kept."""
    return session.execute(_PAST_CODE, {"unit_id": unit_id, "year": year}).scalar_one_or_none()
