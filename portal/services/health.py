"""Use case of the operator's probe: may traffic be sent here?"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from portal.domain.errors import NotReady
from portal.services import Portal
from portal.storage import health, migrate

SCHEDULER: Final = "scheduler"
_PROBE: Final = "write-probe"
_LEAST_FREE_SHARE: Final = 0.05
_MISSED_BEATS: Final = 3
_PROBE_AGAIN: Final = timedelta(seconds=5)
"""Whoever asks more often gets the last answer: the probe is for everyone, the writer for citizens."""


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
        if probed is None or portal.now() - probed >= _PROBE_AGAIN:
            health.beat(session, _PROBE, portal.now())
        if health.free_share(session) < _LEAST_FREE_SHARE:
            raise NotReady("disk")
        last = health.find_beat(session, SCHEDULER)
        late = timedelta(minutes=release_minutes * _MISSED_BEATS)
        if release_minutes and (last is None or portal.now() - last > late):
            raise NotReady("scheduler")


def beat(portal: Portal) -> None:
    """Show that the scheduler lives."""
    with portal.begin() as session:
        health.beat(session, SCHEDULER, portal.now())
