"""Carried answers: what a cell still held back when its period closed, and the month in which it counts instead.

Of one response, one cut and one measure all rows name the same month, whatever subjects the response had meanwhile; a
unit is a cut of its own here, as a response never leaves its units. So each answer counts in one base period per cut.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, NamedTuple, cast

from sqlalchemy import CursorResult, Select, Table, and_, bindparam, exists, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, aliased

from portal.domain.rating import NOT_ANSWERED, OTHER_SERVICE, CellKey
from portal.storage.tables import Attribution, Carried, Pending, ReleaseCell, Response, connection_of

_TABLE: Final = cast("Table", Carried.__table__)
_KEY: Final = ("response_id", "cut", "subject", "measure")
_COLUMNS: Final = (*_KEY, "from_month", "month", "value")


class Home(NamedTuple):
    """What has one month of a response: one cut, of units one subject, and one measure."""

    cut: str
    subject: str
    measure: str

    @classmethod
    def of(cls, cut: str, subject: str, measure: str) -> Home:
        """Return the home of a cell's answer."""
        return cls(cut, subject if cut == "unit" else "", measure)


@dataclass(frozen=True, slots=True)
class CarriedAnswer:
    """An answer that counts in the cell `into`, though its own month is `from_month`.

    `value` is its contribution now, 0 = none; `day_part` and what follows are the response's own, `service` that of its
    tally, known of officers' cells only. `late`: it counted late in its own month already.
    """

    response_id: bytes
    into: CellKey
    from_month: date
    value: int
    unit_id: int
    channel: str
    evidence: str
    day_part: str
    counts_on: date
    late: bool
    service: str

    @property
    def out_of(self) -> CellKey:
        """The cell that it does not count in, though its day lies there."""
        return self.into._replace(month=self.from_month)


_elsewhere, _newer = aliased(Pending), aliased(Attribution)
_SAME: Final = and_(
    _elsewhere.response_id == Pending.response_id,
    _elsewhere.cut == Pending.cut,
    _elsewhere.measure == Pending.measure,
    or_(Pending.cut != "unit", _elsewhere.subject == Pending.subject),
)
_LEFT: Final = and_(
    Pending.month <= bindparam("until"), Pending.released == 0, ~exists().where(_SAME, _elsewhere.released != 0)
)
"""New answers that no cell of their cut has published; one that moved to another service leaves that one first."""
_LEFT_OF_CELLS: Final = (
    select(Pending.cut, Pending.subject, Pending.month, Pending.measure, func.count().label("carried"))
    .where(_LEFT, Pending.month >= bindparam("first"))
    .group_by(Pending.cut, Pending.subject, Pending.month, Pending.measure)
)
_SOURCE: Final = select(
    Pending.response_id,
    Pending.cut,
    Pending.subject,
    Pending.measure,
    Pending.month,
    bindparam("into", type_=_TABLE.c.month.type),
    Pending.current,
).where(_LEFT)
_CARRY: Final = {}
_PUT: Final = {}
for _dialect, _insert in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert)):
    _carry: Any = _insert(_TABLE).from_select(list(_COLUMNS), _SOURCE)
    _CARRY[_dialect] = _carry.on_conflict_do_update(
        index_elements=list(_KEY), set_={name: _carry.excluded[name] for name in ("month", "value")}
    )
    _put: Any = _insert(_TABLE)
    _PUT[_dialect] = _put.on_conflict_do_update(index_elements=list(_KEY), set_={"value": _put.excluded.value})
