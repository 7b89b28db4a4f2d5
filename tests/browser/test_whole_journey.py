"""From the scan to the feed, as the people who use it go: five phones, the operator, the unit's head, the system."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import Any, Final
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import cv2
import numpy as np
import pytest
import zxingcpp
from click.testing import CliRunner
from playwright.sync_api import Browser, Page

from portal import cli
from portal.services import Portal
from portal.services.admit.accounts import create_account
from portal.services.admit.clients import create_client
from tests.browser.conftest import EVERYWHERE, Place
from tests.browser.following import follow
from tests.browser.rules import problems_everywhere
from tests.web import town

PASSWORD: Final = "enam belas huruf"
WORST, BEST = "Tidak puas", "Sangat puas"
FACES: Final = (BEST, "Puas", BEST, "Kurang puas", "Puas")


def _rate(browser: Browser, place: Place, code: str, face: str) -> None:
    """Rate from a phone of its own, without JavaScript."""
    context = browser.new_context(viewport={"width": 360, "height": 640}, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{place.origin}/q/{code.lower()}")
    follow(page.get_by_role("button", name=face, exact=True))
    assert page.get_by_role("heading", level=1).inner_text().startswith("Terima kasih.")
    context.close()


def _sign_in(page: Page, place: Place, portal: Portal) -> None:
    create_account(
        portal, username="kepala.contoh", name="Kepala Contoh", unit_code="DINAS", password=PASSWORD, actor="test"
    )
    page.goto(f"{place.origin}/unit")
    page.get_by_label("Nama pengguna").fill("kepala.contoh")
    page.get_by_label("Kata sandi").fill(PASSWORD)
    follow(page.get_by_role("button", name="Masuk"))
    assert page.get_by_role("heading", level=1).inner_text() == "Dinas Contoh"


def _release(portal: Portal) -> str:
    """Run `portal release`, whose connections must outlive the command here."""
    kept = replace(portal, close=lambda: None)
    outcome = CliRunner().invoke(cli.build(lambda: kept), ["release", "--weekly"], catch_exceptions=False)
    assert outcome.exit_code == 0
    return outcome.output


def _pull(place: Place, portal: Portal, path: str) -> Any:  # noqa: ANN401 - JSON is what the other program gets
    client, secret = create_client(portal, name="Sistem penilaian (contoh)", actor="test")
    basic = base64.b64encode(f"{client}:{secret}".encode()).decode()
    form = urlencode({"grant_type": "client_credentials"}).encode()
    ask = Request(f"{place.origin}/oauth2/token", form, {"Authorization": f"Basic {basic}"})  # noqa: S310 - the test's own server
    with urlopen(ask) as reply:  # noqa: S310 - the test's own server
        token = json.load(reply)["access_token"]
    ask = Request(place.origin + path, headers={"Authorization": f"Bearer {token}"})  # noqa: S310 - the test's own server
    with urlopen(ask) as reply:  # noqa: S310 - the test's own server
        return json.load(reply)


@EVERYWHERE
def test_five_phones_rate_and_the_figure_reaches_head_and_appraisal_system(
    browser: Browser, page: Page, place: Place, portal: Portal
) -> None:
    for face in FACES[:4]:
        _rate(browser, place, town.ALONE, face)
    _release(portal)
    _sign_in(page, place, portal)
    strip = page.locator("main").inner_text()
    assert "Data belum cukup." in strip
    assert "75,00" not in strip
    _rate(browser, place, town.ALONE, FACES[4])
    assert "cells moved" in _release(portal)
    # Two officers are loaded: fewer than three, so the unit waits for the officers' threshold of ten.
    for face in FACES:
        _rate(browser, place, town.ALONE, face)
    _release(portal)
    page.reload()
    # (4 + 3 + 4 + 2 + 3) / 5 x 25 = 80.00
    assert "80,00" in page.locator("main").inner_text()
    rows = _pull(place, portal, "/api/v1/scores?subject=unit&period=2026-S1")["items"]
    (quick,) = [row for row in rows if row["measure"] == "layanan" and row["subject"]["id"] == "DINAS"]
    assert (quick["n"], quick["value"]) == (None, None)  # the feed's threshold for a unit of two officers is thirty
    for face in FACES * 4:
        _rate(browser, place, town.ALONE, face)
    _release(portal)
    rows = _pull(place, portal, "/api/v1/scores?subject=unit&period=2026-S1")["items"]
    (quick,) = [row for row in rows if row["measure"] == "layanan" and row["subject"]["id"] == "DINAS"]
    assert (quick["n"], quick["value"]) == (30, "80.00")


@pytest.mark.parametrize("language", ["id", "en"])
def test_axe_finds_nothing_on_any_page_of_staff(page: Page, place: Place, portal: Portal, language: str) -> None:
    _sign_in(page, place, portal)
    problems: list[str] = []
    for path in ("/unit", "/loket/C1", "/unit/DINAS?periode=2025-S2"):
        page.goto(f"{place.origin}{path}{'&' if '?' in path else '?'}l={language}")
        problems += [f"{path}, {problem}" for problem in problems_everywhere(page)]
    assert not problems


def test_both_decoders_read_the_code_from_a_picture_of_the_sheet(page: Page, place: Place, portal: Portal) -> None:
    _sign_in(page, place, portal)
    for scheme in ("light", "dark"):
        page.set_viewport_size({"width": 1280, "height": 1000})
        page.emulate_media(color_scheme=scheme)
        page.goto(f"{place.origin}/loket/C1")
        picture = cv2.imdecode(np.frombuffer(page.screenshot(full_page=True), np.uint8), cv2.IMREAD_COLOR)
        assert picture is not None
        address = f"http://127.0.0.1:8000/q/{town.MAIN.lower()}"
        assert [found.text for found in zxingcpp.read_barcodes(picture)] == [address]
        assert cv2.QRCodeDetectorAruco().detectAndDecode(picture)[0] == address
