"""Which months and periods there are, and the parameter sheet in force, in the one statement that a page has for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, cast

from sqlalchemy import Table, and_, bindparam, exists, func, literal, select, true
from sqlalchemy.orm import Session

from portal.domain.period import Period
from portal.storage.tables import ClosedPeriod, Officer, ParameterSheet, ReleaseCell

_PERIODS: Final = cast("Table", ClosedPeriod.__table__)
_SHEETS: Final = cast("Table", ParameterSheet.__table__)
_SHEET_COLUMNS: Final = tuple(column.label(f"sheet_{column.name}") for column in _SHEETS.c)
_LATEST = (
    select(_SHEETS.c.id)
    .join(_PERIODS, _PERIODS.c.period_code == _SHEETS.c.period_code)
    .where(_PERIODS.c.starts_on <= bindparam("until"))
    .order_by(_PERIODS.c.starts_on.desc(), _SHEETS.c.version.desc())
    .limit(1)
    .scalar_subquery()
)
_ONE = select(literal(1).label("one")).subquery()
_CALENDAR = (
    select(
        select(func.min(ReleaseCell.month)).scalar_subquery().label("first_month"),
        select(func.max(ReleaseCell.month)).scalar_subquery().label("last_month"),
        _PERIODS.c.starts_on,
        _PERIODS.c.kind,
        *_SHEET_COLUMNS,
    )
    .select_from(_ONE)
    .outerjoin(_PERIODS, true())
    .outerjoin(
        _SHEETS,
        and_(
            _SHEETS.c.period_code == _PERIODS.c.period_code,
            _SHEETS.c.id == _LATEST,
            exists().where(Officer.unit_id == bindparam("unit_id")),
        ),
    )
    .order_by(_PERIODS.c.starts_on)
)


@dataclass(frozen=True, slots=True)
class CurrentSheet:
    """A parameter sheet; `hash` is the SHA-256 of the canonical JSON of `body`, which may be published.

    `withheld` is what each officer's score was computed from beside it, and never leaves.
    """

    id: int
    period_code: str
    version: int
    instrument: str
    body: Mapping[str, Any]
    withheld: Mapping[str, Any]
    hash: bytes


@dataclass(frozen=True, slots=True)
class Calendar:
    """The first and last month with released cells, and the closed base periods, oldest first.

    `sheet` is the one by which the unit's officers were compared last; None where it has none, or none were compared.
    """

    months: tuple[date, date] | None
    closed: Sequence[Period]
    sheet: CurrentSheet | None


def get_calendar(session: Session, unit_id: int, until: date) -> Calendar:
    """Return the calendar; the sheet is the latest of the periods that began by `until`."""
    rows = session.execute(_CALENDAR, {"unit_id": unit_id, "until": until}).all()
    first, last = rows[0].first_month, rows[0].last_month
    closed = [Period(row.starts_on, row.kind) for row in rows if row.starts_on is not None]
    sheets = [CurrentSheet(*row[4:]) for row in rows if row.sheet_id is not None]
    return Calendar((first, last) if first else None, closed, sheets[0] if sheets else None)
