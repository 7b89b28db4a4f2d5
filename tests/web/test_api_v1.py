"""The appraisal feed as the systems see it that pull it: tokens, periods, scores, errors and caching."""

from __future__ import annotations

import gzip
from dataclasses import replace
from datetime import timedelta
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from limits.storage import MemoryStorage

from portal import app as composition
from portal import services
from portal.domain.access import SCOPES
from portal.services import Portal
from portal.services.admit import clients
from portal.services.report.unit import open_unit
from portal.settings import Settings
from tests.clock import Clock
from tests.government import Government, small
from tests.published import cell, publish, spread, turn_feed
from tests.web.feed_client import GRANT, TOKEN, System, as_described, system

NOW: Final = "2026-S1"
PROBLEM: Final = "application/problem+json"


@pytest.fixture
def government(portal: Portal) -> Government:
    made = small(portal)
    publish(
        portal,
        cell("unit", made.units["UPT-1"], spread(1, 4, 20, 25)),
        cell("unit", made.units["UPT-2"], spread(0, 0, 2, 1)),
        cell("officer", made.officers["P1"], spread(0, 2, 14, 24), officers=1),
    )
    return made


@pytest.fixture
def feed(client: FlaskClient, portal: Portal, government: Government) -> System:
    """A system that may see the whole government, without names of officers."""
    assert government.units
    return system(client, portal)


def test_a_secret_buys_an_opaque_token_for_fifteen_minutes(feed: System, clock: Clock) -> None:
    response = feed.ask()
    body = as_described(feed, response, "issueToken")
    assert (response.status_code, body["token_type"], body["expires_in"], body["scope"]) == (
        200,
        "Bearer",
        900,
        SCOPES[0],
    )
    assert (response.headers["Cache-Control"], response.headers["Pragma"]) == ("no-store", "no-cache")
    assert "Set-Cookie" not in response.headers
    feed.token = body["access_token"]
    assert feed.get("periods").status_code == HTTPStatus.OK
    clock.advance(timedelta(seconds=900))
    assert feed.get("periods").status_code == HTTPStatus.UNAUTHORIZED


def test_the_secret_may_come_in_the_form_too(feed: System) -> None:
    form = {**GRANT, "client_id": feed.client_id, "client_secret": feed.secret}
    assert feed.web.post(TOKEN, data=form).status_code == HTTPStatus.OK
    twice = feed.web.post(TOKEN, data=form, auth=(feed.client_id, feed.secret))
    assert twice.get_json()["error"] == "invalid_request"


@pytest.mark.parametrize(
    "form, error, status",
    [
        ({}, "invalid_request", 400),
        ({"grant_type": "password"}, "unsupported_grant_type", 400),
        ({"grant_type": "client_credentials", "scope": "officers:pii"}, "invalid_scope", 400),
        ({"grant_type": ["client_credentials", "client_credentials"]}, "invalid_request", 400),
    ],
)
def test_a_token_is_refused_in_the_words_of_the_standard(
    feed: System, form: dict[str, Any], error: str, status: int
) -> None:
    response = feed.web.post(TOKEN, data=form, auth=(feed.client_id, feed.secret))
    body = as_described(feed, response, "issueToken")
    assert (response.status_code, body["error"], response.mimetype) == (status, error, "application/json")
    assert (response.headers["Cache-Control"], response.headers["Pragma"]) == ("no-store", "no-cache")
    assert body["request_id"]


@pytest.mark.parametrize("name, secret", [("slk_00000000", "x"), ("", ""), ("ä\x00", "ö"), ("own", "wrong")])
def test_a_wrong_secret_is_refused_whoever_it_is(feed: System, name: str, secret: str) -> None:
    response = feed.web.post(TOKEN, data=GRANT, auth=(feed.client_id if name == "own" else name, secret))
    assert (response.status_code, response.get_json()["error"]) == (401, "invalid_client")
    assert response.headers["WWW-Authenticate"].startswith("Basic ")


def test_without_any_credentials_the_client_is_invalid(feed: System) -> None:
    assert feed.web.post(TOKEN, data=GRANT).get_json()["error"] == "invalid_client"
    odd = feed.web.post(TOKEN, data=GRANT, headers={"Authorization": "Basic nonsense"})
    assert odd.get_json()["error"] == "invalid_client"


def test_a_token_is_asked_for_by_a_form_only(feed: System) -> None:
    response = feed.web.post(TOKEN, json=GRANT, auth=(feed.client_id, feed.secret))
    assert (response.status_code, response.get_json()["error"]) == (400, "invalid_request")


