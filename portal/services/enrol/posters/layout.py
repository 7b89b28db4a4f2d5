"""The formats: where on the paper everything stands. Lengths in millimetres, from the upper left corner down.

Boxes never overlap and what is written into them fits, so neither a long name nor a long address can run into anything.

Source: the side of a symbol is at least an eighth of the distance from which it is read, which a 720p preview needs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from portal.services.enrol.posters.poster import STEPS, Part

DRAFT_HEIGHT: Final = 6.5
"""At the upper edge of each face, above everything else."""

_BOLD: Final = {Part.NAME, Part.QUESTION, Part.CODE}
_QUIET_SHARE: Final = 37 / 29
"""Symbol with its quiet zone to symbol without, in the smallest version that an address can have (version 3)."""


class Format(StrEnum):
    """What can be printed."""

    A4 = "a4"
    A5 = "a5"
    A6 = "a6"
    TENT = "tenda"
    PLATE = "papan"


@dataclass(frozen=True, slots=True)
class Box:
    """A place on a face, and the largest letters in it, in points."""

    x: float
    y: float
    width: float
    height: float
    largest: float = 0
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Face:
    """What one side shows; `symbol` is the box of the quiet zone, `side` the least side of the symbol within."""

    width: float
    height: float
    symbol: Box
    side: float
    words: Mapping[Part, Box]
    steps: tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class Placed:
    """A face on the paper: `y` is its upper edge, and it may stand upside down, to be folded over."""

    face: Face
    y: float = 0
    upside_down: bool = False


@dataclass(frozen=True, slots=True)
class Paper:
    """A sheet of a format: its faces, and the heights at which it is folded."""

    width: float
    height: float
    faces: tuple[Placed, ...]
    folds: tuple[float, ...] = ()


Band = tuple[float, float]
"""How high a part is in millimetres, and its largest letters in points."""


def _upright(width: float, height: float, side: float, margin: float, top: float, bands: Mapping[Part, Band]) -> Paper:
    """Stack the parts of a sheet from the top, the symbol below the question, the steps side by side."""
    y, words = top, {}
    quiet = side * _QUIET_SHARE
    for part, (tall, largest) in bands.items():
        words[part] = Box(margin, y, width - 2 * margin, tall, largest, part in _BOLD)
        y += tall + (quiet if part is Part.QUESTION else 0)
    symbol = Box((width - quiet) / 2, words[Part.HOW].y - quiet, quiet, quiet)
    steps = words.pop(Part.STEPS)
    third = steps.width / len(STEPS)
    columns = (replace(steps, x=steps.x + third * place, width=third) for place in range(len(STEPS)))
    return Paper(width, height, (Placed(Face(width, height, symbol, side, words, tuple(columns))),))


def _lying(
    width: float, height: float, side: float, margin: float, top: float, bands: Mapping[Part, Band], below: float
) -> Face:
    """Stack the parts of a face to the right of the symbol, the steps one below the other.

    What begins lower than `below` has the whole width.
    """
    y, words = top, {}
    quiet = side * _QUIET_SHARE
    symbol = Box(margin / 2, (min(below, height) + top - quiet) / 2, quiet, quiet)
    aside = symbol.x + quiet + margin / 2
    for part, (tall, largest) in bands.items():
        x = margin if y >= below else aside
        words[part] = Box(x, y, width - margin - x, tall, largest, part in _BOLD)
        y += tall
    steps = words.pop(Part.STEPS)
    third = steps.height / len(STEPS)
    rows = (replace(steps, y=steps.y + third * place, height=third) for place in range(len(STEPS)))
    return Face(width, height, symbol, side, words, tuple(rows))


_A4: Final = (210, 297)

_TENT_HEIGHT: Final = 110
_TENT_FACE: Final = _lying(
    _A4[0],
    _TENT_HEIGHT,
    side=70,
    margin=8,
    top=9,
    below=_TENT_HEIGHT,
    bands={
        Part.GOVERNMENT: (6, 11),
        Part.UNIT: (10, 13),
        Part.NAME: (12, 20),
        Part.QUESTION: (18, 20),
        Part.HOW: (7, 11),
        Part.CODE: (11, 28),
        Part.STEPS: (15, 10),
        Part.TRUST: (12, 9),
        Part.SERIAL: (4, 7),
    },
)
_FOOT: Final = _A4[1] / 2 - _TENT_HEIGHT

PAPERS: Final[Mapping[Format, Paper]] = {
    Format.A4: _upright(
        *_A4,
        side=130,
        margin=10,
        top=9,
        bands={
            Part.GOVERNMENT: (7, 14),
            Part.UNIT: (10, 18),
            Part.NAME: (12, 25),
            Part.QUESTION: (33, 40),
            Part.HOW: (7, 14),
            Part.CODE: (13, 34),
            Part.STEPS: (13, 13),
            Part.TRUST: (13, 12),
            Part.SERIAL: (5, 8),
        },
    ),
    Format.A5: _upright(
        148,
        210,
        side=84,
        margin=8,
        top=8,
        bands={
            Part.GOVERNMENT: (6, 11),
            Part.UNIT: (9, 14),
            Part.NAME: (11, 20),
            Part.QUESTION: (21, 26),
            Part.HOW: (6, 11),
            Part.CODE: (11, 28),
            Part.STEPS: (11, 10),
            Part.TRUST: (10, 9),
            Part.SERIAL: (4, 7),
        },
    ),
    Format.A6: _upright(
        105,
        148,
        side=50,
        margin=6,
        top=7.5,
        bands={
            Part.GOVERNMENT: (4.5, 8),
            Part.UNIT: (7.5, 10),
            Part.NAME: (8.5, 14),
            Part.QUESTION: (15, 18),
            Part.HOW: (4.5, 8),
            Part.CODE: (9, 22),
            Part.STEPS: (9.5, 8),
            Part.TRUST: (9, 7.5),
            Part.SERIAL: (3.5, 6),
        },
    ),
    Format.TENT: Paper(
        *_A4,
        faces=(Placed(_TENT_FACE, _FOOT, upside_down=True), Placed(_TENT_FACE, _A4[1] / 2)),
        folds=(_FOOT, _A4[1] / 2, _A4[1] - _FOOT),
    ),
    Format.PLATE: Paper(
        148,
        105,
        (
            Placed(
                _lying(
                    148,
                    105,
                    side=50,
                    margin=6,
                    top=8,
                    below=88,
                    bands={
                        Part.GOVERNMENT: (5, 9),
                        Part.UNIT: (8, 11),
                        Part.NAME: (14, 22),
                        Part.QUESTION: (14, 15),
                        Part.HOW: (9, 10),
                        Part.CODE: (12, 26),
                        Part.STEPS: (18, 9),
                        Part.TRUST: (9, 9),
                        Part.SERIAL: (4, 7),
                    },
                )
            ),
        ),
    ),
}
