"""A figure is the same to the last digit wherever it stands: pages, files, feed, signed snapshot."""

from __future__ import annotations

import base64
import csv
import io
import json
import random
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from xml.etree.ElementTree import Element

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal import app as composition
from portal.domain.access import Role
from portal.domain.rating import CellKey, service_subject
from portal.domain.tally import Tally
from portal.services import Portal
from portal.storage import ledger
from portal.storage.ledger import Details
from tests.clock import Clock
from tests.closed import close
from tests.government import ELEMENTS, Government
from tests.pages import Page, text_of
from tests.published import LAYANAN, PETUGAS, spread, turn_feed
from tests.web import report_surfaces
from tests.web.feed_client import System, system
from tests.web.staff import enter
from tests.web.visit import read

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)

PERIOD: Final = "2026-S1"
MARCH: Final = date(2026, 3, 1)
DAYS: Final = [date(2026, 3, day).isoformat() for day in (2, 3, 4, 5, 9, 10, 11, 12, 16, 17)]
SURVEY: Final = "skm-14-2017@1"
SUBJECTS: Final = ("unit", "service", "counter", "officer")
UNITS: Final = ("DINAS", "UPT-1", "UPT-2", "UPT-3")
OFFICERS: Final = tuple(f"P{number:02}" for number in range(1, 25))
BY_FIELD: Final = ("value", "lower", "upper")
COMPARED: Final = ("fair", "lower", "upper")
TEXTS: Final = composition.read_texts()

Key = tuple[str, str, str]
"""Kind of the subject, its code, and the measure; an element as `skm:WAKTU`, the comparison as `petugas:fair`."""
Figures = dict[Key, tuple[str, ...]]
"""Value and range, with a point as decimal mark."""


# ---------------------------------------------------------------- what was rated


def built(portal: Portal) -> Government:
    """Build three units below one: with services, counters and officers, with too few answers, and with neither."""
    made = Government(portal)
    made.add_unit("DINAS")
    for unit in UNITS[1:]:
        made.add_unit(unit, "DINAS")
    for service in ("KTP", "KK"):
        made.add_service(service, "UPT-1")
    for counter, unit in (("L1", "UPT-1"), ("L2", "UPT-1"), ("L3", "UPT-1"), ("L4", "UPT-1"), ("M1", "UPT-2")):
        made.add_counter(counter, unit)
    for counter in ("N1", "N2", "N3"):
        made.add_counter(counter, "UPT-3")
    made.add_counter("D1", "DINAS")
    for officer in OFFICERS:
        made.add_officer(officer, "UPT-1")
    return made


@dataclass
class Released:
    """Cells to release, with what they are made of."""

    made: Government
    cells: dict[CellKey, tuple[Tally, int | None]] = field(default_factory=dict)
    details: dict[CellKey, Details] = field(default_factory=dict)

    def add(self, subjects: Iterable[tuple[str, str]], measure: str, tally: Tally) -> None:
        """Let the answers count in each of these cuts."""
        for cut, subject in subjects:
            key = CellKey(cut, subject, MARCH, measure)
            before, _ = self.cells.get(key, (Tally(), None))
            self.cells[key] = before + tally, 5
            self.details[key] = Details({"late": 0, "channels": {"loket:open": self.cells[key][0].n}, "states": {}})

    def at(self, unit: str, *, counter: str = "", service: str = "-") -> list[tuple[str, str]]:
        """The cells of a unit below the whole, and of what answers in it are about."""
        units = self.made.units
        subject = str(self.made.services[service]) if service in self.made.services else None
        cells = [("unit", str(units[each])) for each in {unit, "DINAS"}]
        cells.append(("service", subject or service_subject(units[unit], service)))
        return cells + ([("counter", str(self.made.counters[counter]))] if counter else [])

    def put(self) -> None:
        with self.made.portal.begin() as session:
            release_id = ledger.append_release(session, self.made.portal.now(), weekly=True)
            ledger.put_cells(session, release_id, self.cells, self.details)


