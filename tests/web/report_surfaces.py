"""The figures of the SKM report and of the list of all units, read off each of their forms."""

from __future__ import annotations

import csv
import io
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import docx
import openpyxl
from docx.oxml.ns import qn
from flask.testing import FlaskClient

from tests.office.soffice import sheets_of
from tests.pages import text_of
from tests.web.visit import read

Figures = dict[tuple[str, str, str], tuple[str, ...]]
"""By kind of the subject, its code, and the measure, an element as `skm:WAKTU`: value and range, with a point."""
Tables = Mapping[str, Sequence[Sequence[str]]]
"""Rows by the first words of the caption."""

_FIGURE: Final = re.compile(r"(?<![\d.,])\d+,\d\d(?!\d)")
_ELEMENTS: Final = "Nilai rata-rata"
_SERVICES: Final = "IKM per jenis layanan"
_SENTENCES: Final = {"skm": re.compile(r"IKM .* adalah "), "layanan": re.compile(r".*Hasilnya ")}
"""How the sentences begin that tell a figure of the unit with its range."""


def _numbers(text: str) -> tuple[str, ...]:
    return tuple(found.replace(",", ".") for found in _FIGURE.findall(text))


def _code(name: str) -> str:
    found = re.search(r"Contoh (\S+)", name)
    return found[1] if found else "-"


def _said(unit: str, paragraphs: Iterable[str], tables: Tables, elements: Mapping[str, str]) -> Figures:
    """Read the paragraphs and tables of a report; `elements` names each element's code."""
    found: Figures = {}
    for text in paragraphs:
        for measure, begins in _SENTENCES.items():
            shown = _numbers(text)
            if begins.match(text) and shown:
                found["unit", unit, measure] = shown
    for caption, rows in tables.items():
        for row in rows:
            if caption.startswith(_ELEMENTS) and row[0] and (shown := _numbers(" ".join(row[5:]))):
                found["unit", unit, f"skm:{elements[row[1]]}"] = shown
            if caption.startswith(_SERVICES) and (shown := _numbers(f"{row[2]} {row[4]}")):
                found["service", _code(row[0]), "skm"] = shown
    return found


def from_word(head: FlaskClient, units: Iterable[str], period: str, elements: Mapping[str, str]) -> Figures:
    """Read the Word file of each unit."""
    found: Figures = {}
    for unit in units:
        content = head.get(f"/unit/{unit}/laporan.docx?periode={period}").data
        body = docx.Document(io.BytesIO(content)).element.body
        found |= _said(unit, _paragraphs(body), dict(_tables(body)), elements)
    return found


def _text(element: Any) -> str:  # noqa: ANN401 - an element of python-docx
    return "".join(part.text or "" for part in element.iter(qn("w:t")))


def _paragraphs(body: Any) -> list[str]:  # noqa: ANN401 - as above
    return [_text(part) for part in body.findall(qn("w:p"))]


def _tables(body: Any) -> Iterator[tuple[str, list[list[str]]]]:  # noqa: ANN401 - as above
    """Yield each table with the paragraph before it, without its heads."""
    for table in body.findall(qn("w:tbl")):
        rows = [[_text(cell) for cell in row.findall(qn("w:tc"))] for row in table.findall(qn("w:tr"))]
        yield _text(table.getprevious()), rows[1:]


def from_print_page(head: FlaskClient, units: Iterable[str], period: str, elements: Mapping[str, str]) -> Figures:
    """Read the page to print of each unit."""
    found: Figures = {}
    for unit in units:
        page = read(head.get(f"/unit/{unit}/laporan/cetak?periode={period}"))
        tables = {
            text_of(table.findall("./caption")[0]): [
                [text_of(cell) for cell in row.findall("./td")] for row in table.findall("./tbody/tr")
            ]
            for table in page.all("table")
        }
        found |= _said(unit, [text_of(line) for line in page.all("p")], tables, elements)
    return found


def from_spreadsheet(head: FlaskClient, units: Iterable[str], period: str, elements: Mapping[str, str]) -> Figures:
    """Let LibreOffice compute the XLSX file of each unit, and read it."""
    found: Figures = {}
    for unit in units:
        content = head.get(f"/unit/{unit}/laporan.xlsx?periode={period}").data
        with tempfile.TemporaryDirectory(prefix="loket-office-") as folder:
            sheets = sheets_of(content, Path(folder))
        summary = sheets["Ringkasan"]
        for measure, name in (("skm", "IKM"), ("layanan", "Nilai")):
            place = next(place for place, row in enumerate(summary) if row[0] == name and row[1])
            ends = [row[1] for row in summary[place:] if row[0] in {"Batas bawah", "Batas atas"}]
            found |= _kept(("unit", unit, measure), (summary[place][1], *ends[:2]))
        for row in sheets["Unsur"][1:10]:
            found |= _kept(("unit", unit, f"skm:{elements[row[1]]}"), (row[10], *row[12:14]))
        for row in sheets["Layanan"][1:]:
            found |= _kept(("service", _code(row[0]), "skm"), (row[2], *row[4:6]))
    return found


def _kept(key: tuple[str, str, str], cells: tuple[str, ...]) -> Figures:
    """Return the cells as figures of two places; nothing where they are words."""
    if not all(re.fullmatch(r"\d+(\.\d+)?", cell) for cell in cells):
        return {}
    assert all(Decimal(cell) == round(Decimal(cell), 2) for cell in cells)
    return {key: tuple(f"{Decimal(cell):.2f}" for cell in cells)}


def from_recap_csv(head: FlaskClient, period: str) -> Figures:
    """Read the list of all units as CSV."""
    text = head.get(f"/kelola/rekap.csv?periode={period}").get_data(as_text=True).removeprefix("\ufeff")
    return {
        ("unit", row["Kode unit"], "skm"): (row["IKM"], row["Batas bawah"], row["Batas atas"])
        for row in csv.DictReader(io.StringIO(text))
        if row["IKM"]
    }


def from_recap_workbook(head: FlaskClient, period: str) -> Figures:
    """Read the list of all units as XLSX."""
    book = openpyxl.load_workbook(io.BytesIO(head.get(f"/kelola/rekap.xlsx?periode={period}").data))
    heads, *lines = list(book.worksheets[0].iter_rows(min_row=3, values_only=True))
    rows = [dict(zip(heads, line, strict=True)) for line in lines]
    return {
        ("unit", str(row["Kode unit"]), "skm"): tuple(
            f"{row[name]:.2f}" for name in ("IKM", "Batas bawah", "Batas atas")
        )
        for row in rows
        if row["IKM"]
    }
