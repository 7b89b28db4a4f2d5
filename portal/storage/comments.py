"""What citizens wrote, masked, and the sealed originals for as long as they are kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal, cast

from sqlalchemy import CursorResult, Table, bindparam, exists, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from portal.storage.tables import Comment, Officer, Unit, connection_of

Decision = Literal["waiting", "released", "withheld"]

_TABLE: Final = cast("Table", Comment.__table__)
_ADD: Final = {
    "sqlite": sqlite.insert(_TABLE).on_conflict_do_nothing(index_elements=["id"]).returning(_TABLE.c.id),
    "postgresql": postgresql.insert(_TABLE).on_conflict_do_nothing(index_elements=["id"]).returning(_TABLE.c.id),
}
_HAS: Final = select(exists().where(Comment.id == bindparam("comment_id")))
_IN_A_BATCH: Final = Comment.case_code.is_(None)
_WAITING: Final = (
    select(Comment.unit_id, func.count(), func.max(Comment.month))
    .where(Comment.state == "waiting", _IN_A_BATCH, Comment.month < bindparam("before"))
    .group_by(Comment.unit_id)
    .order_by(Comment.unit_id)
)
_SUSPECTED: Final = (
    select(Comment.id, Comment.text, Comment.language, Comment.case_code, Unit.name)
    .join(Unit, Unit.id == Comment.unit_id)
    .where(Comment.state == "suspected")
    .order_by(Comment.id)
)


@dataclass(frozen=True, slots=True)
class CommentText:
    """A masked text and the language of the page on which it was written."""

    text: str
    language: str


@dataclass(frozen=True, slots=True)
class SuspectedComment:
    """A text that nobody but a reviewer sees; `asks` for an answer."""

    id: bytes
    text: str
    language: str
    unit_name: str
    asks: bool


def list_officer_names(session: Session, unit_path: Sequence[int]) -> Sequence[str]:
    """List the names of officers of a unit, of those above it and of those below it, former ones too."""
    path = ".".join(map(str, unit_path))
    near = or_(Unit.id.in_(unit_path), Unit.path.startswith(f"{path}."))
    return session.execute(select(Officer.name).join(Unit, Unit.id == Officer.unit_id).where(near)).scalars().all()


def add_comment(session: Session, **columns: Any) -> bool:  # noqa: ANN401 - the columns of Comment
    """Keep a comment; False where its response has left one before."""
    return connection_of(session).execute(_ADD[session.get_bind().dialect.name], columns).first() is not None


def has_comment(session: Session, comment_id: bytes) -> bool:
    """Tell whether there is a comment of that id."""
    return bool(connection_of(session).execute(_HAS, {"comment_id": comment_id}).scalar_one())


def count_waiting(session: Session, before: date) -> Sequence[tuple[int, int, date]]:
    """List (unit, how many comments of months before the date `before` wait for a batch, their last month)."""
    return [(unit_id, n, month) for unit_id, n, month in session.execute(_WAITING, {"before": before})]


def release(session: Session, unit_id: int, before: date, month: date) -> int:
    """Release what waits in a unit from months before `before` as the batch of `month`; return how many."""
    statement = (
        update(Comment)
        .where(Comment.unit_id == unit_id, Comment.state == "waiting", _IN_A_BATCH, Comment.month < before)
        .values(state="released", month=month)
    )
    return cast("CursorResult[Any]", session.execute(statement)).rowcount


def list_months(session: Session, unit_id: int) -> Sequence[date]:
    """List the months of which a unit has a batch, newest first."""
    batches = select(Comment.month).where(Comment.unit_id == unit_id, Comment.state == "released", _IN_A_BATCH)
    return sorted(set(session.execute(batches.distinct()).scalars()), reverse=True)


def list_released(session: Session, unit_id: int, month: date) -> Sequence[CommentText]:
    """List a batch by id, which is random and the same each time."""
    batch = select(Comment.text, Comment.language).where(
        Comment.unit_id == unit_id, Comment.month == month, Comment.state == "released", _IN_A_BATCH
    )
    return [CommentText(*row) for row in session.execute(batch.order_by(Comment.id))]


def list_suspected(session: Session) -> Sequence[SuspectedComment]:
    """List what waits for a reviewer, by id, which is random."""
    return [
        SuspectedComment(row.id, row.text, row.language, row.name, row.case_code is not None)
        for row in session.execute(_SUSPECTED)
    ]


def count_suspected(session: Session) -> int:
    """Count what waits for a reviewer."""
    return session.execute(select(func.count()).where(Comment.state == "suspected")).scalar_one()


def decide(session: Session, comment_id: bytes, *, release: bool, actor: str) -> bool:
    """Let a suspected comment wait for its batch (one that asks for an answer goes on at once), or withhold it.

    False where nothing suspected has that id: it was decided a moment ago.
    """
    asks = _TABLE.c.case_code.is_not(None)
    suspected = update(Comment).where(Comment.id == comment_id, Comment.state == "suspected")
    states = (("released", asks), ("waiting", ~asks)) if release else (("withheld", None),)
    rows = 0
    for state, condition in states:
        statement = suspected if condition is None else suspected.where(condition)
        done = session.execute(statement.values(state=state, decided_by=actor))
        rows += cast("CursorResult[Any]", done).rowcount
    return rows > 0


def delete_expired(session: Session, today: date) -> int:
    """Remove the originals whose days are over, and with them the words of what was withheld; return how many."""
    over = Comment.sealed_until < today
    session.execute(update(Comment).where(over, Comment.state == "withheld").values(text=""))
    removed = session.execute(update(Comment).where(over).values(sealed=None, sealed_until=None))
    return cast("CursorResult[Any]", removed).rowcount
