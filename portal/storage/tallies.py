"""Tallies: counts by their full key, kept by upsert so that two writers never lose one."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, cast

from sqlalchemy import Row, Select, Table, and_, bindparam, delete, func, insert, literal, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from portal.domain.rating import COUNTED, NOBODY, TallyKey
from portal.domain.tally import Tally
from portal.storage.tables import TallyRow, connection_of

_TABLE = cast("Table", TallyRow.__table__)
_COUNTS = ("n1", "n2", "n3", "n4", "n", "total", "squares")
_ADD = {}
for _dialect, _insert in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert)):
    _statement: Any = _insert(_TABLE)
    _ADD[_dialect] = _statement.on_conflict_do_update(
        index_elements=list(TallyKey._fields),
        set_={name: _TABLE.c[name] + _statement.excluded[name] for name in _COUNTS},
    )
_SUM = [func.sum(_TABLE.c[name]).label(name) for name in _COUNTS]
_IN_MONTH = and_(TallyRow.counts_on >= bindparam("first"), TallyRow.counts_on < bindparam("after"))
_OF_MEASURES = TallyRow.measure.in_(bindparam("measures", expanding=True))
_SUM_KEY = (
    TallyRow.unit_id,
    TallyRow.counter_id,
    TallyRow.service,
    TallyRow.measure,
    TallyRow.channel,
    TallyRow.evidence,
    TallyRow.late,
    TallyRow.state,
)
_SUMS: Select[*tuple[Any, ...]] = (
    select(*_SUM_KEY, literal(NOBODY).label("officer"), *_SUM).where(_IN_MONTH, _OF_MEASURES).group_by(*_SUM_KEY)
)
_SUMS_BY_OFFICER: Select[*tuple[Any, ...]] = (
    select(*_SUM_KEY, TallyRow.officer, *_SUM).where(_IN_MONTH, _OF_MEASURES).group_by(*_SUM_KEY, TallyRow.officer)
)
_OFFICER_KEY = (TallyRow.officer, TallyRow.unit_id, TallyRow.service, TallyRow.counts_on, TallyRow.measure)
_OFFICER_DAYS: Select[*tuple[Any, ...]] = (
    select(*_OFFICER_KEY, *_SUM)
    .where(_IN_MONTH, _OF_MEASURES, TallyRow.officer != NOBODY, TallyRow.state == COUNTED)
    .group_by(*_OFFICER_KEY)
)
_OFFICER_UNITS = (
    select(TallyRow.unit_id, TallyRow.officer, TallyRow.measure, func.sum(_TABLE.c.n).label("n"))
    .where(_IN_MONTH, _OF_MEASURES, TallyRow.state == COUNTED)
    .group_by(TallyRow.unit_id, TallyRow.officer, TallyRow.measure)
    .having(func.sum(_TABLE.c.n) > 0)
)
_DAY_PARTS: Select[*tuple[Any, ...]] = (
    select(TallyRow.unit_id, TallyRow.day_part, *_SUM)
    .where(_IN_MONTH, _OF_MEASURES, TallyRow.state == COUNTED)
    .group_by(TallyRow.unit_id, TallyRow.day_part)
)
_DAYS = (
    select(TallyRow.unit_id, TallyRow.counter_id, TallyRow.service, TallyRow.counts_on, TallyRow.officer)
    .where(
        _IN_MONTH,
        TallyRow.state == COUNTED,
        TallyRow.n > 0,
    )
    .distinct()
)
_FIRST = select(func.min(TallyRow.counts_on))
_RATED = (
    select(TallyRow.counter_id)
    .where(
        TallyRow.counts_on == bindparam("today"),
        TallyRow.unit_id.in_(bindparam("unit_ids", expanding=True)),
        TallyRow.n > 0,
    )
    .distinct()
)


def add(session: Session, rows: Mapping[TallyKey, Tally]) -> None:
    """Add each tally to its row; `rows` must come in key order, which is the order of locking."""
    if rows:
        columns = [{**key._asdict(), **dict(zip(_COUNTS, tally.parts, strict=True))} for key, tally in rows.items()]
        statement = _ADD[session.get_bind().dialect.name]
        connection_of(session).execute(statement, columns if len(columns) > 1 else columns[0])


def _tally(row: Row[*tuple[Any, ...]]) -> Tally:
    return Tally(*(int(getattr(row, name)) for name in _COUNTS))


def _list(
    session: Session, statement: Select[*tuple[Any, ...]], first: date, after: date, measures: Collection[str]
) -> Iterator[tuple[Row[*tuple[Any, ...]], Tally]]:
    for row in session.execute(statement, {"first": first, "after": after, "measures": sorted(measures)}):
        tally = _tally(row)
        if tally:
            yield row, tally


def list_sums(
    session: Session, first: date, after: date, measures: Collection[str], *, by_officer: bool
) -> Iterator[tuple[Row[*tuple[Any, ...]], Tally]]:
    """List the tallies of the measures from `first` until before `after`, whatever their state, without day and part.

    Rows have unit_id, counter_id, service, officer, measure, channel, evidence, late and state. Those that are not told
    apart by officer are many times fewer.
    """
    return _list(session, _SUMS_BY_OFFICER if by_officer else _SUMS, first, after, measures)


def list_officer_days(
    session: Session, first: date, after: date, measures: Collection[str]
) -> Iterator[tuple[Row[*tuple[Any, ...]], Tally]]:
    """List counted tallies from `first` until before `after`, per officer, unit_id, service, day and measure."""
    return _list(session, _OFFICER_DAYS, first, after, measures)


def list_officer_units(
    session: Session, first: date, after: date, measures: Collection[str]
) -> Iterator[tuple[int, str, str, int]]:
    """List from `first` until before `after` where officers have counted answers, and `NOBODY` has: how many.

    Rows are unit id, officer, measure and number.
    """
    for row in session.execute(_OFFICER_UNITS, {"first": first, "after": after, "measures": sorted(measures)}):
        yield row.unit_id, row.officer, row.measure, int(row.n)


def list_day_parts(
    session: Session, first: date, after: date, measure: str
) -> Iterator[tuple[Row[*tuple[Any, ...]], Tally]]:
    """List counted tallies of a measure from `first` until before `after`, per unit_id and day_part."""
    return _list(session, _DAY_PARTS, first, after, [measure])


def list_days(session: Session, first: date, after: date) -> Sequence[Row[*tuple[Any, ...]]]:
    """List the distinct (unit, counter, service, day, officer) in which anything was counted."""
    return session.execute(_DAYS, {"first": first, "after": after}).all()


def list_counters_rated_on(session: Session, today: date, unit_ids: Sequence[int]) -> set[int]:
    """Return the counters at which anything was received on `today`: yes or no, never how much."""
    return set(session.execute(_RATED, {"today": today, "unit_ids": unit_ids}).scalars())


def find_first_day(session: Session) -> date | None:
    """Return the first day that has a rating."""
    return session.execute(_FIRST).scalar_one()


def list_all(session: Session) -> dict[TallyKey, Tally]:
    """Return every row that counts anything."""
    rows = session.execute(select(*_TABLE.c))
    kept = {TallyKey(*(getattr(row, name) for name in TallyKey._fields)): _tally(row) for row in rows}
    return {key: tally for key, tally in kept.items() if tally}


def hold_writers(session: Session) -> None:
    """Keep every rating and change waiting until this transaction ends; SQLite has one writer anyhow."""
    if session.get_bind().dialect.name == "postgresql":
        connection_of(session).exec_driver_sql(
            "LOCK TABLE responses, ballots, attributions, verdicts, tallies IN EXCLUSIVE MODE"
        )


def replace_all(session: Session, rows: Mapping[TallyKey, Tally]) -> None:
    """Put `rows` in the place of everything."""
    session.execute(delete(TallyRow))
    if rows:
        columns = [{**k._asdict(), **dict(zip(_COUNTS, t.parts, strict=True))} for k, t in sorted(rows.items())]
        session.execute(insert(_TABLE), columns)
