"""Topics and comments as the citizen sends them, the head of the unit reads them, and the reviewer decides on them."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from portal.domain.access import Role
from portal.services import Portal
from portal.services.publish.comments import release_comments
from portal.storage.tables import Case, Choice, Comment
from tests.clock import Clock
from tests.pages import text_of
from tests.web import town, visit
from tests.web.staff import enter

FEEDBACK: Final = "/unit/DINAS/masukan"
HELD: Final = "/periksa/masukan"
STORED: Final = "Masukan Anda Tersimpan."


@pytest.fixture(autouse=True)
def _town(portal: Portal) -> None:
    town.build(portal)


def comments(portal: Portal) -> list[tuple[str, str]]:
    with portal.read() as session:
        return [(row.text, row.state) for row in session.scalars(select(Comment).order_by(Comment.text))]


def write(client: FlaskClient, text: str, *, asks: bool = False) -> TestResponse:
    """Tap, write, and return what is answered."""
    form = visit.form_to(visit.tap(client, town.MAIN, 1), "/masukan")
    return form.send(client, {"masukan": text} | ({"dijawab": "ya"} if asks else {}))


def words(response: TestResponse) -> str:
    return text_of(visit.read(response).root)


def quotes(response: TestResponse) -> list[str]:
    return [text_of(quote) for quote in visit.read(response).all("blockquote")]


# ---------------------------------------------------------------- topics


def test_the_topics_are_the_same_for_every_face(client: FlaskClient) -> None:
    offered = []
    for value in (1, 4):
        page = visit.read(visit.tap(client, town.MAIN, value))
        offered.append([(box.get("name"), box.get("value")) for box in page.all("input") if box.get("name") == "TOPIK"])
        assert not [box for box in page.all("input") if box.get("checked") is not None]
    assert offered[0] == offered[1]
    assert len(offered[0]) == 6


def test_no_topic_is_told_kindly_and_several_are_counted(client: FlaskClient, portal: Portal) -> None:
    thanks = visit.tap(client, town.MAIN, 2)
    form = visit.form_to(thanks, "/topik")
    refused = form.send(client)
    assert refused.status_code == 422
    assert "Mohon perbaiki: pilih sedikitnya satu, atau lewati pertanyaan ini." in refused.text
    for _ in range(2):
        assert visit.form_to(refused, "/topik").send(client, TOPIK=["BIAYA", "RUANG"]).status_code == 303
    assert form.send(client, TOPIK="HARGA").status_code == 422
    with portal.read() as session:
        assert {row.option: row.n for row in session.scalars(select(Choice))} == {"BIAYA": 1, "RUANG": 1}
    assert "topik" not in visit.parts(client.get(thanks.request.full_path))


def test_the_profile_comes_back_where_the_survey_has_no_answer(client: FlaskClient, portal: Portal) -> None:
    form = visit.form_to(client.get(f"/s/{town.MAIN.lower()}"), "/kirim")
    refused = form.send(client, USIA="USIA_30_39")
    assert refused.status_code == 422
    chosen = [option.get("value") for option in visit.read(refused).all("option") if option.get("selected") is not None]
    assert chosen == ["USIA_30_39"]
    assert form.send(client, WAKTU="3", USIA="USIA_30_39", PEKERJAAN="").status_code == 303
    with portal.read() as session:
        assert [(row.option, row.n) for row in session.scalars(select(Choice))] == [("USIA_30_39", 1)]


# ---------------------------------------------------------------- the comment


def test_a_comment_is_stored_once_masked(client: FlaskClient, portal: Portal) -> None:
    form = visit.form_to(visit.tap(client, town.MAIN, 1), "/masukan")
    for words_sent in (f"{town.ONE} ramah, telepon 0812-3456-7890", "lain"):
        assert form.send(client, masukan=words_sent).status_code == 303
    [(text, state)] = comments(portal)
    assert "0812" not in text
    assert state == "waiting"
    thanks = client.get(form.send(client, masukan="lain").location)
    assert STORED in words(thanks)
    assert "masukan" not in visit.parts(thanks)
    assert "0812" not in thanks.text


@pytest.mark.parametrize(
    "text, problem",
    [
        (" \r\n", "Mohon perbaiki: tuliskan masukan Anda, atau lewati bagian ini."),
        ("<b>panjang</b> " * 100, "Mohon perbaiki: masukan paling panjang 1.000 huruf. Silakan persingkat."),
    ],
)
def test_a_refused_comment_comes_back_as_it_was_written(
    client: FlaskClient, portal: Portal, text: str, problem: str
) -> None:
    refused = write(client, text, asks=True)
    assert refused.status_code == 422
    assert problem in refused.text
    page = visit.read(refused)
    assert (page.by_id["masukan"].text or "").strip() == text.strip()
    assert [box.get("name") for box in page.all("input") if box.get("checked") is not None] == ["dijawab"]
    assert not comments(portal)
    assert visit.form_to(refused, "/masukan").send(client, masukan="singkat").status_code == 303


def test_a_comment_is_taken_for_a_day_and_with_its_own_token(client: FlaskClient, portal: Portal, clock: Clock) -> None:
    form = visit.form_to(visit.tap(client, town.MAIN, 1), "/masukan")
    other = visit.form_to(visit.tap(client, town.MAIN, 1), "/masukan")
    assert form.send(client, masukan="a", token=other.hidden["token"]).status_code == 400
    assert form.send(client, masukan="a", token=None).status_code == 400
    clock.advance(timedelta(hours=24, seconds=1))
    for text in ("bagus", ""):
        assert form.send(client, masukan=text).status_code == 400
    assert not comments(portal)


def test_a_rating_before_its_counter_closed_may_still_be_commented_on(client: FlaskClient, portal: Portal) -> None:
    form = visit.form_to(visit.tap(client, town.MAIN, 1), "/masukan")
    with portal.begin() as session:
        session.connection().exec_driver_sql("UPDATE counters SET ends_on = '2026-03-01' WHERE id = 1")
    assert form.send(client, masukan="bagus").status_code == 303
    assert comments(portal) == [("bagus", "waiting")]


def test_the_pages_stay_small(client: FlaskClient) -> None:
    thanks = visit.tap(client, town.SHARED, 1)
    compressed = {"Accept-Encoding": "gzip"}
    for address, most in (
        (thanks.request.full_path, 6),
        (f"/s/{town.MAIN.lower()}", 8),
        (f"/q/{town.MAIN.lower()}", 4),
    ):
        sent = client.get(address, headers=compressed)
        assert gzip.decompress(sent.data)
        assert len(sent.data) <= most * 1024, address


def test_official_complaints_are_a_plain_link_away(client: FlaskClient) -> None:
    page = visit.read(visit.tap(client, town.MAIN, 1))
    [link] = [link for link in page.all("a") if text_of(link) == "SP4N-LAPOR!"]
    assert (link.get("href"), link.get("rel")) == ("https://www.lapor.go.id", "noopener")


# ---------------------------------------------------------------- the head of the unit


def test_the_head_reads_a_month_when_it_is_over(app: Flask, client: FlaskClient, portal: Portal, clock: Clock) -> None:
    for number in range(5):
        write(client, f"<script>antre {number}</script>")
    clock.set(datetime(2026, 4, 1, 2, tzinfo=UTC))
    head = enter(app, portal, Role.UNIT_HEAD, "DINAS")
    assert not quotes(head.get(FEEDBACK))
    release_comments(portal)
    page = head.get(FEEDBACK)
    assert sorted(quotes(page)) == [f"<script>antre {number}</script>" for number in range(5)]
    assert "<script>antre" not in page.text
    assert "Maret 2026: 5 masukan" in words(page)
    assert quotes(head.get(f"{FEEDBACK}?bulan=2026-03")) == quotes(page)
    for month in ("2026-02", "2026-3", "x", "2026-13"):
        assert head.get(f"{FEEDBACK}?bulan={month}").status_code == 404


def test_what_was_masked_is_named_in_the_language_of_the_page(app: Flask, client: FlaskClient, portal: Portal) -> None:
    write(client, "telepon 0812-3456-7890 ya", asks=True)
    head = enter(app, portal, Role.UNIT_HEAD, "DINAS")
    assert quotes(head.get(FEEDBACK)) == ["telepon [nomor telepon] ya"]
    assert quotes(head.get(f"{FEEDBACK}?l=en")) == ["telepon [telephone number] ya"]


def test_a_case_goes_there_and_its_answer_back(app: Flask, client: FlaskClient, portal: Portal, clock: Clock) -> None:
    thanks = client.get(write(client, "Kapan jadi?", asks=True).location)
    assert "Foto atau catat kode ini untuk melihat jawaban kami." in thanks.text
    receipt = thanks.request.path
    assert "Belum ada jawaban." in client.get(receipt).text
    head = enter(app, portal, Role.UNIT_HEAD, "DINAS")
    page = head.get(FEEDBACK)
    assert quotes(page) == ["Kapan jadi?"]
    for telling in ("Loket 1", town.ONE, "Tidak puas"):
        assert telling not in words(page)
    form = visit.form_to(page, "/masukan/")
    refused = form.send(head, jawaban=" ")
    assert (refused.status_code, "Mohon perbaiki: tuliskan jawaban Anda." in refused.text) == (422, True)
    longer = form.send(head, jawaban="panjang " * 300)
    assert longer.status_code == 422
    assert "panjang panjang" in longer.text
    assert "Jawaban sudah tersimpan." in head.get(form.send(head, jawaban="Besok\nsiang.").location).text
    assert "sudah dijawab" in head.get(form.send(head, jawaban="Lusa.").location).text
    clock.advance(timedelta(days=90))
    page = client.get(receipt)
    assert visit.heading(page) == "Status masukan Anda: Sudah dijawab"
    assert "Jawaban dari Dinas Contoh" in page.text
    assert "Besok\nsiang." in page.text
    assert "Lusa." not in page.text
    assert "Kapan jadi?" not in page.text


def test_a_form_of_another_session_answers_nothing(app: Flask, client: FlaskClient, portal: Portal) -> None:
    write(client, "Kapan jadi?", asks=True)
    first = enter(app, portal, Role.UNIT_HEAD, "DINAS")
    second = enter(app, portal, Role.UNIT_HEAD, "DINAS", username="kepala.lain")
    refused = visit.form_to(first.get(FEEDBACK), "/masukan/").send(second, jawaban="Besok.")
    assert refused.status_code == 422
    assert "Besok." in refused.text
    with portal.read() as session:
        assert session.scalars(select(Case.answer)).all() == [None]


def test_nobody_but_heads_reads_what_citizens_wrote(app: Flask, client: FlaskClient, portal: Portal) -> None:
    write(client, "Kapan jadi?", asks=True)
    for role in (Role.ADMINISTRATOR, Role.REVIEWER):
        assert enter(app, portal, role).get(FEEDBACK).status_code == 403
    other = enter(app, portal, Role.UNIT_HEAD, "KANTOR")
    assert other.get(FEEDBACK).status_code == 404
    assert not quotes(other.get("/unit/KANTOR/masukan"))


# ---------------------------------------------------------------- the reviewer


def test_a_reviewer_decides_on_what_is_suspected(app: Flask, client: FlaskClient, portal: Portal) -> None:
    receipt = client.get(write(client, "Nama saya Warga, 0812-3456-7890", asks=True).location).request.path
    write(client, "a.n. Contoh")
    reviewer, head = enter(app, portal, Role.REVIEWER), enter(app, portal, Role.UNIT_HEAD, "DINAS")
    page = reviewer.get(HELD)
    assert sorted(quotes(page)) == ["Nama saya Warga, [nomor telepon]", "a.n. Contoh"]
    for telling in ("Loket 1", town.ONE, "0812"):
        assert telling not in words(page)
    assert not quotes(head.get(FEEDBACK))
    of = dict(zip(quotes(page), visit.forms(page)[1:], strict=True))  # the first form signs out
    asked, other = of["Nama saya Warga, [nomor telepon]"], of["a.n. Contoh"]
    assert asked.send(reviewer, putusan="hapus").status_code == 422
    assert "Masukan diteruskan." in reviewer.get(asked.press(reviewer, "Teruskan ke unit").location).text
    assert "Masukan ditahan" in reviewer.get(other.press(reviewer, "Tahan").location).text
    assert "sudah diputuskan" in reviewer.get(other.press(reviewer, "Teruskan ke unit").location).text
    assert quotes(head.get(FEEDBACK)) == ["Nama saya Warga, [nomor telepon]"]
    assert visit.heading(client.get(receipt)) == "Status masukan Anda: Diterima"
    assert sorted(state for _, state in comments(portal)) == ["released", "withheld"]


def test_the_writer_of_a_withheld_comment_is_told(app: Flask, client: FlaskClient, portal: Portal) -> None:
    receipt = client.get(write(client, "Nama saya Warga", asks=True).location).request.path
    reviewer = enter(app, portal, Role.REVIEWER)
    visit.form_to(reviewer.get(HELD), HELD).press(reviewer, "Tahan")
    page = client.get(receipt)
    assert visit.heading(page) == "Status masukan Anda: Tidak diteruskan"
    assert "Warga" not in words(page)


def test_the_administrator_does_not_decide_on_comments(app: Flask, portal: Portal) -> None:
    assert enter(app, portal, Role.ADMINISTRATOR).get(HELD).status_code == 403
