"""What units report of themselves: how many they served, their indicators, and indices from before the portal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    Date,
    Integer,
    Select,
    Subquery,
    bindparam,
    case,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from portal.storage.tables import Campaign, Indicator, PastScore, ServedCount


@dataclass(frozen=True, slots=True)
class IndicatorRow:
    """An indicator of a unit; `target` and `realisation` are decimal strings as they were handed in."""

    name: str
    unit_of_measure: str
    period_code: str
    target: str | None
    realisation: str | None
    as_of: date | None
    source: str | None
    link: str | None


@dataclass(frozen=True, slots=True)
class PastIndex:
    """An index as it was published for a year before the portal; `n` is the number of respondents where it is known."""

    year: int
    skm: str
    n: int | None


@dataclass(frozen=True, slots=True)
class Reported:
    """`served` is what a campaign stated, else what was counted, None where neither was.

    Indicators come by name and period, past indices with the latest year first.
    """

    served: int | None
    indicators: tuple[IndicatorRow, ...]
    past: tuple[PastIndex, ...]


def _per_day(*conditions: Any) -> Subquery:  # noqa: ANN401 - conditions of SQLAlchemy
    """Sum each unit and day: what was counted over all services or for each of them, whichever is more."""
    whole = func.sum(case((ServedCount.service_id.is_(None), ServedCount.n)))
    named = func.sum(case((ServedCount.service_id.is_not(None), ServedCount.n)))
    days = (
        select(case((whole >= func.coalesce(named, 0), whole), else_=func.coalesce(named, whole)).label("n"))
        .where(
            ServedCount.unit_id.in_(bindparam("unit_ids", expanding=True)),
            ServedCount.on_date.between(bindparam("first"), bindparam("last")),
            *conditions,
        )
        .group_by(ServedCount.unit_id, ServedCount.on_date)
    )
    return days.subquery()


_ALL, _OF_SERVICE = _per_day(), _per_day(ServedCount.service_id == bindparam("service_id"))
_SUM_ALL = select(func.sum(_ALL.c.n))
_SUM_OF_SERVICE = select(func.sum(_OF_SERVICE.c.n))
_LATEST_STATED = (
    select(Campaign.population)
    .where(
        Campaign.unit_id == bindparam("unit_id"),
        Campaign.service_id.is_(None),
        Campaign.population.is_not(None),
        Campaign.starts_on <= bindparam("last"),
        Campaign.ends_on >= bindparam("first"),
    )
    .order_by(Campaign.starts_on.desc(), Campaign.id.desc())
    .limit(1)
)
_NONE: dict[str, Any] = {
    "n": cast(null(), Integer),
    "year": cast(null(), Integer),
    **dict.fromkeys(("name", "unit_of_measure", "period_code", "value", "target"), literal("")),
    "as_of": cast(null(), Date),
    **dict.fromkeys(("source", "link"), literal("")),
}


def _rows(kind: str, columns: Mapping[str, Any], *conditions: Any) -> Select[Any]:  # noqa: ANN401 - conditions of SQLAlchemy
    named = [column.label(name) for name, column in {**_NONE, **columns}.items()]
    return select(literal(kind).label("kind"), *named).where(*conditions)


_SERVED = _rows(
    "served",
    {"n": func.coalesce(_LATEST_STATED.scalar_subquery(), cast(_SUM_ALL.scalar_subquery(), Integer))},
)
_PAST = _rows(
    "past",
    {"n": PastScore.n, "year": cast(PastScore.year, Integer), "value": PastScore.skm},
    PastScore.unit_id == bindparam("unit_id"),
)
_INDICATORS = _rows(
    "indicator",
    {
        "name": Indicator.name,
        "unit_of_measure": Indicator.unit_of_measure,
        "period_code": Indicator.period_code,
        "value": Indicator.realisation,
        "target": Indicator.target,
        "as_of": Indicator.as_of,
        "source": Indicator.source,
        "link": Indicator.link,
    },
    Indicator.unit_id == bindparam("unit_id"),
    Indicator.officer_id.is_(None),
    or_(Indicator.ends_on.is_(None), Indicator.ends_on >= bindparam("first")),
)
_REPORTED = union_all(_SERVED, _PAST, _INDICATORS)


def find_served(
    session: Session, unit_ids: Sequence[int], first: date, last: date, *, service_id: int | None = None
) -> int | None:
    """Return how many the units served from `first` to `last`, both included; None where nobody wrote it down.

    Of a day's count over all services and the sum of those of each the larger one counts; with `service_id` only that
    service is summed.
    """
    days = {"unit_ids": list(unit_ids), "first": first, "last": last}
    if service_id is None:
        found = session.execute(_SUM_ALL, days).scalar_one()
    else:
        found = session.execute(_SUM_OF_SERVICE, {**days, "service_id": service_id}).scalar_one()
    return None if found is None else int(found)


def get_reported(session: Session, unit_id: int, unit_ids: Sequence[int], first: date, last: date) -> Reported:
    """Return what a unit reports of the days from `first` to `last`, in one statement.

    `unit_ids` are the unit and those below it, whose served counts are its own too. Indicators of officers are
    left out.
    """
    asked = {"unit_id": unit_id, "unit_ids": list(unit_ids), "first": first, "last": last}
    rows = session.execute(_REPORTED, asked).all()
    indicators = [
        IndicatorRow(
            row.name, row.unit_of_measure, row.period_code, row.target, row.value, row.as_of, row.source, row.link
        )
        for row in rows
        if row.kind == "indicator"
    ]
    past = [PastIndex(row.year, row.value, row.n) for row in rows if row.kind == "past"]
    return Reported(
        next((row.n for row in rows if row.kind == "served"), None),
        tuple(sorted(indicators, key=lambda row: (row.name.casefold(), row.period_code))),
        tuple(sorted(past, key=lambda index: -index.year)),
    )
