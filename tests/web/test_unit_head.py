"""The unit head's page, its tables as files, and the sheet of a counter."""

from __future__ import annotations

import csv
import gzip
import io
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Final

import cv2
import numpy as np
import pytest
import zxingcpp
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update
from werkzeug.test import TestResponse

from portal import app as composition
from portal.domain.formula import defused
from portal.domain.rating import CellKey
from portal.domain.tally import Tally
from portal.services import Portal
from portal.services.admit.accounts import create_account
from portal.settings import Settings
from portal.storage.indicators import append_progress
from portal.storage.tables import Indicator, Officer, PastScore, ServedCount, Service, Unit
from portal.web.unit_head.export import TABLES
from tests.client import CheckedClient
from tests.government import ELEMENTS, SURVEY, Government, small
from tests.pages import text_of
from tests.published import ENOUGH, MARCH, Cells, cell, publish, spread, statements
from tests.web.visit import form_to, heading, links, read

PASSWORD: Final = "enam belas huruf"
LARGEST_PAGE: Final = 60 * 1024
MOST_STATEMENTS: Final = 8
LAST_YEAR: Final = date(2025, 9, 1)
NUMBER: Final = re.compile(r"(?<!pukul )\b\d+[.,]\d\d\b")

BALLOTS: Final = [(most, most, slow, free, *[most] * 5) for slow, free in ((1, 4), (2, 3)) for most in (4, 2)] * 3
"""Twelve surveys, no element of which is answered alike by everybody."""

Browse = Callable[[str], FlaskClient]


@pytest.fixture
def made(portal: Portal) -> Government:
    return small(portal)


@pytest.fixture
def browse(app: Flask, portal: Portal, made: Government) -> Browse:
    """Give a browser in which the head of a unit has signed in."""

    def signed_in(unit: str) -> FlaskClient:
        assert unit in made.units
        username = f"kepala.{unit.lower()}"
        create_account(
            portal, username=username, name="Kepala Contoh", unit_code=unit, password=PASSWORD, actor="cli:test"
        )
        return enter(app, username)

    return signed_in


def enter(app: Flask, username: str) -> FlaskClient:
    client = app.test_client()
    answer = form_to(client.get("/masuk"), "/masuk").send(client, nama=username, sandi=PASSWORD)
    assert answer.status_code == 303
    return client


def nine(unit_cell: tuple[str, int | str], *ballots: tuple[int, ...]) -> Cells:
    """Release complete ballots, each nine answers in the order of `ELEMENTS`."""
    cut, subject = unit_cell
    tallies = {element: Tally() for element in [*ELEMENTS, "SKM"]}
    for ballot in ballots:
        for element, value in zip(ELEMENTS, ballot, strict=True):
            tallies[element] += Tally.of_answer(value)
        tallies["SKM"] += Tally.of_ballot(sum(ballot))
    return {
        CellKey(cut, str(subject), MARCH, f"{SURVEY}:{element}"): (tally, ENOUGH) for element, tally in tallies.items()
    }


def rich(portal: Portal, made: Government) -> None:
    """Release figures for everything in UPT-1, and keep what it reports of itself."""
    unit, services, counters, officers = made.units["UPT-1"], made.services, made.counters, made.officers
    publish(
        portal,
        cell("unit", unit, spread(2, 4, 20, 14)),
        cell("unit", unit, spread(1, 1, 5, 3), month=LAST_YEAR),
        cell("service", services["KTP"], spread(1, 2, 10, 7)),
        cell("service", services["KK"], spread(1, 2, 10, 7)),
        cell("counter", counters["1A"], spread(1, 2, 10, 7)),
        cell("counter", counters["1B"], spread(1, 2, 10, 7)),
        cell("officer", officers["P1"], spread(0, 0, 6, 6)),
        cell("officer", officers["P5"], spread(0, 0, 0, 40)),
        nine(("unit", unit), *BALLOTS),
    )
    with portal.begin() as session:
        session.add(PastScore(past_score_code="L1", unit_id=unit, year=2024, skm="76.42", n=212))
        session.add(PastScore(past_score_code="L2", unit_id=unit, year=2025, skm="80.11", n=12_345))
        session.add(ServedCount(served_count_code="D1", unit_id=unit, service_id=None, on_date=MARCH, n=12_000))
        session.add(indicator("tepat", unit, name="Dokumen tepat waktu"))
    with portal.begin() as session:
        append_progress(
            session,
            "tepat",
            as_of=MARCH,
            value="92.40",
            source="laporan dinas",
            link="https://data.example.go.id/berkas",
            entered_by="cli:test",
            entered_at=portal.now(),
        )


