"""A database server that crashes and comes back while citizens rate; a full disk under its log ends the same way."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from portal import app as composition
from portal.services import Portal
from tests.faults.citizens import Crowd
from tests.faults.promises import assert_each_counts_once, kept
from tests.postgres import Cluster
from tests.serving import PORTAL, Serving

ROUNDS = 4
MOST_TRIES = 10


@pytest.fixture(params=["durable"])
def cluster(request: pytest.FixtureRequest) -> Iterator[Cluster]:
    """A server of the test's own, which it may crash."""
    cluster = Cluster(Path(tempfile.mkdtemp(prefix="loket-")), durable=request.param == "durable")
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()


@pytest.fixture
def database_url(cluster: Cluster) -> str:
    """A migrated database on the server that crashes."""
    url = cluster.create("faults")
    composition.migrate(url)
    return url


def test_no_crash_of_the_database_loses_or_doubles_a_rating_and_nobody_restarts_the_server(
    cluster: Cluster, database_url: str, codes: list[str], portal: Portal
) -> None:
    with Serving(PORTAL, database_url, release_minutes=0, workers=2) as serving:
        chance, crowd = Random(2026), Crowd(serving.port, codes)
        for _ in range(ROUNDS):
            crowd.rate_through(chance, at_least=chance.randint(5, 40), then=cluster.restart)
    assert crowd.insisted >= ROUNDS
    assert_each_counts_once(portal, crowd.promised)


@pytest.mark.parametrize("cluster", ["careless"], indirect=True)
def test_the_harness_finds_the_loss_where_a_commit_does_not_wait_for_the_disk(
    cluster: Cluster, database_url: str, codes: list[str], portal: Portal
) -> None:
    with Serving(PORTAL, database_url, release_minutes=0) as serving:
        chance, crowd = Random(2026), Crowd(serving.port, codes)
        for _ in range(MOST_TRIES):
            crowd.rate_through(chance, at_least=chance.randint(5, 40), then=cluster.restart)
            if kept(portal, crowd.promised).lost:
                return
    pytest.fail("commits that were lost went unnoticed")
