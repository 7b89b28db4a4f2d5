"""Snapshots, parameter sheets and keys as the systems see them that pull them."""

from __future__ import annotations

import base64
import json
from http import HTTPStatus
from urllib.parse import urljoin

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from flask.testing import FlaskClient

from portal import services
from portal.services import Portal
from portal.services.publish import signing
from portal.services.publish.verify import read_keys, verify_snapshot
from tests.clock import Clock
from tests.closed import close, correct, town
from tests.government import Government
from tests.published import turn_feed
from tests.web.feed_client import System, as_described, system

MARCH = "2026-03"
KINDS = ("jws", "json", "csv", "xlsx")


@pytest.fixture
def government(portal: Portal, clock: Clock) -> Government:
    """March is closed."""
    made = town(portal, clock)
    close(portal, MARCH)
    return made


@pytest.fixture
def feed(client: FlaskClient, portal: Portal, government: Government) -> System:
    """A system that may see the whole government."""
    assert government.units
    return system(client, portal)


def decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def test_a_snapshot_verifies_by_the_keys_that_are_published(feed: System, portal: Portal) -> None:
    keys = as_described(feed, feed.web.get("/.well-known/jwks.json"), "getKeys")
    jws = feed.get(f"snapshots/{MARCH}.jws")
    assert (jws.status_code, jws.mimetype) == (200, "application/jose")
    assert verify_snapshot(jws.get_data(), read_keys(json.dumps(keys).encode())).period == MARCH
    # The same by hand, as a stranger to this program would do it.
    header, body, signature = jws.get_data(as_text=True).split(".")
    said = json.loads(decoded(header))
    (key,) = [each for each in keys["keys"] if each["kid"] == said["kid"]]
    assert said["alg"] == key["alg"] == key["crv"] == "Ed25519"
    Ed25519PublicKey.from_public_bytes(decoded(key["x"])).verify(decoded(signature), f"{header}.{body}".encode())
    services.run(portal, signing.rotate_key, actor="cli:test")
    later = feed.web.get("/.well-known/jwks.json").get_json()
    assert key in later["keys"]
    assert len(later["keys"]) == 2


def test_keys_are_for_everybody(client: FlaskClient, portal: Portal) -> None:
    assert client.get("/.well-known/jwks.json").get_json() == {"keys": []}
    services.run(portal, signing.create_key, actor="cli:test")
    assert len(client.get("/.well-known/jwks.json").get_json()["keys"]) == 1


def test_snapshots_are_listed_with_the_addresses_of_their_files(
    feed: System, government: Government, clock: Clock
) -> None:
    correct(government, clock)
    feed.sign_in()
    listed = as_described(feed, feed.get("snapshots"), "listSnapshots")
    one = as_described(feed, feed.get(f"snapshots/{MARCH}?version=1"), "getSnapshot")
    first, second = listed["items"]
    assert {**first, "files": 0} == {**one, "files": 0}
    assert (first["version"], second["version"], second["previous"]) == (1, 2, first["hash"])
    for page, row in (("snapshots", first), (f"snapshots/{MARCH}", one)):
        found = {kind: feed.get(urljoin(f"/api/v1/{page}", row["files"][kind])) for kind in KINDS}
        assert {each.status_code for each in found.values()} == {200}
        assert found["json"].get_json()["version"] == 1
    assert feed.get(f"snapshots/{MARCH}.json").get_json()["version"] == 2


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_that_is_there_already_is_not_sent_again(feed: System, kind: str) -> None:
    address = f"snapshots/{MARCH}.{kind}?version=1"
    first = feed.get(address)
    tag = first.headers["ETag"]
    assert not tag.startswith("W/")
    assert first.headers["Cache-Control"] == "private, no-cache"
    assert first.headers["Content-Disposition"] == f'attachment; filename="snapshot-{MARCH}-v1.{kind}"'
    again = feed.get(address, headers={"If-None-Match": tag})
    assert (again.status_code, again.get_data(), again.headers["ETag"]) == (304, b"", tag)
    assert feed.get(address).get_data() == first.get_data()


def test_the_json_of_a_snapshot_is_as_described(feed: System) -> None:
    file = as_described(feed, feed.get(f"snapshots/{MARCH}.json"), "getSnapshotFile")
    assert file["period"]["id"] == MARCH