def test_a_gateway_that_sends_an_origin_gets_its_token(feed: System) -> None:
    headers = {"Origin": "https://gateway.example.go.id", "Sec-Fetch-Site": "cross-site"}
    auth = (feed.client_id, feed.secret)
    assert feed.web.post(TOKEN, data=GRANT, auth=auth, headers=headers).status_code == HTTPStatus.OK


def test_scopes_can_be_narrowed(client: FlaskClient, portal: Portal, government: Government) -> None:
    assert government.units
    both = system(client, portal, scopes=SCOPES)
    assert both.ask().get_json()["scope"] == " ".join(SCOPES)
    narrowed = both.sign_in(scope="officers:pii").get("periods")
    assert (narrowed.status_code, narrowed.get_json()["code"]) == (403, "forbidden")
    assert 'error="insufficient_scope"' in narrowed.headers["WWW-Authenticate"]


@pytest.mark.parametrize(
    "authorization, challenge",
    [
        (None, 'Bearer realm="suara-loket"'),
        ("Basic dXNlcjpwYXNz", 'Bearer realm="suara-loket"'),
        ("Bearer", 'Bearer realm="suara-loket"'),
        ("Bearer forged", 'Bearer realm="suara-loket", error="invalid_token"'),
        ("Bearer \xff\x01", 'Bearer realm="suara-loket", error="invalid_token"'),
    ],
)
def test_without_a_good_token_nothing_is_told(feed: System, authorization: str | None, challenge: str) -> None:
    headers = {"Authorization": authorization} if authorization else {}
    for address in ("periods", "scores?subject=unit", "units/UPT-1/scores/2026-S1"):
        response = feed.web.get(f"/api/v1/{address}", headers=headers)
        assert (response.status_code, response.mimetype) == (401, PROBLEM)
        assert response.headers["WWW-Authenticate"] == challenge


def test_a_disabled_client_is_out_at_once(feed: System, portal: Portal) -> None:
    clients.disable_client(portal, client_code=feed.client_id, actor="cli:test")
    assert feed.get("periods").status_code == HTTPStatus.UNAUTHORIZED
    assert feed.ask().get_json()["error"] == "invalid_client"


def test_periods_are_listed_and_found(feed: System) -> None:
    listed = as_described(feed, feed.get("periods"), "listPeriods")
    one = as_described(feed, feed.get(f"periods/{NOW}"), "getPeriod")
    assert listed["items"] == [one]
    assert one == {
        "id": NOW,
        "kind": "semester",
        "start": "2026-01-01",
        "end": "2026-06-30",
        "time_zone": "Asia/Jakarta",
        "status": "open",
        "data_cutoff": "2026-03-03T02:00:00Z",
        "method_version": "1.0",
        "version": None,
        "closed_at": None,
        "snapshot_hash": None,
    }


def test_scores_are_those_of_the_report_to_the_last_digit(feed: System, portal: Portal, government: Government) -> None:
    body = as_described(feed, feed.scores("unit"), "listScores")
    row = next(each for each in body["items"] if (each["subject"]["id"], each["measure"]) == ("UPT-1", "layanan"))
    scope = (government.units["DINAS"], government.units["UPT-1"])
    shown = services.run(portal, open_unit, scope, None, NOW).quick
    assert (row["value"], row["lower"], row["upper"], row["n"]) == (shown.value, shown.lower, shown.upper, shown.n)
    assert row["value"] == "84.50"
    assert row["distribution"] == [1, 4, 20, 25]
    assert row["elements"] == [
        {
            "code": "LAYANAN",
            "n": 50,
            "nrr": "3.380",
            "value": "84.50",
            "lower": row["lower"],
            "upper": row["upper"],
            "band": None,
        }
    ]


def test_a_row_without_a_figure_says_so_and_holds_null_never_zero(feed: System) -> None:
    rows = feed.scores("unit").get_json()["items"]
    row = next(each for each in rows if (each["subject"]["id"], each["measure"]) == ("UPT-2", "layanan"))
    assert (row["status"], row["reason"], row["use"]) == ("insufficient", "too-few", "none")
    figures = "n n_held n_excluded n_late evidence response_rate value lower upper mutu band distribution data_cutoff"
    for name in figures.split():
        assert row[name] is None
    assert row["elements"] == [{"code": "LAYANAN", **dict.fromkeys("n nrr value lower upper band".split())}]


