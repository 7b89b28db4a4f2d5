"""Corrections: who served is put right without a rating being seen, and a closed period gets a new version."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from portal import services
from portal.domain.access import Role
from portal.domain.errors import Invalid, NotFound
from portal.services import Portal
from portal.services.admit.accounts import create_account
from portal.services.collect import attribution
from portal.services.collect.attribution import DutyCorrection, propose_duty
from portal.services.publish import correcting
from portal.services.publish.correcting import propose_correction
from portal.services.publish.release import release
from portal.services.rebuild import check_tallies
from portal.services.review.proposals import Effect, approve
from portal.storage import audit, ledger, snapshots
from tests.clock import Clock
from tests.closed import FIRST, LATER, close, correct_period, help_at, jws_of, offices, reattribute, town
from tests.government import Government

EFFECTS = {
    attribution.ACT: Effect(attribution.correct_duty, hold=attribution.hold),
    correcting.ACT: Effect(correcting.correct),
}
HELP_KEY = "petugas@1:PETUGAS"
MARCH = date(2026, 3, 1)


@pytest.fixture
def government(portal: Portal, clock: Clock) -> Government:
    """Three officers, rated seven times a day on two days of March; March is closed."""
    government = town(portal, clock)
    close(portal, "2026-03")
    return government


def payload(portal: Portal, version: int) -> dict[str, Any]:
    body = jws_of(portal, "2026-03", version).split(b".")[1]
    content: dict[str, Any] = json.loads(base64.urlsafe_b64decode(body + b"=" * (-len(body) % 4)))
    return content


def released(government: Government) -> dict[str, int]:
    """How many ratings of March each officer's cell has."""
    named = {str(number): code for code, number in government.officers.items()}
    with government.portal.read() as session:
        cells = ledger.list_cells(session, {"officer": list(named)}, MARCH, MARCH)
    return {named[cell.key.subject]: cell.tally.n for cell in cells if cell.key.measure == HELP_KEY}


def test_ratings_of_a_day_go_to_the_officer_who_served(government: Government) -> None:
    portal = government.portal
    assert released(government) == {"P1": 14, "P2": 14, "P3": 14}
    done = reattribute(portal, "A", "P2")
    assert (done.proposal_id, done.answers) == (None, 7)
    assert released(government) == {"P1": 14, "P2": 14, "P3": 14}
    signed = correct_period(portal, "2026-03")
    assert signed.version == 2
    assert released(government) == {"P1": 7, "P2": 21, "P3": 14}
    assert check_tallies(portal).differing == 0


def test_a_correction_is_a_new_version_that_names_the_old_one(government: Government) -> None:
    portal = government.portal
    first = jws_of(portal, "2026-03", 1)
    reattribute(portal, "A", "P2")
    signed = correct_period(portal, "2026-03")
    assert jws_of(portal, "2026-03", 1) == first
    content = payload(portal, 2)
    assert (content["version"], content["number"], content["reason"]) == (2, 2, "tukar jaga 3 Maret")
    with portal.read() as session:
        old, new = snapshots.list_versions(session, "2026-03")
        sheet = snapshots.find_sheet(session, "2026-03")
        before = snapshots.find_sheet(session, "2026-03", 1)
        (entry,) = audit.list_acts(session, [correcting.ACT])
    assert content["previous"] == old.hash.hex()
    assert sheet
    assert before
    assert (sheet.version, before.version) == (2, 1)
    assert content["sheet"]["sha256"] == sheet.hash.hex()
    assert (entry.detail["supersedes"], entry.detail["hash"]) == (old.hash.hex(), signed.hash)
    assert new.hash.hex() == signed.hash
    rows = {row["subject"]["id"]: row for row in content["scores"]["officer"]}
    assert {(row["revision"], row["supersedes"]) for row in rows.values()} == {(2, 1)}


def test_nothing_is_signed_where_no_figure_would_differ(government: Government) -> None:
    with pytest.raises(Invalid) as refused:
        correct_period(government.portal, "2026-03")
    assert refused.value.detail == "unchanged"
    with government.portal.read() as session:
        assert len(snapshots.list_versions(session, "2026-03")) == 1
        found = snapshots.find_sheet(session, "2026-03")
    assert found
    assert found.version == 1


def test_an_open_period_is_not_corrected_and_a_reason_is_owed(government: Government) -> None:
    portal = government.portal
    with pytest.raises(NotFound):
        correct_period(portal, "2026-04")
    for reason in ("", "   ", "x" * 201):
        with pytest.raises(Invalid) as refused:
            propose_correction(portal, period_code="2026-03", reason=reason, alone=True, actor="operator")
        assert refused.value.detail == "reason"


