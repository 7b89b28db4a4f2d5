"""The rating page is prepared once for a few seconds, and yet every citizen gets a page of their own."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import Client

from portal.services import Portal
from portal.web.citizen.prepared import (
    FRESH_FOR,
    KEY_MARK,
    MOST_PAGES,
    PREPARED,
    SIGNATURE_MARK,
    Prepared,
    PreparedPages,
)
from portal.web.forms import sign
from tests.clock import Clock
from tests.government import Government
from tests.published import statements

FILLED = re.compile(f"<p>{'word ' * 500}</p><i>([0-9a-f]{{32}})</i><b>(.+)</b></html>")
DOCUMENT = f"<p>{'word ' * 500}</p><i>{KEY_MARK}</i><b>{SIGNATURE_MARK}</b></html>"


def _key(page: str) -> str:
    found = re.search(r'name="kunci" value="([0-9a-f]{32})"', page)
    assert found
    return found[1]


def test_the_gaps_are_filled_plain_and_compressed_alike(portal: Portal) -> None:
    prepared = Prepared(DOCUMENT, ("rate", "K7M3PXM"))
    for compressed in (False, True):
        body = prepared.fill(portal, compressed=compressed)
        found = FILLED.fullmatch((gzip.decompress(body) if compressed else body).decode())
        assert found
        assert found[2] == sign(portal, ("rate", "K7M3PXM"))


def test_never_too_many_pages_are_kept(portal: Portal, clock: Clock) -> None:
    asked: list[str] = []

    def application(environ: dict[str, Any], start_response: Callable[..., object]) -> list[bytes]:
        asked.append(environ["PATH_INFO"])
        environ[PREPARED] = Prepared(DOCUMENT, ("rate", "K7M3PXM"))
        start_response("200 OK", [("Content-Length", "3")])
        return [b"..."]

    pages = Client(PreparedPages(application, portal))
    for number in range(MOST_PAGES):
        pages.get(f"/q/{number}")
    pages.get("/q/0")
    assert len(asked) == MOST_PAGES
    for _ in range(2):  # no room until the others are stale
        pages.get("/q/new")
    assert asked[-2:] == ["/q/new", "/q/new"]
    clock.advance(FRESH_FOR)
    for _ in range(2):
        pages.get("/q/new")
    assert asked.count("/q/new") == 3


def test_a_name_may_hold_what_marks_the_gaps(portal: Portal) -> None:
    prepared = Prepared(f"<h1>{KEY_MARK}{SIGNATURE_MARK}</h1>{DOCUMENT}", ("rate", "K7M3PXM"))
    body = prepared.fill(portal, compressed=False).decode()
    assert body.startswith(f"<h1>{KEY_MARK}{SIGNATURE_MARK}</h1>")
    assert FILLED.fullmatch(body.removeprefix(f"<h1>{KEY_MARK}{SIGNATURE_MARK}</h1>"))


def test_only_the_printed_address_is_kept_so_that_nobody_fills_the_memory(client: FlaskClient, portal: Portal) -> None:
    town = Government(portal)
    town.add_unit("dinas")
    town.add_counter("satu", "dinas")
    code = town.codes["satu"].lower()
    spellings = (code, f"{code}?l=en", f"{code}?l=x", code.upper(), f"{code[:3]}-{code[3:]}")
    kept = []
    for spelling in spellings:
        client.get(f"/q/{spelling}")
        with statements(portal) as seen:
            client.get(f"/q/{spelling}")
        kept += [] if seen else [spelling]
    assert kept == [code, f"{code}?l=en"]


def test_a_prepared_answer_has_the_headers_of_the_first(client: FlaskClient, portal: Portal) -> None:
    town = Government(portal)
    town.add_unit("dinas")
    town.add_counter("satu", "dinas")
    for accepted in ({}, {"Accept-Encoding": "gzip"}):
        first, second = (client.get(f"/q/{town.codes['satu'].lower()}?l=en", headers=accepted) for _ in range(2))
        assert first.data != second.data
        for reply in (first, second):
            assert int(reply.headers.pop("Content-Length")) == len(reply.data)
        assert dict(first.headers) == dict(second.headers)


def test_two_citizens_get_two_keys_from_one_prepared_page(client: FlaskClient, portal: Portal) -> None:
    town = Government(portal)
    town.add_unit("dinas")
    town.add_counter("satu", "dinas")
    pages = [client.get(f"/q/{town.codes['satu'].lower()}", headers={"Accept-Encoding": "gzip"}) for _ in range(2)]
    first, second = (_key(gzip.decompress(page.data).decode()) for page in pages)
    assert first != second


def test_a_counter_that_was_closed_shows_it_within_seconds(client: FlaskClient, portal: Portal, clock: Clock) -> None:
    town = Government(portal)
    town.add_unit("dinas")
    town.add_counter("satu", "dinas")
    address = f"/q/{town.codes['satu'].lower()}"
    assert "kunci" in client.get(address).text
    with portal.begin() as session:
        session.execute(text("UPDATE counters SET ends_on = '2026-03-01'"))
    clock.advance(FRESH_FOR)
    assert "Loket ini sudah pindah." in client.get(address).text


def test_what_a_stranger_adds_to_the_address_reaches_nobody_else(client: FlaskClient, portal: Portal) -> None:
    town = Government(portal)
    town.add_unit("dinas")
    town.add_counter("satu", "dinas")
    address = f"/q/{town.codes['satu'].lower()}"
    assert "tambahan" in client.get(address + "?tambahan=1").text
    assert "tambahan" not in client.get(address).text
