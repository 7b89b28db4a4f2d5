"""Probes: alive without a database, ready only when a rating could be stored."""

from __future__ import annotations

import os
import re
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text
from sqlalchemy.orm import Session

from portal import app as composition
from portal import services
from portal.domain.errors import NotReady, StorageUnavailable
from portal.services import Portal, health
from portal.settings import Settings
from portal.storage import health as store
from portal.storage import migrate
from portal.web.metrics import Board, Counts
from tests.client import CheckedClient
from tests.clock import Clock
from tests.serving import PORTAL, Serving
from tests.web import town, visit
from tests.wire import Wire, expect, get


def test_healthz_answers_without_a_database(settings: Settings, portal: Portal) -> None:
    def away() -> AbstractContextManager[Session]:
        raise StorageUnavailable

    app = composition.build_web(settings, replace(portal, read=away, begin=away))  # type: ignore[arg-type]  # never asked
    app.test_client_class = CheckedClient
    assert app.test_client().get("/healthz").text == "ok\n"
    assert app.test_client().get("/readyz", headers={"Accept": "application/json"}).status_code == 503


def test_readyz_is_green_on_a_migrated_database(client: FlaskClient) -> None:
    assert client.get("/readyz").text == "ready\n"


def test_readyz_turns_red_when_a_migration_is_missing(client: FlaskClient, portal: Portal) -> None:
    with portal.begin() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    reply = client.get("/readyz", headers={"Accept": "application/json"})
    assert (reply.status_code, reply.json["code"] if reply.json else None) == (503, "not-ready")


def test_readyz_turns_red_when_the_scheduler_missed_three_beats(portal: Portal, clock: Clock) -> None:
    services.run(portal, health.beat)
    clock.advance(timedelta(minutes=45))
    services.run(portal, health.check_ready, release_minutes=15)
    clock.advance(timedelta(minutes=1))
    with pytest.raises(NotReady, match="scheduler"):
        services.run(portal, health.check_ready, release_minutes=15)


# ---------------------------------------------------------------- version and metrics


def test_version_names_the_version_and_the_revision(client: FlaskClient) -> None:
    assert client.get("/version").json == {"version": composition.version(), "revision": migrate.get_head()}


def scraped(client: FlaskClient) -> dict[str, dict[tuple[str, ...], float]]:
    """Every sample, by name and by the values of its labels in the order of their names."""
    found: dict[str, dict[tuple[str, ...], float]] = {}
    for family in text_string_to_metric_families(client.get("/metrics").text):
        for sample in family.samples:
            labels = tuple(value for _, value in sorted(sample.labels.items()))
            found.setdefault(sample.name, {})[labels] = sample.value
    return found


def test_metrics_count_answers_by_route_method_and_status(client: FlaskClient, portal: Portal) -> None:
    town.build(portal)
    visit.tap(client, town.MAIN, 3)
    client.get(f"/q/{town.MAIN.lower()}")  # from the prepared pages
    client.get("/nowhere")
    samples = scraped(client)
    requests = samples["portal_requests_total"]
    assert requests["GET", "/q/<code>", "200"] == 2
    assert requests["POST", "/q/<code>/nilai", "303"] == 1
    assert requests["GET", "-", "404"] == 1
    assert samples["portal_request_seconds_count"]["/q/<code>",] == 2
    assert samples["portal_request_seconds_bucket"]["+Inf", "/q/<code>"] == 2
    assert samples["portal_request_seconds_sum"]["/q/<code>",] > 0


def test_metrics_tell_ages_and_what_waits(client: FlaskClient, portal: Portal, clock: Clock) -> None:
    town.build(portal)
    assert "portal_scheduler_age_seconds" not in scraped(client)
    visit.tap(client, town.MAIN, 3)
    services.run(portal, health.beat)
    with portal.begin() as session:
        store.beat(session, store.BACKUP, clock.now())
    clock.advance(timedelta(minutes=2))
    samples = scraped(client)
    assert samples["portal_database_up"][()] == 1
    assert samples["portal_scheduler_age_seconds"][()] == 120
    assert samples["portal_backup_age_seconds"][()] == 120
    assert samples["portal_pending"][()] > 0
    assert 0 < samples["portal_disk_free_ratio"][()] <= 1


def test_metrics_name_no_unit_no_counter_and_no_code(client: FlaskClient, portal: Portal) -> None:
    town.build(portal)
    visit.tap(client, town.MAIN, 3)
    said = client.get("/metrics").text
    assert {label for sample in re.findall(r"\{(.*)\}", said) for label in re.findall(r"(\w+)=", sample)} == {
        "route",
        "method",
        "status",
        "le",
    }
    for word in (town.MAIN.lower(), "loket 1", "dinas", "unit_code=", "127.0.0.1"):
        assert word not in said.lower()


def test_there_are_no_metrics_for_others(settings: Settings, portal: Portal) -> None:
    app = composition.build_web(replace(settings, metrics_networks="10.1.0.0/16, 2001:db8::/32"), portal)
    app.test_client_class = CheckedClient
    for address, status in (
        ("10.1.2.3", 200),
        ("::ffff:10.1.2.3", 200),
        ("2001:db8::7", 200),
        ("10.2.0.1", 404),
        ("127.0.0.1", 404),
        ("", 404),
    ):
        asked = app.test_client().get("/metrics", environ_base={"REMOTE_ADDR": address})
        assert asked.status_code == status, address


def test_metrics_answer_while_the_database_is_away(settings: Settings, portal: Portal) -> None:
    def away() -> AbstractContextManager[Session]:
        raise StorageUnavailable

    app = composition.build_web(settings, replace(portal, read=away))
    assert scraped(app.test_client())["portal_database_up"] == {(): 0}


def test_processes_of_one_server_count_together(settings: Settings, portal: Portal) -> None:
    board = Board(2)
    clients = [composition.build_web(settings, portal, board).test_client() for _ in range(2)]
    for client in (*clients, *clients):
        client.get("/healthz")
    for client in clients:
        assert scraped(client)["portal_requests_total"]["GET", "/healthz", "200"] == 4


def test_what_a_process_counted_is_kept_when_it_ends_and_its_part_is_taken_over() -> None:
    board = Board(2)
    own = Counts(board, ["/a"])
    own.note("/a", "GET", "200", 0.02)
    for _ in range(3):  # more than there are parts: each takes over from the one before
        child = os.fork()
        if not child:
            Counts(board, ["/a"]).note("/a", "BREW", "299", 99.0)
            os._exit(0)
        os.waitpid(child, 0)
    assert dict(own.requests()) == {("/a", "GET", "200"): 1, ("/a", "other", "other"): 3}
    ((route, buckets, seconds),) = own.latencies()
    assert (route, sum(buckets), buckets[-1], seconds) == ("/a", 4, 3, 297.02)


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
def test_every_process_of_a_server_tells_what_all_have_counted(database_url: str) -> None:
    with Serving(PORTAL, database_url, release_minutes=0, workers=2) as serving:
        asked = 0
        while len(serving.workers()) < 2 or asked < 40:
            with Wire(serving.port) as wire:
                expect(wire.ask(get("/version")), 200)
            asked += 1
        told = set()
        for _ in range(10):
            with Wire(serving.port) as wire:
                said = expect(wire.ask(get("/metrics").replace(b"gzip", b"identity")), 200).decode()
            told.add(re.search(r'{method="GET",route="/version",status="200"} (\S+)', said)[1])  # type: ignore[index]  # it is there
        assert told == {f"{asked}.0"}
