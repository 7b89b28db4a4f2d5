"""The grid in which paper forms are keyed in."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from portal.domain.access import Role
from portal.services import Portal
from portal.storage.tables import Attribution, Ballot, Response
from tests.government import ELEMENTS, small
from tests.web.staff import enter
from tests.web.visit import Form, form_to, read

PAGE = "/unit/UPT-1/kertas"


@pytest.fixture
def head(app: Flask, portal: Portal) -> FlaskClient:
    small(portal)
    return enter(app, portal, Role.UNIT_HEAD, "UPT-1")


def grid(client: FlaskClient, address: str = PAGE) -> Form:
    return form_to(client.get(address), "/kertas")


def row(number: int, answers: str) -> dict[str, str]:
    """Fill a row: the tap first, then the nine elements in the order asked, a dot for what was left blank."""
    return {
        f"b{number}-{code}": text for code, text in zip(("LAYANAN", *ELEMENTS), answers, strict=False) if text != "."
    }


def stored(portal: Portal) -> list[tuple[str, str, dict[str, int]]]:
    with portal.read() as session:
        rows = session.execute(
            select(Response.channel, Ballot.instrument, Ballot.answers)
            .join(Ballot, Ballot.response_id == Response.id)
            .order_by(Ballot.instrument)
        )
        return [(channel, instrument, answers) for channel, instrument, answers in rows]


def test_a_page_of_forms_is_kept_at_once_and_the_next_page_is_empty(head: FlaskClient, portal: Portal) -> None:
    form = grid(head)
    sent = form.send(head, {**row(1, "4333343433"), **row(2, "2")}, tanggal="2026-03-02", layanan="KTP")
    assert sent.status_code == 303
    page = head.get(sent.location)
    assert "2 formulir tersimpan." in page.text
    assert not [box for box in read(page).all("input") if box.get("type") == "text" and box.get("value")]
    assert 'value="2026-03-02"' in page.text
    kept = stored(portal)
    assert [(channel, instrument) for channel, instrument, _ in kept] == [
        ("kertas", "quick@1"),
        ("kertas", "quick@1"),
        ("kertas", "skm-14-2017@1"),
    ]
    assert kept[2][2] == dict(zip(ELEMENTS, (3, 3, 3, 3, 4, 3, 4, 3, 3), strict=True))
    with portal.read() as session:
        assert {tuple(row) for row in session.execute(select(Attribution.service_basis, Attribution.officer_id))} == {
            ("choice", None)
        }
        assert set(session.execute(select(Response.given_on)).scalars()) == {date(2026, 3, 2)}


def test_the_same_page_sent_twice_counts_once(head: FlaskClient, portal: Portal) -> None:
    form = grid(head)
    form.send(head, row(1, "4333343433"), tanggal="2026-03-02")
    again = head.get(form.send(head, row(1, "4333343433"), tanggal="2026-03-02").location)
    assert "0 formulir tersimpan. 1 sudah tersimpan sebelumnya dan tidak dihitung dua kali." in again.text
    assert len(stored(portal)) == 2


@pytest.mark.parametrize(
    "fields, said",
    [
        ({}, "belum ada jawaban yang diketik"),
        (row(3, "5"), "hanya boleh berisi 1, 2, 3, atau 4"),
        (row(3, "x"), "hanya boleh berisi 1, 2, 3, atau 4"),
        ({**row(1, "4"), "tanggal": "2025-12-01"}, "tanggal harus dalam 62 hari terakhir"),
        ({**row(1, "4"), "tanggal": "2026-03-04"}, "tanggal harus dalam 62 hari terakhir"),
        ({**row(1, "4"), "tanggal": "besok"}, "tanggal harus dalam 62 hari terakhir"),
        ({**row(1, "4"), "layanan": "IZIN"}, "layanan ini tidak ada"),
        ({**row(1, "4"), "b1-kunci": "zz"}, "terlalu lama terbuka"),
        ({**row(1, "4"), "token": "x"}, "terlalu lama terbuka"),
    ],
)
def test_what_cannot_be_kept_is_said_and_comes_back_as_typed(
    head: FlaskClient, portal: Portal, fields: dict[str, str], said: str
) -> None:
    answer = grid(head).send(head, {"tanggal": "2026-03-02", **fields})
    assert answer.status_code == 422
    assert said in answer.text
    typed = {box.get("name"): box.get("value") for box in read(answer).all("input")}
    assert all(typed[name] == value for name, value in fields.items() if name.startswith("b") and "kunci" not in name)
    with portal.read() as session:
        assert session.execute(select(func.count()).select_from(Response)).scalar_one() == 0


def test_the_boxes_that_are_wrong_are_marked(head: FlaskClient) -> None:
    answer = grid(head).send(head, {**row(1, "41"), **row(2, "9.0")}, tanggal="2026-03-02")
    marked = [box.get("name") for box in read(answer).all("input") if box.get("aria-invalid")]
    assert marked == ["b2-LAYANAN", "b2-PROSEDUR"]


def test_the_grid_knows_no_officer(head: FlaskClient) -> None:
    assert "Petugas Contoh" not in head.get(PAGE).text


def test_a_row_that_was_kept_does_not_change_afterwards(head: FlaskClient, portal: Portal) -> None:
    form = grid(head)
    form.send(head, row(1, "4"), tanggal="2026-03-02")
    changed = form.send(head, row(1, "1"), tanggal="2026-03-02")
    assert changed.status_code == 422
    assert "sudah tersimpan dengan isi yang lain" in changed.text
    assert [answers for *_, answers in stored(portal)] == [{"LAYANAN": 4}]


@pytest.mark.parametrize("query", ["?tanggal=31-2-2026", "?tanggal=2020-01-01", "?tanggal=2026-03-04"])
def test_a_day_that_cannot_be_entered_is_not_proposed(head: FlaskClient, query: str) -> None:
    assert 'value="2026-03-03"' in head.get(PAGE + query).text


@pytest.mark.parametrize("query", ["?baru=999999", "?baru=-1", "?baru=dua"])
def test_more_forms_than_a_page_has_are_not_said_to_be_stored(head: FlaskClient, query: str) -> None:
    assert "formulir tersimpan" not in head.get(PAGE + query).text