def test_the_scores_of_one_unit_and_of_one_officer_have_their_own_address(feed: System, portal: Portal) -> None:
    unit = as_described(feed, feed.get(f"units/UPT-1/scores/{NOW}"), "listUnitScores")
    assert [row["measure"] for row in unit["items"]] == ["layanan", "skm"]
    turn_feed(portal, on=True)
    officer = as_described(feed, feed.get(f"officers/P1/scores/{NOW}"), "listOfficerScores")
    row, of_survey = officer["items"]
    assert (of_survey["measure"], of_survey["reason"]) == ("skm_officer", "too-few")
    assert (row["value"], row["mutu"], row["subject"]["name"]) == ("88.75", None, None)


def test_officers_are_refused_by_name_of_the_reason_while_the_feed_is_off(feed: System) -> None:
    for response in (feed.scores("officer"), feed.get(f"officers/P1/scores/{NOW}")):
        assert (response.status_code, response.get_json()["code"]) == (403, "feed-off")


def test_a_client_of_a_unit_does_not_find_another(client: FlaskClient, portal: Portal, government: Government) -> None:
    assert government.units
    mine = system(client, portal, unit="UPT-1")
    assert {row["subject"]["id"] for row in mine.scores("unit").get_json()["items"]} == {"UPT-1"}
    for response in (mine.scores("unit", unit="UPT-2"), mine.get(f"units/UPT-2/scores/{NOW}")):
        assert (response.status_code, response.get_json()["code"]) == (404, "not-found")


def test_the_links_lead_through_all_pages_behind_any_gateway(feed: System) -> None:
    address = "/gerbang/t/1.0/api/v1/scores?subject=unit&period=2026-S1&limit=1"
    found = []
    while address:
        path = urlsplit(address).path.removeprefix("/gerbang/t/1.0")
        response = feed.get(f"{path}?{urlsplit(address).query}")
        body = as_described(feed, response, "listScores")
        found += [(row["subject"]["id"], row["measure"]) for row in body["items"]]
        following = body["links"]["next"]
        assert (f'<{following}>; rel="next"' if following else None) == response.headers.get("Link")
        assert "://" not in (following or "") + body["links"]["self"]
        address = urljoin(address, following) if following else ""
    assert found == [(code, measure) for code in ("DINAS", "UPT-1", "UPT-2") for measure in ("layanan", "skm")]


@pytest.mark.parametrize(
    "query, status, code",
    [
        ("", 422, "invalid"),
        ("?subject=unit", 422, "invalid"),
        ("?subject=people&period=2026-S1", 422, "invalid"),
        ("?subject=unit&period=2026-S1&limit=0", 422, "invalid"),
        ("?subject=unit&period=2026-S1&limit=501", 422, "invalid"),
        ("?subject=unit&period=2026-S1&limit=many", 422, "invalid"),
        ("?subject=unit&period=2026-03", 404, "not-found"),
        ("?subject=unit&period=2026-S1&unit=NOWHERE", 404, "not-found"),
        ("?subject=unit&period=2026-S1&cursor=forged", 400, "cursor-invalid"),
    ],
)
def test_what_cannot_be_answered_is_a_described_problem(feed: System, query: str, status: int, code: str) -> None:
    response = feed.get(f"scores{query}")
    body = as_described(feed, response, "listScores")
    assert (response.status_code, response.mimetype) == (status, PROBLEM)
    assert (body["status"], body["code"], body["instance"]) == (status, code, "/api/v1/scores")
    assert body["request_id"]
    assert ("errors" in body) == (code == "invalid")


def test_a_refused_parameter_is_named(feed: System) -> None:
    body = feed.get("scores?subject=unit&period=2026-S1&limit=0").get_json()
    assert [error["parameter"] for error in body["errors"]] == ["limit"]


@pytest.mark.parametrize(
    "method, path, status",
    [
        ("GET", "/api/v1/nowhere", 404),
        ("GET", "/api/v2/scores", 404),
        ("POST", "/api/v1/scores", 405),
        ("GET", "/oauth2/token", 405),
        ("GET", "/oauth2/nowhere", 404),
        ("GET", "/.well-known/nowhere", 404),
    ],
)
def test_programs_are_told_of_errors_as_programs_and_people_as_people(
    feed: System, method: str, path: str, status: int
) -> None:
    response = feed.get(path, method=method, headers={"Accept": "text/html"})
    assert (response.status_code, response.mimetype) == (status, PROBLEM)
    assert response.get_json()["request_id"]
    assert feed.web.get("/nowhere").mimetype == "text/html"


