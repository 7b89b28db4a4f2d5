"""Import of the workbook: all of it or nothing, twice the same as once."""

from __future__ import annotations

import copy
import io
import zipfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

import openpyxl
import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from portal.domain.code import counter_code, parse_counter_code
from portal.domain.workbook.fault import FaultCode
from portal.domain.workbook.sheet import COUNTER, DUTY, KEPT, OFFICER, PLATE, SERVICE, SHEETS, UNIT
from portal.services import Portal, run
from portal.services.enrol.guidance import EXAMPLES, HELP
from portal.services.enrol.spreadsheet import LARGEST_FILE
from portal.services.enrol.workbook import ImportReport, SheetReport, import_rows, import_workbook, template
from portal.storage import audit, registry
from portal.storage.tables import Counter, Unit
from tests.clock import Clock

Rows = dict[str, list[dict[str, object]]]


@pytest.fixture
def rows() -> Rows:
    """The examples of the template: every sheet filled."""
    headings = {name: [column.heading for column in sheet.columns] for name, sheet in SHEETS.items()}
    return {name: [dict(zip(headings[name], row, strict=True)) for row in listed] for name, listed in EXAMPLES.items()}


def bring(portal: Portal, rows: Rows, *, dry_run: bool = False) -> ImportReport:
    return run(portal, import_rows, rows, dry_run=dry_run, actor="cli")


def sheet(report: ImportReport, name: str) -> SheetReport:
    return next(sheet for sheet in report.sheets if sheet.name == name)


def stored(portal: Portal) -> dict[str, dict[str, dict[str, Any]]]:
    with portal.read() as session:
        return registry.get_registry(session)


def acts(portal: Portal) -> Sequence[audit.Entry]:
    with portal.read() as session:
        return audit.list_entries(session)


def changes(report: ImportReport, name: str) -> dict[str, list[tuple[str, str, str]]]:
    found = (*sheet(report, name).changed, *sheet(report, name).closed, *sheet(report, name).reopened)
    return {row.code: [(field.heading, field.old, field.new) for field in row.fields] for row in found}


def codes(report: ImportReport) -> list[tuple[str, int, str, FaultCode]]:
    return [(fault.sheet, fault.row, fault.heading, fault.code) for fault in report.errors]


def spreadsheet(rows: Rows) -> bytes:
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.worksheets[0])
    for name, listed in rows.items():
        page = workbook.create_sheet(name)
        page.append(list(listed[0]))
        for row in listed:
            page.append(list(row.values()))
    return saved(workbook)


def saved(workbook: openpyxl.Workbook) -> bytes:
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()


def take(portal: Portal, content: bytes, *, dry_run: bool = False) -> ImportReport:
    return run(portal, import_workbook, content, dry_run=dry_run, actor="cli")


def test_everything_in_the_file_is_created(portal: Portal, rows: Rows) -> None:
    report = bring(portal, rows)
    assert report.applied
    assert not report.errors
    assert not report.warnings
    assert {one.name: len(one.created) for one in report.sheets} == {PLATE: 1} | {
        name: len(listed) for name, listed in rows.items()
    }
    found = stored(portal)
    assert found[COUNTER]["LKT-1"] == {
        "unit": "DINAS-1",
        "name": "Loket 1",
        "services": ("KK", "KTP"),
        "ends_on": None,
        "channel": "loket",
        "starts_on": None,
        "place": None,
    }
    assert found[OFFICER]["P-02"] == {
        "unit": "DINAS-1",
        "name": "Petugas Contoh Dua",
        "nip": None,
        "civil_servant": False,
        "ends_on": None,
    }
    assert found[DUTY]["J-03"]["counter"] is None
    assert found[DUTY]["J-01"]["starts"] == time(8)


def test_the_same_file_twice_changes_nothing_and_writes_nothing(portal: Portal, rows: Rows) -> None:
    bring(portal, rows)
    before = stored(portal)
    report = bring(portal, rows)
    assert not any(one.created or one.changed or one.closed for one in report.sheets)
    assert {one.name: one.unchanged for one in report.sheets} == {name: len(listed) for name, listed in rows.items()}
    assert stored(portal) == before
    assert len(acts(portal)) == 1


def test_a_dry_run_reports_the_same_and_stores_nothing(portal: Portal, rows: Rows) -> None:
    dry = bring(portal, rows, dry_run=True)
    assert not dry.applied
    assert stored(portal) == {name: {} for name in KEPT}
    assert not acts(portal)
    assert bring(portal, rows).sheets == dry.sheets


