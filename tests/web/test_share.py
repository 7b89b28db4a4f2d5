"""The pages on which a unit opens its links and tests its printed codes."""

from __future__ import annotations

from typing import Final
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from portal.domain.access import Role
from portal.services import Portal
from portal.services.enrol.sharing import list_shared
from portal.settings import Settings
from tests.clock import Clock
from tests.government import Government, small
from tests.web import visit
from tests.web.staff import enter

SHARE: Final = "/unit/UPT-1/bagikan"
TEST: Final = "/unit/UPT-1/uji-pindai"
TRUST: Final = "Halaman ini tidak pernah meminta NIK, kata sandi, kode OTP, atau uang."


@pytest.fixture
def made(portal: Portal) -> Government:
    return small(portal)


@pytest.fixture
def head(app: Flask, portal: Portal, made: Government) -> FlaskClient:
    """The head of a unit with two counters and a name plate, signed in."""
    assert made.units
    return enter(app, portal, Role.UNIT_HEAD, "UPT-1")


def press(client: FlaskClient, page: TestResponse, words: str) -> TestResponse:
    """Press the button with these words, and follow."""
    (form,) = [form for form in visit.forms(page) if words in form.buttons]
    sent = form.press(client, words)
    assert sent.status_code == 303
    return client.get(sent.location)


def areas(page: TestResponse) -> dict[str, str]:
    return {area.attrib["id"]: area.text or "" for area in visit.read(page).all("textarea")}


def test_a_link_is_made_by_one_press_and_shared_with_words(
    head: FlaskClient, portal: Portal, settings: Settings
) -> None:
    page = press(head, head.get(SHARE), "Buat tautan")
    assert "Tautan sudah dibuat dan langsung dapat dipakai." in page.text
    code = list_shared(portal, (), "UPT-1").shared
    assert code is not None
    address = f"{settings.public_url}/q/{code.lower()}"
    assert visit.links(page)[address] == address
    shared, survey = [
        urlsplit(link.attrib["href"])
        for link in visit.read(page).all("a")
        if link.attrib["href"].startswith("https://wa.me/")
    ]
    (text,) = parse_qs(shared.query)["text"]
    assert text == areas(page)["tautan"]
    assert address in text
    assert "Unit Contoh UPT-1" in text
    assert TRUST in text
    assert f"{settings.public_url}/s/{code.lower()}" in parse_qs(survey.query)["text"][0]
    assert head.get(f"/q/{code.lower()}").status_code == 200


def test_the_words_for_citizens_are_indonesian_on_the_english_page(head: FlaskClient) -> None:
    press(head, head.get(SHARE), "Buat tautan")
    page = head.get(f"{SHARE}?l=en")
    assert visit.heading(page) == "Share the rating page: Unit Contoh UPT-1"
    assert TRUST in areas(page)["tautan"]


def test_the_link_behind_an_online_service_comes_as_text_and_as_html(head: FlaskClient, portal: Portal) -> None:
    page = press(head, head.get(SHARE), "Buat tautan layanan daring")
    code = list_shared(portal, (), "UPT-1").online
    assert code is not None
    assert f"/q/{code.lower()}" in areas(page)["daring"]
    assert areas(page)["daring-html"].startswith('<a href="http')
    assert areas(page)["daring-html"].endswith(">Nilai pelayanan Unit Contoh UPT-1</a>")


def test_an_address_that_phones_do_not_reach_is_pointed_out(head: FlaskClient) -> None:
    assert "belum dapat dibuka dari luar kantor" in head.get(SHARE).text


def test_only_the_two_kinds_of_links_are_made_here_and_only_by_our_form(head: FlaskClient, portal: Portal) -> None:
    form = _first_form(head, SHARE)
    for channel in ("kertas", "loket", "", None):
        assert form.send(head, saluran=channel).status_code == 422
    assert form.send(head, saluran="tautan", token="forged").status_code == 400
    assert list_shared(portal, (), "UPT-1").shared is None


@pytest.mark.parametrize("path", ["bagikan", "uji-pindai"])
def test_another_units_pages_are_not_there(app: Flask, portal: Portal, head: FlaskClient, path: str) -> None:
    form = _first_form(head, f"/unit/UPT-1/{path}")
    assert head.get(f"/unit/UPT-2/{path}").status_code == 404
    assert head.post(f"/unit/UPT-2/{path}", data=form.hidden).status_code in {400, 422}
    assert head.get(f"/unit/TIDAK-ADA/{path}").status_code == 404
    assert list_shared(portal, (), "UPT-2").shared is None
    assert app.test_client().get(f"/unit/UPT-1/{path}").status_code == 303


def test_an_administrator_opens_the_pages_of_every_unit(app: Flask, portal: Portal, made: Government) -> None:
    client = enter(app, portal, Role.ADMINISTRATOR)
    for unit in made.units:
        assert press(client, client.get(f"/unit/{unit}/bagikan"), "Buat tautan").status_code == 200
        assert client.get(f"/unit/{unit}/uji-pindai").status_code == 200


def _first_form(client: FlaskClient, address: str) -> visit.Form:
    return next(form for form in visit.forms(client.get(address)) if form.action.startswith("/unit/"))


# ---------------------------------------------------------------- the scan test


def test_a_test_is_started_here_met_by_a_phone_and_read_here(head: FlaskClient, app: Flask, made: Government) -> None:
    page = head.get(TEST)
    assert page.text.count("Belum pernah diuji") == 3
    page = press(head, page, "Mulai uji : Loket Contoh 1A")
    assert "Menunggu pindaian sampai 09.10" in page.text
    assert visit.heading(app.test_client().get(f"/q/{made.codes['1A'].lower()}")) == "QR berfungsi"
    page = head.get(visit.links(page)["Lihat hasil terbaru"])
    assert "QR berfungsi, 09.00" in page.text
    assert "Lihat hasil terbaru" not in visit.links(page)


def test_a_test_of_an_earlier_day_names_the_day(
    head: FlaskClient, app: Flask, portal: Portal, clock: Clock, made: Government
) -> None:
    press(head, head.get(TEST), "Mulai uji untuk semua kode")
    app.test_client().get(f"/q/{made.codes['1A'].lower()}")
    clock.set(clock.now().replace(day=4))
    later = enter(app, portal, Role.UNIT_HEAD, "UPT-1", username="kepala.lain")
    assert "QR berfungsi, 3 Maret 2026, 09.00" in later.get(TEST).text


def test_all_codes_of_the_unit_are_waited_for_together(head: FlaskClient) -> None:
    page = press(head, head.get(TEST), "Mulai uji untuk semua kode")
    assert page.text.count("Menunggu pindaian sampai 09.10") == 3
    assert "Uji dimulai. Silakan pindai dalam 10 menit." in page.text


def test_a_unit_without_a_printed_code_is_told_so(app: Flask, portal: Portal, made: Government) -> None:
    made.add_unit("KOSONG")
    client = enter(app, portal, Role.UNIT_HEAD, "KOSONG")
    assert "Unit ini belum mempunyai kode yang dicetak." in client.get("/unit/KOSONG/uji-pindai").text
