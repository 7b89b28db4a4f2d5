"""A real server, a real Chromium."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Final

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, sync_playwright
from sqlalchemy import func, select
from werkzeug.serving import make_server

from portal import app as composition
from portal.services import Portal
from portal.settings import Settings
from portal.storage.tables import Counter, Officer, Service, Unit
from tests.browser import two_processes
from tests.clock import Clock, RunningClock
from tests.redis import Redis
from tests.serving import Serving
from tests.web import town, ways
from tests.wire import HOST

CHROMIUM: Final = Path("/usr/bin/chromium")
QUIET: Final = ("--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-gpu")


HERE: Final = "here"
TWO: Final = "two processes"
EVERYWHERE: Final = pytest.mark.parametrize("hosting", [HERE, TWO], indirect=True)
"""For tests that leave the clock alone and look at nothing inside the server."""

_OF_THE_SERVER: Final = ("secret_key", "database_url", "bind")


class ChromiumMissing(Exception):
    """The browser that these tests drive is not installed."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the pages are served; behind `narrow`, only one rating a minute passes the valve."""

    origin: str
    narrow: str
    portal: Portal


@pytest.fixture
def hosting(request: pytest.FixtureRequest) -> str:
    """In the test's own process on SQLite, unless the test says that it runs EVERYWHERE."""
    return str(getattr(request, "param", HERE))


@pytest.fixture
def database_kind(hosting: str) -> str:
    """Pages look the same on either database."""
    return "postgresql" if hosting == TWO else "sqlite"


@pytest.fixture
def clock(hosting: str) -> Clock:
    """A clock that stands still, or runs where other processes must share it."""
    return RunningClock() if hosting == TWO else Clock()


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """The longest of everything that stands above the question."""
    return replace(settings, government="Pemerintah Kabupaten Contoh Kepulauan", demo=True)


@pytest.fixture
def place(
    settings: Settings, portal: Portal, clock: Clock, hosting: str, request: pytest.FixtureRequest
) -> Iterator[Place]:
    """The town and its health centre, served twice."""
    town.build(portal)
    ways.build(portal)
    if hosting == TWO:
        _go_on_counting(portal)
        with served_by_two(settings, clock, request.getfixturevalue("redis")) as origin:
            yield Place(origin, "nowhere:", portal)
        return
    apps = composition.build_web(settings, portal), composition.build_web(replace(settings, valve_per_minute=1), portal)
    apps[0].add_url_rule("/gagal", "fail", _fail)
    with served(apps[0]) as origin, served(apps[1]) as narrow:
        yield Place(origin, narrow, portal)


def _fail() -> str:
    raise ArithmeticError


@contextmanager
def served(app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


def _go_on_counting(portal: Portal) -> None:
    """Let the next row of each table have an id of its own: the town has chosen its ids itself."""
    with portal.begin() as session:
        for table in (Unit, Service, Officer, Counter):
            last = select(func.max(table.id)).scalar_subquery()
            session.execute(select(func.setval(func.pg_get_serial_sequence(table.__tablename__, "id"), last)))


@contextmanager
def served_by_two(settings: Settings, clock: Clock, redis: Redis) -> Iterator[str]:
    """Serve by two processes on PostgreSQL that count together in Redis."""
    assert isinstance(clock, RunningClock)
    told = {item.name: getattr(settings, item.name) for item in fields(settings) if item.name not in _OF_THE_SERVER}
    told |= {"workers": 2, "limiter_storage": redis.url}
    with Serving((two_processes.PROGRAM, str(clock.began)), settings.database_url, **told) as serving:
        yield f"http://{HOST}:{serving.port}"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests of a process."""
    if not CHROMIUM.exists():
        raise ChromiumMissing(f"{CHROMIUM} is missing: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A phone's browser that has never been here."""
    context = browser.new_context(viewport={"width": 360, "height": 640})
    context.set_default_timeout(10_000)
    yield context.new_page()
    context.close()
