"""Pending contributions and release cells: what is waiting to be published, and what has been."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import Row, Table, TextClause, and_, bindparam, delete, exists, func, insert, or_, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from portal.domain.rating import CellKey
from portal.domain.score.summary import ReleasedCell
from portal.domain.tally import Tally
from portal.storage.tables import Pending, Release, ReleaseCell, connection_of

_PENDING = cast("Table", Pending.__table__)
_CELLS = cast("Table", ReleaseCell.__table__)
_PENDING_KEY = ("response_id", *CellKey._fields)
_PENDING_COLUMNS = (*_PENDING_KEY, "released", "current")
_COUNTS = ("n1", "n2", "n3", "n4", "n", "total", "squares")
_PUT_CELLS = {}
for _dialect, _insert in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert)):
    _cells: Any = _insert(_CELLS)
    _PUT_CELLS[_dialect] = _cells.on_conflict_do_update(
        index_elements=list(CellKey._fields),
        set_={name: _cells.excluded[name] for name in (*_COUNTS, "carried", "officers", "release_id")},
    )
_SETTLE = delete(_PENDING).where(
    _PENDING.c.response_id == bindparam("of_response"), _PENDING.c.released == _PENDING.c.current
)
_LIST_PENDING = select(
    Pending.response_id, Pending.cut, Pending.subject, Pending.month, Pending.measure, Pending.released, Pending.current
)
# One walk over what is pending, however many cells moved: its key begins with the response, not with the cell.
_EMPTY = delete(_PENDING).where(
    exists().where(
        *(_CELLS.c[name] == _PENDING.c[name] for name in CellKey._fields),
        _CELLS.c.release_id == bindparam("of_release"),
    )
)


_MOVED = (
    select(ReleaseCell.cut, ReleaseCell.subject, ReleaseCell.month, ReleaseCell.measure)
    .join(Release, Release.id == ReleaseCell.release_id)
    .where(Release.released_at.between(bindparam("since"), bindparam("now")))
)


_LAST_OF = (
    select(func.max(Release.released_at))
    .join(ReleaseCell, Release.id == ReleaseCell.release_id)
    .where(ReleaseCell.cut == bindparam("cut"), ReleaseCell.month.between(bindparam("first"), bindparam("last")))
)


@lru_cache(maxsize=128)
def _put_pending(count: int) -> TextClause:
    """Return one statement for so many rows; sent one by one they cost every rating a round trip each."""
    rows = (", ".join(f":{name}_{number}" for name in _PENDING_COLUMNS) for number in range(count))
    sql = (
        f"INSERT INTO pending ({', '.join(_PENDING_COLUMNS)}) VALUES ({'), ('.join(rows)}) "  # noqa: S608 - our own column names
        f"ON CONFLICT ({', '.join(_PENDING_KEY)}) DO UPDATE SET current = excluded.current"
    )
    columns = {f"{name}_{number}": _PENDING.c[name].type for name in _PENDING_COLUMNS for number in range(count)}
    return text(sql).bindparams(*(bindparam(name, type_=kind) for name, kind in columns.items()))


def put_pending(session: Session, response_id: bytes, moves: Mapping[CellKey, tuple[int, int]], *, new: bool) -> None:
    """Note that the response's contribution to these cells moved from one value to another (0 = none).

    The value at the cell's last release is kept from the first move; a move back to it is no longer pending.
    """
    if not moves:
        return
    values = {
        f"{name}_{number}": value
        for number, (key, move) in enumerate(moves.items())
        for name, value in zip(_PENDING_COLUMNS, (response_id, *key, *move), strict=True)
    }
    connection_of(session).execute(_put_pending(len(moves)), values)
    if not new:
        connection_of(session).execute(_SETTLE, {"of_response": response_id})


def list_pending(session: Session) -> Iterator[tuple[CellKey, bytes, int, int]]:
    """List what is pending: cell, response, contribution at the last release, contribution now."""
    for row in session.execute(_LIST_PENDING):
        yield CellKey(row.cut, row.subject, row.month, row.measure), row.response_id, row.released, row.current


def hold_releases(session: Session) -> None:
    """Keep other releases waiting until this one ends; call it first, before anything is read.

    Two at once would each decide with the other's moves still pending. SQLite has one writer anyhow.
    """
    if session.get_bind().dialect.name == "postgresql":
        connection_of(session).exec_driver_sql("LOCK TABLE releases IN EXCLUSIVE MODE")


def append_release(session: Session, released_at: datetime, *, weekly: bool) -> int:
    """Open a release and return its id."""
    return session.execute(
        insert(Release).values(released_at=released_at, weekly=weekly).returning(Release.id)
    ).scalar_one()


def find_last_weekly(session: Session, now: datetime) -> datetime | None:
    """Return the instant of the last release that let officers' cells move; one later than `now` had a wrong clock."""
    last = select(func.max(Release.released_at)).where(Release.weekly, Release.released_at <= now)
    return session.execute(last).scalar_one()


