"""The citizen's way: scan, tap, stored; whatever follows is optional."""

from __future__ import annotations

import gzip
import re
from datetime import timedelta
from typing import Final

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from portal.services import Portal
from portal.storage.tables import TallyRow
from tests.clock import Clock
from tests.web import town, visit

MINUTE: Final = timedelta(minutes=1)
FACES: Final = ["Tidak puas", "Kurang puas", "Puas", "Sangat puas"]
CHANGE: Final = "Ubah penilaian (sampai 09.10)"
JSON: Final = {"Accept": "application/json"}


@pytest.fixture(autouse=True)
def _town(portal: Portal) -> None:
    town.build(portal)


# ---------------------------------------------------------------- the page


def test_the_page_says_who_is_rated_and_offers_four_faces_worst_first(client: FlaskClient) -> None:
    response = client.get(f"/q/{town.PLATE.lower()}")
    assert visit.heading(response) == "Seberapa puas Anda dengan pelayanan yang baru saja Anda terima?"
    for words in ("Pemerintah Daerah", "Dinas Contoh", "Loket 3", f"Petugas: {town.ONE}"):
        assert words in response.text
    assert list(visit.form_to(response, "/nilai").buttons) == FACES


def test_the_first_page_is_one_small_document_without_cookie_or_redirect(client: FlaskClient) -> None:
    response = client.get(f"/q/{town.MAIN.lower()}", headers={"Accept-Encoding": "gzip"})
    assert response.status_code == 200
    assert response.headers["Content-Encoding"] == "gzip"
    assert "Set-Cookie" not in response.headers
    assert len(response.data) <= 4 * 1024  # the design allows 10; what is won is the room for what comes
    page = gzip.decompress(response.data).decode()
    assert not re.search(r"<script|<img|stylesheet|@import|url\(|@font-face|https?://(?!www\.w3\.org/2000/svg)", page)


def test_every_first_page_carries_a_key_of_its_own(client: FlaskClient) -> None:
    keys = {visit.open_form(client, town.MAIN).hidden["kunci"] for _ in range(3)}
    assert len(keys) == 3


def test_the_form_stands_last_in_the_page(client: FlaskClient) -> None:
    text = client.get(f"/q/{town.MAIN.lower()}").text
    assert re.search(
        r"<form id=\"rate\"[^>]*>(\s*<input type=\"hidden\"[^>]*>)+\s*</form>\s*</body>\s*</html>\s*$", text
    )


# ---------------------------------------------------------------- the journey


def test_a_whole_visit_is_one_rating_with_all_its_parts(client: FlaskClient, portal: Portal) -> None:
    thanks = visit.tap(client, town.SHARED, 2)
    assert visit.heading(thanks) == "Terima kasih. Penilaian Anda sudah tersimpan."

    service = visit.form_to(thanks, "/layanan")
    assert set(service.buttons) == {*town.SERVICES, "Lainnya"}
    thanks = client.get(service.press(client, town.SERVICES[1]).location)

    officer = visit.form_to(thanks, "/petugas")
    assert list(officer.buttons) == [town.TWO, town.ONE, "Tidak tahu"]
    thanks = client.get(officer.press(client, town.TWO).location)

    help_given = visit.form_to(thanks, "/bantuan")
    assert list(help_given.buttons) == FACES
    thanks = client.get(help_given.press(client, "Sangat puas").location)

    topics = visit.form_to(thanks, "/topik")
    thanks = client.get(topics.send(client, TOPIK=["BIAYA", "RUANG"]).location)

    comment = visit.form_to(thanks, "/masukan")
    thanks = client.get(comment.send(client, masukan="Antrean rapi.").location)

    survey = client.get(visit.links(thanks)["Isi survei lengkap (9 pertanyaan, ± 2 menit)"])
    sent = visit.form_to(survey, "/survei").send(client, PERSYARATAN="3", BIAYA="4", USIA="USIA_60")
    thanks = client.get(sent.location)

    assert not [form for form in visit.forms(thanks) if form.action.startswith("/r/")]
    assert thanks.text.count("Tersimpan.") == 6
    assert visit.answers(portal) == {
        "quick@1": {"LAYANAN": 2},
        "petugas@1": {"PETUGAS": 4},
        "skm-14-2017@1": {"PERSYARATAN": 3, "BIAYA": 4},
        "topik@1": {},
        "profil@1": {},
    }
    assert visit.attribution(portal) == (2, "choice", 2, "choice")


