"""What a spreadsheet takes for a formula, for files that are opened in one."""

from __future__ import annotations

from typing import Final, TypeVar

T = TypeVar("T")

_FORMULA: Final = tuple("=+-@\t\r\n\0\uff1d\uff0b\uff0d\uff20")


def defused(cell: T) -> T | str:
    """Keep a spreadsheet from taking a text for a formula; whatever is no text stays as it is."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