_FOLLOW: Final = (
    update(Carried)
    .where(
        exists().where(
            Pending.response_id == Carried.response_id,
            Pending.cut == Carried.cut,
            Pending.measure == Carried.measure,
            Pending.cut != "unit",
            _LEFT,
        )
    )
    .values(month=bindparam("into"))
    .execution_options(synchronize_session=False)
)
_MOVE_PENDING: Final = (
    update(Pending).where(_LEFT).values(month=bindparam("into")).execution_options(synchronize_session=False)
)
_NOTE: Final = update(cast("Table", ReleaseCell.__table__)).where(
    *(ReleaseCell.__table__.c[name] == bindparam(f"of_{name}") for name in CellKey._fields)
)
_OF: Final = select(Carried.cut, Carried.subject, Carried.measure, Carried.from_month, Carried.month).where(
    Carried.response_id == bindparam("response_id")
)
_ANSWERS: Final = (
    select(
        *_TABLE.c,
        Response.unit_id,
        Response.channel,
        Response.evidence,
        Response.day_part,
        Response.counts_on,
        (Response.counts_on != Response.given_on).label("late"),
        Attribution.service_id,
        Attribution.service_basis,
    )
    .join(Response, Response.id == Carried.response_id)
    .outerjoin(
        Attribution,
        and_(
            Carried.cut == "officer",
            Attribution.response_id == Carried.response_id,
            Attribution.revision
            == select(func.max(_newer.revision)).where(_newer.response_id == Response.id).scalar_subquery(),
        ),
    )
    .where(Carried.measure.in_(bindparam("measures", expanding=True)))
)
_INTO: Final = _ANSWERS.where(Carried.month.in_(bindparam("months", expanding=True)))
_OUT_OF: Final = _ANSWERS.where(Carried.from_month.in_(bindparam("months", expanding=True)))


def carry(session: Session, *, first: date, until: date, into: date) -> int:
    """Let what waits in the months up to `until` count in the month `into` instead, and return how many answers do.

    Each cell of a month from `first` on is told how many it held back. Hold releases and periods before.
    """
    session.flush()
    connection, months = connection_of(session), {"until": until, "into": into}
    cells = connection.execute(_LEFT_OF_CELLS, {"until": until, "first": first}).all()
    connection.execute(_CARRY[connection.dialect.name], months)
    connection.execute(_FOLLOW, months)
    moved = cast("CursorResult[Any]", connection.execute(_MOVE_PENDING, months)).rowcount
    if cells:
        noted = [
            {**{f"of_{name}": getattr(row, name) for name in CellKey._fields}, "left": row.carried} for row in cells
        ]
        connection.execute(_NOTE.values(carried=bindparam("left")), noted)
    return moved


def list_homes(session: Session, response_id: bytes) -> Mapping[Home, tuple[date, date]]:
    """Return, of what was carried of a response, its own month and the month in which it counts."""
    rows = connection_of(session).execute(_OF, {"response_id": response_id})
    return {Home.of(row.cut, row.subject, row.measure): (row.from_month, row.month) for row in rows}


def put_values(session: Session, response_id: bytes, from_month: date, values: Mapping[CellKey, int]) -> None:
    """Keep what a response contributes now to cells that its answers were carried into, 0 = nothing."""
    rows = [
        {"response_id": response_id, **key._asdict(), "from_month": from_month, "value": value}
        for key, value in values.items()
    ]
    if rows:
        connection_of(session).execute(_PUT[session.get_bind().dialect.name], rows)


def list_into(session: Session, months: Sequence[date], measures: Sequence[str]) -> Iterator[CarriedAnswer]:
    """List the answers carried into cells of the months, those that count nothing now too."""
    return _list(session, _INTO, months, measures)


def list_out_of(session: Session, months: Sequence[date], measures: Sequence[str]) -> Iterator[CarriedAnswer]:
    """List the answers of the months that count in cells of later ones, or would."""
    return _list(session, _OUT_OF, months, measures)


def _list(
    session: Session, statement: Select[Any], months: Sequence[date], measures: Sequence[str]
) -> Iterator[CarriedAnswer]:
    for row in session.execute(statement, {"months": list(months), "measures": list(measures)}):
        yield CarriedAnswer(
            response_id=row.response_id,
            into=CellKey(row.cut, row.subject, row.month, row.measure),
            from_month=row.from_month,
            value=row.value,
            unit_id=row.unit_id,
            channel=row.channel,
            evidence=row.evidence,
            day_part=row.day_part,
            counts_on=row.counts_on,
            late=row.late,
            service=_service(row.service_id, row.service_basis),
        )


def _service(service_id: int | None, basis: str | None) -> str:
    if basis == "other":
        return OTHER_SERVICE
    return NOT_ANSWERED if service_id is None else str(service_id)
