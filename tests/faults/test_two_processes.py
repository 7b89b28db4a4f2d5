"""Two processes on PostgreSQL that count together in Redis, and Redis away, frozen, forgetful and back."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from random import Random

import pytest

from portal.services import Portal
from tests.faults.citizens import FACES, Citizen, Crowd, Rating
from tests.faults.promises import assert_each_counts_once
from tests.redis import Redis
from tests.serving import PORTAL, Serving
from tests.wire import PATIENCE

AT_ONCE = 16
VALVE = 20


@pytest.fixture
def database_kind() -> str:
    """SQLite has one writing process."""
    return "postgresql"


def _ratings(port: int, codes: list[str]) -> Iterator[Rating]:
    chance = Random(7)
    with Citizen(port) as citizen:
        tokens = [(code, citizen.token(code)) for code in codes]
    while True:
        yield Rating(*chance.choice(tokens), value=chance.choice(FACES))


def _send(port: int, rating: Rating) -> int:
    """Send on a line of its own, which any process may take, and return the status."""
    with Citizen(port) as citizen:
        return int(citizen.ask(rating).split(b" ", 2)[1])


def _send_at_once(port: int, ratings: list[Rating]) -> dict[Rating, int]:
    with ThreadPoolExecutor(AT_ONCE) as threads:
        return dict(zip(ratings, threads.map(lambda rating: _send(port, rating), ratings), strict=True))


def test_one_form_sent_many_times_at_once_to_both_counts_once(pair: Serving, codes: list[str], portal: Portal) -> None:
    with ExitStack() as stack, ThreadPoolExecutor(AT_ONCE) as threads:
        taps = [stack.enter_context(Citizen(pair.port)) for _ in range(AT_ONCE)]
        token = taps[0].token(codes[0])
        ratings = [Rating(codes[0], token, value) for value in FACES for _ in range(3)]
        for rating in ratings:
            places = [threads.submit(tap.send, rating) for tap in taps]
            assert len({place.result() for place in places}) == 1
    assert_each_counts_once(portal, ratings)


@contextmanager
def _narrow(database_url: str, storage: str) -> Iterator[Serving]:
    options = {"workers": 2, "release_minutes": 0, "valve_per_minute": VALVE}
    with Serving(PORTAL, database_url, limiter_storage=storage, **options) as serving:
        yield serving


def test_the_valve_lets_exactly_as_many_through_as_it_says_whichever_process_they_meet(
    database_url: str, codes: list[str], redis: Redis, portal: Portal
) -> None:
    with _narrow(database_url, redis.url) as serving:
        ratings = _ratings(serving.port, codes)
        sent = _send_at_once(serving.port, [next(ratings) for _ in range(3 * VALVE)])
        assert Counter(sent.values()) == {303: VALVE, 429: 2 * VALVE}
        redis.flush()
        refused = [rating for rating, status in sent.items() if status == 429][:VALVE]
        assert set(_send_at_once(serving.port, refused).values()) == {303}
    kept = [rating for rating, status in sent.items() if status == 303]
    assert_each_counts_once(portal, [*kept, *refused])


def test_the_harness_finds_more_passing_where_each_process_counts_alone(database_url: str, codes: list[str]) -> None:
    with _narrow(database_url, "memory://") as serving:
        ratings, passed, end = _ratings(serving.port, codes), 0, time.monotonic() + PATIENCE
        while passed <= VALVE:
            assert time.monotonic() < end
            sent = _send_at_once(serving.port, [next(ratings) for _ in range(VALVE)])
            passed += Counter(sent.values())[303]
    assert passed <= 2 * VALVE


def test_no_rating_waits_for_redis_or_is_lost_to_it_while_it_stops_freezes_forgets_and_comes_back(
    pair: Serving, codes: list[str], redis: Redis, portal: Portal
) -> None:
    def restart() -> None:
        redis.stop()
        redis.start()

    chance, crowd = Random(8), Crowd(pair.port, codes)
    for happening in (redis.stop, redis.start, redis.freeze, redis.thaw, redis.flush, restart, redis.stop):
        crowd.rate_through(chance, at_least=60, then=happening)
    assert not crowd.insisted
    assert_each_counts_once(portal, crowd.promised)


def test_a_server_starts_without_redis_and_the_valve_counts_once_redis_is_there(
    database_url: str, codes: list[str], redis: Redis, portal: Portal
) -> None:
    redis.stop()
    with _narrow(database_url, redis.url) as serving:
        ratings = _ratings(serving.port, codes)
        sent = _send_at_once(serving.port, [next(ratings) for _ in range(2 * VALVE)])
        assert set(sent.values()) == {303}
        redis.start()
        end = time.monotonic() + PATIENCE
        while 429 not in sent.values():
            assert time.monotonic() < end
            sent |= _send_at_once(serving.port, [next(ratings) for _ in range(VALVE)])
    assert_each_counts_once(portal, [rating for rating, status in sent.items() if status == 303])