def test_what_is_known_is_not_asked(client: FlaskClient, portal: Portal) -> None:
    thanks = visit.tap(client, town.PLATE, 3)
    assert visit.parts(thanks) == ["bantuan", *visit.ALWAYS]
    assert visit.attribution(portal) == (1, "only", 1, "plate")


def test_where_nobody_is_on_duty_no_officer_is_asked_for(client: FlaskClient, portal: Portal) -> None:
    assert visit.parts(visit.tap(client, town.ALONE, 3)) == visit.ALWAYS
    assert visit.attribution(portal) == (1, "only", None, "none")


def test_not_knowing_is_an_answer(client: FlaskClient, portal: Portal) -> None:
    thanks = visit.tap(client, town.SHARED, 3)
    thanks = client.get(visit.form_to(thanks, "/layanan").press(client, "Lainnya").location)
    thanks = client.get(visit.form_to(thanks, "/petugas").press(client, "Tidak tahu").location)
    assert visit.parts(thanks) == visit.ALWAYS
    assert visit.attribution(portal) == (None, "other", None, "unknown")


def test_a_part_sent_twice_stays_as_it_was_first_given(client: FlaskClient, portal: Portal) -> None:
    form = visit.form_to(visit.tap(client, town.MAIN, 3), "/bantuan")
    for words in ("Puas", "Tidak puas"):
        assert form.press(client, words).status_code == 303
    assert visit.answers(portal)["petugas@1"] == {"PETUGAS": 3}


def test_parts_are_taken_for_a_day(client: FlaskClient, portal: Portal, clock: Clock) -> None:
    thanks = visit.tap(client, town.MAIN, 3)
    form = visit.form_to(thanks, "/bantuan")
    clock.advance(timedelta(hours=24, seconds=1))
    late = form.press(client, "Puas")
    assert (late.status_code, visit.heading(late)) == (400, "Waktunya sudah lewat.")
    receipt = client.get(thanks.request.full_path)
    assert visit.heading(receipt) == "Status masukan Anda: Diterima"
    assert visit.answers(portal) == {"quick@1": {"LAYANAN": 3}}


def test_a_service_of_another_counter_is_refused(client: FlaskClient, portal: Portal) -> None:
    form = visit.form_to(visit.tap(client, town.SHARED, 3), "/layanan")
    assert [form.send(client, pilihan=choice).status_code for choice in ("99", "-", "", "9" * 5000)] == [422] * 4
    assert visit.attribution(portal)[1] == "none"


def test_the_survey_stands_on_its_own(client: FlaskClient, portal: Portal) -> None:
    form = visit.form_to(client.get(f"/s/{town.MAIN.lower()}"), "/kirim")
    for _ in range(2):
        assert form.send(client, WAKTU="1", PERILAKU="4").status_code == 303
    assert visit.answers(portal) == {"skm-14-2017@1": {"WAKTU": 1, "PERILAKU": 4}}


@pytest.mark.parametrize("start", [f"/s/{town.MAIN.lower()}", "thanks"])
def test_an_empty_survey_is_shown_again_with_what_to_correct(client: FlaskClient, portal: Portal, start: str) -> None:
    if start == "thanks":
        start = visit.links(visit.tap(client, town.MAIN, 3))["Isi survei lengkap (9 pertanyaan, ± 2 menit)"]
    before = visit.count(portal)
    form = visit.forms(client.get(start))[-1]
    response = form.send(client)
    assert response.status_code == 422
    assert "Mohon perbaiki: jawab sedikitnya satu pertanyaan." in response.text
    again = visit.forms(response)[-1]
    assert again.hidden.get("kunci") == form.hidden.get("kunci")
    assert visit.count(portal) == before
    assert again.send(client, WAKTU="2").status_code == 303


# ---------------------------------------------------------------- exactly once


