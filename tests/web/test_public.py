"""Pages for everybody: where a code is typed, how data are kept."""

from __future__ import annotations

import re
from typing import Final

import pytest
from flask.testing import FlaskClient

from portal.domain.access import Role
from portal.domain.evidence import EVIDENCE
from portal.domain.threshold import Thresholds
from portal.services import Portal
from portal.web.access import TABLE
from portal.web.public import PUBLISHED, worked_example
from tests.domain.golden_skm import SEKADAU, SEKADAU_IKM
from tests.pages import text_of
from tests.web import town, visit

LARGEST: Final = 10 * 1024


@pytest.fixture(autouse=True)
def _town(portal: Portal) -> None:
    town.build(portal)


def test_a_typed_code_opens_the_page_of_its_counter(client: FlaskClient) -> None:
    opened = client.get("/buka", query_string={"kode": town.MAIN})
    assert (opened.status_code, opened.location) == (303, f"/q/{town.MAIN.lower()}")


@pytest.mark.parametrize("typed", ["", "K7M", town.MISTYPED, "' OR 1=1", "\N{WHITE SMILING FACE}" * 20, "x" * 1000])
@pytest.mark.parametrize("door", ["/buka", "/status"])
def test_a_mistyped_code_can_be_typed_again(client: FlaskClient, door: str, typed: str) -> None:
    response = client.get(door, query_string={"kode": typed})
    assert (response.status_code, visit.heading(response)) == (404, "Kode tidak ditemukan.")
    assert visit.form_to(response, door).buttons


def test_an_unknown_receipt_leads_on(client: FlaskClient) -> None:
    response = client.get("/status", query_string={"kode": "7F2K9-PQ4XM"}, follow_redirects=True)
    assert (response.status_code, visit.heading(response)) == (404, "Kode tidak ditemukan.")
    assert visit.form_to(response, "/status").buttons


def test_the_first_page_asks_for_either_code_in_both_languages(client: FlaskClient) -> None:
    assert [form.action for form in visit.forms(client.get("/"))] == ["/buka", "/status"]
    english = visit.forms(client.get("/?l=en"))
    assert [form.hidden for form in english] == [{"l": "en"}] * 2
    opened = client.get("/buka", query_string={"kode": town.MAIN, "l": "en"}, follow_redirects=True)
    assert visit.heading(opened) == "How satisfied are you with the service you have just received?"


@pytest.mark.parametrize(
    "language, words",
    [
        (
            "id",
            ["Peraturan Menteri PANRB Nomor 14 Tahun 2017", "Nomor 27 Tahun 2022", "72 jam", "24 jam", "5 penilaian"],
        ),
        (
            "en",
            ["PANRB Ministerial Regulation No. 14 of 2017", "Law No. 27 of 2022", "72 hours", "24 hours", "5 ratings"],
        ),
    ],
)
def test_the_privacy_page_says_what_is_kept_on_what_basis_and_whom_to_ask(
    client: FlaskClient, language: str, words: list[str]
) -> None:
    page = client.get(f"/privasi?l={language}").text
    for word in [*words, "Bagian Organisasi Sekretariat Daerah", "Pemerintah Daerah"]:
        assert word in page


def test_the_privacy_page_names_how_long_who_sees_and_the_rights(client: FlaskClient) -> None:
    page = client.get("/privasi").text
    for words in (
        "72 jam; tidak ikut dicadangkan",
        "30 hari, tanpa jam",
        "Pasal 5 sampai 13",
        "Pasal 17 huruf h angka 4",
    ):
        assert words in page


def test_the_rules_hold_the_thresholds_in_force_and_call_planned_what_is_planned(client: FlaskClient) -> None:
    page = visit.read(client.get("/aturan"))
    limits = Thresholds()
    rows = [text_of(row) for row in page.all("tr")]
    for name, fewest in (("unit, bagi kepalanya", limits.unit), ("pengumuman kepada umum", limits.public)):
        assert f"{name} {fewest}" in rows
    assert {channel.capitalize() for channel in EVIDENCE} - {row.split()[0] for row in rows} == {"Petugas"}
    review = next(it for it in page.all("h2") if "Pemeriksaan" in text_of(it))
    assert text_of(review).endswith("direncanakan, belum berlaku")


def test_the_worked_example_is_the_published_survey_and_computed_as_every_figure(client: FlaskClient) -> None:
    page = worked_example()
    counted = [tuple(column.count(value) for value in range(1, 5)) for column in zip(*SEKADAU, strict=True)]
    assert list(PUBLISHED) == counted
    assert (page.n, page.ikm, page.mutu) == (len(SEKADAU), *SEKADAU_IKM["1/k"])
    assert page.shortened == SEKADAU_IKM["0.11"][0]
    shown = client.get("/metode").text
    assert "memberi IKM 78,74, mutu B" in shown
    assert "20.000" in shown


@pytest.mark.parametrize("path", ["/privasi", "/aturan", "/metode"])
@pytest.mark.parametrize("language", ["id", "en"])
def test_the_pages_for_everybody_are_light(client: FlaskClient, path: str, language: str) -> None:
    answer = client.get(f"{path}?l={language}", headers={"Accept-Encoding": "gzip"})
    assert answer.status_code == 200
    assert len(answer.get_data()) <= LARGEST


def test_every_page_leads_to_the_privacy_page(client: FlaskClient) -> None:
    for path in ("/", f"/q/{town.MAIN.lower()}", f"/s/{town.MAIN.lower()}", "/tidak-ada"):
        found = visit.links(client.get(path))
        assert found["Privasi dan cara data disimpan"] == "/privasi"
        assert (found["Aturan penilaian"], found["Cara menghitung"]) == ("/aturan", "/metode")


@pytest.mark.parametrize(
    "query", ["_scheme=javascript&_external=1", "_external=1", "endpoint=static", "_anchor=x", "_method=POST", "code=x"]
)
def test_no_argument_of_an_address_bends_the_link_to_the_other_language(client: FlaskClient, query: str) -> None:
    for path in ("/privasi", f"/q/{town.MAIN.lower()}"):
        response = client.get(f"{path}?{query}")
        assert response.status_code == 200
        assert visit.links(response)["English"].startswith(f"{path}?")


def test_the_link_to_the_other_language_holds_behind_a_prefix(client: FlaskClient) -> None:
    response = client.get("/privasi", environ_overrides={"SCRIPT_NAME": "/suara"})
    assert visit.links(response)["English"] == "/suara/privasi?l=en"


@pytest.mark.parametrize("asked", ["", "xx", "../en", "EN"])
def test_an_unknown_language_is_answered_in_indonesian(client: FlaskClient, asked: str) -> None:
    response = client.get("/privasi", query_string={"l": asked})
    assert re.search(r'<html lang="id">', response.text)
    assert visit.heading(response) == "Anda tetap tidak dikenal"


def test_the_notice_names_everybody_who_sees_an_officers_score(client: FlaskClient) -> None:
    """What the table of access opens: the unit's head, heads of units above it, administrators, and the feed."""
    assert {Role.UNIT_HEAD, Role.ADMINISTRATOR} == TABLE["unit_head.unit"].roles
    said = client.get("/privasi").text
    for who in ("kepala unitnya", "kepala unit di atasnya", "pengelola portal", "sistem penilaian kinerja"):
        assert who in said.partition("Bagi petugas yang dinilai")[2]


def test_the_rules_say_what_a_release_cannot_hide(client: FlaskClient) -> None:
    assert "mengetahui isinya sendiri" in client.get("/aturan").text
    assert "knows what they gave themselves" in client.get("/aturan?l=en").text
