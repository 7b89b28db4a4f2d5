"""The registry as the workbook speaks of it: rows by code, references as codes, whatever the tables keep."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, cast

from sqlalchemy import RowMapping, Table, bindparam, delete, insert, or_, select, update
from sqlalchemy.orm import Session

from portal.domain import code as codes
from portal.domain.workbook.cell import ON_COUNTERS, ON_PLATES, Value
from portal.domain.workbook.rules import TOLD
from portal.domain.workbook.sheet import (
    COUNTER,
    DUTY,
    HOLIDAY,
    HOURS,
    INDICATOR,
    OFFICER,
    PAST,
    PLATE,
    SERVED,
    SERVICE,
    UNIT,
    Fields,
)
from portal.storage.tables import (
    COUNTING_ENTRY,
    Base,
    Counter,
    CounterService,
    Duty,
    Holiday,
    Indicator,
    Officer,
    OpeningHours,
    PastScore,
    Progress,
    ServedCount,
    Service,
    Unit,
    connection_of,
    frozen_entries,
)

Row = tuple[str, Fields]


@dataclass(frozen=True, slots=True)
class _Kept:
    """How a sheet is kept: fields that are columns of the same name, and by field where a reference leads."""

    table: Table
    key: str
    columns: frozenset[str]
    references: Mapping[str, tuple[str, str]]


def _kept(model: type[Base], key: str, columns: str, **to: tuple[str, str]) -> _Kept:
    return _Kept(cast("Table", model.__table__), key, frozenset(columns.split()), to)


_IN_UNIT: Final = (UNIT, "unit_id")
_OF_SERVICE: Final = (SERVICE, "service_id")
_OF_OFFICER: Final = (OFFICER, "officer_id")
_KEPT: Final = {
    UNIT: _kept(Unit, "unit_code", "name ends_on target counter_label", parent=(UNIT, "parent_id")),
    SERVICE: _kept(Service, "service_code", "name ends_on", unit=_IN_UNIT),
    COUNTER: _kept(Counter, "counter_code", "name ends_on channel starts_on place", unit=_IN_UNIT),
    OFFICER: _kept(Officer, "officer_code", "name nip civil_servant ends_on", unit=_IN_UNIT),
    PLATE: _kept(Counter, "counter_code", "name ends_on", unit=_IN_UNIT, officer=_OF_OFFICER),
    DUTY: _kept(
        Duty,
        "duty_code",
        "weekday on_date starts ends from_on ends_on",
        officer=_OF_OFFICER,
        counter=(COUNTER, "counter_id"),
    ),
    HOURS: _kept(OpeningHours, "hours_code", "weekday opens closes ends_on", unit=_IN_UNIT),
    HOLIDAY: _kept(Holiday, "holiday_code", "on_date name ends_on", unit=_IN_UNIT),
    SERVED: _kept(ServedCount, "served_count_code", "on_date n", unit=_IN_UNIT, service=_OF_SERVICE),
    INDICATOR: _kept(
        Indicator,
        "indicator_code",
        "name unit_of_measure kind duty unit_goal period_code measure target ends_on",
        unit=_IN_UNIT,
        officer=_OF_OFFICER,
    ),
    PAST: _kept(PastScore, "past_score_code", "year skm n source", unit=_IN_UNIT),
}
_DAILY: Final = (DUTY, SERVED)
_TREE = select(Unit.unit_code, Unit.id, Unit.path)
_ADD_UNIT = insert(Unit).returning(Unit.id)
_PUT_PATH = update(Unit).where(Unit.id == bindparam("unit_id")).values(path=bindparam("new_path"))
_SERVICES = select(CounterService.counter_id, CounterService.service_id)
_EMPTY = delete(cast("Table", CounterService.__table__)).where(CounterService.counter_id == bindparam("emptied_id"))
_TAKEN = select(Counter.public_code)
_STANDING = select(
    Indicator.indicator_code, Progress.value.label("realisation"), Progress.as_of, Progress.source, Progress.link
).outerjoin(Progress, COUNTING_ENTRY)


def hold_registry(session: Session) -> None:
    """Keep other changes of the registry waiting until this one ends; call it first, before anything is read.

    A plan is only as good as the rows it was made from. Ratings read on meanwhile; SQLite has one writer anyhow.
    """
    if session.get_bind().dialect.name == "postgresql":
        connection_of(session).exec_driver_sql("LOCK TABLE units IN SHARE ROW EXCLUSIVE MODE")


def get_registry(
    session: Session, *, named: Mapping[str, Collection[str]] | None = None, since: date | None = None
) -> dict[str, dict[str, dict[str, Value]]]:
    """Return all rows, closed ones too, as {sheet: {code: {field: value}}}, in the order in which they came.

    Duty and served counts, which grow by the day, may be limited: to the codes `named` of them, to rows not dated
    before `since`. Of the progress of an indicator the entry stands in its row that counts now; it is no column of the
    row, and `add_rows` and `put_rows` pass it over.
    """
    stored = {name: _list(session, name, named, since) for name in _KEPT}
    code_of = {name: {row["id"]: row[_KEPT[name].key] for row in rows} for name, rows in stored.items()}
    registry = {
        name: {row[kept.key]: _fields(kept, row, code_of) for row in stored[name]} for name, kept in _KEPT.items()
    }
    services: dict[str, list[str]] = {}
    for counter_id, service_id in session.execute(_SERVICES):
        if counter_id in code_of[COUNTER]:
            services.setdefault(code_of[COUNTER][counter_id], []).append(code_of[SERVICE][service_id])
    for code, counter in registry[COUNTER].items():
        counter["services"] = tuple(sorted(services.get(code, ())))
    for row in session.execute(_STANDING, frozen_entries("")):
        registry[INDICATOR][row.indicator_code] |= {name: getattr(row, name) for name in TOLD}
    return registry


def _list(
    session: Session, name: str, named: Mapping[str, Collection[str]] | None, since: date | None
) -> list[RowMapping]:
    columns = _KEPT[name].table.c
    statement = select(_KEPT[name].table).order_by(columns.id)
    if name == PLATE:
        statement = statement.where(columns.channel == ON_PLATES)
    if name == COUNTER:  # no code of the workbook holds a colon: what units open for themselves is not in it
        statement = statement.where(columns.channel != ON_PLATES, ~columns.counter_code.contains(":"))
    if name in _DAILY and named is not None:
        statement = statement.where(columns[_KEPT[name].key].in_(named.get(name, ())))
    if name in _DAILY and since is not None:
        statement = statement.where(or_(columns.on_date.is_(None), columns.on_date >= since))
    return [row._mapping for row in session.execute(statement)]  # noqa: SLF001 - the documented way to read by name


def _fields(kept: _Kept, row: RowMapping, code_of: Mapping[str, Mapping[int, str]]) -> dict[str, Value]:
    fields: dict[str, Value] = {name: row[name] for name in kept.columns}
    for name, (sheet, column) in kept.references.items():
        fields[name] = None if row[column] is None else code_of[sheet][row[column]]
    return fields


def add_rows(session: Session, sheet: str, rows: Iterable[Row], draw: Callable[[], int] | None = None) -> None:
    """Add (code, fields) rows, units after their parents.

    `draw` gives the 30 random bits of a public code, where rows carry one: counters and name plates.
    """
    listed = list(rows)
    if not listed:
        return
    if sheet == UNIT:
        _add_units(session, listed)
        return
    kept = _KEPT[sheet]
    columns = [{kept.key: code} | values for code, values in _columns(session, kept, listed)]
    if draw and sheet in {COUNTER, PLATE}:
        taken = set(session.execute(_TAKEN).scalars())
        for row in columns:
            row["public_code"] = _fresh_code(taken, draw)
            row.setdefault("channel", ON_PLATES if sheet == PLATE else ON_COUNTERS)
    session.execute(insert(kept.table), columns)
    if sheet == COUNTER:
        _put_services(session, listed)


def put_rows(session: Session, sheet: str, rows: Iterable[Row]) -> None:
    """Change the given fields of stored rows, each a pair of code and fields."""
    kept, listed = _KEPT[sheet], list(rows)
    key = kept.table.c[kept.key]
    for code, columns in _columns(session, kept, listed):
        if columns:
            session.execute(update(kept.table).where(key == code).values(columns))
    if sheet == COUNTER:
        _put_services(session, listed)


def _columns(session: Session, kept: _Kept, rows: Iterable[Row]) -> list[tuple[str, dict[str, Any]]]:
    ids = {sheet: _ids(session, sheet) for sheet, _ in kept.references.values()}
    found = []
    for code, fields in rows:
        columns: dict[str, Any] = {name: fields[name] for name in fields if name in kept.columns}
        for name, (sheet, column) in kept.references.items():
            if name in fields:
                columns[column] = None if fields[name] is None else ids[sheet][str(fields[name])]
        found.append((code, columns))
    return found


def _ids(session: Session, sheet: str) -> dict[str, int]:
    kept = _KEPT[sheet]
    return dict(session.execute(select(kept.table.c[kept.key], kept.table.c.id)).all())


def _add_units(session: Session, rows: Iterable[Row]) -> None:
    tree = {code: (unit_id, path) for code, unit_id, path in session.execute(_TREE)}
    for code, fields in rows:
        parent_id, above = tree[str(fields["parent"])] if fields["parent"] is not None else (None, "")
        values = {name: fields[name] for name in _KEPT[UNIT].columns}
        values |= {"unit_code": code, "parent_id": parent_id, "path": ""}
        unit_id = session.execute(_ADD_UNIT, values).scalar_one()
        path = f"{above}.{unit_id}" if above else str(unit_id)
        session.execute(_PUT_PATH, {"unit_id": unit_id, "new_path": path})
        tree[code] = (unit_id, path)


def _put_services(session: Session, rows: Iterable[Row]) -> None:
    listed = [(code, cast("tuple[str, ...]", fields["services"])) for code, fields in rows if "services" in fields]
    if not listed:
        return
    counters, services = _ids(session, COUNTER), _ids(session, SERVICE)
    session.execute(_EMPTY, [{"emptied_id": counters[code]} for code, _ in listed])
    links = [
        {"counter_id": counters[code], "service_id": services[service]} for code, given in listed for service in given
    ]
    if links:
        session.execute(insert(CounterService), links)


def _fresh_code(taken: set[str], draw: Callable[[], int]) -> str:
    """Return a public code that no counter has; another writer's same draw ends in `Conflict` and a new one."""
    while (public_code := codes.counter_code(draw())) in taken:
        pass
    taken.add(public_code)
    return public_code
