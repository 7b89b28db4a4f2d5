"""Acts that wait for a second person, and those that were decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, cast

from sqlalchemy import Table, bindparam, exists, insert, select, update
from sqlalchemy.orm import Session

from portal.storage.tables import Account, Proposal

_TABLE: Final = cast("Table", Proposal.__table__)
_PROPOSAL = select(_TABLE).where(_TABLE.c.id == bindparam("proposal_id"))
_OPEN = select(_TABLE).where(_TABLE.c.outcome.is_(None)).order_by(_TABLE.c.id)
_DECIDED = (
    select(_TABLE)
    .where(_TABLE.c.outcome.is_not(None))
    .order_by(_TABLE.c.decided_at.desc(), _TABLE.c.id.desc())
    .limit(bindparam("most"))
)
_ADD = insert(Proposal).returning(Proposal.id)
_DECIDERS = select(
    exists().where(
        Account.role.in_(bindparam("roles", expanding=True)),
        Account.disabled_at.is_(None),
        Account.username != bindparam("besides"),
    )
)


@dataclass(frozen=True, slots=True)
class ProposalRecord:
    """A proposal as it is kept; `outcome` is None while it waits."""

    id: int
    act: str
    detail: Mapping[str, Any]
    reason: str
    proposed_by: str
    proposed_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    outcome: str | None


def add_proposal(
    session: Session, *, act: str, detail: Mapping[str, Any], reason: str, proposed_by: str, proposed_at: datetime
) -> int:
    """Keep a proposal and return its id."""
    who = {"proposed_by": proposed_by, "proposed_at": proposed_at}
    return session.execute(_ADD, {"act": act, "detail": dict(detail), "reason": reason, **who}).scalar_one()


def find_proposal(session: Session, proposal_id: int, *, lock: bool = False) -> ProposalRecord | None:
    """Return a proposal; `lock` keeps others who would decide it waiting until this transaction ends."""
    statement = _PROPOSAL.with_for_update() if lock else _PROPOSAL
    row = session.execute(statement, {"proposal_id": proposal_id}).one_or_none()
    return ProposalRecord(*row) if row else None


def list_open(session: Session) -> Sequence[ProposalRecord]:
    """List what waits, the oldest first."""
    return [ProposalRecord(*row) for row in session.execute(_OPEN)]


def list_decided(session: Session, most: int) -> Sequence[ProposalRecord]:
    """List at most so many that were decided, the newest first."""
    return [ProposalRecord(*row) for row in session.execute(_DECIDED, {"most": most})]


def put_outcome(session: Session, proposal_id: int, *, outcome: str, decided_by: str, decided_at: datetime) -> None:
    """Decide a proposal: approved, refused or withdrawn."""
    decided = {"outcome": outcome, "decided_by": decided_by, "decided_at": decided_at}
    session.execute(update(Proposal).where(Proposal.id == proposal_id).values(decided))


def has_deciders(session: Session, roles: Sequence[str], *, besides: str = "") -> bool:
    """Tell whether anybody with one of the roles could decide anything, the account `besides` left out."""
    return bool(session.execute(_DECIDERS, {"roles": list(roles), "besides": besides}).scalar_one())