def indicator(code: str, unit: int, *, period: str = "2026-S1", name: str = "Contoh", **columns: object) -> Indicator:
    row = {"target": "95.00", **columns}
    return Indicator(
        **{"indicator_code": code, "unit_id": unit, "name": name, "period_code": period, **row},
        unit_of_measure="persen",
        kind="waktu",
        duty=None,
        unit_goal=None,
    )


def aim(portal: Portal, unit: int, target: str) -> None:
    with portal.begin() as session:
        session.execute(update(Unit).where(Unit.id == unit).values(target=target))


def words(response: TestResponse) -> str:
    assert response.status_code == 200
    return text_of(read(response).all("main")[0])


def table(client: FlaskClient, unit: str, name: str, **query: str) -> list[dict[str, str]]:
    response = client.get(f"/unit/{unit}/{name}.csv", query_string={"l": "en", **query})
    assert response.status_code == 200
    return list(csv.DictReader(io.StringIO(response.get_data().decode("utf-8-sig"), newline="")))


def test_the_strip_says_index_class_range_and_how_many(portal: Portal, made: Government, browse: Browse) -> None:
    rich(portal, made)
    shown = words(browse("UPT-1").get("/unit"))
    assert "IKM (9 unsur) 72,22 Mutu C, kurang baik 12 responden · kisaran " in shown
    assert "Penilaian cepat 78,75 40 penilaian · kisaran " in shown
    assert "Hari ini sudah ada penilaian Belum" in shown
    assert "data per Selasa, 3 Maret 2026, pukul 09.00 WIB" in shown


def test_the_weakest_element_comes_first(portal: Portal, made: Government, browse: Browse) -> None:
    rich(portal, made)
    client = browse("UPT-1")
    assert "Terendah: Waktu Penyelesaian" in words(client.get("/unit"))
    rows = table(client, "UPT-1", "unsur")
    assert [row["Element code"] for row in (rows[0], rows[-1])] == ["WAKTU", "BIAYA"]
    assert (rows[0]["NRR"], rows[0]["Score"], rows[0]["n"]) == ("1.500", "37.50", "12")


def test_with_a_target_the_elements_say_how_far_they_are_from_it(
    portal: Portal, made: Government, browse: Browse
) -> None:
    rich(portal, made)
    aim(portal, made.units["UPT-1"], "75.00")
    client = browse("UPT-1")
    shown = words(client.get("/unit"))
    assert "72,22 Mutu C, kurang baik 2,78 poin di bawah target" in shown
    assert "Terjauh dari target: Waktu Penyelesaian, 37,50 poin di bawah" in shown
    rows = table(client, "UPT-1", "unsur")
    assert [(row["Element code"], row["Target"], row["Distance from the target"]) for row in (rows[0], rows[-1])] == [
        ("WAKTU", "75.00", "-37.50"),
        ("BIAYA", "75.00", "12.50"),
    ]
    assert "tepat pada target" in shown
    aim(portal, made.units["UPT-1"], "25.00")
    assert "Semua unsur mencapai target" in words(client.get("/unit"))


