"""The audit log: to read, and whether it is whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from portal.services import Portal
from portal.storage import audit
from portal.storage.audit import Entry

PAGE: Final = 50


@dataclass(frozen=True, slots=True)
class TrailPage:
    """Entries of the log, the newest first and in local time; `older` is the id to go on before, None at the end."""

    entries: tuple[Entry, ...]
    older: int | None


@dataclass(frozen=True, slots=True)
class Trail:
    """What a check of the audit log found; `broken_at` is the first id that is missing or was changed.

    A log whose newest entries were cut off is whole in itself: compare `head`, the last hash, with a kept copy.
    """

    entries: int
    head: str
    broken_at: int | None


def verify_audit(portal: Portal) -> Trail:
    """Follow the chain of the audit log from its first entry to its last."""
    with portal.read() as session:
        last = audit.find_last(session)
        broken_at = audit.find_break(session)
    return Trail(last.id, last.hash.hex(), broken_at) if last else Trail(0, audit.GENESIS.hex(), broken_at)


def list_trail(portal: Portal, *, before: int | None = None) -> TrailPage:
    """Return a page of the log, from the newest entry on or from the one before the id `before`."""
    with portal.read() as session:
        listed: Sequence[Entry] = audit.list_newest(session, before=before, limit=PAGE + 1)
    shown = tuple(replace(entry, at=entry.at.astimezone(portal.time_zone)) for entry in listed[:PAGE])
    return TrailPage(shown, shown[-1].id if len(listed) > PAGE else None)
