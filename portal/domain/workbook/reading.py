"""From raw tables to rows of values; every fault is found before any is reported."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import Final

from portal.domain.workbook.cell import Broken, Kind, Value, is_blank, read, shown, tidy
from portal.domain.workbook.fault import BadCell, Fault, FaultCode
from portal.domain.workbook.sheet import MOST_COLUMNS, MOST_ROWS, SHEETS, Column, Sheet

FIRST_ROW: Final = 2
EXPLAINING: Final = ("petunjuk", "contoh")
_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet as it came: `rows[0]` is row 2; rows may be shorter than the headings, or longer."""

    name: str
    headings: tuple[object, ...]
    rows: Sequence[Sequence[object]]


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the values of the columns that the sheet has; `sound` when each could be read."""

    sheet: Sheet
    number: int
    code: str
    values: Mapping[str, Value]
    letters: Mapping[str, str]
    sound: bool

    def fault(self, code: FaultCode, name: str, hint: str = "", *, value: str | None = None) -> Fault:
        """Return a fault of this row, at the column of field `name`."""
        column = self.sheet.column(name)
        text = shown(column.kind, self.values.get(name)) if value is None else value
        return Fault(code, self.sheet.name, self.number, self.letters.get(name, ""), column.heading, text, hint)


@dataclass(slots=True)
class Reading:
    """All that a workbook says, by sheet, and what is wrong with it so far; `partial`: it could hold one sheet only."""

    rows: dict[str, list[Row]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    partial: bool = False


def table_of(name: str, rows: Iterable[Mapping[str, object]]) -> Table:
    """Return the table of rows given as {heading: value}; a row without a heading leaves that cell empty."""
    listed = list(rows)
    headings = tuple(dict.fromkeys(heading for row in listed for heading in row))
    return Table(name, headings, [tuple(row.get(heading) for heading in headings) for row in listed])


def fold(text: object) -> str:
    """Return a word by which sheets and columns are recognised, whatever its case, spaces or closing mark."""
    return tidy(str(text)).casefold().rstrip("*: ")


def letter(place: int) -> str:
    """Return the letter of a column, counted from 0."""
    high, low = divmod(place, len(_LETTERS))
    return (letter(high - 1) if high else "") + _LETTERS[low]


def read_tables(tables: Iterable[Table]) -> Reading:
    """Read each table by its sheet; sheets that begin with `Petunjuk` or `Contoh` explain, and are passed over."""
    known = {fold(name): sheet for name, sheet in SHEETS.items()}
    reading = Reading()
    for table in tables:
        name = fold(table.name)
        sheet = known.get(name)
        if name.startswith(EXPLAINING):
            continue
        if sheet is None:
            hint = _near(name, {word: known[word].name for word in known})
            reading.faults.append(Fault(FaultCode.SHEET_UNKNOWN, table.name, hint=hint))
        elif sheet.name in reading.rows:
            reading.faults.append(Fault(FaultCode.SHEET_TWICE, table.name))
        else:
            reading.rows[sheet.name] = list(_read_table(sheet, table, reading.faults))
    return reading


def _near(word: str, known: Mapping[str, str]) -> str:
    return next((known[match] for match in get_close_matches(word, known, n=1)), "")


def _read_table(sheet: Sheet, table: Table, faults: list[Fault]) -> Iterator[Row]:
    if len(table.rows) > MOST_ROWS or len(table.headings) > MOST_COLUMNS:
        code = FaultCode.TOO_MANY_ROWS if len(table.rows) > MOST_ROWS else FaultCode.TOO_MANY_COLUMNS
        faults.append(Fault(code, sheet.name))
        return
    places = _places(sheet, table, faults)
    if any(column.required and column.field not in places for column in sheet.columns):
        return  # one missing column would make every row faulty
    letters = {name: letter(place) for name, place in places.items()}
    seen: dict[str, int] = {}
    for number, cells in enumerate(table.rows, start=FIRST_ROW):
        if all(map(is_blank, cells)):
            continue
        row = _read_row(sheet, number, {name: _at(cells, place) for name, place in places.items()}, letters, faults)
        if not row.code:
            continue
        if row.code in seen:
            faults.append(row.fault(FaultCode.CODE_TWICE, "code", str(seen[row.code]), value=row.code))
            continue
        seen[row.code] = number
        yield row


def _at(cells: Sequence[object], place: int) -> object:
    return cells[place] if place < len(cells) else None


def _places(sheet: Sheet, table: Table, faults: list[Fault]) -> dict[str, int]:
    """Return where each field stands, and report headings that are unknown, doubled or missing."""
    known = {fold(column.heading): column for column in sheet.columns}
    places: dict[str, int] = {}
    used = {place for cells in table.rows for place, raw in enumerate(cells) if not is_blank(raw)}
    for place in range(max([len(table.headings), *(used_place + 1 for used_place in used)])):
        raw = _at(table.headings, place)
        if is_blank(raw) and place not in used:
            continue
        word = "" if is_blank(raw) else fold(raw)
        column = known.get(word)
        if column is None:
            heading = word and tidy(str(raw))
            hint = _near(word, {key: known[key].heading for key in known})
            faults.append(Fault(FaultCode.COLUMN_UNKNOWN, sheet.name, 1, letter(place), heading, hint=hint))
        elif column.field in places:
            faults.append(Fault(FaultCode.COLUMN_TWICE, sheet.name, 1, letter(place), column.heading))
        else:
            places[column.field] = place
    if used or places:
        faults += [
            Fault(FaultCode.COLUMN_MISSING, sheet.name, 1, heading=column.heading)
            for column in sheet.columns
            if column.required and column.field not in places
        ]
    return places


def _read_row(
    sheet: Sheet, number: int, cells: Mapping[str, object], letters: Mapping[str, str], faults: list[Fault]
) -> Row:
    values: dict[str, Value] = {}
    sound = True
    for column in sheet.columns:
        if column.field not in cells:
            continue
        raw = cells[column.field]
        try:
            values[column.field] = _value(column, raw)
        except BadCell as bad:
            sound = False
            place = letters[column.field]
            faults.append(Fault(bad.code, sheet.name, number, place, column.heading, _quoted(column, raw)))
    code = str(values.pop("code", None) or "")
    row = Row(sheet, number, code, values, letters, sound)
    if not sheet.derived or not sound:
        return row
    derived = sheet.code_of(values)
    if code and code != derived:
        faults.append(row.fault(FaultCode.CODE_DERIVED, "code", derived, value=code))
    return replace(row, code=derived)


def _value(column: Column, raw: object) -> Value:
    if not is_blank(raw):
        return read(column.kind, raw)
    if column.required:
        raise BadCell(FaultCode.VALUE_MISSING)
    return column.default


def _quoted(column: Column, raw: object) -> str:
    """Quote what stands in a bad cell, never from the column of NIP, and not at length."""
    if is_blank(raw) or (column.kind is Kind.NIP and not isinstance(raw, Broken)):
        return ""
    return tidy(str(raw))[:60]
