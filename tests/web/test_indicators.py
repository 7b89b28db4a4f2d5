"""The pages of indicators by name and of data quality, as staff send and read them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from portal.services import Portal
from portal.storage.tables import Counter, Indicator, Officer
from tests.clock import Clock
from tests.government import Government, small
from tests.pages import text_of
from tests.published import cell, publish, spread
from tests.web.staff import enter
from tests.web.visit import form_to, forms, links, read

PAGE: Final = "/unit/UPT-1/indikator"
NEW: Final[dict[str, object]] = {"nama": "Berkas <selesai>", "satuan": "berkas", "jenis": "jumlah", "masa": "2026-S1"}
TOLD: Final[dict[str, object]] = {
    "nilai": "410,5",
    "tanggal": "2026-02-28",
    "sumber": "Aplikasi contoh",
    "tautan": "https://data.example.go.id/berkas",
}


@pytest.fixture
def made(portal: Portal) -> Government:
    return small(portal)


@pytest.fixture
def head(app: Flask, portal: Portal, made: Government) -> FlaskClient:
    assert made.units
    return enter(app, portal, "unit_head", "UPT-1")


def text(response: TestResponse) -> str:
    return text_of(read(response).all("main")[0])


def problems(response: TestResponse) -> list[str]:
    assert response.status_code == 422
    page = read(response)
    wrong = [text_of(node) for node in page.all("p") if "problem" in node.get("class", "").split()]
    return [words.removeprefix("Mohon perbaiki: ") for words in wrong]


def values(response: TestResponse) -> dict[str, str]:
    return {node.attrib["name"]: node.get("value", "") for node in read(response).all("input") if node.get("value")}


def add(client: FlaskClient, **changes: object) -> TestResponse:
    [form] = [form for form in forms(client.get(PAGE)) if form.action.partition("?")[0] == PAGE and form.hidden]
    return form.send(client, {**NEW, "target": "1200", **changes})


def kept(client: FlaskClient, answer: TestResponse) -> str:
    assert answer.status_code == 303
    return text(client.get(answer.location))


def test_an_indicator_is_added_and_told_and_shown_with_what_the_portal_does_not_check(head: FlaskClient) -> None:
    assert "Belum ada indikator dalam periode ini." in text(head.get(PAGE))
    assert "Indikator ditambahkan." in kept(head, add(head, tugas="Melayani berkas"))
    told = form_to(head.get(PAGE), "/perkembangan").send(head, TOLD)
    shown = kept(head, told)
    assert "Berkas <selesai> Jumlah · berkas Tugas yang diukur: Melayani berkas" in shown
    assert "410,5 dari target 1200 per 28 Februari 2026 · bagian tercapai 0,3421" in shown
    assert "dari sistem lain, tidak diperiksa portal Aplikasi contoh Bukti" in shown
    assert "Perkembangan (1) 410,5 · 28 Februari 2026 · Aplikasi contoh" in shown
    evidence = [link for link in read(head.get(PAGE)).all("a") if link.get("href") == TOLD["tautan"]]
    assert evidence
    assert all("noreferrer" in link.attrib["rel"] for link in evidence)


def test_the_units_page_shows_it_with_its_source_and_leads_to_its_progress(head: FlaskClient) -> None:
    add(head)
    form_to(head.get(PAGE), "/perkembangan").send(head, TOLD)
    add(head, nama="Yang menilai", ukuran="layanan")
    page = head.get("/unit")
    shown = text(page)
    assert "Berkas <selesai> berkas 1200 410,5 28 Februari 2026 dari sistem lain, tidak diperiksa portal" in shown
    assert "Yang menilai berkas 1200 data belum cukup" in shown
    assert "dihitung portal: Penilaian cepat" in shown
    address = links(page)["Perkembangan, target, dan indikator petugas"]
    assert address == f"{PAGE}?periode=2026-S1"
    table = head.get("/unit/UPT-1/indikator.csv").get_data(as_text=True)
    assert '410.5,2026-02-28,Aplikasi contoh,https://data.example.go.id/berkas,"dari sistem lain' in table
    assert "Penilaian cepat,,dihitung portal" in table


@pytest.mark.parametrize(
    "changes, problem",
    [
        ({"nama": ""}, "isi nama indikator, paling panjang 160 huruf."),
        (
            {"target": "1.200"},
            "isi angka tanpa titik ribuan, koma untuk pecahan, paling banyak empat angka di belakangnya.",
        ),
        ({"ukuran": "petugas"}, "ukuran petugas hanya untuk petugas, ukuran unit hanya untuk unit."),
    ],
)
def test_what_was_typed_comes_back_with_the_problem_beside_its_field(
    head: FlaskClient, changes: dict[str, object], problem: str
) -> None:
    answer = add(head, **changes)
    assert problems(answer) == [problem]
    assert values(answer)["satuan"] == "berkas"


@pytest.mark.parametrize(
    "changes, problem",
    [
        (
            {"nilai": "banyak"},
            "isi angka tanpa titik ribuan, koma untuk pecahan, paling banyak empat angka di belakangnya.",
        ),
        ({"tanggal": "2026-03-04"}, "tanggalnya belum lewat."),
        ({"sumber": ""}, "isi sumbernya, paling panjang 160 huruf."),
        (
            {"tautan": "ftp://data.example.go.id"},
            "isi alamat https yang lengkap, paling panjang 200 huruf, atau kosongkan.",
        ),
    ],
)
def test_progress_that_cannot_be_kept_stays_in_its_own_form(
    head: FlaskClient, changes: dict[str, object], problem: str
) -> None:
    add(head)
    add(head, nama="Yang lain")
    first = next(form for form in forms(head.get(PAGE)) if form.action.endswith("/perkembangan?periode=2026-S1"))
    answer = first.send(head, {**TOLD, **changes})
    assert problems(answer) == [problem]
    [opened] = [node for node in read(answer).all("details") if "open" in node.attrib]
    assert text_of(opened).startswith("Tambah perkembangan")


def test_a_target_is_changed_and_an_indicator_ended(head: FlaskClient) -> None:
    add(head)
    assert "Target disimpan." in kept(head, form_to(head.get(PAGE), "/target").send(head, {"target": "1300"}))
    ended = form_to(head.get(PAGE), "/akhiri").send(head)
    shown = kept(head, ended)
    assert "1300" in shown
    assert "berakhir 3 Maret 2026" in shown
    assert not [form for form in forms(head.get(PAGE)) if "/perkembangan" in form.action]


def test_an_officers_figure_is_shown_by_name_from_the_officers_threshold_on(
    head: FlaskClient, portal: Portal, made: Government
) -> None:
    add(head, petugas="P1", ukuran="petugas", nama="Umpan balik")
    publish(portal, cell("officer", made.officers["P1"], spread(0, 0, 4, 5)))
    assert "Petugas Contoh P1 Umpan balik Jumlah · berkas" in text(head.get(PAGE))
    assert "data belum cukup target 1200 dihitung portal: Nilai umpan balik petugas" in text(head.get(PAGE))
    publish(portal, cell("officer", made.officers["P1"], spread(0, 0, 5, 5)))
    shown = text(head.get(PAGE))
    assert "87,50 dari target 1200 per 3 Maret 2026 · bagian tercapai 0,0729" in shown
    assert text(head.get("/unit")).count("87,50") == 1  # among the officers; the block is of the unit's own


def test_where_no_officers_are_loaded_nothing_speaks_of_them(
    head: FlaskClient, portal: Portal, made: Government
) -> None:
    with portal.begin() as session:
        for officer_id in made.officers.values():
            officer = session.get(Officer, officer_id)
            assert officer is not None
            officer.ends_on = portal.today() - timedelta(days=1)
    assert not [node for node in read(head.get(PAGE)).all("select") if node.get("name") == "petugas"]


def test_the_index_of_an_earlier_year_is_kept_and_stands_beside_the_trend(head: FlaskClient) -> None:
    form = form_to(head.get(PAGE), "/ikm-tahun-lalu")
    typed: dict[str, Any] = {"tahun": "2024", "ikm": "78,05", "responden": "212", "sumber": "Laporan contoh"}
    assert "2024 Laporan contoh 78,05 212" in kept(head, form.send(head, typed))
    assert "2024 78,05 212" in text(head.get("/unit"))
    wrong = form.send(head, {**typed, "ikm": "178"})
    assert problems(wrong) == ["isi angka 25,00 sampai 100,00, paling banyak dua angka di belakang koma."]
    assert values(wrong)["tahun"] == "2024"


def test_a_form_without_its_token_changes_nothing(head: FlaskClient, portal: Portal) -> None:
    answer = head.post(PAGE, data={**NEW, "token": "forged"})
    assert "halaman ini sudah terlalu lama terbuka" in text(answer)
    assert answer.status_code == 422
    with portal.read() as session:
        assert not session.scalars(select(Indicator)).all()


def test_another_period_shows_its_own_indicators(head: FlaskClient) -> None:
    assert "periode=2026-S2" in add(head, masa="2026-S2").location
    assert "Belum ada indikator dalam periode ini." in text(head.get(f"{PAGE}?periode=2026-S1"))


def test_the_list_of_data_quality_leads_to_where_each_finding_is_put_right(
    app: Flask, head: FlaskClient, portal: Portal, made: Government, clock: Clock
) -> None:
    made.tap("1A")
    clock.advance(timedelta(minutes=20))
    page = head.get("/unit/UPT-1/mutu-data")
    assert "Kode yang belum pernah diuji pindai (1)" in text(page)
    assert "3 dari 3 kode." in text(page)
    assert links(page)["Unit Contoh UPT-1"] == "/unit/UPT-1/uji-pindai"
    assert "Unit Contoh UPT-2" not in text(page)
    reviewer = enter(app, portal, "reviewer")
    everything = reviewer.get("/kelola/mutu-data")
    assert "Unit Contoh UPT-2" in text(everything)
    assert not [words for words in links(everything) if words.startswith("Unit Contoh")]
    administrator = enter(app, portal, "administrator")
    assert links(administrator.get("/kelola/mutu-data"))["Unit Contoh UPT-2"] == "/unit/UPT-2/uji-pindai"


def test_a_list_without_findings_says_so(head: FlaskClient, portal: Portal, made: Government) -> None:
    assert made.units
    with portal.begin() as session:
        session.execute(update(Counter).values(scanned_at=portal.now()))
    assert "Tidak ada temuan" in text(head.get("/unit/UPT-1/mutu-data"))
