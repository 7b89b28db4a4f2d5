"""Closed periods as the feed gives them: as they were signed, whatever happens afterwards."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
from collections.abc import Iterator
from datetime import date
from typing import Any, Final

import openpyxl
import pytest

from portal import services
from portal.domain.access import SCOPES, Caller
from portal.domain.errors import CursorInvalid, FeedOff, NotFound
from portal.services import Portal
from portal.services.publish import finals
from portal.services.publish.periods import get_period, list_periods
from portal.services.publish.rows import ScoreRow, from_mapping, to_mapping
from portal.services.publish.scores import get_scores, list_scores
from portal.storage.tables import Officer, Unit
from tests.clock import Clock
from tests.closed import close, correct, jws_of, town
from tests.government import Government
from tests.published import cell, publish, spread, statements, system, turn_feed

MARCH: Final = "2026-03"
EVERYTHING: Final = system()
SUBJECTS: Final = ("unit", "service", "counter", "officer")


@pytest.fixture
def government(portal: Portal, clock: Clock) -> Government:
    """March is closed, April is open; officers' figures may leave."""
    made = town(portal, clock)
    close(portal, MARCH)
    return made


def payload(portal: Portal, version: int = 1) -> dict[str, Any]:
    encoded = jws_of(portal, MARCH, version).split(b".")[1]
    content: dict[str, Any] = json.loads(base64.urlsafe_b64decode(encoded + b"=" * (-len(encoded) % 4)))
    return content


def pull(portal: Portal, subject: str, caller: Caller = EVERYTHING, **asked: Any) -> Iterator[ScoreRow]:  # noqa: ANN401 - what a list is asked for
    """Follow the pages to the last."""
    cursor = None
    while True:
        page = services.run(
            portal, list_scores, caller, subject=subject, cursor=cursor, **{"period_code": MARCH, **asked}
        )
        yield from page.items
        cursor = page.next_cursor
        if cursor is None:
            return


@pytest.mark.parametrize("subject", SUBJECTS)
@pytest.mark.parametrize("limit", [1, 2, 500])
def test_a_closed_period_is_given_as_it_was_signed(
    portal: Portal, government: Government, subject: str, limit: int
) -> None:
    assert government.units
    given = [to_mapping(row) for row in pull(portal, subject, limit=limit)]
    assert given == payload(portal)["scores"][subject] != []


def test_a_row_comes_back_from_its_snapshot_as_it_went_in(portal: Portal, government: Government) -> None:
    assert government.units
    for rows in payload(portal)["scores"].values():
        for body in rows:
            assert to_mapping(from_mapping(body)) == body


def test_what_moves_later_does_not_change_what_was_signed(portal: Portal, government: Government) -> None:
    before = list(pull(portal, "unit"))
    unit = cell("unit", government.units["UPT-1"], spread(9, 9, 9, 9), month=date(2026, 3, 1))
    publish(portal, unit)
    assert list(pull(portal, "unit")) == before
    assert {row.status for row in before} <= {"final", "insufficient"}
    assert {(row.revision, row.supersedes) for row in before} == {(1, None)}


def test_a_correction_takes_the_place_of_what_it_corrects(portal: Portal, government: Government, clock: Clock) -> None:
    correct(government, clock)
    for subject in SUBJECTS:
        rows = list(pull(portal, subject))
        assert [to_mapping(row) for row in rows] == payload(portal, version=2)["scores"][subject]
        assert {(row.revision, row.supersedes) for row in rows} == {(2, 1)}
        assert {row.status for row in rows} <= {"revised", "insufficient"}


def test_open_periods_still_move(portal: Portal, government: Government) -> None:
    assert government.units
    rows = list(pull(portal, "unit", period_code="2026-04"))
    assert {row.status for row in rows} <= {"provisional", "insufficient"}
    assert {(row.revision, row.supersedes) for row in rows} == {(None, None)}


@pytest.mark.parametrize("status", ["final", "insufficient", "provisional"])
def test_rows_of_one_status_can_be_asked_for(portal: Portal, government: Government, status: str) -> None:
    assert government.units
    every = list(pull(portal, "unit", limit=1))
    assert list(pull(portal, "unit", limit=1, status=status)) == [row for row in every if row.status == status]


def test_a_cursor_of_a_closed_period_is_good_for_that_list_only(portal: Portal, government: Government) -> None:
    assert government.units
    asked: dict[str, Any] = {"subject": "unit", "limit": 1}
    first = services.run(portal, list_scores, EVERYTHING, period_code=MARCH, **asked)
    with pytest.raises(CursorInvalid):
        services.run(portal, list_scores, EVERYTHING, period_code="2026-04", cursor=first.next_cursor, **asked)


