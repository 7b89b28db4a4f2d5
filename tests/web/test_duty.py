"""Who is on duty today, arranged on a phone; and offices that register nobody."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from portal.services import Portal
from portal.storage import audit
from tests.clock import Clock
from tests.government import Government, small, without_officers
from tests.pages import text_of
from tests.web.staff import enter
from tests.web.visit import Form, form_to, forms, heading, links, read, tap

PAGE = "/unit/UPT-1/jaga"
PERSONS = re.compile(r"(?i)per petugas|siapa yang melayani|petugas yang melayani|siapa bertugas|petugas contoh")


@pytest.fixture
def made(portal: Portal) -> Government:
    return small(portal)


@pytest.fixture
def browser(app: Flask, portal: Portal, made: Government) -> FlaskClient:
    assert made.units
    return enter(app, portal, "unit_head", "UPT-1")


def duty_form(page: TestResponse) -> Form:
    return form_to(page, "/jaga")


def text(response: TestResponse) -> str:
    return text_of(read(response).all("main")[0])


def at_counters(response: TestResponse) -> list[str]:
    return [text_of(one) for one in read(response).all("li") if one.get("class") == "entry"]


def chosen(response: TestResponse) -> dict[str, str]:
    page = read(response)
    return {
        select.attrib["name"].removeprefix("petugas-"): next(
            option.attrib["value"] for option in select if "selected" in option.attrib
        )
        for select in page.all("select")
    }


def about(made: Government, counter: str) -> str:
    officer = made.record(made.tap(counter)).standing.officer
    return next((code for code, number in made.officers.items() if str(number) == officer), officer)


def test_the_page_says_who_stands_where_by_the_pattern(browser: FlaskClient) -> None:
    page = browser.get(PAGE)
    assert heading(page) == "Siapa bertugas hari ini?"
    assert at_counters(page)[0] == "Loket Contoh 1A Petugas Contoh P1, 08.00\N{EN DASH}16.00"
    assert chosen(page) == dict.fromkeys(("P1", "P2", "P3", "P4"), "jadwal")
    assert "Jadwal: Loket Contoh 1A 08.00\N{EN DASH}16.00" in text(page)


def test_a_change_holds_from_the_next_rating_and_is_taken_back(browser: FlaskClient, made: Government) -> None:
    assert about(made, "1A") == "P1"
    form = duty_form(browser.get(PAGE))
    answer = form.send(browser, {"petugas-P1": "tidak-masuk", "petugas-P2": "loket-1A", "petugas-P3": "jadwal"})
    assert answer.status_code == 303
    page = browser.get(answer.location)
    assert "Tersimpan." in text(page)
    assert chosen(page) == {"P1": "tidak-masuk", "P2": "loket-1A", "P3": "jadwal", "P4": "jadwal"}
    assert about(made, "1A") == "P2"
    duty_form(page).send(browser, {"petugas-P1": "jadwal", "petugas-P2": "jadwal"})
    assert about(made, "1A") == "P1"


def test_tomorrow_has_a_page_of_its_own(browser: FlaskClient, made: Government, clock: Clock) -> None:
    page = browser.get(links(browser.get(PAGE))["Besok"])
    assert "Per loket: Rabu, 4 Maret 2026" in text(page)
    assert duty_form(page).send(browser, {"petugas-P1": "tidak-masuk", "petugas-P2": "loket-1A"}).status_code == 303
    assert chosen(browser.get(PAGE))["P1"] == "jadwal"
    clock.advance(timedelta(days=1))
    assert about(made, "1A") == "P2"


def test_a_page_left_open_past_midnight_changes_nothing_and_says_so(
    app: Flask, portal: Portal, browser: FlaskClient, clock: Clock
) -> None:
    form = duty_form(browser.get(PAGE))
    clock.advance(timedelta(hours=23))
    again = enter(app, portal, "unit_head", "UPT-1", username="kepala.kedua")
    token = duty_form(again.get(PAGE)).hidden["token"]
    refused = form.send(again, {"petugas-P1": "tidak-masuk"}, token=token)
    assert refused.status_code == 422
    assert "Di bawah ini hari ini" in text(refused)
    assert chosen(refused)["P1"] == "jadwal"


@pytest.mark.parametrize("day", ["2026-03-02", "2026-03-05", "lusa"])
def test_another_day_leads_back_to_today(browser: FlaskClient, day: str) -> None:
    shown = browser.get(PAGE, query_string={"tanggal": day})
    assert shown.status_code == 422
    assert "Per loket: Selasa, 3 Maret 2026" in text(shown)


def test_a_form_without_its_token_keeps_what_was_chosen(browser: FlaskClient, portal: Portal) -> None:
    refused = browser.post(PAGE, data={"tanggal": "2026-03-03", "petugas-P1": "tidak-masuk"})
    assert refused.status_code == 422
    assert chosen(refused)["P1"] == "tidak-masuk"
    with portal.read() as session:
        assert "duty-changed" not in [entry.act for entry in audit.list_entries(session)]


def test_a_counter_of_another_unit_is_not_to_be_had(browser: FlaskClient) -> None:
    assert duty_form(browser.get(PAGE)).send(browser, {"petugas-P1": "loket-2"}).status_code == 404


def test_a_day_of_several_counters_is_kept_as_it_is(browser: FlaskClient, made: Government) -> None:
    for counter in ("1A", "1B"):
        made.add_duty("P1", counter, on_date=made.portal.today())
    page = browser.get(PAGE)
    assert chosen(page)["P1"] == "tetap"
    assert duty_form(page).send(browser, {"petugas-P1": "tetap"}).status_code == 303
    assert chosen(browser.get(PAGE))["P1"] == "tetap"


def test_a_day_without_opening_hours_is_said(browser: FlaskClient, made: Government) -> None:
    made.add_hours("UPT-1", only=(made.portal.today() + timedelta(days=1)).weekday())
    assert "unit ini tutup pada hari itu" in text(browser.get(PAGE))


def test_a_holiday_is_said(browser: FlaskClient, made: Government) -> None:
    made.add_holiday(made.portal.today())
    assert "Libur: Libur Contoh." in text(browser.get(PAGE))


def test_other_units_do_not_exist_and_administrators_see_all(app: Flask, portal: Portal, browser: FlaskClient) -> None:
    assert browser.get("/unit/UPT-2/jaga").status_code == 404
    assert browser.post("/unit/UPT-2/jaga", data={"tanggal": "2026-03-03"}).status_code == 404
    assert enter(app, portal, "administrator").get("/unit/UPT-2/jaga").status_code == 200
    assert enter(app, portal, "reviewer").get("/unit/UPT-2/jaga").status_code == 403


def test_a_unit_without_officers_is_told_so(app: Flask, portal: Portal, made: Government) -> None:
    assert made.units
    page = enter(app, portal, "unit_head", "DINAS").get("/unit/DINAS/jaga")
    assert "Belum ada petugas yang didaftarkan di Unit Contoh DINAS" in text(page)
    assert not [form for form in forms(page) if "/jaga" in form.action]


def test_where_nobody_is_registered_no_page_is_about_persons(app: Flask, portal: Portal) -> None:
    made = without_officers(portal)
    browser = enter(app, portal, "unit_head", "UPT-1")
    start = browser.get("/unit/UPT-1")
    menu = {text_of(link): link.attrib["href"] for link in read(start).all("a") if link.attrib["href"].startswith("/")}
    assert "Jumlah dilayani" in menu
    assert "Siapa bertugas" not in menu
    pages = [start, *(browser.get(address) for address in set(menu.values()) if address.startswith("/unit/"))]
    citizen = app.test_client()
    pages += [citizen.get(f"/q/{made.codes['1A'].lower()}"), tap(citizen, made.codes["1A"], 4)]
    assert len(pages) > 5
    assert not [page.request.path for page in pages if PERSONS.search(text_of(read(page).all("body")[0]))]


def test_where_officers_are_registered_the_same_words_are_there(browser: FlaskClient) -> None:
    """The control of the test above."""
    assert "Siapa bertugas" in links(browser.get("/unit/UPT-1"))
    assert PERSONS.search(text(browser.get(PAGE)))
