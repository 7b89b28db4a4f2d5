"""Files of the workbook: the later sheets, CSV, what was agreed to, and the file of what is there."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import openpyxl
import pytest

from portal.domain.errors import Invalid
from portal.domain.workbook.fault import FaultCode
from portal.domain.workbook.sheet import COUNTER, DUTY, HOLIDAY, INDICATOR, OFFICER, PAST, SERVED, SERVICE, SHEETS, UNIT
from portal.services import Portal, run
from portal.services.enrol.extract import DAYS, export_workbook
from portal.services.enrol.guidance import EXAMPLES
from portal.services.enrol.parcel import Parcel, seal, unseal
from portal.services.enrol.sharing import open_channel
from portal.services.enrol.workbook import LARGEST_FILE, ImportReport, import_rows, import_workbook, template
from portal.storage import audit, indicators, registry
from tests.clock import Clock
from tests.government import Government, small

Rows = dict[str, list[dict[str, object]]]

NIP = "199001012023211001"
BASICS: Rows = {
    UNIT: [{"kode": "U", "nama": "Unit Contoh"}],
    SERVICE: [{"kode": "S", "unit": "U", "nama": "Layanan Contoh"}],
    COUNTER: [{"kode": "L", "unit": "U", "nama": "Loket 1"}],
}


@pytest.fixture
def rows() -> Rows:
    headings = {name: [column.heading for column in sheet.columns] for name, sheet in SHEETS.items()}
    return {name: [dict(zip(headings[name], row, strict=True)) for row in listed] for name, listed in EXAMPLES.items()}


def bring(portal: Portal, rows: Rows) -> ImportReport:
    report = run(portal, import_rows, rows, dry_run=False, actor="cli")
    assert not report.errors
    return report


def take(portal: Portal, content: bytes, **asked: Any) -> ImportReport:  # noqa: ANN401 - handed on
    return run(portal, import_workbook, content, **{"dry_run": False, "actor": "cli", **asked})


def stored(portal: Portal) -> dict[str, dict[str, dict[str, Any]]]:
    with portal.read() as session:
        return registry.get_registry(session)


def acts(portal: Portal) -> Sequence[audit.Entry]:
    with portal.read() as session:
        return audit.list_entries(session)


def text(*lines: str) -> bytes:
    return "\r\n".join(lines).encode()


def test_the_later_sheets_are_kept_as_they_say(portal: Portal, rows: Rows) -> None:
    bring(portal, rows)
    found = stored(portal)
    assert (found[UNIT]["DINAS-1"]["target"], found[UNIT]["DINAS-1"]["counter_label"]) == ("85.00", "Loket")
    assert found[COUNTER]["LKT-K"] == {
        "unit": "DINAS-1",
        "name": "Mobil Contoh",
        "services": ("KTP",),
        "ends_on": date(2026, 3, 31),
        "channel": "keliling",
        "starts_on": date(2026, 3, 2),
        "place": "Balai Desa Contoh",
    }
    assert {code: row["n"] for code, row in found[SERVED].items()} == {
        "DINAS-1.KTP.2026-03-02": 41,
        "DINAS-1.-.2026-03-02": 58,
    }
    assert (found[INDICATOR]["IND-1"]["officer"], found[INDICATOR]["IND-1"]["realisation"]) == ("P-01", "410.5")
    past = {"unit": "DINAS-1", "year": 2025, "skm": "84.27", "n": 310, "source": "Laporan SKM contoh"}
    assert found[PAST]["DINAS-1.2025"] == past
    assert found[HOLIDAY]["LIBUR-2"]["ends_on"] == date(2026, 5, 1)


def test_each_new_realisation_of_a_file_is_an_entry_of_its_own_and_the_same_file_adds_none(
    portal: Portal, clock: Clock
) -> None:
    row: dict[str, object] = {"kode": "I", "unit": "U", "nama": "Contoh", "satuan": "berkas", "jenis": "jumlah"}
    row |= {"periode": "2026-S1", "realisasi": "7", "per tanggal": "2026-02-02", "sumber": "Catatan"}
    for told in ({}, {"realisasi": "8"}, {"realisasi": "8"}, {"per tanggal": "2026-01-01"}, {"realisasi": ""}):
        bring(portal, {**BASICS, INDICATOR: [{**row, **told}]})
        clock.advance(timedelta(hours=1))
    bring(portal, {INDICATOR: [{**row, "ukuran portal": "ikm", "realisasi": "", "per tanggal": ""}]})
    with portal.read() as session:
        found = indicators.find_indicator(session, "I")
        assert found is not None
        entries = indicators.list_entries(session, [found.id])[found.id]
    assert (found.measure, found.realisation) == ("skm", None)
    assert [(entry.value, entry.source, entry.entered_by) for entry in entries] == [
        ("8", "Catatan", "cli"),
        ("7", "Catatan", "cli"),
    ]
    assert not take(portal, run(portal, export_workbook, actor="cli")).changes


def test_a_number_served_is_corrected_by_a_later_file(portal: Portal) -> None:
    row: dict[str, object] = {"unit": "U", "layanan": "S", "tanggal": "2026-03-02", "jumlah": 41}
    bring(portal, {**BASICS, SERVED: [row]})
    report = bring(portal, {SERVED: [{**row, "jumlah": 44}]})
    [sheet] = report.sheets
    assert [(line.code, line.fields[0].old, line.fields[0].new) for line in sheet.changed] == [
        ("U.S.2026-03-02", "41", "44")
    ]
    assert stored(portal)[SERVED]["U.S.2026-03-02"]["n"] == 44


def test_a_stored_channel_stays(portal: Portal) -> None:
    bring(portal, BASICS)
    row: dict[str, object] = {**BASICS[COUNTER][0], "saluran": "kertas"}
    report = run(portal, import_rows, {COUNTER: [row]}, dry_run=False, actor="cli")
    assert [(fault.code, fault.hint) for fault in report.errors] == [(FaultCode.CHANNEL_FIXED, "loket")]


def test_codes_that_units_open_for_themselves_are_none_of_the_workbooks_business(portal: Portal) -> None:
    bring(portal, BASICS)
    run(portal, open_channel, (), "U", "tautan", "Tautan", "cli")
    assert list(stored(portal)[COUNTER]) == ["L"]
    assert not take(portal, run(portal, export_workbook, actor="cli")).errors


@pytest.mark.parametrize("mark", [",", ";", "\t"])
@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
def test_a_sheet_comes_as_csv_with_any_mark_between_its_cells(portal: Portal, mark: str, bom: bytes) -> None:
    bring(portal, BASICS)
    lines = [
        mark.join(cells) for cells in (["unit", "layanan", "tanggal", "jumlah"], ["U", "S", "02/03/2026", "1.041"])
    ]
    report = take(portal, bom + text(*lines, "", mark * 3), sheet=SERVED)
    assert report.applied
    assert stored(portal)[SERVED]["U.S.2026-03-02"]["n"] == 1041


def test_a_quoted_cell_keeps_its_marks_and_line_breaks(portal: Portal) -> None:
    take(portal, text("kode,nama", 'U,"Unit Contoh, Satu', 'dan Dua"'), sheet=UNIT)
    assert stored(portal)[UNIT]["U"]["name"] == "Unit Contoh, Satu dan Dua"


def test_sheets_come_one_by_one_from_the_very_first(portal: Portal) -> None:
    assert take(portal, text("kode;nama", "U;Unit Contoh"), sheet=UNIT).applied
    assert take(portal, text("kode;unit;nama", "L;U;Loket 1"), sheet=COUNTER).applied
    refused = take(portal, text("kode;unit;nama", "M;V;Loket 2"), sheet=COUNTER)
    assert [(fault.sheet, fault.row, fault.column) for fault in refused.errors] == [(COUNTER, 2, "B")]


def test_a_formula_in_csv_is_no_value(portal: Portal) -> None:
    report = take(portal, text("kode,nama", 'U,"=HYPERLINK(""https://example.org"")"'), sheet=UNIT)
    assert [(fault.code, fault.column) for fault in report.errors] == [(FaultCode.FORMULA, "B")]


@pytest.mark.parametrize(
    "content, code",
    [
        (b"", FaultCode.NOT_CSV),
        (b"\n\n,,\n", FaultCode.NOT_CSV),
        ("kode,nama\nU,Kant\u00e9n".encode("cp1252"), FaultCode.NOT_CSV),
        (b"kode,nama\nU,\0", FaultCode.NOT_CSV),
        (b'kode,nama\nU,"Unit', FaultCode.NOT_CSV),
        (b"kode,nama\n" + b"x" * 200_000, FaultCode.NOT_CSV),
        (b"kode" + b",x" * 64, FaultCode.TOO_MANY_COLUMNS),
        (b"kode,nama\n" + b"U,Unit\n" * 20_001, FaultCode.TOO_MANY_ROWS),
        (b"x" * (LARGEST_FILE + 1), FaultCode.FILE_TOO_LARGE),
    ],
)
def test_what_is_no_csv_of_a_sheet_is_refused(portal: Portal, content: bytes, code: FaultCode) -> None:
    report = take(portal, content, sheet=UNIT)
    assert [fault.code for fault in report.errors] == [code]
    assert not report.applied


def test_a_workbook_is_a_workbook_whatever_sheet_is_chosen(portal: Portal, rows: Rows) -> None:
    bring(portal, rows)
    report = take(portal, run(portal, export_workbook, actor="cli"), sheet=UNIT)
    assert {sheet.name for sheet in report.sheets} == set(SHEETS)


def test_only_the_plan_that_was_agreed_to_is_applied(portal: Portal) -> None:
    bring(portal, BASICS)
    content = text("kode;nama", "U;Unit Baru")
    agreed = take(portal, content, sheet=UNIT, dry_run=True).digest
    bring(portal, {UNIT: [{"kode": "U", "nama": "Unit Lain"}]})
    late = take(portal, content, sheet=UNIT, agreed=agreed)
    assert late.outdated
    assert not late.applied
    assert stored(portal)[UNIT]["U"]["name"] == "Unit Lain"
    assert take(portal, content, sheet=UNIT, agreed=late.digest).applied


def test_a_plan_that_another_has_applied_meanwhile_is_outdated(portal: Portal) -> None:
    bring(portal, BASICS)
    content = text("kode;nama", "U;Unit Baru")
    agreed = take(portal, content, sheet=UNIT, dry_run=True).digest
    assert take(portal, content, sheet=UNIT, agreed=agreed).applied
    again = take(portal, content, sheet=UNIT, agreed=agreed)
    assert (again.outdated, again.changes) == (True, False)
    assert len(acts(portal)) == 2


def test_a_new_row_is_reported_with_what_it_holds_and_never_a_nip(portal: Portal, rows: Rows) -> None:
    report = run(portal, import_rows, rows, dry_run=True, actor="cli")
    officer = next(sheet for sheet in report.sheets if sheet.name == OFFICER).created[0]
    assert [(field.heading, field.old, field.new) for field in officer.fields] == [
        ("unit", "", "DINAS-1"),
        ("nama", "", "Petugas Contoh Satu"),
        ("NIP", "", "…"),
        ("ASN", "", "ya"),
        ("papan nama", "", "ya"),
    ]
    assert NIP not in repr(report)


def test_the_file_of_what_is_there_changes_nothing(portal: Portal, rows: Rows, clock: Clock) -> None:
    bring(portal, rows)
    clock.advance(timedelta(days=1))
    report = take(portal, run(portal, export_workbook, actor="kelola"))
    assert not report.changes
    assert not report.warnings
    unchanged = {sheet.name: sheet.unchanged for sheet in report.sheets}
    assert unchanged == {name: len(listed) for name, listed in rows.items()}
    last = acts(portal)[-1]
    assert (last.actor, last.act, last.detail["rows"]["Petugas"]) == ("kelola", "registry.export", 2)
    assert NIP not in repr(last.detail)


def test_the_file_of_what_is_there_holds_the_nip_and_days_as_days(portal: Portal, rows: Rows) -> None:
    bring(portal, rows)
    workbook = openpyxl.load_workbook(io.BytesIO(run(portal, export_workbook, actor="kelola")))
    assert workbook[OFFICER]["D2"].value == NIP
    assert workbook[OFFICER]["F2"].value == "ya"
    assert workbook[HOLIDAY]["B2"].is_date
    assert workbook[PAST]["D2"].value == 84.27
    assert workbook[DUTY]["F4"].value is None


def test_a_name_that_looks_like_a_formula_goes_out_as_text(portal: Portal) -> None:
    bring(portal, {**BASICS, UNIT: [{"kode": "U", "nama": "=1+1"}]})
    content = run(portal, export_workbook, actor="kelola")
    assert openpyxl.load_workbook(io.BytesIO(content))[UNIT]["B2"].data_type == "s"
    assert not take(portal, content).errors


def test_days_long_gone_stay_out_of_the_file_and_in_the_registry(portal: Portal, rows: Rows, clock: Clock) -> None:
    bring(portal, rows)
    clock.advance(timedelta(days=DAYS + 2))
    content = run(portal, export_workbook, actor="kelola")
    workbook = openpyxl.load_workbook(io.BytesIO(content))
    assert workbook[SERVED].max_row == 1
    assert [row[0].value for row in workbook[DUTY].iter_rows(min_row=2)] == ["J-01"]
    assert not take(portal, content).changes
    assert len(stored(portal)[SERVED]) == 2


def test_the_empty_template_has_no_rows() -> None:
    workbook = openpyxl.load_workbook(io.BytesIO(template()))
    assert all(workbook[name].max_row == 1 for name in SHEETS)


def test_a_parcel_opens_to_what_was_sealed_and_shows_nothing(portal: Portal) -> None:
    parcel = Parcel(b"\n\0" + NIP.encode() * 50, PAST, "abc")
    text_of_it = seal(portal, parcel)
    assert NIP not in text_of_it
    assert unseal(portal, text_of_it) == parcel


def with_another_letter(text: str) -> str:
    return ("B" if text[0] == "A" else "A") + text[1:]


@pytest.mark.parametrize("change", [lambda text: text[:-4], with_another_letter, lambda _: "", lambda _: "é"])
def test_a_parcel_that_was_changed_does_not_open(portal: Portal, change: Any) -> None:  # noqa: ANN401 - of text
    with pytest.raises(Invalid):
        unseal(portal, change(seal(portal, Parcel(b"x", "", ""))))


def test_on_a_holiday_that_was_withdrawn_a_rating_names_its_officer(portal: Portal) -> None:
    made = small(portal)
    holiday: dict[str, object] = {"kode": "H", "tanggal": "2026-03-03", "nama": "Libur Contoh"}
    bring(portal, {HOLIDAY: [holiday]})
    assert officer_of(made) == "-"
    bring(portal, {HOLIDAY: [{**holiday, "sampai": "2026-03-02"}]})
    assert officer_of(made) == str(made.officers["P1"])


def officer_of(made: Government) -> str:
    return made.record(made.tap("1A")).standing.officer
