"""What the counts of a month that is over are made from: options chosen, and what units publish unlike each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from portal.storage.tables import Choice, Pending, ReleaseCell, Response


@dataclass(frozen=True, slots=True)
class PendingAnswer:
    """What is pending of a response in the cell of `subject`, a unit; `unit_id` is its own, `counts_on` its day."""

    response_id: bytes
    subject: int
    released: int
    current: int
    unit_id: int
    day_part: str
    counts_on: date


@dataclass(frozen=True, slots=True)
class ChosenOption:
    """How often an option was chosen at a unit's own counters."""

    unit_id: int
    instrument: str
    item: str
    option: str
    n: int


_PENDING: Final = (
    select(
        Pending.response_id,
        Pending.subject,
        Pending.released,
        Pending.current,
        Response.unit_id,
        Response.day_part,
        Response.counts_on,
    )
    .join(Response, Response.id == Pending.response_id)
    .where(Pending.cut == "unit", Pending.month == bindparam("month"), Pending.measure == bindparam("measure"))
)
_CHOSEN_KEY: Final = (Choice.unit_id, Choice.instrument, Choice.item, Choice.option)
_CHOSEN: Final = (
    select(*_CHOSEN_KEY, func.sum(Choice.n))
    .where(Choice.month.between(bindparam("first"), bindparam("last")))
    .group_by(*_CHOSEN_KEY)
    .having(func.sum(Choice.n) > 0)
)
_PUBLISHED: Final = (
    select(ReleaseCell.subject, func.sum(ReleaseCell.n).label("n"))
    .where(ReleaseCell.cut == "choice", ReleaseCell.month.between(bindparam("first"), bindparam("last")))
    .group_by(ReleaseCell.subject)
)


def list_pending_of_units(session: Session, month: date, measure: str) -> Sequence[PendingAnswer]:
    """List what is pending in the cells of units."""
    rows = session.execute(_PENDING, {"month": month, "measure": measure})
    return [PendingAnswer(row.response_id, int(row.subject), *row[2:]) for row in rows]


def list_chosen(session: Session, first: date, last: date) -> Sequence[ChosenOption]:
    """List how often each option was chosen in the months from `first` to `last`."""
    return [ChosenOption(*row[:4], int(row[4])) for row in session.execute(_CHOSEN, {"first": first, "last": last})]


def count_published(session: Session, first: date, last: date) -> Mapping[str, int]:
    """Return how often each option has been published as chosen in these months, by the subject of its cell."""
    return {row.subject: int(row.n) for row in session.execute(_PUBLISHED, {"first": first, "last": last})}
