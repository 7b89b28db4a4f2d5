"""Whether the database can be written, is at the newest migration, and has room."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path
from typing import Any, Final, cast

from sqlalchemy import Table, bindparam, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from portal.storage.tables import Heartbeat, connection_of

_TABLE: Final = cast("Table", Heartbeat.__table__)
_BEAT: dict[str, Any] = {}
for _dialect, _insert in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert)):
    _statement: Any = _insert(_TABLE)
    _BEAT[_dialect] = _statement.on_conflict_do_update(
        index_elements=["name"], set_={"beaten_at": _statement.excluded.beaten_at}
    )
_LAST = select(Heartbeat.beaten_at).where(Heartbeat.name == bindparam("name"))


def beat(session: Session, name: str, at: datetime) -> None:
    """Write a heartbeat."""
    session.execute(_BEAT[session.get_bind().dialect.name], {"name": name, "beaten_at": at})


def find_beat(session: Session, name: str) -> datetime | None:
    """Return the last heartbeat of that name."""
    return session.execute(_LAST, {"name": name}).scalar_one_or_none()


def free_share(session: Session) -> float:
    """Return the free share of the file system that holds the SQLite file; 1 for a server, which watches its own."""
    if session.get_bind().dialect.name != "sqlite":
        return 1.0
    file = connection_of(session).exec_driver_sql("PRAGMA database_list").one()[2]
    usage = shutil.disk_usage(Path(file).parent)
    return usage.free / usage.total
