"""The workbook in the browser: taken, checked, applied as shown."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Mapping
from datetime import timedelta
from typing import Final

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from portal.domain.workbook.sheet import COUNTER, OFFICER, SHEETS, UNIT
from portal.services import Portal, run
from portal.services.enrol.workbook import import_rows
from portal.storage import audit, registry
from portal.web.administrator.workbook import LONGEST_LIST
from tests.clock import Clock
from tests.pages import text_of
from tests.web.staff import enter
from tests.web.visit import Form, form_to, forms, heading, links, read

Rows = Mapping[str, list[list[object]]]

PAGE: Final = "/kelola/buku-kerja"
NIP: Final = "199001012023211001"
FIRST: Final[Rows] = {
    UNIT: [["kode", "nama"], ["U", "Unit Contoh"]],
    COUNTER: [["kode", "unit", "nama"], ["L", "U", "Loket 1"], ["M", "U", "Loket 2"]],
    OFFICER: [["kode", "unit", "nama", "NIP"], ["P", "U", "Petugas Contoh", NIP]],
}


@pytest.fixture
def browser(app: Flask, portal: Portal) -> FlaskClient:
    return enter(app, portal, "administrator")


def xlsx(sheets: Rows) -> bytes:
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.worksheets[0])
    for name, rows in sheets.items():
        page = workbook.create_sheet(name)
        for row in rows:
            page.append(row)
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()


def check(client: FlaskClient, content: bytes | None, *, name: str = "buku.xlsx", sheet: str = "") -> TestResponse:
    form = form_to(client.get(PAGE), "/periksa")
    file = {} if content is None else {"berkas": FileStorage(io.BytesIO(content), name)}
    boundary, body = encode_multipart({**form.hidden, "lembar": sheet, **file})
    return client.post(form.action, data=body, content_type=f"multipart/form-data; boundary={boundary}")


def apply_form(response: TestResponse) -> Form:
    return form_to(response, "/terapkan")


def text(response: TestResponse) -> str:
    return text_of(read(response).all("main")[0])


def names(portal: Portal, sheet: str) -> dict[str, object]:
    with portal.read() as session:
        return {code: fields["name"] for code, fields in registry.get_registry(session)[sheet].items()}


def acts(portal: Portal) -> list[str]:
    with portal.read() as session:
        return [entry.act for entry in audit.list_entries(session)]


def bring(portal: Portal, **sheets: list[dict[str, object]]) -> None:
    assert run(portal, import_rows, sheets, dry_run=False, actor="cli").applied


def test_a_file_is_checked_shown_and_then_applied(browser: FlaskClient, portal: Portal) -> None:
    shown = check(browser, xlsx(FIRST))
    assert shown.status_code == 200
    assert "Belum ada yang disimpan." in text(shown)
    assert not names(portal, UNIT)
    answer = apply_form(shown).send(browser)
    assert answer.status_code == 303
    assert "Buku kerja sudah diterapkan: 4 dibuat, 0 diubah, 0 ditutup, 0 dibuka kembali." in text(
        browser.get(answer.location)
    )
    assert names(portal, COUNTER) == {"L": "Loket 1", "M": "Loket 2"}
    with portal.read() as session:
        last = audit.list_newest(session, limit=1)[0]
    assert (last.act, last.actor) == ("registry.import", "administrator")


def test_what_changes_is_shown_cell_by_cell(browser: FlaskClient) -> None:
    apply_form(check(browser, xlsx(FIRST))).send(browser)
    rows: list[list[object]] = [["kode", "unit", "nama", "sampai"], ["L", "U", "Loket Satu", None]]
    rows += [["M", "U", "Loket 2", "2026-03-31"], ["N", "U", "loket  satu", None]]
    shown = check(browser, xlsx({COUNTER: rows}))
    table = text(shown)
    assert "Loket: yang berubah" in table
    assert "nama: Loket 1 → Loket Satu" in table
    assert "sampai: (kosong) → 2026-03-31" in table
    assert "Nama ini mirip dengan nama lain di unit yang sama. Lihat: N" in table
    assert "Loket 1 1 1 0" in [text_of(row) for row in read(shown).all("tr")]


def test_every_error_names_sheet_row_and_column_and_nothing_can_be_applied(browser: FlaskClient) -> None:
    refused = check(browser, xlsx({**FIRST, OFFICER: [FIRST[OFFICER][0], ["P", "V", "Petugas", "199002302015031001"]]}))
    assert refused.status_code == 422
    assert "2 kesalahan." in text(refused)
    assert [text_of(row) for row in read(refused).all("tr")[1:]] == [
        "Petugas baris 2 kolom B (unit) Kode ini tidak ada, di berkas maupun yang tersimpan.",
        "Petugas baris 2 kolom D (NIP) Tanggal lahir di dalam NIP tidak ada.",
    ]
    assert not [form for form in forms(refused) if "/terapkan" in form.action]


def test_errors_are_said_in_english_too(browser: FlaskClient) -> None:
    form = form_to(browser.get(PAGE, query_string={"l": "en"}), "/periksa")
    refused = browser.post(form.action, data={**form.hidden, "berkas": (io.BytesIO(b"x"), "x.xlsx")})
    assert "This file is not an XLSX workbook, or it is damaged." in text(refused)
    assert "(the whole file)" in text(refused)


def test_a_nip_is_in_no_page_on_the_way(browser: FlaskClient) -> None:
    shown = check(browser, xlsx(FIRST))
    assert NIP not in shown.get_data(as_text=True)
    assert "NIP: …" in text(shown)


def test_a_file_that_changes_nothing_has_nothing_to_apply(browser: FlaskClient) -> None:
    apply_form(check(browser, xlsx(FIRST))).send(browser)
    shown = check(browser, xlsx(FIRST))
    assert "Tidak ada perubahan: semua isi berkas sudah tersimpan." in text(shown)
    assert not [form for form in forms(shown) if "/terapkan" in form.action]


def test_what_changed_since_the_check_is_told_and_not_applied(browser: FlaskClient, portal: Portal) -> None:
    apply_form(check(browser, xlsx(FIRST))).send(browser)
    form = apply_form(check(browser, xlsx({UNIT: [["kode", "nama"], ["U", "Unit Baru"]]})))
    bring(portal, Unit=[{"kode": "U", "nama": "Unit Lain"}])
    told = form.send(browser)
    assert told.status_code == 409
    assert "Data di portal berubah sejak pemeriksaan tadi" in text(told)
    assert "nama: Unit Lain → Unit Baru" in text(told)
    assert names(portal, UNIT) == {"U": "Unit Lain"}
    assert apply_form(told).send(browser).status_code == 303
    assert names(portal, UNIT) == {"U": "Unit Baru"}


def test_applying_twice_tells_the_second_time_that_all_is_stored(browser: FlaskClient, portal: Portal) -> None:
    form = apply_form(check(browser, xlsx(FIRST)))
    assert form.send(browser).status_code == 303
    again = form.send(browser)
    assert again.status_code == 409
    assert "Tidak ada perubahan" in text(again)
    assert acts(portal).count("registry.import") == 1


def test_any_process_applies_what_another_has_shown(app: Flask, browser: FlaskClient, portal: Portal) -> None:
    form = apply_form(check(browser, xlsx(FIRST)))
    other = app.test_client()
    for cookie in (browser.get_cookie("sesi"),):
        assert cookie is not None
        other.set_cookie(cookie.key, cookie.value)
    assert form.send(other).status_code == 303
    assert names(portal, UNIT)


def test_a_csv_comes_with_its_sheet(browser: FlaskClient, portal: Portal) -> None:
    apply_form(check(browser, xlsx(FIRST))).send(browser)
    lines = b"unit;tanggal;jumlah\r\nU;02/03/2026;41\r\n"
    shown = check(browser, lines, name="dilayani.csv", sheet="Jumlah dilayani")
    assert "<code>U.-.2026-03-02</code>" in shown.get_data(as_text=True)
    assert apply_form(shown).send(browser).status_code == 303
    with portal.read() as session:
        assert registry.get_registry(session)["Jumlah dilayani"]["U.-.2026-03-02"]["n"] == 41


def test_a_csv_without_its_sheet_is_told_so(browser: FlaskClient) -> None:
    refused = check(browser, b"kode,nama\nU,Unit\n", name="unit.csv")
    assert refused.status_code == 422
    assert "Untuk berkas CSV, pilih lembarnya." in text(refused)


@pytest.mark.parametrize("content", [b"", b"PK\3\4 broken", b"\0" * 100])
@pytest.mark.parametrize("sheet", ["", UNIT, "Pegawai"])
def test_a_broken_file_is_a_fault_and_no_accident(browser: FlaskClient, content: bytes, sheet: str) -> None:
    refused = check(browser, content, sheet=sheet)
    assert refused.status_code == 422
    assert "1 kesalahan." in text(refused)


def test_without_a_file_the_page_asks_for_one(browser: FlaskClient) -> None:
    asked = check(browser, None)
    assert asked.status_code == 422
    assert "pilih berkasnya terlebih dahulu" in text(asked)


def test_a_file_as_large_as_may_be_is_looked_at_and_a_larger_one_is_turned_away(browser: FlaskClient) -> None:
    largest = check(browser, bytes(8 << 20))
    assert (largest.status_code, heading(largest)) == (422, "Hasil pemeriksaan")
    larger = check(browser, bytes((8 << 20) + (1 << 17)))
    assert (larger.status_code, heading(larger)) == (413, "Buku kerja")
    assert "berkas lebih besar dari 8 MiB" in text(larger)


def test_a_large_file_finds_its_way_through_the_page(browser: FlaskClient, portal: Portal) -> None:
    file = io.BytesIO(xlsx(FIRST))
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr("xl/media/picture.png", random.Random(1).randbytes(1 << 20))
    shown = check(browser, file.getvalue())
    assert len(apply_form(shown).hidden["berkas"]) > 1 << 20
    assert apply_form(shown).send(browser).status_code == 303
    assert names(portal, UNIT)


def test_long_lists_are_cut_and_say_so(browser: FlaskClient) -> None:
    units: list[list[object]] = [[f"U{n}", f"Unit {n}"] for n in range(LONGEST_LIST + 1_000)]
    units.insert(0, ["kode", "nama"])
    shown = check(browser, xlsx({UNIT: units, COUNTER: [["kode", "unit", "nama"], ["L", "U1", "Loket 1"]]}))
    assert "dan 1000 lagi" in text(shown)
    assert len(read(shown).all("tr")) < LONGEST_LIST + 20


@pytest.mark.parametrize("address", ["/periksa", "/terapkan", "/data.xlsx"])
def test_a_form_without_its_token_is_refused_and_nothing_is_done(
    browser: FlaskClient, portal: Portal, address: str
) -> None:
    before = acts(portal)
    refused = browser.post(PAGE + address, data={"berkas": "x"})
    assert refused.status_code == 422
    assert "halaman ini sudah terlalu lama terbuka" in text(refused)
    assert acts(portal) == before


def test_a_parcel_that_was_changed_is_refused(browser: FlaskClient, portal: Portal) -> None:
    form = apply_form(check(browser, xlsx(FIRST)))
    assert form.send(browser, berkas=form.hidden["berkas"][:-8] + "AAAAAAAA").status_code == 422
    assert not names(portal, UNIT)


def test_the_template_is_empty_and_the_data_are_a_file_of_what_is_there(browser: FlaskClient, portal: Portal) -> None:
    apply_form(check(browser, xlsx(FIRST))).send(browser)
    empty = browser.get(links(browser.get(PAGE))["Unduh templat kosong"])
    assert empty.headers["Content-Disposition"] == 'attachment; filename="buku-kerja.xlsx"'
    assert openpyxl.load_workbook(io.BytesIO(empty.data))[UNIT].max_row == 1
    full = form_to(browser.get(PAGE), "/data.xlsx").send(browser)
    assert full.headers["Content-Disposition"] == 'attachment; filename="buku-kerja-2026-03-03.xlsx"'
    assert full.headers["Cache-Control"] == "no-store"
    workbook = openpyxl.load_workbook(io.BytesIO(full.data))
    assert workbook.sheetnames == ["Petunjuk", *SHEETS, "Contoh"]
    assert workbook[OFFICER]["D2"].value == NIP
    assert "Tidak ada perubahan" in text(check(browser, full.data))
    assert acts(portal)[-1] == "registry.export"


def test_the_password_is_asked_again_before_the_nip_leave(browser: FlaskClient, portal: Portal, clock: Clock) -> None:
    form = form_to(browser.get(PAGE), "/data.xlsx")
    clock.advance(timedelta(minutes=20))
    answer = form.send(browser)
    assert (answer.status_code, answer.location.partition("?")[0]) == (303, "/masuk/ulang")
    assert "registry.export" not in acts(portal)


@pytest.mark.parametrize("role", ["unit_head", "reviewer"])
def test_only_administrators_have_the_workbook(app: Flask, portal: Portal, role: str) -> None:
    bring(portal, Unit=[{"kode": "U", "nama": "Unit"}], Loket=[{"kode": "L", "unit": "U", "nama": "Loket"}])
    client = enter(app, portal, role, "U" if role == "unit_head" else None)
    answers = [client.get(PAGE), client.get(f"{PAGE}/templat.xlsx")]
    answers += [client.post(PAGE + way) for way in ("/periksa", "/terapkan", "/data.xlsx")]
    assert [answer.status_code for answer in answers] == [403] * 5


def test_a_file_from_before_a_closing_shows_that_it_opens_the_counter_again(browser: FlaskClient) -> None:
    apply_form(check(browser, xlsx(FIRST))).send(browser)
    closed: Rows = {COUNTER: [["kode", "unit", "nama", "sampai"], ["L", "U", "Loket 1", "2026-03-01"]]}
    apply_form(check(browser, xlsx(closed))).send(browser)
    before: Rows = {COUNTER: [["kode", "unit", "nama", "sampai"], ["L", "U", "Loket 1", None]]}
    shown = check(browser, xlsx(before))
    rows = [text_of(row) for row in read(shown).all("tr")]
    assert "Dibuka kembali sampai: 2026-03-01 → (kosong)" in rows
    assert "Loket 0 0 0 1 0" in rows
    answer = apply_form(shown).send(browser)
    assert "0 ditutup, 1 dibuka kembali." in text(browser.get(answer.location))


def test_a_file_without_rows_is_called_empty_and_not_stored(browser: FlaskClient) -> None:
    apply_form(check(browser, xlsx(FIRST))).send(browser)
    shown = text(check(browser, xlsx({COUNTER: [["kode", "unit", "nama"]]})))
    assert "tidak berisi satu baris pun" in shown
    assert "sudah tersimpan" not in shown


def test_applying_twice_by_a_double_press_does_not_say_that_nothing_was_stored(browser: FlaskClient) -> None:
    form = apply_form(check(browser, xlsx(FIRST)))
    form.send(browser)
    again = text(form.send(browser))
    assert "Tidak ada perubahan: semua isi berkas sudah tersimpan." in again
    assert "belum ada yang disimpan" not in again
