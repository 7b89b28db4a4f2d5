"""Every way to come, as pages: links, mobile services, paper, names of counters, colours and crests, scan tests."""

from __future__ import annotations

import base64
import gzip
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest
from flask.testing import FlaskClient

from portal import app as composition
from portal.services import Portal, run
from portal.services.enrol.scan_test import list_tests, start_test
from portal.settings import BadSettings, Settings
from portal.web.citizen.prepared import FRESH_FOR
from tests.client import CheckedClient
from tests.clock import Clock
from tests.published import statements
from tests.web import town, visit, ways

SURVEY: Final = "Isi survei lengkap (9 pertanyaan, ± 2 menit)"
SAID_SECONDS: Final = 5
"""How long the page of the scan test tells staff to wait."""

SVG: Final = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h9v9z" fill="#fff"/></svg>'


@pytest.fixture(autouse=True)
def _places(portal: Portal) -> None:
    town.build(portal)
    ways.build(portal)


def look(settings: Settings, portal: Portal, **changes: str) -> FlaskClient:
    """Serve the portal with other looks."""
    app = composition.build_web(replace(settings, **changes), portal)  # type: ignore[arg-type]  # the looks are texts
    app.test_client_class = CheckedClient
    return app.test_client()


def place_of(client: FlaskClient, code: str, language: str = "id") -> str:
    text = client.get(f"/q/{code.lower()}?l={language}").text
    start = text.index('<p class="place">')
    return " ".join(text[start : text.index("</p>", start)].replace("<strong>", " ").replace("</strong>", " ").split())


# ---------------------------------------------------------------- the ways


@pytest.mark.parametrize("code", [ways.LINK, ways.ONLINE])
def test_a_link_shows_its_unit_and_no_way_to_a_counter(client: FlaskClient, code: str) -> None:
    page = client.get(f"/q/{code.lower()}")
    assert ways.UNIT_NAME in page.text
    assert not [link for link in visit.links(page).values() if link.endswith("/lain")]
    thanks = visit.tap(client, code, 3)
    assert visit.parts(thanks) == ["layanan", *visit.ALWAYS]


@pytest.mark.parametrize(
    "code, said",
    [
        (ways.MOBILE, "Layanan keliling: Balai Desa Contoh, 3 Maret 2026"),
        (ways.EARLY, "Layanan keliling: Balai Desa Contoh, 4 Maret 2026 sampai 6 Maret 2026"),
        (ways.FROM_TODAY, "Layanan keliling: Pasar Contoh, mulai 3 Maret 2026"),
        (ways.UNTIL_TODAY, "Layanan keliling: Pasar Contoh, sampai 3 Maret 2026"),
        (ways.NOWHERE, "Layanan keliling"),
    ],
)
def test_a_mobile_service_says_where_and_when_it_stands(client: FlaskClient, code: str, said: str) -> None:
    assert place_of(client, code).endswith(said)


def test_a_mobile_service_says_so_in_english_and_after_the_tap(client: FlaskClient) -> None:
    assert place_of(client, ways.MOBILE, "en").endswith("Mobile service: Balai Desa Contoh, 3 March 2026")
    assert "Layanan keliling: Balai Desa Contoh, 3 Maret 2026" in visit.tap(client, ways.MOBILE, 3).text


@pytest.mark.parametrize("door", ["/q/", "/s/"])
@pytest.mark.parametrize(
    "code, said",
    [
        (ways.EARLY, "Penilaian dengan kode ini belum dibuka."),
        (ways.OVER, "Penilaian dengan kode ini sudah selesai."),
        (ways.OLD_LINK, "Penilaian dengan kode ini sudah selesai."),
        (ways.PAPER, "Kode ini untuk formulir kertas."),
    ],
)
def test_a_code_that_is_not_open_to_citizens_says_why_and_leads_on(
    client: FlaskClient, door: str, code: str, said: str
) -> None:
    page = client.get(door + code.lower())
    assert (page.status_code, visit.heading(page)) == (200, said)
    assert not [form for form in visit.forms(page) if "kunci" in form.hidden]
    assert client.get(visit.links(page)["Poli umum"]).status_code == 200


def test_before_its_first_day_a_page_says_from_when(client: FlaskClient) -> None:
    assert "Mulai Rabu, 4 Maret 2026." in client.get(f"/q/{ways.EARLY.lower()}").text


def test_a_page_from_before_the_last_day_ended_is_refused_with_a_way_on(
    client: FlaskClient, portal: Portal, clock: Clock
) -> None:
    form = visit.open_form(client, ways.MOBILE)
    clock.advance(timedelta(days=1))
    assert form.send(client, nilai=3).status_code == 410
    assert visit.count(portal) == 0


