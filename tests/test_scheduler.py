"""The clock inside `serve`: it releases, shows that it lives, and survives a database that is away."""

from __future__ import annotations

import logging
from contextlib import AbstractContextManager
from dataclasses import replace

import pytest
from sqlalchemy.orm import Session

from portal import services
from portal.domain.errors import NotReady, StorageUnavailable
from portal.scheduler import Scheduler
from portal.services import Portal, health
from portal.services.report.unit import open_unit
from tests.government import Government


def test_a_run_moves_the_figures_and_leaves_a_heartbeat(portal: Portal) -> None:
    town = Government(portal)
    town.add_unit("dinas")
    town.add_counter("satu", "dinas")
    town.taps("satu", 4, 4, 3, 4, 2)
    with pytest.raises(NotReady, match="scheduler"):
        services.run(portal, health.check_ready, release_minutes=15)
    Scheduler(portal, 15).run_once()
    services.run(portal, health.check_ready, release_minutes=15)
    assert services.run(portal, open_unit, (town.units["dinas"],), None, None).quick.n == 5


def test_a_database_that_is_away_does_not_end_the_thread(portal: Portal, caplog: pytest.LogCaptureFixture) -> None:
    def away(*, repeatable: bool = False) -> AbstractContextManager[Session]:
        raise StorageUnavailable(str(repeatable))

    with caplog.at_level(logging.ERROR, logger="portal"):
        Scheduler(replace(portal, begin=away), 15).run_once()
    assert [record.message for record in caplog.records] == ["release failed"]


def test_the_thread_stops_when_told(portal: Portal) -> None:
    scheduler = Scheduler(portal, 15)
    scheduler.stop()
    scheduler.run()
    scheduler.start()