def find_last_release_of(session: Session, cut: str, first: date, last: date) -> datetime | None:
    """Return the instant of the last release that moved a cell of the cut in the months from `first` to `last`."""
    return session.execute(_LAST_OF, {"cut": cut, "first": first, "last": last}).scalar_one()


def list_moved_between(session: Session, since: datetime, now: datetime) -> frozenset[CellKey]:
    """Return the cells whose last release is neither older than `since` nor later than `now`."""
    return frozenset(CellKey(*row) for row in session.execute(_MOVED, {"since": since, "now": now}))


def put_cells(session: Session, release_id: int, cells: Mapping[CellKey, tuple[Tally, int | None]]) -> None:
    """Write the whole tally of each moved cell, and empty its pending."""
    if not cells:
        return
    rows = [
        {
            **key._asdict(),
            **dict(zip(_COUNTS, tally.parts, strict=True)),
            "carried": 0,
            "officers": officers,
            "release_id": release_id,
        }
        for key, (tally, officers) in sorted(cells.items())
    ]
    session.execute(_PUT_CELLS[session.get_bind().dialect.name], rows)
    session.execute(_EMPTY, {"of_release": release_id})


def _cell(row: Row[*tuple[Any, ...]]) -> ReleasedCell:
    key = CellKey(row.cut, row.subject, row.month, row.measure)
    return ReleasedCell(key, Tally(*(getattr(row, name) for name in _COUNTS)), row.officers, row.released_at)


@dataclass(frozen=True, slots=True)
class History:
    """The unit whose earlier months are read whole, and the measures that are read of all other rows as well."""

    unit: str
    measures: Sequence[str]


_CUTS = ("unit", "service", "counter", "officer")
_CELLS_UNTIL = (
    select(*_CELLS.c, Release.released_at)
    .join(Release, Release.id == ReleaseCell.release_id)
    .where(
        or_(*(and_(ReleaseCell.cut == cut, ReleaseCell.subject.in_(bindparam(cut, expanding=True))) for cut in _CUTS)),
        ReleaseCell.month <= bindparam("last"),
    )
)
_SINCE_FIRST = ReleaseCell.month >= bindparam("first")
_LIST_CELLS = _CELLS_UNTIL.where(_SINCE_FIRST)
_LIST_HISTORY = _CELLS_UNTIL.where(
    ReleaseCell.month >= bindparam("since"),
    or_(
        _SINCE_FIRST,
        ReleaseCell.measure.in_(bindparam("measures", expanding=True)),
        and_(ReleaseCell.cut == "unit", ReleaseCell.subject == bindparam("own")),
    ),
)
_MONTHS = select(func.min(ReleaseCell.month), func.max(ReleaseCell.month))


def list_cells(
    session: Session, subjects: Mapping[str, Sequence[str]], first: date, last: date
) -> Sequence[ReleasedCell]:
    """List the released cells of the subjects, given by cut, in the months from `first` to `last`, both included."""
    parameters = {**{cut: list(subjects.get(cut, ())) for cut in _CUTS}, "first": first, "last": last}
    return [_cell(row) for row in session.execute(_LIST_CELLS, parameters)]


def list_history(
    session: Session, subjects: Mapping[str, Sequence[str]], first: date, last: date, *, since: date, history: History
) -> Sequence[ReleasedCell]:
    """List what `list_cells` does and, from the month `since` on, what the history of one unit is drawn from."""
    parameters = {**{cut: list(subjects.get(cut, ())) for cut in _CUTS}, "first": first, "last": last}
    further = {"since": min(since, first), "own": history.unit, "measures": list(history.measures)}
    return [_cell(row) for row in session.execute(_LIST_HISTORY, {**parameters, **further})]


def find_months(session: Session) -> tuple[date, date] | None:
    """Return the first and the last month that have released cells."""
    months = [month for month in session.execute(_MONTHS).one() if month]
    return (months[0], months[1]) if months else None
