"""Accounts in a real browser: made, handed over, taken into use on a phone; by keyboard, without JavaScript."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Final

import cv2
import numpy as np
import pytest
import zxingcpp
from playwright.sync_api import Browser, Page
from pyotp import TOTP, parse_uri

from portal.domain.access import Role
from portal.services.admit.accounts import create_account
from tests.browser.conftest import Place
from tests.browser.following import follow
from tests.browser.rules import LANGUAGES, problems_everywhere, too_wide
from tests.browser.staff import sign_in
from tests.clock import Clock
from tests.web.staff import PASSWORD, code_of

NEW: Final = "tujuh belas huruf"


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    """The phone of whoever gets an account; its browser runs no JavaScript."""
    context = browser.new_context(viewport={"width": 360, "height": 640}, java_script_enabled=False)
    context.set_default_timeout(10_000)
    yield context.new_page()
    context.close()


def give_password(page: Page, origin: str, username: str, password: str) -> None:
    page.goto(f"{origin}/masuk")
    page.get_by_label("Nama pengguna").fill(username)
    page.get_by_label("Kata sandi").fill(password)
    follow(page.get_by_role("button", name="Masuk"))


def heading(page: Page) -> str:
    return page.get_by_role("heading", level=1).inner_text()


def secret_on(page: Page) -> str:
    return page.locator("#kunci").inner_text().replace(" ", "")


def test_an_account_goes_from_the_administrator_to_a_phone_and_into_use(
    page: Page, phone: Page, place: Place, clock: Clock
) -> None:
    sign_in(page, place, Role.ADMINISTRATOR)
    page.goto(f"{place.origin}/kelola/akun")
    follow(page.get_by_role("link", name="Buat akun"))
    page.get_by_label("Nama", exact=True).fill("Pemeriksa Contoh")
    page.get_by_label("Nama pengguna").fill("pemeriksa")
    page.get_by_label("Pemeriksa: orang kedua").check()
    follow(page.get_by_role("button", name="Buat akun"))
    given = page.locator("#sandi").inner_text()
    page.reload()
    assert page.locator("#sandi").count() == 0

    give_password(phone, place.origin, "pemeriksa", given)
    assert heading(phone) == "Buat kata sandi Anda sendiri"
    phone.get_by_label("Kata sandi baru", exact=True).fill(NEW)
    phone.get_by_label("Ulangi kata sandi baru").fill(NEW)
    follow(phone.get_by_role("button", name="Simpan kata sandi"))
    assert heading(phone) == "Aktifkan faktor kedua"
    secret = secret_on(phone)
    phone.get_by_label("Kode dari aplikasi").fill(code_of(secret, place.portal))
    follow(phone.get_by_role("button", name="Aktifkan"))
    assert heading(phone) == "Simpan kode pemulihan ini"
    assert phone.locator(".codes li").count() == 10
    follow(phone.get_by_role("link", name="Sudah saya simpan, lanjut"))
    follow(phone.get_by_role("button", name="Keluar"))

    clock.advance(timedelta(seconds=30))
    give_password(phone, place.origin, "pemeriksa", NEW)
    phone.get_by_label("Kode dari aplikasi").fill(code_of(secret, place.portal))
    follow(phone.get_by_role("button", name="Lanjut"))
    assert phone.get_by_role("button", name="Keluar").is_visible()
    page.reload()
    assert "Chrome di Linux" in page.locator("main").inner_text()


def test_the_qr_code_says_what_the_text_beside_it_says(page: Page, place: Place) -> None:
    sign_in(page, place, Role.UNIT_HEAD, "DINAS")
    page.goto(f"{place.origin}/akun/faktor-kedua")
    picture = np.frombuffer(page.locator("svg.qr").screenshot(), np.uint8)
    image = cv2.imdecode(picture, cv2.IMREAD_COLOR)
    assert image is not None
    (code,) = zxingcpp.read_barcodes(image)
    read = parse_uri(code.text)
    assert isinstance(read, TOTP)
    assert (read.secret, read.name, read.issuer) == (secret_on(page), "unit_head.dinas", "Suara Loket")


def test_what_was_pressed_too_late_is_pressed_again_after_the_password(page: Page, place: Place, clock: Clock) -> None:
    create_account(
        place.portal, username="kepala", name="Kepala Contoh", unit_code="DINAS", password=PASSWORD, actor="test"
    )
    page.goto(f"{place.origin}/masuk")
    create_account(
        place.portal, username="boss", name="Pengelola", role=Role.ADMINISTRATOR, password=PASSWORD, actor="test"
    )
    give_password(page, place.origin, "boss", PASSWORD)
    secret = secret_on(page)
    page.get_by_label("Kode dari aplikasi").fill(code_of(secret, place.portal))
    follow(page.get_by_role("button", name="Aktifkan"))
    page.goto(f"{place.origin}/kelola/akun/kepala")
    clock.advance(timedelta(minutes=11))
    follow(page.get_by_role("button", name="Nonaktifkan akun"))
    assert "tekan tombolnya sekali lagi" in page.locator("main").inner_text()
    page.get_by_label("Kata sandi").fill(PASSWORD)
    page.get_by_label("Kode dari aplikasi").fill(code_of(secret, place.portal))
    follow(page.get_by_role("button", name="Lanjut"))
    assert heading(page) == "Kepala Contoh"
    follow(page.get_by_role("button", name="Nonaktifkan akun"))
    assert page.get_by_role("status").inner_text() == "Akun sudah dinonaktifkan."


def test_an_account_is_made_by_keyboard_alone(page: Page, place: Place) -> None:
    sign_in(page, place, Role.ADMINISTRATOR)
    page.goto(f"{place.origin}/kelola/akun-baru")
    _tab_to(page, "nama")
    page.keyboard.type("Kepala Contoh")
    page.keyboard.press("Tab")
    page.keyboard.type("kepala")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.type("Dinas")
    page.keyboard.press("Tab")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert heading(page) == "Kepala Contoh"
    assert page.locator("#sandi").is_visible()


def _tab_to(page: Page, name: str) -> None:
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("() => document.activeElement.name") == name:
            return
    pytest.fail(f"{name} cannot be reached")


# ---------------------------------------------------------------- every state of every page

State = Callable[[Page, Place, Clock], None]


def _boss(page: Page, place: Place, path: str) -> None:
    sign_in(page, place, Role.ADMINISTRATOR)
    page.goto(f"{place.origin}{path}")


def _made(page: Page, place: Place, _clock: Clock) -> None:
    _boss(page, place, "/kelola/akun-baru")
    page.locator("[name=nama]").fill("Kepala Unit Pelayanan Contoh yang Namanya Panjang")
    page.locator("[name=nama_pengguna]").fill("kepala.unit.pelayanan.contoh")
    page.locator("[name=peran]").first.check()
    page.locator("[name=unit]").select_option("DINAS")
    follow(page.locator("main .send"))


def _refused(page: Page, place: Place, _clock: Clock) -> None:
    _boss(page, place, "/kelola/akun-baru")
    page.locator("[name=nama]").fill("Kepala Contoh")
    page.locator("[name=nama_pengguna]").fill("kepala")
    page.locator("[name=peran]").first.check()
    follow(page.locator("main .send"))


def _forced(page: Page, place: Place, _clock: Clock) -> None:
    given = create_account(place.portal, username="kepala", name="Kepala", unit_code="DINAS", actor="test")
    give_password(page, place.origin, "kepala", given)


def _enrolling(page: Page, place: Place, _clock: Clock) -> None:
    create_account(
        place.portal, username="pemeriksa", name="Pemeriksa", role=Role.REVIEWER, password=PASSWORD, actor="test"
    )
    give_password(page, place.origin, "pemeriksa", PASSWORD)
    page.get_by_label("Kode dari aplikasi").fill("000000")
    follow(page.locator("main .send"))


def _codes(page: Page, place: Place, clock: Clock) -> None:
    _enrolling(page, place, clock)
    page.get_by_label("Kode dari aplikasi").fill(code_of(secret_on(page), place.portal))
    follow(page.locator("main .send"))


def _asked_for_code(page: Page, place: Place, clock: Clock) -> None:
    _codes(page, place, clock)
    page.context.clear_cookies()
    give_password(page, place.origin, "pemeriksa", PASSWORD)


def _recovering(page: Page, place: Place, clock: Clock) -> None:
    _asked_for_code(page, place, clock)
    follow(page.get_by_role("link", name="Pakai kode pemulihan"))
    page.get_by_label("Kode pemulihan").fill("BUKAN")
    follow(page.locator("main .send"))


def _asked_again(page: Page, place: Place, clock: Clock) -> None:
    _boss(page, place, "/kelola/akun")
    clock.advance(timedelta(minutes=11))
    follow(page.get_by_role("link", name="Buat akun"))
    page.locator("[name=sandi]").fill("salah")
    page.locator("[name=kode]").fill("000000")
    follow(page.locator("main .send"))


def _wrong_password(page: Page, place: Place, _clock: Clock) -> None:
    _boss(page, place, "/akun/sandi")
    for name in ("sandi", "sandi_baru", "ulangi"):
        page.locator(f"[name={name}]").fill(NEW)
    follow(page.locator("main .send"))


def _forgotten(page: Page, place: Place, _clock: Clock) -> None:
    page.goto(f"{place.origin}/masuk/lupa")


STATES: Final[dict[str, State]] = {
    "forgotten": _forgotten,
    "forced password": _forced,
    "enrolling, wrong code": _enrolling,
    "recovery codes": _codes,
    "asked for the code": _asked_for_code,
    "recovering": _recovering,
    "asked again": _asked_again,
    "own account": lambda page, place, _: _boss(page, place, "/akun"),
    "own password, wrong": _wrong_password,
    "recovery codes left": lambda page, place, _: _boss(page, place, "/akun/kode-pemulihan"),
    "accounts": lambda page, place, _: _boss(page, place, "/kelola/akun"),
    "new account, refused": _refused,
    "account just made": _made,
    "own account from outside": lambda page, place, _: _boss(page, place, "/kelola/akun/administrator"),
}


@pytest.mark.parametrize("name", STATES)
def test_axe_finds_nothing_and_nothing_is_too_wide(page: Page, place: Place, clock: Clock, name: str) -> None:
    STATES[name](page, place, clock)
    problems = problems_everywhere(page)
    for width, letters in ((320, "100%"), (1280, "200%")):
        page.set_viewport_size({"width": width, "height": 640})
        page.evaluate("size => document.documentElement.style.fontSize = size", letters)
        problems += [f"{width}, {letters}: {what}" for what in too_wide(page)]
    assert not problems


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pages_keep_the_language_that_was_chosen(page: Page, place: Place, language: str) -> None:
    sign_in(page, place, Role.ADMINISTRATOR)
    said = {"id": ("Akun petugas", "Buat akun"), "en": ("Staff accounts", "Create an account")}
    page.goto(f"{place.origin}/kelola/akun?l={language}")
    assert heading(page) == said[language][0]
    follow(page.get_by_role("link", name=said[language][1]))
    assert heading(page) == said[language][1]
    assert page.locator("html").get_attribute("lang") == language
