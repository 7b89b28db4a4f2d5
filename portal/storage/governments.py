"""The government whose portal this is, how far it has come, and whether it is still rehearsing."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, exists, insert, select
from sqlalchemy.orm import Session

from portal.storage.tables import Account, Government, Officer, Rehearsal

_ONLY = 1
_FACTS = select(
    select(Government.name).where(Government.id == _ONLY).scalar_subquery(),
    select(Rehearsal.id).where(Rehearsal.ended_at.is_(None)).limit(1).scalar_subquery(),
)
_HAS_OFFICER = select(exists().where(Officer.id.is_not(None)))
_HAS_ACCOUNT = select(exists().where(Account.id.is_not(None)))
_HAS_ROLE = select(exists().where(Account.role == bindparam("role"), Account.disabled_at.is_(None)))


def find_facts(session: Session) -> tuple[str | None, bool]:
    """Return the name given at the set-up, None before it, and whether a rehearsal is under way."""
    name, rehearsal_id = session.execute(_FACTS).one()
    return name, rehearsal_id is not None


def has_officers(session: Session) -> bool:
    """Tell whether any officer was ever registered."""
    return bool(session.execute(_HAS_OFFICER).scalar_one())


def add_government(session: Session, name: str, set_up_at: datetime) -> None:
    """Name the government, once and for all.

    Raises:
        Conflict: at the end of the transaction, where it has a name.
    """
    session.execute(insert(Government).values(id=_ONLY, name=name, set_up_at=set_up_at))


def has_account(session: Session) -> bool:
    """Tell whether anybody was ever given an account, disabled ones too."""
    return bool(session.execute(_HAS_ACCOUNT).scalar_one())


def has_role(session: Session, role: str) -> bool:
    """Tell whether anybody who may sign in has the role."""
    return bool(session.execute(_HAS_ROLE, {"role": role}).scalar_one())
