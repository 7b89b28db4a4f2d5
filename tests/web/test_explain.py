"""Where a figure comes from: the page of every figure, and that a reader of its words gets the figure back."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, Final

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from portal import services
from portal.domain.access import Role
from portal.domain.rating import CellKey
from portal.domain.tally import Tally
from portal.services import Portal
from portal.services.publish.release import release
from portal.storage import periods, snapshots
from portal.storage.periods import ClosedRow
from tests.calculator import Sum, sums_in
from tests.government import ELEMENTS, SURVEY, Government, small, without_officers
from tests.pages import text_of
from tests.published import ENOUGH, MARCH, Cells, cell, publish, spread
from tests.web.staff import enter
from tests.web.visit import links, read

LANGUAGES: Final = ("id", "en")
BEFORE: Final = date(2025, 11, 1)
HASH: Final = bytes(range(32))


@pytest.fixture
def made(portal: Portal) -> Government:
    return small(portal)


def words(response: TestResponse) -> str:
    assert response.status_code == 200
    return text_of(read(response).all("main")[0])


def surveyed(cut: str, subject: int | str, *ballots: tuple[int, ...]) -> Cells:
    """Release ballots of nine answers, where 0 stands for none."""
    tallies = {element: Tally() for element in [*ELEMENTS, "SKM"]}
    for ballot in ballots:
        for element, value in zip(ELEMENTS, ballot, strict=True):
            tallies[element] += Tally.of_answer(value) if value else Tally()
        tallies["SKM"] += Tally.of_ballot(sum(ballot)) if all(ballot) else Tally()
    return {CellKey(cut, str(subject), MARCH, f"{SURVEY}:{key}"): (tally, ENOUGH) for key, tally in tallies.items()}


UNEVEN: Final = [(3, 4, 2, 4, 3, 3, 4, 3, 3), (2, 3, 1, 3, 4, 4, 3, 2, 4), (4, 3, 3, 4, 3, 0, 4, 3, 2)] * 5
FREE: Final = [(3, 4, 2, 4, 3, 3, 4, 3, 3), (2, 3, 1, 4, 4, 4, 3, 2, 4), (4, 3, 3, 4, 3, 2, 4, 3, 2)] * 5


def rich(portal: Portal, made: Government) -> None:
    """Release figures of every kind for UPT-1."""
    unit = made.units["UPT-1"]
    publish(
        portal,
        cell("unit", unit, spread(2, 4, 20, 13)),
        cell("service", made.services["KTP"], spread(1, 2, 10, 7)),
        cell("service", made.services["KK"], spread(1, 2, 10, 6)),
        cell("counter", made.counters["1A"], spread(1, 2, 10, 7)),
        cell("counter", made.counters["1B"], spread(1, 2, 10, 6)),
        cell("officer", made.officers["P1"], spread(0, 1, 6, 6)),
        cell("officer", made.officers["P2"], spread(1, 3, 16, 16)),
        surveyed("unit", unit, *UNEVEN),
        surveyed("service", made.services["KTP"], *FREE),
    )


def figure_of(text: str, heading: str) -> str:
    """The number under the first heading, as it stands on the page."""
    found = re.search(rf"{heading} (\d+[.,]\d\d)\b", text)
    assert found, text
    return found[1].replace(",", ".")


HEADINGS: Final = {"id": "Angkanya", "en": "The figure"}
RANGES: Final = {"id": r"di antara (\d+,\d\d) dan (\d+,\d\d)\.", "en": r"between (\d+\.\d\d) and (\d+\.\d\d)\."}

FIGURES: Final = {
    "unit-skm": "/unit/UPT-1/angka/skm",
    "unit-quick": "/unit/UPT-1/angka/layanan",
    "service-skm": "/unit/UPT-1/layanan/KTP/angka/skm",
    "service-quick": "/unit/UPT-1/layanan/KK/angka/layanan",
    "counter": "/unit/UPT-1/loket/1A/angka",
    "officer": "/unit/UPT-1/petugas/P1/angka",
    "officer-spread": "/unit/UPT-1/petugas/P2/angka",
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", FIGURES.values(), ids=FIGURES.keys())
def test_whoever_reads_the_page_gets_the_last_digit_with_a_calculator(
    app: Flask, portal: Portal, made: Government, language: str, path: str
) -> None:
    rich(portal, made)
    text = words(enter(app, portal, Role.UNIT_HEAD, "UPT-1").get(path, query_string={"l": language}))
    sums = sums_in(text, language)
    assert len(sums) >= 8
    assert [each for each in sums if not each.holds()] == []
    ends = re.search(RANGES[language], text)
    assert ends
    assert [each.result for each in sums[-2:]] == [end.replace(",", ".") for end in ends.groups()]
    *_, value = [each for each in sums[:-7] if each.places == 2]
    assert value.result == figure_of(text, HEADINGS[language])
    assert_operands_stand_there(sums)


def assert_operands_stand_there(sums: list[Sum]) -> None:
    """Every number with decimals was the result of a line before, or is one of the constants of the range."""
    results: set[str] = {"0.30"}
    for each in sums:
        new = each.operands - results
        # z is printed in the line that needs it first; a sum of elements in a band is printed in the sum of all.
        assert len(new) <= 1, each
        results |= new | {each.result}


def close(portal: Portal, code: str = "2025-S2") -> None:
    with portal.begin() as session:
        first, last = (
            (date(2025, 7, 1), date(2025, 12, 31)) if code == "2025-S2" else (date(2025, 1, 1), date(2025, 6, 30))
        )
        row = ClosedRow(code, "semester", first, last, datetime(2026, 1, 20, tzinfo=UTC), shadow=False)
        periods.append_closed(session, row)


def compare(portal: Portal, own: Mapping[str, list[list[Any]]], **changes: Any) -> None:  # noqa: ANN401 - numbers of a sheet
    """Close the second half of 2025 with a sheet on which these officers' ballots are compared."""
    close(portal)
    numbers = {
        "mu": "80.1000",
        "sigma2": "161.9800",
        "eta2": "0.0000",
        "tau2": "8.9000",
        "phi": "0.3000",
        "p0": "0.7000",
    }
    parameters = {**numbers, "nu1": "40.0000", "k": "18.2000", "asked": 1, "ballots": 900, "k0": 20, "nu0": 10}
    officers = {code: {"n_star": {"UPT-1:1": "71.6000"}, "own": work} for code, work in own.items()}
    groups = {"UPT-1:1": {"unit": "UPT-1", "centre": "79.2000", "sum_z": "8.4000", "officers": 12, **changes}}
    body = {
        "period": "2025-S2",
        "version": 1,
        "instrument": "petugas@1",
        "measure": "petugas",
        "months": [f"2025-{month:02d}-01" for month in range(7, 13)],
        "parameters": parameters,
        "services": {"KTP": "4.2000", "KK": "-3.9000"},
        "groups": groups,
    }
    with portal.begin() as session:
        snapshots.append_sheet(
            session,
            period_code="2025-S2",
            version=1,
            instrument="petugas@1",
            body=body,
            withheld={"groups": groups, "officers": officers},
            hash=HASH,
        )


