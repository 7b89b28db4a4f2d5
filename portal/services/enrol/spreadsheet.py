"""Reading an XLSX file that may be damaged, hostile, or merely odd; only its cells are wanted."""

from __future__ import annotations

import io
import warnings
import zipfile
from collections.abc import Iterable
from typing import Any, Final

from portal.domain.workbook.cell import Broken, is_blank
from portal.domain.workbook.fault import Fault, FaultCode
from portal.domain.workbook.reading import Table
from portal.domain.workbook.sheet import MOST_COLUMNS, MOST_ROWS

LARGEST_FILE: Final = 8 << 20
_LARGEST_UNPACKED: Final = 96 << 20
_MOST_PARTS: Final = 500
LAST_ROW: Final = 1 << 20  # of any spreadsheet
_MARKED: Final = {"f": FaultCode.FORMULA, "e": FaultCode.CELL_ERROR}


def read_spreadsheet(content: bytes) -> tuple[list[Table], list[Fault]]:
    """Return the sheets of an XLSX file, or why it is not read at all.

    A formula is not computed: what it shows depends on the program that last saved the file, so it is a fault.
    """
    if len(content) > LARGEST_FILE:
        return [], [Fault(FaultCode.FILE_TOO_LARGE)]
    try:
        _refuse_bomb(content)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl warns of drawings and styles that it leaves out
            return _read(content)
    except _Bomb:
        return [], [Fault(FaultCode.FILE_TOO_LARGE)]
    except Exception:  # noqa: BLE001 - a damaged file trips openpyxl in any of a dozen ways, all of which mean this
        return [], [Fault(FaultCode.NOT_A_WORKBOOK)]


class _Bomb(Exception):
    """A small file that grows beyond measure."""


def _refuse_bomb(content: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = archive.infolist()
        # zipfile never unpacks more than the size a part declares, so the declared sizes can be trusted as bounds.
        if len(parts) > _MOST_PARTS or sum(part.file_size for part in parts) > _LARGEST_UNPACKED:
            raise _Bomb


def _read(content: bytes) -> tuple[list[Table], list[Fault]]:
    import openpyxl  # noqa: PLC0415 - 6 MB that a serving process can do without until a workbook comes

    workbook = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
    tables, faults = [], []
    for sheet in workbook.worksheets:
        rows: list[tuple[object, ...]] = []
        code = _read_rows(sheet, rows)
        if code:
            faults.append(Fault(code, sheet.title))
        tables.append(Table(sheet.title, rows[0] if rows else (), () if code else rows[1:]))
    workbook.close()
    return tables, faults


def _read_rows(sheet: Any, rows: list[tuple[object, ...]]) -> FaultCode | None:  # noqa: ANN401 - a read-only worksheet
    sheet.reset_dimensions()  # what the file says of its size need not be true
    blank = 0
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        if number > LAST_ROW:
            return FaultCode.TOO_MANY_ROWS
        if len(cells) > MOST_COLUMNS:
            return FaultCode.TOO_MANY_COLUMNS
        row = _values(cells)
        if all(map(is_blank, row)):
            blank += 1
            continue
        if number > MOST_ROWS + 1:
            return FaultCode.TOO_MANY_ROWS
        rows.extend([()] * blank)
        blank = 0
        rows.append(row)
    return None


def _values(cells: Iterable[Any]) -> tuple[object, ...]:
    return tuple(
        Broken(_MARKED[cell.data_type], str(cell.value)) if cell.data_type in _MARKED else cell.value for cell in cells
    )
