"""Two persons: one proposes an act, another approves it, and only then it is done, in the same transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

from sqlalchemy.orm import Session

from portal.domain.access import DECIDERS
from portal.domain.errors import NotFound, SecondPersonNeeded
from portal.services import Portal
from portal.storage import audit, proposals
from portal.storage.proposals import ProposalRecord

Do = Callable[[Portal, Session, Mapping[str, Any], str], None]
"""Does a proposed act inside the transaction of its approval: portal, session, detail, who approved."""


def _nothing(_session: Session) -> None:
    """Hold nobody."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What an approval does, and whom it keeps waiting meanwhile, before anything is read."""

    do: Do
    hold: Callable[[Session], None] = _nothing


_MOST_DECIDED: Final = 20


class Outcome(StrEnum):
    """What became of a proposal."""

    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Proposals:
    """What waits, the oldest first, and what was decided last; instants in local time.

    `alone` tells that nobody but the reader could decide anything.
    """

    waiting: tuple[ProposalRecord, ...]
    decided: tuple[ProposalRecord, ...]
    alone: bool


def list_proposals(portal: Portal, *, reader: str = "") -> Proposals:
    """Return what waits for a second person, and the last decisions."""
    with portal.read() as session:
        waiting, decided = proposals.list_open(session), proposals.list_decided(session, _MOST_DECIDED)
        alone = not proposals.has_deciders(session, DECIDERS, besides=reader)
    local = [tuple(_local(portal, record) for record in listed) for listed in (waiting, decided)]
    return Proposals(local[0], local[1], alone)


def _local(portal: Portal, record: ProposalRecord) -> ProposalRecord:
    decided_at = record.decided_at.astimezone(portal.time_zone) if record.decided_at else None
    return replace(record, proposed_at=record.proposed_at.astimezone(portal.time_zone), decided_at=decided_at)


def approve(portal: Portal, proposal_id: int, effects: Mapping[str, Effect], *, actor: str) -> None:
    """Approve a proposal and do it; `effects` by act.

    Raises:
        NotFound: no such proposal, or it was decided meanwhile.
        SecondPersonNeeded: the actor proposed it.
        Invalid: what was proposed is no longer possible; the proposal goes on waiting.
    """
    with portal.read() as session:
        effect = effects[_get_open(session, proposal_id, lock=False).act]
    with portal.begin(repeatable=True) as session:
        effect.hold(session)
        record = _get_open(session, proposal_id)
        if record.proposed_by == actor:
            raise SecondPersonNeeded
        _decide(portal, session, record, Outcome.APPROVED, actor)
        effect.do(portal, session, record.detail, actor)


def turn_down(portal: Portal, proposal_id: int, *, actor: str) -> Outcome:
    """Refuse a proposal, or withdraw it where it is the actor's own; nothing else happens.

    Raises:
        NotFound: no such proposal, or it was decided meanwhile.
    """
    with portal.begin() as session:
        record = _get_open(session, proposal_id)
        outcome = Outcome.WITHDRAWN if record.proposed_by == actor else Outcome.REFUSED
        _decide(portal, session, record, outcome, actor)
    return outcome


def _get_open(session: Session, proposal_id: int, *, lock: bool = True) -> ProposalRecord:
    record = proposals.find_proposal(session, proposal_id, lock=lock)
    if record is None or record.outcome is not None:
        raise NotFound("proposal")
    return record


def _decide(portal: Portal, session: Session, record: ProposalRecord, outcome: Outcome, actor: str) -> None:
    now = portal.now()
    proposals.put_outcome(session, record.id, outcome=outcome.value, decided_by=actor, decided_at=now)
    detail = {"proposal": record.id, "act": record.act, "outcome": outcome.value, "proposed_by": record.proposed_by}
    audit.append(session, at=now, actor=actor, act="proposal-decided", detail=detail)
