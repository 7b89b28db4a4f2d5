"""QR codes as one SVG path."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final

from qrcode.constants import ERROR_CORRECT_Q
from qrcode.main import QRCode

QUIET: Final = 4
"""Light modules around the symbol, without which phones do not find it (ISO/IEC 18004)."""


@dataclass(frozen=True, slots=True)
class Symbol:
    """A symbol with its quiet zone: `size` modules wide and high, `path` the dark ones as SVG path data."""

    size: int
    path: str


def draw(text: str) -> Symbol:
    """Draw `text` with error correction Q: a quarter of the symbol may be scratched, or covered by glare."""
    code: QRCode[Any] = QRCode(error_correction=ERROR_CORRECT_Q, border=QUIET)
    code.add_data(text)
    code.make(fit=True)
    matrix = code.get_matrix()
    return Symbol(len(matrix), "".join(_row(number, row) for number, row in enumerate(matrix)))


def _row(number: int, row: list[bool]) -> str:
    runs, column = "", 0
    for dark, modules in groupby(row):
        length = len(list(modules))
        if dark:
            runs += f"M{column} {number}h{length}v1h-{length}z"
        column += length
    return runs
