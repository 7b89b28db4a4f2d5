"""The pages of the SKM report and of the list of all units, and the files that they hand over."""

from __future__ import annotations

import csv
import io
import zipfile
from typing import Final

import docx
import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update
from werkzeug.test import TestResponse

from portal.services import Portal
from portal.storage.tables import Unit
from portal.web.unit_head.report import WORD, XLSX
from tests.clock import Clock
from tests.pages import text_of
from tests.published import statements
from tests.surveyed import CLOSED, OPEN, UNIT, Surveyed, surveyed
from tests.web.staff import enter
from tests.web.visit import heading, links, read

REPORT: Final = f"/unit/{UNIT}/laporan"
CODES: Final = ("DINAS", UNIT, "LAIN")
MOST_STATEMENTS: Final = 12


@pytest.fixture(autouse=True)
def made(portal: Portal, clock: Clock) -> Surveyed:
    return surveyed(portal, clock, count=40)


@pytest.fixture
def head(app: Flask, portal: Portal) -> FlaskClient:
    return enter(app, portal, "unit_head", UNIT)


@pytest.fixture
def administrator(app: Flask, portal: Portal) -> FlaskClient:
    return enter(app, portal, "administrator")


def words(page: TestResponse) -> str:
    assert page.status_code == 200
    return " ".join(text_of(read(page).all("main")[0]).split())


def options(page: TestResponse, name: str) -> dict[str, str]:
    """The choices of a field, by value."""
    (field,) = [field for field in read(page).all("select") if field.get("name") == name]
    return {option.get("value", ""): text_of(option) for option in field.iter("option")}


# ---------------------------------------------------------------- the report


def test_the_choice_offers_closed_periods_first_and_marks_the_open_one(head: FlaskClient) -> None:
    page = head.get(REPORT)
    assert heading(page) == "Laporan SKM: Unit Contoh DUKCAPIL"
    periods = options(page, "periode")
    assert periods == {OPEN: "Semester 2 2026 (sementara: belum ditutup)", CLOSED: "Semester 1 2026"}
    (chosen,) = [it for it in read(page).all("option") if it.get("selected") is not None and it.get("value") in periods]
    assert chosen.get("value") == CLOSED
    assert list(options(page, "bobot").values()) == ["1/9 tepat", "0,11", "0,111"]
    assert options(page, "cara") == {"sukarela": "Responden mengisi sendiri", "sampel": "Sampel ditarik oleh unit"}


def test_without_a_period_the_last_closed_one_is_printed(head: FlaskClient) -> None:
    shown = words(head.get(f"{REPORT}/cetak"))
    assert "Laporan Survei Kepuasan Masyarakat (SKM) Semester 1 2026" in shown
    assert "SEMENTARA" not in shown
    assert "SEMENTARA" in words(head.get(f"{REPORT}/cetak?periode={OPEN}"))


def test_the_page_to_print_says_what_the_unit_s_page_says(head: FlaskClient) -> None:
    own = words(head.get(f"/unit/{UNIT}?periode={CLOSED}"))
    lines = [[text_of(cell) for cell in row.iter("td")] for row in read(head.get(f"{REPORT}/cetak")).all("tr")]
    elements = [cells for cells in lines if len(cells) == 7 and cells[0]]
    assert len(elements) == 9
    for cells in elements:
        assert f"NRR {cells[3]}" in own
        assert cells[5] in own


def test_the_pages_are_whole_in_english_and_say_that_the_files_are_not(head: FlaskClient) -> None:
    choice = words(head.get(f"{REPORT}?l=en"))
    assert "The Word and XLSX files are in Indonesian only" in choice
    shown = words(head.get(f"{REPORT}/cetak?l=en"))
    assert "Report on the Community Satisfaction Survey (SKM)" in shown
    assert "Follow-up plan" in shown
    assert "Rencana" not in shown
    english = head.get(f"{REPORT}.docx?l=en").data
    assert "I. Pendahuluan" in {line.text for line in docx.Document(io.BytesIO(english)).paragraphs}


@pytest.mark.parametrize(
    "question", ["bobot=0.5", "bobot=tidak", "cara=acak", "periode=2026-03", "periode=2027-S1", "periode=x"]
)
def test_what_there_is_not_cannot_be_asked_for(head: FlaskClient, question: str) -> None:
    for form in ("/cetak", ".docx", ".xlsx"):
        assert head.get(f"{REPORT}{form}?{question}").status_code == 404


def test_an_administrator_opens_any_unit_s_report_and_a_head_no_other_s(
    head: FlaskClient, administrator: FlaskClient
) -> None:
    assert administrator.get(f"{REPORT}/cetak").status_code == 200
    assert administrator.get("/unit/LAIN/laporan.docx").status_code == 200
    for form in ("", "/cetak", ".docx", ".xlsx"):
        assert head.get(f"/unit/LAIN/laporan{form}").status_code == 404