def test_the_months_come_with_what_is_said_of_each(portal: Portal, made: Government, browse: Browse) -> None:
    unit = made.units["UPT-1"]
    publish(
        portal,
        *(cell("unit", unit, spread(5, 5, 5, 5), month=date(2025, month, 1)) for month in range(7, 13)),
        cell("unit", unit, spread(0, 0, 0, 40), month=date(2026, 1, 1)),
        cell("unit", unit, spread(0, 0, 0, 2), month=date(2026, 2, 1)),
        cell("unit", unit, spread(5, 5, 5, 5), month=MARCH),
    )
    client = browse("UPT-1")
    rows = [row for row in table(client, "UPT-1", "tren") if row["Measure"] == "Quick rating"]
    assert [(row["Month"], row["n"], row["Change"]) for row in rows[-6:]] == [
        ("2025-10", "20", "No meaningful change"),
        ("2025-11", "20", "No meaningful change"),
        ("2025-12", "20", "No meaningful change"),
        ("2026-01", "40", "Up"),
        ("2026-02", "", "Not enough data yet"),
        ("2026-03", "", "Not enough data yet"),  # February would be the half-year less the other two
    ]
    assert len(rows) == 12
    page = client.get("/unit?l=en")
    assert "January 2026: up" in words(page)
    assert len([element for element in read(page).elements if element.get("class") == "trend"]) == 1
    assert "February 2026 Not enough data yet" in words(page)


def test_a_target_of_respondents_needs_to_know_how_many_were_served(
    portal: Portal, made: Government, browse: Browse
) -> None:
    client = browse("UPT-1")
    assert "dari target" not in words(client.get("/unit"))
    rich(portal, made)
    assert "Responden SKM 12 dari target 372" in words(client.get("/unit"))
    assert "dari 12.000 orang yang dilayani" in words(client.get("/unit"))
    assert "dari target" not in words(client.get("/unit/UPT-1?periode=2025-S2"))


def test_indices_from_before_the_portal_and_indicators_have_their_tables(
    portal: Portal, made: Government, browse: Browse
) -> None:
    rich(portal, made)
    with portal.begin() as session:
        session.add(indicator("lama", made.units["UPT-1"], period="2025-S1", name="Indikator lama"))
        session.add(indicator("pribadi", made.units["UPT-1"], name="Milik petugas", officer_id=made.officers["P1"]))
        session.add(indicator("tahun", made.units["UPT-1"], period="2026", name="Setahun"))
    client = browse("UPT-1")
    shown = words(client.get("/unit"))
    assert "2025 80,11 12.345 2024 76,42 212" in shown
    assert "Dokumen tepat waktu persen 95,00 92,40" in shown
    assert "dari sistem lain, tidak diperiksa portal laporan dinas" in shown
    assert "Setahun" in shown
    assert not [name for name in ("Indikator lama", "Milik petugas") if name in shown]
    assert [row["Name"] for row in table(client, "UPT-1", "indikator")] == ["Dokumen tepat waktu", "Setahun"]
    assert [row["IKM"] for row in table(client, "UPT-1", "ikm-tahun-lalu")] == ["80.11", "76.42"]
    assert "Indikator" not in words(browse("UPT-2").get("/unit"))


def test_name_plates_stand_after_the_counters_and_are_called_so(made: Government, browse: Browse) -> None:
    made.add_counter("A", "UPT-1", plate="P2")
    client = browse("UPT-1")
    rows = [(row["Counter code"], row["Counter or name plate"]) for row in table(client, "UPT-1", "loket")]
    plate = "Name plate of an officer"
    assert rows == [("1A", "Counter"), ("1B", "Counter"), ("A", plate), ("PLAT", plate)]
    assert words(client.get("/unit")).count("Papan nama petugas") == 2


