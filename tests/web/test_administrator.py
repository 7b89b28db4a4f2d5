"""The administrator's pages: the overview, the counters, and the rehearsal with its certificate."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from portal.domain.access import Role
from portal.domain.code import printed
from portal.services import Portal
from portal.services.admit.accounts import create_account
from portal.services.enrol.rehearsal import begin_rehearsal
from portal.services.government import find_facts
from portal.storage.tables import Counter
from tests.clock import Clock
from tests.pages import text_of
from tests.published import statements
from tests.web import town
from tests.web.feed_client import system
from tests.web.staff import enter
from tests.web.visit import count, form_to, heading, links, read, tap

ADMINISTRATOR: Final = Role.ADMINISTRATOR
MOST_STATEMENTS: Final = 10


@pytest.fixture
def staff(app: Flask, portal: Portal) -> FlaskClient:
    """An administrator of the town, signed in."""
    town.build(portal)
    return enter(app, portal, ADMINISTRATOR)


def steps(page: TestResponse) -> dict[str, bool]:
    """The steps of the first hour, each with whether it is done."""
    items = [item for item in read(page).all("li") if item.find(".//h3") is not None]
    return {text_of(item.findall(".//h3")[0]): "done" in item.get("class", "") for item in items}


def send(staff: FlaskClient, path: str, part: str, **fields: object) -> TestResponse:
    return form_to(staff.get(path), part).send(staff, fields)


# ---------------------------------------------------------------- overview


def test_the_overview_says_what_is_done_of_the_first_hour(
    staff: FlaskClient, portal: Portal, client: FlaskClient, clock: Clock
) -> None:
    assert steps(staff.get("/kelola")) == {
        "Loket": True,
        "Poster tercetak": False,
        "Uji pindai": False,
        "Penilaian pertama hari ini": False,
        "Akun kepala unit": False,
    }
    tap(client, town.MAIN, 4)
    create_account(portal, username="kepala", name="Kepala Contoh", unit_code="DINAS", actor="cli:test")
    with portal.begin() as session:
        for row in session.scalars(select(Counter)):
            row.scanned_at = clock.now()
    assert all(steps(staff.get("/kelola")).values())


def test_an_office_without_a_counter_sees_what_comes_first(app: Flask, portal: Portal) -> None:
    page = enter(app, portal, ADMINISTRATOR).get("/kelola")
    assert not any(steps(page).values())
    assert "/kelola/loket" in links(page).values()


def test_the_overview_leads_to_every_unit_and_to_the_next_step(staff: FlaskClient) -> None:
    found = links(staff.get("/kelola"))
    assert found["Dinas Contoh"] == "/unit/DINAS"
    for wanted in ("/kelola/poster", "/kelola/akun", "/kelola/buku-kerja", "/kelola/uji-coba", "/kelola/loket"):
        assert wanted in found.values()
    for path in dict.fromkeys(found.values()):
        if path.startswith(("/kelola", "/unit")):
            assert staff.get(path).status_code == 200, path


def test_the_overview_costs_as_many_statements_however_many_units_there_are(staff: FlaskClient, portal: Portal) -> None:
    staff.get("/kelola")
    with statements(portal) as seen:
        staff.get("/kelola")
    assert len(seen) <= MOST_STATEMENTS, seen


# ---------------------------------------------------------------- counters


def test_the_list_of_counters_shows_code_state_and_scan_test(staff: FlaskClient) -> None:
    page = staff.get("/kelola/loket")
    rows = ["".join(row.itertext()) for row in read(page).all("tr")]
    assert any(printed(town.MAIN) in row and "Dipakai" in row and "QR belum diuji" in row for row in rows)
    assert any(printed(town.CLOSED) in row and "Ditutup" in row for row in rows)


def test_a_new_counter_is_made_for_the_unit_that_was_chosen(staff: FlaskClient) -> None:
    choice = staff.get("/kelola/loket-baru")
    assert [text_of(option) for option in read(choice).all("option")] == ["Dinas Contoh", "Kantor Contoh"]
    made = send(staff, "/kelola/loket-baru?unit=DINAS", "/kelola/loket-baru?unit", nama="Loket 9", layanan="L1")
    assert made.status_code == 303
    page = staff.get(made.location)
    assert heading(page) == "Loket 9"
    assert "Loket dibuat." in page.text


@pytest.mark.parametrize(
    "fields, said", [({"nama": ""}, "Isi nama"), ({"nama": "L", "layanan": "NONE"}, "Pilih layanan")]
)
def test_a_new_counter_that_breaks_a_rule_comes_back_as_typed(
    staff: FlaskClient, fields: dict[str, str], said: str
) -> None:
    refused = send(staff, "/kelola/loket-baru?unit=DINAS", "/kelola/loket-baru?unit", **fields)
    assert refused.status_code == 422
    assert said in refused.text
    assert read(refused).by_id["nama"].get("value", "") == fields["nama"]


def test_a_counter_is_renamed_closed_and_opened_again(staff: FlaskClient, client: FlaskClient, clock: Clock) -> None:
    renamed = send(staff, "/kelola/loket/C1", "/nama", nama="Loket Utama")
    assert heading(staff.get(renamed.location)) == "Loket Utama"
    send(staff, "/kelola/loket/C1", "/tutup", mulai="2026-03-03")
    clock.advance(timedelta(seconds=6))  # a prepared page lasts five
    assert "Loket ini sudah pindah" in client.get(f"/q/{town.MAIN.lower()}").text
    opened = send(staff, "/kelola/loket/C1", "/buka")
    assert "Kode cetaknya tetap" in staff.get(opened.location).text
    clock.advance(timedelta(seconds=6))
    assert "Loket Utama" in client.get(f"/q/{town.MAIN.lower()}").text


def test_a_moved_counter_answers_for_its_new_unit_under_the_same_print(
    staff: FlaskClient, client: FlaskClient, clock: Clock
) -> None:
    assert "Dinas Contoh" in client.get(f"/q/{town.MAIN.lower()}").text
    moved = send(staff, "/kelola/loket/C1", "/pindah", tujuan="KANTOR")
    assert moved.status_code == 303
    page = staff.get(moved.location)
    assert "Kantor Contoh" in page.text
    assert printed(town.MAIN) in page.text
    clock.advance(timedelta(seconds=6))
    assert "Kantor Contoh" in client.get(f"/q/{town.MAIN.lower()}").text


@pytest.mark.parametrize(
    "part, fields, said",
    [
        ("nama", {"nama": ""}, "Isi bagian ini"),
        ("nama", {"nama": "x" * 161}, "Isi nama"),
        ("tutup", {"mulai": "2026-03-02"}, "Pilih hari ini"),
        ("tutup", {"mulai": "kapan-kapan"}, "Isi bagian ini"),
        ("pindah", {"tujuan": ""}, "Isi bagian ini"),
        ("pindah", {"tujuan": "NONE"}, "Pilih unit lain"),
        ("nama", {"nama": "Lain", "token": "forged"}, "terlalu lama terbuka"),
    ],
)
def test_a_change_that_breaks_a_rule_says_so_beside_its_field(
    staff: FlaskClient, part: str, fields: dict[str, str], said: str
) -> None:
    refused = send(staff, "/kelola/loket/C1", f"/{part}", **fields)
    assert refused.status_code == 422
    assert said in refused.text
    assert heading(refused) == "Loket 1"


def test_a_forged_opening_is_refused_on_the_page_too(staff: FlaskClient) -> None:
    refused = send(staff, "/kelola/loket/C4", "/buka", token="forged")
    assert refused.status_code == 422
    assert "terlalu lama terbuka" in refused.text


def test_a_name_plate_has_no_forms_of_its_own(staff: FlaskClient) -> None:
    page = staff.get("/kelola/loket/C3")
    assert "Papan nama mengikuti petugasnya" in page.text
    assert not [form for form in read(page).all("form") if "/kelola/" in form.get("action", "")]


def test_what_is_no_counter_is_not_found(staff: FlaskClient) -> None:
    assert staff.get("/kelola/loket/NONE").status_code == 404


# ---------------------------------------------------------------- rehearsal


def test_a_rehearsal_is_begun_tried_ended_and_certified(
    staff: FlaskClient, client: FlaskClient, portal: Portal
) -> None:
    send(staff, "/kelola/uji-coba", "/mulai")
    assert "Masa uji coba:" in client.get("/").text
    tap(client, town.MAIN, 4)
    assert "yang masuk: 1." in staff.get("/kelola/uji-coba").text
    ended = send(staff, "/kelola/uji-coba/akhiri", "/akhiri", kata="hapus")
    assert ended.status_code == 303
    certificate = staff.get(ended.location)
    assert heading(certificate) == "Sertifikat penghapusan 1"
    rows = {text_of(row[0]): text_of(row[1]) for row in read(certificate).all("tr")}
    assert (rows["Kunjungan yang menilai"], rows["Oleh"]) == ("1", "administrator")
    assert "Masa uji coba:" not in client.get("/").text
    assert count(portal) == 0
    tap(client, town.MAIN, 3)
    assert "Uji coba tidak dapat dimulai lagi" in staff.get("/kelola/uji-coba").text


def test_the_feed_answers_403_during_a_rehearsal(client: FlaskClient, portal: Portal) -> None:
    feed = system(client, portal)
    begin_rehearsal(portal, actor="test")
    for address in ("periods", "periods/2026-S1", "scores?subject=unit&period=2026-S1", "units/DINAS/scores/2026-S1"):
        refused = feed.get(address)
        assert (refused.status_code, refused.get_json()["code"]) == (403, "rehearsal"), address


def test_nothing_is_wiped_without_the_word(staff: FlaskClient, client: FlaskClient, portal: Portal) -> None:
    begin_rehearsal(portal, actor="test")
    tap(client, town.MAIN, 4)
    for fields in ({"kata": ""}, {"kata": "ya"}, {"kata": "HAPUS", "token": "forged"}):
        refused = send(staff, "/kelola/uji-coba/akhiri", "/akhiri", **fields)
        assert refused.status_code == 422
    assert (count(portal), find_facts(portal).rehearsing) == (1, True)


def test_the_wipe_asks_for_the_password_again_after_a_while(staff: FlaskClient, portal: Portal, clock: Clock) -> None:
    begin_rehearsal(portal, actor="test")
    clock.advance(timedelta(minutes=25))
    asked = staff.get("/kelola/uji-coba/akhiri")
    assert asked.status_code == 303
    assert "/masuk" in asked.location


def test_what_cannot_begin_or_end_any_more_says_so_on_the_page(
    staff: FlaskClient, client: FlaskClient, portal: Portal
) -> None:
    page = staff.get("/kelola/uji-coba")
    tap(client, town.MAIN, 4)
    form_to(page, "/mulai").send(staff)
    assert not find_facts(portal).rehearsing
    assert form_to(page, "/mulai").send(staff, token="forged").status_code == 400
    assert "Tidak ada uji coba" in staff.get("/kelola/uji-coba/akhiri").text
    assert staff.get("/kelola/uji-coba/sertifikat/1").status_code == 404


@pytest.mark.parametrize("path", ["/kelola", "/kelola/loket", "/kelola/loket/C1", "/kelola/uji-coba"])
def test_the_pages_are_complete_in_english(staff: FlaskClient, path: str) -> None:
    page = staff.get(f"{path}?l=en")
    assert (page.status_code, read(page).root.get("lang")) == (200, "en")


@pytest.mark.usefixtures("staff")
def test_no_head_of_a_unit_and_no_reviewer_comes_in(app: Flask, portal: Portal) -> None:
    for other in (enter(app, portal, Role.UNIT_HEAD, "DINAS"), enter(app, portal, Role.REVIEWER)):
        for path in ("/kelola", "/kelola/loket", "/kelola/loket/C1", "/kelola/uji-coba", "/kelola/uji-coba/akhiri"):
            assert other.get(path).status_code == 403


# ---------------------------------------------------------------- what goes wrong


def test_the_administrator_is_led_to_every_page_of_a_unit(staff: FlaskClient, app: Flask, portal: Portal) -> None:
    found = links(staff.get("/unit/DINAS"))
    assert {found[name] for name in ("Bagikan", "Uji pindai")} == {"/unit/DINAS/bagikan", "/unit/DINAS/uji-pindai"}
    own = links(enter(app, portal, Role.UNIT_HEAD, "DINAS").get("/unit/DINAS"))
    assert own["Bagikan"] == "/unit/DINAS/bagikan"  # once, in the menu


def test_a_counter_closed_today_says_today(staff: FlaskClient, clock: Clock) -> None:
    page = staff.get(send(staff, "/kelola/loket/C1", "/tutup", mulai=clock.now().date().isoformat()).location)
    assert "Ditutup sejak 3 Maret 2026" in page.text


def test_a_closing_that_lies_ahead_is_called_off_and_not_undone(staff: FlaskClient, clock: Clock) -> None:
    later = (clock.now().date() + timedelta(days=5)).isoformat()
    page = staff.get(send(staff, "/kelola/loket/C1", "/tutup", mulai=later).location)
    assert "Batalkan penutupan" in page.text
    assert "langsung berlaku lagi" not in page.text


def test_a_form_for_a_new_counter_that_is_sent_twice_makes_one(staff: FlaskClient) -> None:
    form = form_to(staff.get("/kelola/loket-baru?unit=DINAS"), "/kelola/loket-baru?unit")
    assert form.send(staff, nama="Loket 9").status_code == 303
    again = form.send(staff, nama="loket 9")
    assert again.status_code == 422
    assert "sudah memakai nama ini" in again.text
    assert text_of(read(staff.get("/kelola/loket")).all("main")[0]).count("Loket 9") == 1


def test_a_proposal_that_somebody_else_decided_first_is_answered_in_the_list(
    staff: FlaskClient, app: Flask, portal: Portal
) -> None:
    form_to(staff.get("/kelola/kebijakan"), "appraisal_feed").send(staff, nilai="true", alasan="Masa bayangan selesai.")
    reviewer = enter(app, portal, Role.REVIEWER)
    page = reviewer.get("/kelola/persetujuan")
    accept, refuse = form_to(page, "/setujui"), form_to(page, "/tolak")
    assert accept.send(reviewer).location.endswith("hasil=approved")
    for late in (accept, refuse):
        answer = reviewer.get(late.send(reviewer).location)
        assert "sudah diputuskan lebih dahulu" in answer.text


def test_the_log_is_written_for_people_and_not_as_codes(staff: FlaskClient) -> None:
    assert send(staff, "/kelola/loket/C1", "/nama", nama="Loket <A> & é").status_code == 303
    shown = ["".join(code.itertext()) for code in read(staff.get("/kelola/catatan")).all("code")]
    assert any("Loket <A> & é" in detail for detail in shown)


def test_without_officers_the_list_for_scanning_names_no_name_plates(staff: FlaskClient) -> None:
    assert links(staff.get("/kelola/poster/uji-pindai"))["Poster"] == "/kelola/poster"
