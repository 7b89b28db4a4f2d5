"""The pages that say where a figure comes from: sound with everything unfolded, and whole on paper."""

from __future__ import annotations

from typing import Final

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import Place
from tests.browser.following import follow
from tests.browser.rules import LANGUAGES, problems_everywhere
from tests.browser.staff import sign_in
from tests.published import cell, publish, spread

UNIT: Final = 1
PAGES: Final = ("angka/layanan", "layanan/L1/angka/layanan", "loket/C1/angka", "petugas/P1/angka", "angka/skm")


@pytest.fixture
def figures(place: Place) -> None:
    """Figures of every kind but the survey, one of them a band."""
    publish(
        place.portal,
        cell("unit", UNIT, spread(2, 4, 20, 14)),
        cell("service", 1, spread(1, 2, 10, 7)),
        cell("service", 2, spread(1, 2, 10, 7)),
        cell("counter", 1, spread(2, 4, 20, 14)),
        cell("officer", 1, spread(0, 0, 0, 12)),
    )


@pytest.mark.usefixtures("figures")
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pages_are_sound_with_all_of_the_arithmetic_unfolded(page: Page, place: Place, language: str) -> None:
    sign_in(page, place, "unit_head", "DINAS")
    problems: list[str] = []
    for path in PAGES:
        page.goto(f"{place.origin}/unit/DINAS/{path}?l={language}")
        for details in page.locator("main details").all():
            details.evaluate("it => it.open = true")
        problems += [f"{path}, {problem}" for problem in problems_everywhere(page)]
    assert not problems


@pytest.mark.usefixtures("figures")
def test_the_way_from_a_figure_to_its_arithmetic_needs_no_script(browser: Browser, place: Place) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    sign_in(page, place, "unit_head", "DINAS")
    follow(page.locator("a.why", has_text="Penilaian cepat").first)
    lines = page.locator("details.lines li")
    assert not lines.first.is_visible()
    page.locator("details.lines summary").press("Enter")
    assert lines.last.is_visible()
    assert "78,75" in lines.nth(1).inner_text()
    follow(page.get_by_role("link", name="Kembali ke halaman unit"))
    assert page.url.partition("?")[0].endswith("/unit/DINAS")
    context.close()


@pytest.mark.usefixtures("figures")
def test_on_paper_the_arithmetic_is_unfolded(page: Page, place: Place) -> None:
    sign_in(page, place, "unit_head", "DINAS")
    page.goto(f"{place.origin}/unit/DINAS/angka/layanan")
    assert not page.locator("details.lines li").first.is_visible()
    page.emulate_media(media="print")
    assert page.locator("details.lines li").first.is_visible()
