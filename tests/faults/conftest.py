"""A small government in a database that a real server, in a process of its own, opens."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from portal import app as composition
from portal.services import Portal
from portal.settings import Settings
from tests import government
from tests.redis import Redis
from tests.serving import PORTAL, SECRET, Serving

COUNTERS = ("1A", "1B", "2", "PLAT")


@pytest.fixture
def portal(database_url: str) -> Iterator[Portal]:
    """The Portal of the test itself, by the clock of the server."""
    portal = composition.build_portal(Settings(secret_key=SECRET, database_url=database_url))
    yield portal
    portal.close()


@pytest.fixture
def codes(portal: Portal) -> list[str]:
    """The codes of the counters that citizens rate."""
    codes = government.small(portal).codes
    portal.close()  # whoever comes next connects anew: the server may have been killed in between
    return [codes[counter] for counter in COUNTERS]


@pytest.fixture
def serving(database_url: str, codes: list[str]) -> Iterator[Serving]:
    """The product, served."""
    assert codes
    with Serving(PORTAL, database_url, release_minutes=0) as serving:
        yield serving


@pytest.fixture
def pair(database_url: str, codes: list[str], redis: Redis) -> Iterator[Serving]:
    """The product, served by two processes that count together."""
    assert codes
    with Serving(PORTAL, database_url, release_minutes=0, workers=2, limiter_storage=redis.url) as serving:
        yield serving
