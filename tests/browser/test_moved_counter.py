"""A counter closed, opened again and moved to another unit, while the code on its wall stays as it is."""

from __future__ import annotations

from datetime import timedelta

from playwright.sync_api import Browser, Page, expect

from portal.domain.access import Role
from portal.services import run
from portal.services.rebuild import check_tallies
from tests.browser.conftest import EVERYWHERE, Place
from tests.browser.following import follow
from tests.browser.staff import sign_in
from tests.clock import Clock
from tests.web import town

PRINTED = town.ALONE.lower()


def _scan(page: Page, place: Place, clock: Clock, words: str) -> None:
    """Open the printed code until the page says so: one that was just read stands for some seconds more."""
    for _ in range(40):
        page.goto(f"{place.origin}/q/{PRINTED}")
        if page.get_by_text(words).count():
            return
        clock.advance(timedelta(seconds=1))  # where the clock stands still; where it runs, the wait is what counts
        page.wait_for_timeout(250)
    expect(page.get_by_text(words).first).to_be_visible()


def _rate(page: Page, place: Place, clock: Clock, unit: str) -> None:
    _scan(page, place, clock, unit)
    follow(page.get_by_role("button", name="Sangat puas"))
    assert page.get_by_role("heading", level=1).inner_text().startswith("Terima kasih.")


@EVERYWHERE
def test_the_printed_code_goes_where_its_counter_goes(browser: Browser, page: Page, place: Place, clock: Clock) -> None:
    desk = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
    sign_in(desk, place, Role.ADMINISTRATOR)
    _rate(page, place, clock, "Dinas Contoh")

    desk.goto(f"{place.origin}/kelola/loket/C6")
    follow(desk.get_by_role("button", name="Tutup loket"))
    _scan(page, place, clock, "Loket ini sudah pindah")
    follow(desk.get_by_role("button", name="Buka kembali loket"))
    _rate(page, place, clock, "Dinas Contoh")

    desk.goto(f"{place.origin}/kelola/loket/C6")
    desk.get_by_label("Unit baru").select_option(label="Kantor Contoh")
    follow(desk.get_by_role("button", name="Pindahkan loket"))
    assert desk.get_by_text("Kode cetaknya tetap").is_visible()
    _rate(page, place, clock, "Kantor Contoh")
    assert run(place.portal, check_tallies).differing == 0
    desk.context.close()
