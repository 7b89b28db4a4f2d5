"""A period from its last day to its corrected version, by two persons at their browsers, without JavaScript."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from portal import app as composition
from portal.domain.access import Role
from portal.services import Portal
from portal.settings import Settings
from tests.browser.conftest import Place, served
from tests.browser.following import follow
from tests.browser.rules import problems_everywhere
from tests.browser.staff import sign_in
from tests.clock import Clock
from tests.closed import town

MARCH = "/kelola/periode/2026-03"


@pytest.fixture
def place(settings: Settings, portal: Portal, clock: Clock) -> Iterator[Place]:
    """Three officers, rated in March, April and May; it is the end of June."""
    town(portal, clock)
    with served(composition.build_web(settings, portal)) as origin:
        yield Place(origin, "nowhere:", portal)


@pytest.fixture
def one(browser: Browser, place: Place) -> Iterator[Page]:
    yield from _person(browser, place, Role.ADMINISTRATOR)


@pytest.fixture
def two(browser: Browser, place: Place) -> Iterator[Page]:
    yield from _person(browser, place, Role.REVIEWER)


def _person(browser: Browser, place: Place, role: Role) -> Iterator[Page]:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 640})
    page = context.new_page()
    sign_in(page, place, role)
    yield page
    context.close()


def _approve(page: Page, place: Place) -> None:
    page.goto(f"{place.origin}/kelola/persetujuan")
    follow(page.get_by_role("button", name="Setujui"))
    assert page.get_by_text("sudah dilaksanakan").is_visible()


def test_a_period_is_closed_and_corrected_by_two_persons(one: Page, two: Page, place: Place) -> None:
    one.goto(f"{place.origin}/kelola/periode")
    follow(one.get_by_role("link", name="Maret 2026"))
    one.get_by_label("Alasan").fill("Periode selesai.")
    follow(one.get_by_role("button", name="Ajukan penutupan"))
    assert one.locator(".notice").get_by_text("menunggu persetujuan orang kedua").is_visible()
    _approve(two, place)
    one.goto(f"{place.origin}/kelola/tugas-koreksi")
    one.get_by_label("Unit").select_option("UPT-1")
    follow(one.get_by_role("button", name="Buka"))
    one.get_by_label("Tanggal").fill("2026-03-03")
    one.get_by_label("Yang sebenarnya melayani").select_option("P2")
    one.get_by_label("Alasan").fill("Tukar jaga.")
    follow(one.get_by_role("button", name="Ajukan koreksi"))
    assert one.get_by_text("(7 penilaian)").is_visible()
    _approve(two, place)
    two.goto(f"{place.origin}{MARCH}")
    two.get_by_label("Alasan").fill("Tukar jaga 3 Maret.")
    follow(two.get_by_role("button", name="Ajukan koreksi"))
    _approve(one, place)
    one.goto(f"{place.origin}{MARCH}")
    assert one.get_by_text("Ditutup dan dikoreksi").is_visible()
    assert one.get_by_role("heading", name="Versi 2").is_visible()


def test_the_pages_of_periods_are_sound_at_every_step(browser: Browser, place: Place) -> None:
    """Open, proposed, closed, corrected, refused: by axe, at both widths, in both schemes."""
    context = browser.new_context(viewport={"width": 1280, "height": 640})
    page = context.new_page()
    sign_in(page, place, Role.ADMINISTRATOR)
    problems = []
    for path in ("/kelola/periode", MARCH, "/kelola/periode/2026-04", "/kelola/tugas-koreksi?unit=UPT-1"):
        page.goto(place.origin + path)
        problems += [f"{path}: {what}" for what in problems_everywhere(page)]
    page.goto(place.origin + MARCH)
    page.get_by_label("Alasan").fill("Periode selesai.")
    follow(page.get_by_role("button", name="Ajukan penutupan"))
    problems += [f"proposed: {what}" for what in problems_everywhere(page)]
    page.goto(f"{place.origin}/kelola/persetujuan")
    problems += [f"approvals: {what}" for what in problems_everywhere(page)]
    context.close()
    assert not problems
