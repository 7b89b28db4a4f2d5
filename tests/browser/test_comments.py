"""Topics, profile, comments and their answers in a browser: citizen, head of the unit, reviewer."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

import pytest
from playwright.sync_api import Browser, Page, ViewportSize
from sqlalchemy import select

from portal.domain.access import Role
from portal.services import run
from portal.services.publish.comments import release_comments
from portal.storage.tables import Choice, Comment
from tests.browser.conftest import EVERYWHERE, Place
from tests.browser.following import follow
from tests.browser.rules import LANGUAGES, problems_everywhere
from tests.browser.staff import sign_in
from tests.browser.states import rated
from tests.clock import Clock
from tests.web import town, visit

PHONE: Final = ViewportSize(width=360, height=640)
FEEDBACK: Final = "/unit/DINAS/masukan"


def write(page: Page, place: Place, words: str, *, asks: bool = False) -> None:
    rated(town.MAIN)(page, place, "id")
    page.get_by_label("Masukan Anda (boleh dikosongkan)").fill(words)
    if asks:
        page.get_by_label("Saya ingin masukan ini dijawab.").check()
    follow(page.get_by_role("button", name="Kirim masukan"))


@EVERYWHERE
def test_every_part_can_be_sent_without_javascript(browser: Browser, place: Place) -> None:
    context = browser.new_context(java_script_enabled=False, viewport=PHONE)
    page = context.new_page()
    page.goto(f"{place.origin}/q/{town.ALONE.lower()}")
    follow(page.get_by_role("button", name="Kurang puas", exact=True))
    page.get_by_label("Kecepatan").check()
    page.get_by_label("Ruang dan fasilitas").check()
    follow(page.get_by_role("button", name="Kirim pilihan"))
    page.get_by_label("Masukan Anda (boleh dikosongkan)").fill("Kapan jadi? Telepon 0812 3456 7890")
    page.get_by_label("Saya ingin masukan ini dijawab.").check()
    follow(page.get_by_role("button", name="Kirim masukan"))
    follow(page.get_by_role("link", name="Isi survei lengkap"))
    page.get_by_label("Sangat mudah").check()
    page.get_by_label("Usia").select_option("60 tahun ke atas")
    follow(page.get_by_role("button", name="Kirim survei"))
    assert page.locator(".stored li").count() == 3
    with place.portal.read() as session:
        assert {row.option: row.n for row in session.scalars(select(Choice))} == {
            "KECEPATAN": 1,
            "RUANG": 1,
            "USIA_60": 1,
        }
        [comment] = session.scalars(select(Comment))
    assert "0812" not in comment.text
    assert visit.answers(place.portal)["skm-14-2017@1"] == {"PROSEDUR": 4}
    context.close()


@EVERYWHERE
def test_a_second_tab_and_a_reload_leave_one_comment_and_one_choice(page: Page, place: Place) -> None:
    rated(town.ALONE)(page, place, "id")
    tabs = page, page.context.new_page()
    tabs[1].goto(page.url)
    for tab, topic in zip(tabs, ("Biaya", "Kecepatan"), strict=True):
        tab.get_by_label(topic).check()
    for tab in tabs:
        follow(tab.get_by_role("button", name="Kirim pilihan"))
    for tab, words in zip(tabs, ("pertama", "kedua"), strict=True):
        tab.get_by_label("Masukan Anda (boleh dikosongkan)").fill(words)
    for tab in tabs:
        follow(tab.get_by_role("button", name="Kirim masukan"))
        tab.reload()
        assert tab.locator(".stored li").count() == 2
    with place.portal.read() as session:
        assert [(row.option, row.n) for row in session.scalars(select(Choice))] == [("BIAYA", 1)]
        assert session.scalars(select(Comment.text)).all() == ["pertama"]


def test_topics_and_comment_can_be_sent_by_keyboard(page: Page, place: Place) -> None:
    rated(town.ALONE)(page, place, "id")
    _tab_to(page, "Keramahan")
    page.keyboard.press("Space")
    _tab_to(page, "Kirim pilihan")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    _tab_to(page, "masukan")
    page.keyboard.type("Antrean rapi.")
    _tab_to(page, "Saya ingin masukan ini dijawab. Pimpinan unit akan membacanya tersendiri.")
    page.keyboard.press("Space")
    _tab_to(page, "Kirim masukan")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    with place.portal.read() as session:
        [comment] = session.scalars(select(Comment))
    assert (comment.text, comment.case_code is not None) == ("Antrean rapi.", True)


def _tab_to(page: Page, words: str) -> None:
    """Press Tab until a control with these words, or of this name, has the focus, which must be seen."""
    focused = """() => { const it = document.activeElement;
        return it.name === 'masukan' ? it.name : (it.closest('label') ?? it).textContent.trim() }"""
    outline = "() => getComputedStyle(document.activeElement.closest('label') ?? document.activeElement).outlineStyle"
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate(focused) == words:
            assert page.evaluate(outline) == "solid"
            return
    pytest.fail(f"{words} cannot be reached")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pages_of_staff_are_sound_with_all_that_they_can_show(
    page: Page, browser: Browser, place: Place, clock: Clock, language: str
) -> None:
    for number in range(6):
        write(page, place, f"Antrean ke-{number} panjang, tetapi {town.ONE} ramah. " * (1 + number))
    for words in (
        "Kapan KTP saya jadi?\nSudah dua minggu.",
        "Nama saya Warga Contoh, 0812-3456-7890",
        "Biaya resminya?",
    ):
        write(page, place, words, asks=True)
    write(page, place, "a.n. Contoh, rumah di Jl. Mawar No. 3")
    clock.set(datetime(2026, 4, 1, 2, tzinfo=UTC))
    run(place.portal, release_comments)
    problems: list[str] = []
    head = browser.new_context(viewport=PHONE).new_page()
    sign_in(head, place, Role.UNIT_HEAD, "DINAS")
    head.goto(f"{place.origin}{FEEDBACK}?l={language}")
    assert head.locator("blockquote").count() == 8
    head.locator("textarea").first.fill("Terima kasih.\nBesok dapat diambil.")
    follow(head.locator("main form .send").first)
    assert head.locator("blockquote").count() == 8
    head.evaluate("() => document.querySelector('main form').noValidate = true")
    follow(head.locator("main form .send").first)
    problems += [f"feedback: {problem}" for problem in problems_everywhere(head)]
    reviewer = browser.new_context(viewport=PHONE).new_page()
    sign_in(reviewer, place, Role.REVIEWER)
    reviewer.goto(f"{place.origin}/periksa/masukan?l={language}")
    assert reviewer.locator("blockquote").count() == 2
    problems += [f"suspected: {problem}" for problem in problems_everywhere(reviewer)]
    follow(reviewer.locator("[value=tahan]").first)
    follow(reviewer.locator("[value=teruskan]").first)
    assert reviewer.locator("blockquote").count() == 0
    problems += [f"nothing suspected: {problem}" for problem in problems_everywhere(reviewer)]
    assert not problems
