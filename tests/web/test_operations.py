"""Probes: alive without a database, ready only when a rating could be stored."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from portal import app as composition
from portal import services
from portal.domain.errors import NotReady, StorageUnavailable
from portal.services import Portal, health
from portal.settings import Settings
from tests.client import CheckedClient
from tests.clock import Clock


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
