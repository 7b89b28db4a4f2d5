"""Without TLS on a network: phones get the citizens' pages, and nothing else."""

from __future__ import annotations

import socket
from dataclasses import replace
from ipaddress import ip_address
from pathlib import Path
from typing import Final

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal import app as composition
from portal.demo.lan import find_address
from portal.demo.scene import Scene, describe
from portal.demo.staff import Member
from portal.services import Portal
from portal.settings import Settings
from portal.web.guards import GUARDS
from tests.client import CheckedClient
from tests.government import small
from tests.web.visit import form_to, heading

PHONE: Final = {"REMOTE_ADDR": "192.168.1.20"}
LAN: Final = "192.168.1.5"
OPEN: Final = {"citizen", "public"}


@pytest.fixture
def app(settings: Settings, portal: Portal) -> Flask:
    app = composition.build_web(replace(settings, local_staff=True), portal)
    app.test_client_class = CheckedClient
    return app


@pytest.fixture
def phone(app: Flask) -> FlaskClient:
    client = app.test_client()
    client.environ_base.update(PHONE)
    return client


def test_a_phone_rates_and_reads_what_everybody_may(phone: FlaskClient, portal: Portal) -> None:
    code = small(portal).codes["1A"].lower()
    sent = form_to(phone.get(f"/q/{code}"), "/nilai").send(phone, nilai=4)
    assert sent.status_code == 303
    assert heading(phone.get(sent.location)) == "Terima kasih. Penilaian Anda sudah tersimpan."
    for path in ("/", "/privasi", f"/s/{code}", "/static/css/staff.css?v=1"):
        answer = phone.get(path)
        assert answer.status_code == 200
        answer.close()


def test_every_other_page_is_closed_to_phones(app: Flask, phone: FlaskClient) -> None:
    closed = 0
    for rule in app.url_map.iter_rules():
        if rule.endpoint == "static" or rule.endpoint.partition(".")[0] in OPEN:
            continue
        path = rule.rule
        for name in rule.arguments:
            path = path.replace(f"<{name}>", "1")
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            answer = phone.open(path, method=method)
            assert answer.status_code in {403, 404}, (method, path)
            closed += answer.status_code == 403
    assert closed > 10
    assert set(app.extensions[GUARDS]) > OPEN


def test_a_person_is_told_where_the_page_opens_and_a_program_gets_the_code(phone: FlaskClient) -> None:
    answer = phone.get("/masuk")
    assert answer.status_code == 403
    assert heading(answer) == "Halaman ini hanya dapat dibuka di komputer tempat portal berjalan."
    refused = phone.post("/oauth2/token", data={"grant_type": "client_credentials"})
    assert refused.status_code == 403
    assert refused.json is not None
    assert refused.json["code"] == "local-only"


@pytest.mark.parametrize("address", ["127.0.0.1", "127.0.1.1", "::1"])
def test_this_machine_sees_everything(app: Flask, address: str) -> None:
    client = app.test_client()
    client.environ_base.update({"REMOTE_ADDR": address})
    assert client.get("/masuk").status_code == 200
    assert client.get("/unit").status_code == 303


@pytest.mark.parametrize("address", [LAN, "10.0.0.1", "fe80::1", "", "unix:"])
def test_nobody_else_counts_as_this_machine(app: Flask, address: str) -> None:
    client = app.test_client()
    client.environ_base.update({"REMOTE_ADDR": address})
    assert client.get("/masuk").status_code == 403


def test_without_the_setting_staff_sign_in_from_anywhere(settings: Settings, portal: Portal) -> None:
    client = composition.build_web(settings, portal).test_client()
    client.environ_base.update(PHONE)
    assert client.get("/masuk").status_code == 200


def test_the_demonstration_for_phones_listens_to_the_network_and_prints_its_address(tmp_path: Path) -> None:
    settings = composition.demo_settings(tmp_path, "127.0.0.1:8123", LAN)
    assert (settings.bind, settings.public_url) == ("0.0.0.0:8123", f"http://{LAN}:8123")
    assert settings.local_staff
    assert f"PORTAL_PUBLIC_URL='http://{LAN}:8123'" in (tmp_path / "env").read_text("utf-8")


def test_the_usual_demonstration_stays_on_this_machine(tmp_path: Path) -> None:
    settings = composition.demo_settings(tmp_path, "127.0.0.1:8123")
    assert (settings.bind, settings.public_url) == ("127.0.0.1:8123", "http://127.0.0.1:8123")
    assert not settings.local_staff


def test_what_is_printed_sends_phones_to_the_network_and_staff_to_this_machine() -> None:
    scene = Scene("K7M3PXM", "unit", "2026-S2", (Member("kepala.unit", "rahasia"),), "klien", "kunci", 1, 49)
    said = describe(scene, f"http://{LAN}:8000", Path("env"), staff_url="http://127.0.0.1:8000")
    assert f"http://{LAN}:8000/q/k7m3pxm" in said
    assert "http://127.0.0.1:8000/masuk" in said
    assert "http://127.0.0.1:8000/oauth2/token" in said
    assert f"http://{LAN}:8000/masuk" not in said
    assert "Any phone on this network" in said
    assert "Any phone" not in describe(scene, "http://127.0.0.1:8000", Path("env"))


def test_the_address_on_the_network_is_one_of_this_machine() -> None:
    address = find_address()
    if address is not None:  # None where there is no network to be on
        assert not ip_address(address).is_loopback
        with socket.socket() as own:
            own.bind((address, 0))
