"""The XLSX file of the SKM report: its formulas, computed by LibreOffice, give the figures of the page."""

from __future__ import annotations

import io
import random
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Final

import openpyxl
import pytest

from portal.domain.figure import rounded
from portal.domain.score.sample import target
from portal.domain.score.skm import class_of
from portal.services.report.skm.sheet import Sheet, half_up
from portal.services.report.skm.spreadsheet import WEIGHTS, mutu_formula, target_formula
from tests.office.conftest import Reader
from tests.office.soffice import pages_of, sheets_of
from tests.surveyed import UNIT

Rows = list[list[str]]
WEIGHT: Final = "Bobot setiap unsur"
CASES: Final = 400


def number(text: str) -> Decimal:
    """A figure of the page or of a cell."""
    return Decimal(text.replace(".", "").replace(",", ".") if "," in text else text)


def value(rows: Rows, name: str) -> str:
    """What stands beside a name."""
    return next(row[1] for row in rows if row[0] == name and row[1])


@pytest.mark.parametrize("weight", ["tepat", "0,11", "0,111"])
def test_every_figure_computed_is_that_of_the_page_to_the_last_digit(
    reader: Reader, tmp_path: Path, weight: str
) -> None:
    sheets = sheets_of(reader.ask(".xlsx", bobot=weight).data, tmp_path)
    page = reader.tables(bobot=weight)
    compare(sheets, page)


def compare(sheets: dict[str, Rows], page: dict[str, Rows]) -> None:
    (elements,) = [rows for caption, rows in page.items() if caption.startswith("Nilai rata-rata (NRR)")]
    computed = {row[1]: row for row in sheets["Unsur"][1:]}
    for row in elements[:9]:
        answers, nrr, weighted, points = (number(cell) for cell in row[2:6])
        own = computed[row[1]]
        assert [Decimal(own[place]) for place in (6, 8, 9, 10)] == [answers, nrr, weighted, points]
        assert [Decimal(own[place]) for place in (12, 13)] == [number(end) for end in row[6].split("\N{EN DASH}")]
    for row in elements[9:]:
        assert Decimal(computed[row[1]][9]) == number(row[4])
    summary = sheets["Ringkasan"]
    assert Decimal(value(summary, "IKM")) == number(elements[-1][4])
    assert value(summary, "Mutu") == class_of(number(elements[-1][4]))
    target_rows = dict(page["Responden dan target"])
    for name, count in target_rows.items():
        assert Decimal(value(summary, name)) == number(count)
    (services,) = [rows for caption, rows in page.items() if caption.startswith("IKM per jenis layanan")]
    own_services = {row[0]: row for row in sheets["Layanan"][1:]}
    for row in services:
        assert [own_services[row[0]][place] for place in (1, 3)] == [row[1], row[3]]
        assert Decimal(own_services[row[0]][2]) == number(row[2])


def test_another_weight_in_its_cell_changes_every_figure_as_the_page_says(reader: Reader, tmp_path: Path) -> None:
    workbook = openpyxl.load_workbook(io.BytesIO(reader.ask(".xlsx").data))
    summary = workbook["Ringkasan"]
    (cell,) = [row[1] for row in summary.iter_rows() if row[0].value == WEIGHT]
    assert cell.value == "1/9"
    (check,) = summary.data_validations.dataValidation
    assert [row.value for row in summary[(check.formula1 or "").replace("$", "")][0]] == list(WEIGHTS.values())
    cell.value = "0,11"
    file = io.BytesIO()
    workbook.save(file)
    compare(sheets_of(file.getvalue(), tmp_path), reader.tables(bobot="0,11"))


def test_the_tabulation_is_that_of_the_page_and_adds_up(reader: Reader, tmp_path: Path) -> None:
    sheets = sheets_of(reader.ask(".xlsx").data, tmp_path)
    assert sheets["Tabulasi"][1:] == reader.tables()["Tabulasi jawaban"]


def test_every_column_of_a_sheet_is_printed_on_one_page(reader: Reader, tmp_path: Path) -> None:
    pages = pages_of(reader.ask(".xlsx").data, tmp_path, kind="xlsx")
    (elements,) = (page for page in pages if "Jawaban 1" in page and "IKM = jumlah" in page)
    words = " ".join(elements.split())
    assert all(name in words for name in ("No.", "NRR tertimbang", "Batas atas"))


def test_no_cell_of_the_file_is_an_error_and_no_figure_stands_as_a_formula_s_result(
    reader: Reader, tmp_path: Path
) -> None:
    content = reader.ask(".xlsx").data
    for name, rows in sheets_of(content, tmp_path).items():
        assert not [cell for row in rows for cell in row if cell.startswith(("#", "Err:"))], name
    elements = openpyxl.load_workbook(io.BytesIO(content))["Unsur"]
    assert all(
        str(elements.cell(line, column).value).startswith("=") for line in range(2, 11) for column in (9, 10, 11)
    )


def test_formulas_round_half_up_as_the_portal_does(tmp_path: Path) -> None:
    """Random sums and sums whose index ends in exactly half a hundredth, among them those binary numbers miss."""
    chance = random.Random(2017)
    cases = [(chance.randint(n := chance.randint(5, 5_000), 36 * n), n) for _ in range(CASES)]
    ties = [
        (total, n) for n in (8, 16, 80, 400) for total in range(9 * n, 36 * n) if is_tie(Fraction(25 * total, 9 * n))
    ]
    cases += chance.sample(ties, min(CASES, len(ties)))
    assert ties
    workbook = openpyxl.Workbook()
    sheet = Sheet(workbook.worksheets[0], (12, 12))
    for total, n in cases:
        line = sheet.line + 1
        index = half_up(f"D{line}/E{line}*(1/9)*25", 2)
        sheet.add(index, mutu_formula(f"A{line}"), target_formula(f"E{line}"), total, n)
    file = io.BytesIO()
    workbook.save(file)
    (computed,) = sheets_of(file.getvalue(), tmp_path).values()
    for (total, n), row in zip(cases, computed, strict=True):
        exact = rounded(Fraction(25 * total, 9 * n), 2)
        assert (Decimal(row[0]), row[1], int(row[2])) == (exact, class_of(exact), target(n)), (total, n)


def is_tie(exact: Fraction) -> bool:
    """Tell whether a figure lies exactly between two hundredths."""
    return (exact * 200).denominator == 1 and (exact * 200).numerator % 2 == 1


def test_a_name_that_begins_like_a_formula_stays_a_text(reader: Reader, tmp_path: Path) -> None:
    workbook = openpyxl.Workbook()
    sheet = Sheet(workbook.worksheets[0], (20,))
    for name in ("=1+1", "+62", "-5", "@A1", '=HYPERLINK("x")'):
        sheet.add(name)
    file = io.BytesIO()
    workbook.save(file)
    assert {row[0].data_type for row in openpyxl.load_workbook(io.BytesIO(file.getvalue())).worksheets[0]} == {"s"}
    (rows,) = sheets_of(file.getvalue(), tmp_path).values()
    assert [row[0] for row in rows][:2] == ["'=1+1", "'+62"]
    assert reader.ask(".xlsx").headers["Content-Disposition"].endswith(f'"laporan-skm-{UNIT}-2026-S1.xlsx"')
