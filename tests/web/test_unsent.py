"""Forms that come too late: what was typed is not lost, whether the session is over or only asks for the password."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from typing import Final

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from portal.domain.access import CONFIRMED_FOR, Role
from portal.services import Portal
from portal.services.review.proposals import list_proposals
from tests.clock import Clock
from tests.pages import text_of
from tests.web import town
from tests.web.staff import PASSWORD, code_of, enrol, enter, name_of, secret_on
from tests.web.visit import form_to, links, read

POLICY: Final = "/kelola/kebijakan"
CHOICE: Final = {"nilai": "true", "mulai": "", "alasan": "Masa bayangan selesai."}
AT_ONCE: Final = timedelta(seconds=1)


def said(page: TestResponse) -> str:
    return text_of(read(page).all("main")[0])


@pytest.fixture
def town_of(portal: Portal) -> Portal:
    town.build(portal)
    return portal


@pytest.fixture
def boss(app: Flask, town_of: Portal) -> FlaskClient:
    """An administrator."""
    return enter(app, town_of, Role.ADMINISTRATOR)


@pytest.fixture
def head(app: Flask, town_of: Portal) -> FlaskClient:
    """A head, who needs no second factor."""
    return enter(app, town_of, Role.UNIT_HEAD, "DINAS")


def test_what_was_typed_goes_on_by_itself_once_the_password_was_given_again(
    app: Flask, town_of: Portal, clock: Clock
) -> None:
    client = app.test_client()
    boss = enter(app, town_of, Role.ADMINISTRATOR, username="lain")
    secret = _enter_with_secret(client, boss, town_of)
    form = form_to(client.get(POLICY), "appraisal_feed")
    clock.advance(CONFIRMED_FOR + AT_ONCE)
    sent = client.post(form.action, data={**form.hidden, **CHOICE})
    assert sent.status_code == HTTPStatus.TEMPORARY_REDIRECT
    asked = client.post(sent.location, data={**form.hidden, **CHOICE})  # as a browser does
    assert "Isian Anda belum dikirim dan tidak hilang" in said(asked)
    again = form_to(asked, "/masuk/ulang")
    wrong = again.send(client, sandi="bukan kata sandi", kode="000000")
    assert wrong.status_code == HTTPStatus.UNAUTHORIZED
    right = form_to(wrong, "/masuk/ulang")
    confirmed = {**right.hidden, "sandi": PASSWORD, "kode": code_of(secret, town_of)}
    on = client.post(right.action, data=confirmed)
    assert (on.status_code, on.location) == (HTTPStatus.TEMPORARY_REDIRECT, form.action)
    answer = client.post(on.location, data=confirmed)
    assert "Usulan Anda tersimpan" in said(client.get(answer.location))
    assert [record.reason for record in list_proposals(town_of).waiting] == [CHOICE["alasan"]]


def _enter_with_secret(client: FlaskClient, boss: FlaskClient, portal: Portal) -> str:
    """Sign a second administrator in and return the secret of the phone."""
    made = form_to(boss.get("/kelola/akun-baru"), "/kelola/akun-baru")
    page = boss.get(made.send(boss, nama="Nama Contoh", nama_pengguna="kedua", peran="administrator").location)
    once = text_of(next(item for item in read(page).all("p") if "secret" in item.get("class", "").split()))
    form_to(client.get("/masuk"), "/masuk").send(client, nama="kedua", sandi=once)
    form_to(client.get("/akun/sandi"), "/akun/sandi").send(client, sandi_baru=PASSWORD, ulangi=PASSWORD)
    secret = secret_on(client.get("/akun/faktor-kedua"))
    assert enrol(client, portal).status_code == HTTPStatus.SEE_OTHER
    return secret


def test_a_form_of_another_site_is_not_carried_past_the_password(boss: FlaskClient, clock: Clock) -> None:
    clock.advance(CONFIRMED_FOR + AT_ONCE)
    sent = boss.post(f"{POLICY}/appraisal_feed", data=CHOICE, headers={"Origin": "https://elsewhere.example"})
    assert sent.status_code == HTTPStatus.FORBIDDEN


def test_a_form_after_the_session_comes_back_as_typed_when_it_is_loaded_again(head: FlaskClient, clock: Clock) -> None:
    form = form_to(head.get("/akun/sandi"), "/akun/sandi")
    clock.advance(timedelta(hours=9))
    late = form.send(head, sandi="x", sandi_baru="y", ulangi="y")
    assert late.status_code == HTTPStatus.UNAUTHORIZED
    assert "masih ada di halaman ini" in said(late)
    assert links(late)["Masuk di tab baru"] == "/masuk"
    form_to(head.get("/masuk"), "/masuk").send(head, nama=name_of(Role.UNIT_HEAD, "DINAS"), sandi=PASSWORD)
    assert form.send(head, sandi="x", sandi_baru="y", ulangi="y").status_code == HTTPStatus.UNPROCESSABLE_ENTITY


def test_an_unsent_workbook_is_answered_with_a_page_however_large_it_is(boss: FlaskClient, clock: Clock) -> None:
    clock.advance(timedelta(hours=9))
    late = boss.post("/kelola/buku-kerja/periksa", data={"berkas": "x" * 100_000})
    assert late.status_code == HTTPStatus.UNAUTHORIZED


def test_an_address_of_staff_that_leads_nowhere_keeps_the_menu(boss: FlaskClient, client: FlaskClient) -> None:
    lost = boss.get("/kelola/x/y/z")
    assert lost.status_code == HTTPStatus.NOT_FOUND
    assert "/kelola/akun" in links(lost).values()
    assert "/kelola/akun" not in links(client.get("/kelola/x/y/z")).values()
