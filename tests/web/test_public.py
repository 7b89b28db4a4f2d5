"""Pages for everybody: where a code is typed, how data are kept."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from portal.services import Portal
from tests.web import town, visit


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
    assert visit.form_to(response, "/buka").buttons


def test_an_unknown_receipt_leads_on(client: FlaskClient) -> None:
    response = client.get("/status", query_string={"kode": "7F2K9-PQ4XM"}, follow_redirects=True)
    assert (response.status_code, visit.heading(response)) == (404, "Halaman tidak ditemukan.")
    assert visit.links(response)["Ke halaman awal"] == "/"


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


def test_every_page_leads_to_the_privacy_page(client: FlaskClient) -> None:
    for path in ("/", f"/q/{town.MAIN.lower()}", f"/s/{town.MAIN.lower()}", "/tidak-ada"):
        assert visit.links(client.get(path))["Privasi dan cara data disimpan"] == "/privasi"


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
