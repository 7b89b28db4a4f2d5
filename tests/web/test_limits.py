"""The valve in front of what citizens send, and what happens when its storage is gone."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Final

import pytest
from flask import Flask
from flask.testing import FlaskClient
from limits.storage import MemoryStorage

from portal import app as composition
from portal.services import Portal
from portal.settings import Settings
from portal.web.limits import GUESSES_PER_MINUTE
from tests.client import CheckedClient
from tests.clock import Clock
from tests.web import town, visit

JSON: Final = {"Accept": "application/json"}


class Broken(MemoryStorage):
    """A storage that cannot be reached."""

    STORAGE_SCHEME = ["broken"]  # noqa: RUF012 - as the class it stands for

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        raise ConnectionError(key, expiry, amount)

    def get(self, key: str) -> int:
        raise ConnectionError(key)


@pytest.fixture(autouse=True)
def _town(portal: Portal) -> None:
    town.build(portal)


@pytest.fixture
def build(settings: Settings, portal: Portal) -> Callable[..., Flask]:
    """Build an application with other limits."""

    def build(**changes: object) -> Flask:
        app = composition.build_web(replace(settings, **changes), portal)  # type: ignore[arg-type]  # any setting
        app.test_client_class = CheckedClient
        return app

    return build


@pytest.fixture
def narrow(build: Callable[..., Flask]) -> FlaskClient:
    """A browser in front of a valve of two a minute, which are spent."""
    client = build(valve_per_minute=2).test_client()
    for _ in range(2):
        assert visit.open_form(client, town.ALONE).send(client, nilai=4).status_code == 303
    return client


def test_beyond_the_valve_the_same_form_is_given_back_to_be_sent_again(
    build: Callable[..., Flask], narrow: FlaskClient, portal: Portal
) -> None:
    form = visit.open_form(narrow, town.MAIN)
    busy = form.send(narrow, nilai=2)
    assert (busy.status_code, visit.heading(busy), busy.headers["Retry-After"]) == (429, "Sedang ramai.", "5")
    assert "Silakan tekan Kirim lagi; penilaian tidak akan terhitung dua kali." in busy.text
    (again,) = visit.forms(busy)
    assert again.hidden == {**form.hidden, "nilai": "2"}
    assert visit.count(portal) == 2

    later = build().test_client()
    for _ in range(2):
        assert again.send(later).status_code == 303
    assert visit.count(portal) == 3


def test_the_busy_page_keeps_the_parts_and_the_language(narrow: FlaskClient) -> None:
    form = visit.form_to(narrow.get(f"/s/{town.MAIN.lower()}?l=en"), "/kirim")
    for _ in range(2):
        form.send(narrow, WAKTU="2")
    busy = form.send(narrow, WAKTU="1", BIAYA="4")
    assert visit.heading(busy) == "Busy right now."
    (again,) = visit.forms(busy)
    assert again.hidden == {**form.hidden, "WAKTU": "1", "BIAYA": "4"}
    assert again.action == form.action


def test_the_busy_page_leads_back_where_it_came_from_behind_a_prefix(narrow: FlaskClient) -> None:
    busy = narrow.post("/q/K7M%20%22/nilai?l=en", data={"nilai": "1"}, environ_overrides={"SCRIPT_NAME": "/suara"})
    assert visit.forms(busy)[0].action == "/suara/q/K7M%20%22/nilai?l=en"


def test_a_program_is_told_to_wait(narrow: FlaskClient) -> None:
    refused = visit.open_form(narrow, town.MAIN).send(narrow, nilai=2, headers=JSON)
    assert (refused.status_code, refused.mimetype) == (429, "application/problem+json")
    assert refused.headers["Retry-After"] == "5"


def test_beyond_the_valve_too_large_is_still_too_large(narrow: FlaskClient) -> None:
    assert visit.open_form(narrow, town.MAIN).send(narrow, nilai=2, more="x" * 70_000).status_code == 413


def test_reading_is_never_held_back_by_the_valve(narrow: FlaskClient) -> None:
    assert visit.open_form(narrow, town.MAIN).send(narrow, nilai=2).status_code == 429
    assert narrow.get(f"/q/{town.MAIN.lower()}").status_code == 200


def test_the_valve_opens_wide_enough_for_hundreds_behind_one_address(app: Flask, portal: Portal) -> None:
    client = app.test_client()
    assert {visit.open_form(client, town.ALONE).send(client, nilai=4).status_code for _ in range(60)} == {303}
    assert visit.count(portal) == 60


def test_receipts_cannot_be_guessed_at_leisure(app: Flask) -> None:
    client = app.test_client()
    thanks = visit.tap(client, town.MAIN, 3)
    guesses = [client.get(f"/r/{number:010d}").status_code for number in range(GUESSES_PER_MINUTE)]
    assert set(guesses) == {404}
    for path in (thanks.request.path, "/r/0000000000/ubah", "/r/0000000000/survei"):
        refused = client.get(path)
        assert (refused.status_code, visit.heading(refused)) == (429, "Sedang ramai.")
    assert client.get(f"/q/{town.MAIN.lower()}").status_code == 200
    assert visit.open_form(client, town.MAIN).send(client, nilai=3).status_code == 303


def test_receipts_that_exist_are_looked_up_without_limit(app: Flask) -> None:
    client = app.test_client()
    thanks = visit.tap(client, town.MAIN, 3)
    assert {client.get(thanks.request.full_path).status_code for _ in range(GUESSES_PER_MINUTE + 5)} == {200}


def test_a_rating_goes_on_when_the_storage_of_the_limiter_is_down(build: Callable[..., Flask], portal: Portal) -> None:
    client = build(limiter_storage="broken://").test_client()
    thanks = visit.tap(client, town.MAIN, 3)
    assert client.get(visit.form_to(thanks, "/bantuan").press(client, "Puas").location).status_code == 200
    assert visit.answers(portal) == {"quick@1": {"LAYANAN": 3}, "petugas@1": {"PETUGAS": 3}}


def test_the_limiter_understands_every_route(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    client = app.test_client()
    for rule in app.url_map.iter_rules():
        values = dict.fromkeys(rule.arguments, "x")
        client.open(rule.rule.replace("<path:", "<").translate({60: "", 62: ""}) if values else rule.rule)
    assert not [record for record in caplog.records if record.name.startswith("flask-limiter")]


def test_the_limiter_keeps_a_mark_of_the_day_instead_of_the_address(app: Flask, clock: Clock) -> None:
    client = app.test_client()
    (limiter,) = app.extensions["limiter"]
    visit.tap(client, town.MAIN, 3)
    first = set(limiter.storage.storage)
    assert first
    clock.advance(timedelta(days=1))
    visit.tap(client, town.MAIN, 3)
    second = set(limiter.storage.storage) - first
    assert second
    assert not any("127.0.0.1" in key for key in first | second)


def test_the_libraries_log_no_citizen(narrow: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    visit.open_form(narrow, town.MAIN).send(narrow, nilai=2)
    assert not [record for record in caplog.records if "127.0.0.1" in record.getMessage()]
