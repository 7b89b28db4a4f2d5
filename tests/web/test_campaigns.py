"""Survey weeks of a unit, and how far its survey has come."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from portal.domain.access import Role
from portal.domain.rating import CellKey
from portal.domain.tally import Tally
from portal.services import Portal
from portal.storage import audit
from portal.storage.tables import ServedCount
from tests.clock import START, Clock
from tests.government import ELEMENTS, Government, small
from tests.pages import text_of
from tests.published import MARCH, publish
from tests.web.staff import enter
from tests.web.visit import form_to, read

PAGE = "/unit/UPT-1/survei"
TODAY = START.date()


@pytest.fixture
def made(portal: Portal) -> Government:
    return small(portal)


@pytest.fixture
def head(app: Flask, portal: Portal, made: Government) -> FlaskClient:
    assert made.units
    return enter(app, portal, Role.UNIT_HEAD, "UPT-1")


def words(response: TestResponse) -> str:
    return " ".join(text_of(read(response).all("main")[0]).split())


def begin(head: FlaskClient, **fields: object) -> TestResponse:
    asked = {"layanan": "", "mulai": TODAY.isoformat(), "selesai": (TODAY + timedelta(days=4)).isoformat(), **fields}
    return form_to(head.get(PAGE), PAGE).send(head, asked)


def respondents(portal: Portal, cut: str, subject: int, n: int) -> None:
    """Release `n` complete ballots, every answer 3."""
    ballots = Tally()
    for _ in range(n):
        ballots += Tally.of_ballot(27)
    answers = Tally()
    for _ in range(n):
        answers += Tally.of_answer(3)
    cells = {CellKey(cut, str(subject), MARCH, f"skm-14-2017@1:{code}"): (answers, 5) for code in ELEMENTS}
    publish(portal, {**cells, CellKey(cut, str(subject), MARCH, "skm-14-2017@1:SKM"): (ballots, 5)})


def served(portal: Portal, made: Government, service: str | None, n: int, day: date = TODAY) -> None:
    with portal.begin() as session:
        session.add(
            ServedCount(
                served_count_code=f"UPT-1.{service or '-'}.{day}",
                unit_id=made.units["UPT-1"],
                service_id=made.services[service] if service else None,
                on_date=day,
                n=n,
            )
        )


def test_respondents_are_told_of_the_target_per_unit_and_service(
    portal: Portal, made: Government, head: FlaskClient
) -> None:
    served(portal, made, "KTP", 1000)
    served(portal, made, "KK", 100)
    respondents(portal, "unit", made.units["UPT-1"], 112)
    respondents(portal, "service", made.services["KTP"], 100)
    said = words(head.get(PAGE))
    # Krejcie and Morgan, the published table: 1,100 served ask for 285 respondents, 1,000 for 278, 100 for 80
    assert "Unit Contoh UPT-1 Responden SKM 112 dari target 285" in said
    assert "Layanan Contoh KTP Responden SKM 100 dari target 278" in said
    assert "Layanan Contoh KK Responden SKM: data belum cukup (sedikitnya 10), target 80" in said


def test_without_a_number_served_there_is_no_target(head: FlaskClient) -> None:
    said = words(head.get(PAGE))
    assert "Responden SKM: data belum cukup (sedikitnya 5)" in said
    assert "Tanpa jumlah yang dilayani, target belum diketahui" in said


def test_a_survey_week_is_begun_and_ended(app: Flask, portal: Portal, head: FlaskClient, clock: Clock) -> None:
    sent = begin(head, dilayani=1100, layanan="KTP")
    assert sent.status_code == 303
    page = head.get(sent.location)
    assert "Pekan survei tersimpan." in page.text
    assert "3 Maret 2026 sampai 7 Maret 2026 · sedang berjalan · 1100 orang dilayani" in words(page)
    assert "sedang berjalan</strong> · 1100 orang" in page.text
    assert "Layanan Contoh KTP Responden SKM: data belum cukup (sedikitnya 10), target 285" in words(page)
    clock.advance(timedelta(days=1))
    head = enter(app, portal, Role.UNIT_HEAD, "UPT-1", username="besoknya")
    ended = form_to(head.get(PAGE), "/akhiri").send(head)
    page = head.get(ended.location)
    assert "Pekan survei diakhiri." in page.text
    assert "3 Maret 2026 sampai 3 Maret 2026 · selesai" in words(page)


def test_a_survey_week_that_asked_nobody_yet_is_taken_back(head: FlaskClient) -> None:
    begin(head)
    form_to(head.get(PAGE), "/akhiri").send(head)
    assert "Belum ada pekan survei." in head.get(PAGE).text


@pytest.mark.parametrize(
    "fields, said",
    [
        ({"selesai": "2026-03-01"}, "tanggal selesai tidak boleh"),
        ({"mulai": "2026-03-09"}, "tanggal selesai tidak boleh"),
        ({"selesai": "2028-01-01"}, "tanggal selesai tidak boleh"),
        ({"mulai": "besok"}, "isi kedua tanggal"),
        ({"dilayani": "banyak"}, "isi kedua tanggal"),
        ({"dilayani": "0"}, "isi kedua tanggal"),
        ({"layanan": "IZIN"}, "bukan milik unit"),
        ({"token": "x"}, "terlalu lama terbuka"),
    ],
)
def test_what_cannot_be_is_said(head: FlaskClient, fields: dict[str, str], said: str) -> None:
    answer = begin(head, **fields)
    assert answer.status_code == 422
    assert said in answer.text
    assert "Belum ada pekan survei." in answer.text


def test_the_addresses_that_open_the_survey_are_listed(made: Government, head: FlaskClient) -> None:
    page = head.get(PAGE).text
    assert f"/s/{made.codes['1A'].lower()}" in page
    assert made.codes["2"].lower() not in page


def test_a_service_hidden_for_another_is_not_said_to_have_few_respondents(
    portal: Portal, made: Government, head: FlaskClient
) -> None:
    respondents(portal, "unit", made.units["UPT-1"], 18)
    respondents(portal, "service", made.services["KTP"], 12)
    respondents(portal, "service", made.services["KK"], 6)
    said = words(head.get(PAGE))
    assert "Layanan Contoh KTP Responden SKM: data belum cukup (sedikitnya 10)" in said
    assert "kurang dari" not in said
    assert "ikut disembunyikan" in said


def test_the_survey_is_not_opened_by_the_code_for_paper(made: Government, head: FlaskClient) -> None:
    made.add_counter("K", "UPT-1", channel="kertas")
    said = words(head.get(PAGE))
    assert f"/s/{made.codes['1A'].lower()}" in said
    assert f"/s/{made.codes['K'].lower()}" not in said


def test_what_a_unit_states_of_those_served_is_in_the_log(portal: Portal, head: FlaskClient) -> None:
    begin(head, dilayani=1100)
    with portal.read() as session:
        entry = audit.list_newest(session, limit=1)[0]
    assert entry.detail["served"] == 1100
