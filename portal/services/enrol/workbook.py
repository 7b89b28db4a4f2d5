"""Import a workbook: dry run or all of it, with everything that is wrong reported at once."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy.orm import Session

from portal.domain.workbook.cell import shown
from portal.domain.workbook.fault import Fault
from portal.domain.workbook.planning import Change, ChangeKind, Plan, doubts, plan
from portal.domain.workbook.reading import Reading, read_tables, table_of
from portal.domain.workbook.sheet import KEPT
from portal.services import Portal
from portal.services.enrol.spreadsheet import read_spreadsheet
from portal.services.enrol.template import template
from portal.storage import audit, registry

__all__ = ["FieldChange", "ImportReport", "RowChange", "SheetReport", "import_rows", "import_workbook", "template"]

ACT: Final = "registry.import"
_CODE_BITS: Final = 30


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A cell's value before and after, as a person would type it; a NIP shows as `…`."""

    heading: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class RowChange:
    """A row that changed, and in what."""

    code: str
    fields: tuple[FieldChange, ...]


@dataclass(frozen=True, slots=True)
class SheetReport:
    """What happens to one sheet: codes created, rows changed and closed, and the number left as they are."""

    name: str
    created: tuple[str, ...]
    changed: tuple[RowChange, ...]
    closed: tuple[RowChange, ...]
    unchanged: int


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did (`applied`), or would do; with any error it does nothing."""

    sheets: tuple[SheetReport, ...]
    errors: tuple[Fault, ...]
    warnings: tuple[Fault, ...]
    dry_run: bool

    @property
    def applied(self) -> bool:
        """Tell whether the registry is now as the file says."""
        return not (self.dry_run or self.errors)


def import_workbook(portal: Portal, content: bytes, *, dry_run: bool, actor: str) -> ImportReport:
    """Bring the registry to what an XLSX file says; rows that it does not name are left alone."""
    tables, faults = read_spreadsheet(content)
    reading = read_tables(tables)
    reading.faults += faults
    if faults and not tables:
        return ImportReport((), tuple(faults), (), dry_run)
    return _import(portal, reading, dry_run=dry_run, actor=actor, source=hashlib.sha256(content).hexdigest())


def import_rows(
    portal: Portal, rows: Mapping[str, Sequence[Mapping[str, object]]], *, dry_run: bool, actor: str
) -> ImportReport:
    """Bring the registry to what `rows` say, sheet by sheet as lists of {heading: value}; the first is row 2."""
    reading = read_tables(table_of(name, listed) for name, listed in rows.items())
    return _import(portal, reading, dry_run=dry_run, actor=actor, source="")


def _import(portal: Portal, reading: Reading, *, dry_run: bool, actor: str, source: str) -> ImportReport:
    # Planned twice, so that ratings do not queue behind the slow search for doubtful names.
    with portal.read() as session:
        planned = plan(reading, registry.get_registry(session), portal.today())
    found = doubts(reading, planned)
    if dry_run or planned.is_refused or planned.is_empty:
        return _report(planned, found, dry_run=dry_run)
    with portal.begin(repeatable=True) as session:
        registry.hold_registry(session)
        planned = plan(reading, registry.get_registry(session), portal.today())
        if not (planned.is_refused or planned.is_empty):
            _apply(session, planned)
            detail = {"sha256": source, "sheets": _audited(planned)}
            audit.append(session, at=portal.now(), actor=actor, act=ACT, detail=detail)
    return _report(planned, found, dry_run=False)


def _apply(session: Session, planned: Plan) -> None:
    for sheet, changes in planned.changes.items():
        created = [(change.code, change.after) for change in changes if change.kind is ChangeKind.CREATED]
        changed = [(change.code, change.after) for change in changes if change.kind is not ChangeKind.CREATED]
        registry.add_rows(session, sheet, created, lambda: secrets.randbits(_CODE_BITS))
        registry.put_rows(session, sheet, changed)


def _audited(planned: Plan) -> dict[str, Any]:
    """Say which rows were touched, by their codes: names and numbers of people stay out of the log."""
    return {
        sheet: {kind.value: _codes(changes, kind) for kind in ChangeKind if _codes(changes, kind)}
        for sheet, changes in planned.changes.items()
        if changes
    }


def _codes(changes: Iterable[Change], kind: ChangeKind) -> list[str]:
    return [change.code for change in changes if change.kind is kind]


def _report(planned: Plan, found: Iterable[Fault], *, dry_run: bool) -> ImportReport:
    sheets = tuple(
        SheetReport(
            name,
            tuple(_codes(changes, ChangeKind.CREATED)),
            _rows(name, changes, ChangeKind.CHANGED),
            _rows(name, changes, ChangeKind.CLOSED),
            planned.unchanged[name],
        )
        for name, changes in planned.changes.items()
        if changes or planned.unchanged[name]
    )
    errors = tuple(fault for fault in planned.faults if not fault.is_warning)
    warnings = (*(fault for fault in planned.faults if fault.is_warning), *found)
    return ImportReport(sheets, errors, warnings, dry_run)


def _rows(sheet: str, changes: Iterable[Change], kind: ChangeKind) -> tuple[RowChange, ...]:
    return tuple(RowChange(change.code, _field_changes(sheet, change)) for change in changes if change.kind is kind)


def _field_changes(sheet: str, change: Change) -> tuple[FieldChange, ...]:
    columns = [column for column in KEPT[sheet].columns if column.field in change.after]
    return tuple(
        FieldChange(
            column.heading,
            shown(column.kind, change.before[column.field]),
            shown(column.kind, change.after[column.field]),
        )
        for column in columns
    )
