"""A period closes while ratings come: each ends in exactly one base period per cut, none is lost and none doubled."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from random import Random
from threading import Thread

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from portal import services
from portal.domain.errors import Conflict, StorageUnavailable
from portal.domain.period import Period
from portal.services import Portal
from portal.services.publish.closing import hold
from portal.services.publish.release import release
from portal.storage.tables import Response
from tests.clock import Clock
from tests.government import Government, without_officers
from tests.storage.closings import close, group_of, late, late_in
from tests.storage.histories import judge
from tests.truth import assert_sums_hold, current, released

MARCH = Period.parse("2026-03")
GIVEN_ON = date(2026, 3, 20)
COUNTERS = ("D", "1A", "1B", "2")
THREADS, EACH = 6, 25
FEW = 30
"""Attempts; a closing among writers loses a race now and then, as any release does."""


@pytest.fixture
def government(portal: Portal, clock: Clock) -> Government:
    """A government on the second of April, with ratings of March of which few have been released."""
    made = without_officers(portal)
    for code in COUNTERS:
        made.taps(code, 4, 3, 2)
    release(portal)
    clock.set(datetime(2026, 4, 2, 3, tzinfo=UTC))
    return made


def until_done(portal: Portal, use_case: Callable[[Portal], object]) -> None:
    for _ in range(FEW):
        try:
            use_case(portal)
        except Conflict:
            continue
        return
    raise AssertionError(use_case)


def writing(government: Government, known: list[bytes], seed: int) -> list[bytes]:
    """Rate today, key in what was given in March, and judge what is known; return what was acknowledged on paper."""
    chance, kept = Random(seed), []
    for number in range(EACH):
        counter = chance.choice(COUNTERS)
        if number % 5 == 4:
            verdict = chance.choice(["counted", "held:Q3"])
            until_done(government.portal, partial(judge, response_id=chance.choice(known), state=verdict))
        elif number % 2:
            government.tap(counter, chance.randint(1, 4))
        else:
            kept.append(late(government, counter, GIVEN_ON, chance.randint(1, 4)))
    return kept


def test_each_rating_that_comes_while_a_period_closes_counts_in_one_period(
    portal: Portal, government: Government
) -> None:
    with portal.read() as session:
        known = list(session.execute(select(Response.id).order_by(Response.id)).scalars())
    with ThreadPoolExecutor(THREADS + 1) as pool:
        writers = [pool.submit(writing, government, known, seed) for seed in range(THREADS)]
        closing = pool.submit(until_done, portal, lambda portal: close(portal, MARCH))
        kept = [response_id for writer in writers for response_id in writer.result()]
        closing.result()
    with portal.read() as session:
        days = {row.id: row.counts_on for row in session.execute(select(Response)).scalars()}
    assert len(days) == len(known) + THREADS * 20
    assert set(kept) <= days.keys()
    assert {days[response_id] for response_id in kept} <= {GIVEN_ON, date(2026, 4, 1)}
    assert_sums_hold(portal)
    check_one_period_each(portal)
    for counter in COUNTERS:
        government.taps(counter, *[4] * 5)
    until_done(portal, release)
    assert_sums_hold(portal)
    check_one_period_each(portal)
    assert {key.month for key in released(portal)} == {date(2026, 3, 1), date(2026, 4, 1)}


def check_one_period_each(portal: Portal) -> None:
    """Check that of every cut and measure each response has one month."""
    months = defaultdict(set)
    for key, content in current(portal).items():
        for response_id in content:
            months[response_id, group_of(key)].add(key.month)
    assert {len(found) for found in months.values()} == {1}


# ---------------------------------------------------------------- locks that PostgreSQL needs


@pytest.fixture
def impatient(portal: Portal) -> Portal:
    """A Portal that waits for no lock."""

    @contextmanager
    def begin(*, repeatable: bool = False) -> Iterator[Session]:
        with portal.begin(repeatable=repeatable) as session:
            session.execute(text("SET LOCAL lock_timeout = '20ms'"))
            yield session

    return replace(portal, begin=begin)


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
def test_what_was_given_before_and_changes_of_it_wait_for_a_closing_but_ratings_of_today_do_not(
    portal: Portal, impatient: Portal, government: Government
) -> None:
    with portal.read() as session:
        known = session.execute(select(Response.id)).scalars().first() or b""
    waiting = replace(government, portal=impatient)
    with portal.begin(repeatable=True) as session:
        hold(session)
        waiting.tap("D")
        with pytest.raises(StorageUnavailable):
            late(waiting, "D", GIVEN_ON)
        with pytest.raises(StorageUnavailable):
            judge(impatient, known, "held:Q3")
    late(waiting, "D", GIVEN_ON)


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
def test_a_closing_reads_what_was_kept_while_it_waited_to_begin(portal: Portal, government: Government) -> None:
    closing = Thread(target=services.run, args=(portal, close, MARCH))
    with portal.begin() as session:
        kept = late_in(session, government, "D", GIVEN_ON)
        closing.start()
        until_somebody_waits(portal)
    closing.join()
    # Three waited at the counter before it: all four are too few, and are carried into April.
    months = {key.month for key, content in current(portal).items() if key.cut == "counter" and kept in content}
    assert months == {date(2026, 4, 1)}


def until_somebody_waits(portal: Portal) -> None:
    """Return once a lock is waited for; asking takes as long as a round trip, so this is no busy wait of note."""
    blocked = text("SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'periods'::regclass")
    for _ in range(100_000):
        with portal.read() as session:
            if session.execute(blocked).scalar_one():
                return
    raise AssertionError
