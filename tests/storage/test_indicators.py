"""Indicators by name: which entry of their progress counts, and which are of a period."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final

import pytest

from portal.domain.period import Period
from portal.services import Portal
from portal.storage import indicators
from portal.storage.tables import ClosedPeriod, SigningKey, Snapshot
from tests.clock import Clock
from tests.government import Government, small
from tests.published import statements

HALF: Final = Period.parse("2026-S1")


@pytest.fixture
def made(portal: Portal) -> Government:
    return small(portal)


def add(portal: Portal, made: Government, code: str, *, unit: str = "UPT-1", **columns: object) -> None:
    fields = {"name": f"Contoh {code}", "unit_of_measure": "berkas", "kind": "jumlah", "period_code": "2026-S1"}
    blank = dict.fromkeys(("officer_id", "duty", "unit_goal", "measure", "target", "ends_on"))
    with portal.begin() as session:
        indicators.add_indicator(session, code, {**fields, **blank, "unit_id": made.units[unit], **columns})


def sign(portal: Portal, period: Period, *, version: int) -> None:
    """Close the period as far as the store asks, or sign it again."""
    with portal.begin() as session:
        if version == 1:
            days = {"starts_on": period.starts_on, "ends_on": period.ends_on, "closed_at": portal.now()}
            session.add(ClosedPeriod(period_code=period.period_code, kind=period.kind, shadow=False, **days))
            session.add(SigningKey(key_code="kunci", public_key=b"k", sealed=b"s", created_at=portal.now()))
            session.flush()
        said = {"reason": "contoh" if version > 1 else None, "jws": b"j", "hash": bytes([version] * 32)}
        signed = {"key_code": "kunci", "previous_hash": bytes(32), "signed_at": portal.now(), **said}
        session.add(Snapshot(period_code=period.period_code, version=version, **signed))


def tell(portal: Portal, code: str, as_of: date, value: str) -> None:
    with portal.begin() as session:
        indicators.append_progress(
            session,
            code,
            as_of=as_of,
            value=value,
            source="Catatan contoh",
            link=None,
            entered_by="kepala",
            entered_at=portal.now(),
        )


def standing(portal: Portal, at: datetime | None = None) -> dict[str, str | None]:
    with portal.read() as session:
        return {row.indicator_code: row.realisation for row in indicators.list_of_period(session, HALF, at=at)}


def test_of_the_entries_the_latest_date_counts_and_of_one_date_the_one_made_last(
    portal: Portal, made: Government
) -> None:
    add(portal, made, "A")
    add(portal, made, "B", measure="skm")
    assert standing(portal) == {"A": None, "B": None}
    for as_of, value in ((date(2026, 2, 28), "7"), (date(2026, 1, 31), "3"), (date(2026, 2, 28), "8")):
        tell(portal, "A", as_of, value)
    tell(portal, "B", date(2026, 2, 28), "80")
    assert standing(portal) == {"A": "8", "B": None}
    with portal.read() as session:
        [row] = [row for row in indicators.list_of_period(session, HALF) if row.indicator_code == "A"]
        entries = indicators.list_entries(session, [row.id])[row.id]
    assert [(entry.as_of.month, entry.value) for entry in entries] == [(2, "8"), (2, "7"), (1, "3")]
    assert (row.as_of, row.source, row.unit_code) == (date(2026, 2, 28), "Catatan contoh", "UPT-1")


def test_of_a_closed_period_what_was_entered_after_its_last_signature_counts_no_more(
    portal: Portal, made: Government, clock: Clock
) -> None:
    add(portal, made, "A")
    tell(portal, "A", date(2026, 2, 28), "7")
    sign(portal, HALF, version=1)
    assert standing(portal) == {"A": "7"}
    clock.advance(timedelta(days=1))
    tell(portal, "A", date(2026, 3, 4), "9")
    assert standing(portal) == {"A": "7"}
    assert standing(portal, at=portal.now()) == {"A": "9"}
    sign(portal, HALF, version=2)
    assert standing(portal) == {"A": "9"}


def test_an_indicator_belongs_to_every_period_that_its_own_overlaps_until_it_ends(
    portal: Portal, made: Government
) -> None:
    add(portal, made, "whole-year", period_code="2026")
    add(portal, made, "month", period_code="2026-06")
    add(portal, made, "before", period_code="2025-S2")
    add(portal, made, "ended", ends_on=date(2026, 1, 1))
    add(portal, made, "over", ends_on=date(2025, 12, 31))
    assert list(standing(portal)) == ["ended", "month", "whole-year"]


def test_they_come_by_unit_then_officer_then_name_in_one_statement(portal: Portal, made: Government) -> None:
    add(portal, made, "3", unit="UPT-2", name="Alfa")
    add(portal, made, "2", officer_id=made.officers["P1"], name="Alfa")
    add(portal, made, "1", name="beta")
    add(portal, made, "0", name="Zulu")
    with statements(portal) as seen, portal.read() as session:
        everywhere = [row.indicator_code for row in indicators.list_of_period(session, HALF)]
        here = indicators.list_of_period(session, HALF, unit_ids=[made.units["UPT-1"]])
    assert (everywhere, [row.indicator_code for row in here]) == (["1", "0", "2", "3"], ["1", "0", "2"])
    assert [row.officer_code for row in here] == [None, None, "P1"]
    assert len(seen) == 2


def test_a_target_changes_and_an_end_is_set(portal: Portal, made: Government) -> None:
    add(portal, made, "A", target="10")
    with portal.begin() as session:
        indicators.put_target(session, "A", "12")
        indicators.put_end(session, "A", date(2026, 3, 3))
    with portal.read() as session:
        row = indicators.find_indicator(session, "A")
        assert row is not None
        assert (row.target, row.ends_on) == ("12", date(2026, 3, 3))
        assert indicators.find_indicator(session, "none") is None
