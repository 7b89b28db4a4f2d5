"""Posters onto paper: ReportLab draws text and rectangles, so the file is small and sharp at any size."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Final

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from portal.services.enrol.posters import symbol as symbols
from portal.services.enrol.posters.fitting import LEADING, Fitted, fit, writable
from portal.services.enrol.posters.layout import DRAFT_HEIGHT, PAPERS, Box, Face, Format, Paper, Placed
from portal.services.enrol.posters.poster import DRAFT, STEPS, Poster, Progress
from portal.services.enrol.posters.symbol import QUIET

_PLAIN, _BOLD = "Helvetica", "Helvetica-Bold"
_LANGUAGE: Final = "id-ID"
_ASCENT: Final = 0.74
"""From the baseline to the top of the highest letters, as a share of their size."""
_FOLD_TEXT: Final = "lipat"
_FOLD_MARK: Final = 12.0
_SMALL: Final = 6
_DRAFT_SIZE: Final = 13
_NUMBER_SPACE: Final = 1.9
"""Room for the number before a step, as a share of the size of its letters."""


def draw(posters: Sequence[Poster], paper_format: Format, title: str, *, draft: bool, progress: Progress) -> bytes:
    """Return a PDF with a sheet for each poster, in their order; a bookmark leads to each."""
    paper = PAPERS[paper_format]
    file = io.BytesIO()
    # `invariant`: the same posters on the same day are the same file, to the last byte.
    canvas = Canvas(
        file, pagesize=(paper.width * mm, paper.height * mm), pageCompression=1, invariant=1, lang=_LANGUAGE
    )
    canvas.setTitle(title)
    canvas.setAuthor(posters[0].government if posters else "")
    canvas.setSubject(DRAFT if draft else title)
    canvas.setViewerPreference("DisplayDocTitle", "true")
    for number, poster in enumerate(posters, start=1):
        _draw_sheet(canvas, paper, poster, draft=draft)
        canvas.bookmarkPage(poster.public_code)
        canvas.addOutlineEntry(writable(f"{poster.unit_name}: {poster.name}"), poster.public_code)
        canvas.showPage()
        progress(number, len(posters))
    canvas.save()
    return file.getvalue()


def _draw_sheet(canvas: Canvas, paper: Paper, poster: Poster, *, draft: bool) -> None:
    for placed in paper.faces:
        canvas.saveState()
        _stand(canvas, paper, placed)
        _draw_face(canvas, placed.face, poster)
        if draft:
            _draw_draft(canvas, placed.face)
        canvas.restoreState()
    for fold in paper.folds:
        _draw_fold(canvas, paper, fold)


def _stand(canvas: Canvas, paper: Paper, placed: Placed) -> None:
    """Let the face's lower left corner be the origin."""
    face = placed.face
    if placed.upside_down:
        canvas.translate(face.width * mm, (paper.height - placed.y) * mm)
        canvas.rotate(180)
    else:
        canvas.translate(0, (paper.height - placed.y - face.height) * mm)


def _draw_face(canvas: Canvas, face: Face, poster: Poster) -> None:
    words = poster.say()
    for part, box in face.words.items():
        _write(canvas, face, box, words[part])
    for number, (box, step) in enumerate(zip(face.steps, STEPS, strict=True), start=1):
        _write_step(canvas, face, box, number, step)
    _draw_symbol(canvas, face, poster.address)


def _write(canvas: Canvas, face: Face, box: Box, text: str) -> None:
    """Write the text into the middle of its box."""
    font = _BOLD if box.bold else _PLAIN
    fitted = fit(text, font, box.width * mm, box.height * mm, box.largest)
    canvas.setFont(font, fitted.size)
    for line, y in _baselines(face, box, fitted):
        canvas.drawCentredString((box.x + box.width / 2) * mm, y, line)


def _baselines(face: Face, box: Box, fitted: Fitted) -> list[tuple[str, float]]:
    """Return each line with its height above the lower edge of the face, all of them in the middle of the box."""
    tall = len(fitted.lines) * fitted.size * LEADING
    top = (face.height - box.y) * mm - (box.height * mm - tall) / 2
    first = top - (LEADING - 1) / 2 * fitted.size - _ASCENT * fitted.size
    return [(line, first - place * fitted.size * LEADING) for place, line in enumerate(fitted.lines)]


def _write_step(canvas: Canvas, face: Face, box: Box, number: int, text: str) -> None:
    """Write a step beside its number in a circle, from the left."""
    indent = _NUMBER_SPACE * box.largest
    fitted = fit(text, _PLAIN, box.width * mm - 1.5 * indent, box.height * mm, box.largest)
    lines = _baselines(face, box, fitted)
    centre, radius = (face.height - box.y - box.height / 2) * mm, indent * 0.33
    canvas.circle(box.x * mm + radius, centre, radius, stroke=1, fill=0)
    canvas.setFont(_BOLD, fitted.size)
    canvas.drawCentredString(box.x * mm + radius, centre - fitted.size * _ASCENT / 2, str(number))
    canvas.setFont(_PLAIN, fitted.size)
    for line, y in lines:
        canvas.drawString(box.x * mm + indent, y, line)


def _draw_symbol(canvas: Canvas, face: Face, address: str) -> None:
    """Draw the dark modules as one path: rectangles of one path leave no hairlines between them."""
    symbol = symbols.draw(address)
    module = face.side * mm / (symbol.size - 2 * QUIET)
    spare = (face.symbol.width * mm - symbol.size * module) / 2
    canvas.saveState()
    canvas.translate(face.symbol.x * mm + spare, (face.height - face.symbol.y) * mm - spare)
    canvas.scale(module, -module)
    path = canvas.beginPath()
    for bar in symbol.bars:
        path.rect(bar.column, bar.row, bar.width, bar.height)
    canvas.drawPath(path, stroke=0, fill=1)
    canvas.restoreState()


def _draw_draft(canvas: Canvas, face: Face) -> None:
    """Write across the upper edge, white on black, that the sheet is not to be hung up."""
    canvas.rect(0, (face.height - DRAFT_HEIGHT) * mm, face.width * mm, (DRAFT_HEIGHT - 1) * mm, stroke=0, fill=1)
    canvas.setFillGray(1)
    _write(canvas, face, Box(0, 1, face.width, DRAFT_HEIGHT - 1, _DRAFT_SIZE, bold=True), DRAFT)


def _draw_fold(canvas: Canvas, paper: Paper, fold: float) -> None:
    """Mark at both edges where the sheet is folded."""
    y = (paper.height - fold) * mm
    canvas.saveState()
    canvas.setDash(2, 2)
    canvas.line(0, y, _FOLD_MARK * mm, y)
    canvas.line((paper.width - _FOLD_MARK) * mm, y, paper.width * mm, y)
    canvas.restoreState()
    canvas.setFont(_PLAIN, _SMALL)
    canvas.drawString((_FOLD_MARK + 1) * mm, y - _SMALL / 3, _FOLD_TEXT)
