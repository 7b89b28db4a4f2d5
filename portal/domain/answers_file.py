"""A file of answers given on paper: one row a form, columns by the codes of the elements."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final

from portal.domain.instrument import Instrument
from portal.domain.workbook.cell import Kind, is_blank, read
from portal.domain.workbook.fault import BadCell
from portal.domain.workbook.reading import FIRST_ROW, Table, fold

SERIAL: Final = "nomor"
UNIT: Final = "unit"
DAY: Final = "tanggal"
SERVICE: Final = "layanan"
OFFICER: Final = "petugas"
OTHER: Final = "lainnya"
_HEADINGS: Final = (SERIAL, UNIT, DAY, SERVICE, OFFICER)
_REQUIRED: Final = (SERIAL, UNIT, DAY)
_ANSWERS: Final = {1, 2, 3, 4}
# These two elements are called what the columns before them are called.
_CALLED: Final = {"LAYANAN": "penilaian", "PETUGAS": "bantuan"}


class FileFault(StrEnum):
    """What can be wrong with the file, by code; the sentences are the reader's."""

    COLUMN_UNKNOWN = "column-unknown"
    COLUMN_TWICE = "column-twice"
    COLUMN_MISSING = "column-missing"
    VALUE_MISSING = "value-missing"
    VALUE_BAD = "value-bad"
    ANSWER_BAD = "answer-bad"
    NOTHING_ANSWERED = "nothing-answered"
    SERIAL_TWICE = "serial-twice"


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing wrong; `row` 1 is that of the headings."""

    row: int
    heading: str
    fault: FileFault


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """One form: `serial` is the number printed on it; answers by instrument id, then by element."""

    row: int
    serial: str
    unit: str
    given_on: date
    service: str
    officer: str
    answers: Mapping[str, Mapping[str, int]]


@dataclass(slots=True)
class AnswersFile:
    """All that a file says, and what is wrong with it."""

    rows: list[AnswerRow] = field(default_factory=list)
    mistakes: list[Mistake] = field(default_factory=list)


def headings(instruments: Sequence[Instrument]) -> tuple[str, ...]:
    """Return the headings of the file: who and when, then every element in the order asked.

    The nine elements stand by their codes, the tap is `penilaian`, the officer's help `bantuan`.
    """
    return (*_HEADINGS, *(_heading(element.code) for instrument in instruments for element in instrument.elements))


def _heading(element: str) -> str:
    return _CALLED.get(element, element)


def read_answers(table: Table, instruments: Sequence[Instrument]) -> AnswersFile:
    """Read a table whose columns stand in any order; a blank cell is an element that was not answered."""
    found = AnswersFile()
    places = _places(table, instruments, found.mistakes)
    if found.mistakes:
        return found
    seen: set[tuple[str, str]] = set()
    for number, cells in enumerate(table.rows, start=FIRST_ROW):
        if all(map(is_blank, cells)):
            continue
        values = {name: cells[place] if place < len(cells) else None for name, place in places.items()}
        mistakes = list(_row_mistakes(number, values, instruments))
        if not mistakes:
            row = _row(number, values, instruments)
            if (row.unit, row.serial) in seen:
                mistakes = [Mistake(number, SERIAL, FileFault.SERIAL_TWICE)]
            seen.add((row.unit, row.serial))
            found.rows.append(row)
        found.mistakes += mistakes
    return found


def _places(table: Table, instruments: Sequence[Instrument], mistakes: list[Mistake]) -> dict[str, int]:
    known = {fold(heading): heading for heading in headings(instruments)}
    places: dict[str, int] = {}
    for place, raw in enumerate(table.headings):
        if is_blank(raw):
            continue
        heading = known.get(fold(raw))
        if heading is None:
            mistakes.append(Mistake(1, str(raw)[:40], FileFault.COLUMN_UNKNOWN))
        elif heading in places:
            mistakes.append(Mistake(1, heading, FileFault.COLUMN_TWICE))
        else:
            places[heading] = place
    mistakes += [Mistake(1, name, FileFault.COLUMN_MISSING) for name in _REQUIRED if name not in places]
    return places


def _row_mistakes(number: int, values: Mapping[str, object], instruments: Sequence[Instrument]) -> Iterator[Mistake]:
    for name in _HEADINGS:
        raw = values.get(name)
        if is_blank(raw):
            if name in _REQUIRED:
                yield Mistake(number, name, FileFault.VALUE_MISSING)
        elif not _is_readable(name, raw):
            yield Mistake(number, name, FileFault.VALUE_BAD)
    elements = [_heading(element.code) for instrument in instruments for element in instrument.elements]
    given = [code for code in elements if not is_blank(values.get(code))]
    yield from (Mistake(number, code, FileFault.ANSWER_BAD) for code in given if _answer(values[code]) is None)
    if not given:
        yield Mistake(number, "", FileFault.NOTHING_ANSWERED)


def _is_readable(name: str, raw: object) -> bool:
    try:
        read(Kind.DATE if name == DAY else Kind.CODE, raw)
    except BadCell:
        return False
    return True


def _answer(raw: object) -> int | None:
    """Return an answer from 1 to 4 as people and spreadsheets write it, None for anything else."""
    text = str(int(raw)) if isinstance(raw, float) and raw.is_integer() else str(raw).strip()
    return int(text) if text.isdecimal() and text.isascii() and int(text) in _ANSWERS else None


def _row(number: int, values: Mapping[str, object], instruments: Sequence[Instrument]) -> AnswerRow:
    texts = {
        name: str(read(Kind.CODE, raw)) for name in _HEADINGS if name != DAY and not is_blank(raw := values.get(name))
    }
    day = read(Kind.DATE, values[DAY])
    assert isinstance(day, date)  # noqa: S101 - narrows the type; `_is_readable` has read it before
    answers = {
        instrument.id: {
            element.code: answer
            for element in instrument.elements
            if not is_blank(raw := values.get(_heading(element.code))) and (answer := _answer(raw)) is not None
        }
        for instrument in instruments
    }
    given = {name: answered for name, answered in answers.items() if answered}
    service = texts.get(SERVICE, "")
    service = OTHER if service.casefold() == OTHER else service
    return AnswerRow(number, texts[SERIAL], texts[UNIT], day, service, texts.get(OFFICER, ""), given)
