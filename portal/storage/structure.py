"""The registry as the figures need it: units as a tree, and what belongs to which unit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import BindParameter, bindparam, false, func, literal, null, or_, select, union_all
from sqlalchemy.orm import Session

from portal.domain.duty import Shift
from portal.domain.errors import NotFound
from portal.domain.period import Period
from portal.storage.tables import Counter, Duty, Officer, Service, Unit


@dataclass(frozen=True, slots=True)
class UnitRow:
    """A unit; `path` holds the ids from the root to itself, `target` the IKM aimed at, a decimal string.

    `counter_label` is what its counters are called, None for the usual word.
    """

    id: int
    unit_code: str
    name: str
    path: tuple[int, ...]
    target: str | None = None
    counter_label: str | None = None


@dataclass(frozen=True, slots=True)
class Subject:
    """A service, counter or officer of a unit; `kind` is the cut it is published by.

    A name plate is published as a counter. `channel` is that of a counter, None otherwise.
    """

    kind: str
    id: int
    code: str
    name: str
    unit_id: int
    public_code: str | None
    is_plate: bool
    ends_on: date | None
    channel: str | None = None

    def is_of(self, period: Period) -> bool:
        """Tell whether it was in use at any time of the period, so that a page need not list what is long gone."""
        return self.ends_on is None or self.ends_on >= period.starts_on


_UNITS = select(Unit.id, Unit.unit_code, Unit.name, Unit.path, Unit.target, Unit.counter_label).order_by(Unit.path)
_BELOW = _UNITS.where(or_(Unit.path == bindparam("path"), Unit.path.startswith(bindparam("prefix"))))
_unit_ids: BindParameter[int] = bindparam("unit_ids", expanding=True)
_KINDS = (
    ("service", Service, Service.service_code, null(), false(), null()),
    ("counter", Counter, Counter.counter_code, Counter.public_code, Counter.officer_id.is_not(None), Counter.channel),
    ("officer", Officer, Officer.officer_code, null(), false(), null()),
)
_SUBJECTS = union_all(
    *(
        select(
            literal(kind).label("kind"),
            table.id,
            code.label("code"),
            table.name,
            table.unit_id,
            printed.label("public_code"),
            plate.label("is_plate"),
            table.ends_on,
            channel.label("channel"),
        ).where(table.unit_id.in_(_unit_ids))
        for kind, table, code, printed, plate, channel in _KINDS
    )
)
_OFFICERS_PER_UNIT = select(Officer.unit_id, func.count()).group_by(Officer.unit_id)
_SHIFTS = select(
    Duty.officer_id, Duty.counter_id, Duty.weekday, Duty.on_date, Duty.from_on, Duty.ends_on, Officer.ends_on
).join(Officer, Officer.id == Duty.officer_id)


def _unit(unit_id: int, unit_code: str, name: str, path: str, *further: str | None) -> UnitRow:
    return UnitRow(unit_id, unit_code, name, tuple(int(part) for part in path.split(".")), *further)


def list_units(session: Session) -> Sequence[UnitRow]:
    """List every unit, parents before children."""
    return sorted((_unit(*row) for row in session.execute(_UNITS)), key=lambda unit: unit.path)


def list_subtree(session: Session, path: Sequence[int]) -> Sequence[UnitRow]:
    """List the unit at the end of `path` and all units below it, parents before children; an empty path has all."""
    if not path:
        return list_units(session)
    text = ".".join(map(str, path))
    rows = session.execute(_BELOW, {"path": text, "prefix": text + "."})
    return sorted((_unit(*row) for row in rows), key=lambda unit: unit.path)


def get_unit(session: Session, scope: Sequence[int], unit_code: str) -> UnitRow:
    """Return a unit inside `scope` (ids from the root to the caller's own unit; empty for the whole government).

    Raises:
        NotFound: no such unit in the scope.
    """
    for unit in list_subtree(session, scope):
        if unit.unit_code == unit_code:
            return unit
    raise NotFound("unit")


def list_subjects(session: Session, unit_ids: Sequence[int]) -> Sequence[Subject]:
    """List the services, counters and officers of the units, former ones too, by kind, name and code."""
    rows = session.execute(_SUBJECTS, {"unit_ids": list(unit_ids)})
    subjects = [Subject(*row[:6], bool(row.is_plate), row.ends_on, row.channel) for row in rows]
    return sorted(subjects, key=lambda subject: (subject.kind, subject.name.casefold(), subject.code))


def count_officers(session: Session) -> Mapping[int, int]:
    """Count the officers loaded, by unit; units without any are left out."""
    return {row.unit_id: row[1] for row in session.execute(_OFFICERS_PER_UNIT)}


def list_shifts(session: Session, first: date, last: date) -> Sequence[Shift]:
    """List the duty roster as far as it touches the days from `first` to `last`; who has left is on duty no more."""
    touching = _SHIFTS.where(
        or_(Duty.on_date.is_(None), Duty.on_date.between(first, last)),
        or_(Duty.from_on.is_(None), Duty.from_on <= last),
        or_(Duty.ends_on.is_(None), Duty.ends_on >= first),
    )
    return [_shift(*row) for row in session.execute(touching)]


def _shift(*columns: Any) -> Shift:  # noqa: ANN401 - the columns of _SHIFTS
    officer_id, counter_id, weekday, on_date, from_on, *ends = columns
    last = min((day for day in ends if day), default=None)
    return Shift(officer_id, counter_id, weekday, on_date, from_on, last)
