"""One's own account in the browser: the forced password, the second factor, sessions, and being asked again."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from portal.domain.access import Role
from portal.services import Portal
from portal.services.admit.accounts import create_account, disable_account
from tests.clock import Clock
from tests.government import small
from tests.pages import text_of
from tests.web.staff import PASSWORD, code_of, enrol, enter, secret_on
from tests.web.visit import form_to, forms, heading, links, read

NEW: Final = "tujuh belas huruf"
ANDROID: Final = (
    "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Mobile Safari/537.36"
)
JSON: Final = {"Accept": "application/json"}


@pytest.fixture(autouse=True)
def _town(portal: Portal) -> None:
    small(portal)


@pytest.fixture
def head(app: Flask, portal: Portal) -> FlaskClient:
    """The signed-in head of UPT-1."""
    return enter(app, portal, Role.UNIT_HEAD, "UPT-1")


def sign_in(client: FlaskClient, username: str, password: str = PASSWORD, address: str = "/masuk") -> TestResponse:
    return form_to(client.get(address), "/masuk").send(client, nama=username, sandi=password)


def problem(response: TestResponse) -> str:
    (said,) = [text_of(element) for element in read(response).elements if element.get("class") == "problem"]
    return said


def sentences(response: TestResponse) -> str:
    return text_of(read(response).by_id["isi"])


# ---------------------------------------------------------------- a password that another gave


def test_whoever_got_a_one_time_password_makes_one_of_their_own_before_anything_else(
    client: FlaskClient, portal: Portal
) -> None:
    given = create_account(portal, username="kepala", name="Kepala", unit_code="UPT-1", actor="cli:test")
    assert sign_in(client, "kepala", given, "/masuk?lanjut=/unit/UPT-1").location == "/akun/sandi?lanjut=/unit/UPT-1"
    for address in ("/unit", "/akun", "/akun/faktor-kedua", "/masuk"):
        assert client.get(address).location.startswith("/akun/sandi")
    assert client.get("/unit", headers=JSON).status_code == 401
    page = client.get("/akun/sandi?lanjut=/unit/UPT-1")
    assert heading(page) == "Buat kata sandi Anda sendiri"
    assert "Menu" not in page.text
    answer = form_to(page, "/akun/sandi").send(client, sandi_baru=NEW, ulangi=NEW)
    assert (answer.status_code, answer.location) == (303, "/unit/UPT-1")
    assert client.get("/unit/UPT-1").status_code == 200


@pytest.mark.parametrize(
    "new, again, said",
    [
        ("", "", "Isi kata sandi baru dua kali."),
        (NEW, NEW + "x", "Kedua isian tidak sama. Silakan ketik sekali lagi."),
        ("pendek", "pendek", "Kata sandi harus 12 sampai 128 karakter dan tidak memuat nama pengguna Anda."),
        (PASSWORD, PASSWORD, "Itu kata sandi yang sekarang. Pilih yang lain."),
    ],
)
def test_a_new_password_that_cannot_be_taken_says_why(head: FlaskClient, new: str, again: str, said: str) -> None:
    form = form_to(head.get("/akun/sandi"), "/akun/sandi")
    answer = form.send(head, sandi=PASSWORD, sandi_baru=new, ulangi=again)
    assert answer.status_code == 422
    assert problem(answer) == said


def test_ones_own_password_is_changed_by_whoever_knows_the_old_one(head: FlaskClient, app: Flask) -> None:
    other = app.test_client()
    sign_in(other, "unit_head.upt-1")
    form = form_to(head.get("/akun/sandi"), "/akun/sandi")
    refused = form.send(head, sandi="bukan kata sandi", sandi_baru=NEW, ulangi=NEW)
    assert (refused.status_code, problem(refused)) == (401, "Kata sandi sekarang salah.")
    answer = form.send(head, sandi=PASSWORD, sandi_baru=NEW, ulangi=NEW)
    assert answer.location == "/akun?hasil=password"
    assert "Kata sandi Anda sudah diganti" in sentences(head.get(answer.location))
    assert other.get("/unit").status_code == 303
    assert form.send(head, sandi=NEW, sandi_baru=PASSWORD, ulangi=PASSWORD).status_code == 422  # the session moved on


def test_guessing_the_old_password_is_told_to_wait(head: FlaskClient) -> None:
    form = form_to(head.get("/akun/sandi"), "/akun/sandi")
    for _ in range(5):
        form.send(head, sandi="bukan kata sandi", sandi_baru=NEW, ulangi=NEW)
    answer = form.send(head, sandi=PASSWORD, sandi_baru=NEW, ulangi=NEW)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "30")
    assert "30 detik" in sentences(answer)


# ---------------------------------------------------------------- the second factor


def test_who_must_enrol_is_led_there_and_sees_the_recovery_codes_once(client: FlaskClient, portal: Portal) -> None:
    create_account(
        portal, username="pemeriksa", name="Pemeriksa", role=Role.REVIEWER, password=PASSWORD, actor="cli:test"
    )
    answer = sign_in(client, "pemeriksa")
    assert answer.location == "/akun/faktor-kedua"
    assert client.get("/kelola/catatan").location == "/akun/faktor-kedua?lanjut=/kelola/catatan"
    page = client.get("/akun/faktor-kedua?lanjut=/kelola/catatan")
    wrong = form_to(page, "/faktor-kedua").send(client, kode="000000")
    assert wrong.status_code == 401
    assert secret_on(wrong) == secret_on(page)
    answer = form_to(wrong, "/faktor-kedua").send(client, kode=code_of(secret_on(page), portal))
    assert answer.location == "/akun/kode-pemulihan?lanjut=/kelola/catatan"
    shown = client.get(answer.location)
    codes = [text_of(item) for item in read(shown).all("li") if "secret" in str(item[0].attrib) if len(item)]
    assert len(codes) == 10
    assert links(shown)["Sudah saya simpan, lanjut"] == "/kelola/catatan"
    again = client.get(answer.location)
    assert codes[0] not in again.text
    assert "Kode pemulihan tersisa: 10 dari 10." in sentences(again)


def test_after_enrolling_the_code_is_asked_and_each_is_taken_once(
    app: Flask, head: FlaskClient, portal: Portal, clock: Clock
) -> None:
    secret = secret_on(head.get("/akun/faktor-kedua"))
    assert enrol(head, portal).status_code == 303
    client = app.test_client()
    assert sign_in(client, "unit_head.upt-1", address="/masuk?lanjut=/akun").location == "/masuk/kode?lanjut=/akun"
    for address in ("/unit", "/akun", "/akun/sandi", "/masuk", "/masuk/ulang"):
        assert client.get(address).location.startswith("/masuk/kode")
    form = form_to(client.get("/masuk/kode?lanjut=/akun"), "/masuk/kode")
    used = form.send(client, kode=code_of(secret, portal))
    assert used.status_code == 401
    assert "sudah dipakai" in sentences(used)
    clock.advance(timedelta(seconds=30))
    kept = client.get_cookie("sesi")
    answer = form.send(client, kode=code_of(secret, portal))
    assert answer.location == "/akun"
    opened = client.get_cookie("sesi")
    assert kept
    assert opened
    assert kept.value != opened.value
    assert client.get("/masuk/kode").location == "/unit"


def test_a_recovery_code_opens_once_when_the_phone_is_lost(app: Flask, head: FlaskClient, portal: Portal) -> None:
    shown = head.get(enrol(head, portal).location)
    code = text_of(next(element for element in read(shown).all("span") if element.get("class") == "secret"))
    for status in (303, 401):
        client = app.test_client()
        sign_in(client, "unit_head.upt-1")
        page = client.get(links(client.get("/masuk/kode"))["Ponsel tidak ada? Pakai kode pemulihan."])
        assert form_to(page, "/masuk/kode").send(client, kode=code.lower()).status_code == status


@pytest.mark.parametrize("token", ["forged", None])
def test_a_code_in_a_form_that_is_not_ours_is_not_looked_at(
    app: Flask, head: FlaskClient, portal: Portal, token: str | None
) -> None:
    enrol(head, portal)
    client = app.test_client()
    sign_in(client, "unit_head.upt-1")
    form = form_to(client.get("/masuk/kode"), "/masuk/kode")
    assert form.send(client, kode="123456", token=token).status_code == 400
    assert form.send(client, kode="").status_code == 422


def test_codes_are_renewed_and_the_factor_turned_off_by_whom_it_is_not_required(
    head: FlaskClient, portal: Portal
) -> None:
    old = head.get(enrol(head, portal).location).text
    page = head.get("/akun/kode-pemulihan")
    renewed = head.get(next(form for form in forms(page) if form.action == "/akun/kode-pemulihan").send(head).location)
    assert "Simpan kode pemulihan ini" in heading(renewed)
    assert not [
        text_of(element)
        for element in read(renewed).all("span")
        if element.get("class") == "secret" and text_of(element) in old
    ]
    answer = form_to(head.get("/akun/kode-pemulihan"), "/faktor-kedua/hapus").send(head)
    assert answer.location == "/akun?hasil=removed"
    assert "Belum aktif" in sentences(head.get("/akun"))


def test_a_role_that_needs_the_factor_is_not_offered_to_go_without(app: Flask, portal: Portal) -> None:
    client = enter(app, portal, Role.ADMINISTRATOR)
    assert "/hapus" not in client.get("/akun/kode-pemulihan").text
    token = form_to(client.get("/akun/kode-pemulihan"), "/akun/kode-pemulihan").hidden
    assert client.post("/akun/faktor-kedua/hapus", data=token).status_code == 403


# ---------------------------------------------------------------- sessions


def test_sessions_are_named_by_browser_and_never_by_what_else_it_tells(app: Flask, head: FlaskClient) -> None:
    phone = app.test_client()
    form = form_to(phone.get("/masuk"), "/masuk")
    form.send(phone, nama="unit_head.upt-1", sandi=PASSWORD, headers={"User-Agent": ANDROID})
    page = phone.get("/akun")
    assert "Chrome di Android (sesi ini)" in sentences(page)
    assert "Peramban lain" in sentences(page)
    assert "Mozilla" not in page.text
    assert "Chrome on Android (this session)" in sentences(phone.get("/akun?l=en"))
    answer = next(form for form in forms(page) if form.action.endswith("/akhiri")).send(phone)
    assert answer.location == "/akun?hasil=ended"
    assert head.get("/unit").status_code == 303
    assert phone.get("/unit").status_code == 200


def test_all_other_sessions_end_at_one_press(app: Flask, head: FlaskClient) -> None:
    others = [app.test_client() for _ in range(2)]
    for other in others:
        sign_in(other, "unit_head.upt-1")
    form_to(head.get("/akun"), "/sesi/akhiri-lain").send(head)
    assert [client.get("/unit").status_code for client in (*others, head)] == [303, 303, 200]
    assert "akhiri-lain" not in head.get("/akun").text


@pytest.mark.parametrize("address", ["/akun/sesi/akhiri-lain", "/akun/sesi/0000/akhiri", "/akun/kode-pemulihan"])
def test_what_a_form_of_another_session_asks_for_is_not_done(
    app: Flask, head: FlaskClient, portal: Portal, address: str
) -> None:
    other = enter(app, portal, Role.UNIT_HEAD, "UPT-2")
    foreign = form_to(other.get("/akun"), "/keluar").hidden
    assert head.post(address, data=foreign).status_code == 400


def test_a_disabled_account_is_out_at_its_next_page(head: FlaskClient, portal: Portal) -> None:
    disable_account(portal, username="unit_head.upt-1", actor="cli:test")
    assert head.get("/unit").location == "/masuk?lanjut=/unit"


# ---------------------------------------------------------------- asked again


def test_after_ten_minutes_the_password_is_asked_before_what_matters_and_then_leads_back(
    head: FlaskClient, clock: Clock
) -> None:
    assert head.get("/akun/faktor-kedua").status_code == 200
    clock.advance(timedelta(minutes=10, seconds=1))
    assert head.get("/akun").status_code == 200
    answer = head.get("/akun/faktor-kedua?l=en")
    assert answer.location == "/masuk/ulang?lanjut=/akun/faktor-kedua?l%3Den&l=en"
    page = head.get("/masuk/ulang?lanjut=/akun/faktor-kedua")
    assert "Yang baru saja Anda tekan" not in page.text
    wrong = form_to(page, "/masuk/ulang").send(head, sandi="bukan kata sandi")
    assert wrong.status_code == 401
    assert "Yang baru saja Anda tekan" not in wrong.text
    answer = form_to(wrong, "/masuk/ulang").send(head, sandi=PASSWORD)
    assert answer.location == "/akun/faktor-kedua"
    assert head.get(answer.location).status_code == 200


def test_what_was_pressed_too_late_is_not_done_and_not_lost_silently(
    head: FlaskClient, portal: Portal, clock: Clock
) -> None:
    secret = secret_on(head.get("/akun/faktor-kedua"))
    head.get(enrol(head, portal).location)
    form = next(form for form in forms(head.get("/akun/kode-pemulihan")) if form.action == "/akun/kode-pemulihan")
    clock.advance(timedelta(minutes=11))
    answer = form.send(head, headers={"Referer": "http://localhost/akun/kode-pemulihan"})
    assert answer.location == "/masuk/ulang?lanjut=/akun/kode-pemulihan&tekan=lagi"
    page = head.get(answer.location)
    assert "tekan tombolnya sekali lagi" in sentences(page)
    answer = form_to(page, "/masuk/ulang").send(head, sandi=PASSWORD, kode=code_of(secret, portal))
    assert answer.location == "/akun/kode-pemulihan"
    assert form.send(head).location == "/akun/kode-pemulihan"


@pytest.mark.parametrize("referer", ["https://example.org/akun", "nonsense", "http://localhost//example.org", ""])
def test_being_asked_again_never_leads_to_another_site(head: FlaskClient, clock: Clock, referer: str) -> None:
    form = form_to(head.get("/akun/faktor-kedua"), "/faktor-kedua")
    clock.advance(timedelta(minutes=11))
    answer = form.send(head, kode="000000", headers={"Referer": referer})
    assert answer.location == "/masuk/ulang?lanjut=/unit&tekan=lagi"


def test_a_program_is_not_asked_again_but_refused(head: FlaskClient, clock: Clock) -> None:
    clock.advance(timedelta(minutes=11))
    assert head.get("/akun/faktor-kedua", headers=JSON).status_code == 403


def test_too_many_wrong_answers_when_asked_again_are_told_to_wait(head: FlaskClient) -> None:
    form = form_to(head.get("/masuk/ulang"), "/masuk/ulang")
    for _ in range(5):
        form.send(head, sandi="bukan kata sandi")
    assert form.send(head, sandi=PASSWORD).status_code == 429
    assert form.send(head, sandi="").status_code == 422
    assert form.send(head, sandi=PASSWORD, tanda="forged").status_code == 400


def test_a_stranger_is_not_asked_again_but_to_sign_in(client: FlaskClient) -> None:
    for address in ("/masuk/ulang", "/masuk/kode"):
        assert client.get(address).location == "/masuk"
        assert client.post(address).location == "/masuk"