def test_of_imports_at_the_same_time_each_row_is_created_by_one(portal: Portal, rows: Rows) -> None:
    with ThreadPoolExecutor(4) as pool:
        reports = [*pool.map(lambda _: bring(portal, rows), range(4))]
    assert all(report.applied for report in reports)
    assert sum(len(sheet(report, DUTY).created) for report in reports) == 3
    assert len(acts(portal)) == 1


def test_an_import_meets_the_registry_in_one_piece_whoever_else_imports(portal: Portal, rows: Rows) -> None:
    """Another one starts as this one has read the first table, and gets time enough to end."""
    with ThreadPoolExecutor(1) as pool:
        pending = [lambda: wait([pool.submit(bring, portal, rows)], timeout=1)]

        @contextmanager
        def watched(*, repeatable: bool = False) -> Iterator[Session]:
            def let_another_in(_: object, __: object, statement: str, *___: object) -> None:
                if "FROM units" in statement and pending:
                    pending.pop()()

            with portal.begin(repeatable=repeatable) as session:
                event.listen(session.get_bind(), "after_cursor_execute", let_another_in)
                yield session

        assert bring(replace(portal, begin=watched), rows).applied
    assert not pending
    assert len(acts(portal)) == 1


def test_one_error_stops_the_whole_import(portal: Portal, rows: Rows) -> None:
    rows[OFFICER][0]["NIP"] = "199002302015031001"
    rows[UNIT][0]["sampai"] = "kapan-kapan"
    report = bring(portal, rows)
    assert not report.applied
    assert codes(report) == [(UNIT, 2, "sampai", FaultCode.DATE_BAD), (OFFICER, 2, "NIP", FaultCode.NIP_BIRTH)]
    assert stored(portal) == {name: {} for name in KEPT}
    assert not acts(portal)


def test_an_import_is_written_to_the_audit_log_by_codes_without_names(portal: Portal, rows: Rows, clock: Clock) -> None:
    take(portal, spreadsheet({UNIT: rows[UNIT], COUNTER: [{"kode": "L", "unit": "DINAS", "nama": "Loket 1"}]}))
    [entry] = acts(portal)
    assert (entry.at, entry.actor, entry.act) == (clock.now(), "cli", "registry.import")
    assert entry.detail["sheets"] == {UNIT: {"created": ["DINAS", "DINAS-1"]}, COUNTER: {"created": ["L"]}}
    assert len(entry.detail["sha256"]) == 64


def test_rows_that_the_file_does_not_name_are_left_alone(portal: Portal, rows: Rows) -> None:
    bring(portal, rows)
    before = stored(portal)
    report = bring(portal, {UNIT: rows[UNIT][:1], COUNTER: []})
    assert report.applied
    assert stored(portal) == before


def test_columns_that_the_file_does_not_have_are_left_alone(portal: Portal, rows: Rows) -> None:
    bring(portal, rows)
    before = stored(portal)
    bring(portal, {OFFICER: [{"kode": "P-01", "unit": "DINAS-1", "nama": "Petugas Contoh Satu"}]})
    assert stored(portal) == before


def test_a_change_is_reported_cell_by_cell(portal: Portal, rows: Rows) -> None:
    bring(portal, rows)
    rows[COUNTER][0] |= {"nama": "Loket Satu", "layanan": "KK"}
    rows["Jam layanan"][1] |= {"hari": "sabtu", "tutup": "11.00"}
    report = bring(portal, rows)
    assert changes(report, COUNTER) == {"LKT-1": [("nama", "Loket 1", "Loket Satu"), ("layanan", "KK, KTP", "KK")]}
    assert changes(report, "Jam layanan") == {
        "BUKA-2": [("hari", "Jumat", "Sabtu"), ("tutup", "11:30", "11:00")],
    }
    assert stored(portal)[COUNTER]["LKT-1"]["services"] == ("KK",)
    assert not any(one.changed for one in bring(portal, rows).sheets)


def test_a_counter_may_go_back_to_all_services(portal: Portal, rows: Rows) -> None:
    bring(portal, rows)
    rows[COUNTER][0]["layanan"] = ""
    bring(portal, rows)
    assert stored(portal)[COUNTER]["LKT-1"]["services"] == ()


def test_a_row_closes_by_its_last_day_and_opens_again_without_one(portal: Portal, rows: Rows) -> None:
    bring(portal, rows)
    rows[COUNTER][1]["sampai"] = date(2026, 3, 31)
    report = bring(portal, rows)
    assert [row.code for row in sheet(report, COUNTER).closed] == ["LKT-2"]
    assert stored(portal)[COUNTER]["LKT-2"]["ends_on"] == date(2026, 3, 31)
    rows[COUNTER][1]["sampai"] = None
    report = bring(portal, rows)
    assert changes(report, COUNTER) == {"LKT-2": [("sampai", "2026-03-31", "")]}
    assert [row.code for row in sheet(report, COUNTER).reopened] == ["LKT-2"]


