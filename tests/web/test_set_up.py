"""The pages of the set-up, as whoever installs the portal meets them on a phone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from portal import app as composition
from portal.cli import set_up as set_up_address
from portal.domain.access import Role
from portal.services import Portal
from portal.services.admit.accounts import create_account
from portal.services.enrol.set_up import is_set_up, set_up_key
from portal.services.government import find_facts
from portal.settings import Settings
from portal.storage.tables import Counter
from tests.pages import text_of
from tests.web.staff import enrol
from tests.web.visit import form_to, heading, links, open_form, read

TYPED: Final[Mapping[str, str]] = {
    "pemerintah": "Pemerintah Kota Contoh",
    "unit": "Disdukcapil Contoh",
    "loket": "Loket 1",
    "layanan": "KTP elektronik\r\nKartu keluarga\r\n",
    "nama": "Pengelola Contoh",
    "pengguna": "pengelola.contoh",
    "sandi": "enam belas huruf",
    "ulang": "enam belas huruf",
    "uji": "ya",
}


def address(portal: Portal, language: str = "") -> str:
    return f"/mulai?kunci={set_up_key(portal)}{f'&l={language}' if language else ''}"


def send(client: FlaskClient, portal: Portal, **changes: str | None) -> TestResponse:
    return form_to(client.get(address(portal)), "/mulai").send(client, {**TYPED, **changes})


def problems(response: TestResponse) -> list[str]:
    """The fields that the page marks."""
    return [
        control.attrib["name"] for control in read(response).all("input", "textarea") if control.get("aria-invalid")
    ]


def test_from_the_printed_address_to_the_first_rating(client: FlaskClient, portal: Portal) -> None:
    sent = send(client, portal)
    assert (sent.status_code, sent.location) == (303, "/mulai/selesai")
    done = client.get(sent.location)
    assert heading(done) == "Portal sudah disiapkan"
    entry = form_to(client.get(links(done)["Masuk"]), "/masuk")
    answer = entry.send(client, nama=TYPED["pengguna"], sandi=TYPED["sandi"])
    enrol(client, portal, answer.location)
    overview = client.get("/kelola")
    assert heading(overview) == "Pemerintah Kota Contoh"
    assert "Masa uji coba" in overview.text
    with portal.read() as session:
        code = session.execute(select(Counter.public_code)).scalar_one()
    assert open_form(client, code).send(client, nilai=4).status_code == 303
    assert "Sudah ada penilaian hari ini" in client.get("/kelola").text


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_page_asks_in_both_languages_and_keeps_the_key(client: FlaskClient, portal: Portal, language: str) -> None:
    page = client.get(address(portal, language))
    assert page.status_code == 200
    assert read(page).root.get("lang") == language
    others = [link for link in links(page).values() if "kunci" in link]
    assert all(set_up_key(portal) in link for link in others)
    assert len(others) == 1


def test_a_rehearsal_is_ticked_until_somebody_unticks_it(client: FlaskClient, portal: Portal) -> None:
    page = client.get(address(portal))
    assert "checked" in read(page).by_id["uji"].attrib
    refused = send(client, portal, uji=None, nama="")
    assert "checked" not in read(refused).by_id["uji"].attrib
    send(client, portal, uji=None)
    assert not find_facts(portal).rehearsing


@pytest.mark.parametrize(
    "changes, marked",
    [
        ({"pemerintah": ""}, ["pemerintah"]),
        ({"unit": " ", "loket": ""}, ["unit", "loket"]),
        ({"layanan": "x" * 200}, ["layanan"]),
        ({"pengguna": "a b"}, ["pengguna"]),
        ({"sandi": "pendek", "ulang": "pendek"}, ["sandi"]),
        ({"ulang": "lain sama sekali"}, ["ulang"]),
    ],
)
def test_what_was_typed_comes_back_with_the_problem_beside_it(
    client: FlaskClient, portal: Portal, changes: dict[str, str], marked: list[str]
) -> None:
    refused = send(client, portal, **changes)
    assert refused.status_code == 422
    assert problems(refused) == marked
    kept = {**TYPED, **changes}
    page = read(refused)
    for name in ("pemerintah", "unit", "loket", "nama", "pengguna"):
        assert page.by_id[name].get("value", "") == kept[name]
    assert text_of(page.by_id["layanan"]) == " ".join(kept["layanan"].split())
    assert not page.by_id["sandi"].get("value")
    assert not is_set_up(portal)


def test_a_form_that_was_not_made_here_is_refused(client: FlaskClient, portal: Portal) -> None:
    refused = send(client, portal, token="forged")
    assert refused.status_code == 422
    assert "terlalu lama terbuka" in refused.text
    assert not is_set_up(portal)


def test_without_the_key_there_is_a_friendly_page_and_nothing_else(client: FlaskClient, portal: Portal) -> None:
    form = form_to(client.get(address(portal)), "/mulai")
    for query in ("", "?kunci=", "?kunci=AAAA"):
        for refused in (client.get(f"/mulai{query}"), replace(form, action=f"/mulai{query}").send(client, TYPED)):
            assert refused.status_code == 403
            assert heading(refused) == "Alamat penyiapan ini tidak lengkap."
            assert set_up_key(portal) not in refused.text
    assert not is_set_up(portal)
    assert client.get("/mulai/selesai").location == "/mulai"


def test_once_somebody_has_an_account_the_address_only_leads_to_sign_in(client: FlaskClient, portal: Portal) -> None:
    form = form_to(client.get(address(portal)), "/mulai")
    create_account(portal, username="pengelola", name="Pengelola Contoh", role=Role.ADMINISTRATOR, actor="cli:test")
    for refused in (client.get("/mulai"), client.get(address(portal)), form.send(client, TYPED)):
        assert refused.status_code == 410
        assert heading(refused) == "Portal ini sudah disiapkan."
        assert links(refused)["Masuk"] == "/masuk"


def test_every_page_says_at_once_that_it_rehearses(client: FlaskClient, portal: Portal) -> None:
    assert "Masa uji coba:" not in client.get("/").text
    send(client, portal)
    assert "Masa uji coba:" in client.get("/").text
    assert "Pemerintah Kota Contoh" in client.get("/").text


def test_the_server_reminds_of_the_set_up_without_the_key_until_somebody_has_an_account(
    settings: Settings, portal: Portal, capsys: pytest.CaptureFixture[str]
) -> None:
    composition.remind_of_set_up(settings)
    said = capsys.readouterr().out
    assert "portal set-up-address" in said
    assert set_up_key(portal) not in said
    create_account(portal, username="pengelola", name="Pengelola Contoh", role=Role.ADMINISTRATOR, actor="cli:test")
    composition.remind_of_set_up(settings)
    assert capsys.readouterr().out == ""


def test_a_command_prints_the_address_until_somebody_has_an_account(
    settings: Settings, portal: Portal, app: Flask
) -> None:
    command = set_up_address.command(lambda: portal, lambda: settings.public_url)
    said = CliRunner().invoke(command).stdout
    assert app.test_client().get(said.strip().removeprefix(settings.public_url)).status_code == 200
    create_account(portal, username="pengelola", name="Pengelola Contoh", role=Role.ADMINISTRATOR, actor="cli:test")
    late = CliRunner().invoke(command)
    assert late.exit_code == 1
    assert set_up_key(portal) not in late.output
