"""Use cases of the operator's probes: may traffic be sent here, and how are things?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from portal.domain.errors import NotReady
from portal.services import Portal
from portal.storage import health, migrate

_PROBE: Final = "write-probe"
_LEAST_FREE_SHARE: Final = 0.05
_MISSED_BEATS: Final = 3
_PROBE_AGAIN: Final = timedelta(seconds=5)
"""Whoever asks more often gets the last answer: the probe is for everyone, the writer for citizens."""


@dataclass(frozen=True, slots=True)
class Vitals:
    """Ages in seconds, None: never happened; `pending` counts contributions that wait for a release."""

    scheduler_age: float | None
    release_age: float | None
    backup_age: float | None
    pending: int
    free_share: float


def check_ready(portal: Portal, *, release_minutes: int) -> None:
    """Write a probe and look at migrations, room on disk and the scheduler's last beat.

    `release_minutes` is the scheduler's interval; 0 means that none runs here.

    Raises:
        NotReady: names the probe that failed.
        StorageUnavailable: the database cannot be reached or written.
    """
    with portal.begin() as session:
        if not migrate.is_at_head(session.connection()):
            raise NotReady("migrations")
        probed = health.find_beat(session, _PROBE)
        if probed is None or abs(portal.now() - probed) >= _PROBE_AGAIN:  # a clock set back is no reason to wait
            health.beat(session, _PROBE, portal.now())
        if health.free_share(session) < _LEAST_FREE_SHARE:
            raise NotReady("disk")
        last = health.find_beat(session, health.SCHEDULER)
        late = timedelta(minutes=release_minutes * _MISSED_BEATS)
        if release_minutes and (last is None or portal.now() - last > late):
            raise NotReady("scheduler")


def beat(portal: Portal) -> None:
    """Show that the scheduler lives."""
    with portal.begin() as session:
        health.beat(session, health.SCHEDULER, portal.now())


def find_vitals(portal: Portal) -> Vitals:
    """Return how things are, in numbers that name nobody and no place."""
    now = portal.now()

    def age(at: datetime | None) -> float | None:
        return (now - at).total_seconds() if at else None

    with portal.read() as session:
        return Vitals(
            age(health.find_beat(session, health.SCHEDULER)),
            age(health.find_moments(session).released_at),
            age(health.find_beat(session, health.BACKUP)),
            health.count_pending(session),
            health.free_share(session),
        )
