"""The list of all units as an XLSX file; kept apart because it brings openpyxl."""

from __future__ import annotations

import io
from typing import Final

from openpyxl import Workbook

from portal.services.report.skm.document import Words
from portal.services.report.skm.recap import HEADS, Recap, RecapLine, values_of
from portal.services.report.skm.sheet import BOLD, TITLE, Cell, Sheet

_TWO = "0.00"
_FORMATS: Final = (
    *["General"] * 3,
    *["0"] * 3,
    _TWO,
    "General",
    _TWO,
    _TWO,
    "General",
    _TWO,
    "0",
    "yyyy-mm-dd",
)
_WIDTHS: Final = (14, 52, 36, 12, 12, 12, 10, 8, 10, 10, 28, 12, 12, 14)


def write_recap(recap: Recap, words: Words) -> bytes:
    """Return the XLSX file."""
    workbook = Workbook()
    page = workbook.worksheets[0]
    page.title = words.say("skm_report.sheet.summary")
    sheet = Sheet(page, _WIDTHS)
    sheet.add(words.say("recap.title"), font=TITLE)
    state = words.say("recap.closed_note" if recap.chosen.is_closed else "recap.open_note")
    sheet.add(words.period(recap.chosen.period), state, font=BOLD)
    sheet.add(*(words.say(head) for head in HEADS), head=True)
    for line in recap.lines:
        sheet.add(*_cells(line, words), formats=_FORMATS)
    page.freeze_panes = "C4"
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()


def _cells(line: RecapLine, words: Words) -> tuple[Cell, ...]:
    """Return the cells with figures as numbers; everything else as it is."""
    figures = {"recap.ikm", "recap.lower", "recap.upper", "recap.quick"}
    pairs = zip(HEADS, values_of(line, words), strict=True)
    return tuple(float(value) if head in figures and isinstance(value, str) else value for head, value in pairs)
