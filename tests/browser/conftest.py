"""A real server, a real Chromium."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import make_server

from portal import app as composition
from portal.services import Portal
from portal.settings import Settings
from tests.web import town

CHROMIUM: Final = Path("/usr/bin/chromium")
QUIET: Final = ("--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-gpu")


class ChromiumMissing(Exception):
    """The browser that these tests drive is not installed."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the pages are served; behind `narrow`, only one rating a minute passes the valve."""

    origin: str
    narrow: str
    portal: Portal


@pytest.fixture
def database_kind() -> str:
    """Pages look the same on either database."""
    return "sqlite"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """The longest of everything that stands above the question."""
    return replace(settings, government="Pemerintah Kabupaten Contoh Kepulauan", demo=True)


@pytest.fixture
def place(settings: Settings, portal: Portal) -> Iterator[Place]:
    """The town, served twice."""
    town.build(portal)
    apps = composition.build_web(settings, portal), composition.build_web(replace(settings, valve_per_minute=1), portal)
    apps[0].add_url_rule("/gagal", "fail", _fail)
    with _served(apps[0]) as origin, _served(apps[1]) as narrow:
        yield Place(origin, narrow, portal)


def _fail() -> str:
    raise ArithmeticError


@contextmanager
def _served(app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


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
