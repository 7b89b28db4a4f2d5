"""Comments that may name somebody: a reviewer reads them first, without the rating, and lets them go or not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from portal.domain.errors import NotFound
from portal.services import Portal
from portal.storage import audit, comments
from portal.storage.comments import SuspectedComment

__all__ = ["ACT", "SuspectedComment", "decide_comment", "list_suspected"]

ACT: Final = "comment-decided"


def list_suspected(portal: Portal) -> Sequence[SuspectedComment]:
    """List what waits for a reviewer, in an order that tells nothing."""
    with portal.read() as session:
        return comments.list_suspected(session)


def decide_comment(portal: Portal, comment_id: bytes, *, release: bool, actor: str) -> None:
    """Let a suspected comment go the way of all others, or withhold it for good.

    Raises:
        NotFound: nothing suspected has that id; somebody else has decided it.
    """
    with portal.begin() as session:
        if not comments.decide(session, comment_id, release=release, actor=actor):
            raise NotFound("comment")
        audit.append(session, at=portal.now(), actor=actor, act=ACT, detail={"released": release})