def test_a_double_tap_a_reload_and_back_are_one_rating(client: FlaskClient, portal: Portal) -> None:
    form = visit.open_form(client, town.MAIN)
    places = {form.send(client, nilai=3).location for _ in range(3)}
    assert len(places) == 1
    for _ in range(2):
        client.get(places.copy().pop())
    assert visit.answers(portal) == {"quick@1": {"LAYANAN": 3}}


def test_another_face_with_the_same_key_changes_the_rating_for_ten_minutes(
    client: FlaskClient, portal: Portal, clock: Clock
) -> None:
    form = visit.open_form(client, town.MAIN)
    form.send(client, nilai=3)
    clock.advance(10 * MINUTE)
    assert form.send(client, nilai=1).status_code == 303
    assert visit.answers(portal) == {"quick@1": {"LAYANAN": 1}}
    clock.advance(timedelta(seconds=1))
    late = form.send(client, nilai=4)
    assert (late.status_code, visit.heading(late)) == (422, "Penilaian ini sudah tersimpan.")
    assert visit.answers(portal) == {"quick@1": {"LAYANAN": 1}}
    with portal.read() as session:
        assert session.execute(select(func.sum(TallyRow.n), func.sum(TallyRow.total))).one() == (1, 1)


def test_a_rating_can_be_changed_until_the_printed_time(client: FlaskClient, portal: Portal, clock: Clock) -> None:
    thanks = visit.tap(client, town.MAIN, 1)
    change = client.get(visit.links(thanks)[CHANGE])
    form = visit.form_to(change, "/ubah")
    clock.advance(10 * MINUTE)
    assert client.get(form.press(client, "Sangat puas").location).status_code == 200
    assert visit.answers(portal) == {"quick@1": {"LAYANAN": 4}}
    clock.advance(timedelta(seconds=1))
    assert form.press(client, "Puas").status_code == 400
    assert client.get(change.request.full_path).status_code == 400
    assert CHANGE not in visit.links(client.get(thanks.request.full_path))
    assert visit.answers(portal) == {"quick@1": {"LAYANAN": 4}}


def test_a_program_is_answered_as_one(client: FlaskClient, portal: Portal) -> None:
    form = visit.open_form(client, town.MAIN)
    first, again, changed = (form.send(client, headers=JSON, nilai=value) for value in (3, 3, 2))
    assert [answer.status_code for answer in (first, again, changed)] == [201, 200, 200]
    assert first.json == again.json == changed.json
    assert first.json is not None
    assert client.get(first.json["location"]).status_code == 200
    assert visit.answers(portal) == {"quick@1": {"LAYANAN": 2}}


def test_a_program_that_reuses_a_key_too_late_is_told_so(client: FlaskClient, portal: Portal, clock: Clock) -> None:
    form = visit.open_form(client, town.MAIN)
    form.send(client, nilai=3)
    clock.advance(11 * MINUTE)
    replay, refused = (form.send(client, headers=JSON, nilai=value) for value in (3, 2))
    assert (replay.status_code, refused.status_code) == (200, 422)
    assert refused.mimetype == "application/problem+json"
    assert refused.json is not None
    assert refused.json["code"] == "key-reused"
    assert visit.answers(portal) == {"quick@1": {"LAYANAN": 3}}


# ---------------------------------------------------------------- the rating given is never shown


def _without_what_differs_anyway(text: str) -> str:
    return re.sub(r'/r/[0-9A-Z]{10}|[0-9A-Z]{5}-[0-9A-Z]{5}|e=[\w.-]+|name="token"\s+value="[^"]+"', "", text)


def test_no_page_after_the_tap_shows_which_face_it_was(app: Flask) -> None:
    seen = set()
    for value in range(1, 5):
        client = app.test_client()
        thanks = visit.tap(client, town.MAIN, value)
        pages = [thanks, client.get(visit.links(thanks)[CHANGE]), client.get(thanks.request.path)]
        pages += [client.get(f"/q/{town.MAIN.lower()}/lain")]
        assert not any(" checked" in page.text or "aria-pressed" in page.text for page in pages)
        seen.add("".join(_without_what_differs_anyway(page.text) for page in pages))
    assert len(seen) == 1


