"""Many writers at once: nothing lost, nothing doubled, and the sums hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from random import Random
from threading import Barrier

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from portal import services
from portal.domain.errors import Conflict, StorageUnavailable
from portal.services import ATTEMPTS, Portal
from portal.services.collect.rate import rate
from portal.services.collect.receipt import OTHER, UNKNOWN, add_answers, change_rating, name_officer, name_service
from portal.services.collect.tokens import Ticket
from portal.services.publish.release import release
from portal.services.rebuild import rebuild_tallies
from portal.storage import ledger, responses, tallies
from portal.storage.responses import Record
from portal.storage.tables import Ballot, Response, Sighting
from tests.government import HELP, QUICK, Government, small, without_officers
from tests.truth import assert_sums_hold, released

WRITERS = 8
ACTS = 12
COUNTERS = ("D", "1A", "1B", "2")


def at_once(*jobs: Callable[[], object]) -> None:
    """Run all jobs at the same time; the first failure is raised."""
    start = Barrier(len(jobs))

    def run(job: Callable[[], object]) -> None:
        start.wait()
        job()

    with ThreadPoolExecutor(len(jobs)) as pool:
        list(pool.map(run, jobs))


def count(portal: Portal, table: type[Response | Ballot | Sighting]) -> int:
    with portal.read() as session:
        return session.execute(select(func.count()).select_from(table)).scalar_one()


def busy(government: Government, shared: list[Ticket], seed: int) -> None:
    """Rate, and change and add to what others change and add to as well."""
    chance, portal = Random(seed), government.portal
    for _ in range(ACTS):
        government.tap(chance.choice(COUNTERS), chance.randint(1, 4))
        ticket = chance.choice(shared)
        mine = ticket.receipt, ticket.edit_token
        services.run(portal, change_rating, *mine, chance.randint(1, 4))
        services.run(portal, name_service, *mine, OTHER)
        services.run(portal, name_officer, *mine, chance.choice([UNKNOWN, str(government.officers["P2"])]))
        if chance.random() < 0.5:
            known = chance.choice(shared[:2])
            services.run(portal, add_answers, known.receipt, known.edit_token, HELP, {"PETUGAS": chance.randint(1, 4)})


def test_ratings_and_changes_of_the_same_responses_at_once_lose_and_double_nothing(portal: Portal) -> None:
    government = small(portal)
    shared = [*government.taps("1A", 4, 4), *government.taps("1B", 4, 4)]
    at_once(*(lambda seed=seed: busy(government, shared, seed) for seed in range(WRITERS)))
    assert count(portal, Response) == len(shared) + WRITERS * ACTS
    assert_sums_hold(portal)


def test_a_release_during_ratings_and_changes_loses_and_doubles_nothing(portal: Portal) -> None:
    government = without_officers(portal)
    shared = government.taps("1A", *[4] * 9)

    def writing(seed: int) -> None:
        chance = Random(seed)
        for _ in range(ACTS):
            government.tap(chance.choice(COUNTERS), chance.randint(1, 4))
            ticket = chance.choice(shared)
            services.run(portal, change_rating, ticket.receipt, ticket.edit_token, chance.randint(1, 4))

    def releasing() -> None:
        for _ in range(ACTS):
            try_release(portal)

    at_once(*(lambda seed=seed: writing(seed) for seed in range(WRITERS - 2)), releasing, releasing)
    assert_sums_hold(portal)
    government.taps("D", *[3] * 9)
    services.run(portal, release)
    assert_sums_hold(portal)
    assert released(portal)


def try_release(portal: Portal) -> None:
    """Release; one that lost to writers five times in a row leaves it to the next."""
    try:
        services.run(portal, release)
    except Conflict:
        assert portal.government


def test_a_rebuild_during_ratings_and_changes_loses_and_doubles_nothing(portal: Portal) -> None:
    government = small(portal)
    shared = [*government.taps("1A", 4, 4), *government.taps("1B", 4, 4)]

    def rebuilding() -> None:
        for _ in range(ACTS):
            assert services.run(portal, rebuild_tallies, actor="cli:test").differing == 0

    at_once(*(lambda seed=seed: busy(government, shared, seed) for seed in range(4)), rebuilding)
    assert count(portal, Response) == len(shared) + 4 * ACTS
    assert_sums_hold(portal)


def test_sixteen_posts_of_one_key_make_one_response_and_bring_one_receipt(portal: Portal) -> None:
    government = small(portal)
    submission = government.submission("1A", {"LAYANAN": 4})
    tickets: list[Ticket] = []
    at_once(*(lambda: tickets.append(services.run(portal, rate, submission)) for _ in range(16)))
    assert len({(ticket.receipt, ticket.edit_token) for ticket in tickets}) == 1
    assert sum(not ticket.replayed for ticket in tickets) == 1
    assert count(portal, Response) == count(portal, Ballot) == count(portal, Sighting) == 1
    assert_sums_hold(portal)


def test_sixteen_posts_of_one_key_with_four_faces_make_one_response(portal: Portal) -> None:
    government = small(portal)
    key = bytes(16)
    at_once(*(lambda value=1 + n % 4: government.tap("1A", value, key=key) for n in range(16)))
    assert count(portal, Response) == 1
    assert_sums_hold(portal)


def test_the_first_sixteen_ratings_of_a_day_share_one_day_key(portal: Portal) -> None:
    government = small(portal)
    at_once(*(lambda: government.tap("1A") for _ in range(16)))
    with portal.read() as session:
        marks = session.execute(select(Sighting.device_mark)).scalars().all()
    assert len(marks) == 16
    assert len(set(marks)) == 1


# ---------------------------------------------------------------- a lost race


def add_revision(portal: Portal, response_id: bytes, stale: list[Record]) -> None:
    """Add a revision to what was read before another writer came, if anything was."""
    with portal.begin() as session:
        record = stale.pop() if stale else responses.get_record(session, response_id, lock=True)
        revision = record.ballot_revisions[QUICK] + 1
        responses.append_ballots(session, response_id, revision, {QUICK: {"LAYANAN": 2}})


@pytest.fixture
def lost(portal: Portal) -> tuple[bytes, Record]:
    """A response, and what a writer had read of it before another changed it."""
    government = small(portal)
    ticket = government.tap("1A")
    response_id = government.response_id(ticket)
    with portal.read() as session:
        stale = responses.get_record(session, response_id)
    change_rating(portal, ticket.receipt, ticket.edit_token, 1)
    return response_id, stale


def test_two_writers_of_the_same_revision_conflict(portal: Portal, lost: tuple[bytes, Record]) -> None:
    response_id, stale = lost
    with pytest.raises(Conflict):
        add_revision(portal, response_id, [stale])
    assert count(portal, Ballot) == 2


def test_the_losing_writer_starts_again(portal: Portal, lost: tuple[bytes, Record]) -> None:
    response_id, stale = lost
    services.run(portal, add_revision, response_id, [stale])
    assert count(portal, Ballot) == 3


def test_a_writer_that_always_loses_gives_up(portal: Portal, lost: tuple[bytes, Record]) -> None:
    response_id, stale = lost
    stales = [stale] * (ATTEMPTS + 1)
    with pytest.raises(Conflict):
        services.run(portal, add_revision, response_id, stales)
    assert len(stales) == 1


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
def test_ratings_wait_for_a_rebuild(portal: Portal, impatient: Portal) -> None:
    waiting = replace(small(portal), portal=impatient)
    ticket = waiting.tap("1A")
    with portal.begin() as session:
        tallies.hold_writers(session)
        with pytest.raises(StorageUnavailable):
            waiting.tap("1A")
        with pytest.raises(StorageUnavailable):
            change_rating(impatient, ticket.receipt, ticket.edit_token, 1)
    waiting.tap("1A")


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
def test_two_releases_never_run_at_once(portal: Portal, impatient: Portal) -> None:
    release(portal, weekly=True)
    with portal.begin() as session:
        ledger.hold_releases(session)
        with pytest.raises(StorageUnavailable):
            release(impatient, weekly=False)
    assert not release(impatient, weekly=False).cells
