"""How often each topic and each answer of the profile was chosen; by whom is kept nowhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final, cast

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from portal.storage.tables import Choice, connection_of

_TABLE: Final = cast("Table", Choice.__table__)
_ADD: dict[str, Any] = {}
for _dialect, _insert in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert)):
    _statement: Any = _insert(_TABLE)
    _ADD[_dialect] = _statement.on_conflict_do_update(
        index_elements=[column.name for column in _TABLE.primary_key], set_={"n": _TABLE.c.n + _statement.excluded.n}
    )


def add(
    session: Session,
    *,
    month: date,
    unit_id: int,
    counter_id: int,
    service: str,
    instrument: str,
    chosen: Mapping[str, Sequence[str]],
) -> None:
    """Count each option chosen once more; rows are locked in the order of their key."""
    place = {"month": month, "unit_id": unit_id, "counter_id": counter_id, "service": service, "instrument": instrument}
    rows = [
        {**place, "item": item, "option": option, "n": 1}
        for item, options in sorted(chosen.items())
        for option in sorted(options)
    ]
    if rows:
        statement = _ADD[session.get_bind().dialect.name]
        connection_of(session).execute(statement, rows if len(rows) > 1 else rows[0])