def test_links_and_paper_are_listed_apart_and_are_no_counters_to_be_rated_at(made: Government, browse: Browse) -> None:
    made.add_counter("aK", "UPT-1", channel="kertas")
    made.add_counter("aT", "UPT-1", channel="tautan")
    client = browse("UPT-1")
    rows = [(row["Counter code"], row["Counter or name plate"]) for row in table(client, "UPT-1", "loket")]
    plate = "Name plate of an officer"
    assert rows == [("1A", "Counter"), ("1B", "Counter"), ("PLAT", plate), ("aK", "Paper"), ("aT", "Link")]
    page = client.get("/unit")
    assert "0 dari 3 loket sudah dinilai hari ini" in words(page)
    assert {"/loket/1A", "/loket/aT"} <= set(links(page).values())
    assert "/loket/aK" not in links(page).values()


def test_a_counter_for_paper_has_no_sheet_to_hang_up(made: Government, browse: Browse) -> None:
    made.add_counter("K", "UPT-1", channel="kertas")
    assert browse("UPT-1").get("/loket/K").status_code == 404


def test_the_answers_stand_beside_those_of_the_period_before(portal: Portal, made: Government, browse: Browse) -> None:
    rich(portal, made)
    client = browse("UPT-1")
    shown = words(client.get("/unit"))
    assert "85,00\N{NO-BREAK SPACE}% menjawab puas atau sangat puas" in client.get("/unit").text
    assert "Tidak puas 5,00 % (2) 10,00 % (1)" in " ".join(shown.split())
    rows = table(client, "UPT-1", "sebaran")
    assert [(row["Period of answers"], row["Percent"]) for row in rows][3:5] == [
        ("2026-S1", "35.00"),
        ("2025-S2", "10.00"),
    ]


def test_page_and_tables_hold_the_same_strings(portal: Portal, made: Government, browse: Browse) -> None:
    rich(portal, made)
    client = browse("UPT-1")
    page = words(client.get("/unit?l=en"))
    for name in TABLES:
        for row in table(client, "UPT-1", name):
            assert all(value in page for value in row.values() if NUMBER.fullmatch(value)), (name, row)


def test_the_tables_hold_every_figure_of_the_page(portal: Portal, made: Government, browse: Browse) -> None:
    rich(portal, made)
    client = browse("UPT-1")
    kept = {value for name in TABLES for row in table(client, "UPT-1", name) for value in row.values()}
    kept.add("85.00")  # satisfied and very satisfied together: a sum of two rows
    assert set(NUMBER.findall(words(client.get("/unit?l=en")))) <= kept


def test_below_the_threshold_there_are_words_and_no_number(portal: Portal, made: Government, browse: Browse) -> None:
    unit = made.units["UPT-1"]
    publish(portal, cell("unit", unit, spread(0, 0, 2, 2)), cell("counter", made.counters["1B"], spread(0, 0, 2, 2)))
    client = browse("UPT-1")
    shown = words(client.get("/unit"))
    assert "Data belum cukup. Hasil ditampilkan setelah ada sedikitnya 5 penilaian." in shown
    assert not NUMBER.search(shown)
    (row,) = [row for row in table(client, "UPT-1", "loket") if row["Counter code"] == "1B"]
    assert {row[name] for name in ("Score", "Lower limit", "Upper limit", "n")} == {""}
    assert row["Reason if empty"] == "Not enough data yet"


def test_a_row_that_would_reveal_another_is_hidden_like_it(portal: Portal, made: Government, browse: Browse) -> None:
    publish(
        portal,
        cell("unit", made.units["UPT-1"], spread(0, 0, 20, 19)),
        cell("counter", made.counters["1A"], spread(0, 0, 4, 3)),
        cell("counter", made.counters["1B"], spread(0, 0, 6, 6)),
        cell("counter", made.counters["PLAT"], spread(0, 0, 10, 10)),
    )
    rows = {row["Counter code"]: row for row in table(browse("UPT-1"), "UPT-1", "loket")}
    assert rows["PLAT"]["n"] == "20"
    hidden = [{**rows[code], "Counter code": "", "Printed code": "", "Name": ""} for code in ("1A", "1B")]
    assert hidden[0] == hidden[1]
    assert hidden[0]["n"] == ""


