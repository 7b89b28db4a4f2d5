"""Every page of staff that the table of access names, as it stands: axe, width, and the way there by keyboard."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from typing import Final

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page

from portal import app as composition
from portal.domain.access import Role
from portal.settings import Settings
from portal.web.access import TABLE
from tests.browser.conftest import Place
from tests.browser.rules import LANGUAGES, too_wide, violations
from tests.browser.staff import sign_in

ARGUMENTS: Final[Mapping[str, str]] = {
    "unit_code": "DINAS",
    "counter_code": "C1",
    "service_code": "L1",
    "officer_code": "P1",
    "measure": "layanan",
    "code": "2026-S1",
    "username": "unit_head.dinas",
}
NO_PAGES: Final = {
    *("unit_head.table", "unit_head.poster", "unit_head.posters", "unit_head.own"),
    "administrator.snapshot_file",
    *("administrator.poster_file", "administrator.poster_index", "administrator.certificate"),
    *("unit_head.report_word", "unit_head.report_sheet", "administrator.recap_csv", "administrator.recap_xlsx"),
    *("administrator.workbook_template", "administrator.workbook_export", "account.recovery_codes"),
}
"""Files, pages that lead elsewhere, and what exists only after an act."""
VIEWS: Final = ((360, "light"), (1280, "dark"))


def addresses(app: Flask, role: Role) -> list[str]:
    """The address of every page that the role may open."""
    found = []
    with app.test_request_context():
        for route in app.url_map.iter_rules():
            rule = TABLE.get(route.endpoint)
            if rule and role in rule.roles and "GET" in (route.methods or ()) and route.endpoint not in NO_PAGES:
                needed = {name: ARGUMENTS[name] for name in route.arguments}
                found.append(str(app.url_map.bind("localhost").build(route.endpoint, needed)))
    return sorted(set(found))


def signed_in(browser: Browser, place: Place, role: Role) -> Page:
    page = browser.new_context(viewport={"width": 1280, "height": 640}).new_page()
    sign_in(page, place, role, "DINAS" if role is Role.UNIT_HEAD else None)
    return page


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_is_sound_for_whoever_opens_it(
    browser: Browser, place: Place, settings: Settings, language: str
) -> None:
    app = composition.build_web(settings, place.portal)
    seen, problems = set(), []
    for role in Role:
        page = signed_in(browser, place, role)
        for address in addresses(app, role):
            if address in seen:
                continue
            seen.add(address)
            answer = page.goto(f"{place.origin}{address}?l={language}")
            assert answer is not None
            assert answer.status == 200, (role, address, answer.status)
            assert page.locator("html").get_attribute("lang") == language
            for width, scheme in VIEWS:
                page.set_viewport_size({"width": width, "height": 640})
                page.emulate_media(color_scheme="light" if scheme == "light" else "dark")
                problems += [f"{address}, {width}, {scheme}: {what}" for what in (*too_wide(page), *violations(page))]
        page.context.close()
    assert not problems


def test_every_control_of_every_page_is_reached_by_keyboard(browser: Browser, place: Place, settings: Settings) -> None:
    """Each Tab goes to a control that can be seen, in the order of the page, until all of them were met."""
    app = composition.build_web(settings, place.portal)
    page = signed_in(browser, place, Role.ADMINISTRATOR)
    for address in addresses(app, Role.ADMINISTRATOR):
        page.goto(place.origin + address)
        controls = page.evaluate(REACHABLE)
        met: list[int] = []
        for _ in range(4 * controls):  # a date has a stop each for day, month, year and the calendar
            page.keyboard.press("Tab")
            met.append(page.evaluate(FOCUSED))
            if met[-1] == controls - 1:
                break
        assert [stop for stop, _ in groupby(met)] == list(range(controls)), address
    page.context.close()


# A group of radio buttons is one stop; what is inside a closed <details> is none until it is opened.
REACHABLE: Final = """() => {
    const groups = new Set();
    window.stops = [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]')]
        .filter(it => !it.disabled && it.type !== 'hidden' && it.checkVisibility() && it.tabIndex >= 0)
        .filter(it => it.type !== 'radio' || (!groups.has(it.name) && groups.add(it.name)));
    return window.stops.length;
}"""
FOCUSED: Final = """() => {
    const it = document.activeElement;
    const found = window.stops.indexOf(it);
    return found >= 0 ? found : window.stops.findIndex(stop => stop.name === it.name && stop.type === 'radio');
}"""
