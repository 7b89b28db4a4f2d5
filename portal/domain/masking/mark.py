"""Marks that stand in the place of what was masked: their kind in brackets that nobody can type in."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

OPEN: Final = "\N{MATHEMATICAL LEFT WHITE SQUARE BRACKET}"
CLOSE: Final = "\N{MATHEMATICAL RIGHT WHITE SQUARE BRACKET}"
KINDS: Final = ("account", "address", "email", "handle", "name", "nik", "nip", "number", "phone", "plate")
_MARK: Final = re.compile(f"{OPEN}([a-z]+){CLOSE}")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a masked text: words as written or, where `kind` is set, a mark."""

    text: str
    kind: str = ""


def marked(kind: str) -> str:
    """Return the mark of a kind."""
    return f"{OPEN}{kind}{CLOSE}"


def pieces(text: str) -> tuple[Piece, ...]:
    """Part a masked text into its words and its marks."""
    found: list[Piece] = []
    end = 0
    for match in _MARK.finditer(text):
        found += [Piece(text[end : match.start()]), Piece("", match[1])]
        end = match.end()
    return tuple(piece for piece in (*found, Piece(text[end:])) if piece.text or piece.kind)


def outside_marks(text: str, change: Callable[[str], str]) -> str:
    """Change the words of a text and leave its marks."""
    return "".join(marked(piece.kind) if piece.kind else change(piece.text) for piece in pieces(text))