def rated(made: Government) -> None:
    """Release taps, surveys and what is said of officers: enough, too few, and alike."""
    released = Released(made)
    for counter, service, counts in (
        ("L1", "KTP", (1, 4, 20, 25)),
        ("L2", "KK", (0, 3, 10, 30)),
        ("L3", "KTP", (0, 1, 2, 4)),
        ("L4", "KK", (0, 2, 1, 12)),
    ):
        released.add(released.at("UPT-1", counter=counter, service=service), LAYANAN, spread(*counts))
    released.add(released.at("UPT-2", counter="M1"), LAYANAN, spread(0, 0, 2, 1))
    for counter, counts in (("N1", (2, 3, 10, 40)), ("N2", (0, 0, 0, 12)), ("N3", (1, 1, 5, 13))):
        released.add(released.at("UPT-3", counter=counter), LAYANAN, spread(*counts))
    released.add(released.at("DINAS", counter="D1"), LAYANAN, spread(0, 2, 8, 25))
    dice = random.Random(20260301)
    for unit, service, ballots in (("UPT-1", "KTP", 42), ("UPT-1", "KK", 23), ("UPT-3", "-", 31)):
        for _ in range(ballots):
            answers = {element: dice.choice((2, 3, 3, 4, 4)) for element in ELEMENTS}
            for element, value in answers.items():
                released.add(released.at(unit, service=service), f"{SURVEY}:{element}", Tally.of_answer(value))
            released.add(released.at(unit, service=service), f"{SURVEY}:SKM", Tally.of_ballot(sum(answers.values())))
    for officer in OFFICERS:
        _rate_officer(released, officer, dice)
    released.put()


def _rate_officer(released: Released, officer: str, dice: random.Random) -> None:
    """Rate an officer at both services on ten days, better or worse as it falls to them; the last one hardly."""
    manner = dice.gauss(0, 0.35)
    parts: dict[str, dict[str, Tally]] = {}
    for number in range(160 if officer != OFFICERS[-1] else 12):
        service = "KTP" if dice.random() < dice.choice((0.4, 0.6)) else "KK"
        value = max(1, min(4, round(dice.gauss(3.2 + manner - 0.2 * (service == "KK"), 0.6))))
        days = parts.setdefault(str(released.made.services[service]), {})
        day = DAYS[number % len(DAYS)]
        days[day] = days.get(day, Tally()) + Tally.of_answer(value)
    key = CellKey("officer", str(released.made.officers[officer]), MARCH, PETUGAS)
    whole = sum((tally for days in parts.values() for tally in days.values()), Tally())
    released.cells[key] = whole, 1
    released.details[key] = Details(
        {"late": 0, "channels": {"loket:open": whole.n}, "states": {}},
        {service: {day: tally.parts for day, tally in days.items()} for service, days in parts.items()},
    )


# ---------------------------------------------------------------- where figures stand


@dataclass
class Town:
    """A government whose half-year was closed: a system that pulls, the head of the whole, and what was open once."""

    made: Government
    feed: System
    head: FlaskClient
    overseer: FlaskClient
    while_open: Figures


@pytest.fixture
def town(app: Flask, client: FlaskClient, portal: Portal, clock: Clock) -> Town:
    made = built(portal)
    turn_feed(portal, on=True)
    made.taps("D1", 4, 3, 2)  # the first that anybody gave: too few to be released, so they are carried on
    rated(made)
    feed = system(client, portal)
    while_open = fed(rows_of_feed(feed))
    clock.set(datetime(2026, 7, 20, 2, tzinfo=UTC))
    close(portal, PERIOD)
    clock.advance(timedelta(minutes=1))
    head, overseer = enter(app, portal, Role.UNIT_HEAD, "DINAS"), enter(app, portal, Role.ADMINISTRATOR)
    return Town(made, system(client, portal), head, overseer, while_open)


def fed(rows: Iterable[Mapping[str, Any]]) -> Figures:
    """Read the figures of rows as the feed and the snapshot have them."""
    found: Figures = {}
    for row in rows:
        kind, code, measure = row["subject"]["type"], row["subject"]["id"], row["measure"]
        if row["value"]:
            found[kind, code, measure] = tuple(row[name] for name in BY_FIELD)
        for element in row["elements"] if measure == "skm" else ():
            if element["value"]:
                found[kind, code, f"skm:{element['code']}"] = tuple(element[name] for name in BY_FIELD)
        if (row["comparison"] or {}).get("fair"):
            found[kind, code, f"{measure}:fair"] = tuple(row["comparison"][name] for name in COMPARED)
    return found


