"""Text that fits its box: broken into lines, and smaller only when it must be."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from reportlab.pdfbase.pdfmetrics import stringWidth

LEADING: Final = 1.15
"""Distance between two lines, as a share of the size of the letters."""
_STEP: Final = 0.5  # points
_WRITTEN: Final = "cp1252"  # what the fonts that every reader of PDF has can write


@dataclass(frozen=True, slots=True)
class Fitted:
    """Lines of text and the size of their letters in points."""

    lines: tuple[str, ...]
    size: float


@lru_cache(maxsize=256)
def fit(text: str, font: str, width: float, height: float, largest: float) -> Fitted:
    """Break `text` into lines for a box of `width` and `height` points, in letters of at most `largest` points.

    Lines that the text has already stay apart.
    """
    paragraphs, size = [writable(line) for line in text.splitlines()], largest
    while True:
        lines = tuple(line for paragraph in paragraphs for line in _lines(paragraph, font, size, width))
        if len(lines) * size * LEADING <= height or size <= _STEP:
            return Fitted(lines, size)
        size -= _STEP


def writable(text: str) -> str:
    """Return the text in letters that the fonts have: marks that they lack are left off, other scripts become `?`."""
    return "".join(_letter(letter) for letter in " ".join(text.split()))


def _letter(letter: str) -> str:
    try:
        letter.encode(_WRITTEN)
    except UnicodeEncodeError:
        bare = unicodedata.normalize("NFKD", letter)[0]
        return bare if bare.isascii() else "?"
    return letter


def _lines(text: str, font: str, size: float, width: float) -> Iterator[str]:
    line = ""
    for word in text.split(" "):
        longer = f"{line} {word}" if line else word
        if stringWidth(longer, font, size) <= width:
            line = longer
            continue
        if line:
            yield line
        *whole, line = _pieces(word, font, size, width)
        yield from whole
    yield line


def _pieces(word: str, font: str, size: float, width: float) -> Iterator[str]:
    """Yield the word, in pieces where it is wider than a line."""
    piece = ""
    for letter in word:
        if piece and stringWidth(piece + letter, font, size) > width:
            yield piece
            piece = ""
        piece += letter
    yield piece
