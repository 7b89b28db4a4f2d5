"""The workbook, the numbers served and the duty of the day, as an office uses them."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Final

import openpyxl
import pytest
from playwright.sync_api import Browser, Page

from portal.domain.access import Role
from portal.services import run
from portal.services.enrol.extract import export_workbook
from tests.browser.conftest import EVERYWHERE, Place
from tests.browser.following import follow
from tests.browser.rules import LANGUAGES, problems_everywhere
from tests.browser.staff import sign_in
from tests.web import town

UNIT: Final = "DINAS"
WORKBOOK: Final = "/kelola/buku-kerja"


def changed(place: Place, folder: Path, *, wrong: bool = False) -> Path:
    """The present data, with a counter renamed, one closed and one that looks like another; or with mistakes."""
    workbook = openpyxl.load_workbook(io.BytesIO(run(place.portal, export_workbook, actor="test")))
    counters = workbook["Loket"]
    counters["C2"] = "Loket Satu"
    counters["E3"] = "2030-12-31"
    counters.append(["C9", UNIT, "loket  satu"])
    if wrong:
        counters["B2"], counters["G3"] = "DINAZ", "kapan-kapan"
        workbook["Jumlah dilayani"].append(["SATU", UNIT, None, "2026-03-02", 4.5])
    file = folder / "buku-kerja.xlsx"
    workbook.save(file)
    return file


def send(page: Page, place: Place, file: Path, language: str = "id") -> None:
    page.goto(f"{place.origin}{WORKBOOK}?l={language}")
    page.locator("[name=berkas]").set_input_files(file)
    follow(page.locator("main .send"))


@EVERYWHERE
@pytest.mark.parametrize("script", [True, False])
def test_the_workbook_is_taken_changed_checked_and_applied(
    browser: Browser, place: Place, tmp_path: Path, *, script: bool
) -> None:
    context = browser.new_context(java_script_enabled=script, viewport={"width": 1280, "height": 800})
    page = context.new_page()
    sign_in(page, place, Role.ADMINISTRATOR)
    page.goto(place.origin + WORKBOOK)
    with page.expect_download() as taken:
        page.get_by_role("button", name="Unduh data sekarang").click()
    file = tmp_path / "data.xlsx"
    taken.value.save_as(file)
    workbook = openpyxl.load_workbook(file)
    workbook["Loket"]["C2"] = "Loket Satu"
    workbook.save(file)
    send(page, place, file)
    assert page.get_by_text("Belum ada yang disimpan.").is_visible()
    assert page.get_by_role("row", name="C1 Diubah nama: Loket 1 → Loket Satu").is_visible()
    follow(page.get_by_role("button", name="Terapkan"))
    # The name plate of the town was not made by a workbook, which closes it.
    done = "Buku kerja sudah diterapkan: 0 dibuat, 1 diubah, 1 ditutup, 0 dibuka kembali."
    assert page.get_by_text(done).is_visible()
    page.goto(f"{place.origin}/q/{town.MAIN.lower()}")
    assert page.get_by_text("Loket Satu").first.is_visible()
    context.close()


def test_a_file_that_is_too_large_is_answered_and_not_cut_off(page: Page, place: Place, tmp_path: Path) -> None:
    sign_in(page, place, Role.ADMINISTRATOR)
    file = tmp_path / "besar.xlsx"
    file.write_bytes(bytes(20 << 20))
    send(page, place, file)
    assert page.get_by_role("alert").inner_text().startswith("Mohon perbaiki: berkas lebih besar dari 8 MiB.")


@EVERYWHERE
@pytest.mark.parametrize("script", [True, False])
def test_who_is_absent_is_said_on_a_phone_and_the_next_rating_asks_nobody_else(
    browser: Browser, place: Place, *, script: bool
) -> None:
    context = browser.new_context(java_script_enabled=script, viewport={"width": 360, "height": 640})
    page = context.new_page()
    sign_in(page, place, Role.UNIT_HEAD, UNIT)
    page.goto(f"{place.origin}/unit/{UNIT}/jaga")
    page.get_by_label(town.ONE).select_option(label="Tidak masuk")
    page.get_by_label(town.TWO).select_option(label="Loket 1")
    follow(page.get_by_role("button", name="Simpan"))
    assert page.get_by_text("Tersimpan.").is_visible()
    at_one = page.get_by_role("listitem").filter(has_text="Loket 1")
    assert town.TWO in at_one.inner_text()
    assert town.ONE not in at_one.inner_text()
    context.close()


def test_the_duty_of_the_day_is_arranged_by_keyboard(page: Page, place: Place) -> None:
    sign_in(page, place, Role.UNIT_HEAD, UNIT)
    page.goto(f"{place.origin}/unit/{UNIT}/jaga")
    page.get_by_label(town.ONE).focus()
    page.keyboard.press("End")
    while not page.get_by_role("button", name="Simpan").evaluate("it => it === document.activeElement"):
        page.keyboard.press("Tab")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.get_by_text("Tersimpan.").is_visible()
    assert page.get_by_label(town.ONE).input_value() == "tidak-masuk"


@pytest.mark.parametrize("script", [True, False])
def test_the_numbers_of_a_day_are_typed_by_keyboard_on_a_phone(browser: Browser, place: Place, *, script: bool) -> None:
    context = browser.new_context(java_script_enabled=script, viewport={"width": 360, "height": 640})
    page = context.new_page()
    sign_in(page, place, Role.UNIT_HEAD, UNIT)
    page.goto(f"{place.origin}/unit/{UNIT}/dilayani")
    page.get_by_label("Kartu keluarga").focus()
    page.keyboard.type("9")
    page.keyboard.press("Tab")
    page.keyboard.type("41")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.get_by_text("Tersimpan.").is_visible()
    assert page.get_by_role("row").nth(1).inner_text().split("\t")[-1].strip() == "50"
    context.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_axe_finds_nothing_on_the_pages_of_the_registry(
    page: Page, place: Place, tmp_path: Path, language: str
) -> None:
    sign_in(page, place, Role.ADMINISTRATOR)
    problems: list[str] = []
    page.goto(f"{place.origin}{WORKBOOK}?l={language}")
    problems += problems_everywhere(page)
    for wrong in (False, True):
        send(page, place, changed(place, tmp_path, wrong=wrong), language)
        problems += problems_everywhere(page)
    for path in ("dilayani", "dilayani?tanggal=kemarin", "jaga", "jaga?tanggal=lusa"):
        page.goto(f"{place.origin}/unit/{UNIT}/{path}{'&' if '?' in path else '?'}l={language}")
        problems += [f"{path}, {problem}" for problem in problems_everywhere(page)]
    page.locator("[name^=petugas-]").first.select_option(index=1)
    follow(page.locator("main .send"))
    problems += problems_everywhere(page)
    page.goto(f"{place.origin}/unit/{UNIT}/dilayani?l={language}")
    page.locator("[name=jumlah]").fill("banyak")
    follow(page.locator("main .send"))
    problems += problems_everywhere(page)
    assert not problems
