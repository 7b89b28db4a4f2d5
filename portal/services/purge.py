"""Use case of the operator: forget now what the next release would forget."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

from portal.domain.rating import SIGHTING_FOR
from portal.services import Portal
from portal.storage import comments, responses, staff


class _Undone(Exception):
    """Takes back what was only tried."""


def purge(portal: Portal, *, dry_run: bool = False) -> Mapping[str, int]:
    """Delete what was kept for a time that is over; return rows by kind. `dry_run` counts and deletes nothing.

    Ratings are not among it: they go by a retention certificate, one month at a time, and no policy opens one.
    """
    rows: dict[str, int] = {}
    with suppress(_Undone), portal.begin() as session:
        before = portal.now() - SIGHTING_FOR
        rows |= responses.delete_expired(session, today=portal.today(), sightings_before=before)
        rows["originals of comments"] = comments.delete_expired(session, portal.today())
        rows["sessions, access tokens, refusals"] = staff.delete_expired(session, portal.now())
        if dry_run:
            raise _Undone
    return rows