def work(service: str, n: int, total: int) -> list[Any]:
    return ["UPT-1", service, n, total, f"{n}", f"{total}"]


def compared(portal: Portal, made: Government, **changes: Any) -> None:  # noqa: ANN401 - numbers of a sheet
    rich(portal, made)
    publish(portal, cell("officer", made.officers["P1"], spread(0, 5, 50, 25), month=BEFORE))
    compare(portal, {"P1": [work("KTP", 30, 105), work("KK", 50, 150)]}, **changes)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_comparison_of_an_officer_repeats_to_the_last_digit(
    app: Flask, portal: Portal, made: Government, language: str
) -> None:
    compared(portal, made)
    text = words(enter(app, portal, Role.UNIT_HEAD, "UPT-1").get(FIGURES["officer"], query_string={"l": language}))
    said = {
        "id": r"Nilai setelah disesuaikan (\S+), kisaran (\S+) sampai (\S+)\. ",
        "en": r"Adjusted score (\S+), range (\S+) to (\S+)\. ",
    }
    difference = {
        "id": r"selisih ([+-]\S+) poin \(kisaran ([+-]\S+) sampai ([+-]\S+)\)",
        "en": r"difference ([+-]\S+) points \(range ([+-]\S+) to ([+-]\S+)\)",
    }
    sums = sums_in(text, language)
    assert [each for each in sums if not each.holds()] == []
    results = {each.result for each in sums}
    for pattern in (said, difference):
        printed = re.search(pattern[language], text)
        assert printed, text
        assert {number.replace(",", ".").lstrip("+") for number in printed.groups()} <= results
    assert HASH.hex() in text


