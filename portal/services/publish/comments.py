"""The monthly batch of comments: whoever reads it reads at least five at once, in an order that tells nothing."""

from __future__ import annotations

from portal.domain.period import month_of
from portal.domain.threshold import Thresholds
from portal.services import Portal
from portal.storage import comments


def release_comments(portal: Portal) -> int:
    """Release to each unit's head what was written in months that are over; return how many comments.

    Fewer than five wait and join the batch of a later month: its month is then theirs too. Originals whose thirty days
    are over are forgotten.
    """
    released = 0
    this_month = month_of(portal.today())
    with portal.begin() as session:
        for unit_id, waiting, last_month in comments.count_waiting(session, this_month):
            if waiting >= Thresholds().comments:
                released += comments.release(session, unit_id, this_month, last_month)
        comments.delete_expired(session, portal.today())
    return released
