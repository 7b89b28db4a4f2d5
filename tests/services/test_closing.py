"""Closing a period: last release, sheet, scores, signed snapshot; by two persons, in order, once, or not at all."""

from __future__ import annotations

import base64
import json
import random
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, cast

import pytest
from sqlalchemy import Table, delete, func, insert, select, update

from portal import services
from portal.domain.access import Role
from portal.domain.errors import Invalid, SecondPersonNeeded
from portal.domain.snapshot import read_own, read_sheet
from portal.services import Portal
from portal.services.admit.accounts import create_account
from portal.services.publish import closing, fair, sealing
from portal.services.publish.closing import propose_closing
from portal.services.publish.release import release
from portal.services.publish.signing import digest
from portal.services.review.proposals import Effect, approve, list_proposals
from portal.storage import audit, periods, snapshots
from portal.storage.tables import (
    ClosedPeriod,
    Duty,
    ParameterSheet,
    Release,
    ReleaseCell,
    ServedCount,
    SigningKey,
    Snapshot,
    SnapshotScore,
)
from tests.clock import Clock
from tests.closed import LATER, SECRET, close, help_at, jws_of, offices, town
from tests.government import Government, without_officers
from tests.published import turn_feed

EFFECTS = {closing.ACT: Effect(closing.close, hold=closing.hold)}


@pytest.fixture
def government(portal: Portal, clock: Clock) -> Government:
    """Three officers, rated in March, April and May; it is the end of June."""
    return town(portal, clock)


def payload(portal: Portal, period_code: str, version: int = 1) -> dict[str, Any]:
    body = jws_of(portal, period_code, version).split(b".")[1]
    content: dict[str, Any] = json.loads(base64.urlsafe_b64decode(body + b"=" * (-len(body) % 4)))
    return content


def rows_of(portal: Portal) -> dict[str, int]:
    """How many rows the tables have that a closing writes."""
    with portal.read() as session:
        tables = (ClosedPeriod, ParameterSheet, Snapshot, SnapshotScore, SigningKey, Release, ReleaseCell)
        return {it.__tablename__: session.execute(select(func.count()).select_from(it)).scalar_one() for it in tables}


# ---------------------------------------------------------------- what is closed


def test_a_closed_period_has_its_last_release_in_a_signed_snapshot(government: Government) -> None:
    portal = government.portal
    close(portal, "2026-03")
    content = payload(portal, "2026-03")
    units = {row["subject"]["id"]: row for row in content["scores"]["unit"] if row["measure"] == "layanan"}
    assert {units[code]["n"] for code in ("DINAS", "UPT-1")} == {42}
    assert {row["status"] for row in units.values()} == {"final"}
    assert {row["subject"]["id"] for row in content["scores"]["officer"]} == {"P1", "P2", "P3"}
    assert {row["subject"]["name"] for row in content["scores"]["officer"]} == {None}
    assert content["period"]["id"] == "2026-03"


def test_closing_twice_leaves_what_was_signed(government: Government) -> None:
    portal = government.portal
    first = close(portal, "2026-03")
    before, rows = jws_of(portal, "2026-03", 1), rows_of(portal)
    assert close(portal, "2026-03") == first
    assert jws_of(portal, "2026-03", 1) == before
    assert rows_of(portal) == rows


def test_the_stored_state_gives_the_same_bytes_again(government: Government) -> None:
    portal = government.portal
    close(portal, "2026-03")
    signed = jws_of(portal, "2026-03", 1)
    _shuffle(portal)
    with portal.begin() as session:
        closed = periods.find_closed(session, "2026-03")
        assert closed
        stored = fair.find_compared(portal, session, closed, 1)
        assert fair.estimate_sheet(portal, session, closed, 1) == stored
    with portal.begin() as session:
        row = snapshots.list_versions(session, "2026-03")[0]
        place = sealing.Place(1, 1, row.previous_hash, row.signed_at, None)
        assert sealing.build(portal, session, closed, stored, place).jws == row.jws == signed


def _shuffle(portal: Portal) -> None:
    """Store the cells once more in another order."""
    table = cast("Table", ReleaseCell.__table__)
    with portal.begin() as session:
        rows = [dict(cell) for cell in session.execute(select(table)).mappings()]
        random.Random(1).shuffle(rows)
        session.execute(delete(table))
        session.execute(insert(table), rows)


# ---------------------------------------------------------------- all or nothing, in order


def test_a_closing_that_fails_in_the_middle_leaves_nothing(government: Government) -> None:
    portal = government.portal
    close(portal, "2026-03")
    rows = rows_of(portal)
    broken = replace(portal, secret_key=SECRET)  # the key cannot be opened: the last step fails
    with pytest.raises(Invalid) as refused:
        close(broken, "2026-04")
    assert refused.value.detail == "key"
    assert rows_of(portal) == rows
    with portal.read() as session:
        assert periods.find_closed(session, "2026-04") is None
    close(portal, "2026-04")


def test_a_period_is_closed_in_order_and_never_before_its_end(portal: Portal, clock: Clock) -> None:
    government = offices(portal)
    government.tap("A")
    for period_code, said in (("2026-03", "days"), ("2026-04", "period"), ("2026-02", "period")):
        with pytest.raises(Invalid) as refused:
            close(portal, period_code)
        assert refused.value.detail == said
    clock.advance(timedelta(days=60))
    assert close(portal, "2026-03").version == 1


