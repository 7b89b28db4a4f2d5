"""What the appraisal feed lists: subjects in the order of their codes, and the months that have been released."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import BindParameter, Select, String, bindparam, cast, exists, func, null, or_, select, true
from sqlalchemy.orm import Session

from portal.storage.tables import Counter, Officer, Release, ReleaseCell, Service, Unit

# The order of bytes is the same in every database and every country.
_BYTE_ORDER: Final = {"sqlite": "BINARY", "postgresql": "C"}
_first: BindParameter[Any] = bindparam("first")
_last: BindParameter[Any] = bindparam("last")
_inside = or_(Unit.path == bindparam("path"), Unit.path.startswith(bindparam("prefix")))


@dataclass(frozen=True, slots=True)
class Listed:
    """A unit, service, counter or officer that may have a score; `nip` of officers only."""

    id: int
    code: str
    name: str
    unit_code: str
    nip: str | None


def _listing(cut: str, table: Any, code: Any, order: str, only: Any) -> Select[Any]:  # noqa: ANN401 - mapped classes and their columns
    """Build the statement for one cut: what still existed in the months or was rated in them, by code."""
    code = code.collate(order)
    rated = exists().where(
        ReleaseCell.cut == cut,
        ReleaseCell.subject == cast(table.id, String),
        ReleaseCell.month.between(_first, _last),
    )
    statement = select(
        table.id,
        code.label("code"),
        table.name,
        Unit.unit_code,
        (Officer.nip if table is Officer else null()).label("nip"),
    )
    if table is not Unit:
        statement = statement.join(Unit, Unit.id == table.unit_id)
    return (
        statement.where(_inside, only, or_(table.ends_on.is_(None), table.ends_on >= _first, rated))
        .where(code >= bindparam("start"))
        .order_by(code)
        .limit(bindparam("limit"))
    )


_LISTINGS: Final = {
    dialect: {
        "unit": _listing("unit", Unit, Unit.unit_code, order, true()),
        "service": _listing("service", Service, Service.service_code, order, true()),
        # A name plate is an officer by another name: its score would pass the rules for officers by.
        "counter": _listing("counter", Counter, Counter.counter_code, order, Counter.officer_id.is_(None)),
        "officer": _listing("officer", Officer, Officer.officer_code, order, Officer.civil_servant),
    }
    for dialect, order in _BYTE_ORDER.items()
}
_PATH: Final = select(Unit.path).where(_inside, Unit.unit_code == bindparam("unit_code"))
_MONTHS: Final = (
    select(ReleaseCell.month, func.max(Release.released_at))
    .join(Release, Release.id == ReleaseCell.release_id)
    .group_by(ReleaseCell.month)
    .order_by(ReleaseCell.month)
)
_RELEASED_BY: Final = select(exists().where(ReleaseCell.month <= _last))


def _scope(path: str) -> dict[str, str]:
    return {"path": path, "prefix": f"{path}." if path else ""}


def list_subjects(
    session: Session, cut: str, path: str, first: date, last: date, *, start: str, limit: int
) -> Sequence[Listed]:
    """List at most `limit` subjects of a cut below the unit at `path`, whose codes are not before `start`, by code.

    Former ones are listed where they were rated in the months from `first` to `last`. Left out are name plates, and
    officers who are not civil servants. An empty `path` is the whole government.
    """
    statement = _LISTINGS[session.get_bind().dialect.name][cut]
    parameters = {**_scope(path), "first": first, "last": last, "start": start, "limit": limit}
    return [Listed(*row) for row in session.execute(statement, parameters)]


def find_path(session: Session, unit_code: str, path: str) -> str | None:
    """Return the path of a unit at or below the one at `path`."""
    return session.execute(_PATH, {**_scope(path), "unit_code": unit_code}).scalar_one_or_none()


def list_months(session: Session) -> Sequence[tuple[date, datetime]]:
    """List the months that have released cells, each with the instant of the last release that moved one of them."""
    return [(month, released_at) for month, released_at in session.execute(_MONTHS)]


def is_released_by(session: Session, last: date) -> bool:
    """Tell whether `last` or any month before it has released cells."""
    return bool(session.execute(_RELEASED_BY, {"last": last}).scalar_one())