def test_the_comparison_is_said_in_a_sentence_with_its_sheet_and_strength(
    app: Flask, portal: Portal, made: Government
) -> None:
    compared(portal, made)
    client = enter(app, portal, Role.UNIT_HEAD, "UPT-1")
    sentence = "Setara dengan rekan pada layanan yang sama: selisih +1,08 poin (kisaran -2,01 sampai +4,16)."
    page = words(client.get(FIGURES["officer"]))
    assert sentence in page
    assert "Bukti cukup." in page
    assert "Lembar parameter Semester 2 2025, versi 1" in page
    assert re.search(r"Dari \d+ penilaian pada \w+ 2025 sampai \w+ 2025, ", page)
    assert "KK 0,6250 -3,9000" in page.replace("Layanan Contoh ", "")
    unit = words(client.get("/unit/UPT-1"))
    assert f"Petugas Contoh P1 {sentence} Bukti cukup." in unit
    assert "dihitung pada penutupan periode Semester 2 2025;" in unit


def test_a_group_of_two_does_not_tell_the_colleagues_figure(app: Flask, portal: Portal, made: Government) -> None:
    compared(portal, made, officers=2)
    page = words(enter(app, portal, Role.UNIT_HEAD, "UPT-1").get(FIGURES["officer"]))
    assert "Hitungannya tidak dirinci" in page
    assert "79,2000" not in page


def test_a_group_with_one_hidden_colleague_does_not_tell_theirs_either(
    app: Flask, portal: Portal, made: Government
) -> None:
    rich(portal, made)
    publish(portal, cell("officer", made.officers["P1"], spread(0, 5, 50, 25), month=BEFORE))
    compare(portal, {"P1": [work("KTP", 30, 105), work("KK", 50, 150)], "P3": [work("KTP", 6, 20)]})
    page = words(enter(app, portal, Role.UNIT_HEAD, "UPT-1").get(FIGURES["officer"]))
    assert "Hitungannya tidak dirinci" in page
    assert "79,2000" not in page


def test_ballots_of_months_that_may_not_be_summed_are_not_printed(app: Flask, portal: Portal, made: Government) -> None:
    rich(portal, made)
    publish(portal, cell("officer", made.officers["P1"], spread(0, 0, 4, 4), month=BEFORE))
    compare(portal, {"P1": [work("KTP", 8, 28)]})
    page = words(enter(app, portal, Role.UNIT_HEAD, "UPT-1").get(FIGURES["officer"]))
    assert "Dibandingkan dengan rekan" not in page


def test_a_figure_that_is_not_shown_says_why_and_what_is_needed(app: Flask, portal: Portal, made: Government) -> None:
    publish(portal, cell("unit", made.units["UPT-1"], spread(0, 0, 2, 2)))
    client = enter(app, portal, Role.UNIT_HEAD, "UPT-1")
    for path in FIGURES.values():
        page = words(client.get(path))
        assert "Angka ini tidak ditampilkan. Sebabnya: " in page
        assert re.search(r"Yang diperlukan: sedikitnya (5|10) jawaban yang dirilis", page)
        assert "angka muncul sendiri" in page
        assert sums_in(page, "id") == []


def test_a_figure_hidden_at_the_closing_promises_nothing(app: Flask, portal: Portal, made: Government) -> None:
    publish(portal, cell("unit", made.units["UPT-1"], spread(0, 0, 2, 2), month=BEFORE))
    close(portal)
    client = enter(app, portal, Role.UNIT_HEAD, "UPT-1")
    page = words(client.get(f"{FIGURES['unit-quick']}?periode=2025-S2"))
    assert "hanya dapat muncul dengan koreksi" in page
    assert "muncul sendiri" not in page


def test_a_small_group_that_is_alike_prints_its_band_and_no_arithmetic(
    app: Flask, portal: Portal, made: Government
) -> None:
    publish(
        portal, cell("unit", made.units["UPT-1"], spread(0, 0, 0, 12)), cell("officer", made.officers["P1"], spread(12))
    )
    client = enter(app, portal, Role.UNIT_HEAD, "UPT-1")
    for path, said in ((FIGURES["unit-quick"], "75,00 dan 100,00"), (FIGURES["officer"], "25,00 dan 50,00")):
        page = words(client.get(path))
        assert f"antara {said} Jawaban kelompok kecil ini seragam" in page
        assert "12 penilaian ikut dihitung" in page
        assert sums_in(page, "id") == []
    unit = words(client.get("/unit/UPT-1"))
    assert "antara 75,00 dan 100,00 12 penilaian jawaban seragam" in unit
    assert "100,00 %" not in unit


