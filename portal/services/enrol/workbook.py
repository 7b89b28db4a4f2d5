"""Import a workbook: dry run or all of it, with everything that is wrong reported at once."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy.orm import Session

from portal.domain.workbook.cell import shown
from portal.domain.workbook.fault import Fault
from portal.domain.workbook.planning import Change, ChangeKind, Plan, doubts, plan
from portal.domain.workbook.reading import Reading, read_tables, table_of
from portal.domain.workbook.rules import TOLD
from portal.domain.workbook.sheet import INDICATOR, KEPT
from portal.services import Portal
from portal.services.enrol.separated import read_separated
from portal.services.enrol.spreadsheet import LARGEST_FILE, read_spreadsheet
from portal.storage import audit, indicators, periods, registry

__all__ = [
    "LARGEST_FILE",
    "FieldChange",
    "ImportReport",
    "RowChange",
    "SheetReport",
    "import_rows",
    "import_workbook",
    "template",
]

ACT: Final = "registry.import"
_CODE_BITS: Final = 30
_ZIP: Final = b"PK"  # how an XLSX file begins


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
    """What happens to one sheet: rows created (their filled cells), changed, closed, opened again, and those left."""

    name: str
    created: tuple[RowChange, ...]
    changed: tuple[RowChange, ...]
    closed: tuple[RowChange, ...]
    reopened: tuple[RowChange, ...]
    unchanged: int


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did (`applied`), or would do; with any error it does nothing.

    `digest` stands for the plan; `outdated`: the plan is no longer the one that was agreed to, so it was not applied.
    """

    sheets: tuple[SheetReport, ...]
    errors: tuple[Fault, ...]
    warnings: tuple[Fault, ...]
    dry_run: bool
    digest: str = ""
    outdated: bool = False

    @property
    def applied(self) -> bool:
        """Tell whether the registry is now as the file says."""
        return not (self.dry_run or self.errors or self.outdated)

    @property
    def changes(self) -> bool:
        """Tell whether anything is created, changed, closed or opened again."""
        return any(sheet.created or sheet.changed or sheet.closed or sheet.reopened for sheet in self.sheets)


def template() -> bytes:
    """Return the workbook that offices fill in, with nothing in it yet."""
    from portal.services.enrol import template as empty  # noqa: PLC0415 - brings openpyxl: see `spreadsheet`

    return empty.template()


def import_workbook(
    portal: Portal, content: bytes, *, sheet: str = "", dry_run: bool, actor: str, agreed: str | None = None
) -> ImportReport:
    """Bring the registry to what an XLSX file says; rows that it does not name are left alone.

    With a `sheet` the file may be a CSV of it. With `agreed`, the digest of a dry run, only that plan is applied.
    """
    is_separated = bool(sheet) and not content.startswith(_ZIP)
    tables, faults = read_separated(content, sheet) if is_separated else read_spreadsheet(content)
    reading = read_tables(tables)
    reading.faults += faults
    reading.partial = is_separated
    if faults and not tables:
        return ImportReport((), tuple(faults), (), dry_run)
    source = hashlib.sha256(content).hexdigest()
    return _import(portal, reading, dry_run=dry_run, actor=actor, source=source, agreed=agreed)


def import_rows(
    portal: Portal, rows: Mapping[str, Sequence[Mapping[str, object]]], *, dry_run: bool, actor: str
) -> ImportReport:
    """Bring the registry to what `rows` say, sheet by sheet as lists of {heading: value}; the first is row 2."""
    reading = read_tables(table_of(name, listed) for name, listed in rows.items())
    return _import(portal, reading, dry_run=dry_run, actor=actor, source="", agreed=None)


def _import(
    portal: Portal, reading: Reading, *, dry_run: bool, actor: str, source: str, agreed: str | None
) -> ImportReport:
    # Planned twice, so that ratings do not queue behind the slow search for doubtful names.
    with portal.read() as session:
        planned = _plan(portal, session, reading)
    found = doubts(reading, planned)
    outdated = agreed is not None and agreed != _digest(portal, planned)
    if dry_run or outdated or planned.is_refused or planned.is_empty:
        return _report(portal, planned, found, dry_run=dry_run, outdated=outdated)
    with portal.begin(repeatable=True) as session:
        registry.hold_registry(session)
        periods.hold_closed_until(session)
        planned = _plan(portal, session, reading)
        outdated = agreed is not None and agreed != _digest(portal, planned)
        if not (outdated or planned.is_refused or planned.is_empty):
            _apply(session, planned)
            _append_progress(portal, session, planned, actor)
            detail = {"sha256": source, "sheets": _audited(planned)}
            audit.append(session, at=portal.now(), actor=actor, act=ACT, detail=detail)
    return _report(portal, planned, found, dry_run=False, outdated=outdated)


