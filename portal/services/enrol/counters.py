"""Counters between two workbooks: added, renamed, closed, opened again, and moved without a new print."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy.orm import Session

from portal.domain import code as codes
from portal.domain.errors import Invalid, NotFound
from portal.domain.evidence import LINKS, PAPER
from portal.domain.naming import check_given_name, code_of
from portal.domain.workbook.sheet import COUNTER, SHEETS, Fields
from portal.services import Portal
from portal.storage import audit, counter_changes, registry
from portal.storage.counter_changes import CounterRow, OpenUnit

__all__ = [
    "CounterChoices",
    "CounterLine",
    "OpenUnit",
    "State",
    "UnitCounters",
    "add_counter",
    "close_counter",
    "list_counters",
    "list_units",
    "move_counter",
    "open_counter",
    "rename_counter",
    "reopen_counter",
]

DESK: Final = "loket"
"""The channel of what stands at a desk, people and poster together; nothing else moves."""
_CODE_BITS: Final = 30


class State(StrEnum):
    """Whether a counter may be rated."""

    IN_USE = "in-use"
    CLOSED = "closed"
    NOT_YET = "not-yet"


@dataclass(frozen=True, slots=True)
class CounterLine:
    """A counter as the administrator sees it; `scanned_on` is the local day of its last good scan test."""

    code: str
    public_code: str
    name: str
    kind: str
    unit_code: str
    unit_name: str
    is_plate: bool
    state: State
    starts_on: date | None
    ends_on: date | None
    place: str | None
    scanned_on: date | None

    @property
    def is_printed(self) -> bool:
        """Tell whether the code hangs or stands somewhere, for a phone to meet it."""
        return self.kind not in {*LINKS, PAPER}

    @property
    def closed_on(self) -> date | None:
        """The first day on which nobody can rate there."""
        return self.ends_on + timedelta(days=1) if self.ends_on else None

    @property
    def printed_code(self) -> str:
        """The code as it is printed."""
        return codes.printed(self.public_code)


@dataclass(frozen=True, slots=True)
class UnitCounters:
    """A unit with its counters."""

    code: str
    name: str
    counters: tuple[CounterLine, ...]


@dataclass(frozen=True, slots=True)
class CounterChoices:
    """A counter, and the units that it may move to."""

    counter: CounterLine
    units: tuple[OpenUnit, ...]


def list_counters(portal: Portal) -> tuple[UnitCounters, ...]:
    """List every counter by unit, units in the order of their tree; units without a counter are left out."""
    with portal.read() as session:
        rows = counter_changes.list_counters(session)
    by_unit: dict[str, list[CounterRow]] = {}
    for row in rows:
        by_unit.setdefault(row.unit_code, []).append(row)
    return tuple(
        UnitCounters(code, listed[0].unit_name, tuple(sorted((_line(portal, row) for row in listed), key=_by_name)))
        for code, listed in by_unit.items()
    )


def _by_name(line: CounterLine) -> tuple[bool, str]:
    return line.state is State.CLOSED, line.name.casefold()


def _line(portal: Portal, row: CounterRow) -> CounterLine:
    return CounterLine(
        row.counter_code,
        row.public_code,
        row.name,
        row.channel,
        row.unit_code,
        row.unit_name,
        row.is_plate,
        _state(row, portal.today()),
        row.starts_on,
        row.ends_on,
        row.place,
        row.scanned_at.astimezone(portal.time_zone).date() if row.scanned_at else None,
    )


def _state(row: CounterRow, today: date) -> State:
    if row.ends_on is not None and row.ends_on < today:
        return State.CLOSED
    return State.NOT_YET if row.starts_on is not None and row.starts_on > today else State.IN_USE


def open_counter(portal: Portal, counter_code: str) -> CounterChoices:
    """Return a counter with the units that it may move to.

    Raises:
        NotFound: no such counter.
    """
    with portal.read() as session:
        row = _get(session, counter_code)
        units = counter_changes.list_open_units(session, portal.today())
    return CounterChoices(_line(portal, row), tuple(unit for unit in units if unit.id != row.unit_id))


def list_units(portal: Portal) -> tuple[OpenUnit, ...]:
    """List the units that a new counter may belong to, by name."""
    with portal.read() as session:
        return tuple(counter_changes.list_open_units(session, portal.today()))


def _get(session: Session, counter_code: str) -> CounterRow:
    row = counter_changes.find_counter(session, counter_code)
    if row is None:
        raise NotFound("counter")
    return row


def add_counter(portal: Portal, *, name: str, unit_code: str, services: Sequence[str] = (), actor: str) -> str:
    """Add a counter and return its code; without `services` (codes) it gives all of its unit.

    Raises:
        Invalid: `name`, `name-taken` (by a counter of the unit that is not closed), `unit` (none that is open has this
            code) or `services` (one is not of the unit).
    """
    shown = check_given_name(name, "name")
    with portal.begin(repeatable=True) as session:
        registry.hold_registry(session)
        unit = _open_unit(session, unit_code, portal.today())
        _check_free(portal, session, shown, unit_code)
        if not set(services) <= {code for code, _ in unit.services}:
            raise Invalid("services")
        code = code_of(shown, counter_changes.list_codes(session), fallback="LKT", within=unit_code)
        fields: Fields = {"name": shown, "unit": unit_code, "services": tuple(sorted(set(services)))}
        row = code, {**SHEETS[COUNTER].defaults, **fields}
        registry.add_rows(session, COUNTER, [row], lambda: secrets.randbits(_CODE_BITS))
        detail = {"counter": code, "unit": unit_code, "services": sorted(set(services))}
        audit.append(session, at=portal.now(), actor=actor, act="counter-added", detail=detail)
    return code


def _check_free(portal: Portal, session: Session, name: str, unit_code: str, *, besides: int | None = None) -> None:
    """Refuse a second counter of the same name: citizens could not tell them apart, and a form may be sent twice."""
    for row in counter_changes.list_counters(session):
        is_other = row.unit_code == unit_code and row.id != besides and _state(row, portal.today()) is not State.CLOSED
        if is_other and row.name.casefold() == name.casefold():
            raise Invalid("name-taken")


def _open_unit(session: Session, unit_code: str, today: date) -> OpenUnit:
    found = next((u for u in counter_changes.list_open_units(session, today) if u.unit_code == unit_code), None)
    if found is None:
        raise Invalid("unit")
    return found


def rename_counter(portal: Portal, counter_code: str, *, name: str, actor: str) -> None:
    """Give a counter another name; nothing changes where it has that name.

    Raises:
        NotFound: no such counter.
        Invalid: `name`; `name-taken` by another counter of the unit; or `plate`: a name plate follows its officer.
    """
    shown = check_given_name(name, "name")

    def change(session: Session, row: CounterRow) -> Mapping[str, Any] | None:
        if row.name == shown:
            return None
        _check_free(portal, session, shown, row.unit_code, besides=row.id)
        registry.put_rows(session, COUNTER, [(counter_code, {"name": shown})])
        return {"from": row.name, "to": shown}

    _change(portal, counter_code, change, act="counter-renamed", actor=actor)


def close_counter(portal: Portal, counter_code: str, *, from_on: date, actor: str) -> None:
    """Close a counter from a day on, today at the earliest; nothing changes where it closes then anyway.

    Raises:
        NotFound: no such counter.
        Invalid: `day` is past, or `plate`: a name plate follows its officer.
    """
    if from_on < portal.today():
        raise Invalid("day")
    last = from_on - timedelta(days=1)

    def change(session: Session, row: CounterRow) -> Mapping[str, Any] | None:
        if row.ends_on == last or _state(row, portal.today()) is State.CLOSED:
            return None
        registry.put_rows(session, COUNTER, [(counter_code, {"ends_on": last})])
        return {"from": from_on.isoformat()}

    _change(portal, counter_code, change, act="counter-closed", actor=actor)


def reopen_counter(portal: Portal, counter_code: str, *, actor: str) -> None:
    """Open a counter again under the code that is printed there; nothing changes where it has no end.

    Raises:
        NotFound: no such counter.
        Invalid: `plate`: a name plate follows its officer.
    """

    def change(session: Session, row: CounterRow) -> Mapping[str, Any] | None:
        if row.ends_on is None:
            return None
        registry.put_rows(session, COUNTER, [(counter_code, {"ends_on": None})])
        return {}

    _change(portal, counter_code, change, act="counter-reopened", actor=actor)


def move_counter(portal: Portal, counter_code: str, *, unit_code: str, actor: str) -> str:
    """Let the printed code count for another unit from now on, and return the code of the counter that carries it.

    What was rated before stays with the old unit: its counter ends yesterday. The roster goes along, because the same
    people sit at the same desk; whoever stays behind is taken off by roster or workbook.

    Raises:
        NotFound: no such counter.
        Invalid: `unit`: none that is open has this code, or the counter is there already; `kind`: it stands at no
            desk; `closed`: nobody rates there; `plate`: a name plate follows its officer.
    """
    moved = ""

    def change(session: Session, row: CounterRow) -> Mapping[str, Any]:
        nonlocal moved
        today = portal.today()
        unit = _open_unit(session, unit_code, today)
        if row.unit_id == unit.id:
            raise Invalid("unit")
        if row.channel != DESK:
            raise Invalid("kind")
        if _state(row, today) is State.CLOSED:
            raise Invalid("closed")
        moved = code_of(row.name, counter_changes.list_codes(session), fallback="LKT", within=unit_code)
        counter_changes.move_counter(
            session,
            row.id,
            unit_id=unit.id,
            counter_code=moved,
            fresh_code=codes.counter_code(secrets.randbits(_CODE_BITS)),
            day=today,
        )
        return {"to": moved, "from_unit": row.unit_code, "to_unit": unit_code}

    _change(portal, counter_code, change, act="counter-moved", actor=actor)
    return moved


def _change(
    portal: Portal,
    counter_code: str,
    change: Callable[[Session, CounterRow], Mapping[str, Any] | None],
    *,
    act: str,
    actor: str,
) -> None:
    """Change a counter while nobody else changes the registry, and note it; `change` returns None where it did not."""
    with portal.begin(repeatable=True) as session:
        registry.hold_registry(session)
        row = _get(session, counter_code)
        if row.is_plate:
            raise Invalid("plate")
        changed = change(session, row)
        if changed is not None:
            detail = {"counter": counter_code, **changed}
            audit.append(session, at=portal.now(), actor=actor, act=act, detail=detail)
