"""Dated policy rows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final, cast

from sqlalchemy import Table, bindparam, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from portal.storage.tables import PolicyRow

BEGINNING: Final = date(2000, 1, 1)
_ON = select(PolicyRow.choices).where(PolicyRow.from_on <= bindparam("day")).order_by(PolicyRow.from_on.desc()).limit(1)
_INSERT: Final[dict[str, Any]] = {
    "sqlite": sqlite.insert(cast("Table", PolicyRow.__table__)),
    "postgresql": postgresql.insert(cast("Table", PolicyRow.__table__)),
}


def get_choices(session: Session, day: date) -> Mapping[str, Any]:
    """Return the choices in force on `day`."""
    return session.execute(_ON, {"day": day}).scalar_one_or_none() or {}


def seed(session: Session, choices: Mapping[str, Any]) -> None:
    """Keep the first choices; nothing changes where there are any."""
    statement = _INSERT[session.get_bind().dialect.name].on_conflict_do_nothing()
    session.execute(statement, {"from_on": BEGINNING, "choices": dict(choices)})


def put_choices(session: Session, from_on: date, choices: Mapping[str, Any]) -> None:
    """Keep choices that hold from `from_on`."""
    insert = _INSERT[session.get_bind().dialect.name]
    statement = insert.on_conflict_do_update(index_elements=["from_on"], set_={"choices": insert.excluded.choices})
    session.execute(statement, {"from_on": from_on, "choices": dict(choices)})