def test_a_nip_that_changes_is_reported_without_being_shown(portal: Portal, rows: Rows) -> None:
    bring(portal, rows)
    rows[OFFICER][0]["NIP"] = "199001012023221001"
    report = bring(portal, rows)
    assert changes(report, OFFICER) == {"P-01": [("NIP", "…", "…")]}
    assert "1990" not in repr(report)


@pytest.mark.parametrize(
    "name, heading, value, code",
    [
        (UNIT, "induk", "", FaultCode.PARENT_FIXED),
        (SERVICE, "unit", "DINAS", FaultCode.UNIT_FIXED),
        (COUNTER, "unit", "DINAS", FaultCode.UNIT_FIXED),
    ],
)
def test_what_ratings_hang_on_does_not_move(
    portal: Portal, rows: Rows, name: str, heading: str, value: str, code: FaultCode
) -> None:
    bring(portal, rows)
    rows[name][1][heading] = value
    report = bring(portal, rows)
    assert (name, 3, heading, code) in codes(report)
    assert [fault.hint for fault in report.errors if fault.code is code] == ["DINAS" if name == UNIT else "DINAS-1"]


def test_units_know_their_way_from_the_root(portal: Portal) -> None:
    units: list[dict[str, object]] = [
        {"kode": "C", "nama": "Unit Tiga", "induk": "B"},
        {"kode": "B", "nama": "Unit Dua", "induk": "A"},
        {"kode": "A", "nama": "Unit Satu"},
    ]
    bring(portal, {UNIT: units, COUNTER: [{"kode": "L", "unit": "C", "nama": "Loket 1"}]})
    bring(portal, {UNIT: [{"kode": "D", "nama": "Unit Empat", "induk": "C"}]})
    with portal.read() as session:
        found = {
            code: (unit_id, path) for code, unit_id, path in session.execute(select(Unit.unit_code, Unit.id, Unit.path))
        }
    ways = {"A": "A", "B": "AB", "C": "ABC", "D": "ABCD"}
    assert {code: path for code, (_, path) in found.items()} == {
        code: ".".join(str(found[step][0]) for step in way) for code, way in ways.items()
    }


def test_each_counter_and_plate_gets_a_public_code_of_its_own_for_ever(portal: Portal, rows: Rows) -> None:
    bring(portal, rows)
    before = public_codes(portal)
    assert len(set(before.values())) == 4
    assert all(parse_counter_code(code) == code for code in before.values())
    rows[COUNTER][0]["nama"] = "Loket Satu"
    bring(portal, rows)
    assert public_codes(portal) == before


def public_codes(portal: Portal) -> dict[str, str]:
    with portal.read() as session:
        return dict(session.execute(select(Counter.counter_code, Counter.public_code)).all())


def test_a_public_code_that_is_taken_is_drawn_again(portal: Portal, rows: Rows) -> None:
    draws = iter([7, 7, 7, 8])
    bring(portal, {UNIT: rows[UNIT], COUNTER: [{"kode": "L", "unit": "DINAS", "nama": "Loket 1"}]})
    fields = stored(portal)[COUNTER]["L"]
    with portal.begin() as session:
        registry.add_rows(session, COUNTER, [("M", fields), ("N", fields)], lambda: next(draws))
    found = public_codes(portal)
    assert (found["M"], found["N"]) == (counter_code(7), counter_code(8))


def plates(portal: Portal) -> dict[str, tuple[str, date | None]]:
    return {code: (plate["unit"], plate["ends_on"]) for code, plate in stored(portal)[PLATE].items()}


def test_an_officer_who_moves_gets_a_new_plate_and_the_old_one_closes(portal: Portal, rows: Rows, clock: Clock) -> None:
    bring(portal, rows)
    rows[OFFICER][0]["unit"] = "DINAS"
    report = bring(portal, rows)
    assert changes(report, OFFICER) == {"P-01": [("unit", "DINAS-1", "DINAS")]}
    assert plates(portal) == {
        "papan:P-01:DINAS-1": ("DINAS-1", date(2026, 3, 2)),
        "papan:P-01:DINAS": ("DINAS", None),
    }
    clock.advance(timedelta(days=30))
    assert not any(one.created or one.changed or one.closed for one in bring(portal, rows).sheets)


