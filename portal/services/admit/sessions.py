"""Signing in, staying signed in and signing out."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from portal.domain import access
from portal.domain.access import Signed
from portal.domain.errors import Conflict, PortalError, SignInDelayed, SignInRefused
from portal.services import Portal
from portal.services.admit import passwords, tokens
from portal.storage import audit, staff
from portal.storage.staff import AccountRecord, Refusals

_NOBODY = "-"


@dataclass(frozen=True, slots=True)
class _Attempt:
    """A password that was compared; `password_hash` is what to keep of it when it is `right`."""

    name_mark: bytes
    seen: AccountRecord | None
    right: bool
    password_hash: str
    token: str
    at: datetime


def sign_in(portal: Portal, username: str, password: str) -> str:
    """Open a session and return its token, 256 bits, of which only the digest is kept.

    The password is compared between two transactions: on SQLite nobody could rate while a hash is computed. The
    second one counts again, so that guesses made side by side gain nothing over guesses in a row. Names that no
    account has are treated alike throughout: the same time, the same delays.

    Raises:
        SignInRefused: name or password is wrong, or the account is disabled.
        SignInDelayed: too many failures under this name; `detail` is the number of seconds to wait.
    """
    name = access.normal_username(username)
    name_mark = tokens.name_mark(portal, name)
    with portal.read() as session:
        refusals, seen = staff.find_refusals(session, name_mark), staff.find_account(session, name)
    if delayed := _delayed(refusals, portal.now()):
        raise delayed
    right = passwords.matches(portal, seen.password_hash if seen else None, password)
    password_hash = passwords.renewed(portal, seen.password_hash, password) if seen and right else ""
    attempt = _Attempt(name_mark, seen, right, password_hash, tokens.new_token(), portal.now())
    with portal.begin() as session:
        refusal = _settle(session, attempt)
    if refusal is not None:  # raised only here: a refusal that rolled back would not be counted
        raise refusal
    return attempt.token


def _delayed(refusals: Refusals, now: datetime) -> SignInDelayed | None:
    if refusals.delayed_until is None or refusals.delayed_until <= now:
        return None
    return SignInDelayed(str(math.ceil((refusals.delayed_until - now).total_seconds())))


def _settle(session: Session, attempt: _Attempt) -> PortalError | None:
    refusals = staff.lock_refusals(session, attempt.name_mark, attempt.at)
    if delayed := _delayed(refusals, attempt.at):
        return delayed
    account = staff.find_account(session, attempt.seen.username, lock=True) if attempt.seen else None
    if account and attempt.seen and account.password_hash != attempt.seen.password_hash:
        raise Conflict
    if account is None or not attempt.right or account.disabled_at is not None:
        return _refuse(session, attempt, refusals)
    staff.delete_refusals(session, attempt.name_mark)
    if account.password_hash != attempt.password_hash:
        staff.put_account(session, account.id, password_hash=attempt.password_hash)
    staff.add_session(session, tokens.digest(attempt.token), account.id, attempt.at)
    audit.append(session, at=attempt.at, actor=account.username, act="signed-in", detail={})
    return None


def _refuse(session: Session, attempt: _Attempt, refusals: Refusals) -> SignInRefused:
    failures = min(refusals.failures + 1, access.MOST_FAILURES)  # the row is locked: nobody else counts meanwhile
    delay = access.delay_after(failures)
    until = attempt.at + delay if delay else None
    staff.put_refusals(session, attempt.name_mark, Refusals(failures, until), attempt.at)
    known = {"username": attempt.seen.username} if attempt.seen else {}
    detail = {**known, "failures": failures}
    audit.append(session, at=attempt.at, actor=_NOBODY, act="sign-in-refused", detail=detail)
    return SignInRefused()


def find_session(portal: Portal, token: str) -> Signed | None:
    """Return who is signed in with this token: used within 30 minutes, begun within 8 hours, account not disabled.

    It writes nothing. Where `touch_due` is set, call `touch_session`; that being once a minute at most, a session may
    end up to a minute early.
    """
    with portal.read() as session:
        return staff.find_signed(session, tokens.digest(token), portal.now())


def touch_session(portal: Portal, token: str) -> None:
    """Note that the session was used, unless that was noted less than a minute ago; an ended one stays ended."""
    with portal.begin() as session:
        staff.touch_session(session, tokens.digest(token), portal.now())


def sign_out(portal: Portal, token: str) -> None:
    """End the session; nothing happens where there is none."""
    token_hash = tokens.digest(token)
    with portal.begin() as session:
        username = staff.find_session_owner(session, token_hash)
        if username is None:
            return
        staff.delete_session(session, token_hash)
        audit.append(session, at=portal.now(), actor=username, act="signed-out", detail={})