def test_the_answer_to_a_tap_tells_nothing_about_it(app: Flask) -> None:
    seen = set()
    for value in range(1, 5):
        client = app.test_client()
        sent = visit.open_form(client, town.MAIN).send(client, nilai=value)
        headers = re.sub(r"perangkat=\w+|Expires=[^;]+|Content-Length: \d+", "", str(sent.headers))
        seen.add(_without_what_differs_anyway(headers))
    assert len(seen) == 1


def test_back_shows_the_page_as_it_was(client: FlaskClient) -> None:
    form = visit.open_form(client, town.MAIN)
    form.send(client, nilai=1)
    page = client.get(f"/q/{town.MAIN.lower()}").text
    again = client.get(f"/q/{town.MAIN.lower()}").text
    fresh = re.compile(r'name="(kunci|token)"\s+value="[^"]+"')
    assert fresh.sub("", page) == fresh.sub("", again)
    assert "Ubah penilaian" not in page


def test_a_receipt_can_be_looked_up_later_as_people_write_it(client: FlaskClient) -> None:
    thanks = visit.tap(client, town.MAIN, 1)
    receipt = thanks.request.path.removeprefix("/r/")
    found = client.get(
        "/status", query_string={"kode": f" {receipt[:5].lower()} {receipt[5:]}-"}, follow_redirects=True
    )
    assert found.request.path == f"/r/{receipt}"
    assert visit.heading(found) == "Status masukan Anda: Diterima"
    assert f"{receipt[:5]}-{receipt[5:]}" in found.text


# ---------------------------------------------------------------- codes


@pytest.mark.parametrize("door", ["/r/{code}", "/status?kode={code}"])
@pytest.mark.parametrize("code", ["ZZZZZZZZZZ", "7F2K9", "UUUUUUUUUU"])
def test_a_wrong_follow_up_code_may_be_typed_again(client: FlaskClient, door: str, code: str) -> None:
    response = client.get(door.format(code=code), follow_redirects=True)
    assert (response.status_code, visit.heading(response)) == (404, "Kode tidak ditemukan.")
    assert visit.form_to(response, "/status").buttons.keys() == {"Lihat status"}


@pytest.mark.parametrize("door", ["/q/{code}", "/s/{code}", "/q/{code}/lain"])
@pytest.mark.parametrize("code", [town.MISTYPED, town.UNUSED, "K7M", "%00", "'"])
def test_a_wrong_code_leads_on(client: FlaskClient, door: str, code: str) -> None:
    response = client.get(door.format(code=code))
    assert (response.status_code, visit.heading(response)) == (404, "Kode tidak ditemukan.")
    assert "Mohon periksa kembali huruf dan angkanya." in response.text
    assert visit.form_to(response, "/buka").buttons.keys() == {"Buka halaman penilaian"}


@pytest.mark.parametrize("door", ["/q/", "/s/"])
def test_a_counter_that_moved_leads_to_the_open_ones_of_its_unit(client: FlaskClient, door: str) -> None:
    response = client.get(door + town.CLOSED.lower())
    assert response.status_code == 200
    assert visit.heading(response) == "Loket ini sudah pindah."
    links = visit.links(response)
    assert "Loket 4" not in links
    assert client.get(links["Loket 1"]).status_code == 200


def test_a_counter_that_moved_from_a_unit_without_others_leads_home(client: FlaskClient) -> None:
    response = client.get(f"/q/{town.DESERTED.lower()}")
    assert visit.links(response)["Ketik kode loket"] == "/"


def test_a_page_left_open_until_its_counter_closed_leads_on(client: FlaskClient, portal: Portal, clock: Clock) -> None:
    clock.advance(timedelta(days=-7))
    form = visit.open_form(client, town.CLOSED)
    clock.advance(timedelta(days=7))
    response = form.send(client, nilai=3)
    assert (response.status_code, visit.heading(response)) == (410, "Loket ini sudah pindah.")
    assert "Loket 1" in visit.links(client.get(visit.links(response)["Pilih loket"]))
    assert visit.count(portal) == 0


def test_the_way_to_another_counter_stands_on_every_page(client: FlaskClient) -> None:
    link = visit.links(client.get(f"/q/{town.MAIN.lower()}"))["Bukan loket ini? Pilih loket lain."]
    assert {"Loket 1", "Loket 2", "Loket 6"} <= visit.links(client.get(link)).keys()


