"""The citizen's pages as a phone shows them, for whoever reads, hears or operates them in whatever way."""

from __future__ import annotations

from typing import Final

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import EVERYWHERE, Place
from tests.browser.following import follow
from tests.browser.rules import LANGUAGES, WIDTHS, problems_everywhere, too_wide, violations
from tests.browser.states import STATES, rated
from tests.web import town, visit

TARGETS: Final = """() => [...document.querySelectorAll('a[href], button, input:not([type=hidden])')]
    .map(it => it.closest('label') ?? it)
    .map(it => [it.textContent.trim(), it.getBoundingClientRect()])
    .filter(([, box]) => box.width < 48 || box.height < 48)
    .map(([words, box]) => `${words}: ${box.width} x ${box.height}`)"""


@pytest.mark.parametrize("language", LANGUAGES)
def test_axe_finds_nothing_on_any_page_in_any_scheme_or_width(page: Page, place: Place, language: str) -> None:
    problems: list[str] = []
    for name, go in STATES.items():
        go(page, place, language)
        problems += [f"{name}, {problem}" for problem in problems_everywhere(page)]
    assert not problems


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_is_wider_than_the_screen_even_small_or_with_large_letters(
    page: Page, place: Place, language: str
) -> None:
    problems: list[str] = []
    for name, go in STATES.items():
        go(page, place, language)
        for width, letters in ((320, "100%"), (320, "200%"), (1280, "200%")):
            page.set_viewport_size({"width": width, "height": 640})
            page.evaluate("size => document.documentElement.style.fontSize = size", letters)
            problems += [f"{name}, {width}, {letters}: {what}" for what in too_wide(page)]
    assert not problems


def test_everything_that_can_be_touched_is_large_enough(page: Page, place: Place) -> None:
    problems: list[str] = []
    for name, go in STATES.items():
        go(page, place, "id")
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 640})
            problems += [f"{name}, {width}: {what}" for what in page.evaluate(TARGETS)]
    assert not problems


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", [town.MAIN, town.PLATE])
def test_the_four_faces_stand_on_the_first_screen_of_a_small_phone(
    page: Page, place: Place, code: str, language: str
) -> None:
    page.goto(f"{place.origin}/q/{code.lower()}?l={language}")
    boxes = [face.bounding_box() for face in page.locator(".faces button").all()]
    assert len(boxes) == 4
    assert all(box and box["y"] > 0 and box["y"] + box["height"] <= 640 for box in boxes)
    drawings = page.locator(".faces svg path")
    assert len({drawing.get_attribute("d") for drawing in drawings.all()}) == 4


def test_the_first_page_is_one_request_without_a_cookie(page: Page, place: Place) -> None:
    requests: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    address = f"{place.origin}/q/{town.MAIN.lower()}"
    page.goto(address, wait_until="networkidle")
    assert requests == [address]
    assert page.context.cookies() == []
    assert not complaints


@EVERYWHERE
def test_back_after_the_tap_and_a_reload_are_still_one_rating(page: Page, place: Place) -> None:
    page.goto(f"{place.origin}/q/{town.MAIN.lower()}")
    follow(page.get_by_role("button", name="Tidak puas"))
    page.reload()
    page.go_back()
    follow(page.get_by_role("button", name="Sangat puas"))
    page.reload()
    assert page.get_by_role("heading", level=1).inner_text() == "Terima kasih. Penilaian Anda sudah tersimpan."
    assert visit.answers(place.portal) == {"quick@1": {"LAYANAN": 4}}
    page.go_back()
    page.get_by_role("button", name="Sangat puas").dblclick()
    page.wait_for_url("**/r/**")
    assert visit.answers(place.portal) == {"quick@1": {"LAYANAN": 4}}


