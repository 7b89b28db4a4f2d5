"""The SKM report and the list of all units in a browser: sound everywhere, printed on A4, taken without JavaScript."""

from __future__ import annotations

import re
from typing import Final

import pypdfium2
import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import Place
from tests.browser.following import follow
from tests.browser.rules import LANGUAGES, problems_everywhere
from tests.browser.staff import sign_in
from tests.published import cell, publish, spread
from tests.surveyed import ballots_cells

REPORT: Final = "/unit/DINAS/laporan"
UNIT: Final = 1
FIGURE: Final = re.compile(r"\d+,\d{2,3}")
A4: Final = (595, 842)


@pytest.fixture
def survey(place: Place) -> None:
    """Thirty ballots and as many taps of one month."""
    publish(place.portal, cell("unit", UNIT, spread(1, 4, 15, 10)), ballots_cells(UNIT, 30))


@pytest.mark.usefixtures("survey")
@pytest.mark.parametrize("language", LANGUAGES)
def test_report_and_list_are_sound_in_any_scheme_and_width(page: Page, place: Place, language: str) -> None:
    sign_in(page, place, "administrator")
    problems: list[str] = []
    for path in (f"{REPORT}?l=", f"{REPORT}/cetak?l=", f"{REPORT}/cetak?bobot=0,11&l=", "/kelola/rekap?l="):
        page.goto(f"{place.origin}{path}{language}")
        problems += [f"{path}, {problem}" for problem in problems_everywhere(page)]
    assert not problems


@pytest.mark.usefixtures("survey")
def test_without_javascript_the_form_leads_to_the_page_and_to_each_file(browser: Browser, place: Place) -> None:
    context = browser.new_context(java_script_enabled=False, accept_downloads=True)
    page = context.new_page()
    sign_in(page, place, "unit_head", "DINAS")
    page.goto(place.origin + REPORT)
    page.get_by_label("Bobot setiap unsur").select_option("0,11")
    for words, ending in (("Unduh Word", "docx"), ("Unduh XLSX", "xlsx")):
        with page.expect_download() as taken:
            page.get_by_role("button", name=words).click()
        assert taken.value.suggested_filename == f"laporan-skm-DINAS-2026-S1.{ending}"
    follow(page.get_by_role("button", name="Lihat dan cetak"))
    assert "bobot setiap unsur 0,11" in page.locator("article").inner_text()
    follow(page.get_by_role("link", name="Kembali ke pilihan"))
    assert page.get_by_role("heading", level=1).inner_text() == "Laporan SKM: Dinas Contoh"
    context.close()


@pytest.mark.usefixtures("survey")
def test_what_is_printed_is_the_report_alone_with_every_figure(page: Page, place: Place) -> None:
    sign_in(page, place, "unit_head", "DINAS")
    page.goto(f"{place.origin}{REPORT}/cetak")
    shown = page.locator("article").inner_text()
    with pypdfium2.PdfDocument(page.pdf(prefer_css_page_size=True)) as pdf:
        printed = "".join(sheet.get_textpage().get_text_bounded() for sheet in pdf)
        assert {tuple(round(side) for side in sheet.get_size()) for sheet in pdf} == {A4}
    figures = FIGURE.findall(shown)
    assert len(figures) > 30
    assert not [figure for figure in figures if figure not in printed]
    assert "Kembali ke pilihan" not in printed
    assert "Akun saya" not in printed
