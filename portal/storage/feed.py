"""What the appraisal feed lists: subjects by code, the months released, and the rows of snapshots."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import (
    BindParameter,
    Integer,
    Select,
    String,
    bindparam,
    cast,
    exists,
    func,
    null,
    or_,
    select,
    true,
    tuple_,
)
from sqlalchemy.orm import Session

from portal.storage.tables import (
    Counter,
    Officer,
    Release,
    ReleaseCell,
    ServedCount,
    Service,
    Snapshot,
    SnapshotScore,
    Unit,
)

# The order of bytes is the same in every database and every country.
_BYTE_ORDER: Final = {"sqlite": "BINARY", "postgresql": "C"}
_OF_ONE: Final = 100  # one subject has a handful of measures
_first: BindParameter[Any] = bindparam("first")
_last: BindParameter[Any] = bindparam("last")
_inside = or_(Unit.path == bindparam("path"), Unit.path.startswith(bindparam("prefix")))


@dataclass(frozen=True, slots=True)
class Listed:
    """A unit, service, counter or officer that may have a score; `nip` of officers only.

    `unit_id` and `unit_code` are those of the unit that it belongs to, a unit's own for a unit.
    """

    id: int
    code: str
    name: str
    unit_id: int
    unit_code: str
    nip: str | None


def list_staff(session: Session, unit_ids: Sequence[int]) -> Sequence[Employed]:
    """Return the officers of the units, former ones too."""
    return [Employed(*row) for row in session.execute(_STAFF, {"unit_ids": list(unit_ids)})]


@dataclass(frozen=True, slots=True)
class Employed:
    """An officer of a unit; only civil servants are listed."""

    id: int
    unit_id: int
    is_listed: bool


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
        Unit.id.label("of_unit"),
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
_STAFF: Final = select(Officer.id, Officer.unit_id, Officer.civil_servant).where(
    Officer.unit_id.in_(bindparam("unit_ids", expanding=True))
)
_PATH: Final = select(Unit.path).where(_inside, Unit.unit_code == bindparam("unit_code"))
_MONTHS: Final = (
    select(ReleaseCell.month, func.max(Release.released_at))
    .join(Release, Release.id == ReleaseCell.release_id)
    .group_by(ReleaseCell.month)
    .order_by(ReleaseCell.month)
)
_ANSWERS: Final = select(ReleaseCell.subject, ReleaseCell.month, ReleaseCell.n).where(
    ReleaseCell.cut == "officer",
    ReleaseCell.measure == bindparam("measure"),
    ReleaseCell.n > 0,
    ReleaseCell.month <= _last,
)
_RELEASED_BY: Final = select(exists().where(ReleaseCell.month <= _last))
_JWS: Final = select(Snapshot.jws).where(
    Snapshot.period_code == bindparam("period_code"), Snapshot.version == bindparam("version")
)
_LATEST: Final = (
    select(Snapshot.id)
    .where(Snapshot.period_code == bindparam("period_code"))
    .order_by(Snapshot.version.desc())
    .limit(1)
    .scalar_subquery()
)
_kept_inside = or_(
    SnapshotScore.unit_path == bindparam("path"), SnapshotScore.unit_path.startswith(bindparam("prefix"))
)


def _kept(order: str, *, of_one: bool) -> Select[Any]:
    """Build the statement for the rows of the latest snapshot of a period, by code, measure and instrument."""
    columns = [
        column.collate(order) for column in (SnapshotScore.code, SnapshotScore.measure, SnapshotScore.instrument)
    ]
    after = tuple_(*(bindparam(name, type_=String) for name in ("code", "measure", "instrument")))
    which = SnapshotScore.code == bindparam("code") if of_one else tuple_(*columns) > after
    return (
        select(SnapshotScore.body)
        .where(SnapshotScore.snapshot_id == _LATEST, SnapshotScore.cut == bindparam("cut"), _kept_inside, which)
        .order_by(*columns)
        .limit(bindparam("limit"))
    )


_KEPT: Final = {
    (dialect, of_one): _kept(order, of_one=of_one) for dialect, order in _BYTE_ORDER.items() for of_one in (False, True)
}
_SERVED: Final = (
    select(ServedCount.service_id, cast(func.sum(ServedCount.n), Integer))
    .where(
        ServedCount.service_id.in_(bindparam("service_ids", expanding=True)), ServedCount.on_date.between(_first, _last)
    )
    .group_by(ServedCount.service_id)
)
_NAMES: Final = select(Officer.officer_code, Officer.name, Officer.nip).where(
    Officer.officer_code.in_(bindparam("codes", expanding=True))
)


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


def list_answers(session: Session, measure: str, last: date) -> Iterator[tuple[str, date, int]]:
    """List how many answers of a measure are released about each officer in each month up to `last`, in no order."""
    for row in session.execute(_ANSWERS, {"measure": measure, "last": last}):
        yield row.subject, row.month, row.n


def is_released_by(session: Session, last: date) -> bool:
    """Tell whether `last` or any month before it has released cells."""
    return bool(session.execute(_RELEASED_BY, {"last": last}).scalar_one())


def get_jws(session: Session, period_code: str, version: int) -> bytes:
    """Return the compact JWS of a snapshot."""
    jws: bytes = session.execute(_JWS, {"period_code": period_code, "version": version}).scalar_one()
    return jws


def list_kept(
    session: Session, period_code: str, cut: str, path: str, after: tuple[str, str, str], limit: int
) -> Sequence[Mapping[str, Any]]:
    """List at most `limit` rows of a closed period as they were signed last, of subjects below the unit at `path`.

    They come by code, measure and instrument, the first one behind `after`. An empty `path` is the whole government.
    """
    code, measure, instrument = after
    asked = {"period_code": period_code, "cut": cut, "code": code, "measure": measure, "instrument": instrument}
    statement = _KEPT[session.get_bind().dialect.name, False]
    return session.execute(statement, {**_scope(path), **asked, "limit": limit}).scalars().all()


def list_kept_of(session: Session, period_code: str, cut: str, code: str, path: str) -> Sequence[Mapping[str, Any]]:
    """List the rows of one subject below the unit at `path`, as they were signed last."""
    asked = {"period_code": period_code, "cut": cut, "code": code, "limit": _OF_ONE}
    statement = _KEPT[session.get_bind().dialect.name, True]
    return session.execute(statement, {**_scope(path), **asked}).scalars().all()


def list_names(session: Session, officer_codes: Collection[str]) -> Mapping[str, tuple[str, str | None]]:
    """Return the name and NIP of officers by code."""
    rows = session.execute(_NAMES, {"codes": list(officer_codes)})
    return {code: (name, nip) for code, name, nip in rows}


def list_served_per_service(session: Session, service_ids: Sequence[int], first: date, last: date) -> Mapping[int, int]:
    """Return how many each service served from `first` to `last`, both included, where it was counted by service."""
    rows = session.execute(_SERVED, {"service_ids": list(service_ids), "first": first, "last": last})
    return {service_id: n for service_id, n in rows if service_id is not None}
