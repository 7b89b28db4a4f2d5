"""The workbook that offices fill in: empty, or with the rows that are there."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from datetime import date, time
from typing import Final, Literal, cast

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from portal.domain.workbook.cell import CHOICES, NO, WEEKDAYS, YES, Kind, Value, shown
from portal.domain.workbook.number import HIGHEST_SKM, LOWEST_SKM, MOST_COUNTED, YEARS
from portal.domain.workbook.reading import letter
from portal.domain.workbook.sheet import SHEETS, Column, Fields, Sheet
from portal.services.enrol.guidance import EXAMPLES, HELP, INTRODUCTION

_LAST: Final = 2_000  # rows that are formatted and checked while typing; more may be filled in
_AUTHOR: Final = "Suara Loket"
_FORMATS: Final = {
    Kind.DATE: "yyyy-mm-dd",
    Kind.TIME: "hh:mm",
    Kind.COUNT: "0",
    Kind.YEAR: "0",
    Kind.SKM: "0.00",
    Kind.DECIMAL: "0.####",
}
_WIDTHS: Final = {Kind.NAME: 36, Kind.CODES: 24, Kind.NIP: 24, Kind.KEY: 28, Kind.LINK: 36}
_WORDS: Final = {Kind.WEEKDAY: WEEKDAYS, Kind.YES_NO: (YES, NO), **CHOICES}
_BETWEEN: Final[dict[Kind, tuple[Literal["date", "time", "decimal", "whole"], str, str]]] = {
    Kind.DATE: ("date", "DATE(2000,1,1)", "DATE(2099,12,31)"),
    Kind.TIME: ("time", "0", "0.999"),
    Kind.SKM: ("decimal", str(LOWEST_SKM), str(HIGHEST_SKM)),
    Kind.DECIMAL: ("decimal", "-999999999999", "999999999999"),
    Kind.COUNT: ("whole", "0", str(MOST_COUNTED)),
    Kind.YEAR: ("whole", str(YEARS.start), str(YEARS.stop - 1)),
}
_TITLE: Final = Font(bold=True, size=13)
_BOLD: Final = Font(bold=True)
_REQUIRED: Final = PatternFill("solid", fgColor="FFDCE6F1")
_OPTIONAL: Final = PatternFill("solid", fgColor="FFF2F2F2")


def template(rows: Mapping[str, Mapping[str, Fields]] | None = None, note: str = "") -> bytes:
    """Return the XLSX file: guidance, one sheet each to fill in, and examples that are not read.

    `rows` by sheet and code stand in it already; `note` is one more line of guidance.
    """
    workbook = Workbook()
    first = workbook.worksheets[0]
    first.title = "Petunjuk"
    _explain(first, note)
    for sheet in SHEETS.values():
        page = workbook.create_sheet(sheet.name)
        _add_sheet(page, sheet)
        _fill(page, sheet, (rows or {}).get(sheet.name, {}))
    _show_examples(workbook.create_sheet("Contoh"))
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()


def _fill(page: Worksheet, sheet: Sheet, rows: Mapping[str, Fields]) -> None:
    for number, (code, fields) in enumerate(rows.items(), start=2):
        values: Iterable[Value] = (code, *(fields[column.field] for column in sheet.columns[1:]))
        for place, (column, value) in enumerate(zip(sheet.columns, values, strict=True), start=1):
            if value is None or value == ():
                continue
            cell = page.cell(number, place, _typed(column.kind, value))
            cell.number_format = _FORMATS.get(column.kind, "@")
            if cell.data_type == "f":
                cell.data_type = "s"  # a name may begin with a sign, and is no formula for that


def _typed(kind: Kind, value: Value) -> str | int | float | date | time:
    """Return a value as a cell of its kind holds it: numbers and days as such, everything else as text."""
    if kind in {Kind.SKM, Kind.DECIMAL}:
        return float(str(value))
    if isinstance(value, date | time) or kind in {Kind.COUNT, Kind.YEAR}:
        return cast("int | date | time", value)
    return str(value) if kind is Kind.NIP else shown(kind, value)


def _explain(page: Worksheet, note: str) -> None:
    for line in (*INTRODUCTION, *([note] if note else ())):
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
    if column.kind in _WORDS:
        check = _list(f'"{",".join(_WORDS[column.kind])}"')
    elif column.kind in _BETWEEN:
        what, least, most = _BETWEEN[column.kind]
        check = DataValidation(what, operator="between", formula1=least, formula2=most)
    elif column.kind is Kind.CODE and column.target:
        check = _list(f"'{column.target}'!$A$2:$A${_LAST}")
        check.errorStyle = "warning"  # the code may stand in the registry and not in this file
    else:
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