def test_an_officer_who_comes_back_finds_the_old_plate(portal: Portal, rows: Rows) -> None:
    bring(portal, rows)
    printed = public_codes(portal)["papan:P-01:DINAS-1"]
    for unit in ("DINAS", "DINAS-1"):
        rows[OFFICER][0]["unit"] = unit
        bring(portal, rows)
    assert plates(portal)["papan:P-01:DINAS-1"] == ("DINAS-1", None)
    assert public_codes(portal)["papan:P-01:DINAS-1"] == printed


def test_a_plate_closes_when_it_is_no_longer_asked_for(portal: Portal, rows: Rows) -> None:
    bring(portal, rows)
    rows[OFFICER][0]["papan nama"] = "tidak"
    assert [row.code for row in sheet(bring(portal, rows), PLATE).closed] == ["papan:P-01:DINAS-1"]
    assert plates(portal) == {"papan:P-01:DINAS-1": ("DINAS-1", date(2026, 3, 2))}


def test_a_plate_ends_and_is_renamed_with_its_officer_even_without_its_column(portal: Portal, rows: Rows) -> None:
    bring(portal, rows)
    officer: dict[str, object] = {"kode": "P-01", "unit": "DINAS-1", "nama": "Petugas Baru", "sampai": "2026-03-31"}
    for _ in range(2):
        bring(portal, {OFFICER: [officer]})
        assert plates(portal) == {"papan:P-01:DINAS-1": ("DINAS-1", date(2026, 3, 31))}
    assert stored(portal)[PLATE]["papan:P-01:DINAS-1"]["name"] == "Petugas Baru"


def test_look_alike_names_in_one_unit_are_warned_of_once(portal: Portal, rows: Rows) -> None:
    rows[OFFICER].append({**rows[OFFICER][0], "kode": "P-03", "nama": "petugas  contoh satu", "papan nama": ""})
    report = bring(portal, rows)
    assert report.applied
    assert [(fault.code, fault.row, fault.hint) for fault in report.warnings] == [
        (FaultCode.LOOK_ALIKE, 2, "P-03"),
        (FaultCode.NIP_SHARED, 2, "P-03"),
        (FaultCode.NIP_SHARED, 4, "P-01"),
    ]
    assert not bring(portal, rows).warnings


def test_the_same_name_in_two_units_is_nothing_to_warn_of(portal: Portal, rows: Rows) -> None:
    rows[COUNTER].append({**rows[COUNTER][1], "kode": "LKT-3", "unit": "DINAS"})
    assert not bring(portal, rows).warnings


def test_closing_a_unit_over_an_open_counter_is_warned_of(portal: Portal, rows: Rows) -> None:
    bring(portal, rows)
    rows[UNIT][1]["sampai"] = "2026-03-31"
    report = bring(portal, rows)
    assert [(fault.code, fault.row, fault.heading) for fault in report.warnings] == [
        (FaultCode.STILL_OPEN, 3, "sampai")
    ]


def test_a_spreadsheet_says_the_same_as_its_rows(portal: Portal, rows: Rows) -> None:
    assert take(portal, spreadsheet(rows)).applied
    assert not any(one.created or one.changed or one.closed for one in bring(portal, rows).sheets)


def test_cells_typed_as_dates_times_and_numbers_are_read(portal: Portal, rows: Rows) -> None:
    typed = copy.deepcopy(rows)
    typed[UNIT][0]["kode"] = rows[UNIT][1]["induk"] = 3374
    typed = {UNIT: typed[UNIT][:1], COUNTER: [{"kode": 1, "unit": 3374, "nama": "Loket 1"}]}
    typed["Jam layanan"] = [{"kode": "B", "unit": None, "hari": "Senin", "buka": time(8), "tutup": time(15)}]
    midnight = datetime(2026, 8, 17)  # noqa: DTZ001 - the cells of a spreadsheet know no time zone
    typed["Libur"] = [{"kode": "H", "tanggal": midnight, "unit": None, "nama": "Hari Kemerdekaan"}]
    assert take(portal, spreadsheet(typed)).applied
    found = stored(portal)
    assert found[COUNTER]["1"]["unit"] == "3374"
    assert found["Jam layanan"]["B"]["opens"] == time(8)
    assert found["Libur"]["H"]["on_date"] == date(2026, 8, 17)


