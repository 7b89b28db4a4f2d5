"""Use case of the operator: look at everything that goes wrong silently."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from portal.domain.errors import PortalError
from portal.services import Portal
from portal.services.doctor.configuration import examine_settings
from portal.services.doctor.finding import Finding, Installation, fail, ok, warn
from portal.services.doctor.records import examine_records
from portal.storage import audit, health, migrate

_OLDEST_BACKUP: Final = timedelta(hours=26)
_LONGEST_REHEARSAL: Final = timedelta(days=30)
_AHEAD: Final = timedelta(minutes=2)
_APART: Final = timedelta(seconds=30)
_MISSED_BEATS: Final = 3
_LEAST_FREE_SHARE: Final = 0.10
_NETWORK: Final = {
    "nfs",
    "nfs4",
    "cifs",
    "smb3",
    "smbfs",
    "9p",
    "ceph",
    "afs",
    "lustre",
    "fuse.sshfs",
    "fuse.glusterfs",
}
_MEMORY: Final = {"tmpfs", "ramfs"}


def examine(portal: Portal, installation: Installation) -> Sequence[Finding]:
    """Look at settings, database, disk, clocks and backups, and return what was found in that order."""
    found = list(examine_settings(installation, portal.time_zone))
    try:
        with portal.read() as session:
            found += _examine_database(portal, session, installation)
    except PortalError as error:
        found.append(fail("database-away", why=error.detail or error.code))
    return found


def _examine_database(portal: Portal, session: Session, installation: Installation) -> Iterator[Finding]:
    revision, head = migrate.find_revision(session.connection()), migrate.get_head()
    if revision != head:
        yield fail("database-revision", revision=revision, head=head) if revision else fail("database-empty")
        return
    yield ok("database", kind=session.get_bind().dialect.name, revision=revision)
    dangers = health.list_dangers(session)
    yield fail("durability", dangers=", ".join(dangers)) if dangers else ok("durable")
    yield from _disk(session)
    yield from _clocks(portal, session)
    yield from _schedule(portal, session, installation)
    broken_at = audit.find_break(session)
    yield ok("audit") if broken_at is None else fail("audit-broken", entry=broken_at)
    yield from _tallies(portal, session)
    yield from examine_records(portal, session)


def _disk(session: Session) -> Iterator[Finding]:
    kind = health.find_file_system(session)
    if kind in _NETWORK:
        yield fail("disk-remote", kind=kind)
    elif kind in _MEMORY:
        yield fail("disk-memory", kind=kind)
    share = health.free_share(session)
    percent = int(share * 100)
    yield ok("disk", percent=percent) if share > _LEAST_FREE_SHARE else fail("disk-full", percent=percent)


def _clocks(portal: Portal, session: Session) -> Iterator[Finding]:
    now, moments, theirs = portal.now(), health.find_moments(session), health.find_clock(session)
    newest = max(filter(None, (moments.released_at, moments.audited_at)), default=now)
    if newest > now + _AHEAD:
        yield fail("clock-behind", newest=newest.isoformat(timespec="minutes"))
    elif theirs and abs(theirs - now) > _APART:
        yield warn("clocks-apart", seconds=int(abs(theirs - now).total_seconds()))
    else:
        yield ok("clock")
    if moments.rehearsing_since and now - moments.rehearsing_since > _LONGEST_REHEARSAL:
        yield warn("rehearsal-long", days=(now - moments.rehearsing_since).days)


def _hours(portal: Portal, at: datetime) -> int:
    return int((portal.now() - at).total_seconds() // 3600)


def _schedule(portal: Portal, session: Session, installation: Installation) -> Iterator[Finding]:
    last = health.find_beat(session, health.SCHEDULER)
    late = timedelta(minutes=installation.release_minutes * _MISSED_BEATS)
    if not installation.release_minutes:
        yield warn("scheduler-off")
    elif last is None:
        yield warn("scheduler-never")
    else:
        yield fail("scheduler-late", hours=_hours(portal, last)) if portal.now() - last > late else ok("scheduler")
    backed_up = health.find_beat(session, health.BACKUP)
    if backed_up is None:
        yield warn("backup-never")
    elif portal.now() - backed_up > _OLDEST_BACKUP:
        yield fail("backup-old", hours=_hours(portal, backed_up))
    else:
        yield ok("backup", hours=_hours(portal, backed_up))


def _tallies(portal: Portal, session: Session) -> Iterator[Finding]:
    """Count the instruments of one question, where every response is one answer: quick, and finds what was lost."""
    missing = {
        instrument.id: health.count_uncounted(session, instrument.id, instrument.element_keys[0])
        for instrument in portal.instruments.values()
        if len(instrument.element_keys) == 1
    }
    wrong = ", ".join(f"{instrument}: {count:+d}" for instrument, count in missing.items() if count)
    yield fail("tallies", wrong=wrong) if wrong else ok("tallies-even")
