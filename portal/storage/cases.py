"""Comments whose writers ask for an answer, one answer each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, cast

from sqlalchemy import CursorResult, Table, bindparam, exists, func, insert, select, update
from sqlalchemy.orm import Session

from portal.storage.tables import Case, Comment, Unit, connection_of

_INSERT: Final = insert(cast("Table", Case.__table__))
_HELD: Final = exists().where(Comment.case_code == Case.case_code, Comment.state.in_(("suspected", "withheld")))
_OF_RECEIPT: Final = (
    select(Case.case_code, Unit.name, Case.answer, Case.answered_on, Comment.state)
    .join(Unit, Unit.id == Case.unit_id)
    .outerjoin(Comment, Comment.case_code == Case.case_code)
    .where(Case.receipt_hash == bindparam("digest"))
)


@dataclass(frozen=True, slots=True)
class CaseState:
    """What the holder of the receipt may see of a case; withheld ones reach nobody."""

    unit_name: str
    answer: str | None
    answered_on: date | None
    is_withheld: bool


@dataclass(frozen=True, slots=True)
class CaseText:
    """What the head of the unit sees of a case: words, and the answer; no day on which it was written."""

    case_code: str
    text: str
    answer: str | None
    answered_on: date | None


def add_case(session: Session, **columns: Any) -> None:  # noqa: ANN401 - the columns of Case
    """Open a case."""
    connection_of(session).execute(_INSERT, columns)


def find_by_receipt(session: Session, receipt_hash: bytes) -> CaseState | None:
    """Return the case that a receipt opened."""
    row = connection_of(session).execute(_OF_RECEIPT, {"digest": receipt_hash}).one_or_none()
    return CaseState(row.name, row.answer, row.answered_on, row.state == "withheld") if row else None


def list_cases(session: Session, unit_id: int) -> Sequence[CaseText]:
    """List the cases of a unit that may be read, by code, which is random."""
    columns = (Case.case_code, Case.text, Case.answer, Case.answered_on)
    statement = select(*columns).where(Case.unit_id == unit_id, ~_HELD).order_by(Case.case_code)
    return [CaseText(*row) for row in session.execute(statement)]


def count_unanswered(session: Session, unit_ids: Sequence[int]) -> Mapping[int, int]:
    """Count the cases that wait for an answer, by unit; units without any are left out."""
    statement = (
        select(Case.unit_id, func.count())
        .where(Case.unit_id.in_(unit_ids), Case.answer.is_(None), ~_HELD)
        .group_by(Case.unit_id)
    )
    return {row.unit_id: row[1] for row in session.execute(statement)}


def answer(session: Session, unit_id: int, case_code: str, *, text: str, on: date, actor: str) -> bool:
    """Keep the one answer to a case of a unit; False where it has one, or there is no such case to be read."""
    statement = (
        update(Case)
        .where(Case.unit_id == unit_id, Case.case_code == case_code, Case.answer.is_(None), ~_HELD)
        .values(answer=text, answered_on=on, answered_by=actor)
    )
    return cast("CursorResult[Any]", session.execute(statement)).rowcount > 0
