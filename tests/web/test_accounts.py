"""Accounts of staff in the administrator's browser."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from portal.domain.access import Role
from portal.services import Portal
from portal.services.admit import sessions, trail
from portal.services.admit.accounts import create_account
from tests.clock import Clock
from tests.government import small
from tests.pages import text_of
from tests.web.staff import PASSWORD, enrol, enter
from tests.web.visit import form_to, heading, links, read

TYPED: Final = {"nama": "Kepala Contoh", "nama_pengguna": "Kepala.Satu", "peran": "unit_head", "unit": "UPT-1"}
ONE: Final = "/kelola/akun/kepala.satu"


@pytest.fixture
def boss(app: Flask, portal: Portal) -> FlaskClient:
    """A signed-in administrator."""
    small(portal)
    return enter(app, portal, Role.ADMINISTRATOR)


def create(boss: FlaskClient, **changes: str) -> TestResponse:
    return form_to(boss.get("/kelola/akun-baru"), "/akun-baru").send(boss, {**TYPED, **changes})


def password_on(page: TestResponse) -> str:
    return text_of(read(page).by_id["sandi"])


def sentences(response: TestResponse) -> str:
    return text_of(read(response).by_id["isi"])


def sign_in(app: Flask, username: str, password: str) -> TestResponse:
    client = app.test_client()
    return form_to(client.get("/masuk"), "/masuk").send(client, nama=username, sandi=password)


def press(boss: FlaskClient, part: str, address: str = ONE, **fields: str) -> TestResponse:
    return form_to(boss.get(address), part).send(boss, fields)


def acts(portal: Portal) -> list[tuple[str, str]]:
    return [(entry.actor, entry.act) for entry in reversed(trail.list_trail(portal).entries)]


def test_a_new_account_shows_its_password_once_with_what_comes_next(boss: FlaskClient, app: Flask) -> None:
    answer = create(boss)
    assert (answer.status_code, answer.location) == (303, ONE)
    assert 'id="sandi"' not in boss.get("/kelola/akun/administrator").text
    page = boss.get(ONE)
    given = password_on(page)
    assert boss.get_cookie("sekali") is None
    assert heading(page) == "Kepala Contoh"
    assert "Berlaku sampai 6 Maret 2026, pukul 09.00." in sentences(page)
    assert "Daftarkan ponsel" not in sentences(page)
    assert given not in boss.get(ONE).text
    assert sign_in(app, "kepala.satu", given).location == "/akun/sandi"


@pytest.mark.parametrize("username", ["kepala@dinas.contoh", "képala_1", "baru"])
def test_a_password_is_shown_whatever_letters_the_user_name_has(boss: FlaskClient, username: str) -> None:
    page = boss.get(create(boss, nama_pengguna=username).location)
    assert password_on(page)
    assert username in sentences(page)


def test_the_password_is_not_shown_to_another_session_that_has_the_cookie(
    boss: FlaskClient, app: Flask, portal: Portal
) -> None:
    create(boss)
    cookie = boss.get_cookie("sekali")
    assert cookie
    other = enter(app, portal, Role.ADMINISTRATOR, username="kedua")
    for value in (cookie.value, "forged", "Zm9yZ2Vk", "!"):
        other.set_cookie("sekali", value)
        assert 'id="sandi"' not in other.get(ONE).text


@pytest.mark.parametrize("role", ["administrator", "reviewer"])
def test_a_role_of_the_whole_government_has_no_unit_and_enrols_a_phone(boss: FlaskClient, role: str) -> None:
    refused = create(boss, peran=role)
    assert refused.status_code == 422
    assert "pengelola dan pemeriksa tidak memakai unit" in sentences(refused)
    page = boss.get(create(boss, peran=role, unit="").location)
    assert "Daftarkan ponsel" in sentences(page)


@pytest.mark.parametrize(
    "changes, said",
    [
        ({"nama": ""}, "Isi nama dan nama pengguna, dan pilih peran."),
        ({"peran": "owner"}, "Isi nama dan nama pengguna, dan pilih peran."),
        ({"nama": "x" * 201}, "Isi nama dengan 1 sampai 200 karakter"),
        ({"nama_pengguna": "ada spasi"}, "tanpa spasi"),
        ({"nama_pengguna": "ADMINISTRATOR"}, "Nama pengguna ini sudah dipakai."),
        ({"unit": ""}, "Kepala unit perlu unit"),
        ({"unit": "NONE"}, "Kepala unit perlu unit"),
        ({"token": "forged"}, "Halaman ini sudah terlalu lama terbuka."),
    ],
)
def test_what_was_typed_comes_back_with_what_to_put_right(
    boss: FlaskClient, changes: dict[str, str], said: str
) -> None:
    answer = create(boss, **changes)
    assert answer.status_code == 422
    assert said in sentences(answer)
    typed = {**TYPED, **changes}
    values = [field.get("value") for field in read(answer).all("input")]
    assert {typed["nama"], typed["nama_pengguna"]} <= set(values)
    assert links(answer)


def test_a_forgotten_password_is_replaced_by_a_one_time_one_and_everybody_is_out(
    boss: FlaskClient, app: Flask, portal: Portal
) -> None:
    head = enter(app, portal, Role.UNIT_HEAD, "UPT-1", username="kepala.satu")
    assert press(boss, "/sandi").location == ONE
    given = password_on(boss.get(ONE))
    assert head.get("/unit").status_code == 303
    assert sign_in(app, "kepala.satu", PASSWORD).status_code == 401
    assert sign_in(app, "kepala.satu", given).location == "/akun/sandi"
    assert ("administrator", "password-reset") in acts(portal)


def test_a_lost_phone_is_forgotten_with_the_password_or_alone(boss: FlaskClient, app: Flask, portal: Portal) -> None:
    assert "faktor-kedua" not in boss.get("/kelola/akun/administrator").text
    other = enter(app, portal, Role.ADMINISTRATOR, username="kepala.satu")
    page = boss.get(press(boss, "/faktor-kedua").location)
    assert "Faktor kedua sudah dihapus" in sentences(page)
    assert sign_in(app, "kepala.satu", PASSWORD).location == "/akun/faktor-kedua"
    other = app.test_client()
    form_to(other.get("/masuk"), "/masuk").send(other, nama="kepala.satu", sandi=PASSWORD)
    enrol(other, portal)
    press(boss, "/sandi", faktor_hilang="ya")
    assert "/faktor-kedua" not in boss.get(ONE).text
    assert acts(portal).count(("administrator", "second-factor-reset")) == 2


def test_an_account_is_disabled_and_enabled_again(boss: FlaskClient, app: Flask, portal: Portal) -> None:
    enter(app, portal, Role.UNIT_HEAD, "UPT-1", username="kepala.satu")
    page = boss.get(press(boss, "/nonaktifkan").location)
    assert "Akun sudah dinonaktifkan." in sentences(page)
    assert sign_in(app, "kepala.satu", PASSWORD).status_code == 401
    assert "Akun sudah diaktifkan." in sentences(boss.get(press(boss, "/aktifkan").location))
    assert sign_in(app, "kepala.satu", PASSWORD).status_code == 303


def test_nobody_changes_their_own_account_from_here(boss: FlaskClient) -> None:
    create(boss)
    address = "/kelola/akun/administrator"
    page = boss.get(address)
    assert links(page)["Buka Akun saya"] == "/akun"
    assert f"{address}/" not in page.text
    # The token of a form is bound to the account it is for; the last administrator stays even so.
    foreign = form_to(boss.get(ONE), "/nonaktifkan").hidden
    assert boss.post(f"{address}/nonaktifkan", data=foreign).status_code == 400


def test_the_last_administrator_is_kept_even_from_another_who_is_being_disabled(
    boss: FlaskClient, app: Flask, portal: Portal
) -> None:
    other = enter(app, portal, Role.ADMINISTRATOR, username="kedua")
    form = form_to(other.get("/kelola/akun/administrator"), "/nonaktifkan")
    press(boss, "/nonaktifkan", "/kelola/akun/kedua")
    assert form.send(other).status_code == 401
    assert boss.get("/kelola/akun").status_code == 200


def test_sessions_of_an_account_are_seen_and_ended(boss: FlaskClient, app: Flask, portal: Portal) -> None:
    head = enter(app, portal, Role.UNIT_HEAD, "UPT-1", username="kepala.satu")
    page = boss.get(ONE)
    assert "Masuk: 3 Maret 2026, 09.00" in sentences(page)
    assert "Sesi sudah diakhiri." in sentences(boss.get(press(boss, "/akhiri").location))
    assert head.get("/unit").status_code == 303
    assert "Tidak ada sesi yang terbuka." in sentences(boss.get(ONE))


def test_the_list_says_who_can_sign_in_and_who_not_yet(boss: FlaskClient, portal: Portal, clock: Clock) -> None:
    create_account(portal, username="baru", name="Kepala Baru", unit_code="UPT-2", actor="cli:test")
    listed = sentences(boss.get("/kelola/akun"))
    assert "Kepala Baru baru Kepala unit Unit Contoh UPT-2 Menunggu masuk pertama sampai 6 Maret 2026, 09.00" in listed
    assert "Pengelola portal Seluruh pemerintah daerah Aktif Dengan faktor kedua" in listed
    clock.advance(timedelta(minutes=9))
    assert boss.get("/kelola/akun-baru").status_code == 200
    clock.advance(timedelta(minutes=2))
    assert boss.get("/kelola/akun").status_code == 200
    assert boss.get("/kelola/akun-baru").location == "/masuk/ulang?lanjut=/kelola/akun-baru"


@pytest.mark.parametrize("role, unit_code", [(Role.UNIT_HEAD, "DINAS"), (Role.REVIEWER, None)])
def test_accounts_are_for_administrators_only(
    boss: FlaskClient, app: Flask, portal: Portal, role: Role, unit_code: str | None
) -> None:
    create(boss)
    client = enter(app, portal, role, unit_code, username="lain")
    for address in ("/kelola/akun", "/kelola/akun-baru", ONE):
        assert client.get(address).status_code == 403
    assert client.post(f"{ONE}/sandi").status_code == 403


def test_an_account_that_nobody_has_is_not_found(boss: FlaskClient) -> None:
    assert boss.get("/kelola/akun/nobody").status_code == 404
    create(boss)
    assert boss.post(f"{ONE}/sandi", data={"token": "forged"}).status_code == 400


def test_the_secret_is_in_no_page_address_or_log(boss: FlaskClient, portal: Portal) -> None:
    answer = create(boss)
    given = password_on(boss.get(ONE))
    assert given not in answer.location + answer.text + str(trail.list_trail(portal))
    assert sessions.sign_in(portal, "kepala.satu", given)
