"""The demonstration as `make demo` sets it up, and the same figure on every surface of it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal import app as composition
from portal import services
from portal.demo.published import month_before
from portal.demo.scene import Scene, describe
from portal.domain.period import Period
from portal.services import Portal
from portal.services.rebuild import check_tallies
from portal.settings import Settings
from portal.storage import structure
from tests.client import CheckedClient
from tests.web.visit import form_to

PRESENT = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
COUNTERS = {"dukcapil": 4, "puskesmas": 3, "dpmptsp": 2, "pupr": 1, "kecamatan": 2}
UNITS = tuple(COUNTERS)

pytestmark = pytest.mark.xdist_group("demo")  # set up once, not once per process


@dataclass(frozen=True)
class Demo:
    settings: Settings
    scene: Scene
    portal: Portal
    app: Flask

    def browser(self, username: str) -> FlaskClient:
        """A browser in which the head of a unit has signed in."""
        browser = self.app.test_client()
        form = re.search(r'name="token" value="([^"]+)"', browser.get("/masuk").text)
        assert form
        data = {
            "nama": username,
            "sandi": next(one.password for one in self.scene.members if one.username == username),
            "token": unescape(form[1]),
        }
        assert browser.post("/masuk", data=data).status_code == 303
        return browser

    def pull(self, path: str) -> Any:  # noqa: ANN401 - JSON is what the program at the other end gets
        client = self.app.test_client()
        basic = (self.scene.client_code, self.scene.client_secret)
        grant = client.post("/oauth2/token", data={"grant_type": "client_credentials"}, auth=basic).json
        assert grant
        reply = client.get(path, headers={"Authorization": f"Bearer {grant['access_token']}"})
        assert reply.status_code == 200, reply.text
        return reply.json


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    settings = composition.demo_settings(tmp_path_factory.mktemp("demo"), "127.0.0.1:8000")
    scene = composition.set_up_demo(settings, present=PRESENT, say=lambda _: None)
    portal = composition.build_portal(settings, now=lambda: PRESENT)
    app = composition.build_web(settings, portal)
    app.test_client_class = CheckedClient
    yield Demo(settings, scene, portal, app)
    portal.close()


def _rows(browser: FlaskClient, unit: str, table: str, period: str) -> list[dict[str, str]]:
    reply = browser.get(f"/unit/{unit}/{table}.csv?periode={period}&l=en")
    return list(csv.DictReader(io.StringIO(reply.get_data().decode("utf-8-sig"))))


def test_the_published_matrix_gives_78_74_on_page_table_and_feed(demo: Demo) -> None:
    # Sekadau, first semester of 2019: 49 published ballots, IKM recomputed from them (golden/skm.json).
    browser = demo.browser("kepala.kecamatan")
    page = browser.get(f"/unit?periode={demo.scene.period_code}").text
    assert "78,74" in page
    assert "78.74" in browser.get(f"/unit?periode={demo.scene.period_code}&l=en").text
    rows = _rows(browser, "kecamatan", "ringkasan", demo.scene.period_code)
    (row,) = [row for row in rows if "78.74" in row.values()]
    assert {"B", "49"} <= set(row.values())
    feed = demo.pull(f"/api/v1/units/kecamatan/scores/{demo.scene.period_code}")["items"]
    (skm,) = [score for score in feed if score["measure"] == "skm"]
    assert (skm["value"], skm["mutu"], skm["n"]) == ("78.74", "B", 49)


@pytest.mark.parametrize(
    "subject, table, code, columns",
    [
        ("counter", "loket", "counter", {"layanan": ""}),
        ("service", "layanan", "service", {"skm": "IKM", "layanan": "Quick"}),
        ("officer", "petugas", "officer", {"petugas": ""}),
    ],
)
def test_every_figure_is_the_same_to_the_last_digit(
    demo: Demo, subject: str, table: str, code: str, columns: dict[str, str]
) -> None:
    browser = demo.browser("kepala.kota")
    feed = demo.pull(f"/api/v1/scores?subject={subject}&period=2026-S2&limit=500")["items"]
    seen = 0
    for unit in UNITS:
        page = unescape(browser.get(f"/unit/{unit}?periode=2026-S2&l=en").text)
        for row in _rows(browser, unit, table, "2026-S2"):
            values = set(row.values())
            for score in feed:
                if score["subject"]["id"] in values and score["measure"] in columns and score["value"]:
                    assert {score["value"], score["lower"], score["upper"], str(score["n"])} <= values, (row, score)
                    assert score["value"] in page
                    seen += 1
    assert seen > 5, code


def test_the_made_up_government_is_as_large_as_it_says(demo: Demo) -> None:
    top = demo.pull("/api/v1/scores?subject=unit&period=2026-S2&limit=500")["items"]
    assert {score["subject"]["id"] for score in top} == {"kota", *UNITS}
    counters = demo.pull("/api/v1/scores?subject=counter&period=2026-S2&limit=500")["items"]
    codes = {score["subject"]["id"] for score in counters}
    assert codes - {"kecamatan-keliling", "tautan:dukcapil", "kertas:puskesmas"} == {
        f"{unit}-{number}" for unit, most in COUNTERS.items() for number in range(1, most + 1)
    }
    officers = demo.pull("/api/v1/scores?subject=officer&period=2026-S2&limit=500")["items"]
    assert len({score["subject"]["id"] for score in officers}) == 30
    assert [period["id"] for period in demo.pull("/api/v1/periods")["items"]] == ["2025-S2", "2026-S1", "2026-S2"]


def test_officers_leave_from_thirty_ratings_and_only_to_describe(demo: Demo) -> None:
    officers = demo.pull("/api/v1/scores?subject=officer&period=2026-S2&limit=500")["items"]
    shown = [score for score in officers if score["n"] is not None]
    assert shown
    assert all(score["n"] >= 30 and score["use"] == "descriptive" and score["mutu"] is None for score in shown)


def test_the_history_comes_from_a_fixed_seed(demo: Demo) -> None:
    assert (demo.scene.ratings, demo.scene.ballots) == (RATINGS, 49)


def test_what_was_made_up_is_counted_like_what_was_given(demo: Demo) -> None:
    assert services.run(demo.portal, check_tallies).differing == 0


def test_every_page_says_that_the_data_are_made_up(demo: Demo) -> None:
    page = demo.app.test_client().get(f"/q/{demo.scene.citizen_code}").text
    assert "Peragaan: data di sini dibuat-buat, kecuali satu survei yang sudah diterbitkan." in page
    assert "Peragaan" in demo.browser("kepala.kota").get("/unit").text


def test_what_is_printed_leads_to_page_sign_in_and_feed(demo: Demo) -> None:
    printed = describe(demo.scene, demo.settings.public_url, Path("var/demo/env"))
    assert f"http://127.0.0.1:8000/q/{demo.scene.citizen_code.lower()}" in printed
    assert "http://127.0.0.1:8000/masuk" in printed
    assert "/oauth2/token" in printed
    assert f"/units/kecamatan/scores/{demo.scene.period_code}" in printed
    for member in demo.scene.members:
        assert member.username in printed
        assert member.password in printed
        assert all(code in printed for code in member.recovery_codes)
    assert "█" in printed


def test_administrator_and_reviewer_come_in_with_a_recovery_code(demo: Demo) -> None:
    for member in demo.scene.members:
        assert bool(member.recovery_codes) == (not member.username.startswith("kepala."))
    administrator = next(one for one in demo.scene.members if one.username == "pengelola")
    browser = demo.browser("pengelola")
    form = form_to(browser.get("/masuk/kode"), "/masuk/kode")
    assert form.send(browser, kode=administrator.recovery_codes[0]).status_code == 303
    assert browser.get("/kelola").status_code == 200


def test_the_demonstration_shows_what_a_unit_writes_down_and_how_people_come(demo: Demo) -> None:
    browser = demo.browser("kepala.dukcapil")
    page = browser.get("/unit").text
    assert "Responden SKM" in page
    assert "Berkas selesai tepat waktu" in page
    assert "sedang berjalan" in browser.get("/unit/dukcapil/survei").text
    assert "Poli" in demo.app.test_client().get(f"/q/{_code_of(demo, 'puskesmas')}").text


def _code_of(demo: Demo, unit: str) -> str:
    with demo.portal.read() as session:
        ids = [row.id for row in structure.list_units(session) if row.unit_code == unit]
        return next(one.public_code for one in structure.list_subjects(session, ids) if one.public_code)


def test_in_january_the_surveyed_month_belongs_to_the_semester_before() -> None:
    month = month_before(date(2027, 1, 5))
    assert month.period_code == "2026-12"
    assert Period.containing("semester", month.starts_on).period_code == "2026-S2"


RATINGS = 7471