def rows_of_feed(feed: System) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for subject in SUBJECTS:
        rows += feed.scores(subject, PERIOD, limit=500).get_json()["items"]
    return rows


def from_feed(town: Town) -> Figures:
    return fed(rows_of_feed(town.feed))


def from_addresses_of_one(town: Town) -> Figures:
    rows: list[dict[str, Any]] = []
    for folder, codes in (("units", UNITS), ("officers", OFFICERS)):
        for code in codes:
            rows += town.feed.get(f"{folder}/{code}/scores/{PERIOD}").get_json()["items"]
    return fed(rows)


def file(town: Town, kind: str) -> bytes:
    return town.feed.get(f"snapshots/{PERIOD}.{kind}").get_data()


def from_signed_payload(town: Town) -> Figures:
    encoded = file(town, "jws").split(b".")[1]
    content = json.loads(base64.urlsafe_b64decode(encoded + b"=" * (-len(encoded) % 4)))
    return fed(row for rows in content["scores"].values() for row in rows)


def from_snapshot_csv(town: Town) -> Figures:
    lines = list(csv.DictReader(io.StringIO(file(town, "csv").decode("utf-8-sig"))))
    scores = [line for line in lines if line["table"] == "scores"]
    elements = [{**line, "code": line["elements.code"]} for line in lines if line["table"] == "elements"]
    return _flat(scores, elements, "elements.")


def from_snapshot_workbook(town: Town) -> Figures:
    book = openpyxl.load_workbook(io.BytesIO(file(town, "xlsx")))
    scores, elements = (_lines(book[name].iter_rows(values_only=True)) for name in ("scores", "elements"))
    return _flat(scores, elements, "")


def _lines(rows: Iterable[tuple[Any, ...]]) -> list[dict[str, Any]]:
    heads, *lines = rows
    return [dict(zip(heads, line, strict=True)) for line in lines]


def _flat(scores: Iterable[Mapping[str, Any]], elements: Iterable[Mapping[str, Any]], prefix: str) -> Figures:
    found: Figures = {}
    for line in scores:
        kind, code, measure = line["subject.type"], line["subject.id"], line["measure"]
        if line["value"]:
            found[kind, code, measure] = tuple(line[name] for name in BY_FIELD)
        if line["comparison.fair"]:
            found[kind, code, f"{measure}:fair"] = tuple(line[f"comparison.{name}"] for name in COMPARED)
    for line in elements:
        if line[f"{prefix}value"] and line["measure"] == "skm":
            key = line["subject.type"], line["subject.id"], f"skm:{line['code']}"
            found[key] = tuple(line[f"{prefix}{name}"] for name in BY_FIELD)
    return found


MARKS: Final = {"id": ",", "en": "."}


def numbers(text: str, language: str) -> tuple[str, ...]:
    """Read the figures with two places off a page in this language; a figure with the other's mark is none."""
    mark = re.escape(MARKS[language])
    return tuple(found.replace(",", ".") for found in re.findall(rf"(?<![\d.,])\d+{mark}\d\d(?!\d|[.,]\d)", text))


def classed(element: Element, name: str) -> list[Element]:
    return [each for each in element.iter() if name in each.get("class", "").split()]


def from_dashboard(language: str) -> Callable[[Town], Figures]:
    def surface(town: Town) -> Figures:
        found: Figures = {}
        for unit in UNITS:
            page = read(town.head.get(f"/unit/{unit}?periode={PERIOD}&l={language}"))
            found |= _cards(page, unit, language)
            for table, kind, measures in (
                ("layanan", "service", ("skm", "layanan")),
                ("loket", "counter", ("layanan",)),
                ("petugas", "officer", ("petugas",)),
                ("unit", "unit", ("skm", "layanan")),
            ):
                found |= _table(page, table, kind, measures, language)
            found |= _elements(page, unit, language, town)
        return found

    return surface


def _cards(page: Page, unit: str, language: str) -> Figures:
    """Read the two figures of the unit itself."""
    (cards,) = (each for each in page.all("div") if each.get("class") == "cards")
    found: Figures = {}
    for measure, card in zip(("skm", "layanan"), classed(cards, "card"), strict=False):
        said = " ".join(text_of(each) for each in (*classed(card, "key"), *classed(card, "subtitle")))
        if shown := numbers(said, language):
            found["unit", unit, measure] = shown
    return found


