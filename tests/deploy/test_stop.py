"""Told to stop, the server ends by itself, and whoever was being answered is answered."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import pytest
from sqlalchemy import text

from portal import app as composition
from portal.services import Portal
from portal.settings import Settings
from portal.storage.database import make_engine
from tests import government
from tests.faults.citizens import Citizen, Rating
from tests.faults.promises import assert_each_counts_once
from tests.serving import PORTAL, SECRET, Serving
from tests.wire import PATIENCE, Wire, expect, get

BLINK: Final = 0.01
_WAITING: Final = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")


def _until(true: Callable[[], bool]) -> None:
    never, end = threading.Event(), time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end
        never.wait(BLINK)


def _open(database_url: str) -> Portal:
    return composition.build_portal(Settings(secret_key=SECRET, database_url=database_url))


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
@pytest.mark.parametrize("workers", [1, 2])
def test_a_rating_under_way_is_stored_and_answered_before_the_end(database_url: str, workers: int) -> None:
    portal = _open(database_url)
    code = government.small(portal).codes["1A"]
    engine = make_engine(database_url, connections=2)
    with (
        Serving(PORTAL, database_url, release_minutes=0, workers=workers) as serving,
        ThreadPoolExecutor(1) as pool,
        Citizen(serving.port) as citizen,
        engine.connect() as holder,
        engine.connect() as watcher,
    ):
        rating = Rating(code, citizen.token(code), value=4)
        holder.execute(text("LOCK TABLE keys IN ACCESS EXCLUSIVE MODE"))
        answer = pool.submit(citizen.send, rating)
        _until(lambda: watcher.execute(_WAITING).scalar_one() == 1)
        serving.ask_to_stop()
        holder.rollback()
        assert answer.result(PATIENCE).startswith("/r/")
        assert serving.wait_for_the_end() == 0
    engine.dispose()
    assert_each_counts_once(portal, [rating])
    portal.close()


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_idle_lines_do_not_keep_the_server(database_url: str) -> None:
    with Serving(PORTAL, database_url, release_minutes=1) as serving, Wire(serving.port) as idle:
        expect(idle.ask(get("/healthz")), 200)
        serving.ask_to_stop()
        assert serving.wait_for_the_end() == 0
