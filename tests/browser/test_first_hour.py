"""The first hour of an office, from the printed address of the set-up to the first rating, as its people go it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from typing import Any, Final
from urllib.parse import urlsplit

import cv2
import numpy as np
import pytest
import zxingcpp
from playwright.sync_api import Browser, Locator, Page

from portal.services import Portal
from portal.services.enrol.rehearsal import begin_rehearsal, end_rehearsal
from portal.services.enrol.set_up import set_up_key
from portal.services.government import find_facts
from portal.settings import Settings
from tests.browser.conftest import HERE, TWO, Place, served, served_by_two
from tests.browser.following import follow
from tests.browser.rules import problems_everywhere, too_wide
from tests.browser.staff import sign_in
from tests.clock import Clock
from tests.web import visit
from tests.web.staff import code_of
from tests.wire import PATIENCE

ANSWERS: Final[Mapping[str, str]] = {
    "Nama pemerintah daerah": "Pemerintah Kabupaten Contoh Kepulauan",
    "Unit pertama": "Dinas Kependudukan Contoh",
    "Loket pertama di unit itu": "Loket 1",
    "Layanan di loket itu": "KTP elektronik\nKartu keluarga",
    "Nama Anda": "Pengelola Contoh",
    "Nama pengguna": "pengelola.contoh",
}
PASSWORD: Final = "enam belas huruf"
WAYS: Final[Mapping[str, dict[str, Any]]] = {
    "phone": {"viewport": {"width": 360, "height": 640}},
    "desktop": {"viewport": {"width": 1280, "height": 800}, "color_scheme": "dark"},
    "without JavaScript": {"viewport": {"width": 360, "height": 640}, "java_script_enabled": False},
}
Press = Callable[[Locator], None]


@pytest.fixture
def office(
    settings: Settings, portal: Portal, clock: Clock, hosting: str, request: pytest.FixtureRequest
) -> Iterator[Place]:
    """An empty portal, served."""
    with ExitStack() as stack:
        if hosting == TWO:
            origin = stack.enter_context(served_by_two(settings, clock, request.getfixturevalue("redis")))
        else:
            origin = stack.enter_context(served(request.getfixturevalue("app")))
        yield Place(origin, origin, portal)


@pytest.fixture
def visitor(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """Whoever sets the office up, with the browser of one of the WAYS."""
    context = browser.new_context(**WAYS[request.param])
    context.set_default_timeout(10_000)
    yield context.new_page()
    context.close()


def by_pointer(control: Locator) -> None:
    follow(control)


def by_keyboard(control: Locator) -> None:
    """Reach the control with Tab alone, see that it has the focus, and press Enter."""
    page = control.page
    wanted = control.element_handle()
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("it => document.activeElement === it", wanted):
            break
    else:
        pytest.fail(f"{control} cannot be reached")
    assert page.evaluate("() => getComputedStyle(document.activeElement).outlineStyle") == "solid"
    with page.expect_navigation():
        page.keyboard.press("Enter")


def _heading(page: Page) -> str:
    return page.get_by_role("heading", level=1).inner_text()


def _button(page: Page, words: str) -> Locator:
    return page.get_by_role("button", name=words, exact=True)


def _link(page: Page, words: str) -> Locator:
    return page.get_by_role("link", name=words, exact=True).first


def _set_up(page: Page, office: Place, press: Press) -> None:
    page.goto(f"{office.origin}/mulai?kunci={set_up_key(office.portal)}")
    for label, typed in ANSWERS.items():
        page.get_by_label(label).first.fill(typed)
    page.locator("[name=sandi]").fill(PASSWORD)
    page.locator("[name=ulang]").fill(PASSWORD)
    press(_button(page, "Siapkan portal"))
    assert _heading(page) == "Portal sudah disiapkan"


def _enter(page: Page, office: Place, press: Press) -> None:
    """Sign in for the first time: password, second factor, recovery codes kept."""
    press(_link(page, "Masuk"))
    page.locator("[name=nama]").fill("pengelola.contoh")
    page.locator("[name=sandi]").fill(PASSWORD)
    press(page.locator("main .send"))
    secret = page.locator("#kunci").inner_text().replace(" ", "")
    page.locator("[name=kode]").fill(code_of(secret, office.portal))
    press(page.locator("main .send"))
    press(page.locator("main .send"))
    assert urlsplit(page.url).path == "/kelola"


def _printed_address(page: Page, office: Place, press: Press) -> str:
    """Open the counter's sheet and read its code from a picture of the screen; the path leads to this server."""
    press(_link(page, "Lihat loket dan kodenya"))
    press(_link(page, "Loket 1"))
    press(_link(page, "Buka lembar cetak dan QR"))
    picture = cv2.imdecode(np.frombuffer(page.screenshot(full_page=True), np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    (found,) = zxingcpp.read_barcodes(picture)
    return office.origin + urlsplit(found.text).path


def _state(page: Page, step: str) -> str:
    item = page.locator("ol.checklist > li").filter(has=page.get_by_role("heading", name=step))
    return item.locator(".unseen").inner_text().strip(": ")


def _wait_for_band(page: Page, address: str, *, rehearsing: bool) -> None:
    """Open a page until its band says so: another process than the one that was told hears of it seconds later."""
    end = time.monotonic() + PATIENCE
    page.goto(address)
    while ("Masa uji coba:" in page.locator("header").inner_text()) != rehearsing:
        assert time.monotonic() < end
        page.goto(address)


def _go(page: Page, office: Place, citizen: Page, press: Press) -> None:
    """The whole hour: set up, sign in, read the code, try it out with a phone, rate, see that it came."""
    _set_up(page, office, press)
    _enter(page, office, press)
    assert [_state(page, step) for step in ("Loket", "Uji pindai", "Penilaian pertama")] == ["Sudah", "Belum", "Belum"]
    address = _printed_address(page, office, press)
    page.goto(f"{office.origin}/kelola")
    press(_link(page, "Uji QR dengan telepon"))
    press(page.locator("main .send"))
    citizen.goto(address)
    assert "berfungsi" in _heading(citizen)
    citizen.goto(address)
    follow(_button(citizen, "Sangat puas"))
    _wait_for_band(page, f"{office.origin}/kelola", rehearsing=True)
    assert _state(page, "Uji pindai") == _state(page, "Penilaian pertama") == "Sudah"
    assert visit.answers(office.portal) == {"quick@1": {"LAYANAN": 4}}


def _end(page: Page, office: Place, citizen: Page, press: Press) -> None:
    """End the rehearsal, keep its certificate, and be rated in earnest."""
    press(_link(page, "Akhiri masa uji coba"))
    press(_link(page, "Akhiri dan hapus semua penilaian"))
    page.get_by_label("Ketik HAPUS").fill("HAPUS")
    press(_button(page, "Hapus semua penilaian percobaan"))
    assert _heading(page) == "Sertifikat penghapusan 1"
    assert visit.count(office.portal) == 0
    assert not find_facts(office.portal).rehearsing
    _wait_for_band(page, f"{office.origin}/kelola", rehearsing=False)
    assert _state(page, "Penilaian pertama") == "Belum"
    follow(citizen.get_by_role("link", name="Selesai"))


@pytest.mark.parametrize(
    "visitor, hosting",
    [*((way, HERE) for way in WAYS), ("without JavaScript", TWO)],
    indirect=True,
)
def test_the_first_hour_ends_with_a_rating(visitor: Page, page: Page, office: Place) -> None:
    _go(visitor, office, page, by_pointer)
    _end(visitor, office, page, by_pointer)


@pytest.mark.parametrize("visitor", ["desktop"], indirect=True)
def test_the_first_hour_can_be_gone_by_keyboard(visitor: Page, page: Page, office: Place) -> None:
    _go(visitor, office, page, by_keyboard)
    _end(visitor, office, page, by_keyboard)


@pytest.mark.parametrize("language", ["id", "en"])
def test_axe_finds_nothing_on_the_pages_of_the_set_up(page: Page, office: Place, language: str) -> None:
    page.goto(f"{office.origin}/mulai?l={language}&kunci={set_up_key(office.portal)}")
    problems = problems_everywhere(page)
    page.locator("[name=ulang]").evaluate("it => it.form.noValidate = true")
    follow(page.locator("main .send"))
    assert page.locator(".problem").count() > 5
    problems += problems_everywhere(page)
    page.goto(f"{office.origin}/mulai?l={language}")
    problems += problems_everywhere(page)
    sign_in(page, office, "administrator")
    page.goto(f"{office.origin}/mulai/selesai?l={language}")
    problems += problems_everywhere(page)
    assert not problems


@pytest.mark.parametrize("language", ["id", "en"])
def test_axe_finds_nothing_on_the_pages_of_the_administrator(page: Page, place: Place, language: str) -> None:
    begin_rehearsal(place.portal, actor="test")
    end_rehearsal(place.portal, word="HAPUS", actor="test")
    begin_rehearsal(place.portal, actor="test")
    sign_in(page, place, "administrator")
    problems: list[str] = []
    paths = "kelola kelola/loket kelola/loket/C1 kelola/loket/C3 kelola/loket/C4 kelola/loket-baru?unit=DINAS"
    rehearsed = "kelola/uji-coba kelola/uji-coba/akhiri kelola/uji-coba/sertifikat/1"
    for path in f"{paths} {rehearsed}".split():
        page.goto(f"{place.origin}/{path}{'&' if '?' in path else '?'}l={language}")
        problems += [f"{path}, {problem}" for problem in problems_everywhere(page)]
        page.evaluate("() => document.documentElement.style.fontSize = '200%'")
        problems += [f"{path}, large letters: {problem}" for problem in too_wide(page)]
    assert not problems
