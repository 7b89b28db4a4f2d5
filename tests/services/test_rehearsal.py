"""The rehearsal: begun before anything is rated in earnest, and wiped without a trace."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from threading import Event
from typing import Any, Final

import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.exc import DBAPIError

from portal import services
from portal.domain.errors import FormExpired, Invalid, NotFound, PortalError, Rehearsing
from portal.domain.rating import COUNTED
from portal.services import Portal
from portal.services.admit.accounts import create_account
from portal.services.admit.trail import list_trail, verify_audit
from portal.services.collect.comment import leave_comment
from portal.services.collect.receipt import choose_topics, name_service, open_receipt
from portal.services.collect.tokens import Ticket
from portal.services.enrol.rehearsal import (
    WORD,
    begin_rehearsal,
    end_rehearsal,
    open_certificate,
    open_rehearsal,
)
from portal.services.government import find_facts
from portal.services.publish.periods import get_period, list_periods
from portal.services.publish.release import release
from portal.services.publish.scores import get_scores, list_scores
from portal.services.rebuild import check_tallies
from portal.storage import rehearsals, responses
from portal.storage.rehearsals import WIPED
from portal.storage.tables import Base, Carried, Certificate, Counter, Response
from tests.clock import START, Clock
from tests.government import Government, small, without_officers
from tests.published import system
from tests.truth import assert_sums_hold

ACTOR: Final = "pengelola.contoh"
UNTOUCHED: Final = (
    "units services officers counters counter_services duties opening_hours holidays served_counts indicators"
    " progress"
    " past_scores campaigns governments policies heartbeats proposals accounts recovery_codes refusals sessions"
    " api_clients access_tokens progress periods parameter_sheets signing_keys snapshots snapshot_scores"
).split()
NOTED: Final = ("certificates", "rehearsals", "audit")


@pytest.fixture
def government(portal: Portal) -> Government:
    begin_rehearsal(portal, actor=ACTOR)
    made = small(portal)
    create_account(portal, username="kepala", name="Kepala Contoh", unit_code="UPT-1", actor="cli:test")
    return made


def wipe(portal: Portal, word: str = WORD) -> int:
    return services.run(portal, end_rehearsal, word=word, actor=ACTOR)


def count_rows(portal: Portal) -> dict[str, int]:
    with portal.read() as session:
        tables = Base.metadata.tables.items()
        return {name: session.execute(select(func.count()).select_from(table)).scalar_one() for name, table in tables}


def contents(portal: Portal, names: list[str]) -> dict[str, list[Mapping[str, Any]]]:
    """Every row of the tables, as it stands."""
    with portal.read() as session:
        return {
            name: [dict(row) for row in session.execute(select(Base.metadata.tables[name])).mappings()]
            for name in names
        }


def try_everything_out(portal: Portal, made: Government, clock: Clock) -> list[Ticket]:
    """Rate until every table of ratings holds something."""
    tickets = [*made.taps("1A", *(4,) * 12), *made.taps("1B", 1, 2, 3)]
    with portal.begin() as session:
        responses.append_verdict(session, made.response_id(tickets[0]), 1, COUNTED)
        session.get_one(Counter, made.counters["1A"]).scanned_at = clock.now()
        waits = {"cut": "counter", "subject": str(made.counters["1A"]), "measure": "quick@1:LAYANAN", "value": 4}
        months = {"from_month": clock.now().date(), "month": clock.now().date()}
        session.add(Carried(response_id=made.response_id(tickets[0]), **waits, **months))
    services.run(portal, release, weekly=True)
    last = made.tap("1A", 1)
    choose_topics(portal, last.receipt, last.edit_token, {"TOPIK": ["BIAYA"]})
    leave_comment(portal, last.receipt, last.edit_token, "Kapan jadi?", language="id", asks=True)
    return tickets


def test_every_table_is_either_wiped_or_kept() -> None:
    assert {*WIPED, *UNTOUCHED, *NOTED} == {*Base.metadata.tables}


def test_the_end_of_the_rehearsal_leaves_nothing_of_any_rating(
    portal: Portal, government: Government, clock: Clock
) -> None:
    try_everything_out(portal, government, clock)
    before = count_rows(portal)
    assert all(before[name] for name in WIPED)
    certificate = open_certificate(portal, wipe(portal))
    after = count_rows(portal)
    assert not [name for name in WIPED if after[name]]
    assert certificate.wiped == {name: before[name] for name in WIPED}
    assert not find_facts(portal).rehearsing


def test_registry_accounts_policy_and_scan_tests_stay_to_the_last_value(
    portal: Portal, government: Government, clock: Clock
) -> None:
    try_everything_out(portal, government, clock)
    before = contents(portal, UNTOUCHED)
    wipe(portal)
    assert contents(portal, UNTOUCHED) == before
    assert any(row["scanned_at"] for row in before["counters"])


def test_the_certificate_says_what_was_wiped_when_and_by_whom(
    portal: Portal, government: Government, clock: Clock
) -> None:
    try_everything_out(portal, government, clock)
    clock.advance(timedelta(hours=1))
    found = open_certificate(portal, wipe(portal))
    newest = list_trail(portal).entries[0]
    assert (found.actor, found.entry, found.head) == (ACTOR, newest.id, newest.hash.hex())
    assert (found.began_at, found.ended_at) == (START, START + timedelta(hours=1))
    assert (newest.act, newest.detail["wiped"]) == ("rehearsal-ended", dict(found.wiped))
    assert verify_audit(portal).broken_at is None
    with portal.read() as session:
        (kept,) = session.scalars(select(Certificate))
    assert (kept.id, kept.kind, kept.month, kept.closed_at) == (found.certificate_id, "rehearsal", None, clock.now())
    assert open_rehearsal(portal).past[0].certificate_id == found.certificate_id


def test_no_certificate_stays_open_behind_it(portal: Portal, government: Government) -> None:
    wipe(portal)
    government.tap("1A")
    with pytest.raises(DBAPIError, match="append-only"), portal.begin() as session:
        session.execute(delete(Base.metadata.tables["ballots"]))


def test_rating_works_at_once_and_counts_in_earnest(portal: Portal, government: Government, clock: Clock) -> None:
    try_everything_out(portal, government, clock)
    wipe(portal)
    ticket = government.tap("1A", 4)
    assert government.page(ticket).counter
    assert check_tallies(portal).rows == 1
    assert_sums_hold(portal)
    services.run(portal, release, weekly=True)
    assert_sums_hold(portal)


def test_what_a_phone_still_holds_of_a_wiped_rating_leads_to_nothing(portal: Portal, government: Government) -> None:
    ticket = government.tap("1A")
    wipe(portal)
    with pytest.raises(NotFound):
        open_receipt(portal, ticket.receipt, ticket.edit_token)
    with pytest.raises((NotFound, FormExpired)):
        name_service(portal, ticket.receipt, ticket.edit_token, "lainnya")


def test_nothing_is_wiped_without_the_word(portal: Portal, government: Government) -> None:
    government.tap("1A")
    before = count_rows(portal)
    for word in ("", "hapu", "HAPUS SEMUA"):
        with pytest.raises(Invalid, match="word"):
            wipe(portal, word)
    assert count_rows(portal) == before
    wipe(portal, f" {WORD.lower()} ")


def test_there_is_nothing_to_end_without_a_rehearsal(portal: Portal) -> None:
    without_officers(portal).tap("1A")
    before = count_rows(portal)
    with pytest.raises(NotFound):
        wipe(portal)
    assert count_rows(portal) == before
    with pytest.raises(NotFound):
        open_certificate(portal, 1)


def test_a_rehearsal_can_be_repeated_as_long_as_nothing_was_rated_in_earnest(
    portal: Portal, government: Government, clock: Clock
) -> None:
    assert not open_rehearsal(portal).may_begin
    begin_rehearsal(portal, actor=ACTOR)
    government.tap("1A")
    wipe(portal)
    assert open_rehearsal(portal).may_begin
    clock.advance(timedelta(minutes=1))
    begin_rehearsal(portal, actor=ACTOR)
    government.taps("1A", 4, 4)
    state = open_rehearsal(portal)
    assert (state.since, state.ratings) == (START + timedelta(minutes=1), 2)
    assert open_certificate(portal, wipe(portal)).wiped["responses"] == 2
    government.tap("1A")
    assert not open_rehearsal(portal).may_begin
    with pytest.raises(Invalid, match="rated"):
        begin_rehearsal(portal, actor=ACTOR)
    acts = [entry.act for entry in reversed(list_trail(portal).entries) if entry.act.startswith("rehearsal")]
    assert acts == ["rehearsal-began", "rehearsal-ended"] * 2


def test_a_rating_in_earnest_bars_the_rehearsal_even_when_only_its_count_is_left(portal: Portal) -> None:
    """Retention destroys raw ratings of long ago; what came of them stays."""
    without_officers(portal).tap("1A")
    with portal.begin() as session:
        rehearsals.add_rehearsal(session, portal.now())
        found = rehearsals.find_open(session)
        assert found
        kept = {name: Base.metadata.tables[name] for name in ("tallies",)}
        rows = [dict(row) for row in session.execute(select(kept["tallies"])).mappings()]
        rehearsals.wipe(session, found.id, portal.now())
        session.execute(kept["tallies"].insert(), rows)
    assert not open_rehearsal(portal).may_begin
    with pytest.raises(Invalid, match="rated"):
        begin_rehearsal(portal, actor=ACTOR)


def test_no_score_leaves_while_ratings_are_only_trials(portal: Portal, government: Government, clock: Clock) -> None:
    try_everything_out(portal, government, clock)
    pulls = (
        lambda: list_periods(portal),
        lambda: get_period(portal, "2026-S1"),
        lambda: list_scores(portal, system(), subject="unit", period_code="2026-S1"),
        lambda: get_scores(portal, system(), subject="unit", subject_code="UPT-1", period_code="2026-S1"),
    )
    for pull in pulls:
        with pytest.raises(Rehearsing):
            pull()
    wipe(portal)
    for pull in pulls:
        assert pull()


# ---------------------------------------------------------------- at the same time


def test_of_ratings_sent_during_the_wipe_each_is_whole_or_gone(portal: Portal, government: Government) -> None:
    government.taps("1A", *(4,) * 5)
    started = Event()

    def rate(number: int) -> str | None:
        ticket = government.tap("1A", 1 + number % 4)
        started.set()
        return ticket.receipt

    with ThreadPoolExecutor(6) as pool:
        sent = [pool.submit(rate, number) for number in range(40)]
        ended = pool.submit(lambda: started.wait() and wipe(portal))
        receipts = [future.result() for future in sent]
        assert ended.result()
    certificate = open_certificate(portal, ended.result())
    left = count_rows(portal)
    assert left["responses"] + certificate.wiped["responses"] == 5 + len(receipts)
    assert left["responses"] == left["ballots"] == left["attributions"] == left["keys"] == left["sightings"]
    assert_sums_hold(portal)
    with portal.read() as session:
        assert len(session.scalars(select(Response.id)).all()) == left["responses"]


def test_of_replays_and_parts_sent_during_the_wipe_none_fails_unforeseen(
    portal: Portal, government: Government
) -> None:
    keys = [number.to_bytes(16, "big") for number in range(1000, 1012)]
    tickets = [government.tap("1B", 2, key=key) for key in keys]

    def again(number: int) -> None:
        with suppress(PortalError):  # by then it may be gone
            name_service(portal, tickets[number].receipt, tickets[number].edit_token, "lainnya")
        government.tap("1B", 3, key=keys[number])

    with ThreadPoolExecutor(6) as pool:
        sent = [pool.submit(again, number) for number in range(len(keys))]
        ended = pool.submit(wipe, portal)
        for future in sent:
            future.result()
        ended.result()
    assert_sums_hold(portal)


def test_a_release_at_the_same_time_neither_breaks_nor_is_broken(portal: Portal, government: Government) -> None:
    government.taps("1A", *(4,) * 20)
    with ThreadPoolExecutor(3) as pool:
        releases = [pool.submit(services.run, portal, release, weekly=True) for _ in range(4)]
        ended = pool.submit(wipe, portal)
        for future in releases:
            future.result()
        ended.result()
    left = count_rows(portal)
    assert (left["release_cells"], left["pending"], left["tallies"]) == (0, 0, 0)
    assert_sums_hold(portal)