def test_scores_of_a_closed_period_are_not_sent_again_either(feed: System) -> None:
    for address in (f"scores?subject=unit&period={MARCH}", f"units/UPT-1/scores/{MARCH}", f"periods/{MARCH}"):
        tag = feed.get(address).headers["ETag"]
        assert feed.get(address, headers={"If-None-Match": tag}).status_code == HTTPStatus.NOT_MODIFIED


def test_scores_of_a_closed_period_are_final_and_as_described(feed: System) -> None:
    for subject in ("unit", "service", "counter", "officer"):
        rows = as_described(feed, feed.scores(subject, MARCH), "listScores")["items"]
        signed = feed.get(f"snapshots/{MARCH}.json").get_json()["scores"][subject]
        assert rows == signed != []
    unit = as_described(feed, feed.get(f"units/UPT-1/scores/{MARCH}"), "listUnitScores")["items"]
    assert [row["revision"] for row in unit] == [1, 1]
    assert as_described(feed, feed.get(f"officers/P1/scores/{MARCH}"), "listOfficerScores")["items"]
    assert as_described(feed, feed.get(f"periods/{MARCH}"), "getPeriod")["status"] == "closed"


def test_rows_of_one_status_can_be_asked_for(feed: System) -> None:
    final = feed.scores("unit", MARCH, status="final").get_json()["items"]
    assert {row["status"] for row in final} == {"final"}
    assert feed.scores("unit", MARCH, status="best").status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    page = feed.scores("unit", MARCH, status="final", limit=1).get_json()
    assert "status=final" in page["links"]["next"]


def test_the_sheet_of_a_closed_period_can_be_read(feed: System) -> None:
    sheet = as_described(feed, feed.get(f"parameter-sheets/{MARCH}"), "getParameterSheet")
    assert sheet["hash"] == feed.get(f"snapshots/{MARCH}.json").get_json()["sheet"]["sha256"]
    assert feed.get("parameter-sheets/2026-04").status_code == HTTPStatus.NOT_FOUND


@pytest.mark.parametrize(
    "address, status, code",
    [
        (f"snapshots/{MARCH}.pdf", 404, "not-found"),
        (f"snapshots/{MARCH}.", 404, "not-found"),
        ("snapshots/2026-04.jws", 404, "not-found"),
        ("snapshots/2026-04", 404, "not-found"),
        (f"snapshots/{MARCH}?version=9", 404, "not-found"),
        (f"snapshots/{MARCH}.csv?version=0", 422, "invalid"),
        (f"snapshots/{MARCH}.csv?version=first", 422, "invalid"),
        ("snapshots/%00.jws", 404, "not-found"),
    ],
)
def test_what_is_no_snapshot_is_a_described_problem(feed: System, address: str, status: int, code: str) -> None:
    response = feed.get(address)
    assert (response.status_code, response.mimetype) == (status, "application/problem+json")
    assert response.get_json()["code"] == code


def test_a_client_of_a_unit_finds_no_snapshot(client: FlaskClient, portal: Portal, government: Government) -> None:
    assert government.units
    mine = system(client, portal, unit="UPT-1")
    for address in ("snapshots", f"snapshots/{MARCH}", *(f"snapshots/{MARCH}.{kind}" for kind in KINDS)):
        assert mine.get(address).status_code == HTTPStatus.NOT_FOUND


def test_without_a_token_no_snapshot_is_given(feed: System) -> None:
    for address in ("snapshots", f"snapshots/{MARCH}", f"snapshots/{MARCH}.jws", f"parameter-sheets/{MARCH}"):
        assert feed.web.get(f"/api/v1/{address}").status_code == HTTPStatus.UNAUTHORIZED


def test_files_with_officers_stay_inside_while_the_feed_is_off(feed: System, portal: Portal) -> None:
    turn_feed(portal, on=False, from_on=portal.today())
    for kind in KINDS:
        response = feed.get(f"snapshots/{MARCH}.{kind}")
        assert (response.status_code, response.get_json()["code"]) == (403, "feed-off")
    assert feed.get(f"snapshots/{MARCH}").status_code == HTTPStatus.OK
