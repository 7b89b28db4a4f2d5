"""Whether the audit log is whole."""

from __future__ import annotations

from dataclasses import dataclass

from portal.services import Portal
from portal.storage import audit


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
