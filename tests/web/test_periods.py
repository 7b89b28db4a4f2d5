"""The pages of base periods: how far each has come, closing and correcting by two persons, what was signed."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Final

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from portal import services
from portal.domain.access import Role
from portal.services import Portal
from portal.services.collect.rate import rate
from portal.services.enrol.indicators import add_indicator
from portal.services.publish import signing
from portal.services.publish.release import release
from portal.services.publish.verify import read_keys, verify_snapshot
from portal.storage import policies
from tests.clock import Clock
from tests.closed import LATER, close, jws_of, offices, reattribute, town
from tests.government import ELEMENTS, SURVEY
from tests.pages import text_of
from tests.published import statements, turn_feed
from tests.web.staff import enter
from tests.web.visit import form_to, heading, links, read

MARCH: Final = "/kelola/periode/2026-03"
DUTY: Final = "/kelola/tugas-koreksi"
MOST_STATEMENTS: Final = 40


@pytest.fixture
def built(portal: Portal, clock: Clock) -> Portal:
    """Three officers, rated in March, April and May; it is the end of June."""
    town(portal, clock)
    return portal


@pytest.fixture
def closed(built: Portal) -> Portal:
    """March is closed, by the operator while nobody had an account."""
    close(built, "2026-03")
    return built


@pytest.fixture
def one(app: Flask, built: Portal) -> FlaskClient:
    return enter(app, built, Role.ADMINISTRATOR)


@pytest.fixture
def two(app: Flask, built: Portal) -> FlaskClient:
    return enter(app, built, Role.REVIEWER)


def propose(client: FlaskClient, path: str, part: str, reason: str = "Periode selesai.") -> TestResponse:
    return form_to(client.get(path), part).send(client, alasan=reason)


def approve(client: FlaskClient) -> TestResponse:
    pressed = form_to(client.get("/kelola/persetujuan"), "/setujui").send(client)
    return client.get(pressed.location)


@pytest.mark.usefixtures("closed")
def test_every_base_period_is_listed_with_how_far_it_has_come(one: FlaskClient) -> None:
    page = one.get("/kelola/periode")
    entries = {text_of(it.findall(".//h3")[0]): text_of(it) for it in read(page).all("article")}
    assert list(entries) == ["Juni 2026", "Mei 2026", "April 2026", "Maret 2026"]
    assert "Terbuka, dapat ditutup" in entries["April 2026"]
    assert "Dapat ditutup mulai 1 Mei 2026." in entries["April 2026"]
    assert "Ditutup setelah periode sebelumnya." in entries["Mei 2026"]
    assert "Versi 1, 20 Juni 2026 pukul 09.00, oleh operator." in entries["Maret 2026"]
    assert "/kelola/periode" in links(one.get("/kelola")).values()


def test_the_preview_says_what_closing_would_do(one: FlaskClient, built: Portal) -> None:
    before = read(one.get(MARCH))
    assert heading(one.get(MARCH)) == "Maret 2026"
    facts = {text_of(dt): text_of(dd) for dt, dd in zip(before.all("dt"), before.all("dd"), strict=True)}
    assert facts["Unit di bawah ambang"] == "2 dari 2"
    assert facts["Petugas ASN di bawah ambang"] == "3 dari 3"
    assert facts["Penilaian yang menunggu rilis"] == "42"
    assert facts["Angka petugas ke sistem penilaian"] == "ya, mulai 30 penilaian"
    services.run(built, release, weekly=False)
    after = read(one.get(MARCH))
    assert any("Unit Contoh UPT-1" in text_of(row) and "42" in text_of(row) for row in after.all("tr"))


def test_the_preview_shows_what_the_portal_counts_of_an_indicator(one: FlaskClient, built: Portal) -> None:
    basic = {"unit_of_measure": "poin", "kind": "mutu", "period_code": "2026-03", "target": "80"}
    for name, officer, counted in (
        ("Kepuasan A", "", "layanan"),
        ("Kepuasan B", "", "skm"),
        ("Bantuan", "P1", "petugas"),
    ):
        typed = {**basic, "name": name}
        services.run(
            built, add_indicator, (), "UPT-1", typed, officer_code=officer, measure=counted, actor="kepala.contoh"
        )
    services.run(built, release, weekly=True)
    rows = [text_of(row) for row in read(one.get(MARCH)).all("tr") if "(poin)" in text_of(row)]
    assert rows == [
        "Kepuasan A (poin) UPT-1 80 85,71 dihitung portal 20 Juni 2026",
        "Kepuasan B (poin) UPT-1 80 belum cukup dihitung portal",
        "Bantuan (poin) UPT-1 · P1 80 belum cukup dihitung portal",
    ]


def test_the_class_of_a_unit_stands_apart_from_its_index(app: Flask, portal: Portal, clock: Clock) -> None:
    government = offices(portal)
    given = dict(zip(ELEMENTS, (4, 3, 3, 4, 3, 3, 4, 3, 3), strict=True))
    for _ in range(12):
        services.run(portal, rate, government.submission("A", given, instrument=SURVEY))
        services.run(portal, rate, government.submission("B", {**given, "WAKTU": 2}, instrument=SURVEY))
        services.run(portal, rate, government.submission("C", given, instrument=SURVEY))
    services.run(portal, release, weekly=True)
    clock.set(LATER)
    page = enter(app, portal, Role.REVIEWER).get(MARCH)
    [row] = [text_of(it) for it in read(page).all("tr") if "UPT-1" in text_of(it)]
    assert row.startswith("Unit Contoh UPT-1 82,41 B 36 ")


def test_how_few_ratings_wait_is_never_said(app: Flask, portal: Portal, clock: Clock) -> None:
    government = offices(portal)
    government.taps("A", 4, 3, 4)
    clock.set(LATER)
    page = enter(app, portal, Role.REVIEWER).get(MARCH)
    assert "kurang dari 5" in page.text


def test_two_persons_close_a_period(one: FlaskClient, two: FlaskClient) -> None:
    asked = propose(one, MARCH, "/tutup")
    assert (asked.status_code, asked.location) == (303, f"{MARCH}?hasil=waiting")
    assert "menunggu persetujuan orang kedua" in one.get(asked.location).text
    waiting = two.get("/kelola/persetujuan")
    assert "Tutup periode 2026-03" in waiting.text
    assert "Periode selesai." in waiting.text
    assert "sudah dilaksanakan" in approve(two).text
    page = one.get(MARCH)
    assert "Ditutup" in page.text
    assert "reviewer" in text_of(read(page).all("dl")[0])


def test_a_closing_asks_for_the_password_again_after_a_while(one: FlaskClient, built: Portal, clock: Clock) -> None:
    form = form_to(one.get(MARCH), "/tutup")
    clock.advance(timedelta(minutes=11))
    asked = form.send(one, alasan="Periode selesai.")
    assert asked.status_code == 307
    assert "/masuk/lagi" in asked.location or "/masuk" in asked.location
    assert jws_count(built) == 0


def jws_count(portal: Portal) -> int:
    return len(signing.list_keys(portal))


def test_a_reason_is_owed_and_what_was_typed_comes_back(one: FlaskClient) -> None:
    for reason in ("", "x" * 201):
        refused = propose(one, MARCH, "/tutup", reason)
        assert refused.status_code == 422
        assert "isi alasan" in refused.text
        assert read(refused).by_id["alasan"].get("value", "") == reason


def test_why_a_period_cannot_be_closed_is_said_with_the_day(one: FlaskClient, built: Portal, clock: Clock) -> None:
    later = one.get("/kelola/periode/2026-04")
    assert "Ada periode sebelumnya yang masih terbuka." in later.text
    assert links(later)["Buka periode itu"] == MARCH
    services.run(built, release, weekly=True)
    waiting = one.get(MARCH)
    assert "Periode ini dapat ditutup mulai 5 Juli 2026" in waiting.text
    assert "/tutup" not in waiting.text
    assert one.get("/kelola/periode/2026-07").status_code == 404
    assert one.get("/kelola/periode/2026-S1").status_code == 404
    assert clock.now() == LATER


def test_a_closing_that_is_no_longer_possible_says_so(one: FlaskClient, two: FlaskClient, built: Portal) -> None:
    propose(one, MARCH, "/tutup")
    services.run(built, release, weekly=True)  # officers' figures moved: two weeks to object begin anew
    assert "tidak dapat dilaksanakan sekarang" in approve(two).text
    late = form_to(one.get("/kelola/persetujuan"), "/tolak").send(one)
    assert "ditarik kembali" in one.get(late.location).text


def test_what_was_signed_is_handed_over_as_it_is(closed: Portal, one: FlaskClient) -> None:
    file = one.get(links(one.get(MARCH))["Unduh JWS versi 1"])
    assert file.data == jws_of(closed, "2026-03", 1)
    assert file.headers["Content-Disposition"] == 'attachment; filename="2026-03-v1.jws"'
    keys = read_keys(json.dumps(signing.export_keys(closed)).encode())
    assert verify_snapshot(file.data, keys).version == 1
    plain = one.get(links(one.get(MARCH))["Unduh JSON versi 1"])
    assert json.loads(plain.data)["period"]["id"] == "2026-03"
    assert one.get(f"{MARCH}/versi-2.jws").status_code == 404
    assert one.get(f"{MARCH}/versi-1.xml").status_code == 404


@pytest.mark.usefixtures("closed")
def test_two_persons_correct_who_served_and_then_the_period(one: FlaskClient, two: FlaskClient) -> None:
    unit = read(one.get(DUTY)).by_id["unit"]
    assert [text_of(option) for option in unit.findall("option")] == ["Unit Contoh DINAS", "Unit Contoh UPT-1"]
    form = form_to(one.get(f"{DUTY}?unit=UPT-1"), DUTY)
    given = {"loket": "A", "tanggal": "2026-03-03", "bagian": "day", "petugas": "P2", "alasan": "Tukar jaga."}
    asked = form.send(one, given)
    assert asked.status_code == 303
    assert "(7 penilaian)" in one.get(asked.location).text
    waiting = two.get("/kelola/persetujuan")
    assert "Koreksi petugas: loket A, 3 Maret 2026" in waiting.text
    assert "dialihkan ke petugas P2" in waiting.text
    approve(two)
    propose(two, MARCH, "/koreksi", "Tukar jaga 3 Maret.")
    assert "Koreksi periode 2026-03" in one.get("/kelola/persetujuan").text
    approve(one)
    page = one.get(MARCH)
    assert "Ditutup dan dikoreksi" in page.text
    assert [text_of(it) for it in read(page).all("h3")] == ["Versi 2", "Versi 1"]
    assert "Alasan koreksi: Tukar jaga 3 Maret." in page.text


@pytest.mark.parametrize(
    "changes, field, said",
    [
        ({"tanggal": "2026-06-20"}, "tanggal", "Pilih tanggal sebelum hari ini."),
        ({"tanggal": ""}, "tanggal", "isi bagian ini"),
        ({"alasan": ""}, "alasan", "isi bagian ini"),
        ({"petugas": "NONE"}, "petugas", "isi bagian ini"),
        ({"loket": "NONE"}, "loket", "isi bagian ini"),
    ],
)
def test_a_correction_that_cannot_be_comes_back_as_typed(
    one: FlaskClient, changes: dict[str, str], field: str, said: str
) -> None:
    given = {"loket": "A", "tanggal": "2026-03-03", "bagian": "day", "petugas": "P2", "alasan": "Tukar jaga."}
    refused = form_to(one.get(f"{DUTY}?unit=UPT-1"), DUTY).send(one, {**given, **changes})
    assert refused.status_code == 422
    assert said in text_of(read(refused).by_id[f"{field}-problem"])
    assert read(refused).by_id["tanggal"].get("value") == ({**given, **changes})["tanggal"]


def test_ratings_that_are_not_there_are_not_moved(one: FlaskClient) -> None:
    given = {"loket": "A", "tanggal": "2026-03-05", "bagian": "day", "petugas": "P2", "alasan": "Tukar jaga."}
    refused = form_to(one.get(f"{DUTY}?unit=UPT-1"), DUTY).send(one, given)
    assert refused.status_code == 422
    assert "0 penilaian" in refused.text


def test_one_person_closes_where_the_policy_says_so(one: FlaskClient, built: Portal) -> None:
    with built.begin() as session:
        from_on = LATER.date()
        policies.put_choices(session, from_on, {**policies.get_choices(session, from_on), "two_persons": False})
    assert "ditutup dan ditandatangani" in one.get(propose(one, MARCH, "/tutup").location).text
    assert "administrator" in text_of(read(one.get(MARCH)).all("dl")[0])
    unchanged = propose(one, MARCH, "/koreksi")
    assert unchanged.status_code == 422
    assert "Tidak ada angka yang berubah" in unchanged.text
    reattribute(built, "A", None)
    assert "sebagai versi baru" in one.get(propose(one, MARCH, "/koreksi").location).text


def test_a_shadow_period_says_that_no_officer_leaves(one: FlaskClient, built: Portal) -> None:
    turn_feed(built, on=False)
    assert "periode bayangan" in one.get("/kelola/periode").text
    assert "belum dibuka pada akhir periode" in one.get(MARCH).text


def test_the_preview_costs_as_many_statements_however_many_units_there_are(one: FlaskClient, built: Portal) -> None:
    one.get(MARCH)
    with statements(built) as seen:
        one.get(MARCH)
    assert len(seen) <= MOST_STATEMENTS, seen
