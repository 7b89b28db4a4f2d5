"""What units report of themselves: how many they served, their indicators, and indices from before the portal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    Date,
    Integer,
    Row,
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

from portal.domain.period import Period
from portal.storage.tables import COUNTING_ENTRY, Campaign, Indicator, PastScore, Progress, ServedCount, frozen_entries


@dataclass(frozen=True, slots=True)
class ReportedIndicator:
    """An indicator of a unit; `target` and `realisation` are decimal strings as they were handed in.

    With a `measure` the portal counts it itself, and the last four are None.
    """

    indicator_code: str
    name: str
    unit_of_measure: str
    kind: str
    period_code: str
    measure: str | None
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
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Reported:
    """`served` is what a campaign stated, else what was counted; `counted` only the latter. None where nobody did.

    Indicators come by name and period, past indices with the latest year first.
    """

    served: int | None
    counted: int | None
    indicators: tuple[ReportedIndicator, ...]
    past: tuple[PastIndex, ...]


def _per_day(*conditions: Any) -> Subquery:  # noqa: ANN401 - conditions of SQLAlchemy
    """Sum each unit and day: what was counted over all services or for each of them, whichever is more."""
    whole = func.sum(case((ServedCount.service_id.is_(None), ServedCount.n)))
    named = func.sum(case((ServedCount.service_id.is_not(None), ServedCount.n)))
    more = case((whole >= func.coalesce(named, 0), whole), else_=func.coalesce(named, whole)).label("n")
    days = (
        select(ServedCount.unit_id, ServedCount.on_date, more)
        .where(ServedCount.on_date.between(bindparam("first"), bindparam("last")), *conditions)
        .group_by(ServedCount.unit_id, ServedCount.on_date)
    )
    return days.subquery()


_of_units = ServedCount.unit_id.in_(bindparam("unit_ids", expanding=True))
_ALL, _OF_SERVICE = _per_day(_of_units), _per_day(_of_units, ServedCount.service_id == bindparam("service_id"))
_EVERYWHERE = _per_day()
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
    **dict.fromkeys(("code", "name", "unit_of_measure", "kind_of", "period_code", "value", "target"), literal("")),
    "as_of": cast(null(), Date),
    **dict.fromkeys(("measure", "source", "link"), literal("")),
}


def _rows(kind: str, columns: Mapping[str, Any], *conditions: Any) -> Select[Any]:  # noqa: ANN401 - conditions of SQLAlchemy
    named = [column.label(name) for name, column in {**_NONE, **columns}.items()]
    return select(literal(kind).label("kind"), *named).where(*conditions)


_SERVED = _rows(
    "served",
    {"n": func.coalesce(_LATEST_STATED.scalar_subquery(), cast(_SUM_ALL.scalar_subquery(), Integer))},
)
_COUNTED = _rows("counted", {"n": cast(_SUM_ALL.scalar_subquery(), Integer)})
_PAST = _rows(
    "past",
    {"n": PastScore.n, "year": cast(PastScore.year, Integer), "value": PastScore.skm, "source": PastScore.source},
    PastScore.unit_id == bindparam("unit_id"),
)
_INDICATORS = (
    _rows(
        "indicator",
        {
            "code": Indicator.indicator_code,
            "name": Indicator.name,
            "unit_of_measure": Indicator.unit_of_measure,
            "kind_of": Indicator.kind,
            "period_code": Indicator.period_code,
            "measure": Indicator.measure,
            "value": Progress.value,
            "target": Indicator.target,
            "as_of": Progress.as_of,
            "source": Progress.source,
            "link": Progress.link,
        },
        Indicator.unit_id == bindparam("unit_id"),
        Indicator.officer_id.is_(None),
        or_(Indicator.ends_on.is_(None), Indicator.ends_on >= bindparam("first")),
    )
    .select_from(Indicator)
    .outerjoin(Progress, COUNTING_ENTRY)
)
_REPORTED = union_all(_SERVED, _COUNTED, _PAST, _INDICATORS)
_PER_UNIT = select(_EVERYWHERE.c.unit_id, cast(func.sum(_EVERYWHERE.c.n), Integer)).group_by(_EVERYWHERE.c.unit_id)


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


def list_served_per_unit(session: Session, first: date, last: date) -> Mapping[int, int]:
    """Return how many each unit served itself, without those below it; units that wrote down nothing are left out.

    Summed over a unit and those below it this is `find_served` of them.
    """
    return dict(session.execute(_PER_UNIT, {"first": first, "last": last}).all())


def get_reported(session: Session, unit_id: int, unit_ids: Sequence[int], period: Period) -> Reported:
    """Return what a unit reports of a base period, in one statement.

    `unit_ids` are the unit and those below it, whose served counts are its own too. Indicators of officers are
    left out; of a closed period the realisations hold that were there at its last signature.
    """
    days = {"first": period.starts_on, "last": period.ends_on}
    asked = {"unit_id": unit_id, "unit_ids": list(unit_ids), **days, **frozen_entries(period.period_code)}
    rows = session.execute(_REPORTED, asked).all()
    past = [PastIndex(row.year, row.value, row.n, row.source) for row in rows if row.kind == "past"]
    indicators = [_indicator(row) for row in rows if row.kind == "indicator"]
    counts = {row.kind: row.n for row in rows if row.kind in {"served", "counted"}}
    return Reported(
        counts.get("served"),
        counts.get("counted"),
        tuple(sorted(indicators, key=lambda row: (row.name.casefold(), row.period_code))),
        tuple(sorted(past, key=lambda index: -index.year)),
    )


def _indicator(row: Row[*tuple[Any, ...]]) -> ReportedIndicator:
    told = (row.value, row.as_of, row.source, row.link)
    named = (row.code, row.name, row.unit_of_measure, row.kind_of, row.period_code, row.measure, row.target)
    return ReportedIndicator(*named, *told)
