"""Posters from the browser: the administrator's page, the list for trying each code, and the files for a head."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

import pypdfium2 as pdfium
import pytest
import zxingcpp
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update
from werkzeug.test import TestResponse

from portal import app as composition
from portal.domain.access import Role
from portal.services import Portal
from portal.services.enrol.posters.layout import PAPERS, Format
from portal.services.enrol.posters.poster import DRAFT
from portal.settings import Settings
from portal.storage.tables import Counter
from tests.client import CheckedClient
from tests.government import Government, small, without_officers
from tests.pages import text_of
from tests.web.staff import enter
from tests.web.visit import form_to, heading, links, read

PUBLIC: Final = "https://suara.contohkab.go.id"


class ByTls(CheckedClient):
    """A browser that comes by TLS, as a proxy hands it on."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:  # noqa: ANN401 - as the method it stands for
        return super().open(*args, **{"base_url": "https://localhost", **kwargs})


@pytest.fixture
def made(portal: Portal) -> Government:
    return small(portal)


@pytest.fixture
def administrator(app: Flask, portal: Portal, made: Government) -> FlaskClient:
    assert made.units
    return enter(app, portal, Role.ADMINISTRATOR)


@pytest.fixture
def published(settings: Settings, portal: Portal, made: Government) -> FlaskClient:
    """The administrator where the portal has an address that can be printed."""
    assert made.units
    app = composition.build_web(replace(settings, public_url=PUBLIC), portal)
    app.test_client_class = ByTls
    return enter(app, portal, Role.ADMINISTRATOR)


def words(response: TestResponse) -> str:
    return text_of(read(response).all("main")[0])


def texts(response: TestResponse) -> list[str]:
    """The words of each sheet of a PDF."""
    assert (response.status_code, response.mimetype) == (200, "application/pdf")
    assert response.headers["Content-Disposition"].startswith('attachment; filename="poster-')
    document = pdfium.PdfDocument(response.get_data())
    found = [" ".join(page.get_textpage().get_text_range().split()) for page in document]
    document.close()
    return found


def test_the_page_counts_what_there_is_and_offers_every_format_and_unit(published: FlaskClient) -> None:
    page = published.get("/kelola/poster")
    assert "4 loket dan 1 papan nama" in words(page)
    form = read(page)
    options = [option.attrib["value"] for option in form.all("option")]
    assert options == [*Format, "", "DINAS", "UPT-1", "UPT-2"]
    assert "draf" not in [field.get("name") for field in form.all("input")]


@pytest.mark.parametrize("paper", Format)
def test_one_file_holds_every_counter_in_the_format(published: FlaskClient, made: Government, paper: Format) -> None:
    sheets = texts(published.get("/kelola/poster.pdf", query_string={"format": paper, "unit": ""}))
    plates = paper is Format.PLATE
    assert len(sheets) == (1 if plates else 4)
    for code, public_code in made.codes.items():
        printed = f"{public_code[:3]}-{public_code[3:]}"
        assert any(printed in sheet for sheet in sheets) == ((code == "PLAT") == plates)
    assert not [sheet for sheet in sheets if DRAFT in sheet]


def test_a_unit_is_printed_alone_and_names_the_file(published: FlaskClient) -> None:
    answer = published.get("/kelola/poster.pdf?format=a6&unit=UPT-1")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="poster-a6-UPT-1.pdf"'
    assert ["Unit Contoh UPT-1" in sheet for sheet in texts(answer)] == [True, True]


def test_an_address_of_this_network_is_refused_beside_the_tick_that_allows_a_draft(
    administrator: FlaskClient,
) -> None:
    assert "Kode yang dicetak sekarang tidak boleh dipasang." in words(administrator.get("/kelola/poster"))
    refused = administrator.get("/kelola/poster.pdf?format=tenda&unit=UPT-1")
    assert refused.status_code == 422
    assert "Mohon perbaiki: beri tanda di sini" in words(refused)
    chosen = [option.attrib["value"] for option in read(refused).all("option") if "selected" in option.attrib]
    assert chosen == ["tenda", "UPT-1"]
    sheets = texts(administrator.get("/kelola/poster.pdf?format=tenda&unit=UPT-1&draf=ya"))
    assert [sheet.count(DRAFT) for sheet in sheets] == [len(PAPERS[Format.TENT].faces)] * 2


def test_a_unit_without_plates_is_told_so_beside_the_unit(published: FlaskClient) -> None:
    refused = published.get("/kelola/poster.pdf?format=papan&unit=UPT-2&l=en")
    assert refused.status_code == 422
    assert "there is nothing to print in this size for this unit" in words(refused)


@pytest.mark.parametrize("query, status", [("format=a3", 422), ("unit=TIDAK-ADA", 404)])
def test_what_is_not_offered_is_refused(published: FlaskClient, query: str, status: int) -> None:
    assert published.get(f"/kelola/poster.pdf?{query}").status_code == status


def test_the_list_of_codes_is_a_file_for_spreadsheets(published: FlaskClient, made: Government) -> None:
    answer = published.get("/kelola/poster.csv?unit=UPT-1")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="poster-UPT-1.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.get_data().decode("utf-8-sig"), newline="")))
    assert [row["Kode loket"] for row in rows] == ["1A", "1B", "PLAT"]
    assert rows[0]["Alamat"] == f"{PUBLIC}/q/{made.codes['1A'].lower()}"


