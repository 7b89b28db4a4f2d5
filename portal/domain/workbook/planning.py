"""What an import would change: the file against the registry as it stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final, cast

from portal.domain.workbook.cell import Value
from portal.domain.workbook.fault import Fault, FaultCode
from portal.domain.workbook.look_alike import by_unit, look_alikes
from portal.domain.workbook.plates import plates_of
from portal.domain.workbook.reading import Reading, Row
from portal.domain.workbook.rules import (
    References,
    Registry,
    changed_links,
    closed_faults,
    complete,
    future_faults,
    levels,
    row_faults,
    tree_faults,
    whole,
)
from portal.domain.workbook.sheet import COUNTER, INDICATOR, KEPT, OFFICER, PLATE, SERVICE, SHEETS, UNIT, Fields

_NAMED: Final = {UNIT: "parent", SERVICE: "unit", COUNTER: "unit", OFFICER: "unit"}
_UNKEPT: Final = {"plate"}  # stands in the sheet `Petugas`, is kept as a counter


class ChangeKind(StrEnum):
    """What happens to a row."""

    CREATED = "created"
    CHANGED = "changed"
    CLOSED = "closed"
    REOPENED = "reopened"
    """It has ended, or was to end, and goes on."""


@dataclass(frozen=True, slots=True)
class Change:
    """One row that is not as stored: `before` and `after` hold the fields that differ, all of them when created."""

    kind: ChangeKind
    code: str
    before: Fields
    after: Fields


@dataclass(frozen=True, slots=True)
class Plan:
    """Changes by sheet, each sheet after those it refers to and each unit after its parent; how many rows stay.

    `world` is the registry as it would be.
    """

    changes: Mapping[str, tuple[Change, ...]]
    unchanged: Mapping[str, int]
    faults: tuple[Fault, ...]
    world: Registry

    @property
    def is_refused(self) -> bool:
        """Tell whether any fault is more than a warning."""
        return not all(fault.is_warning for fault in self.faults)

    @property
    def is_empty(self) -> bool:
        """Tell whether all is already as the file says."""
        return not any(self.changes.values())


def plan(reading: Reading, registry: Registry, today: date, closed_until: date | None = None) -> Plan:
    """Compare the file with the registry; an import applies all of the plan, or nothing when it is refused.

    `closed_until` is the last day of the last closed period, whose indicators stay as they were signed.
    """
    rows = {row.code: row for row in reading.rows.get(OFFICER, ())}
    wanted = {
        name: {row.code: complete(name, whole(row, registry[name].get(row.code))) for row in listed}
        for name, listed in reading.rows.items()
    }
    world = {name: {**registry[name], **wanted.get(name, {})} for name in SHEETS}
    depth, circles = levels(world[UNIT])
    faults = [*reading.faults, *_missing_sheets(reading, registry), *_faults(reading, registry, world, today)]
    faults += (fault for row in reading.rows.get(UNIT, ()) for fault in tree_faults(row, depth, circles))
    known = registry[INDICATOR]
    for row in reading.rows.get(INDICATOR, ()):
        faults += closed_faults(row, known.get(row.code), closed_until)
    asked = {code: row.values["plate"] for code, row in rows.items() if "plate" in row.values}
    officers = {code: fields for code, fields in wanted.get(OFFICER, {}).items() if rows[code].sound}
    wanted[PLATE] = plates_of(officers, registry[OFFICER], registry[PLATE], asked, today)
    changes = {name: tuple(_changes(wanted.get(name, {}), registry[name], today)) for name in KEPT}
    changes[UNIT] = tuple(sorted(changes[UNIT], key=lambda change: depth.get(change.code, 0)))
    unchanged = {name: len(wanted.get(name, {})) - len(changes[name]) for name in KEPT}
    unchanged[PLATE] = 0  # derived rows: only what happens to them is news
    return Plan(changes, unchanged, tuple(sorted(faults, key=_place)), world)


def _place(fault: Fault) -> tuple[int, int, int, str]:
    sheets = list(SHEETS)
    order = sheets.index(fault.sheet) if fault.sheet in sheets else -1
    return order, fault.row, len(fault.column), fault.column


def _missing_sheets(reading: Reading, registry: Registry) -> Iterator[Fault]:
    """Yield the sheets without which nothing can be rated, unless rows of an earlier import are there."""
    for name, sheet in () if reading.partial else SHEETS.items():
        if sheet.required and not reading.rows.get(name) and not registry[name] and not _reported(reading, name):
            yield Fault(FaultCode.SHEET_REQUIRED, name)


def _reported(reading: Reading, sheet: str) -> bool:
    return any(fault.sheet == sheet for fault in reading.faults)


def _faults(reading: Reading, registry: Registry, world: Registry, today: date) -> Iterator[Fault]:
    references = References(world)
    for name, rows in reading.rows.items():
        for row in rows:
            yield from references.faults(row)
            stored = registry[name].get(row.code)
            yield from row_faults(row, whole(row, stored), world)
            yield from future_faults(row, today)
            if stored:
                yield from changed_links(row, stored)


def _changes(wanted: Mapping[str, Fields], stored: Mapping[str, Fields], today: date) -> Iterator[Change]:
    for code, fields in wanted.items():
        old = stored.get(code)
        if old is None:
            yield Change(ChangeKind.CREATED, code, {}, fields)
            continue
        names = [name for name in fields if name not in _UNKEPT and fields[name] != old[name]]
        if names:
            before, after = ({name: side[name] for name in names} for side in (old, fields))
            yield Change(_kind(before, after, today), code, before, after)


def _kind(before: Fields, after: Fields, today: date) -> ChangeKind:
    """Tell what becomes of a stored row: whoever brings an old file must see that it opens again what was closed."""
    if "ends_on" not in after:
        return ChangeKind.CHANGED
    old, new = cast("date | None", before["ends_on"]), cast("date | None", after["ends_on"])
    if old is None:
        return ChangeKind.CLOSED
    return ChangeKind.REOPENED if new is None or old < today <= new else ChangeKind.CHANGED


def doubts(reading: Reading, planned: Plan) -> tuple[Fault, ...]:
    """Return warnings about rows that change: names that look alike, a NIP held twice, a unit closed over a counter.

    Apart from `plan`, because the comparison of names takes too long to do inside a write transaction.
    """
    return tuple(sorted(_doubts(reading, planned.changes, planned.world), key=_place))


def _doubts(reading: Reading, changes: Mapping[str, tuple[Change, ...]], world: Registry) -> Iterator[Fault]:
    for name, key in _NAMED.items():
        rows = {row.code: row for row in reading.rows.get(name, ())}
        fresh = [change.code for change in changes[name] if change.after.get("name")]
        yield from _alike(rows, fresh, world[name], key)
    yield from _shared_nips(reading, changes, world)
    yield from _still_open(reading, changes, world)


def _alike(rows: Mapping[str, Row], fresh: list[str], all_rows: Mapping[str, Fields], key: str) -> Iterator[Fault]:
    groups = by_unit({code: fields for code, fields in all_rows.items() if fields["name"]}, key)
    mine: dict[object, list[str]] = {}
    for code in fresh:
        mine.setdefault(all_rows[code].get(key), []).append(code)
    for group, codes in mine.items():
        for code, other in look_alikes(groups[group], codes):
            yield rows[code].fault(FaultCode.LOOK_ALIKE, "name", other)


def _shared_nips(reading: Reading, changes: Mapping[str, tuple[Change, ...]], world: Registry) -> Iterator[Fault]:
    fresh = {change.code for change in changes[OFFICER] if change.after.get("nip")}
    owners: dict[Value, list[str]] = {}
    for code, fields in world[OFFICER].items():
        owners.setdefault(fields.get("nip"), []).append(code)
    for row in reading.rows.get(OFFICER, ()):
        if row.code in fresh:
            sharing = owners[world[OFFICER][row.code]["nip"]][:2]
            yield from (row.fault(FaultCode.NIP_SHARED, "nip", other) for other in sharing if other != row.code)


def _still_open(reading: Reading, changes: Mapping[str, tuple[Change, ...]], world: Registry) -> Iterator[Fault]:
    """Yield the units that close while a counter of theirs goes on."""
    closing = {change.code: change.after["ends_on"] for change in changes[UNIT] if change.after.get("ends_on")}
    going_on: dict[Value, str] = {}
    for code, fields in world[COUNTER].items():
        unit, ends_on = fields.get("unit"), cast("date | None", fields["ends_on"])
        last = cast("date | None", closing.get(str(unit)))
        if last is not None and (ends_on is None or ends_on > last):
            going_on[unit] = code
    for row in reading.rows.get(UNIT, ()):
        if row.code in going_on:
            yield row.fault(FaultCode.STILL_OPEN, "ends_on", going_on[row.code])
