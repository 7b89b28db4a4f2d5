"""The citizen's use cases: a rating kept exactly once, attributed as design 4 says, and nothing kept beyond that."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, func, select

from portal import services
from portal.domain.counter import State
from portal.domain.errors import (
    CodeMistyped,
    CodeUnknown,
    CounterClosed,
    FormExpired,
    Invalid,
    KeyReused,
    NotFound,
    PortalError,
)
from portal.services import Portal
from portal.services.collect.rate import list_others, open_counter, rate
from portal.services.collect.receipt import (
    OTHER,
    UNKNOWN,
    ReceiptPage,
    add_answers,
    change_rating,
    name_officer,
    name_service,
)
from portal.services.collect.tokens import Ticket
from portal.services.publish.release import release
from portal.storage.tables import Attribution, Ballot, Base, DayKey, Key, Response, Sighting
from tests.clock import Clock
from tests.government import ELEMENTS, QUICK, SURVEY, Government, small
from tests.truth import assert_sums_hold

SECOND, MINUTE, HOUR, DAY = (timedelta(seconds=n) for n in (1, 60, 3600, 86400))
TODAY = date(2026, 3, 3)
FULL = dict.fromkeys(ELEMENTS, 3)


@pytest.fixture
def government(portal: Portal) -> Government:
    return small(portal)


def count(portal: Portal, table: type[Base]) -> int:
    with portal.read() as session:
        return session.execute(select(func.count()).select_from(table)).scalar_one()


def face_of(government: Government, ticket: Ticket) -> int:
    return government.record(ticket).standing.answers[QUICK]["LAYANAN"]


# ---------------------------------------------------------------- exactly once


def test_the_same_key_and_face_bring_the_original_answer_again(portal: Portal, government: Government) -> None:
    submission = government.submission("1A", {"LAYANAN": 4})
    first, second = rate(portal, submission), rate(portal, submission)
    assert second == replace(first, replayed=True)
    assert count(portal, Response) == count(portal, Ballot) == count(portal, Attribution) == 1


def test_a_code_typed_another_way_is_the_same_rating(portal: Portal, government: Government) -> None:
    submission = government.submission("1A", {"LAYANAN": 4})
    first = rate(portal, submission)
    typed = f" {submission.code[:3].lower()}-{submission.code[3:]} "
    assert rate(portal, replace(submission, code=typed)) == replace(first, replayed=True)


def test_another_key_is_another_rating(portal: Portal, government: Government) -> None:
    assert len({ticket.receipt for ticket in government.taps("1A", 4, 4)}) == 2
    assert count(portal, Response) == 2


@pytest.mark.parametrize("later", [timedelta(), 10 * MINUTE])
def test_another_face_within_ten_minutes_is_a_change(
    portal: Portal, government: Government, clock: Clock, later: timedelta
) -> None:
    first = government.tap("1A", 4, key=bytes(16))
    clock.advance(later)
    assert government.tap("1A", 1, key=bytes(16)) == replace(first, replayed=True)
    assert face_of(government, first) == 1
    assert count(portal, Response) == 1
    assert_sums_hold(portal)


def test_another_face_after_ten_minutes_is_refused_and_changes_nothing(government: Government, clock: Clock) -> None:
    first = government.tap("1A", 4, key=bytes(16))
    clock.advance(10 * MINUTE + SECOND)
    with pytest.raises(KeyReused):
        government.tap("1A", 1, key=bytes(16))
    assert face_of(government, first) == 4


def test_of_several_faces_within_ten_minutes_the_last_stands(portal: Portal, government: Government) -> None:
    first = government.tap("1A", 4, key=bytes(16))
    government.tap("1A", 1, key=bytes(16))
    government.tap("1A", 4, key=bytes(16))
    assert face_of(government, first) == 4
    change_rating(portal, first.receipt, first.edit_token, 2)
    government.tap("1A", 4, key=bytes(16))
    assert face_of(government, first) == 4
    assert_sums_hold(portal)


def test_the_same_face_after_ten_minutes_brings_the_answer_again_and_undoes_no_change(
    portal: Portal, government: Government, clock: Clock
) -> None:
    first = government.tap("1A", 4, key=bytes(16))
    change_rating(portal, first.receipt, first.edit_token, 2)
    clock.advance(11 * MINUTE)
    assert government.tap("1A", 4, key=bytes(16)) == replace(first, replayed=True)
    assert face_of(government, first) == 2


def test_after_the_sighting_is_gone_the_receipt_comes_again_without_the_right_to_change(
    portal: Portal, government: Government, clock: Clock
) -> None:
    first = government.tap("1A", 4, key=bytes(16))
    clock.advance(72 * HOUR + SECOND)
    release(portal)
    assert government.tap("1A", 4, key=bytes(16)) == Ticket(first.receipt, "", replayed=True)
    with pytest.raises(KeyReused):
        government.tap("1A", 1, key=bytes(16))
    assert count(portal, Response) == 1


def test_a_rating_reads_the_clock_once(portal: Portal, government: Government, clock: Clock) -> None:
    midnight = datetime(2026, 3, 3, 17, tzinfo=UTC)  # in Jakarta
    ticks = iter(midnight + n * SECOND for n in range(-1, 99))
    ticking = replace(portal, now=lambda: next(ticks))
    first = rate(ticking, government.submission("D", {"LAYANAN": 4}, key=bytes(16)))
    clock.set(midnight + MINUTE)
    assert government.tap("D", 4, key=bytes(16)) == replace(first, replayed=True)
    with portal.read() as session:
        response, key = (session.execute(select(table)).scalar_one() for table in (Response, Key))
        assert isinstance(response, Response)
        assert isinstance(key, Key)
        assert (response.given_on, response.day_part, key.expires_on) == (TODAY, "sore", TODAY + 30 * DAY)


@pytest.mark.parametrize("answers", [{}, {"LAYANAN": 0}, {"LAYANAN": 5}, {"PETUGAS": 4}])
def test_an_answer_outside_the_instrument_is_refused_and_spends_no_key(
    portal: Portal, government: Government, answers: dict[str, int]
) -> None:
    with pytest.raises(Invalid):
        rate(portal, government.submission("1A", answers))
    assert count(portal, Key) == 0


# ---------------------------------------------------------------- codes


def test_a_mistyped_code_and_one_that_no_counter_carries_are_told_apart(portal: Portal, government: Government) -> None:
    submission = government.submission("1A", {"LAYANAN": 4})
    for code, error in (("0000000"[:6], CodeMistyped), ("0000009", CodeMistyped), ("0000000", CodeUnknown)):
        with pytest.raises(error):
            rate(portal, replace(submission, code=code))
        with pytest.raises(error):
            open_counter(portal, code)
        with pytest.raises(error):
            list_others(portal, code)
    assert count(portal, Key) == 0


def test_a_counter_is_rated_to_the_end_of_its_last_day(portal: Portal, government: Government, clock: Clock) -> None:
    government.add_counter("LAMA", "UPT-1", ends_on=TODAY)
    last = government.tap("LAMA", key=bytes(16))
    assert open_counter(portal, government.codes["LAMA"]).state is State.OPEN
    clock.advance(DAY)
    with pytest.raises(CounterClosed):
        government.tap("LAMA")
    page = open_counter(portal, government.codes["LAMA"])
    assert page.state is State.MOVED
    assert [name for _, name in page.others] == ["Loket Contoh 1A", "Loket Contoh 1B"]
    assert count(portal, Key) == 1
    assert government.tap("LAMA", key=bytes(16)) == replace(last, replayed=True)


# ---------------------------------------------------------------- how long


Act = Callable[[Portal, str, str], object]
PARTS: list[Act] = [
    lambda portal, receipt, token: add_answers(portal, receipt, token, SURVEY, FULL),
    lambda portal, receipt, token: name_service(portal, receipt, token, OTHER),
    lambda portal, receipt, token: name_officer(portal, receipt, token, UNKNOWN),
]


def change(portal: Portal, receipt: str, token: str) -> None:
    change_rating(portal, receipt, token, 1)


@pytest.mark.parametrize("act, lasts", [(change, 10 * MINUTE), *((part, 24 * HOUR) for part in PARTS)])
def test_a_face_may_be_changed_for_ten_minutes_and_parts_added_for_a_day(
    portal: Portal, government: Government, clock: Clock, act: Act, lasts: timedelta
) -> None:
    kept, late = government.taps("1B", 4, 4)
    clock.advance(lasts)
    act(portal, kept.receipt, kept.edit_token)
    clock.advance(SECOND)
    with pytest.raises(FormExpired):
        act(portal, late.receipt, late.edit_token)
    assert_sums_hold(portal)


def test_after_a_day_the_receipt_shows_that_it_is_one_and_nothing_else(government: Government, clock: Clock) -> None:
    ticket = government.tap("1A")
    clock.advance(24 * HOUR + SECOND)
    assert government.page(ticket) == ReceiptPage(ticket.receipt, "", None)
    clock.advance(30 * DAY - 24 * HOUR - SECOND)
    assert government.page(ticket) == ReceiptPage(ticket.receipt, "", None)
    clock.advance(DAY)
    with pytest.raises(NotFound):
        government.page(ticket)


@pytest.mark.parametrize("act", [change, *PARTS])
def test_the_token_of_another_rating_and_one_that_was_forged_open_nothing(
    portal: Portal, government: Government, act: Act
) -> None:
    mine, other = government.taps("1B", 4, 4)
    for token in (other.edit_token, mine.edit_token[:-1] + "!", mine.edit_token.partition(".")[0], "", "x"):
        with pytest.raises(FormExpired):
            act(portal, mine.receipt, token)
    wrong: list[tuple[str, type[PortalError]]] = [("0000000000", NotFound), ("123", CodeMistyped)]
    for receipt, error in wrong:
        with pytest.raises(error):
            act(portal, receipt, mine.edit_token)


# ---------------------------------------------------------------- what is kept, and for how long


def marks(portal: Portal) -> list[bytes]:
    with portal.read() as session:
        return list(session.execute(select(Sighting.device_mark).order_by(Sighting.seen_at)).scalars())


def test_a_device_is_known_again_within_a_day_and_not_on_the_next(
    portal: Portal, government: Government, clock: Clock
) -> None:
    government.taps("1A", 4, 4)
    assert count(portal, DayKey) == 1
    clock.advance(DAY)
    release(portal)
    assert count(portal, DayKey) == 0
    government.tap("1A")
    one, two, next_day = marks(portal)
    assert one == two != next_day


def test_the_key_of_today_survives_a_release(portal: Portal, government: Government) -> None:
    government.tap("1A")
    release(portal)
    government.tap("1A")
    assert len(set(marks(portal))) == 1


@pytest.mark.parametrize("table, lasts", [(Sighting, 72 * HOUR), (Key, 30 * DAY)])
def test_what_is_kept_for_a_time_is_forgotten_after_it(
    portal: Portal, government: Government, clock: Clock, table: type[Base], lasts: timedelta
) -> None:
    government.tap("1A")
    clock.advance(lasts)
    release(portal)
    assert count(portal, table) == 1
    clock.advance(SECOND if table is Sighting else DAY)
    release(portal)
    assert count(portal, table) == 0
    assert count(portal, Response) == 1


def values(portal: Portal) -> Iterator[tuple[str, object]]:
    with portal.read() as session:
        for table in Base.metadata.sorted_tables:
            for row in session.execute(select(table)):
                yield from ((table.name, value) for value in row)


def test_no_instant_is_kept_but_in_the_sightings_and_nothing_of_the_device_anywhere(
    portal: Portal, government: Government
) -> None:
    ticket = government.tap("1B")
    change_rating(portal, ticket.receipt, ticket.edit_token, 2)
    name_service(portal, ticket.receipt, ticket.edit_token, OTHER)
    name_officer(portal, ticket.receipt, ticket.edit_token, str(government.officers["P2"]))
    add_answers(portal, ticket.receipt, ticket.edit_token, SURVEY, FULL)
    kept = list(values(portal))
    assert {name for name, value in kept if isinstance(value, datetime)} == {"sightings"}
    written = [repr(value) for _, value in kept]
    for secret in (b"a made-up device", ticket.receipt, ticket.edit_token):
        assert not [text for text in written if repr(secret)[2:-1] in text]


def test_ids_of_responses_are_random(portal: Portal, government: Government) -> None:
    ids = [government.response_id(ticket) for ticket in government.taps("1A", *[4] * 20)]
    assert len({len(each) for each in ids}) == 1
    assert len({each[:4] for each in ids}) == 20
    assert ids != sorted(ids)
    assert count(portal, Response) == 20


# ---------------------------------------------------------------- what it costs


@contextmanager
def recorded(portal: Portal) -> Iterator[list[str]]:
    """Record the statements that are sent to the database, without those that begin a transaction."""
    statements: list[str] = []

    def record(*sent: Any) -> None:  # noqa: ANN401 - what SQLAlchemy hands over
        if not sent[2].startswith("BEGIN"):
            statements.append(sent[2])

    with portal.read() as session:
        engine = session.connection().engine
    event.listen(engine, "before_cursor_execute", record)
    yield statements
    event.remove(engine, "before_cursor_execute", record)


def test_a_rating_costs_at_most_eight_statements(portal: Portal, government: Government) -> None:
    government.tap("1A")
    with recorded(portal) as statements:
        government.tap("1A")
    assert len(statements) <= 8, statements


def test_the_cost_of_a_rating_does_not_grow_with_their_number(portal: Portal, government: Government) -> None:
    costs = []
    for _ in range(2):
        government.taps("1B", *[4] * 20)
        with recorded(portal) as statements:
            services.run(portal, rate, government.submission("1B", FULL, instrument=SURVEY))
        costs.append(len(statements))
    assert costs[0] == costs[1] <= 8


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_what_was_acknowledged_is_in_the_file_for_another_process(portal: Portal, government: Government) -> None:
    government.tap("1A")
    with portal.read() as session:
        file = session.connection().engine.url.database
    assert file
    with closing(sqlite3.connect(file)) as other:
        assert other.execute("SELECT count(*) FROM responses").fetchone() == (1,)
