"""The portal behind the proxy of the repository, over real TLS."""

from __future__ import annotations

import re
import shutil
import ssl
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from portal import app as composition
from portal.services.admit.accounts import create_account
from portal.settings import Settings
from portal.web.headers import REFUSAL
from tests import government
from tests.deploy import nginx
from tests.deploy.nginx import DEPLOY, Answer, Site
from tests.serving import PORTAL, SECRET, Serving, free_port
from tests.web.staff import PASSWORD
from tests.wire import FORM, HOST, Wire, expect, get, new_key

VALVE: Final = 5
_HIDDEN: Final = re.compile(r'name="(\w+)"[^>]*value="([^"]*)"')
_CODES: Final = ("1A", "2")


class Place:
    """The portal and nginx in front of it."""

    def __init__(self, site: Site, serving: Serving, codes: list[str]) -> None:
        self.site, self.serving, self.codes = site, serving, codes

    def hidden(self, path: str) -> dict[str, str]:
        """The hidden fields of the form on a page."""
        answer = self.site.ask("GET", path)
        assert answer.status == 200
        return dict(_HIDDEN.findall(answer.body.decode()))

    def send(self, path: str, form: dict[str, str], *, source: str = HOST, **headers: str) -> Answer:
        """Send a form as a browser does."""
        body = "&".join(f"{name}={value}" for name, value in form.items())
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        sent = {"Content-Type": FORM, "Origin": self.site.url, "Sec-Fetch-Site": "same-origin", **given}
        return self.site.ask("POST", path, body, sent, source=source)

    def rate(self, code: str, *, source: str = HOST, **headers: str) -> Answer:
        """Open a counter's page and send the best face."""
        form = self.hidden(f"/q/{code}") | {"kunci": new_key(), "nilai": "4"}
        return self.send(f"/q/{code}/nilai", form, source=source, **headers)


