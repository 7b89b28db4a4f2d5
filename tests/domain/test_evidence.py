"""How a rating came, how strong that is, and whom it may reach."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from portal.domain.counter import CounterView, State
from portal.domain.evidence import EVIDENCE, evidence_of, is_same_person, reaches_officer

DAY = date(2026, 11, 22)
BEFORE, AFTER = DAY - timedelta(days=1), DAY + timedelta(days=1)


def counter(channel: str, starts_on: date | None = None, ends_on: date | None = None) -> CounterView:
    return CounterView(1, "0000001", "Contoh", 1, "Unit", (1,), channel, None, None, ends_on, starts_on=starts_on)


def test_paper_is_assisted_and_every_other_way_of_today_is_open() -> None:
    assert {channel for channel in EVIDENCE if evidence_of(channel) == "assisted"} == {"kertas"}
    assert set(EVIDENCE.values()) == {"open", "assisted"}


def test_a_link_reaches_no_officer_and_every_other_way_may() -> None:
    assert {channel for channel in EVIDENCE if not reaches_officer(channel)} == {"tautan", "daring"}


@pytest.mark.parametrize(
    "account, officer, same",
    [
        ("Petugas Contoh", "Petugas Contoh", True),
        ("petugas  CONTOH ", "Petugas Contoh", True),
        ("\N{FULLWIDTH LATIN CAPITAL LETTER P}etugas Contoh", "Petugas Contoh", True),
        ("Petugas Contoh", "Petugas Contoh Dua", False),
        ("", "Petugas Contoh", False),
    ],
)
def test_a_person_is_known_by_the_name_however_it_is_written(account: str, officer: str, same: bool) -> None:  # noqa: FBT001 - what the test expects
    assert is_same_person(account, officer) is same


@pytest.mark.parametrize(
    "channel, starts_on, ends_on, state",
    [
        ("loket", None, None, State.OPEN),
        ("loket", DAY, DAY, State.OPEN),
        ("loket", AFTER, None, State.EARLY),
        ("loket", None, BEFORE, State.MOVED),
        ("petugas", None, BEFORE, State.MOVED),
        ("keliling", DAY, AFTER, State.OPEN),
        ("keliling", AFTER, AFTER, State.EARLY),
        ("keliling", BEFORE, BEFORE, State.OVER),
        ("tautan", None, BEFORE, State.OVER),
        ("daring", None, BEFORE, State.OVER),
        ("kertas", None, None, State.PAPER),
        ("kertas", None, BEFORE, State.PAPER),
    ],
)
def test_a_code_is_rated_from_its_first_day_to_its_last(
    channel: str, starts_on: date | None, ends_on: date | None, state: State
) -> None:
    assert counter(channel, starts_on, ends_on).state_on(DAY) is state


def test_a_scan_test_waits_until_its_end() -> None:
    now = datetime(2026, 11, 22, 3, tzinfo=UTC)
    view = CounterView(1, "0000001", "Contoh", 1, "Unit", (1,), "loket", None, None, None, tested_until=now)
    assert view.is_tested_at(now - timedelta(seconds=1))
    assert not view.is_tested_at(now)
    assert not counter("loket").is_tested_at(now)
