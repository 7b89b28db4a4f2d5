"""One sheet of an XLSX file, filled line by line: a text is never taken for a formula, a formula is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from portal.domain.formula import defused

TINY: Final = "1E-11"
"""Added before rounding, so that a half which binary numbers hold a hair too low goes up, as it does in the portal.

LibreOffice and Excel mend that in ROUND themselves; not every program does.
"""

BOLD: Final = Font(bold=True)
TITLE: Final = Font(bold=True, size=14)
_HEAD: Final = PatternFill("solid", fgColor="FFE6ECF2")
_CHOICE: Final = PatternFill("solid", fgColor="FFFFF3CF")


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula, written as such; it begins with `=`."""

    text: str


Cell = str | int | float | Formula | None


def half_up(expression: str, places: int) -> Formula:
    """Return the formula that rounds half up, as every figure of the portal is rounded."""
    return Formula(f"=ROUND({expression}+{TINY},{places})")


class Sheet:
    """A sheet and the line that was written last."""

    def __init__(self, page: Worksheet, widths: Sequence[int]) -> None:
        """Set the widths of the columns, in characters; printed, a page is as wide as all of them."""
        self._page = page
        page.page_setup.orientation, page.page_setup.paperSize = page.ORIENTATION_LANDSCAPE, page.PAPERSIZE_A4
        page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        page.page_setup.fitToHeight = 0
        self.line = 0
        for place, width in enumerate(widths, start=1):
            page.column_dimensions[get_column_letter(place)].width = width

    def add(
        self,
        *cells: Cell,
        head: bool = False,
        formats: Sequence[str] = (),
        font: Font | None = None,
        wrap: bool = False,
    ) -> int:
        """Write a line and return its number; cells that are None stay empty."""
        self.line += 1
        for place, value in enumerate(cells, start=1):
            if value is None:
                continue
            cell = self._page.cell(self.line, place)
            cell.value = value.text if isinstance(value, Formula) else defused(value)
            if place <= len(formats):
                cell.number_format = formats[place - 1]
            if head:
                cell.font, cell.fill = BOLD, _HEAD
            elif font:
                cell.font = font
            if head or wrap:
                cell.alignment = Alignment(wrap_text=True, vertical="top")
        if head and self.line == 1:
            self._page.freeze_panes = "A2"
        return self.line

    def offer(self, address: str, choices: DataValidation) -> None:
        """Let a cell be chosen from a list."""
        choices.showErrorMessage = True
        self._page.add_data_validation(choices)
        choices.add(address)
        self._page[address].fill = _CHOICE