def test_how_the_answers_came_is_told_but_no_part_that_is_too_small(app: Flask, portal: Portal) -> None:
    made = without_officers(portal)
    made.taps("1A", 4, 4, 3, 3, 2, 4, 4, 3, 3, 2, 1)
    services.run(portal, release)
    client = enter(app, portal, Role.UNIT_HEAD, "UPT-1")
    page = words(client.get("/unit/UPT-1/loket/1A/angka"))
    assert "Cara masuk Loket: semuanya Kekuatan bukti terbuka: semuanya Terlambat tidak ada" in page
    assert "Ditahan untuk diperiksa tidak ada Tidak dihitung tidak ada" in page


def test_old_releases_that_noted_nothing_say_so(app: Flask, portal: Portal, made: Government) -> None:
    rich(portal, made)
    page = words(enter(app, portal, Role.UNIT_HEAD, "UPT-1").get(FIGURES["unit-quick"]))
    assert "tidak dicatat pada rilisnya" in page


def test_every_figure_of_the_unit_leads_to_its_page(app: Flask, portal: Portal, made: Government) -> None:
    rich(portal, made)
    client = enter(app, portal, Role.UNIT_HEAD, "UPT-1")
    led = {address.partition("?")[0] for address in links(client.get("/unit/UPT-1")).values()}
    assert set(FIGURES.values()) <= led
    for address in links(client.get("/unit/UPT-1")).values():
        if "/angka" in address:
            assert client.get(address).status_code == 200


def test_a_service_that_was_not_named_is_explained_too(app: Flask, portal: Portal, made: Government) -> None:
    publish(
        portal,
        cell("unit", made.units["UPT-1"], spread(0, 1, 20, 19)),
        cell("service", f"{made.units['UPT-1']}:-", spread(0, 1, 20, 19)),
    )
    client = enter(app, portal, Role.UNIT_HEAD, "UPT-1")
    name = "Penilaian cepat, Layanan tidak disebutkan"
    assert name in words(client.get("/unit/UPT-1/layanan/-/angka/layanan"))
    assert f"Dari mana angka ini? : {name}" in words(client.get("/unit/UPT-1"))


@pytest.mark.parametrize(
    "path",
    [
        "/unit/UPT-2/angka/skm",
        "/unit/UPT-1/angka/petugas",
        "/unit/UPT-1/angka/tiada",
        "/unit/UPT-1/layanan/TIADA/angka/skm",
        "/unit/UPT-1/layanan/KTP/angka/petugas",
        "/unit/UPT-1/loket/2/angka",
        "/unit/UPT-1/petugas/P5/angka",
        "/unit/UPT-1/angka/skm?periode=2026",
        "/unit/UPT-1/angka/skm?periode=12-2026-S1",
    ],
)
def test_what_is_outside_or_is_no_figure_does_not_exist(
    app: Flask, portal: Portal, made: Government, path: str
) -> None:
    assert enter(app, portal, Role.UNIT_HEAD, "UPT-1").get(path).status_code == 404
    assert made.units


def years(client: FlaskClient) -> list[str]:
    return [text_of(option) for option in read(client.get("/unit/UPT-1")).all("option")]


def test_a_year_and_twelve_months_are_offered_once_their_periods_are_closed(
    app: Flask, portal: Portal, made: Government
) -> None:
    unit = made.units["UPT-1"]
    for month in (date(2025, 3, 1), BEFORE):
        publish(portal, cell("unit", unit, spread(2, 4, 20, 13), month=month))
    client = enter(app, portal, Role.UNIT_HEAD, "UPT-1")
    assert years(client) == ["Semester 1 2026", "Semester 2 2025", "Semester 1 2025"]
    close(portal, "2025-S1")
    close(portal)
    assert years(client) == ["Semester 1 2026", "Tahun 2025", "Semester 2 2025", "Semester 1 2025"]
    page = words(client.get("/unit/UPT-1?periode=2025"))
    assert "78,21 78 penilaian" in page
    explained = words(client.get("/unit/UPT-1/angka/layanan?periode=2025"))
    assert "Gabungan dari Semester 1 2025, Semester 2 2025" in explained
    assert "ditutup, angka hanya berubah dengan koreksi" in explained
    table = client.get("/unit/UPT-1/ringkasan.csv?periode=2025").get_data(as_text=True)
    assert ",2025,Penilaian cepat,78.21," in table