def test_a_hidden_unit_is_hidden_on_its_own_page_from_above_but_not_from_its_head(
    portal: Portal, made: Government, browse: Browse
) -> None:
    publish(
        portal,
        cell("unit", made.units["DINAS"], spread(0, 0, 8, 7)),
        cell("unit", made.units["UPT-1"], spread(0, 0, 6, 6)),
        cell("unit", made.units["UPT-2"], spread(0, 0, 2, 1)),
        cell("counter", made.counters["1B"], spread(0, 0, 6, 6)),
    )
    from_above, own = browse("DINAS"), browse("UPT-1")
    assert not NUMBER.search(words(from_above.get("/unit/UPT-1")))
    assert not [row["n"] for row in table(from_above, "UPT-1", "loket") if row["n"]]
    assert "87,50" in words(own.get("/unit"))


def test_where_no_officer_is_loaded_the_page_speaks_of_no_person(browse: Browse) -> None:
    shown = words(browse("DINAS").get("/unit"))
    assert "Per loket" in shown
    assert "petugas" not in shown


def test_officers_stand_by_name_and_only_those_of_the_unit(portal: Portal, made: Government, browse: Browse) -> None:
    rich(portal, made)
    client = browse("UPT-1")
    shown = words(client.get("/unit"))
    names = list(dict.fromkeys(re.findall(r"Petugas Contoh P\d", shown)))
    assert names == [f"Petugas Contoh P{number}" for number in range(1, 5)]
    assert "Petugas Contoh P1 87,50 12 penilaian" in shown
    assert [row["Name"] for row in table(client, "UPT-1", "petugas")] == names


@pytest.mark.parametrize(
    "path",
    [
        "/unit/DINAS",
        "/unit/UPT-2",
        "/unit/TIADA",
        "/unit/UPT-2/ringkasan.csv",
        "/unit/DINAS/unit.csv",
        "/unit/UPT-1/tiada.csv",
        "/unit/UPT-1?periode=2026-13",
        "/unit/UPT-1?periode=2026-03",
        "/unit/UPT-1?periode=besok",
        "/loket/2",
        "/loket/D",
        "/loket/TIADA",
    ],
)
def test_whatever_lies_outside_the_own_subtree_does_not_exist(browse: Browse, path: str) -> None:
    client = browse("UPT-1")
    assert client.get("/unit/UPT-1").status_code == 200
    assert client.get("/loket/1A").status_code == 200
    answer = client.get(path)
    assert answer.status_code == 404
    assert "Kode loket" not in answer.text
    assert links(answer)["Ke halaman utama petugas"] == "/unit"
    assert "Contoh DINAS" not in answer.text


def test_the_way_up_ends_at_the_own_unit(browse: Browse) -> None:
    top = browse("DINAS")
    assert links(top.get("/unit/UPT-1"))["Unit Contoh DINAS"] == "/unit/DINAS?periode=2026-S1"
    assert links(top.get("/unit"))["Unit Contoh UPT-1"] == "/unit/UPT-1?periode=2026-S1"
    assert "Unit Contoh DINAS" not in links(browse("UPT-1").get("/unit"))


def test_a_rating_of_today_is_told_as_yes_and_nothing_more(made: Government, browse: Browse) -> None:
    client = browse("UPT-1")
    before = words(client.get("/unit"))
    made.taps("1B", 1, 1, 1)
    after = words(client.get("/unit"))
    assert "Hari ini sudah ada penilaian Belum" in before
    assert "Hari ini sudah ada penilaian Ya" in after
    assert "1 dari 3 loket sudah dinilai hari ini" in after
    assert not NUMBER.search(after)
    assert [row["Rated today"] for row in table(client, "UPT-1", "loket")] == ["Not yet", "Yes", "Not yet"]
    assert "Hari ini sudah ada penilaian: ya" in words(client.get("/loket/1B"))
    assert "Hari ini sudah ada penilaian: belum" in words(client.get("/loket/1A"))
    assert "Hari ini sudah ada penilaian Ya" in words(browse("DINAS").get("/unit"))