# ---------------------------------------------------------------- what counters are called


def test_a_unit_may_call_its_counters_otherwise(client: FlaskClient) -> None:
    page = client.get(f"/q/{ways.POLI.lower()}")
    others = client.get(visit.links(page)["Bukan poli ini? Pilih poli lain."])
    assert visit.heading(others) == f"Poli di {ways.UNIT_NAME}"
    english = client.get(f"/q/{ways.POLI.lower()}?l=en")
    assert "Not this clinic? Choose another clinic." in visit.links(english)


def test_a_counter_that_moved_is_called_what_its_unit_calls_it(
    client: FlaskClient, portal: Portal, settings: Settings
) -> None:
    renamed = look(settings, portal, counter_label="Meja")
    page = renamed.get(f"/q/{town.CLOSED.lower()}")
    assert visit.heading(page) == "Meja ini sudah pindah."
    assert "Silakan pilih meja yang melayani Anda." in page.text
    assert visit.heading(client.get(f"/q/{town.CLOSED.lower()}")) == "Loket ini sudah pindah."


@pytest.mark.parametrize(
    "label, indonesian, english",
    [
        ("Loket", "Bukan loket ini? Pilih loket lain.", "Not this counter? Choose another counter."),
        ("meja", "Bukan meja ini? Pilih meja lain.", "Not this desk? Choose another desk."),
        ("GERAI", "Bukan gerai ini? Pilih gerai lain.", "Not this booth? Choose another booth."),
        ("Ruang A", "Bukan Ruang A ini? Pilih Ruang A lain.", "Not this Ruang A? Choose another Ruang A."),
    ],
)
def test_the_whole_government_may_call_its_counters_otherwise(
    settings: Settings, portal: Portal, label: str, indonesian: str, english: str
) -> None:
    client = look(settings, portal, counter_label=label)
    for language, said in (("id", indonesian), ("en", english)):
        assert said in visit.links(client.get(f"/q/{town.MAIN.lower()}?l={language}"))
    assert "Bukan poli ini? Pilih poli lain." in visit.links(client.get(f"/q/{ways.POLI.lower()}"))


# ---------------------------------------------------------------- colour and crest


def test_the_band_takes_the_colour_of_the_government_on_every_page(settings: Settings, portal: Portal) -> None:
    client = look(settings, portal, colour="#7a1f1f")
    for path in (f"/q/{town.MAIN.lower()}", "/", "/masuk"):
        text = client.get(path).text
        assert ":root{--ina-band:#7a1f1f}" in text
        assert 'content="#7a1f1f"' in text
        assert "%237a1f1f" in text


def test_without_a_colour_of_its_own_a_page_carries_no_second_style(client: FlaskClient) -> None:
    assert client.get("/").text.count("--ina-band:") == 2
    assert "<style>" not in client.get("/masuk").text


def test_the_crest_stands_in_every_band_and_costs_no_request(
    settings: Settings, portal: Portal, tmp_path: Path
) -> None:
    file = tmp_path / "lambang.svg"
    file.write_bytes(SVG)
    client = look(settings, portal, crest=str(file))
    for path in (f"/q/{town.MAIN.lower()}", "/masuk"):
        (crest,) = visit.read(client.get(path)).all("img")
        assert crest.attrib["src"].startswith("data:image/svg+xml,")
        assert crest.attrib["alt"] == ""


def test_the_first_page_stays_small_with_the_largest_crest(settings: Settings, portal: Portal, tmp_path: Path) -> None:
    file = tmp_path / "lambang.png"
    file.write_bytes(b"\x89PNG\r\n\x1a\n" + base64.b64decode("".join(_noise(3900))))
    client = look(settings, portal, crest=str(file))
    page = client.get(f"/q/{town.MAIN.lower()}", headers={"Accept-Encoding": "gzip"})
    assert "data:image/png;base64," in gzip.decompress(page.data).decode()
    assert len(page.data) <= 10 * 1024


