"""The clock inside `serve`: it releases, shows that it lives, and survives a database that is away."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal import services
from portal.domain.errors import NotReady, StorageUnavailable
from portal.scheduler import Scheduler
from portal.services import Portal, health
from portal.services.report.unit import open_unit
from portal.storage.tables import Base, Response, Sighting
from tests.clock import Clock
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


def test_what_was_kept_for_72_hours_goes_without_anybody_asking(portal: Portal, clock: Clock) -> None:
    town = Government(portal)
    town.add_unit("dinas")
    town.add_counter("satu", "dinas")
    town.taps("satu", 4)
    clock.advance(timedelta(hours=72))
    Scheduler(portal, 15).run_once()
    assert count(portal, Sighting) == 1
    clock.advance(timedelta(seconds=1))
    Scheduler(portal, 15).run_once()
    assert count(portal, Sighting) == 0
    assert count(portal, Response) == 1


def count(portal: Portal, table: type[Base]) -> int:
    with portal.read() as session:
        return session.execute(select(func.count()).select_from(table)).scalar_one()


def test_a_database_that_is_away_does_not_end_the_thread(portal: Portal) -> None:
    def away(*, repeatable: bool = False) -> AbstractContextManager[Session]:
        raise StorageUnavailable(str(repeatable))

    with _lines() as lines:
        Scheduler(replace(portal, begin=away), 15).run_once()
    assert lines == ["release failed"]


def test_a_fault_that_nobody_foresaw_does_not_end_the_thread_either(portal: Portal) -> None:
    def broken(*, repeatable: bool = False) -> AbstractContextManager[Session]:
        raise ArithmeticError(repeatable)

    with _lines() as lines:
        Scheduler(replace(portal, begin=broken), 15).run_once()
    assert lines == ["release failed"]


@contextmanager
def _lines() -> Iterator[list[str]]:
    """What the portal logs, whatever other tests did to its logger."""
    lines: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: lines.append(record.getMessage())  # type: ignore[method-assign]  # the least a handler can be
    logger = logging.getLogger("portal")
    before = logger.disabled
    logger.disabled = False
    logger.addHandler(handler)
    yield lines
    logger.removeHandler(handler)
    logger.disabled = before


def test_the_thread_stops_when_told(portal: Portal) -> None:
    scheduler = Scheduler(portal, 15)
    scheduler.stop()
    thread = scheduler.start()
    assert thread
    thread.join(timeout=30)
    assert not thread.is_alive()


def test_no_thread_runs_where_the_scheduler_is_turned_off(portal: Portal) -> None:
    assert Scheduler(portal, 0).start() is None
