"""Indicators and data quality in a browser: on a phone without JavaScript, and sound in every state."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import Place
from tests.browser.following import follow
from tests.browser.rules import LANGUAGES, problems_everywhere, too_wide
from tests.browser.staff import sign_in

PAGE = "/unit/DINAS/indikator"
QUALITY = "/unit/DINAS/mutu-data"


def add(page: Page, name: str) -> None:
    page.locator("[name=nama]").fill(name)
    page.locator("[name=satuan]").fill("berkas")
    page.locator("#target").fill("1200")
    follow(page.locator("form:has([name=nama]) .send"))


def tell(page: Page, value: str, link: str = "") -> None:
    page.get_by_text("Tambah perkembangan").click()
    page.locator("[name=nilai]").fill(value)
    page.locator("details [name=sumber]").fill("Aplikasi contoh")
    page.locator("[name=tautan]").fill(link)
    follow(page.locator("form:has([name=nilai]) .send"))


def test_an_indicator_is_added_and_told_on_a_phone_without_javascript(browser: Browser, place: Place) -> None:
    phone = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 640})
    page = phone.new_page()
    sign_in(page, place, "unit_head", "DINAS")
    page.get_by_text("Menu").first.click()
    follow(page.locator(".menu details").get_by_role("link", name="Indikator"))
    add(page, "Berkas contoh selesai tepat waktu")
    assert page.get_by_role("status").inner_text() == "Indikator ditambahkan."
    tell(page, "banyak")
    assert page.locator("[name=nilai]").input_value() == "banyak"
    page.locator("[name=nilai]").fill("410,5")
    follow(page.locator("form:has([name=nilai]) .send"))
    assert page.get_by_role("status").inner_text() == "Perkembangan disimpan."
    article = page.get_by_role("article")
    assert "410,5" in article.inner_text()
    assert "dari sistem lain, tidak diperiksa portal" in article.inner_text()
    page.get_by_text("Ubah target atau akhiri").click()
    follow(page.get_by_role("button", name="Akhiri indikator"))
    assert "berakhir" in page.get_by_role("article").inner_text()
    assert not too_wide(page)
    phone.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_axe_finds_nothing_on_them_in_any_state(page: Page, place: Place, language: str) -> None:
    sign_in(page, place, "unit_head", "DINAS")
    page.goto(place.origin + PAGE)
    add(page, "Berkas contoh selesai tepat waktu dengan nama yang panjang sekali")
    tell(page, "410,5", "https://data.example.go.id/berkas")
    problems: list[str] = []
    for path in (PAGE, QUALITY, "/unit"):
        page.goto(f"{place.origin}{path}?l={language}")
        page.evaluate("() => document.querySelectorAll('main details').forEach(it => { it.open = true })")
        problems += problems_everywhere(page)
    page.goto(f"{place.origin}{PAGE}?l={language}")
    page.locator("[name=tahun]").fill("2030")
    page.locator("[name=ikm]").fill("80")
    follow(page.locator("form:has([name=tahun]) .send"))
    assert page.locator("[name=tahun]").get_attribute("aria-invalid") == "true"
    problems += problems_everywhere(page)
    assert not problems