def test_a_past_period_is_chosen_from_the_page(portal: Portal, made: Government, browse: Browse) -> None:
    rich(portal, made)
    client = browse("UPT-1")
    options = [text_of(option) for option in read(client.get("/unit")).all("option")]
    assert options == ["Semester 1 2026", "Semester 2 2025"]
    assert "Penilaian cepat 75,00 10 penilaian" in words(client.get("/unit/UPT-1?periode=2025-S2"))
    past = read(client.get("/unit/UPT-1?periode=2025-S2"))
    assert [text_of(option) for option in past.all("option") if "selected" in option.attrib] == ["Semester 2 2025"]


def test_the_page_costs_eight_statements_at_most_with_the_session(
    portal: Portal, made: Government, browse: Browse
) -> None:
    rich(portal, made)
    client = browse("DINAS")
    for path in ("/unit", "/unit/UPT-1", "/unit/UPT-1/petugas.csv", "/loket/1A"):
        with statements(portal) as seen:
            assert client.get(path).status_code == 200
        assert len(seen) <= MOST_STATEMENTS, seen


def test_the_page_is_small_and_its_style_is_kept_by_the_browser(
    portal: Portal, made: Government, browse: Browse
) -> None:
    rich(portal, made)
    with portal.begin() as session:
        for number in range(30):
            row = {"name": f"Contoh Panjang Nomor {number}", "unit_id": made.units["UPT-1"], "ends_on": None}
            session.add(Service(service_code=f"S{number}", **row))
            session.add(Officer(officer_code=f"O{number}", nip=None, civil_servant=True, **row))
    client = browse("UPT-1")
    page = client.get("/unit", headers={"Accept-Encoding": "gzip"})
    (sheet,) = [
        link.attrib["href"] for link in read(client.get("/unit")).all("link") if link.get("rel") == "stylesheet"
    ]
    with client.get(sheet) as style:
        assert "immutable" in style.headers["Cache-Control"]
        assert len(page.get_data()) + len(style.get_data()) < LARGEST_PAGE
    assert b"<h1" in gzip.decompress(page.get_data())


def test_a_table_is_a_file_that_spreadsheets_read_as_it_is_meant(
    portal: Portal, made: Government, browse: Browse
) -> None:
    rich(portal, made)
    with portal.begin() as session:
        row = {"unit_id": made.units["UPT-1"], "nip": None, "civil_servant": True, "ends_on": None}
        session.add(Officer(officer_code="P9", name='=1+1, "Contoh"', **row))
    answer = browse("UPT-1").get("/unit/UPT-1/petugas.csv")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="UPT-1-petugas-2026-S1.csv"'
    lines = answer.get_data().decode().split("\r\n")
    assert lines[0] == (
        "\ufeffKode unit,Periode,Kode petugas,Nama,Nilai,Batas bawah,Batas atas,n,Nilai antara,Alasan kosong,"
        "Kekuatan bukti,Dibandingkan dengan rekan,Selisih dari rekan,Selisih batas bawah,Selisih batas atas"
    )
    assert lines[1] == 'UPT-1,2026-S1,P9,"\'=1+1, ""Contoh""",,,,,,Data belum cukup,,,,,'
    assert lines[2].startswith("UPT-1,2026-S1,P1,Petugas Contoh P1,87.50,")
    assert lines[-1] == ""


@pytest.mark.parametrize("first", list("=+-@\t\r\n\0＝＋－＠"))  # noqa: RUF001 - spreadsheets take these for the ASCII ones
def test_no_name_becomes_a_formula(first: str) -> None:
    assert defused(f"{first}1+1") == f"'{first}1+1"


