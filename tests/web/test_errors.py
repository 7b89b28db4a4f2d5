"""What people and programs are told when something is wrong, and what the log keeps of it."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from http import HTTPStatus
from typing import Final

import pytest
from flask import Flask, abort
from flask.testing import FlaskClient

from portal.domain import errors as domain
from portal.services import Portal
from portal.web import errors
from portal.web.logs import LOGGER, JsonFormatter, to_standard_error
from tests.web import town, visit

JSON: Final = {"Accept": "application/json"}
SECRET: Final = "rahasia-4711"


@pytest.fixture(autouse=True)
def _town(portal: Portal) -> None:
    town.build(portal)


@pytest.fixture
def failing(app: Flask) -> FlaskClient:
    """A browser in front of routes that fail."""

    def fail(what: str) -> str:
        raise ValueError(SECRET, what)

    def refuse(status: int) -> str:
        abort(status)

    app.add_url_rule("/gagal/<what>", view_func=fail)
    app.add_url_rule("/tolak/<int:status>", view_func=refuse)
    return app.test_client()


class Lines(logging.Handler):
    """Keeps what the log writes, as it writes it."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(JsonFormatter())
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@pytest.fixture
def log() -> Iterator[Lines]:
    """The log of the portal and of every library, down to the least important line."""
    lines, root, own = Lines(), logging.getLogger(), logging.getLogger(LOGGER)
    levels = root.level, own.level
    own.disabled = False  # import-linter, which another test runs, disables every logger there is
    root.addHandler(lines)
    root.setLevel(logging.DEBUG)
    own.setLevel(logging.DEBUG)
    yield lines
    root.removeHandler(lines)
    root.setLevel(levels[0])
    own.setLevel(levels[1])


def _codes() -> set[str]:
    found, waiting = {domain.PortalError.code}, [domain.PortalError]
    while waiting:
        below = waiting.pop().__subclasses__()
        waiting += below
        found |= {error.code for error in below}
    return found


def test_every_error_of_the_domain_has_a_status() -> None:
    assert _codes() == errors.STATUS.keys()


def test_a_fault_of_ours_is_told_with_its_number_and_without_its_values(failing: FlaskClient, log: Lines) -> None:
    response = failing.get("/gagal/tanda-0815")
    assert (response.status_code, visit.heading(response)) == (500, "Ada yang tidak beres di pihak kami.")
    number = re.search(r"Nomor permintaan untuk petugas teknis: ([0-9a-f]{16})", response.text)
    assert number
    assert SECRET not in response.text
    fault, request = (json.loads(line) for line in log.lines[-2:])
    assert (fault["event"], fault["level"], fault["error"]) == ("unforeseen", "error", "ValueError")
    assert re.fullmatch(r"test_errors\.py:\d+", fault["where"][-1])
    assert request == {
        "at": request["at"],
        "level": "info",
        "event": "request",
        "request_id": number[1],
        "method": "GET",
        "route": "/gagal/<what>",
        "status": 500,
    }
    assert not [line for line in log.lines if SECRET in line or "tanda-0815" in line]


def test_a_fault_of_ours_is_told_to_programs_as_a_problem(failing: FlaskClient) -> None:
    response = failing.get("/gagal/tanda-0815", headers=JSON)
    assert (response.status_code, response.mimetype) == (500, "application/problem+json")
    assert response.json is not None
    assert response.json.keys() == {"type", "title", "status", "code", "request_id"}
    assert SECRET not in response.text


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize(
    "status", [400, 401, 403, 404, 405, 406, 411, 413, 414, 415, 417, 422, 429, 431, 500, 502, 503]
)
def test_every_status_has_a_page_of_its_own_that_leads_on(failing: FlaskClient, status: int, language: str) -> None:
    response = failing.get(f"/tolak/{status}?l={language}")
    assert response.status_code == status
    assert visit.heading(response)
    home = "/" if language == "id" else "/?l=en"
    assert home in visit.links(response).values()


def test_what_the_caller_did_wrong_is_not_called_our_fault(failing: FlaskClient) -> None:
    ours = visit.heading(failing.get("/tolak/500"))
    for status in (400, 406, 411, 414, 417, 431):
        assert visit.heading(failing.get(f"/tolak/{status}")) != ours


