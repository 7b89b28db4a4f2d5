"""The empty workbook that offices fill in: a document, so its sentences are here and in Indonesian alone."""

from __future__ import annotations

import io
from typing import Final

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from portal.domain.workbook.cell import NO, WEEKDAYS, YES, Kind
from portal.domain.workbook.reading import letter
from portal.domain.workbook.sheet import COUNTER, DUTY, HOLIDAY, HOURS, OFFICER, SERVICE, SHEETS, UNIT, Column, Sheet

INTRODUCTION: Final = (
    "Buku kerja pendaftaran unit, layanan, loket, dan petugas",
    "Isi lembar Unit dan Loket terlebih dahulu; lembar lain boleh dikosongkan.",
    "Kolom pertama, kode, adalah kunci setiap baris: pilih sendiri, dan jangan diubah sesudahnya. Jangan memakai NIP.",
    "Baris yang tidak ada di berkas tidak berubah. Baris ditutup hanya dengan mengisi kolom sampai.",
    "Kolom yang tidak wajib boleh dihapus; isinya yang sudah tersimpan tetap.",
    "Lembar Petunjuk dan Contoh tidak dibaca. Isi lembar Contoh sepenuhnya rekaan.",
)

_ENDS: Final = "Tanggal terakhir berlaku. Kosong: berlaku terus."
_CODE: Final = "Kunci baris: huruf, angka, titik, garis; paling panjang 40. Jangan diubah, jangan memakai NIP."
HELP: Final = {
    UNIT: {
        "kode": _CODE,
        "nama": "Nama unit seperti yang dibaca warga.",
        "induk": "Kode unit di atasnya. Kosong: unit teratas. Tidak dapat diubah setelah tersimpan.",
        "sampai": _ENDS,
    },
    SERVICE: {
        "kode": _CODE,
        "unit": "Kode unit yang memberi layanan. Tidak dapat diubah setelah tersimpan.",
        "nama": "Nama jenis layanan seperti yang dibaca warga.",
        "sampai": _ENDS,
    },
    COUNTER: {
        "kode": _CODE,
        "unit": "Kode unit pemilik loket. Tidak dapat diubah setelah tersimpan.",
        "nama": "Nama loket seperti yang dibaca warga.",
        "layanan": "Kode layanan di loket ini, dipisahkan koma. Kosong: semua layanan unit.",
        "sampai": _ENDS,
    },
    OFFICER: {
        "kode": _CODE,
        "unit": "Kode unit tempat petugas bekerja.",
        "nama": "Nama petugas.",
        "NIP": "NIP atau NI PPPK, 18 angka. Boleh dikosongkan.",
        "ASN": "ya atau tidak. Kosong: ya.",
        "papan nama": "ya: petugas mendapat kode QR sendiri di papan namanya. Kosong: tidak.",
        "sampai": _ENDS,
    },
    DUTY: {
        "kode": _CODE,
        "petugas": "Kode petugas.",
        "loket": "Kode loket. Kosong hanya untuk petugas yang tidak masuk pada satu tanggal.",
        "hari": "Senin sampai Minggu, untuk jadwal tiap pekan. Isi hari atau tanggal, tidak keduanya.",
        "tanggal": "Untuk satu tanggal: menggantikan jadwal pekanan petugas itu pada hari itu.",
        "mulai": "Jam mulai, misalnya 08:00. Kosong bila tidak masuk.",
        "selesai": "Jam selesai, misalnya 12:00. Kosong bila tidak masuk.",
        "dari": "Tanggal jadwal pekanan mulai berlaku. Kosong: sejak sekarang.",
        "sampai": _ENDS,
    },
    HOURS: {
        "kode": _CODE,
        "unit": "Kode unit. Kosong: berlaku bagi semua unit yang tidak punya jam sendiri.",
        "hari": "Senin sampai Minggu.",
        "buka": "Jam buka, misalnya 08:00.",
        "tutup": "Jam tutup, misalnya 15:00.",
        "sampai": _ENDS,
    },
    HOLIDAY: {
        "kode": _CODE,
        "tanggal": "Tanggal libur.",
        "unit": "Kode unit. Kosong: semua unit.",
        "nama": "Nama hari libur.",
    },
}

EXAMPLES: Final[dict[str, tuple[tuple[str, ...], ...]]] = {
    UNIT: (("DINAS", "Dinas Contoh", "", ""), ("DINAS-1", "Bidang Contoh Satu", "DINAS", "")),
    SERVICE: (("KTP", "DINAS-1", "Layanan Contoh A", ""), ("KK", "DINAS-1", "Layanan Contoh B", "2030-12-31")),
    COUNTER: (("LKT-1", "DINAS-1", "Loket 1", "KTP, KK", ""), ("LKT-2", "DINAS-1", "Loket 2", "", "")),
    OFFICER: (
        ("P-01", "DINAS-1", "Petugas Contoh Satu", "199001012023211001", "ya", "ya", ""),
        ("P-02", "DINAS-1", "Petugas Contoh Dua", "", "tidak", "", ""),
    ),
    DUTY: (
        ("J-01", "P-01", "LKT-1", "Senin", "", "08:00", "12:00", "2026-01-05", ""),
        ("J-02", "P-01", "LKT-2", "", "2026-03-02", "08:00", "15:00", "", ""),
        ("J-03", "P-02", "", "", "2026-03-03", "", "", "", ""),
    ),
    HOURS: (
        ("BUKA-1", "", "Senin", "08:00", "15:00", ""),
        ("BUKA-2", "DINAS-1", "Jumat", "08:00", "11:30", ""),
    ),
    HOLIDAY: (("LIBUR-1", "2026-08-17", "", "Hari Kemerdekaan"), ("LIBUR-2", "2026-05-02", "DINAS-1", "Libur Contoh")),
}

