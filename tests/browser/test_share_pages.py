"""The unit's links and its scan test in a browser: with a keyboard, without JavaScript, at every width."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import Place
from tests.browser.following import follow
from tests.browser.rules import LANGUAGES, problems_everywhere
from tests.browser.staff import sign_in
from tests.web import town

SHARE = "/unit/DINAS/bagikan"
TEST = "/unit/DINAS/uji-pindai"


@pytest.mark.parametrize("language", LANGUAGES)
def test_axe_finds_nothing_on_them_in_any_state(page: Page, place: Place, language: str) -> None:
    sign_in(page, place, "unit_head", "DINAS")
    problems: list[str] = []
    for path, button in ((SHARE, "[value=tautan]"), (SHARE, "[value=daring]"), (TEST, "main .send")):
        page.goto(f"{place.origin}{path}?l={language}")
        problems += problems_everywhere(page)
        follow(page.locator(button))
        problems += problems_everywhere(page)
    assert not problems


def test_a_scan_test_can_be_run_without_javascript_at_a_desk_and_on_a_phone(browser: Browser, place: Place) -> None:
    staff = browser.new_context(java_script_enabled=False, viewport={"width": 1280, "height": 640})
    citizen = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 640})
    head, phone = staff.new_page(), citizen.new_page()
    sign_in(head, place, "unit_head", "DINAS")
    follow(head.get_by_role("link", name="Uji pindai"))
    follow(head.locator("button[value=C1]"))
    phone.goto(f"{place.origin}/q/{town.MAIN.lower()}")
    assert phone.get_by_role("heading", level=1).inner_text() == "QR berfungsi"
    follow(head.get_by_role("link", name="Lihat hasil terbaru"))
    assert head.get_by_text("QR berfungsi, 09.00").count() == 1
    follow(phone.get_by_role("link", name="Lanjut ke halaman penilaian"))
    follow(phone.get_by_role("button", name="Sangat puas"))
    staff.close()
    citizen.close()


def test_a_link_can_be_made_and_copied_by_keyboard(page: Page, place: Place) -> None:
    sign_in(page, place, "unit_head", "DINAS")
    page.goto(f"{place.origin}{SHARE}")
    page.locator("[value=tautan]").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    text = page.get_by_label("Teks yang siap disalin").first
    text.focus()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.textContent.trim()") == "Bagikan lewat WhatsApp"
    assert "/q/" in text.input_value()
