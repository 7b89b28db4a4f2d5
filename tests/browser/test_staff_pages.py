"""How the pages of staff look and are operated: the menu, charts with their tables, what is printed."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import Final

import pytest
from playwright.sync_api import Browser, Page, ViewportSize

from portal.storage.tables import Indicator, PastScore
from tests.browser.conftest import Place
from tests.browser.following import follow
from tests.browser.rules import LANGUAGES, problems_everywhere
from tests.browser.staff import sign_in
from tests.published import cell, publish, spread

PHONE: Final[ViewportSize] = {"width": 360, "height": 640}
DESK: Final[ViewportSize] = {"width": 1280, "height": 800}
UNIT: Final = 1
GREY: Final = """() => Object.fromEntries(['.answer-1', '.answer-2', '.answer-3', '.answer-4'].map(name => {
    const fill = getComputedStyle(document.querySelector(name)).fill.match(/[0-9.]+/g).map(Number);
    const [red, green, blue] = fill.map(part => ((part / 255 + 0.055) / 1.055) ** 2.4);
    return [name, 0.2126 * red + 0.7152 * green + 0.0722 * blue];
}))"""
"""How light each answer is without its colour."""


@pytest.fixture
def year(place: Place) -> None:
    """Figures of twelve months, with a month that is too small and one above all others."""
    counts = {1: 30, 2: 30, 3: 30, 4: 30, 5: 3, 6: 3, 7: 30, 8: 30, 9: 30, 10: 30, 11: 30, 12: 30}
    cells = [cell("unit", UNIT, spread(1, 1, n - 2, 0), month=date(2025, month, 1)) for month, n in counts.items()]
    publish(place.portal, *cells, cell("unit", UNIT, spread(0, 0, 0, 40), month=date(2026, 2, 1)))
    with place.portal.begin() as session:
        session.add(PastScore(past_score_code="L1", unit_id=UNIT, year=2024, skm="78.05", n=212))
        session.add(
            Indicator(
                indicator_code="I1",
                unit_id=UNIT,
                name="Dokumen selesai tepat waktu",
                unit_of_measure="persen",
                kind="waktu",
                period_code="2026-S1",
                target="95.00",
            )
        )


@pytest.mark.usefixtures("year")
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_unit_s_page_and_the_components_are_sound_in_any_scheme_and_width(
    page: Page, place: Place, language: str
) -> None:
    sign_in(page, place, "unit_head", "DINAS")
    problems: list[str] = []
    for path in ("/unit", "/staff/components", "/unit/TIADA"):
        page.goto(f"{place.origin}{path}?l={language}")
        for details in page.locator("main details").all():
            details.evaluate("it => it.open = true")
        problems += [f"{path}, {problem}" for problem in problems_everywhere(page)]
    assert not problems


def test_on_a_phone_the_menu_opens_by_keyboard_without_javascript(browser: Browser, place: Place) -> None:
    context = browser.new_context(viewport=PHONE, java_script_enabled=False)
    page = context.new_page()
    sign_in(page, place, "unit_head", "DINAS")
    menu = page.get_by_role("navigation", name="Menu")
    assert menu.get_by_role("link").count() == 0
    menu.locator("summary").focus()
    page.keyboard.press("Enter")
    current = menu.locator("details a[aria-current=page]")
    assert current.inner_text() == "Unit saya"
    follow(menu.get_by_role("link", name="Akun saya"))
    assert page.url.endswith("/akun")
    context.close()


def test_on_a_desk_the_menu_is_a_row_that_marks_the_page(page: Page, place: Place) -> None:
    sign_in(page, place, "unit_head", "DINAS")
    page.set_viewport_size(DESK)
    menu = page.get_by_role("navigation", name="Menu")
    links = menu.get_by_role("link").all()
    assert len(links) > 5
    tops = {round(box["y"]) for link in links if (box := link.bounding_box())}
    assert len(tops) == 1
    assert [link.inner_text() for link in links if link.get_attribute("aria-current")] == ["Unit saya"]


@pytest.mark.usefixtures("year")
def test_a_month_that_is_too_small_is_a_gap_and_the_table_says_so(page: Page, place: Place) -> None:
    sign_in(page, place, "unit_head", "DINAS")
    page.goto(f"{place.origin}/unit?periode=2025-S2")
    chart = page.locator("svg.trend")
    assert chart.locator("circle").count() == 10
    assert (chart.locator(".course").get_attribute("d") or "").count("M") == 2
    page.locator("summary", has_text="Angka per bulan").press("Enter")
    table = page.get_by_role("region", name="Penilaian cepat").get_by_role("table")
    assert table.get_by_role("row", name="Mei 2025").inner_text().split("\t")[-1] == "Data belum cukup"
    page.goto(f"{place.origin}/unit")
    assert page.locator("main").inner_text().count("Februari 2026: meningkat") == 1


@pytest.mark.usefixtures("year")
def test_answers_beside_each_other_differ_in_grey_and_what_is_not_for_paper_is_left_out(
    page: Page, place: Place
) -> None:
    sign_in(page, place, "unit_head", "DINAS")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme="light" if scheme == "light" else "dark")
        page.goto(f"{place.origin}/unit?periode=2025-S2")
        beside = pairwise(page.evaluate(GREY).values())
        assert all((max(pair) + 0.05) / (min(pair) + 0.05) > 1.5 for pair in beside), scheme
    page.emulate_media(media="print")
    hidden = [".menu", ".account", ".file", ".period"]
    assert not [name for name in hidden if page.locator(name).first.is_visible()]
    assert page.locator("svg.trend").first.is_visible()