_LAST: Final = 2_000  # rows that are formatted and checked while typing; more may be filled in
_AUTHOR: Final = "Suara Loket"
_FORMATS: Final = {Kind.DATE: "yyyy-mm-dd", Kind.TIME: "hh:mm"}
_WIDTHS: Final = {Kind.NAME: 36, Kind.CODES: 24, Kind.NIP: 24}
_TITLE: Final = Font(bold=True, size=13)
_BOLD: Final = Font(bold=True)
_REQUIRED: Final = PatternFill("solid", fgColor="FFDCE6F1")
_OPTIONAL: Final = PatternFill("solid", fgColor="FFF2F2F2")


def template() -> bytes:
    """Return the XLSX file: guidance, one sheet each to fill in, and examples that are not read."""
    workbook = Workbook()
    first = workbook.worksheets[0]
    first.title = "Petunjuk"
    _explain(first)
    for sheet in SHEETS.values():
        _add_sheet(workbook.create_sheet(sheet.name), sheet)
    _show_examples(workbook.create_sheet("Contoh"))
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()


def _explain(page: Worksheet) -> None:
    for line in INTRODUCTION:
        page.append([line])
    page["A1"].font = _TITLE
    page.append([])
    page.append(["Lembar", "Kolom", "Wajib", "Isi"])
    for cell in page[page.max_row]:
        cell.font = _BOLD
    for sheet in SHEETS.values():
        for column in sheet.columns:
            page.append([sheet.name, column.heading, YES if column.required else "", HELP[sheet.name][column.heading]])
    for place, width in enumerate((16, 16, 8, 96)):
        page.column_dimensions[letter(place)].width = width


def _add_sheet(page: Worksheet, sheet: Sheet) -> None:
    page.append([column.heading for column in sheet.columns])
    page.freeze_panes = "B2"
    for place, column in enumerate(sheet.columns):
        heading = page.cell(1, place + 1)
        heading.font, heading.fill = _BOLD, _REQUIRED if column.required else _OPTIONAL
        heading.alignment = Alignment(horizontal="left")
        heading.comment = Comment(HELP[sheet.name][column.heading], _AUTHOR, height=90, width=260)
        dimension = page.column_dimensions[letter(place)]
        dimension.width = _WIDTHS.get(column.kind, 16)
        # Text keeps the zeros of a code and all digits of a NIP; dates show the year first, so that a swap is seen.
        dimension.number_format = _FORMATS.get(column.kind, "@")
        if check := _check(column):
            page.add_data_validation(check)
            check.add(f"{letter(place)}2:{letter(place)}{_LAST}")


def _check(column: Column) -> DataValidation | None:
    match column.kind:
        case Kind.WEEKDAY:
            check = _list(f'"{",".join(WEEKDAYS)}"')
        case Kind.YES_NO:
            check = _list(f'"{YES},{NO}"')
        case Kind.DATE:
            check = DataValidation("date", operator="between", formula1="DATE(2000,1,1)", formula2="DATE(2099,12,31)")
        case Kind.TIME:
            check = DataValidation("time", operator="between", formula1="0", formula2="0.999")
        case Kind.CODE if column.target:
            check = _list(f"'{column.target}'!$A$2:$A${_LAST}")
            check.errorStyle = "warning"  # the code may stand in the registry and not in this file
        case _:
            return None
    check.showErrorMessage, check.allow_blank = True, not column.required
    check.errorTitle, check.error = (
        column.heading,
        "Isian tidak sesuai. Arahkan penunjuk ke judul kolom untuk petunjuk.",
    )
    return check


def _list(choices: str) -> DataValidation:
    return DataValidation("list", formula1=choices)


def _show_examples(page: Worksheet) -> None:
    for sheet in SHEETS.values():
        page.append([f"Lembar {sheet.name} (rekaan)"])
        page.cell(page.max_row, 1).font = _TITLE
        page.append([column.heading for column in sheet.columns])
        for cell in page[page.max_row]:
            cell.font = _BOLD
        for row in EXAMPLES[sheet.name]:
            page.append(list(row))
        page.append([" "])
    for place in range(max(len(sheet.columns) for sheet in SHEETS.values())):
        page.column_dimensions[letter(place)].width = 20