def _rows(page: Page, table: str) -> Iterable[tuple[str, list[Element]]]:
    """Yield the heading and the cells of each row of a table of figures."""
    for each in page.all("table"):
        if each.get("aria-labelledby") == table:
            for row in each.iter("tr"):
                if cells := list(row.iter("td")):
                    yield text_of(next(row.iter("th"))), cells


def _table(page: Page, table: str, kind: str, measures: tuple[str, ...], language: str) -> Figures:
    found: Figures = {}
    for heading, cells in _rows(page, table):
        named = re.search(r"Contoh (\S+)", heading)
        for measure, cell in zip(measures, cells, strict=True):
            shown = numbers(" ".join(text_of(each) for each in classed(cell, "said")), language)
            if named and shown:
                found[kind, named[1], measure] = shown
    return found


def _elements(page: Page, unit: str, language: str, town: Town) -> Figures:
    names = {it.name[language]: it.code for it in town.made.portal.instruments[SURVEY].elements}
    found: Figures = {}
    for heading, (cell,) in _rows(page, "unsur"):
        code = next(code for name, code in names.items() if heading.startswith(name))
        shown = numbers(" ".join(text_of(each) for each in classed(cell, "said")), language)
        if shown:
            found["unit", unit, f"skm:{code}"] = shown
    return found


def from_explanations(language: str) -> Callable[[Town], Figures]:
    """Follow the address that each row of the feed names."""

    def surface(town: Town) -> Figures:
        found: Figures = {}
        for row in rows_of_feed(town.feed):
            if not (row["value"] and row["explain"]):
                continue
            kind, code, measure = row["subject"]["type"], row["subject"]["id"], row["measure"]
            page = read(town.head.get(f"{row['explain']}&l={language}"))
            shown = " ".join(text_of(each) for each in classed(_section(page, "angka"), "key"))
            found[kind, code, measure] = numbers(f"{shown} {text_of(_section(page, 'yakin'))}", language)
            if row["comparison"] and row["comparison"]["fair"]:
                found[kind, code, f"{measure}:fair"] = _beside(page, language)
        return found

    return surface


def _section(page: Page, heading: str) -> Element:
    (found,) = (each for each in page.all("section") if each.get("aria-labelledby") == heading)
    return found


def _beside(page: Page, language: str) -> tuple[str, ...]:
    """Read the adjusted score off its sentence."""
    begins, _, _ = TEXTS.say(language, "explain.fair_value", value="\0", lower="", upper="").partition("\0")
    said = next(text for each in _section(page, "rekan").iter("p") if (text := text_of(each)).startswith(begins))
    return numbers(said, language)


def from_unit_csv(town: Town) -> Figures:
    """Read the files beside the tables of the dashboard."""
    found: Figures = {}
    both = {"skm": "skm_", "layanan": "quick_"}
    for unit in UNITS:
        for table, kind, code, measures in (
            ("layanan", "service", "service", both),
            ("unit", "unit", "unit_below", both),
            ("loket", "counter", "counter", {"layanan": ""}),
            ("petugas", "officer", "officer", {"petugas": ""}),
        ):
            for line in _csv(town, unit, table):
                for measure, prefix in measures.items():
                    if shown := _shown(line, prefix):
                        found[kind, line[_head(code)], measure] = shown
        for measure, line in zip(("skm", "layanan"), _csv(town, unit, "ringkasan"), strict=True):
            if shown := _shown(line):
                found["unit", unit, measure] = shown
        for line in _csv(town, unit, "unsur"):
            if shown := _shown(line):
                found["unit", unit, f"skm:{line[_head('element')]}"] = shown
    return found


def _head(name: str) -> str:
    return TEXTS.say("id", f"csv.{name}")


def _shown(line: Mapping[str, str], prefix: str = "") -> tuple[str, ...]:
    figures = tuple(line[_head(f"{prefix}{name}")] for name in BY_FIELD)
    return figures if all(figures) else ()


