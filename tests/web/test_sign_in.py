"""Signing in and out in the browser."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Final

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from portal import app as composition
from portal.services import Portal
from portal.services.admit.accounts import create_account
from portal.settings import Settings
from portal.web.sign_in.browser import name_of
from tests.client import CheckedClient
from tests.clock import Clock
from tests.government import small
from tests.pages import text_of
from tests.web.visit import form_to, heading, links, read

USERNAME: Final = "kepala"
PASSWORD: Final = "enam belas huruf"


@pytest.fixture(autouse=True)
def head(portal: Portal) -> str:
    """The head of UPT-1."""
    small(portal)
    create_account(
        portal, username=USERNAME, name="Kepala Contoh", password=PASSWORD, unit_code="UPT-1", actor="cli:test"
    )
    return USERNAME


def sign_in(
    client: FlaskClient, password: str = PASSWORD, *, username: str = USERNAME, address: str = "/masuk"
) -> TestResponse:
    return form_to(client.get(address), "/masuk").send(client, nama=username, sandi=password)


def alert(response: TestResponse) -> str:
    (said,) = [text_of(element) for element in read(response).elements if element.get("role") == "alert"]
    return said


def test_whoever_signs_in_lands_on_the_own_unit(client: FlaskClient) -> None:
    answer = sign_in(client)
    assert (answer.status_code, answer.location) == (303, "/unit")
    assert heading(client.get(answer.location)) == "Unit Contoh UPT-1"


def test_a_page_for_staff_sends_a_stranger_to_sign_in_and_back(client: FlaskClient) -> None:
    answer = client.get("/unit/UPT-1?periode=2026-S1")
    assert answer.status_code == 303
    assert answer.location == "/masuk?lanjut=/unit/UPT-1?periode%3D2026-S1"
    assert sign_in(client, address=answer.location).location == "/unit/UPT-1?periode=2026-S1"


def test_a_program_without_a_session_is_refused_in_its_own_form(client: FlaskClient) -> None:
    answer = client.get("/unit", headers={"Accept": "application/json"})
    assert answer.status_code == 401
    assert answer.json
    assert answer.json["code"] == "unauthenticated"


@pytest.mark.parametrize(
    "address",
    ["https://example.org/", "//example.org", "/\\example.org", "\\\\example.org", "/\t/example.org", "unit", ""],
)
def test_signing_in_never_leads_to_another_site(client: FlaskClient, address: str) -> None:
    page = client.get("/masuk", query_string={"lanjut": address})
    answer = form_to(page, "/masuk").send(client, nama=USERNAME, sandi=PASSWORD)
    assert answer.location == "/unit"
    posted = client.post("/masuk", query_string={"lanjut": address}, data={**form_to(page, "/masuk").hidden})
    assert "example.org" not in posted.text


def test_the_language_chosen_while_signing_in_is_kept(client: FlaskClient) -> None:
    assert sign_in(client, address="/masuk?l=en&lanjut=/unit/UPT-1").location == "/unit/UPT-1?l=en"
    assert client.get("/unit/UPT-1?l=en").status_code == 200


@pytest.mark.parametrize("username, password", [(USERNAME, "salah sekali ini"), ("bukan-siapa-siapa", PASSWORD)])
def test_a_refusal_never_says_which_was_wrong_and_keeps_the_name_only(
    client: FlaskClient, username: str, password: str
) -> None:
    answer = sign_in(client, password, username=username)
    assert answer.status_code == 401
    assert alert(answer) == "Mohon perbaiki: nama pengguna atau kata sandi salah."
    assert f'value="{username}"' in answer.text
    assert password not in answer.text
    assert "Set-Cookie" not in answer.headers


def test_an_empty_form_says_what_to_fill_in(client: FlaskClient) -> None:
    answer = sign_in(client, "")
    assert answer.status_code == 422
    assert alert(answer) == "Mohon perbaiki: isi nama pengguna dan kata sandi."


@pytest.mark.parametrize("token", ["forged", None])
def test_a_form_that_is_not_ours_signs_nobody_in(client: FlaskClient, token: str | None) -> None:
    form = form_to(client.get("/masuk"), "/masuk")
    answer = form.send(client, nama=USERNAME, sandi=PASSWORD, token=token)
    assert answer.status_code == 400
    assert "sudah terlalu lama terbuka" in alert(answer)


def test_a_form_sent_by_a_page_of_another_site_is_refused(client: FlaskClient) -> None:
    form = form_to(client.get("/masuk"), "/masuk")
    answer = form.send(client, nama=USERNAME, sandi=PASSWORD, headers={"Origin": "https://example.org"})
    assert answer.status_code == 403


@pytest.mark.parametrize("language, words", [("id", "30 detik"), ("en", "30 seconds")])
def test_after_too_many_attempts_the_page_says_how_long_to_wait(
    client: FlaskClient, clock: Clock, language: str, words: str
) -> None:
    for _ in range(5):
        sign_in(client, "salah sekali ini")
    answer = sign_in(client, address=f"/masuk?l={language}")
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "30"
    assert words in alert(answer)
    clock.advance(timedelta(seconds=31))
    assert sign_in(client).status_code == 303


def test_a_long_wait_is_told_in_minutes_and_seconds(client: FlaskClient, clock: Clock) -> None:
    for _ in range(7):
        sign_in(client, "salah sekali ini")
        clock.advance(timedelta(minutes=2))
    sign_in(client, "salah sekali ini")
    clock.advance(timedelta(seconds=30))
    assert "3 menit 30 detik" in alert(sign_in(client))


def test_a_session_ends_half_an_hour_after_its_last_use(client: FlaskClient, clock: Clock) -> None:
    sign_in(client)
    for _ in range(3):
        clock.advance(timedelta(minutes=29))
        assert client.get("/unit").status_code == 200
    clock.advance(timedelta(minutes=31))
    assert client.get("/unit").status_code == 303


def test_whoever_is_signed_in_is_not_asked_again(client: FlaskClient) -> None:
    sign_in(client)
    assert client.get("/masuk").location == "/unit"


def test_signing_out_ends_the_session_for_good(client: FlaskClient) -> None:
    sign_in(client)
    kept = client.get_cookie("sesi")
    assert kept
    answer = form_to(client.get("/unit"), "/keluar").send(client)
    assert (answer.status_code, answer.location) == (303, "/masuk")
    assert client.get_cookie("sesi") is None
    client.set_cookie("sesi", kept.value)
    assert client.get("/unit").status_code == 303


def test_nobody_is_signed_out_by_a_form_of_another_session(client: FlaskClient, app: Flask) -> None:
    other = app.test_client()
    sign_in(other)
    sign_in(client)
    answer = form_to(other.get("/unit"), "/keluar").send(client)
    assert answer.status_code == 400
    assert client.get("/unit").status_code == 200


def test_signing_out_without_a_session_asks_to_sign_in(client: FlaskClient) -> None:
    assert client.post("/keluar").location == "/masuk"


def test_with_tls_the_cookie_is_one_that_no_subdomain_can_set(settings: Settings, portal: Portal) -> None:
    app = composition.build_web(replace(settings, public_url="https://loket.example"), portal)
    app.test_client_class = CheckedClient
    cookie = sign_in(app.test_client()).headers["Set-Cookie"]
    assert cookie.startswith("__Host-sesi=")
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= {part.strip() for part in cookie.split(";")}
    assert "Max-Age" not in cookie


def test_whoever_forgot_is_told_whom_to_ask_and_what_happens_then(client: FlaskClient, settings: Settings) -> None:
    page = client.get(links(client.get("/masuk"))["Lupa kata sandi?"])
    assert heading(page) == "Lupa kata sandi"
    said = text_of(read(page).by_id["isi"])
    assert settings.contact in said
    assert "tidak mengirim e-mail" in said
    assert "portal reset-password NAMA_PENGGUNA --second-factor-lost" in " ".join(page.text.split())


def test_a_one_time_password_that_is_over_is_named_as_such(client: FlaskClient, portal: Portal, clock: Clock) -> None:
    given = create_account(portal, username="baru", name="Kepala", unit_code="UPT-2", actor="cli:test")
    clock.advance(timedelta(hours=72))
    answer = sign_in(client, given, username="baru")
    assert answer.status_code == 401
    assert (
        alert(answer) == "Kata sandi sekali pakai ini sudah lewat 72 jam. Mintalah yang baru kepada pengelola portal."
    )


@pytest.mark.parametrize(
    "agent, name",
    [
        ("Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36", "Chrome/Android"),
        (
            "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 SamsungBrowser/26.0 Chrome/122.0",
            "Samsung Internet/Android",
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64) AppleWebKit/537.36 Chrome/130.0 Safari/537.36 Edg/130.0",
            "Edge/Windows",
        ),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0", "Firefox/Linux"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1", "Safari/iPhone"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/18.0 Safari/605.1.15", "Safari/macOS"),
        ("curl/8.0", "/"),
        ("", "/"),
    ],
)
def test_a_browser_is_known_by_its_family_and_system_alone(agent: str, name: str) -> None:
    assert name_of(agent) == name