def _plan(portal: Portal, session: Session, reading: Reading) -> Plan:
    named = {name: [row.code for row in rows] for name, rows in reading.rows.items()}
    stored = registry.get_registry(session, named=named)
    return plan(reading, stored, portal.today(), periods.find_closed_until(session))


def _digest(portal: Portal, planned: Plan) -> str:
    """Stand for what a plan would do; keyed, since it is shown and a NIP may be among the values."""
    changes = [
        (sheet, change.kind, change.code, sorted(change.before.items()), sorted(change.after.items()))
        for sheet, listed in planned.changes.items()
        for change in listed
    ]
    text = json.dumps(changes, default=str).encode()
    return hmac.digest(portal.secret_key.encode(), b"plan" + text, "sha256").hex()


def _apply(session: Session, planned: Plan) -> None:
    for sheet, changes in planned.changes.items():
        created = [(change.code, change.after) for change in changes if change.kind is ChangeKind.CREATED]
        changed = [(change.code, change.after) for change in changes if change.kind is not ChangeKind.CREATED]
        registry.add_rows(session, sheet, created, lambda: secrets.randbits(_CODE_BITS))
        registry.put_rows(session, sheet, changed)


def _append_progress(portal: Portal, session: Session, planned: Plan, actor: str) -> None:
    """Keep each realisation that is new, or said in another way, as an entry of its own."""
    for change in planned.changes[INDICATOR]:
        fields: Mapping[str, Any] = planned.world[INDICATOR][change.code]
        if fields["realisation"] is not None and change.after.keys() & set(TOLD):
            indicators.append_progress(
                session,
                change.code,
                as_of=fields["as_of"],
                value=fields["realisation"],
                source=fields["source"],
                link=fields["link"],
                entered_by=actor,
                entered_at=portal.now(),
            )


def _audited(planned: Plan) -> dict[str, Any]:
    """Say which rows were touched, by their codes: names and numbers of people stay out of the log."""
    return {
        sheet: {kind.value: _codes(changes, kind) for kind in ChangeKind if _codes(changes, kind)}
        for sheet, changes in planned.changes.items()
        if changes
    }


def _codes(changes: Iterable[Change], kind: ChangeKind) -> list[str]:
    return [change.code for change in changes if change.kind is kind]


def _report(
    portal: Portal, planned: Plan, found: Iterable[Fault], *, dry_run: bool, outdated: bool = False
) -> ImportReport:
    sheets = tuple(
        SheetReport(
            name,
            _rows(name, changes, ChangeKind.CREATED),
            _rows(name, changes, ChangeKind.CHANGED),
            _rows(name, changes, ChangeKind.CLOSED),
            _rows(name, changes, ChangeKind.REOPENED),
            planned.unchanged[name],
        )
        for name, changes in planned.changes.items()
        if changes or planned.unchanged[name]
    )
    errors = tuple(fault for fault in planned.faults if not fault.is_warning)
    warnings = (*(fault for fault in planned.faults if fault.is_warning), *found)
    return ImportReport(sheets, errors, warnings, dry_run, _digest(portal, planned), outdated)


def _rows(sheet: str, changes: Iterable[Change], kind: ChangeKind) -> tuple[RowChange, ...]:
    return tuple(RowChange(change.code, _field_changes(sheet, change)) for change in changes if change.kind is kind)


def _field_changes(sheet: str, change: Change) -> tuple[FieldChange, ...]:
    fields = (
        FieldChange(
            column.heading,
            shown(column.kind, change.before.get(column.field)),
            shown(column.kind, change.after[column.field]),
        )
        for column in KEPT[sheet].columns
        if column.field in change.after
    )
    return tuple(field for field in fields if change.kind is not ChangeKind.CREATED or field.new)
