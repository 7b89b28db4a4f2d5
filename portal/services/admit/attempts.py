"""Guesses: counted in the database under a mark of the name, and delayed, whatever was guessed."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from portal.domain import access
from portal.domain.errors import CodeRefused, Conflict, SignInDelayed, SignInRefused
from portal.services import Portal
from portal.services.admit import passwords, tokens
from portal.storage import audit, sign_ins, staff
from portal.storage.sign_ins import Refusals
from portal.storage.staff import AccountRecord

_NOBODY = "-"


class Asked(StrEnum):
    """What was asked for; each is counted by itself, so that a guesser at one does not delay the owner at another."""

    SIGN_IN = "sign-in"
    SECOND = "second-factor"
    AGAIN = "confirmation"


@dataclass(frozen=True, slots=True)
class Attempt:
    """A password that was compared with the account as it was `seen`, None where no account has the name."""

    asked: Asked
    name_mark: bytes
    seen: AccountRecord | None
    right: bool
    at: datetime


def try_password(portal: Portal, asked: Asked, name: str, password: str) -> Attempt:
    """Compare a password outside of any transaction: on SQLite nobody could rate while a hash is computed.

    Names that no account has cost the same time and bring the same delays.

    Raises:
        SignInDelayed: too many failures under this name; `detail` is the number of seconds to wait.
    """
    name_mark = tokens.name_mark(portal, asked, name)
    with portal.read() as session:
        refusals, seen = sign_ins.find_refusals(session, name_mark), staff.find_account(session, name)
    _refuse_delayed(refusals, portal.now())
    right = passwords.matches(portal, seen.password_hash if seen else None, password)
    return Attempt(asked, name_mark, seen, right, portal.now())


def _refuse_delayed(refusals: Refusals, now: datetime) -> None:
    if refusals.delayed_until is not None and refusals.delayed_until > now:
        raise SignInDelayed(str(math.ceil((refusals.delayed_until - now).total_seconds())))


def lock(session: Session, name_mark: bytes, at: datetime) -> Refusals:
    """Return what was refused under a name, so that guesses made side by side gain nothing over guesses in a row.

    Raises:
        SignInDelayed: another guess brought a delay meanwhile.
    """
    refusals = sign_ins.lock_refusals(session, name_mark, at)
    _refuse_delayed(refusals, at)
    return refusals


def lock_account(session: Session, attempt: Attempt) -> AccountRecord | None:
    """Return the account of an attempt, locked, None where there is none.

    Raises:
        Conflict: its password has changed since it was compared.
    """
    account = staff.find_account(session, attempt.seen.username, lock=True) if attempt.seen else None
    if account and attempt.seen and account.password_hash != attempt.seen.password_hash:
        raise Conflict
    return account


def refuse(session: Session, attempt: Attempt, refusals: Refusals) -> SignInRefused:
    """Count a wrong password and return the refusal; raise it after the transaction, or it is not counted."""
    failures = _count(session, attempt.name_mark, refusals, attempt.at)
    known = {"username": attempt.seen.username} if attempt.seen else {}
    asked = {} if attempt.asked is Asked.SIGN_IN else {"asked": attempt.asked.value}
    detail = {**known, "failures": failures, **asked}
    audit.append(session, at=attempt.at, actor=_NOBODY, act="sign-in-refused", detail=detail)
    return SignInRefused()


def refuse_code(session: Session, username: str, name_mark: bytes, refusals: Refusals, at: datetime) -> CodeRefused:
    """Count a wrong code of the second factor and return the refusal, to raise after the transaction."""
    failures = _count(session, name_mark, refusals, at)
    detail = {"username": username, "failures": failures, "asked": Asked.SECOND.value}
    audit.append(session, at=at, actor=_NOBODY, act="sign-in-refused", detail=detail)
    return CodeRefused()


def _count(session: Session, name_mark: bytes, refusals: Refusals, at: datetime) -> int:
    failures = min(refusals.failures + 1, access.MOST_FAILURES)  # the row is locked: nobody else counts meanwhile
    delay = access.delay_after(failures)
    sign_ins.put_refusals(session, name_mark, Refusals(failures, at + delay if delay else None), at)
    return failures


def forget_all(portal: Portal, session: Session, username: str) -> None:
    """Forget what was refused to a user name, whatever was asked."""
    sign_ins.delete_refusals(session, *(tokens.name_mark(portal, asked, username) for asked in Asked))
