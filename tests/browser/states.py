"""Every state of every page that a citizen can meet, and how to get there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from playwright.sync_api import Page

from portal.services import run
from portal.services.enrol.scan_test import start_test
from portal.services.review.cases import answer_case, open_feedback
from portal.services.review.comments import decide_comment, list_suspected
from tests.browser.conftest import Place
from tests.browser.following import follow
from tests.web import town, ways

State = Callable[[Page, Place, str], None]


def _at(path: str) -> State:
    def go(page: Page, place: Place, language: str) -> None:
        separator = "&" if "?" in path else "?"
        page.goto(f"{place.origin}{path}{separator}l={language}")

    return go


def rated(code: str) -> State:
    """The thank-you page of a counter."""

    def go(page: Page, place: Place, language: str) -> None:
        _at(f"/q/{code.lower()}")(page, place, language)
        follow(page.locator(".faces button").nth(2))

    return go


def _change(page: Page, place: Place, language: str) -> None:
    rated(town.MAIN)(page, place, language)
    follow(page.locator("a[href*='/ubah']"))


def _partly_told(page: Page, place: Place, language: str) -> None:
    rated(town.SHARED)(page, place, language)
    follow(page.locator("form[action*='/layanan'] button").first)
    follow(page.locator("form[action*='/petugas'] button").first)


def _all_told(page: Page, place: Place, language: str) -> None:
    _partly_told(page, place, language)
    follow(page.locator("form[action*='/bantuan'] button").first)
    follow(page.locator("a[href*='/survei']"))
    page.locator("label.choice").first.click()
    follow(page.locator("main .send"))


def _receipt(page: Page, place: Place, language: str) -> None:
    rated(town.MAIN)(page, place, language)
    page.goto(f"{page.url.partition('?')[0]}?l={language}")


def _no_topic(page: Page, place: Place, language: str) -> None:
    rated(town.ALONE)(page, place, language)
    follow(page.locator("form[action*='/topik'] button"))


def _no_comment(page: Page, place: Place, language: str) -> None:
    rated(town.ALONE)(page, place, language)
    page.locator("[name=dijawab]").check()
    follow(page.locator("form[action*='/masukan'] button"))


def _asked(words: str) -> State:
    """The thank-you page once an answer was asked for."""

    def go(page: Page, place: Place, language: str) -> None:
        rated(town.ALONE)(page, place, language)
        page.locator("#masukan").fill(words)
        page.locator("[name=dijawab]").check()
        follow(page.locator("form[action*='/masukan'] button"))

    return go


def _waiting(page: Page, place: Place, language: str) -> None:
    _asked("Kapan jadi?")(page, place, language)
    page.goto(f"{page.url.partition('?')[0]}?l={language}")


def _answered(page: Page, place: Place, language: str) -> None:
    _waiting(page, place, language)
    for case in run(place.portal, open_feedback, (), "DINAS").unanswered:
        words = "Terima kasih. Berkas Anda sedang dicetak.\nSilakan diambil besok."
        run(place.portal, answer_case, (), "DINAS", case.case_code, text=words, actor="kepala")
    page.reload()


def _not_passed_on(page: Page, place: Place, language: str) -> None:
    _asked("Nama saya Warga Contoh.")(page, place, language)
    for comment in run(place.portal, list_suspected):
        run(place.portal, decide_comment, comment.id, release=False, actor="pemeriksa")
    page.goto(f"{page.url.partition('?')[0]}?l={language}")


def _empty_survey(page: Page, place: Place, language: str) -> None:
    _at(f"/s/{town.MAIN.lower()}")(page, place, language)
    follow(page.locator("main .send"))


def _busy(page: Page, place: Place, language: str) -> None:
    for _ in range(2):
        page.goto(f"{place.narrow}/q/{town.MAIN.lower()}?l={language}")
        follow(page.locator(".faces button").first)


def _tested(page: Page, place: Place, language: str) -> None:
    run(place.portal, start_test, (), ways.UNIT, "W105", "kepala")
    _at(f"/q/{ways.EARLY.lower()}")(page, place, language)


def _survey_week(page: Page, place: Place, language: str) -> None:
    ways.ask(place.portal)
    rated(ways.MOBILE)(page, place, language)


STATES: Final[dict[str, State]] = {
    "home": _at("/"),
    "rate": _at(f"/q/{town.MAIN.lower()}"),
    "rate an officer": _at(f"/q/{town.PLATE.lower()}"),
    "rate by a link": _at(f"/q/{ways.LINK.lower()}"),
    "rate a mobile service": _at(f"/q/{ways.MOBILE.lower()}"),
    "survey": _at(f"/s/{town.MAIN.lower()}"),
    "survey without an answer": _empty_survey,
    "thanks": rated(town.MAIN),
    "thanks, asking who served": rated(town.SHARED),
    "thanks, partly told": _partly_told,
    "thanks, all told": _all_told,
    "thanks in a survey week": _survey_week,
    "thanks, no topic chosen": _no_topic,
    "thanks, nothing written": _no_comment,
    "thanks, an answer asked for": _asked("Kapan jadi?"),
    "change": _change,
    "receipt": _receipt,
    "receipt of a case": _waiting,
    "receipt of a case answered": _answered,
    "receipt of a case not passed on": _not_passed_on,
    "others": _at(f"/q/{town.MAIN.lower()}/lain"),
    "closed": _at(f"/q/{town.CLOSED.lower()}"),
    "closed, no other": _at(f"/q/{town.DESERTED.lower()}"),
    "not yet open": _at(f"/q/{ways.EARLY.lower()}"),
    "over": _at(f"/q/{ways.OVER.lower()}"),
    "paper": _at(f"/q/{ways.PAPER.lower()}"),
    "scan test": _tested,
    "busy": _busy,
    "privacy": _at("/privasi"),
    "rules": _at("/aturan"),
    "method": _at("/metode"),
    "no such page": _at("/tidak-ada"),
    "no such code": _at("/buka?kode=K7M"),
    "our fault": _at("/gagal"),
}