def _noise(size: int) -> list[str]:
    """Letters that hardly compress, the same ones each time."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    found, state = [], 1
    for _ in range(size * 4 // 3 // 4 * 4):
        state = state * 1103515245 + 12345 & 0x7FFFFFFF
        found.append(letters[state >> 20 & 63])
    return found


@pytest.mark.parametrize(
    "changes, problem",
    [
        ({"colour": "#ff8800"}, r"colour: white on #ff8800 has a contrast of 2\.\d\d; at least 4\.5"),
        ({"colour": "blue"}, "colour: # and six digits"),
        ({"crest": "nowhere/lambang.svg"}, "crest: cannot read nowhere/lambang.svg"),
        ({"crest": "README.md"}, "crest: README.md: neither SVG nor PNG"),
        ({"counter_label": " "}, "counter_label: needs a word"),
    ],
)
def test_looks_that_would_not_do_are_refused_at_the_start(
    settings: Settings, changes: dict[str, str], problem: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(composition.ROOT)
    with pytest.raises(BadSettings, match=problem):
        replace(settings, **changes)  # type: ignore[arg-type]  # the looks are texts


# ---------------------------------------------------------------- the scan test


@pytest.fixture
def address(portal: Portal) -> str:
    """The address of a printed code that a test waits for."""
    run(portal, start_test, (), ways.UNIT, "W101", "kepala")
    return f"/q/{ways.POLI.lower()}"


def waiting(portal: Portal) -> int:
    return list_tests(portal, (), ways.UNIT).waiting


def test_a_phone_that_meets_the_code_is_told_and_can_go_on(client: FlaskClient, portal: Portal, address: str) -> None:
    page = client.get(address)
    assert (page.status_code, visit.heading(page)) == (200, "QR berfungsi")
    for words in (ways.UNIT_NAME, "Poli umum", f"{ways.POLI[:3]}-{ways.POLI[3:]}", "Selasa, 3 Maret 2026", "09.00"):
        assert words in page.text
    assert "Set-Cookie" not in page.headers
    assert waiting(portal) == 0
    onward = client.get(visit.links(page)["Lanjut ke halaman penilaian"])
    assert visit.form_to(onward, "/nilai").send(client, nilai=3).status_code == 303


def test_the_next_phone_gets_the_rating_page(client: FlaskClient, address: str) -> None:
    client.get(address)
    assert "kunci" in client.get(address).text


@pytest.mark.parametrize(
    "method, headers",
    [
        ("HEAD", {}),
        ("GET", {"Sec-Purpose": "prefetch;prerender"}),
        ("GET", {"Purpose": "prefetch"}),
        ("GET", {"X-Moz": "prefetch"}),
    ],
)
def test_looking_ahead_is_no_scan_and_hides_the_test_from_nobody(
    client: FlaskClient, portal: Portal, address: str, method: str, headers: dict[str, str]
) -> None:
    assert client.open(address, method=method, headers=headers).status_code == 200
    assert waiting(portal) == 1
    assert visit.heading(client.get(address)) == "QR berfungsi"


def test_a_page_prepared_before_the_test_is_gone_after_the_seconds_that_staff_are_told(
    client: FlaskClient, portal: Portal, clock: Clock
) -> None:
    address = f"/q/{ways.POLI.lower()}"
    client.get(address)
    run(portal, start_test, (), ways.UNIT, "", "kepala")
    clock.advance(FRESH_FOR)
    assert FRESH_FOR.seconds == SAID_SECONDS
    assert visit.heading(client.get(address)) == "QR berfungsi"


def test_other_pages_and_a_window_that_is_over_end_no_test(
    client: FlaskClient, portal: Portal, clock: Clock, address: str
) -> None:
    for path in (address.replace("/q/", "/s/"), f"{address}/lain", f"/q/{ways.MOBILE.lower()}"):
        client.get(path)
    assert waiting(portal) == 1
    clock.advance(timedelta(minutes=10))
    assert "kunci" in client.get(address).text


def test_a_code_can_be_tested_before_its_first_day(client: FlaskClient, portal: Portal) -> None:
    run(portal, start_test, (), ways.UNIT, "W105", "kepala")
    assert visit.heading(client.get(f"/q/{ways.EARLY.lower()}")) == "QR berfungsi"


def test_a_page_that_no_test_waits_for_costs_one_statement(client: FlaskClient, portal: Portal) -> None:
    client.get("/")  # what every page says of the government is known for some seconds
    with statements(portal) as seen:
        client.get(f"/q/{ways.POLI.lower()}")
    assert len(seen) == 1


# ---------------------------------------------------------------- a survey week


def test_in_a_survey_week_the_thank_you_page_begins_with_the_survey(client: FlaskClient, portal: Portal) -> None:
    usual = visit.tap(client, ways.POLI, 3)
    assert "Pekan survei:" not in usual.text
    ways.ask(portal)
    thanks = visit.tap(client, ways.POLI, 3)
    assert f"Pekan survei: pendapat Anda membantu memperbaiki pelayanan {ways.UNIT_NAME}." in thanks.text
    assert thanks.text.index(SURVEY) < thanks.text.index("Layanan apa yang Anda urus?")
    assert usual.text.index(SURVEY) > usual.text.index("Layanan apa yang Anda urus?")
    assert thanks.text.count(SURVEY) == 1
    survey = client.get(visit.links(thanks)[SURVEY])
    answered = client.get(visit.form_to(survey, "/survei").send(client, WAKTU="3").location)
    assert "Pekan survei:" not in answered.text