def test_officers_have_two_weeks_after_the_last_release_to_object(government: Government, clock: Clock) -> None:
    portal = government.portal
    services.run(portal, release, weekly=True)
    for days, said in ((0, "days"), (14, "days"), (15, "")):
        clock.set(LATER + timedelta(days=days))
        if said:
            with pytest.raises(Invalid) as refused:
                close(portal, "2026-03")
            assert refused.value.detail == said
        else:
            assert close(portal, "2026-03").version == 1


def test_nobody_closes_alone_once_somebody_could_approve(government: Government) -> None:
    portal = government.portal
    for role, name in ((Role.ADMINISTRATOR, "pengelola.satu"), (Role.REVIEWER, "pemeriksa.dua")):
        create_account(portal, username=name, name="Nama Contoh", role=role, password="enam belas huruf", actor="cli")
    asked = propose_closing(portal, period_code="2026-03", reason="selesai", alone=True, actor="pengelola.satu")
    assert (asked.version, asked.proposal_id) == (None, list_proposals(portal).waiting[0].id)
    again = propose_closing(portal, period_code="2026-03", reason="lagi", actor="pemeriksa.dua")
    assert again.proposal_id == asked.proposal_id
    assert asked.proposal_id
    with pytest.raises(SecondPersonNeeded):
        approve(portal, asked.proposal_id, EFFECTS, actor="pengelola.satu")
    approve(portal, asked.proposal_id, EFFECTS, actor="pemeriksa.dua")
    with portal.read() as session:
        (entry,) = audit.list_acts(session, [closing.ACT])
        (row,) = snapshots.list_versions(session, "2026-03")
    assert entry.actor == "pemeriksa.dua"
    assert entry.detail == {"period": "2026-03", "version": 1, "hash": row.hash.hex(), "key": row.key_code}


# ---------------------------------------------------------------- officers


def test_each_officer_is_compared_by_the_sheet_in_the_snapshot(government: Government) -> None:
    portal = government.portal
    for month in (3, 4, 5):
        close(portal, f"2026-0{month}")
    content = payload(portal, "2026-05")
    body = content["sheet"]["body"]
    assert body["months"] == ["2026-03-01", "2026-04-01", "2026-05-01"]
    assert body["groups"]["UPT-1/1"]["officers"] == 3
    beside = [row["comparison"] for row in content["scores"]["officer"] if row["measure"] == "petugas"]
    assert {it["sheet_hash"] for it in beside} == {content["sheet"]["sha256"]}
    assert {(it["use"], it["reason"], it["fair"], it["n"]) for it in beside} == {
        ("none", "too-few-to-feed", None, None)
    }
    assert {row["comparison"] for row in content["scores"]["officer"] if row["measure"] != "petugas"} == {None}
    assert "officers" not in body


def test_the_sheet_keeps_what_each_score_was_computed_from(government: Government) -> None:
    portal = government.portal
    close(portal, "2026-03")
    with portal.read() as session:
        row = snapshots.find_sheet(session, "2026-03")
    assert row
    assert digest(row.body) == row.hash
    assert row.body["withheld"] == digest(row.withheld).hex()
    assert len(read_sheet(row.body, row.withheld).officers) == 3
    (own,) = read_own(row.withheld, "P1")
    assert (own.unit, own.service, own.n, own.total) == ("UPT-1", "KTP", 14, 2 * sum((4, 4, 3, 4, 2, 4, 3)))
    assert read_own(row.withheld, "NOBODY") == []


def test_a_shadow_period_names_no_officer_and_no_group_for_ever(portal: Portal, clock: Clock) -> None:
    town(portal, clock)
    turn_feed(portal, on=False)
    close(portal, "2026-03")
    content = payload(portal, "2026-03")
    assert content["period"]["shadow"] is True
    assert content["scores"]["officer"] == []
    assert content["sheet"]["body"]["groups"] == {}


def test_a_government_without_officers_has_no_sheet(portal: Portal, clock: Clock) -> None:
    government = without_officers(portal)
    government.taps("1A", *[4] * 12)
    clock.set(LATER + timedelta(days=60))
    close(portal, "2026-S1")
    assert payload(portal, "2026-S1")["sheet"] is None


def test_a_day_counts_no_more_than_its_only_officer_served(portal: Portal, clock: Clock) -> None:
    government = offices(portal)
    turn_feed(portal, on=True)
    with portal.begin() as session:
        session.execute(
            update(Duty).where(Duty.officer_id != government.officers["P1"]).values(ends_on=date(2026, 1, 1))
        )
        session.add(
            ServedCount(
                served_count_code="S1",
                unit_id=government.units["UPT-1"],
                service_id=None,
                on_date=date(2026, 3, 3),
                n=6,
            )
        )
    help_at(government, "A", 4, 4, 4, 4, 4, 4, 1, 1, 1, 1, 1, 1)
    clock.set(LATER)
    close(portal, "2026-03")
    with portal.read() as session:
        row = snapshots.find_sheet(session, "2026-03")
    assert row
    (own,) = read_own(row.withheld, "P1")
    assert (own.n, f"{own.weighted_n:f}") == (12, "6.0000")
