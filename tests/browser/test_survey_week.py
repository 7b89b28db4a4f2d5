"""A survey week as an office lives it: begun by its head, answered on phones and on paper, followed to its target."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page

from portal.domain.access import Role
from portal.services import run
from portal.services.publish.release import release
from tests.browser.conftest import HERE, TWO, Place
from tests.browser.following import follow
from tests.browser.staff import sign_in
from tests.clock import START
from tests.government import ELEMENTS
from tests.web import town

UNIT = "DINAS"
PAPER = "4333343433"


def _begin(page: Page, place: Place) -> None:
    page.goto(f"{place.origin}/unit/{UNIT}/survei")
    page.get_by_label("Sampai").fill((START.date() + timedelta(days=4)).isoformat())
    page.get_by_label("Jumlah yang dilayani").fill("20")
    follow(page.get_by_role("button", name="Mulai pekan survei"))
    assert page.get_by_text("Pekan survei tersimpan.").is_visible()
    assert page.get_by_text("sedang berjalan").is_visible()


def _answer_on_a_phone(browser: Browser, place: Place) -> None:
    """Come by the survey's own address and answer all nine, without JavaScript."""
    context = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 640})
    phone = context.new_page()
    phone.goto(f"{place.origin}/s/{town.MAIN.lower()}")
    for group in phone.locator("fieldset").all()[: len(ELEMENTS)]:
        group.locator("label.choice").nth(2).click()
    follow(phone.locator("main .send"))
    assert phone.get_by_role("heading", level=1).inner_text().startswith("Terima kasih.")
    context.close()


def _key_in_paper(page: Page, place: Place, sheets: int, *, script: bool) -> None:
    """Type the digits one after the other: with the script each leads on to the next box, without it Tab does."""
    page.goto(f"{place.origin}/unit/{UNIT}/kertas")
    page.locator("[name=b1-LAYANAN]").focus()
    for digit in PAPER * sheets:
        page.keyboard.press(digit)
        if not script:
            page.keyboard.press("Tab")
    follow(page.get_by_role("button", name="Simpan formulir"))
    assert page.get_by_text(f"{sheets} formulir tersimpan.").is_visible()


@pytest.mark.parametrize("script, hosting", [(True, HERE), (False, HERE), (False, TWO)], indirect=["hosting"])
def test_a_survey_week_reaches_its_target_by_phone_and_paper(browser: Browser, place: Place, *, script: bool) -> None:
    context = browser.new_context(java_script_enabled=script, viewport={"width": 1280, "height": 800})
    page = context.new_page()
    sign_in(page, place, Role.UNIT_HEAD, UNIT)
    _begin(page, place)
    for _ in range(10):
        _answer_on_a_phone(browser, place)
    _key_in_paper(page, place, 9, script=script)
    run(place.portal, release, weekly=True)
    page.goto(f"{place.origin}/unit/{UNIT}/survei")
    # Krejcie and Morgan: of 20 served, 19 are asked for
    assert page.get_by_text("Responden SKM 19 dari target 19").first.is_visible()
    assert page.get_by_text("Target tercapai, dari 20 orang yang dilayani").first.is_visible()
    follow(page.get_by_role("button", name="Akhiri"))
    assert page.get_by_text("Belum ada pekan survei.").is_visible()
    context.close()


def test_whoever_rates_in_a_survey_week_is_invited(page: Page, place: Place) -> None:
    sign_in(page, place, Role.UNIT_HEAD, UNIT)
    _begin(page, place)
    page.goto(f"{place.origin}/q/{town.MAIN.lower()}")
    follow(page.get_by_role("button", name="Sangat puas"))
    invitation = page.get_by_role("link", name="Isi survei lengkap")
    assert invitation.is_visible()
    follow(invitation)
    assert page.get_by_role("radio").count() == 4 * len(ELEMENTS)
