"""QR codes as few rectangles: what the screen draws as SVG and the printer gets as PDF is the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import Any, Final

from qrcode.constants import ERROR_CORRECT_Q
from qrcode.main import QRCode

QUIET: Final = 4
"""Light modules around the symbol, without which phones do not find it (ISO/IEC 18004)."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A dark rectangle, in modules from the upper left corner of the quiet zone."""

    column: int
    row: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Symbol:
    """A symbol with its quiet zone: `size` modules wide and high."""

    size: int
    bars: tuple[Bar, ...]

    @property
    def path(self) -> str:
        """The dark bars as SVG path data."""
        return "".join(f"M{bar.column} {bar.row}h{bar.width}v{bar.height}h-{bar.width}z" for bar in self.bars)


@lru_cache(maxsize=64)
def draw(text: str) -> Symbol:
    """Draw `text` with error correction Q: a quarter of the symbol may be scratched, or covered by glare."""
    code: QRCode[Any] = QRCode(error_correction=ERROR_CORRECT_Q, border=QUIET)
    code.add_data(text)
    code.make(fit=True)
    matrix = code.get_matrix()
    return Symbol(len(matrix), tuple(merge(matrix)))


def merge(matrix: Sequence[Sequence[bool]]) -> Iterator[Bar]:
    """Yield rectangles that cover each dark module once: runs along a row, grown down while the next row has them."""
    growing: dict[tuple[int, int], int] = {}
    for number, row in enumerate([*matrix, []]):
        runs = set(_runs(row))
        for column, width in sorted(growing.keys() - runs):
            first = growing.pop((column, width))
            yield Bar(column, first, width, number - first)
        growing |= dict.fromkeys(runs - growing.keys(), number)


def _runs(row: Sequence[bool]) -> Iterator[tuple[int, int]]:
    """Yield where each run of dark modules begins, and how long it is."""
    column = 0
    for dark, modules in groupby(row):
        length = len(list(modules))
        if dark:
            yield column, length
        column += length
