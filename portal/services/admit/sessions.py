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
from portal.storage.staff import AccountRecord

_NOBODY = "-"


@dataclass(frozen=True, slots=True)
class _Attempt:
    """A password that was compared; `password_hash` is what to keep of it when it is `right`."""

    seen: AccountRecord | None
    right: bool
    password_hash: str
    token: str
    at: datetime


def sign_in(portal: Portal, username: str, password: str) -> str:
    """Open a session and return its token, 256 bits, of which only the digest is kept.

    The password is compared between two transactions: on SQLite nobody could rate while a hash is computed. The
    second one looks at the account again, so that guesses made side by side gain nothing over guesses in a row.

    Raises:
        SignInRefused: name or password is wrong, or the account is disabled.
        SignInDelayed: too many failures; `detail` is the number of seconds to wait.
    """
    with portal.read() as session:
        seen = staff.find_account(session, access.normal_username(username))
    if seen is not None and (delayed := _delayed(seen, portal.now())):
        raise delayed
    right = passwords.matches(portal, seen.password_hash if seen else None, password)
    password_hash = passwords.renewed(portal, seen.password_hash, password) if seen and right else ""
    attempt = _Attempt(seen, right, password_hash, tokens.new_token(), portal.now())
    with portal.begin() as session:
        refusal = _settle(session, attempt)
    if refusal is not None:  # raised only here: a refusal that rolled back would not be counted
        raise refusal
    return attempt.token


def _delayed(account: AccountRecord, now: datetime) -> SignInDelayed | None:
    if account.delayed_until is None or account.delayed_until <= now:
        return None
    return SignInDelayed(str(math.ceil((account.delayed_until - now).total_seconds())))


def _settle(session: Session, attempt: _Attempt) -> PortalError | None:
    if attempt.seen is None:
        audit.append(session, at=attempt.at, actor=_NOBODY, act="sign-in-refused", detail={})
        return SignInRefused()
    account = staff.find_account(session, attempt.seen.username, lock=True)
    if account is None or account.password_hash != attempt.seen.password_hash:
        raise Conflict
    if delayed := _delayed(account, attempt.at):
        return delayed
    if not attempt.right or account.disabled_at is not None:
        return _refuse(session, account, attempt.at)
    staff.put_account(session, account.id, password_hash=attempt.password_hash, failures=0, delayed_until=None)
    staff.add_session(session, tokens.digest(attempt.token), account.id, attempt.at)
    audit.append(session, at=attempt.at, actor=account.username, act="signed-in", detail={})
    return None


def _refuse(session: Session, account: AccountRecord, at: datetime) -> SignInRefused:
    failures = min(account.failures + 1, access.MOST_FAILURES)  # the row is locked: nobody else counts meanwhile
    delay = access.delay_after(failures)
    staff.put_account(session, account.id, failures=failures, delayed_until=at + delay if delay else None)
    detail = {"username": account.username, "failures": failures}
    audit.append(session, at=at, actor=_NOBODY, act="sign-in-refused", detail=detail)
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