def test_a_fault_in_a_spreadsheet_names_the_cell_below_blank_rows(portal: Portal, rows: Rows) -> None:
    workbook = openpyxl.load_workbook(io.BytesIO(spreadsheet(rows)))
    workbook[COUNTER]["A9"], workbook[COUNTER]["B9"], workbook[COUNTER]["C9"] = "LKT-9", "DINAS", "=1+1"
    workbook[COUNTER]["D9"] = "#N/A"
    [formula, error] = take(portal, saved(workbook)).errors
    assert (formula.code, formula.row, formula.column, formula.heading) == (FaultCode.FORMULA, 9, "C", "nama")
    assert formula.value == "=1+1"
    assert (error.code, error.column) == (FaultCode.CELL_ERROR, "D")


def test_the_template_filled_with_its_own_examples_imports_without_a_fault(portal: Portal, rows: Rows) -> None:
    workbook = openpyxl.load_workbook(io.BytesIO(template()))
    assert workbook.sheetnames == ["Petunjuk", *SHEETS, "Contoh"]
    for name, listed in rows.items():
        page = workbook[name]
        assert [cell.value for cell in page[1]] == list(listed[0])
        assert all(cell.comment and cell.comment.text == HELP[name][str(cell.value)] for cell in page[1])
        for row in listed:
            page.append(list(row.values()))
    report = take(portal, saved(workbook))
    assert report.applied
    assert not report.warnings


def test_the_empty_template_asks_for_units_and_counters(portal: Portal) -> None:
    found = take(portal, template()).errors
    assert [(fault.code, fault.sheet) for fault in found] == [
        (FaultCode.SHEET_REQUIRED, UNIT),
        (FaultCode.SHEET_REQUIRED, COUNTER),
    ]


def test_the_template_helps_while_typing() -> None:
    workbook = openpyxl.load_workbook(io.BytesIO(template()))
    checks = {str(check.sqref): check for check in workbook[DUTY].data_validations.dataValidation}
    assert checks["D2:D2000"].formula1 == '"Senin,Selasa,Rabu,Kamis,Jumat,Sabtu,Minggu"'
    assert all(check.showErrorMessage for check in checks.values())
    assert workbook[OFFICER].column_dimensions["D"].number_format == "@"


def zipped(parts: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return file.getvalue()


def with_part(content: bytes, name: str, part: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return zipped({one: archive.read(one) for one in archive.namelist()} | {name: part})


LAUGHS = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a0 "haha">%s]><worksheet>&a9;&a9;</worksheet>' % b"".join(
    b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 30) for n in range(1, 10)
)


@pytest.mark.parametrize("content", [b"", b"kode,nama\nU,Unit", zipped({}), zipped({"mimetype": b"x"})])
def test_what_is_no_spreadsheet_is_refused(portal: Portal, content: bytes) -> None:
    report = take(portal, content)
    assert [fault.code for fault in report.errors] == [FaultCode.NOT_A_WORKBOOK]
    assert not report.applied


def test_a_file_that_is_too_large_is_refused_unread(portal: Portal) -> None:
    assert [fault.code for fault in take(portal, bytes(LARGEST_FILE + 1)).errors] == [FaultCode.FILE_TOO_LARGE]


def test_a_small_file_that_unpacks_to_a_large_one_is_refused_unread(portal: Portal, rows: Rows) -> None:
    content = with_part(spreadsheet({UNIT: rows[UNIT]}), "xl/media/zeros", bytes(97 << 20))
    assert len(content) < LARGEST_FILE
    assert [fault.code for fault in take(portal, content).errors] == [FaultCode.FILE_TOO_LARGE]


def test_entities_that_multiply_are_refused(portal: Portal, rows: Rows) -> None:
    content = with_part(spreadsheet({UNIT: rows[UNIT]}), "xl/worksheets/sheet1.xml", LAUGHS)
    assert [fault.code for fault in take(portal, content).errors] == [FaultCode.NOT_A_WORKBOOK]


@pytest.mark.parametrize(
    "row, column, code",
    [
        (20_002, 1, FaultCode.TOO_MANY_ROWS),
        (1_048_576, 1, FaultCode.TOO_MANY_ROWS),
        (2, 65, FaultCode.TOO_MANY_COLUMNS),
    ],
)
def test_a_sheet_beyond_the_limits_is_refused(
    portal: Portal, rows: Rows, row: int, column: int, code: FaultCode
) -> None:
    workbook = openpyxl.load_workbook(io.BytesIO(spreadsheet({UNIT: rows[UNIT], COUNTER: rows[COUNTER]})))
    workbook[COUNTER].cell(row, column, "x")
    assert [(fault.sheet, fault.code) for fault in take(portal, saved(workbook)).errors] == [(COUNTER, code)]