@EVERYWHERE
def test_the_whole_way_can_be_gone_without_javascript(browser: Browser, place: Place) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 640})
    page = context.new_page()
    page.goto(place.origin)
    page.get_by_label("Kode loket").fill(f"{town.SHARED[:3]}-{town.SHARED[3:]}".lower())
    for button in ("Buka halaman penilaian", "Kurang puas", town.SERVICES[0], town.TWO, "Puas"):
        follow(page.get_by_role("button", name=button, exact=True))
    follow(page.get_by_role("link", name="Isi survei lengkap"))
    page.get_by_label("Sangat mudah").check()
    follow(page.get_by_role("button", name="Kirim survei"))
    follow(page.get_by_role("link", name="Ubah penilaian"))
    follow(page.get_by_role("button", name="Tidak puas"))
    follow(page.get_by_role("link", name="Selesai"))
    assert page.url == f"{place.origin}/"
    assert visit.answers(place.portal) == {
        "quick@1": {"LAYANAN": 1},
        "petugas@1": {"PETUGAS": 3},
        "skm-14-2017@1": {"PROSEDUR": 4},
    }
    context.close()


@EVERYWHERE
def test_the_whole_way_can_be_gone_by_keyboard(page: Page, place: Place) -> None:
    page.goto(f"{place.origin}/q/{town.MAIN.lower()}")
    _tab_to(page, "Puas", "Enter")
    _tab_to(page, town.SERVICES[1], "Space")
    _tab_to(page, "Sangat puas", "Enter")
    _tab_to(page, "Isi survei lengkap (9 pertanyaan, ± 2 menit)", "Enter")
    _tab_to(page, "Tidak sesuai", "Space")
    page.keyboard.press("ArrowDown")
    _tab_to(page, "Kirim survei", "Enter")
    _tab_to(page, "Ubah penilaian (sampai 09.10)", "Enter")
    _tab_to(page, "Kurang puas", "Enter")
    _tab_to(page, "Selesai", "Enter")
    page.wait_for_url(f"{place.origin}/")
    assert visit.answers(place.portal) == {
        "quick@1": {"LAYANAN": 2},
        "petugas@1": {"PETUGAS": 4},
        "skm-14-2017@1": {"PERSYARATAN": 2},
    }


def _tab_to(page: Page, words: str, key: str) -> None:
    """Press Tab until `words` have the focus, which must be seen, then `key`, and wait where that leads."""
    focused = "() => (document.activeElement.closest('label') ?? document.activeElement).textContent.trim()"
    outline = "() => getComputedStyle(document.activeElement.closest('label') ?? document.activeElement).outlineStyle"
    for _ in range(60):
        page.keyboard.press("Tab")
        assert page.evaluate(outline) == "solid" or page.evaluate("() => document.activeElement === document.body")
        if page.evaluate(focused) == words:
            break
    else:
        pytest.fail(f"{words} cannot be reached")
    if page.evaluate("() => document.activeElement.type") == "radio":
        page.keyboard.press(key)
        return
    with page.expect_navigation():
        page.keyboard.press(key)


def test_the_pages_can_be_used_in_forced_colours(page: Page, place: Place) -> None:
    page.emulate_media(forced_colors="active")
    for go in (STATES["rate"], rated(town.SHARED), STATES["survey"], STATES["home"]):
        go(page, place, "id")
        assert not violations(page)
        unframed = page.evaluate(
            """() => [...document.querySelectorAll('button, .button, .choice, input[type=text]')]
            .map(it => getComputedStyle(it))
            .filter(it => it.borderTopStyle === 'none' || it.borderTopColor === it.backgroundColor).length"""
        )
        unseen = page.evaluate(
            """() => [...document.querySelectorAll('button .face')]
            .filter(it => getComputedStyle(it).stroke === getComputedStyle(it.parentElement).backgroundColor).length"""
        )
        assert (unframed, unseen) == (0, 0)


def test_motion_is_not_needed_and_none_is_used(page: Page, place: Place) -> None:
    for go in (STATES["rate"], STATES["thanks"]):
        go(page, place, "id")
        assert page.evaluate("() => document.getAnimations().length") == 0
