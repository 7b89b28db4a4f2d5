"""The table of access is what the pages do: every route, for every role, in and outside its reach."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule as Route
from werkzeug.test import TestResponse

from portal.domain.access import Role
from portal.services import Portal
from portal.web.access import LANDING, MENU, TABLE, Scope
from portal.web.guards import GUARDS
from portal.web.session import signed_in
from tests.government import small
from tests.web.staff import enter

OWN: Final[Mapping[str, object]] = {
    "unit_code": "UPT-1",
    "counter_code": "1A",
    "table": "ringkasan",
    "key": "base_period",
}
"""Values for parts of an address: the unit and counter are those of the head who asks."""

FOREIGN: Final[Mapping[str, object]] = {"unit_code": "UPT-2", "counter_code": "2"}
FORBIDDEN, NOT_FOUND, FAILED = 403, 404, 500
UNSENT: Final = {400, 404, 422}
"""What becomes of a form without its token, which only the page itself could have given."""
NOTHING: Final = "0"
"""For every other part: names nothing, so that whoever may come hears that there is no such thing."""


def guarded(app: Flask) -> list[tuple[Route, str]]:
    """Every route behind the guard that asks who is signed in, with each of its methods."""
    guards = app.extensions[GUARDS]
    return [
        (route, method)
        for route in app.url_map.iter_rules()
        if guards.get(route.endpoint.partition(".")[0]) is signed_in
        for method in sorted(route.methods or ())
        if method in {"GET", "POST"}
    ]


def address(app: Flask, route: Route, values: Mapping[str, object]) -> str:
    needed = {name: values.get(name, NOTHING) for name in route.arguments}
    with app.test_request_context():
        return str(app.url_map.bind("localhost").build(route.endpoint, needed))


def ask(client: FlaskClient, method: str, path: str) -> TestResponse:
    return client.open(path, method=method)


@pytest.fixture
def database_kind() -> str:
    """Who may come is decided before the database is asked."""
    return "sqlite"


@pytest.fixture
def staff(app: Flask, portal: Portal) -> Mapping[Role, FlaskClient]:
    small(portal)
    return {role: enter(app, portal, role, "UPT-1" if role is Role.UNIT_HEAD else None) for role in Role}


def answers(app: Flask, staff: Mapping[Role, FlaskClient]) -> Iterator[tuple[Route, Role, TestResponse]]:
    for route, method in guarded(app):
        path = address(app, route, OWN)
        for role, client in staff.items():
            yield route, role, ask(client, method, path)


def test_every_guarded_route_has_a_row_and_every_row_a_route(app: Flask) -> None:
    assert {route.endpoint for route, _ in guarded(app)} == set(TABLE)


def test_each_role_comes_where_its_row_says_and_nowhere_else(app: Flask, staff: Mapping[Role, FlaskClient]) -> None:
    wrong = []
    for route, role, answer in answers(app, staff):
        let_in = answer.status_code != FORBIDDEN
        there = answer.status_code < FAILED and (answer.status_code != NOT_FOUND or not route.arguments <= set(OWN))
        if let_in != (role in TABLE[route.endpoint].roles) or not there:
            wrong.append(f"{role} {answer.request.method} {answer.request.path} -> {answer.status}")
    assert not wrong


def test_what_belongs_to_another_unit_does_not_exist(app: Flask, staff: Mapping[Role, FlaskClient]) -> None:
    wrong, tried = [], 0
    for route, method in guarded(app):
        foreign = [name for name in route.arguments if name in FOREIGN]
        if TABLE[route.endpoint].scope is Scope.SUBTREE and foreign and Role.UNIT_HEAD in TABLE[route.endpoint].roles:
            tried += 1
            answer = ask(staff[Role.UNIT_HEAD], method, address(app, route, {**OWN, **FOREIGN}))
            if answer.status_code not in ({NOT_FOUND} if method == "GET" else UNSENT):
                wrong.append(f"{method} {answer.request.path} -> {answer.status}")
    assert tried
    assert not wrong


def test_who_is_not_signed_in_is_led_to_sign_in_and_changes_nothing(app: Flask, client: FlaskClient) -> None:
    for route, method in guarded(app):
        answer = ask(client, method, address(app, route, OWN))
        if method == "GET":
            assert answer.status_code == 303
            assert (answer.location or "").startswith("/masuk?lanjut=")
        else:
            assert answer.status_code == 401


def test_menu_and_arrival_lead_where_the_table_lets_them() -> None:
    assert set(MENU) <= set(TABLE)
    assert set(LANDING) == set(Role)
    assert all(role in TABLE[endpoint].roles for role, endpoint in LANDING.items())


def test_the_menu_shows_each_role_its_own_pages(app: Flask, staff: Mapping[Role, FlaskClient]) -> None:
    for role, client in staff.items():
        page = client.get("/masuk", follow_redirects=True)
        assert page.status_code == 200, role
        for endpoint in MENU:
            (route,) = [rule for rule in app.url_map.iter_rules(endpoint) if "GET" in (rule.methods or ())]
            shown = f'href="{address(app, route, OWN)}"' in page.text
            has_one = "unit_code" not in route.arguments or role is Role.UNIT_HEAD  # others have no unit of their own
            assert shown == (role in TABLE[endpoint].roles and has_one), (role, endpoint)
