"""The rating page is prepared once for a few seconds, and yet every citizen gets a page of their own."""

from __future__ import annotations

import gzip
import re
from datetime import timedelta

from flask.testing import FlaskClient
from sqlalchemy import text

from portal.services import Portal
from portal.web.citizen.prepared import FRESH_FOR, KEY_MARK, SIGNATURE_MARK, Prepared, PreparedPages
from tests.clock import START, Clock
from tests.government import Government

DOCUMENT = f"<p>{'word ' * 500}</p><i>{KEY_MARK}</i><b>{SIGNATURE_MARK}</b></html>"


def _key(page: str) -> str:
    found = re.search(r'name="kunci" value="([0-9a-f]{32})"', page)
    assert found
    return found[1]


def test_the_gaps_are_filled_plain_and_compressed_alike() -> None:
    prepared = Prepared(DOCUMENT)
    for number in range(3):
        key, token = f"{number:032x}", "signature"
        plain = prepared.fill(key, token, compressed=False)
        assert plain.decode() == DOCUMENT.replace(KEY_MARK, key).replace(SIGNATURE_MARK, token)
        assert gzip.decompress(prepared.fill(key, token, compressed=True)) == plain


def test_a_page_is_kept_for_a_few_seconds_only_and_never_too_many_of_them() -> None:
    pages = PreparedPages()
    pages.put("A", "id", START, Prepared(DOCUMENT))
    assert pages.find("A", "id", START + FRESH_FOR - timedelta(seconds=1))
    assert pages.find("A", "en", START) is None
    assert pages.find("A", "id", START + FRESH_FOR) is None
    for number in range(600):
        pages.put(str(number), "id", START, Prepared(DOCUMENT))
    assert pages.find("0", "id", START) is None
    assert pages.find("599", "id", START)


def test_two_citizens_get_two_keys_from_one_prepared_page(client: FlaskClient, portal: Portal) -> None:
    town = Government(portal)
    town.add_unit("dinas")
    town.add_counter("satu", "dinas")
    pages = [client.get(f"/q/{town.codes['satu']}", headers={"Accept-Encoding": "gzip"}) for _ in range(2)]
    first, second = (_key(gzip.decompress(page.data).decode()) for page in pages)
    assert first != second


def test_a_counter_that_was_closed_shows_it_within_seconds(client: FlaskClient, portal: Portal, clock: Clock) -> None:
    town = Government(portal)
    town.add_unit("dinas")
    town.add_counter("satu", "dinas")
    address = f"/q/{town.codes['satu']}"
    assert "kunci" in client.get(address).text
    with portal.begin() as session:
        session.execute(text("UPDATE counters SET ends_on = '2026-03-01'"))
    clock.advance(FRESH_FOR)
    assert "Loket ini sudah pindah." in client.get(address).text


def test_what_a_stranger_adds_to_the_address_reaches_nobody_else(client: FlaskClient, portal: Portal) -> None:
    town = Government(portal)
    town.add_unit("dinas")
    town.add_counter("satu", "dinas")
    address = f"/q/{town.codes['satu']}"
    assert "tambahan" in client.get(address + "?tambahan=1").text
    assert "tambahan" not in client.get(address).text
