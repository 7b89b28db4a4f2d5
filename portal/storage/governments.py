"""The government whose portal this is, and whether it is still rehearsing."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from portal.storage.tables import Government, Rehearsal

_ONLY = 1
_FACTS = select(
    select(Government.name).where(Government.id == _ONLY).scalar_subquery(),
    select(Rehearsal.id).where(Rehearsal.ended_at.is_(None)).limit(1).scalar_subquery(),
)


def find_facts(session: Session) -> tuple[str | None, bool]:
    """Return the name given at the set-up, None before it, and whether a rehearsal is under way."""
    name, rehearsal_id = session.execute(_FACTS).one()
    return name, rehearsal_id is not None


def add_government(session: Session, name: str, set_up_at: datetime) -> None:
    """Name the government, once and for all.

    Raises:
        Conflict: at the end of the transaction, where it has a name.
    """
    session.execute(insert(Government).values(id=_ONLY, name=name, set_up_at=set_up_at))
