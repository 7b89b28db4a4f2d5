"""The valve in front of what citizens send, and what happens when its storage is gone."""

from __future__ import annotations

import logging
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Final

import pytest
from flask import Flask
from flask.testing import FlaskClient
from limits.storage import MemoryStorage

from portal import app as composition
from portal.domain import access
from portal.services import Portal
from portal.settings import Settings
from portal.web.limits import ASKED_AGAIN_AFTER, GUESSES_PER_MINUTE
from tests.client import CheckedClient
from tests.clock import Clock
from tests.redis import Redis
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


def test_the_valve_counts_ratings_of_every_kind_together_and_what_is_added_to_one_apart(
    build: Callable[..., Flask], portal: Portal
) -> None:
    client = build(valve_per_minute=2).test_client()
    thanks = visit.tap(client, town.MAIN, 3)
    survey = visit.form_to(client.get(f"/s/{town.MAIN.lower()}"), "/kirim")
    assert survey.send(client, WAKTU="2").status_code == 303
    assert visit.open_form(client, town.MAIN).send(client, nilai=3).status_code == 429
    assert survey.send(client, WAKTU="2").status_code == 429
    added = visit.form_to(thanks, "/bantuan")
    assert [added.press(client, "Puas").status_code for _ in range(3)] == [303, 303, 429]
    assert visit.count(portal) == 2


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


def test_redis_keeps_marks_of_the_day_and_no_address(build: Callable[..., Flask], redis: Redis, clock: Clock) -> None:
    client = build(limiter_storage=redis.url).test_client()
    visit.tap(client, town.MAIN, 3)
    first = redis.keys()
    assert first
    clock.advance(timedelta(days=1))
    visit.tap(client, town.MAIN, 3)
    second = redis.keys() - first
    assert second
    assert not any("127.0.0.1" in key for key in first | second)


def test_receipts_cannot_be_guessed_at_leisure_from_one_process_after_the_other(
    build: Callable[..., Flask], redis: Redis
) -> None:
    one, other = (build(limiter_storage=redis.url).test_client() for _ in range(2))
    for number in range(GUESSES_PER_MINUTE):
        assert (one, other)[number % 2].get(f"/r/{number:010d}").status_code == 404
    assert {client.get("/r/0000000000").status_code for client in (one, other)} == {429}
    redis.flush()
    assert one.get("/r/0000000000").status_code == 404


def test_a_storage_that_never_answers_is_asked_by_one_request_and_waited_for_by_no_other(
    build: Callable[..., Flask], portal: Portal
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        client = build(limiter_storage=f"redis://127.0.0.1:{silent.getsockname()[1]}/0").test_client()
        began = time.monotonic()
        thanks = visit.tap(client, town.MAIN, 3)
        assert {client.get(thanks.request.full_path).status_code for _ in range(5)} == {200}
        for _ in range(5):
            visit.tap(client, town.MAIN, 3)
        often_enough = 1 + (time.monotonic() - began) // ASKED_AGAIN_AFTER
        silent.settimeout(0)
        asked = 0
        with suppress(BlockingIOError):
            while True:
                silent.accept()[0].close()
                asked += 1
    assert 1 <= asked <= often_enough
    assert visit.count(portal) == 6


def test_the_delay_at_the_door_is_counted_in_the_database_whatever_becomes_of_redis(
    build: Callable[..., Flask], redis: Redis
) -> None:
    client = build(limiter_storage=redis.url).test_client()

    def guess() -> int:
        form = visit.form_to(client.get("/masuk"), "/masuk")
        return form.send(client, nama="kepala.contoh", sandi="salah sekali lagi").status_code

    seen = [guess() for _ in range(access.FREE_FAILURES - 2)]
    redis.flush()
    seen.append(guess())
    redis.stop()
    seen += [guess(), guess()]
    assert seen == [401] * access.FREE_FAILURES + [429]


def test_the_libraries_log_no_citizen(narrow: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    visit.open_form(narrow, town.MAIN).send(narrow, nilai=2)
    assert not [record for record in caplog.records if "127.0.0.1" in record.getMessage()]
