"""Dated policy rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final, cast

from sqlalchemy import Table, bindparam, exists, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from portal.storage.tables import PolicyRow, Response

BEGINNING: Final = date(2000, 1, 1)
_ON = select(PolicyRow.choices).where(PolicyRow.from_on <= bindparam("day")).order_by(PolicyRow.from_on.desc()).limit(1)
_ALL = select(PolicyRow.from_on, PolicyRow.choices).order_by(PolicyRow.from_on)
_IN_USE = select(exists().where(Response.id.is_not(None)))
_INSERT: Final[dict[str, Any]] = {
    "sqlite": sqlite.insert(cast("Table", PolicyRow.__table__)),
    "postgresql": postgresql.insert(cast("Table", PolicyRow.__table__)),
}


def get_choices(session: Session, day: date) -> Mapping[str, Any]:
    """Return the choices in force on `day`."""
    return session.execute(_ON, {"day": day}).scalar_one_or_none() or {}


def list_choices(session: Session) -> Sequence[tuple[date, Mapping[str, Any]]]:
    """List the choices with the dates from which they hold, earliest first."""
    return [(from_on, choices) for from_on, choices in session.execute(_ALL)]


def is_in_use(session: Session) -> bool:
    """Tell whether any rating was ever given under these choices."""
    return bool(session.execute(_IN_USE).scalar_one())


def seed(session: Session, choices: Mapping[str, Any]) -> None:
    """Keep the first choices; nothing changes where there are any."""
    statement = _INSERT[session.get_bind().dialect.name].on_conflict_do_nothing()
    session.execute(statement, {"from_on": BEGINNING, "choices": dict(choices)})


def put_choices(session: Session, from_on: date, choices: Mapping[str, Any]) -> None:
    """Keep choices that hold from `from_on`."""
    insert = _INSERT[session.get_bind().dialect.name]
    statement = insert.on_conflict_do_update(index_elements=["from_on"], set_={"choices": insert.excluded.choices})
    session.execute(statement, {"from_on": from_on, "choices": dict(choices)})
