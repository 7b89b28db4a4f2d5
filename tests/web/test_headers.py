"""Every response carries the security headers, and every route has a guard; the client checks each header."""

from __future__ import annotations

from typing import Final

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.services import Portal
from portal.web.guards import GUARDS
from tests.web import town, visit

UNGUARDED: Final = {
    "static": "style sheets of this repository, the same for everybody",
    "openapi": "the description of the feed, public by design; it holds no data",
}


@pytest.fixture(autouse=True)
def _town(portal: Portal) -> None:
    town.build(portal)


@pytest.mark.parametrize(
    "method, path, status",
    [
        ("GET", "/", 200),
        ("HEAD", "/", 200),
        ("OPTIONS", "/", 200),
        ("GET", f"/q/{town.MAIN.lower()}", 200),
        ("GET", "/buka?kode=" + town.MAIN, 303),
        ("GET", "/q/x", 404),
        ("GET", "/tidak-ada", 404),
        ("GET", "/static/css/tidak-ada.css", 404),
        ("GET", "/static/../portal/app.py", 404),
        ("DELETE", "/", 405),
        ("PATCH", f"/q/{town.MAIN.lower()}", 405),
        ("POST", f"/q/{town.MAIN.lower()}/nilai", 400),
    ],
)
def test_every_response_carries_the_headers(client: FlaskClient, method: str, path: str, status: int) -> None:
    assert client.open(path, method=method).status_code == status


def test_a_style_sheet_carries_the_headers_and_is_kept_for_good(client: FlaskClient) -> None:
    with client.get("/static/css/citizen.css?v=1") as response:
        assert response.status_code == 200


@pytest.mark.parametrize("host", ["a b", "", "[", "example.org:99999999", "x" * 300])
def test_a_host_that_is_none_is_refused_with_the_headers(client: FlaskClient, host: str) -> None:
    response = client.post(f"/q/{town.MAIN.lower()}/nilai", headers={"Host": host, "Origin": "https://example.org"})
    assert 400 <= response.status_code < 500


def test_errors_and_refusals_carry_the_headers(client: FlaskClient) -> None:
    form = visit.open_form(client, town.MAIN)
    assert form.send(client, nilai=9).status_code == 422
    assert form.send(client, nilai=3, headers={"Origin": "https://example.org"}).status_code == 403
    assert form.send(client, nilai=3, more="x" * 70_000).status_code == 413


def test_a_page_may_run_nothing_load_nothing_foreign_and_send_its_forms_home_only(client: FlaskClient) -> None:
    policy = client.get("/").headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "form-action 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy


def test_what_citizens_send_and_see_is_not_kept_by_caches(client: FlaskClient) -> None:
    thanks = visit.tap(client, town.MAIN, 3)
    assert thanks.headers["Cache-Control"] == "no-store"
    assert client.get(f"/q/{town.MAIN.lower()}").headers["Cache-Control"] == "private, no-cache"


def test_the_device_cookie_is_closed_and_lasts_a_day(client: FlaskClient) -> None:
    sent = visit.open_form(client, town.MAIN).send(client, nilai=3)
    (cookie,) = sent.headers.getlist("Set-Cookie")
    parts = [part.strip() for part in cookie.split(";")]
    assert {"HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=86400"} <= set(parts)
    assert len(parts[0].partition("=")[2]) == 32


def test_every_route_belongs_to_a_guarded_audience(app: Flask) -> None:
    guards = app.extensions[GUARDS]
    owners = {rule.endpoint: rule.endpoint.rpartition(".")[0] for rule in app.url_map.iter_rules()}
    assert not {endpoint for endpoint, owner in owners.items() if owner not in guards and endpoint not in UNGUARDED}
    for name in set(owners.values()) & guards.keys():
        assert app.before_request_funcs[name][0] is guards[name]