@pytest.mark.parametrize("cell", ["Loket 1", "78.74", "", None, 12])
def test_what_is_no_formula_stays_as_it_is(cell: str | int | None) -> None:
    assert defused(cell) == cell


def symbol(response: TestResponse) -> np.ndarray:
    """Paint the QR code of a page, eight pixels a module."""
    (drawing,) = [element for element in read(response).elements if element.get("role") == "img"]
    size = int(drawing.attrib["viewBox"].split()[-1])
    white, black = list(drawing)
    assert (white.attrib["fill"], black.attrib["fill"]) == ("#fff", "#000")
    picture = np.full((size, size), 255, np.uint8)
    for bar in re.findall(r"M(\d+) (\d+)h(\d+)v(\d+)h-\d+z", black.attrib["d"]):
        column, row, width, height = map(int, bar)
        picture[row : row + height, column : column + width] = 0
    assert picture[:4].min() == picture[-4:].min() == picture[:, :4].min() == picture[:, -4:].min() == 255
    return np.kron(picture, np.ones((8, 8), np.uint8))


def test_the_code_on_the_sheet_leads_to_the_citizens_page(made: Government, browse: Browse) -> None:
    client = browse("UPT-1")
    sheet = client.get("/loket/1A")
    address = f"http://127.0.0.1:8000/q/{made.codes['1A'].lower()}"
    picture = symbol(sheet)
    assert [found.text for found in zxingcpp.read_barcodes(picture)] == [address]
    assert cv2.QRCodeDetectorAruco().detectAndDecode(picture)[0] == address
    citizen = links(sheet)["Buka halaman warga untuk loket ini"]
    assert heading(client.get(citizen)) == "Seberapa puas Anda dengan pelayanan yang baru saja Anda terima?"


@pytest.mark.parametrize(
    "language, said",
    [
        ("id", ["Buka halaman warga untuk poli ini", "Unduh untuk poli ini", "Unduh untuk semua poli unit"]),
        ("en", ["page of this clinic", "Download for this clinic", "Download for all clinics of the unit"]),
    ],
)
def test_the_sheet_calls_a_counter_what_its_unit_does(
    portal: Portal, made: Government, browse: Browse, language: str, said: list[str]
) -> None:
    with portal.begin() as session:
        session.execute(update(Unit).where(Unit.id == made.units["UPT-1"]).values(counter_label="poli"))
    sheet = words(browse("UPT-1").get(f"/loket/1A?l={language}"))
    assert all(sentence in sheet for sentence in said)
    assert "loket ini" not in sheet
    assert "counter" not in sheet.lower()


@pytest.mark.parametrize(
    "address, draft",
    [
        ("http://127.0.0.1:8000", True),
        ("http://loket.example", True),
        ("https://localhost:8000", True),
        ("https://loket.example", False),
    ],
)
def test_a_code_that_works_here_only_is_marked_as_a_draft(
    settings: Settings, portal: Portal, browse: Browse, address: str, *, draft: bool
) -> None:
    browse("UPT-1")
    app = composition.build_web(replace(settings, public_url=address), portal)
    app.test_client_class = CheckedClient
    client = app.test_client()
    base = {"base_url": "https://localhost"}
    form = form_to(client.get("/masuk", **base), "/masuk")
    client.post("/masuk", data={**form.hidden, "nama": "kepala.upt-1", "sandi": PASSWORD}, **base)
    shown = words(client.get("/loket/1A", **base))
    assert ("Draf." in shown) is draft
    host = address.partition("://")[2]
    assert f"Pindai kode ini, atau buka {host} dan ketik" in shown
    assert f"Alamat resmi: {host}." in shown


@pytest.mark.parametrize("path", ["/unit", "/unit/UPT-1", "/unit/UPT-1/unsur.csv", "/loket/1A"])
def test_without_a_session_every_page_asks_to_sign_in(client: FlaskClient, path: str) -> None:
    assert client.get(path).location.startswith("/masuk?lanjut=")