@pytest.fixture(scope="module")
def place(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    home, ports = tmp_path_factory.mktemp("site"), nginx.reserve()
    url = f"sqlite:///{shutil.copyfile(sqlite_template, home / 'portal.sqlite3')}"
    portal = composition.build_portal(Settings(secret_key=SECRET, database_url=url))
    made = government.small(portal)
    create_account(
        portal, username="kepala", name="Kepala Contoh", unit_code="UPT-1", password=PASSWORD, actor="cli:test"
    )
    portal.close()
    told = {"public_url": f"https://{nginx.NAME}:{ports[0]}", "trusted_proxies": 1, "valve_per_minute": VALVE}
    with (
        Serving(PORTAL, url, release_minutes=0, **told) as serving,
        nginx.serving_site(home, ports, serving.port) as site,
    ):
        yield Place(site, serving, [made.codes[counter].lower() for counter in _CODES])


@pytest.fixture
def orphan(tmp_path: Path) -> Iterator[Site]:
    """A site whose portal is away."""
    with nginx.serving_site(tmp_path, nginx.reserve(), free_port()) as site:
        yield site


def bears_refusal_headers(answer: Answer) -> bool:
    """Tell whether each header of a refusal is there, once."""
    return all(answer.headers.get_all(name) == [value] for name, value in REFUSAL)


def test_the_headers_of_the_proxy_are_those_of_the_portal() -> None:
    written = (DEPLOY / "portal-headers.conf").read_text("utf-8")
    assert re.findall(r'^add_header (\S+) "(.*)" always;$', written, re.MULTILINE) == list(REFUSAL)


def test_a_citizen_rates_over_tls(place: Place) -> None:
    sent = place.rate(place.codes[0], source="127.0.0.9")
    assert sent.status == 303
    thanks = place.site.ask("GET", sent.headers["Location"].removeprefix(place.site.url))
    assert (thanks.status, b"<h1" in thanks.body) == (200, True)
    assert thanks.headers.get_all("Strict-Transport-Security") == ["max-age=31536000"]
    assert len(thanks.headers.get_all("Content-Security-Policy") or ()) == 1
    assert "nginx/" not in str(thanks.headers)


def test_the_page_is_compressed_by_the_portal_alone(place: Place) -> None:
    page = place.site.ask("GET", f"/q/{place.codes[0]}", headers={"Accept-Encoding": "gzip"})
    assert page.headers.get_all("Content-Encoding") == ["gzip"]
    assert b"</html>" in zlib.decompress(page.body, zlib.MAX_WBITS | 16)


def test_without_tls_there_is_only_the_way_to_it(place: Place) -> None:
    sent = place.site.ask_plainly(f"/q/{place.codes[0]}?l=en")
    assert (sent.status, sent.headers["Location"]) == (301, f"{place.site.url}/q/{place.codes[0]}?l=en")


def test_another_name_gets_no_certificate(place: Place) -> None:
    with pytest.raises(ssl.SSLError, match="unrecognized name"):
        place.site.ask("GET", "/", name="elsewhere.example")


def test_the_cookie_of_staff_insists_on_tls_and_this_host(place: Place) -> None:
    signed_in = place.send("/masuk", place.hidden("/masuk") | {"nama": "kepala", "sandi": PASSWORD.replace(" ", "+")})
    assert signed_in.status == 303
    name, *attributes = signed_in.headers["Set-Cookie"].split("; ")
    assert name.startswith("__Host-sesi=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(attributes)
    unit = place.site.ask("GET", "/unit", headers={"Cookie": name})
    assert (unit.status, b"Unit Contoh UPT-1" in unit.body) == (200, True)


def test_a_form_of_another_site_is_refused(place: Place) -> None:
    assert place.rate(place.codes[0], Origin="https://elsewhere.example", source="127.0.0.8").status == 403


def test_limits_go_by_the_address_that_the_proxy_saw_whatever_the_sender_claims(place: Place) -> None:
    def rate(source: str, number: int) -> int:
        return place.rate(place.codes[1], source=source, X_Forwarded_For=f"203.0.113.{number}").status

    assert [rate("127.0.0.2", number) for number in range(VALVE + 1)] == [303] * VALVE + [429]
    assert rate("127.0.0.3", 0) == 303


def test_nobody_outside_can_move_the_portal_to_another_address(place: Place) -> None:
    claims = {"X-Forwarded-Host": "elsewhere.example", "X-Forwarded-Prefix": "/elsewhere", "X-Forwarded-Proto": "http"}
    page = place.site.ask("GET", f"/q/{place.codes[0]}", headers=claims)
    assert page.status == 200
    assert b"elsewhere" not in page.body


def test_what_is_too_large_stops_at_the_proxy_with_the_headers_of_the_portal(place: Place) -> None:
    sent = place.send(f"/q/{place.codes[0]}/nilai", {"teks": "x" * 70_000})
    assert sent.status == 413
    assert "terlalu besar" in sent.body.decode()
    assert bears_refusal_headers(sent)


def test_a_workbook_passes_to_its_own_address(place: Place) -> None:
    sent = place.send("/kelola/buku-kerja/periksa", {"berkas": "x" * 8_000_000})
    assert sent.status == 401  # by the portal, which asks who sends it
    assert "form-action 'self'" in sent.headers["Content-Security-Policy"]


def test_what_is_for_the_operator_does_not_pass(place: Place) -> None:
    for path in ("/metrics", "/readyz"):
        sent = place.site.ask("GET", path)
        assert sent.status == 404
        assert bears_refusal_headers(sent)
    assert place.site.ask("GET", "/healthz").status == 200


def test_metrics_are_read_beside_the_proxy(place: Place) -> None:
    with Wire(place.serving.port) as wire:
        said = expect(wire.ask(get("/metrics").replace(b"gzip", b"identity")), 200)
    assert b"portal_requests_total" in said


def test_while_the_portal_is_away_the_citizen_is_told_to_send_again(orphan: Site) -> None:
    sent = orphan.ask("POST", "/q/abc/nilai", "nilai=4", {"Content-Type": FORM})
    assert (sent.status, sent.headers["Retry-After"]) == (503, "10")
    assert "tidak akan terhitung dua kali" in sent.body.decode()
    assert bears_refusal_headers(sent)


def test_the_proxy_writes_down_no_code_no_address_and_no_second(place: Place, orphan: Site) -> None:
    place.rate(place.codes[0], source="127.0.0.7")
    place.site.ask("GET", f"/{place.codes[0]}")
    place.send(f"/q/{place.codes[0]}/nilai", {"teks": "x" * 70_000})
    orphan.ask("GET", f"/q/{place.codes[0]}")
    said = place.site.logged() + orphan.logged()
    assert re.search(r"^20[0-9-]+T[0-9]{2}:[0-9]{2} POST /q 303 ", said, re.MULTILINE)
    assert place.codes[0] not in said.lower()
    assert "127.0.0." not in said
    assert not re.search(r"[0-9]{2}:[0-9]{2}:[0-9]{2}", said)
