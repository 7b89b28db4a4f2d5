"""Closing a period: its last release, its scores, and the signed snapshot of both, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy.orm import Session

from portal.domain.access import DECIDERS
from portal.domain.errors import Invalid
from portal.domain.period import Period
from portal.services import Portal
from portal.services.publish import fair, sealing
from portal.services.publish.release import settle
from portal.storage import audit, governments, ledger, periods, proposals, snapshots, tallies
from portal.storage.periods import ClosedRow

ACT: Final = "period-closed"
LONGEST_REASON: Final = 200
WAIT: Final = timedelta(days=14)
"""Between the last release of officers' figures and the closing: the time to object."""


@dataclass(frozen=True, slots=True)
class Closing:
    """What came of asking: `proposal_id` waits to be approved, or the period is closed as `version` with `hash`."""

    period_code: str
    proposal_id: int | None = None
    version: int | None = None
    hash: str | None = None


def propose_closing(portal: Portal, *, period_code: str, reason: str, alone: bool = False, actor: str) -> Closing:
    """Close a period, or propose it where a second person must approve; one that is closed is left as it is.

    `alone` lets the operator close while no account could approve.

    Raises:
        Invalid: as `close`; `reason` is longer than 200 characters.
    """
    with portal.begin(repeatable=True) as session:
        hold(session)
        if periods.find_closed(session, period_code):
            return _as_signed(session, period_code)
        period = _get_closable(portal, session, period_code)
        if needs_second(portal, session, alone=alone):
            return Closing(period_code, propose(portal, session, ACT, {"period": period_code}, reason, actor))
        _close(portal, session, period, actor)
        return _as_signed(session, period_code)


def _as_signed(session: Session, period_code: str) -> Closing:
    last = snapshots.list_versions(session, period_code)[-1]
    return Closing(period_code, None, last.version, last.hash.hex())


def hold(session: Session) -> None:
    """Keep ratings for days gone by and other releases waiting; call it before anything is read."""
    periods.hold_periods(session)
    ledger.hold_releases(session)


def needs_second(portal: Portal, session: Session, *, alone: bool) -> bool:
    """Tell whether a second person must approve; `alone`: not while no account could."""
    if not portal.policy_on(session, portal.today()).two_persons:
        return False
    return not alone or proposals.has_deciders(session, DECIDERS)


def propose(portal: Portal, session: Session, act: str, detail: Mapping[str, str], reason: str, actor: str) -> int:
    """Keep the proposal of an act on a period and return its id; the one that waits already, where there is one.

    Raises:
        Invalid: `reason` is longer than 200 characters.
    """
    if len(reason) > LONGEST_REASON:
        raise Invalid("reason")
    now = portal.now()
    for waiting in proposals.list_open(session):
        if (waiting.act, waiting.detail.get("period")) == (act, detail["period"]):
            return waiting.id
    proposal_id = proposals.add_proposal(
        session, act=act, detail=detail, reason=reason, proposed_by=actor, proposed_at=now
    )
    said = {"proposal": proposal_id, "act": act, **detail}
    audit.append(session, at=now, actor=actor, act="proposal-made", detail=said)
    return proposal_id


def close(portal: Portal, session: Session, detail: Mapping[str, Any], actor: str) -> None:
    """Close the proposed period, inside the transaction of its approval; nothing is done where it is closed.

    Raises:
        Invalid: `period` is not the earliest open one, `days`: it is not over for long enough, `rehearsal`.
    """
    if not periods.find_closed(session, detail["period"]):
        _close(portal, session, _get_closable(portal, session, detail["period"]), actor)


def _get_closable(portal: Portal, session: Session, period_code: str) -> Period:
    period = Period.parse(period_code)
    refusal = find_refusal(portal, session, period)
    if refusal:
        raise Invalid(refusal)
    return period


def find_refusal(portal: Portal, session: Session, period: Period) -> str | None:
    """Return why an open period cannot be closed now, as `close` says; None where it can."""
    if governments.find_facts(session)[1]:
        return "rehearsal"
    if period != find_earliest_open(portal, session):
        return "period"
    return "days" if portal.today() <= closable_after(portal, session, period) else None


def find_earliest_open(portal: Portal, session: Session) -> Period:
    """Return the base period that is to be closed next: the one after the last closed, else the first with ratings."""
    until = periods.find_closed_until(session)
    first = until + timedelta(days=1) if until else tallies.find_first_day(session) or portal.today()
    return Period.containing(portal.policy_on(session, first).base_period, first)


def closable_after(portal: Portal, session: Session, period: Period) -> date:
    """Return the day after which the period may close: its last, or two weeks after its last release of officers."""
    last = ledger.find_last_release_of(session, "officer", period.starts_on, period.ends_on)
    return max(period.ends_on, last.astimezone(portal.time_zone).date() + WAIT) if last else period.ends_on


def _close(portal: Portal, session: Session, period: Period, actor: str) -> None:
    settle(portal, session, period)
    shadow = not portal.policy_on(session, period.ends_on).appraisal_feed
    row = ClosedRow(period.period_code, period.kind, period.starts_on, period.ends_on, portal.now(), shadow)
    periods.append_closed(session, row)
    compared = fair.freeze(portal, session, row, version=1)
    sealed = sealing.seal(portal, session, row, compared, reason=None)
    said = {"period": row.period_code, **sealed.said}
    audit.append(session, at=portal.now(), actor=actor, act=ACT, detail=said)