@pytest.mark.parametrize("typed", ["{}", " {} "])
@pytest.mark.parametrize("door", ["/q/{}", "/buka?kode={}"])
def test_a_code_is_forgiven_case_spaces_hyphens_and_look_alikes(client: FlaskClient, door: str, typed: str) -> None:
    assert set(town.ALONE) >= {"0", "1"}
    for code in (town.ALONE, town.ALONE.lower(), " ".join(town.ALONE), f"{town.ALONE[:3]}-{town.ALONE[3:]}"):
        for alike in (code, code.replace("0", "O"), code.replace("0", "o"), code.replace("1", "I").replace("0", "o")):
            response = client.get(door.format(typed.format(alike)), follow_redirects=True)
            assert (response.status_code, "Loket 6" in response.text) == (200, True)


# ---------------------------------------------------------------- what is refused


@pytest.mark.parametrize("value", ["0", "5", "-1", "", "x", "3.5", "9" * 5000, None])
def test_a_wrong_value_is_refused(client: FlaskClient, portal: Portal, value: str | None) -> None:
    response = visit.open_form(client, town.MAIN).send(client, nilai=value)
    assert (response.status_code, visit.heading(response)) == (422, "Mohon perbaiki: jawaban tidak dapat dibaca.")
    assert visit.count(portal) == 0


@pytest.mark.parametrize("value", ["0", "5", "-1", "x", "³", "9" * 5000])
def test_a_wrong_answer_in_the_survey_is_refused(client: FlaskClient, portal: Portal, value: str) -> None:
    form = visit.form_to(client.get(f"/s/{town.MAIN.lower()}"), "/kirim")
    assert form.send(client, WAKTU="3", BIAYA=value).status_code == 422
    assert visit.count(portal) == 0


@pytest.mark.parametrize("value", ["0", "5", "-1", "x", "³", "9" * 5000])
@pytest.mark.parametrize("part", ["/bantuan", "/ubah"])
def test_a_wrong_value_after_the_tap_is_refused(client: FlaskClient, portal: Portal, part: str, value: str) -> None:
    thanks = visit.tap(client, town.MAIN, 3)
    page = client.get(visit.links(thanks)[CHANGE]) if part == "/ubah" else thanks
    assert visit.form_to(page, part).send(client, pilihan=value).status_code == 422
    assert visit.answers(portal) == {"quick@1": {"LAYANAN": 3}}


@pytest.mark.parametrize("key", [None, "", "0" * 31, "0" * 33, "0" * 32 + "zz", "g" * 32, "0" * 32 + "\n"])
@pytest.mark.parametrize("door, answer", [("/q/", {"nilai": "3"}), ("/s/", {"WAKTU": "3"})])
def test_a_rating_without_a_key_of_128_bits_is_refused(
    client: FlaskClient, portal: Portal, door: str, answer: dict[str, str], key: str | None
) -> None:
    form = visit.forms(client.get(door + town.MAIN.lower()))[-1]
    assert form.send(client, {**answer, "kunci": key}).status_code == 422
    assert visit.count(portal) == 0


def test_unknown_fields_are_ignored(client: FlaskClient, portal: Portal) -> None:
    form = visit.open_form(client, town.MAIN)
    sent = form.send(client, nilai=3, officer_id="2", waktu="2020-01-01", PETUGAS="1", nama="Contoh")
    assert sent.status_code == 303
    assert visit.answers(portal) == {"quick@1": {"LAYANAN": 3}}
    assert visit.attribution(portal)[2:] == (1, "duty")


def test_a_body_that_is_too_large_is_refused(client: FlaskClient, portal: Portal) -> None:
    response = visit.open_form(client, town.MAIN).send(client, nilai=3, more="x" * 70_000)
    assert (response.status_code, visit.heading(response)) == (413, "Kiriman terlalu besar.")
    assert visit.count(portal) == 0


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://example.org"},
        {"Origin": "http://localhost.example.org"},
        {"Origin": "http://localhost:81"},
        {"Origin": "http://[not-an-address"},
        {"Origin": "localhost"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "null"},
    ],
)
def test_a_page_of_another_site_cannot_rate(client: FlaskClient, portal: Portal, headers: dict[str, str]) -> None:
    response = visit.open_form(client, town.MAIN).send(client, nilai=3, headers=headers)
    assert (response.status_code, visit.heading(response)) == (403, "Tindakan ini tidak diizinkan.")
    assert visit.count(portal) == 0


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "null"},
        {"Origin": "http://localhost"},
        {"Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "none", "Origin": "null"},
    ],
)
def test_our_own_page_can_rate_whether_or_not_its_origin_is_told(
    client: FlaskClient, portal: Portal, headers: dict[str, str]
) -> None:
    assert visit.open_form(client, town.MAIN).send(client, nilai=3, headers=headers).status_code == 303
    assert visit.count(portal) == 1