def test_the_files_come_as_files_with_the_unit_and_the_period_in_their_names(head: FlaskClient) -> None:
    for form, mimetype in ((".docx", WORD), (".xlsx", XLSX)):
        answer = head.get(f"{REPORT}{form}")
        assert answer.mimetype == mimetype
        assert answer.headers["Content-Disposition"] == f'attachment; filename="laporan-skm-{UNIT}-{CLOSED}{form}"'
        assert zipfile.ZipFile(io.BytesIO(answer.data)).testzip() is None


def test_the_same_report_is_the_same_content_twice(head: FlaskClient) -> None:
    first, second = (docx.Document(io.BytesIO(head.get(f"{REPORT}.docx").data)) for _ in range(2))
    assert first.element.xml == second.element.xml


def test_a_unit_whose_name_begins_like_a_formula_does_no_harm(head: FlaskClient, portal: Portal) -> None:
    with portal.begin() as session:
        session.execute(update(Unit).where(Unit.unit_code == UNIT).values(name="=1+1 <b> & co"))
    sheet = openpyxl.load_workbook(io.BytesIO(head.get(f"{REPORT}.xlsx").data))["Ringkasan"]
    assert sheet["A3"].value == "'=1+1 <b> & co"
    assert sheet["A3"].data_type == "s"
    assert "=1+1 <B> & CO" in {
        line.text for line in docx.Document(io.BytesIO(head.get(f"{REPORT}.docx").data)).paragraphs
    }


def test_before_anything_was_rated_there_is_a_report_in_words(administrator: FlaskClient) -> None:
    shown = words(administrator.get("/unit/LAIN/laporan/cetak"))
    assert "Data belum cukup." in shown
    assert "Rencana tindak lanjut" in shown


# ---------------------------------------------------------------- all units


def test_the_list_names_every_unit_with_its_figures(administrator: FlaskClient) -> None:
    page = administrator.get("/kelola/rekap")
    shown = words(page)
    assert heading(page) == "Rekap SKM semua unit"
    assert "Semester 1 2026 · ditutup" in shown
    own = words(administrator.get(f"/unit/{UNIT}?periode={CLOSED}"))
    lines = read(page).all("tr")[1:]
    assert [text_of(line.findall("./th/a")[0]) for line in lines] == [f"Unit Contoh {code}" for code in CODES]
    cells = [text_of(cell) for cell in lines[1].findall("./td")]
    assert cells[0].removeprefix("IKM").split()[0] in own
    assert "40 dari 285" in cells[1]
    assert links(page)["Unit Contoh DUKCAPIL"] == f"/unit/{UNIT}?periode={CLOSED}"


def test_csv_and_xlsx_hold_the_same_figures(administrator: FlaskClient) -> None:
    text = administrator.get("/kelola/rekap.csv?l=en").get_data(as_text=True).removeprefix("\ufeff")
    rows = {row["Unit code"]: row for row in csv.DictReader(io.StringIO(text))}
    book = openpyxl.load_workbook(io.BytesIO(administrator.get("/kelola/rekap.xlsx").data))
    heads, *lines = list(book.worksheets[0].iter_rows(min_row=3, values_only=True))
    sheet = {line[0]: dict(zip(heads, line, strict=True)) for line in lines}
    assert rows.keys() == sheet.keys()
    for code, row in rows.items():
        assert (row["Period"], row["State"]) == (CLOSED, "closed")
        for english, indonesian in (
            ("IKM", "IKM"),
            ("Lower limit", "Batas bawah"),
            ("Quick rating", "Penilaian cepat"),
        ):
            own = sheet[code][indonesian]
            assert row[english] == ("" if own is None else f"{own:.2f}")
        assert row["Class"] == (sheet[code]["Mutu"] or "")
    assert rows["LAIN"]["Reason if empty"] == "Not enough data yet"
    assert rows[UNIT]["Respondents needed"] == "285"


def test_a_reviewer_reads_the_list_without_links_that_would_be_refused(app: Flask, portal: Portal) -> None:
    reviewer = enter(app, portal, "reviewer")
    page = reviewer.get("/kelola/rekap")
    assert "Unit Contoh DUKCAPIL" in words(page)
    assert not [address for address in links(page).values() if address.startswith("/unit/")]
    assert enter(app, portal, "unit_head", UNIT).get("/kelola/rekap").status_code == 403


def test_the_open_period_is_marked_in_the_list(administrator: FlaskClient) -> None:
    assert "Periode ini belum ditutup: angkanya sementara." in words(administrator.get(f"/kelola/rekap?periode={OPEN}"))
    assert administrator.get("/kelola/rekap?periode=2026-03").status_code == 404


def test_the_list_costs_few_statements(administrator: FlaskClient, portal: Portal) -> None:
    administrator.get("/kelola/rekap")
    with statements(portal) as seen:
        administrator.get("/kelola/rekap")
    assert len(seen) <= MOST_STATEMENTS