def test_fewer_than_five_ratings_move_no_published_figure(portal: Portal, clock: Clock) -> None:
    government = offices(portal)
    help_at(government, "A", *[4] * 10)
    help_at(government, "B", *[3] * 10)
    clock.advance(timedelta(days=1))
    help_at(government, "A", 1, 1, 1)
    clock.set(LATER)
    close(portal, "2026-03")
    assert reattribute(portal, "A", "P2", day=FIRST + timedelta(days=1)).answers is None
    with pytest.raises(Invalid, match="unchanged"):
        correct_period(portal, "2026-03")
    assert released(government) == {"P1": 13, "P2": 10}


def test_two_persons_correct_and_neither_sees_a_rating(government: Government) -> None:
    portal = government.portal
    for role, name in ((Role.ADMINISTRATOR, "pengelola.satu"), (Role.REVIEWER, "pemeriksa.dua")):
        create_account(portal, username=name, name="Nama Contoh", role=role, password="enam belas huruf", actor="cli")
    correction = DutyCorrection("A", FIRST, None)
    asked = propose_duty(portal, correction, reason="tidak pasti", alone=True, actor="pengelola.satu")
    assert asked.proposal_id
    assert asked.answers == 7
    approve(portal, asked.proposal_id, EFFECTS, actor="pemeriksa.dua")
    closing = propose_correction(portal, period_code="2026-03", reason="tukar", actor="pemeriksa.dua")
    assert closing.proposal_id
    approve(portal, closing.proposal_id, EFFECTS, actor="pengelola.satu")
    assert released(government) == {"P1": 7, "P2": 14, "P3": 14}
    with portal.read() as session:
        (entry,) = audit.list_acts(session, [attribution.ACT])
        (signed,) = audit.list_acts(session, [correcting.ACT])
    assert entry.detail == {"counter": "A", "day": "2026-03-03", "part": "day", "officer": "", "answers": 7}
    assert signed.actor == "pengelola.satu"


def test_an_open_period_takes_the_correction_in_its_next_release(portal: Portal, clock: Clock) -> None:
    government = offices(portal)
    help_at(government, "A", *[4] * 12)
    clock.advance(timedelta(days=1))
    services.run(portal, release, weekly=True)
    assert released(government) == {"P1": 12}
    assert reattribute(portal, "A", "P3").answers == 12
    services.run(portal, release, weekly=True)
    assert released(government) == {"P1": 0, "P3": 12}


def test_how_many_ratings_are_moved_is_said_from_five_on(portal: Portal, clock: Clock) -> None:
    government = offices(portal)
    help_at(government, "A", 4, 4, 4, 4)
    help_at(government, "B", 4, 4, 4, 4, 4)
    clock.advance(timedelta(days=1))
    assert reattribute(portal, "A", "P3").answers is None
    assert reattribute(portal, "B", "P3").answers == 5
    with portal.read() as session:
        few, five = audit.list_acts(session, [attribution.ACT])
    assert (few.detail["answers"], five.detail["answers"]) == ("1-4", 5)


@pytest.mark.parametrize(
    "changes, error, said",
    [
        ({"counter_code": "Z"}, NotFound, "counter"),
        ({"officer_code": "Z"}, NotFound, "officer"),
        ({"counter_code": "PLAT"}, Invalid, "counter"),
        ({"officer_code": "P9"}, Invalid, "officer"),
        ({"officer_code": "P1"}, Invalid, "nothing"),
        ({"day": date(2026, 3, 5)}, Invalid, "nothing"),
        ({"part": "afternoon"}, Invalid, "nothing"),
        ({"part": "night"}, Invalid, "part"),
        ({"day": date(2026, 6, 20)}, Invalid, "day"),
    ],
)
def test_what_cannot_be_corrected_is_refused(
    government: Government, changes: dict[str, Any], error: type[Exception], said: str
) -> None:
    government.add_officer("P9", "UPT-1", ends_on=date(2026, 1, 1))
    government.add_counter("PLAT", "UPT-1", plate="P1")
    asked = replace(DutyCorrection("A", FIRST, "P2"), **changes)
    with pytest.raises(error, match=said):
        propose_duty(government.portal, asked, reason="tukar jaga", alone=True, actor="operator")


def test_a_reason_is_owed_for_a_correction_of_duty(government: Government) -> None:
    with pytest.raises(Invalid, match="reason"):
        propose_duty(government.portal, DutyCorrection("A", FIRST, "P2"), reason=" ", alone=True, actor="operator")