def test_a_client_of_a_unit_gets_its_own_rows_only(portal: Portal, government: Government) -> None:
    upt = system(f"{government.units['DINAS']}.{government.units['UPT-1']}")
    assert {row.subject.id for row in pull(portal, "unit", upt)} == {"UPT-1"}
    assert {row.subject.id for row in pull(portal, "counter", upt)} == {"A", "B", "C"}
    with pytest.raises(NotFound):
        get_scores(portal, upt, subject="unit", subject_code="DINAS", period_code=MARCH)
    with pytest.raises(NotFound):
        list(pull(portal, "unit", upt, unit_code="DINAS"))
    below = {row.subject.id for row in pull(portal, "unit", unit_code="UPT-1")}
    assert below == {"UPT-1"}


def test_the_rows_of_one_subject_are_those_of_the_list(portal: Portal, government: Government) -> None:
    assert government.units
    for subject, code in (("unit", "UPT-1"), ("officer", "P1")):
        found = get_scores(portal, EVERYTHING, subject=subject, subject_code=code, period_code=MARCH)
        assert list(found) == [row for row in pull(portal, subject) if row.subject.id == code]
    for code in ("UPT-9", "upt-1", ""):
        with pytest.raises(NotFound):
            get_scores(portal, EVERYTHING, subject="unit", subject_code=code, period_code=MARCH)


def test_names_come_from_the_registry_for_those_who_may_have_them(portal: Portal, government: Government) -> None:
    with portal.begin() as session:
        session.get_one(Officer, government.officers["P1"]).nip = "199001012015031001"
        session.flush()
    assert {row.subject.name for row in pull(portal, "officer")} == {None}
    named = {row.subject.id: row.subject for row in pull(portal, "officer", system(scopes=SCOPES))}
    assert (named["P1"].name, named["P1"].nip) == ("Petugas Contoh P1", "199001012015031001")
    for kind in ("json", "csv"):
        assert b"Petugas Contoh" not in finals.read_snapshot(portal, EVERYTHING, MARCH, kind).content


def test_officers_stay_inside_while_the_feed_is_off(portal: Portal, government: Government) -> None:
    assert government.units
    turn_feed(portal, on=False, from_on=portal.today())
    with pytest.raises(FeedOff):
        list(pull(portal, "officer"))
    with pytest.raises(FeedOff):
        get_scores(portal, EVERYTHING, subject="officer", subject_code="P1", period_code=MARCH)
    for kind in ("jws", "json", "csv", "xlsx"):
        with pytest.raises(FeedOff):
            finals.read_snapshot(portal, EVERYTHING, MARCH, kind)
    assert list(pull(portal, "unit"))
    assert finals.get_snapshot(portal, EVERYTHING, MARCH).version == 1


def test_a_shadow_period_never_tells_of_officers(portal: Portal, clock: Clock) -> None:
    town(portal, clock)
    turn_feed(portal, on=False)
    close(portal, MARCH)
    turn_feed(portal, on=True)
    with pytest.raises(FeedOff):
        list(pull(portal, "officer"))
    content = json.loads(finals.read_snapshot(portal, EVERYTHING, MARCH, "json").content)
    assert (content["scores"]["officer"], content["period"]["shadow"]) == ([], True)


@pytest.mark.parametrize("subject", SUBJECTS)
def test_a_page_of_a_closed_period_takes_few_statements(portal: Portal, government: Government, subject: str) -> None:
    assert government.units
    with statements(portal) as few:
        list(pull(portal, subject, limit=500))
    assert len(few) <= 6
    assert not [text for text in few if any(name in text for name in ("release_cells c", "tallies", "responses"))]


def test_periods_tell_which_are_closed_and_which_corrected(
    portal: Portal, government: Government, clock: Clock
) -> None:
    closed = get_period(portal, MARCH)
    assert (closed.status, closed.version, closed.closed_at) == ("closed", 1, portal.now())
    assert closed.snapshot_hash == finals.get_snapshot(portal, EVERYTHING, MARCH).hash
    assert (get_period(portal, "2026-04").status, get_period(portal, "2026-04").version) == ("open", None)
    correct(government, clock)
    corrected = get_period(portal, MARCH)
    assert (corrected.status, corrected.version) == ("corrected", 2)
    assert corrected.snapshot_hash != closed.snapshot_hash
    assert [period.status for period in list_periods(portal)] == ["corrected", "open", "open", "open"]


def test_snapshots_are_listed_and_found_by_version(portal: Portal, government: Government, clock: Clock) -> None:
    correct(government, clock)
    first, second = finals.list_snapshots(portal, EVERYTHING)
    assert (first.version, first.reason, first.previous) == (1, None, "00" * 32)
    assert (second.version, second.previous) == (2, first.hash)
    assert second.reason
    assert finals.get_snapshot(portal, EVERYTHING, MARCH) == second
    assert finals.get_snapshot(portal, EVERYTHING, MARCH, 1) == first
    for version in (1, 2):
        file = finals.read_snapshot(portal, EVERYTHING, MARCH, "jws", version)
        assert file.content == jws_of(portal, MARCH, version)
        content = finals.read_snapshot(portal, EVERYTHING, MARCH, "json", version).content
        assert hashlib.sha256(content).hexdigest() == file.snapshot.hash
    for asked in (("2026-04", None), (MARCH, 3), ("2026-S1", None)):
        with pytest.raises(NotFound):
            finals.get_snapshot(portal, EVERYTHING, *asked)
    with pytest.raises(NotFound):
        finals.read_snapshot(portal, EVERYTHING, MARCH, "pdf")


