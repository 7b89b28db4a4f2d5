"""Correcting a closed period: what was re-attributed since moves once more, and is signed as a new version."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy.orm import Session

from portal.domain.errors import Invalid, NotFound
from portal.domain.period import Period
from portal.services import Portal
from portal.services.publish import fair, sealing
from portal.services.publish.closing import LONGEST_REASON, Closing, hold, needs_second, propose
from portal.services.publish.release import correct as release_again
from portal.storage import audit, periods, snapshots
from portal.storage.periods import ClosedRow

ACT: Final = "period-corrected"
UNCHANGED: Final = "unchanged"


def propose_correction(portal: Portal, *, period_code: str, reason: str, alone: bool = False, actor: str) -> Closing:
    """Correct a closed period, or propose it where a second person must approve.

    The reason is signed with the new version. `alone` lets the operator correct while no account could approve.

    Raises:
        NotFound: the period is not closed.
        Invalid: `reason` is missing or longer than 200 characters; `unchanged`: no figure would differ.
    """
    if not 0 < len(reason.strip()) <= LONGEST_REASON:
        raise Invalid("reason")
    with portal.begin(repeatable=True) as session:
        hold(session)
        closed = _get_closed(session, period_code)
        if needs_second(portal, session, alone=alone):
            detail = {"period": period_code, "reason": reason.strip()}
            return Closing(period_code, propose(portal, session, ACT, detail, detail["reason"], actor))
        version, hashed = _correct(portal, session, closed, reason.strip(), actor)
    return Closing(period_code, None, version, hashed)


def correct(portal: Portal, session: Session, detail: Mapping[str, Any], actor: str) -> None:
    """Correct the proposed period, inside the transaction of its approval.

    Raises:
        Invalid: `unchanged`: no figure would differ from what was signed last.
    """
    _correct(portal, session, _get_closed(session, detail["period"]), detail["reason"], actor)


def _get_closed(session: Session, period_code: str) -> ClosedRow:
    closed = periods.find_closed(session, period_code)
    if closed is None:
        raise NotFound("period")
    return closed


def _correct(portal: Portal, session: Session, closed: ClosedRow, reason: str, actor: str) -> tuple[int, str]:
    before = snapshots.list_versions(session, closed.period_code)[-1]
    release_again(portal, session, Period(closed.starts_on, closed.kind))
    compared = fair.freeze(portal, session, closed, version=before.version + 1)
    sealed = sealing.seal(portal, session, closed, compared, reason=reason)
    if not sealing.has_moved(snapshots.list_kept(session, before.id), sealed):
        raise Invalid(UNCHANGED)
    said = {"period": closed.period_code, **sealed.said, "supersedes": before.hash.hex()}
    audit.append(session, at=portal.now(), actor=actor, act=ACT, detail=said)
    return sealed.version, sealed.hash.hex()
