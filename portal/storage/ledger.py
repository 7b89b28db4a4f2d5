"""Pending contributions and release cells: what is waiting to be published, and what has been."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple, cast

from sqlalchemy import Row, Table, TextClause, and_, bindparam, delete, exists, func, insert, null, or_, select, text
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
_BATCH = 200
_PUT_CELLS = {}
for _dialect, _insert in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert)):
    _cells: Any = _insert(_CELLS)
    _PUT_CELLS[_dialect] = _cells.on_conflict_do_update(
        index_elements=list(CellKey._fields),
        set_={name: _cells.excluded[name] for name in (*_COUNTS, "officers", "composition", "parts", "release_id")},
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


@dataclass(frozen=True, slots=True)
class Details:
    """What a cell's answers are made of: `composition` as `Composition` has it; officers' `parts` by service and day.

    Read by `list_compositions` and `list_parts` alone, so that pages do not pay for them.
    """

    composition: Mapping[str, Any]
    parts: Mapping[str, Mapping[str, Sequence[int]]] | None = None


def put_cells(
    session: Session,
    release_id: int,
    cells: Mapping[CellKey, tuple[Tally, int | None]],
    details: Mapping[CellKey, Details] | None = None,
) -> None:
    """Write the whole tally of each moved cell, and empty its pending."""
    if cells:
        session.execute(_PUT_CELLS[session.get_bind().dialect.name], _rows(release_id, cells, details or {}))
        session.execute(_EMPTY, {"of_release": release_id})


def put_frozen(session: Session, release_id: int, cells: Mapping[CellKey, tuple[Tally, int | None]]) -> None:
    """Write counts that are published once."""
    if cells:
        session.execute(insert(_CELLS), _rows(release_id, cells, {}))


def _rows(
    release_id: int, cells: Mapping[CellKey, tuple[Tally, int | None]], details: Mapping[CellKey, Details]
) -> list[dict[str, Any]]:
    return [
        {
            **key._asdict(),
            **dict(zip(_COUNTS, tally.parts, strict=True)),
            "carried": 0,
            "officers": officers,
            "composition": details[key].composition if key in details else null(),
            "parts": (details[key].parts if key in details else None) or null(),
            "release_id": release_id,
        }
        for key, (tally, officers) in sorted(cells.items())
    ]


def put_back(session: Session, left: Iterable[tuple[CellKey, bytes, int, int]]) -> None:
    """Let go on waiting what moved cells left behind; in the order of `list_pending`."""
    rows = [dict(zip(_PENDING_COLUMNS, (response_id, *key, *move), strict=True)) for key, response_id, *move in left]
    if rows:
        session.execute(insert(_PENDING), rows)


def _cell(row: Row[*tuple[Any, ...]]) -> ReleasedCell:
    key = CellKey(row.cut, row.subject, row.month, row.measure)
    return ReleasedCell(key, Tally(*(getattr(row, name) for name in _COUNTS)), row.officers, row.released_at)


@dataclass(frozen=True, slots=True)
class History:
    """The unit whose earlier months are read whole, and the measures that are read of all other rows as well."""

    unit: str
    measures: Sequence[str]


_CUTS = ("unit", "service", "counter", "officer")
FROZEN = ("day_part", "choice")
"""Cuts that are published once, when their month is over."""
_CELL_COLUMNS = (*CellKey._fields, *_COUNTS, "officers")
_READ_CELLS = (
    select(*(_CELLS.c[name] for name in _CELL_COLUMNS), Release.released_at)
    .select_from(ReleaseCell)
    .join(Release, Release.id == ReleaseCell.release_id)
)
_OF_SUBJECTS = or_(
    *(and_(ReleaseCell.cut == cut, ReleaseCell.subject.in_(bindparam(cut, expanding=True))) for cut in _CUTS)
)
_CELLS_UNTIL = _READ_CELLS.where(_OF_SUBJECTS, ReleaseCell.month <= bindparam("last"))
_SINCE_FIRST = ReleaseCell.month >= bindparam("first")
_LIST_CELLS = _CELLS_UNTIL.where(_SINCE_FIRST)
_LIST_HISTORY = _READ_CELLS.where(
    ReleaseCell.month <= bindparam("last"),
    or_(
        and_(
            _OF_SUBJECTS,
            ReleaseCell.month >= bindparam("since"),
            or_(
                _SINCE_FIRST,
                ReleaseCell.measure.in_(bindparam("measures", expanding=True)),
                and_(ReleaseCell.cut == "unit", ReleaseCell.subject == bindparam("own")),
            ),
        ),
        and_(ReleaseCell.cut.in_(FROZEN), ReleaseCell.subject.startswith(bindparam("prefix")), _SINCE_FIRST),
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
    """List what `list_cells` does and, from the month `since` on, what the history of one unit is drawn from.

    With it come the unit's counts that are published once, of the months from `first` to `last` (see `list_frozen`).
    """
    parameters = {**{cut: list(subjects.get(cut, ())) for cut in _CUTS}, "first": first, "last": last}
    further = {
        "since": min(since, first),
        "own": history.unit,
        "prefix": f"{history.unit}:",
        "measures": list(history.measures),
    }
    return [_cell(row) for row in session.execute(_LIST_HISTORY, {**parameters, **further})]


def find_months(session: Session) -> tuple[date, date] | None:
    """Return the first and the last month that have released cells."""
    months = [month for month in session.execute(_MONTHS).one() if month]
    return (months[0], months[1]) if months else None


@dataclass(frozen=True, slots=True)
class Composition:
    """How the answers of a released cell came: `late` ones, carried ones among them, and all by `channel:evidence`.

    `states` counts what belongs to the cell and does not count, by `held:<rule>` or `excluded:<reason>`, when the cell
    was released last. `carried` is what it held back at its closing, which counts in a later month.
    """

    key: CellKey
    late: int
    channels: Mapping[str, int]
    states: Mapping[str, int]
    carried: int


class OfficerPart(NamedTuple):
    """The released answers of a measure about one officer, service and day; `service` is the subject of its cell."""

    officer: str
    service: str
    day: date
    tally: Tally


@dataclass(frozen=True, slots=True)
class FrozenCell:
    """A count that was published once; `part` is `pagi`, `siang` or `sore`, or the option of a choice."""

    part: str
    month: date
    measure: str
    tally: Tally
    officers: int | None


_COMPOSITIONS = (
    select(*(_CELLS.c[name] for name in (*CellKey._fields, "composition", "carried")))
    .where(_OF_SUBJECTS, _SINCE_FIRST, ReleaseCell.month <= bindparam("last"))
    .order_by(*(_CELLS.c[name] for name in CellKey._fields))
)
_PARTS = (
    select(ReleaseCell.subject, ReleaseCell.parts)
    .where(
        ReleaseCell.cut == "officer",
        ReleaseCell.measure == bindparam("measure"),
        ReleaseCell.parts.is_not(None),
        _SINCE_FIRST,
        ReleaseCell.month <= bindparam("last"),
    )
    .execution_options(yield_per=_BATCH)
)
_FROZEN = (
    select(ReleaseCell.subject, ReleaseCell.month, ReleaseCell.measure, ReleaseCell.officers)
    .add_columns(*(_CELLS.c[name] for name in _COUNTS))
    .where(
        ReleaseCell.cut == bindparam("cut"),
        ReleaseCell.subject.startswith(bindparam("prefix")),
        _SINCE_FIRST,
        ReleaseCell.month <= bindparam("last"),
    )
    .order_by(ReleaseCell.month, ReleaseCell.measure, ReleaseCell.subject)
)
_FROZEN_MONTHS = select(ReleaseCell.month).where(ReleaseCell.cut.in_(FROZEN)).distinct()


def list_compositions(
    session: Session, subjects: Mapping[str, Sequence[str]], first: date, last: date
) -> Sequence[Composition]:
    """List how the answers came of the released cells of the subjects, given by cut, from month `first` to `last`."""
    parameters = {**{cut: list(subjects.get(cut, ())) for cut in _CUTS}, "first": first, "last": last}
    return [
        Composition(CellKey(row.cut, row.subject, row.month, row.measure), **row.composition, carried=row.carried)
        for row in session.execute(_COMPOSITIONS, parameters)
        if row.composition
    ]


def list_parts(session: Session, measure: str, first: date, last: date) -> Iterator[OfficerPart]:
    """List what officers' cells of a measure in the months from `first` to `last` are made of, in no order.

    An answer carried in from a closed period comes under its own service and day, which may lie before `first`.
    """
    for officer, parts in session.execute(_PARTS, {"measure": measure, "first": first, "last": last}):
        for service, days in parts.items():
            for day, counts in days.items():
                yield OfficerPart(officer, service, _day(day), _small_tally(*counts))


_day = lru_cache(maxsize=1000)(date.fromisoformat)
_small_tally = lru_cache(maxsize=5000)(Tally)  # an officer's day has few answers, so most of them are alike


def list_frozen(session: Session, unit_id: int, cut: str, first: date, last: date) -> Sequence[FrozenCell]:
    """List the unit's counts by part of the day (`day_part`) or by option (`choice`) in the months `first` to `last`.

    The unit pools those below it. What is not listed had fewer than five, was left out lest subtraction show fewer, or
    came later. Each row by itself may be shown from five on; thresholds of readers and siblings are the caller's, for
    whom the unit's own cell of the month less these rows is one row more. The part of a choice is
    `<instrument>:<item>:<option>`, its tally has n alone.
    """
    parameters = {"cut": cut, "prefix": f"{unit_id}:", "first": first, "last": last}
    return [
        FrozenCell(
            row.subject.partition(":")[2],
            row.month,
            row.measure,
            Tally(*(getattr(row, name) for name in _COUNTS)),
            row.officers,
        )
        for row in session.execute(_FROZEN, parameters)
    ]


def list_frozen_months(session: Session) -> frozenset[date]:
    """Return the months whose counts by part of the day and by option have been published."""
    return frozenset(session.execute(_FROZEN_MONTHS).scalars())
