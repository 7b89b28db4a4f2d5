"""Staff for the tests of other pages: an account of any role, signed in through the real pages."""

from __future__ import annotations

from typing import Final

from flask import Flask
from flask.testing import FlaskClient
from pyotp import TOTP
from werkzeug.test import TestResponse

from portal.domain.access import SECOND_FACTOR_ROLES, Role
from portal.services import Portal
from portal.services.admit.accounts import create_account
from tests.pages import text_of
from tests.web.visit import form_to, read

PASSWORD: Final = "enam belas huruf"


def name_of(role: Role, unit_code: str | None = None) -> str:
    """The user name that `enter` gives when none is asked for."""
    return f"{role.value}.{unit_code.lower()}" if unit_code else role.value


def enter(
    app: Flask, portal: Portal, role: Role | str, unit_code: str | None = None, *, username: str = ""
) -> FlaskClient:
    """Create an account and return a client of its own that is signed in with it; heads of units need `unit_code`.

    Two accounts of one role and unit need a `username` each.
    """
    role = Role(role)
    username = username or name_of(role, unit_code)
    create_account(
        portal,
        username=username,
        name=f"{role.value} contoh",
        role=role,
        unit_code=unit_code,
        password=PASSWORD,
        actor="cli:test",
    )
    client = app.test_client()
    answer = form_to(client.get("/masuk"), "/masuk").send(client, nama=username, sandi=PASSWORD)
    if role in SECOND_FACTOR_ROLES:
        answer = enrol(client, portal, answer.location)
    assert answer.status_code == 303
    return client


def enrol(client: FlaskClient, portal: Portal, address: str = "/akun/faktor-kedua") -> TestResponse:
    """Enrol a second factor as a person does: type what the app shows for the secret on the page."""
    page = client.get(address)
    return form_to(page, "/faktor-kedua").send(client, kode=code_of(secret_on(page), portal))


def secret_on(page: TestResponse) -> str:
    """The secret that the page of the second factor shows, as text."""
    return text_of(read(page).by_id["kunci"]).replace(" ", "")


def code_of(secret: str, portal: Portal, steps: int = 0) -> str:
    """What the app shows for the secret now, or some steps of thirty seconds later."""
    return TOTP(secret).at(portal.now(), counter_offset=steps)
