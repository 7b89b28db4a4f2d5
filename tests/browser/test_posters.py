"""Posters in a real browser: found in the menu, downloaded without JavaScript or mouse, read by a decoder."""

from __future__ import annotations

from pathlib import Path

import pypdfium2 as pdfium
import pytest
import zxingcpp
from playwright.sync_api import Browser, Locator, Page

from portal.domain.access import Role
from tests.browser.conftest import Place
from tests.browser.following import follow
from tests.browser.rules import LANGUAGES, problems_everywhere
from tests.browser.staff import sign_in
from tests.web import town

PRINTED = {town.MAIN, town.SHARED, town.ALONE}
"""Counters of the office that are in use and no name plate."""


def addresses(file: Path) -> set[str]:
    """What the first code of each sheet says."""
    document = pdfium.PdfDocument(file)
    pictures = [page.render(scale=2, grayscale=True).to_numpy() for page in document]
    document.close()
    return {zxingcpp.read_barcodes(picture.reshape(picture.shape[:2]))[0].text for picture in pictures}


def download(page: Page, button: Locator, *, key: str = "") -> Path:
    with page.expect_download() as found:
        if key:
            button.press(key)
        else:
            button.click()
    return Path(found.value.path())


def codes_at(place: Place, codes: set[str]) -> set[str]:
    """The portal's own address stands in the codes, wherever the test serves it."""
    assert place.origin
    return {f"http://127.0.0.1:8000/q/{code.lower()}" for code in codes}


@pytest.mark.parametrize("script", [True, False])
def test_the_administrator_prints_a_unit_by_keyboard(browser: Browser, place: Place, *, script: bool) -> None:
    context = browser.new_context(java_script_enabled=script, viewport={"width": 1280, "height": 800})
    page = context.new_page()
    sign_in(page, place, Role.ADMINISTRATOR)
    follow(page.get_by_role("link", name="Poster", exact=True))
    page.get_by_label("Ukuran").select_option("a6")
    page.get_by_label("Unit", exact=True).select_option("DINAS")
    page.get_by_role("button", name="Unduh PDF").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.get_by_text("Mohon perbaiki: beri tanda di sini").is_visible()
    assert page.get_by_label("Ukuran").input_value() == "a6"
    page.get_by_label("Cetak sebagai draf").press("Space")
    file = download(page, page.get_by_role("button", name="Unduh PDF"), key="Enter")
    assert addresses(file) >= codes_at(place, PRINTED)
    context.close()


def test_a_head_prints_one_counter_and_the_whole_unit(page: Page, place: Place) -> None:
    sign_in(page, place, Role.UNIT_HEAD, "DINAS")
    page.goto(f"{place.origin}/loket/C1")
    one = download(page, page.get_by_role("button", name="Unduh untuk loket ini"))
    assert addresses(one) == codes_at(place, {town.MAIN})
    every = download(page, page.get_by_role("button", name="Unduh untuk semua loket unit"))
    assert addresses(every) >= codes_at(place, PRINTED)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "path", ["/kelola/poster", "/kelola/poster.pdf?format=tenda", "/kelola/poster/uji-pindai", "/loket/C1"]
)
def test_the_pages_are_good_at_any_width_and_in_any_scheme(page: Page, place: Place, path: str, language: str) -> None:
    sign_in(page, place, Role.ADMINISTRATOR)
    answer = page.goto(f"{place.origin}{path}{'&' if '?' in path else '?'}l={language}")
    assert answer is not None
    assert answer.status == (422 if ".pdf" in path else 200)
    assert not problems_everywhere(page)