@pytest.mark.parametrize("token", [None, "", "x", "a.b", "WyJyYXRlIl0.AAAA", "\N{WHITE SMILING FACE}"])
def test_a_forged_token_is_refused(client: FlaskClient, portal: Portal, token: str | None) -> None:
    response = visit.open_form(client, town.MAIN).send(client, nilai=3, token=token)
    assert (response.status_code, visit.heading(response)) == (400, "Waktunya sudah lewat.")
    assert visit.count(portal) == 0


def test_a_token_is_good_for_its_own_page_only(client: FlaskClient, portal: Portal) -> None:
    thanks = visit.tap(client, town.SHARED, 3)
    others = [
        visit.open_form(client, town.ALONE),
        visit.form_to(client.get(f"/s/{town.MAIN.lower()}"), "/kirim"),
        visit.form_to(thanks, "/layanan"),
    ]
    form = visit.open_form(client, town.MAIN)
    assert [form.send(client, nilai=3, token=other.hidden["token"]).status_code for other in others] == [400] * 3
    foreign = visit.form_to(visit.tap(client, town.SHARED, 3), "/layanan")
    own = visit.form_to(thanks, "/layanan")
    assert own.send(client, pilihan="1", token=foreign.hidden["token"]).status_code == 400
    assert visit.count(portal) == 2


def test_a_token_lasts_thirty_days(client: FlaskClient, portal: Portal, clock: Clock) -> None:
    first, second = (visit.open_form(client, town.MAIN) for _ in range(2))
    clock.advance(timedelta(days=30))
    assert first.send(client, nilai=3).status_code == 303
    clock.advance(timedelta(seconds=1))
    assert second.send(client, nilai=3).status_code == 400
    assert visit.count(portal) == 1


def test_the_receipt_of_one_rating_opens_no_other(client: FlaskClient, portal: Portal) -> None:
    mine, other = (visit.tap(client, town.MAIN, 3) for _ in range(2))
    form = visit.form_to(mine, "/bantuan")
    swapped = form.action.partition("?")[0] + "?" + other.request.query_string.decode()
    assert client.post(swapped, data={**form.hidden, "pilihan": "1"}).status_code == 400
    page = client.get(mine.request.path + "?" + other.request.query_string.decode())
    assert visit.heading(page) == "Status masukan Anda: Diterima"
    assert visit.count(portal) == 2


# ---------------------------------------------------------------- languages


def test_the_whole_way_can_be_gone_in_english(client: FlaskClient) -> None:
    thanks = visit.tap(client, town.MAIN, 3, l="en")
    assert visit.heading(thanks) == "Thank you. Your rating is stored."
    thanks = client.get(visit.form_to(thanks, "/layanan").press(client, "Another one").location)
    change = client.get(visit.links(thanks)["Change the rating (until 09:10)"])
    assert visit.heading(client.get(visit.form_to(change, "/ubah").press(client, "Satisfied").location))
    survey = client.get(visit.links(thanks)["Fill in the full survey (9 questions, about 2 minutes)"])
    assert visit.heading(survey) == "Public Satisfaction Survey"
    assert visit.links(survey)["Bahasa Indonesia"].startswith("/r/")


def test_the_language_can_be_changed_where_one_stands(client: FlaskClient) -> None:
    thanks = visit.tap(client, town.MAIN, 3)
    english = client.get(visit.links(thanks)["English"])
    assert visit.heading(english) == "Thank you. Your rating is stored."
    back = client.get(visit.links(english)["Bahasa Indonesia"])
    assert visit.forms(back)[0].action == visit.forms(thanks)[0].action