def test_the_scan_list_has_a_box_for_each_code_and_its_last_test(
    administrator: FlaskClient, portal: Portal, made: Government
) -> None:
    with portal.begin() as session:
        tested = datetime(2026, 3, 2, 1, 5, tzinfo=UTC)
        session.execute(update(Counter).where(Counter.id == made.counters["1B"]).values(scanned_at=tested))
    start = administrator.get("/kelola/poster")
    page = administrator.get(links(start)["Daftar uji pindai"])
    rows = [text_of(row) for row in read(page).all("tr")[1:]]
    assert len(rows) == 5
    assert [row for row in rows if "2 Maret 2026, 08.05" in row and "Loket Contoh 1B" in row]
    assert sum("Belum pernah" in row for row in rows) == 4
    assert len([box for box in read(page).all("span") if box.get("class") == "paper-box"]) == 5
    one = administrator.get("/kelola/poster/uji-pindai?unit=UPT-2")
    assert [text_of(row) for row in read(one).all("tr")[1:]] == [row for row in rows if "UPT-2" in row]


def test_a_government_without_officers_reads_nothing_of_name_plates(app: Flask, portal: Portal) -> None:
    without_officers(portal)
    page = enter(app, portal, Role.ADMINISTRATOR).get("/kelola/poster")
    assert "4 loket yang masih dipakai" in words(page)
    assert not re.search("papan nama|petugas,", page.text, re.IGNORECASE)


def test_where_nothing_hangs_the_scan_list_says_so(app: Flask, portal: Portal) -> None:
    page = enter(app, portal, Role.ADMINISTRATOR).get("/kelola/poster/uji-pindai")
    assert "Belum ada kode yang dapat dipindai." in words(page)


def test_a_head_downloads_a_counter_and_the_own_unit_from_the_counters_page(
    app: Flask, portal: Portal, made: Government
) -> None:
    head = enter(app, portal, Role.UNIT_HEAD, "UPT-1")
    form = form_to(head.get("/loket/1A"), "/loket/1A/poster.pdf")
    assert form.hidden == {"draf": "ya"}
    (sheet,) = texts(head.get(form.action, query_string={**form.hidden, "format": "a4"}))
    assert made.codes["1A"][:3] in sheet
    assert DRAFT in sheet
    (button,) = [found for found in read(head.get("/loket/1A")).all("button") if found.get("formaction")]
    assert len(texts(head.get(button.attrib["formaction"], query_string={"draf": "ya"}))) == 2
    refused = head.get(form.action)
    assert (refused.status_code, heading(refused)) == (422, "Alamat portal belum dapat dicetak.")


def test_a_head_gets_nothing_of_another_unit(app: Flask, portal: Portal, made: Government) -> None:
    assert made.units
    head = enter(app, portal, Role.UNIT_HEAD, "UPT-1")
    for path in ("/loket/2/poster.pdf", "/unit/UPT-2/poster.pdf", "/unit/DINAS/poster.pdf"):
        assert head.get(f"{path}?draf=ya").status_code == 404
    for path in ("/kelola/poster", "/kelola/poster.pdf?draf=ya", "/kelola/poster.csv", "/kelola/poster/uji-pindai"):
        assert head.get(path).status_code == 403


def test_a_closed_counter_offers_no_poster(app: Flask, portal: Portal, made: Government) -> None:
    made.add_counter("LAMA", "UPT-1", ends_on=datetime(2026, 3, 2, tzinfo=UTC).date())
    head = enter(app, portal, Role.UNIT_HEAD, "UPT-1")
    assert "poster.pdf" not in head.get("/loket/LAMA").text
    assert head.get("/loket/LAMA/poster.pdf?draf=ya").status_code == 404


def test_the_name_of_a_plates_file_holds_no_colon(app: Flask, portal: Portal, made: Government) -> None:
    with portal.begin() as session:
        plate = update(Counter).where(Counter.id == made.counters["PLAT"])
        session.execute(plate.values(counter_code="papan:P1:UPT-1"))
    head = enter(app, portal, Role.UNIT_HEAD, "UPT-1")
    answer = head.get("/loket/papan:P1:UPT-1/poster.pdf?format=papan&draf=ya")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="poster-papan-papan-P1-UPT-1.pdf"'
    assert len(texts(answer)) == 1


def test_the_code_of_the_file_opens_the_citizens_page(
    administrator: FlaskClient, client: FlaskClient, made: Government
) -> None:
    answer = administrator.get("/kelola/poster.pdf?format=a5&unit=UPT-2&draf=ya")
    document = pdfium.PdfDocument(answer.get_data())
    picture = document[0].render(scale=2, grayscale=True).to_numpy()
    document.close()
    (found,) = zxingcpp.read_barcodes(picture.reshape(picture.shape[:2]))
    assert found.text.endswith(f"/q/{made.codes['2'].lower()}")
    assert heading(client.get(found.text)) == "Seberapa puas Anda dengan pelayanan yang baru saja Anda terima?"