def test_a_wrong_method_is_told_which_are_right(client: FlaskClient) -> None:
    response = client.delete(f"/q/{town.MAIN.lower()}")
    assert (response.status_code, visit.heading(response)) == (405, "Halaman ini tidak dapat dibuka dengan cara itu.")
    assert set(response.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


def test_the_page_is_in_the_language_of_the_caller(client: FlaskClient) -> None:
    assert visit.heading(client.get("/q/x?l=en")) == "Code not found."
    assert visit.heading(client.get("/nothing?l=en")) == "Page not found."


def test_programs_and_people_are_told_apart_by_what_they_accept(client: FlaskClient) -> None:
    def kind(accept: str) -> str | None:
        return client.get("/tidak-ada", headers={"Accept": accept}).mimetype

    assert kind("text/html,application/xhtml+xml,*/*;q=0.8") == "text/html"
    assert kind("*/*") == "text/html"
    assert kind("application/json") == "application/problem+json"
    assert kind("application/json;q=0.9, text/html;q=0.5") == "application/problem+json"


@pytest.mark.parametrize("code", sorted(errors.STATUS))
def test_every_error_can_be_shown_to_people_and_programs(app: Flask, code: str) -> None:
    status = errors.STATUS[code]

    def fail() -> str:
        raise type("Made", (domain.PortalError,), {"code": code})("7")

    app.add_url_rule("/buatan", view_func=fail)
    client = app.test_client()
    assert client.get("/buatan").status_code == status
    problem = client.get("/buatan", headers=JSON)
    assert problem.json is not None
    assert (problem.json["code"], problem.json["title"]) == (code, HTTPStatus(status).phrase)


# ---------------------------------------------------------------- the log


def test_the_log_keeps_route_and_minute_and_nothing_of_the_citizen(client: FlaskClient, log: Lines) -> None:
    agent = {"User-Agent": "Made-up/1.0"}
    form = visit.open_form(client, town.MAIN)
    sent = form.send(client, nilai=3, headers=agent)
    thanks = client.get(sent.location)
    visit.form_to(thanks, "/bantuan").press(client, "Puas", headers=agent)
    client.get(f"/buka?kode={town.MAIN}")
    client.get(f"/q/{town.MISTYPED}")
    form.send(client, nilai=9, headers=agent)
    receipt = thanks.request.path.removeprefix("/r/")
    cookie = sent.headers["Set-Cookie"].partition("=")[2].partition(";")[0]
    private = [
        *(town.MAIN, town.MISTYPED, receipt, form.hidden["kunci"], form.hidden["token"], cookie),
        *("127.0.0.1", "Made-up", "nilai=", "Dinas", "Loket", town.ONE, "kode=", "e="),
    ]
    text = "\n".join(log.lines).lower()
    assert not [word for word in private if word.lower() in text]
    lines = [json.loads(line) for line in log.lines]
    assert len(lines) == 7
    assert {line["route"] for line in lines} == {
        *("/q/<code>", "/q/<code>/nilai", "/r/<receipt>", "/r/<receipt>/bantuan", "/buka")
    }
    for line in lines:
        assert line.keys() == {"at", "level", "event", "request_id", "method", "route", "status"}
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\dZ", line["at"])


def test_of_a_library_only_its_name_and_the_place_are_logged(capsys: pytest.CaptureFixture[str]) -> None:
    root, own = logging.getLogger(), logging.getLogger(LOGGER)
    before = root.handlers[:], own.handlers[:], own.level, own.propagate
    library = logging.getLogger("library")
    library.disabled = own.disabled = False  # as above
    try:
        to_standard_error()
        error = ConnectionError(SECRET)
        library.error("could not reach %s\n", SECRET, exc_info=error)
        own.info("request", extra={"portal": {"route": "/"}})
    finally:
        root.handlers[:], own.handlers[:], own.level, own.propagate = before
    first, second = (json.loads(line) for line in capsys.readouterr().err.splitlines())
    assert (first["event"], first["error"], first["where"]) == ("library", "ConnectionError", [])
    assert SECRET not in str(first)
    assert (second["event"], second["route"]) == ("request", "/")
