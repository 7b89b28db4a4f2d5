"""Reading one sheet from a CSV file, as spreadsheets in Indonesia write it: with semicolons, or as others do."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Final

from portal.domain.workbook.cell import Broken, is_blank
from portal.domain.workbook.fault import Fault, FaultCode
from portal.domain.workbook.reading import Table
from portal.domain.workbook.sheet import MOST_COLUMNS, MOST_ROWS
from portal.services.enrol.spreadsheet import LARGEST_FILE, LAST_ROW

_MARKS: Final = ";,\t"
_SIGN_OF_FORMULA: Final = "="


class _Oversize(Exception):
    """More rows or columns than a sheet may have."""


def read_separated(content: bytes, sheet: str) -> tuple[list[Table], list[Fault]]:
    """Return the sheet that a CSV file in UTF-8 holds, or why it is not read at all.

    The mark between the cells is the one that stands most often in the first line. A formula is not computed.
    """
    if len(content) > LARGEST_FILE:
        return [], [Fault(FaultCode.FILE_TOO_LARGE, sheet)]
    try:
        text = content.decode("utf-8-sig")
        first, *rows = _rows(text)
    except _Oversize as error:
        return [], [Fault(error.args[0], sheet)]
    except (UnicodeDecodeError, csv.Error, ValueError):
        return [], [Fault(FaultCode.NOT_CSV, sheet)]
    return [Table(sheet, first, rows)], []


def _rows(text: str) -> list[tuple[object, ...]]:
    """Return the rows up to the last that is not blank.

    Raises:
        ValueError: there is none, or a NUL where a text should be.
    """
    head = text.lstrip("\r\n").partition("\n")[0]
    mark = max(_MARKS, key=head.count)
    rows: list[tuple[object, ...]] = []
    length = 0
    for row in csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True):
        if len(row) > MOST_COLUMNS and not all(map(is_blank, row[MOST_COLUMNS:])):
            raise _Oversize(FaultCode.TOO_MANY_COLUMNS)
        rows.append(tuple(_cells(row[:MOST_COLUMNS])))
        if not all(map(is_blank, row)):
            length = len(rows)
        if length > MOST_ROWS + 1 or len(rows) > LAST_ROW:
            raise _Oversize(FaultCode.TOO_MANY_ROWS)
    if not length or "\0" in text:
        raise ValueError(mark)
    return rows[:length]


def _cells(row: Iterable[str]) -> Iterable[object]:
    for cell in row:
        yield Broken(FaultCode.FORMULA, cell) if cell.lstrip().startswith(_SIGN_OF_FORMULA) else cell
