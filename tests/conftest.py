"""Fixtures of the whole suite: databases, the clock, the Portal, and a client that looks at every response."""

from __future__ import annotations

import itertools
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal import app as composition
from portal.domain.access import Hashing
from portal.services import Portal
from portal.settings import Settings
from tests.client import CheckedClient
from tests.clock import Clock
from tests.postgres import Cluster
from tests.redis import Redis, redis_server

if TYPE_CHECKING:
    from xdist.workermanage import WorkerController

CLUSTER = pytest.StashKey[Cluster]()
HOME = "postgres_home"
NUMBERS = itertools.count()
CHEAP = Hashing(memory=8, passes=1)
"""Passwords of tests are made up; hashing them at full cost would only be slow."""


def pytest_configure(config: pytest.Config) -> None:
    """Name one folder for the cluster; the process that first needs PostgreSQL starts it there."""
    handed: dict[str, str] = getattr(config, "workerinput", {})
    home = handed.get(HOME) or tempfile.mkdtemp(prefix="loket-")
    config.stash[CLUSTER] = Cluster(Path(home))


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: WorkerController) -> None:
    """Hand the folder to each process of a distributed run."""
    node.workerinput[HOME] = str(node.config.stash[CLUSTER].home)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the cluster once all processes are done."""
    if not hasattr(config, "workerinput"):
        config.stash[CLUSTER].stop()


@pytest.fixture(scope="session")
def postgres(request: pytest.FixtureRequest) -> Cluster:
    """The cluster of this run."""
    cluster = request.config.stash[CLUSTER]
    cluster.start()
    return cluster


@pytest.fixture(scope="session")
def postgres_template(postgres: Cluster, worker_id: str) -> str:
    """The name of a migrated database."""
    name = f"template_{worker_id}"
    composition.migrate(postgres.create(name))
    return name


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated file, whole in itself: nothing waits in a write-ahead log beside it."""
    file = tmp_path_factory.mktemp("template") / "template.sqlite3"
    composition.migrate(f"sqlite:///{file}")
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return file


@pytest.fixture(params=["sqlite", "postgresql"])
def database_kind(request: pytest.FixtureRequest) -> str:
    """Run the test on both databases."""
    return str(request.param)


@pytest.fixture
def database_url(database_kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A migrated database of the test's own."""
    if database_kind == "sqlite":
        file = shutil.copyfile(request.getfixturevalue("sqlite_template"), tmp_path / "portal.sqlite3")
        yield f"sqlite:///{file}"
    else:
        yield from _postgres_copy(request, request.getfixturevalue("postgres_template"))


@pytest.fixture
def empty_database_url(database_kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database of the test's own without a table."""
    if database_kind == "sqlite":
        yield f"sqlite:///{tmp_path / 'portal.sqlite3'}"
    else:
        yield from _postgres_copy(request, "template0")


def _postgres_copy(request: pytest.FixtureRequest, template: str) -> Iterator[str]:
    cluster: Cluster = request.getfixturevalue("postgres")
    name = f"test_{request.getfixturevalue('worker_id')}_{next(NUMBERS)}"
    yield cluster.create(name, template)
    cluster.drop(name)


@pytest.fixture
def redis() -> Iterator[Redis]:
    """Where several processes count together: a server of the test's own."""
    with redis_server() as server:
        yield server


@pytest.fixture
def clock() -> Clock:
    """Tuesday 3 March 2026, 02:00 UTC, until the test moves it."""
    return Clock()


@pytest.fixture
def settings(database_url: str) -> Settings:
    """Defaults, with a secret and no scheduler of their own."""
    return Settings(secret_key="made-up secret of the tests, 32+", database_url=database_url, release_minutes=0)


@pytest.fixture
def portal(settings: Settings, clock: Clock) -> Iterator[Portal]:
    """The Portal as `serve` builds it, on the test's database and clock."""
    portal = replace(composition.build_portal(settings, now=clock.now), hashing=CHEAP)
    yield portal
    portal.close()


@pytest.fixture
def app(settings: Settings, portal: Portal) -> Flask:
    """The whole web application, CSRF and limiter on."""
    app = composition.build_web(settings, portal)
    app.test_client_class = CheckedClient
    return app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser without JavaScript that refuses pages and headers which break the rules of `pages` and `headers`."""
    return app.test_client()
