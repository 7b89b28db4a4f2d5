"""The numbers served, typed on a phone."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from portal.domain.workbook.sheet import SERVED
from portal.services import Portal
from portal.storage import registry
from tests.government import Government, small
from tests.pages import text_of
from tests.web.staff import enter
from tests.web.visit import Form, forms, links, read

PAGE = "/unit/UPT-1/dilayani"


@pytest.fixture
def made(portal: Portal) -> Government:
    return small(portal)


@pytest.fixture
def browser(app: Flask, portal: Portal, made: Government) -> FlaskClient:
    assert made.units
    return enter(app, portal, "unit_head", "UPT-1")


def numbers_form(page: TestResponse) -> Form:
    """The form of the numbers; the other one asks for another day."""
    [form] = [form for form in forms(page) if "dilayani" in form.action and "token" in form.hidden]
    return form


def send(client: FlaskClient, **typed: str) -> TestResponse:
    numbers = {f"jumlah-{service}": n for service, n in typed.items() if service != "all"}
    return numbers_form(client.get(PAGE)).send(client, {**numbers, "jumlah": typed.get("all", "")})


def stored(portal: Portal) -> dict[str, Any]:
    with portal.read() as session:
        return {code: row["n"] for code, row in registry.get_registry(session)[SERVED].items()}


def fields(response: TestResponse) -> dict[str, str]:
    found = [one for one in read(response).all("input") if one.get("name", "").startswith("jumlah")]
    assert all(one.get("inputmode") == "numeric" for one in found)
    return {one.attrib["name"]: one.get("value", "") for one in found}


def text(response: TestResponse) -> str:
    return text_of(read(response).all("main")[0])


def test_today_is_typed_and_shown(browser: FlaskClient, portal: Portal) -> None:
    answer = send(browser, KTP="41", KK="", all="1.058")
    assert answer.status_code == 303
    shown = browser.get(answer.location)
    assert "Tersimpan." in text(shown)
    assert fields(shown) == {"jumlah-KK": "", "jumlah-KTP": "41", "jumlah": "1058"}
    assert stored(portal) == {"UPT-1.KTP.2026-03-03": 41, "UPT-1.-.2026-03-03": 1058}


def test_a_day_of_the_table_leads_to_its_numbers(browser: FlaskClient, portal: Portal) -> None:
    page = browser.get(links(browser.get(PAGE))["Senin, 2 Maret 2026"])
    assert "Senin, 2 Maret 2026" in [text_of(heading) for heading in read(page).all("h2")]
    assert numbers_form(page).send(browser, {"jumlah-KTP": "7"}).status_code == 303
    assert stored(portal) == {"UPT-1.KTP.2026-03-02": 7}
    rows = [text_of(row) for row in read(browser.get(PAGE)).all("tr")]
    assert rows[1:4] == [
        "Selasa, 3 Maret 2026 belum diisi",
        "Senin, 2 Maret 2026 7",
        "Minggu, 1 Maret 2026 belum diisi",
    ]
    assert len(rows) == 15


@pytest.mark.parametrize("wrong", ["empat", "-1", "4,5", "1000001"])
def test_what_is_no_number_comes_back_with_the_others_beside_its_problem(
    browser: FlaskClient, portal: Portal, wrong: str
) -> None:
    refused = send(browser, KTP=wrong, KK="9")
    assert refused.status_code == 422
    assert fields(refused) == {"jumlah-KK": "9", "jumlah-KTP": wrong, "jumlah": ""}
    [marked] = [one for one in read(refused).all("input") if one.get("aria-invalid")]
    assert marked.get("name") == "jumlah-KTP"
    assert "isi bilangan bulat" in text(refused)
    assert not stored(portal)


@pytest.mark.parametrize("day", ["2026-03-04", "2025-12-30", "kemarin"])
def test_a_day_that_cannot_be_typed_leads_back_to_today(browser: FlaskClient, day: str) -> None:
    shown = browser.get(PAGE, query_string={"tanggal": day})
    assert shown.status_code == 422
    assert "Yang dapat diisi: 31 Desember 2025 sampai hari ini." in text(shown)
    assert "Selasa, 3 Maret 2026" in [text_of(heading) for heading in read(shown).all("h2")]


@pytest.mark.parametrize("day", ["2026-03-04", "", "kemarin"])
def test_a_form_for_such_a_day_stores_nothing(browser: FlaskClient, portal: Portal, day: str) -> None:
    form = numbers_form(browser.get(PAGE))
    assert form.send(browser, tanggal=day, jumlah="7").status_code == 422
    assert not stored(portal)


def test_a_form_without_its_token_keeps_what_was_typed(browser: FlaskClient, portal: Portal) -> None:
    refused = browser.post(PAGE, data={"tanggal": "2026-03-03", "jumlah": "7"})
    assert refused.status_code == 422
    assert fields(refused)["jumlah"] == "7"
    assert not stored(portal)


def test_a_unit_without_services_has_one_number(app: Flask, portal: Portal, made: Government) -> None:
    assert made.units
    shown = enter(app, portal, "unit_head", "DINAS").get("/unit/DINAS/dilayani")
    assert fields(shown) == {"jumlah": ""}
    assert "Warga yang dilayani" in text(shown)


def test_other_units_do_not_exist_and_administrators_see_all(app: Flask, portal: Portal, browser: FlaskClient) -> None:
    assert browser.get("/unit/UPT-2/dilayani").status_code == 404
    assert browser.post("/unit/UPT-2/dilayani", data={"tanggal": "2026-03-03"}).status_code == 404
    assert enter(app, portal, "administrator").get("/unit/UPT-2/dilayani").status_code == 200
    assert enter(app, portal, "reviewer").get("/unit/UPT-2/dilayani").status_code == 403
