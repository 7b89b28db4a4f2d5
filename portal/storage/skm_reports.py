"""What the SKM report and the list of all units read besides released cells.

Raw rows are read here alone for a page, to print the nine answers of each complete ballot of a closed period; whoever
asks for them compares them with the released cells before anybody sees one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import BindParameter, ScalarSelect, Select, bindparam, case, func, select
from sqlalchemy.orm import Session, aliased

from portal.domain.period import Period
from portal.domain.rating import COUNTED
from portal.storage.tables import (
    Ballot,
    Campaign,
    Carried,
    Response,
    ServedCount,
    Snapshot,
    SnapshotScore,
    Verdict,
)

_Later: Final = aliased(Ballot)
_first: BindParameter[date] = bindparam("first")
_last: BindParameter[date] = bindparam("last")
_LATEST: Final[ScalarSelect[int]] = (
    select(func.max(_Later.revision))
    .where(_Later.response_id == Ballot.response_id, _Later.instrument == Ballot.instrument)
    .scalar_subquery()
)
_STATE: Final = (
    select(Verdict.state)
    .where(Verdict.response_id == Ballot.response_id)
    .order_by(Verdict.revision.desc())
    .limit(1)
    .scalar_subquery()
)
_CARRIED: Final = (
    Carried.cut == "unit",
    Carried.subject == bindparam("subject"),
    Carried.measure == bindparam("measure"),
)
_OUT: Final = select(Carried.response_id).where(*_CARRIED, Carried.from_month.between(_first, _last))
_IN: Final = select(Carried.response_id).where(*_CARRIED, Carried.month.between(_first, _last))


def _rows(*conditions: Any) -> Select[Any]:  # noqa: ANN401 - conditions of SQLAlchemy
    return (
        select(Ballot.answers)
        .join(Response, Response.id == Ballot.response_id)
        .where(
            Ballot.instrument == bindparam("instrument"),
            Ballot.revision == _LATEST,
            func.coalesce(_STATE, COUNTED) == COUNTED,
            Response.unit_id == bindparam("unit_id"),
            *conditions,
        )
    )


_OWN: Final = _rows(Response.counts_on.between(_first, _last), Response.id.not_in(_OUT))
_LATE: Final = _rows(Response.id.in_(_IN))


def list_answers(
    session: Session, unit_id: int, instrument: str, measure: str, first: date, last: date
) -> Sequence[Mapping[str, int]]:
    """List the answers, by element code, of each ballot that counts for the unit itself from `first` to `last`.

    Those that the unit's cell of `measure` carried over from the period before come too, those that it carried into
    the next do not. Incomplete ballots come as well, and in no order.
    """
    asked = {
        "unit_id": unit_id,
        "subject": str(unit_id),
        "instrument": instrument,
        "measure": measure,
        "first": first,
        "last": last,
    }
    return [row.answers for statement in (_OWN, _LATE) for row in session.execute(statement, asked)]


@dataclass(frozen=True, slots=True)
class ClosedScore:
    """The index of a unit in a closed period as its latest snapshot has it; figures are None with a reason there."""

    period_code: str
    version: int
    n: int | None
    value: str | None
    mutu: str | None

    @property
    def period(self) -> Period:
        """The period."""
        return Period.parse(self.period_code)


_SCORES: Final = (
    select(Snapshot.period_code, Snapshot.version, SnapshotScore.body)
    .join(Snapshot, Snapshot.id == SnapshotScore.snapshot_id)
    .where(
        SnapshotScore.cut == "unit",
        SnapshotScore.code == bindparam("unit_code"),
        SnapshotScore.instrument == bindparam("instrument"),
    )
    .order_by(Snapshot.period_code, Snapshot.version)
)


def list_closed_scores(session: Session, unit_code: str, instrument: str) -> Sequence[ClosedScore]:
    """List the index of a unit in every closed period, each by its latest snapshot."""
    latest = {
        row.period_code: ClosedScore(
            row.period_code, row.version, row.body["n"], row.body["value"], row.body.get("mutu")
        )
        for row in session.execute(_SCORES, {"unit_code": unit_code, "instrument": instrument})
    }
    return list(latest.values())


_WHOLE: Final = func.sum(case((ServedCount.service_id.is_(None), ServedCount.n)))
_NAMED: Final = func.sum(case((ServedCount.service_id.is_not(None), ServedCount.n)))
_DAYS: Final = (
    select(
        ServedCount.unit_id,
        case((func.coalesce(_NAMED, 0) <= _WHOLE, _WHOLE), else_=func.coalesce(_NAMED, _WHOLE)).label("n"),
    )
    .where(ServedCount.on_date.between(_first, _last))
    .group_by(ServedCount.unit_id, ServedCount.on_date)
    .subquery()
)
_SERVED: Final = select(_DAYS.c.unit_id, func.sum(_DAYS.c.n)).group_by(_DAYS.c.unit_id)
_STATED: Final = (
    select(Campaign.unit_id, Campaign.population)
    .where(
        Campaign.service_id.is_(None),
        Campaign.population.is_not(None),
        Campaign.starts_on <= _last,
        Campaign.ends_on >= _first,
    )
    .order_by(Campaign.starts_on, Campaign.id)
)


def list_served(session: Session, first: date, last: date) -> Mapping[int, int]:
    """Return how many each unit itself served, by unit id; of each day as `reported.find_served` counts it."""
    return {unit_id: int(n) for unit_id, n in session.execute(_SERVED, {"first": first, "last": last})}


def list_stated(session: Session, first: date, last: date) -> Mapping[int, int]:
    """Return how many each unit served as its latest campaign in these days states it, by unit id."""
    return {row.unit_id: row.population for row in session.execute(_STATED, {"first": first, "last": last})}