def test_only_clients_of_the_whole_government_find_snapshots(portal: Portal, government: Government) -> None:
    upt = system(str(government.units["DINAS"]))
    with pytest.raises(NotFound):
        finals.list_snapshots(portal, upt)
    with pytest.raises(NotFound):
        finals.get_snapshot(portal, upt, MARCH)
    with pytest.raises(NotFound):
        finals.read_snapshot(portal, upt, MARCH, "jws")


def told(value: object) -> str:
    """Write a leaf of JSON as a cell holds it."""
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def dig(row: Any, field: str) -> str:  # noqa: ANN401 - JSON
    for name in field.split("."):
        row = row[int(name) - 1] if isinstance(row, list) else (row or {}).get(name)
    return told(row)


def test_the_csv_holds_every_string_of_the_json(portal: Portal, government: Government) -> None:
    assert government.units
    content = finals.read_snapshot(portal, EVERYTHING, MARCH, "csv").content.decode("utf-8-sig")
    lines = list(csv.DictReader(io.StringIO(content)))
    scores = [score for subject in SUBJECTS for score in payload(portal)["scores"][subject]]
    mains = [line for line in lines if line["table"] == "scores"]
    assert len(mains) == len(scores)
    by_subject = {(line["subject.type"], line["subject.id"], line["measure"]): line for line in mains}
    for score in scores:
        line = by_subject[score["subject"]["type"], score["subject"]["id"], score["measure"]]
        for field, cell_ in line.items():
            if field != "table" and not field.startswith(("elements.", "indicators.")):
                assert cell_ == dig(score, field), field
    elements = [line for line in lines if line["table"] == "elements"]
    assert [line["elements.value"] for line in elements] == [
        told(element["value"]) for score in scores for element in score["elements"]
    ]


def test_the_workbook_holds_the_same_cells_as_text_and_no_formula(portal: Portal, government: Government) -> None:
    assert government.units
    file = finals.read_snapshot(portal, EVERYTHING, MARCH, "xlsx")
    assert file.content == finals.read_snapshot(portal, EVERYTHING, MARCH, "xlsx").content
    book = openpyxl.load_workbook(io.BytesIO(file.content))
    assert book.sheetnames == ["snapshot", "scores", "elements", "indicators"]
    assert file.snapshot.hash in {cell_.value for cell_ in book["snapshot"][2]}
    text = finals.read_snapshot(portal, EVERYTHING, MARCH, "csv").content.decode("utf-8-sig")
    lines = [line for line in csv.DictReader(io.StringIO(text)) if line["table"] == "scores"]
    heads, *rows = [[told(value) for value in row] for row in book["scores"].iter_rows(values_only=True)]
    assert [dict(zip(heads, row, strict=True)) for row in rows] == [
        {head: line[head] for head in heads} for line in lines
    ]
    assert not [1 for sheet in book for row in sheet.iter_rows() for one in row if one.data_type == "f"]


def test_a_name_is_no_formula_and_a_negative_number_stays_one(portal: Portal, clock: Clock) -> None:
    made = town(portal, clock)
    with portal.begin() as session:
        session.get_one(Unit, made.units["UPT-1"]).name = '=HYPERLINK("http://example.org")'
        session.flush()
    close(portal, MARCH)
    text = finals.read_snapshot(portal, EVERYTHING, MARCH, "csv").content.decode("utf-8-sig")
    names = {line["subject.name"] for line in csv.DictReader(io.StringIO(text)) if line["subject.id"] == "UPT-1"}
    assert names == {'\'=HYPERLINK("http://example.org")'}
    book = openpyxl.load_workbook(io.BytesIO(finals.read_snapshot(portal, EVERYTHING, MARCH, "xlsx").content))
    assert not [1 for sheet in book for row in sheet.iter_rows() for one in row if one.data_type == "f"]


def test_the_parameter_sheet_names_nobody(portal: Portal, government: Government) -> None:
    sheet = finals.get_sheet(portal, MARCH)
    assert (sheet.period_id, sheet.version, sheet.instrument) == (MARCH, 1, "petugas@1")
    written = json.dumps(sheet.body)
    assert not [code for code in government.officers if f'"{code}"' in written]
    assert payload(portal)["sheet"] == {"sha256": sheet.hash, "body": sheet.body}
    hashes = {row.comparison.sheet_hash for row in pull(portal, "officer") if row.comparison}
    assert hashes == {sheet.hash}
    with pytest.raises(NotFound):
        finals.get_sheet(portal, "2026-04")


def test_officers_are_compared_over_months_that_are_named(portal: Portal, government: Government) -> None:
    assert government.units
    compared = [row.comparison for row in pull(portal, "officer") if row.measure == "petugas"]
    assert {(each.window_start, each.window_end) for each in compared if each} == {("2026-03-01", "2026-03-31")}
    assert all(each and each.use == "none" and each.reason and each.fair is None for each in compared)