@pytest.mark.parametrize("code", ["%00", "%FF", "..", "a" * 3000, "%27%20OR%201=1"])
def test_a_code_that_is_none_is_a_problem_of_the_caller(feed: System, code: str) -> None:
    for address in (f"units/{code}/scores/{NOW}", f"scores?subject=unit&period={NOW}&unit={code}", f"periods/{code}"):
        response = feed.get(f"/api/v1/{address}")
        assert response.status_code in {404, 422}
        assert response.mimetype == PROBLEM


def test_a_page_that_has_not_changed_is_not_sent_again(feed: System, portal: Portal, government: Government) -> None:
    first = feed.scores("unit")
    tag = first.headers["ETag"]
    assert not tag.startswith("W/")
    assert first.headers["Cache-Control"] == "private, no-cache"
    assert {"Authorization", "Accept-Encoding"} <= set(first.headers["Vary"].split(", "))
    again = feed.get("scores?subject=unit&period=2026-S1", headers={"If-None-Match": tag})
    assert (again.status_code, again.get_data(), again.headers["ETag"]) == (304, b"", tag)
    assert again.headers["Cache-Control"] == "private, no-cache"
    assert "Content-Length" not in again.headers
    publish(portal, cell("unit", government.units["UPT-2"], spread(0, 0, 2, 9)))
    moved = feed.get("scores?subject=unit&period=2026-S1", headers={"If-None-Match": tag})
    assert (moved.status_code, moved.headers["ETag"] != tag) == (200, True)


def test_each_coding_of_a_page_has_its_own_tag(feed: System) -> None:
    address, coded = "scores?subject=unit&period=2026-S1", {"Accept-Encoding": "gzip"}
    plain, packed = feed.get(address), feed.get(address, headers=coded)
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.get_data()) == plain.get_data()
    assert plain.headers["ETag"] != packed.headers["ETag"]
    for headers, tag, status in (
        (coded, packed.headers["ETag"], 304),
        ({}, plain.headers["ETag"], 304),
        (coded, plain.headers["ETag"], 200),
        ({}, packed.headers["ETag"], 200),
    ):
        assert feed.get(address, headers={**headers, "If-None-Match": tag}).status_code == status


def test_head_tells_what_get_would(feed: System) -> None:
    address = "scores?subject=unit&period=2026-S1"
    got, asked = feed.get(address), feed.get(address, method="HEAD")
    assert asked.get_data() == b""
    for name in ("ETag", "Content-Length", "Content-Type", "Cache-Control"):
        assert asked.headers[name] == got.headers[name]


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_client_may_ask_600_times_a_minute_whatever_tokens_it_holds(
    feed: System, client: FlaskClient, portal: Portal
) -> None:
    for request in range(600):
        if request == 300:
            feed.sign_in()
        assert feed.get("periods/2020-S1").status_code == HTTPStatus.NOT_FOUND
    response = feed.get("periods/2020-S1")
    assert (response.status_code, response.mimetype, response.get_json()["code"]) == (429, PROBLEM, "busy")
    assert response.headers["RateLimit-Policy"] == '"default";q=600;w=60'
    assert response.headers["RateLimit"].startswith('"default";r=0;t=')
    assert 0 < int(response.headers["Retry-After"]) <= 60
    other = system(client, portal).get("periods")
    assert (other.status_code, other.headers["RateLimit"].split(";")[1]) == (200, "r=599")
    assert "Retry-After" not in other.headers


class Fallen(MemoryStorage):
    """A storage that cannot be reached."""

    STORAGE_SCHEME = ["fallen"]  # noqa: RUF012 - as the class it stands for

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        raise ConnectionError(key, expiry, amount)


def test_the_feed_goes_on_when_the_storage_of_the_quota_is_down(
    settings: Settings, portal: Portal, government: Government
) -> None:
    assert government.units
    app = composition.build_web(replace(settings, limiter_storage="fallen://"), portal)
    response = system(app.test_client(), portal).get("periods")
    assert (response.status_code, "RateLimit" in response.headers) == (200, False)


def test_where_tokens_are_given_can_be_looked_up(feed: System) -> None:
    response = feed.web.get("/.well-known/oauth-authorization-server")
    body = as_described(feed, response, "getAuthorizationServer")
    assert body["token_endpoint"] == "http://127.0.0.1:8000/oauth2/token"
    assert body["issuer"] == "http://127.0.0.1:8000"


def test_every_route_of_the_feed_has_a_guard(app: Flask) -> None:
    assert {"api_v1", "oauth", "api_description"} <= app.extensions["portal.guards"].keys()