def _csv(town: Town, unit: str, table: str) -> list[dict[str, str]]:
    content = town.head.get(f"/unit/{unit}/{table}.csv?periode={PERIOD}").get_data(as_text=True)
    return list(csv.DictReader(io.StringIO(content.removeprefix("\ufeff"))))


def from_report(form: Callable[..., Figures]) -> Callable[[Town], Figures]:
    """Read the SKM report of each unit in one of its forms."""

    def surface(town: Town) -> Figures:
        elements = {it.name["id"]: it.code for it in town.made.portal.instruments[SURVEY].elements}
        return form(town.head, UNITS, PERIOD, elements)

    return surface


def from_recap(form: Callable[..., Figures]) -> Callable[[Town], Figures]:
    """Read the list of all units as whoever oversees all of them does."""
    return lambda town: form(town.overseer, PERIOD)


def _is_reported(key: Key) -> bool:
    return key[0] == "unit" or (key[0], key[2]) == ("service", "skm")


def _is_index(key: Key) -> bool:
    return (key[0], key[2]) == ("unit", "skm")


FED: Final[Mapping[str, Callable[[Town], Figures]]] = {
    "the signed payload": from_signed_payload,
    "the snapshot as CSV": from_snapshot_csv,
    "the snapshot as a workbook": from_snapshot_workbook,
}
"""Surfaces that hold what the feed gives, no more and no less."""

SHOWN: Final[Mapping[str, tuple[Callable[[Town], Figures], Callable[[Key], bool]]]] = {
    "the feed while the period was open": (lambda town: town.while_open, lambda key: not key[2].endswith(":fair")),
    "the addresses of one unit and one officer": (from_addresses_of_one, lambda key: key[0] in {"unit", "officer"}),
    "the dashboard in Indonesian": (from_dashboard("id"), lambda key: ":" not in key[2] or _is_element(key)),
    "the dashboard in English": (from_dashboard("en"), lambda key: ":" not in key[2] or _is_element(key)),
    "the files beside its tables": (from_unit_csv, lambda key: ":" not in key[2] or _is_element(key)),
    "the pages that explain, in Indonesian": (from_explanations("id"), lambda key: not _is_any_element(key)),
    "the pages that explain, in English": (from_explanations("en"), lambda key: not _is_any_element(key)),
    "the Word report": (from_report(report_surfaces.from_word), _is_reported),
    "the report to print": (from_report(report_surfaces.from_print_page), _is_reported),
    "the XLSX report": (from_report(report_surfaces.from_spreadsheet), _is_reported),
    "the list of all units as CSV": (from_recap(report_surfaces.from_recap_csv), _is_index),
    "the list of all units as a workbook": (
        from_recap(report_surfaces.from_recap_workbook),
        _is_index,
    ),
}
"""Surfaces for people, each with the keys that it must show; staff may see more than leaves."""


def _is_any_element(key: Key) -> bool:
    return key[2].startswith("skm:")


def _is_element(key: Key) -> bool:
    return key[0] == "unit" and _is_any_element(key)


@pytest.mark.parametrize("name", FED)
def test_what_is_signed_is_what_the_feed_gives(town: Town, name: str) -> None:
    given = from_feed(town)
    assert FED[name](town) == given


@pytest.mark.parametrize("name", SHOWN)
def test_what_leaves_is_what_people_see(town: Town, name: str) -> None:
    surface, shows = SHOWN[name]
    given = {key: figures for key, figures in from_feed(town).items() if shows(key)}
    shown = surface(town)
    assert {key: shown.get(key) for key in given} == given
    assert len(given) > (10 if "list of all units" not in name else 1)


def test_the_town_has_figures_of_every_kind(town: Town) -> None:
    given = from_feed(town)
    assert {kind for kind, _, _ in given} == set(SUBJECTS)
    assert {measure for _, _, measure in given if ":" not in measure} == {"skm", "layanan", "petugas"}
    assert [key for key in given if key[2] == "petugas:fair"]
    rows = rows_of_feed(town.feed)
    assert {row["status"] for row in rows} == {"final", "insufficient"}
    assert {row["reason"] for row in rows} == {None, "too-few", "homogeneous"}
    strengths = {row["comparison"]["use"] for row in rows if row["comparison"]}
    assert strengths == {"comparative", "none"}
