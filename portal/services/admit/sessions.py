"""Signing in, in as many steps as the account needs; staying signed in, and signing out."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from portal.domain import access
from portal.domain.access import Signed, Stage
from portal.domain.errors import PasswordExpired, PortalError, SignInRefused, Unauthenticated
from portal.services import Portal
from portal.services.admit import attempts, passwords, second_factor, tokens
from portal.services.admit.attempts import Asked, Attempt
from portal.services.admit.second_factor import Proof
from portal.storage import audit, second_factors, sign_ins, staff
from portal.storage.staff import AccountRecord


def sign_in(portal: Portal, username: str, password: str, *, browser: str = "") -> str:
    """Open a session and return its token, 256 bits, of which only the digest is kept; see `Stage` for what it opens.

    The password is compared between two transactions, and the second one counts again. `browser` is what the owner
    will know the session by.

    Raises:
        SignInRefused: name or password is wrong, or the account is disabled.
        PasswordExpired: the password is right, but it was given for a time that is over.
        SignInDelayed: too many failures under this name; `detail` is the number of seconds to wait.
    """
    attempt = attempts.try_password(portal, Asked.SIGN_IN, access.normal_username(username), password)
    seen = attempt.seen
    password_hash = passwords.renewed(portal, seen.password_hash, password) if seen and attempt.right else ""
    token = tokens.new_token()
    with portal.begin() as session:
        refusal = _settle(session, attempt, password_hash, token, browser)
    if refusal is not None:  # raised only here: a refusal that rolled back would not be counted
        raise refusal
    return token


def _settle(session: Session, attempt: Attempt, password_hash: str, token: str, browser: str) -> PortalError | None:
    refusals = attempts.lock(session, attempt.name_mark, attempt.at)
    account = attempts.lock_account(session, attempt)
    if account is None or not attempt.right or account.disabled_at is not None:
        return attempts.refuse(session, attempt, refusals)
    if account.one_time_until is not None and account.one_time_until <= attempt.at:
        attempts.refuse(session, attempt, refusals)
        return PasswordExpired()
    sign_ins.delete_refusals(session, attempt.name_mark)
    if account.password_hash != password_hash:
        staff.put_account(session, account.id, password_hash=password_hash)
    stage = _stage_of(account, proven=False)
    sign_ins.add_session(session, tokens.digest(token), account.id, attempt.at, stage=stage, browser=browser)
    if stage is not Stage.SECOND:  # whoever has only half of it is not signed in
        audit.append(session, at=attempt.at, actor=account.username, act="signed-in", detail={})
    return None


def _stage_of(account: AccountRecord, *, proven: bool) -> Stage:
    enrolled, one_time = account.totp_sealed is not None, account.one_time_until is not None
    return access.stage_after(account.role, enrolled=enrolled, proven=proven, one_time=one_time)


def give_second(portal: Portal, token: str, code: str) -> str:
    """Give the second factor to a session that waits for it, and return the session's new token.

    `code` is the one that the app shows, or a recovery code, which is spent by it.

    Raises:
        Unauthenticated: there is no such session, or it waits for something else.
        CodeRefused: the code is wrong, or was taken before.
        SignInDelayed: too many failures; `detail` is the number of seconds to wait.
    """
    at, renewed = portal.now(), tokens.new_token()
    with portal.begin() as session:
        signed = get_signed(session, token, at, Stage.SECOND)
        refusal = _settle_second(portal, session, signed, (token, renewed), code, at)
    if refusal is not None:
        raise refusal
    return renewed


def _settle_second(
    portal: Portal, session: Session, signed: Signed, rotation: tuple[str, str], code: str, at: datetime
) -> PortalError | None:
    name_mark = tokens.name_mark(portal, Asked.SECOND, signed.username)
    refusals = attempts.lock(session, name_mark, at)
    account = get_account(session, signed)
    proof = second_factor.prove(portal, session, account, code, at)
    if proof is None:
        return attempts.refuse_code(session, account.username, name_mark, refusals, at)
    sign_ins.delete_refusals(session, name_mark)
    rotate(session, *rotation, at, _stage_of(account, proven=True))
    detail = _said(session, account, proof)
    audit.append(session, at=at, actor=account.username, act="signed-in", detail=detail)
    return None


def _said(session: Session, account: AccountRecord, proof: Proof) -> dict[str, object]:
    if proof is Proof.CODE:
        return {"second_factor": proof.value}
    return {"second_factor": proof.value, "left": second_factors.count_recovery_codes(session, account.id)}


def confirm(portal: Portal, token: str, password: str, code: str = "") -> None:
    """Give the password again, and the second factor where there is one, for what asks for both after a while.

    Raises:
        Unauthenticated: there is no such session, or it is not open yet.
        SignInRefused: one of them is wrong; never says which.
        SignInDelayed: too many failures; `detail` is the number of seconds to wait.
    """
    with portal.read() as session:
        username = get_signed(session, token, portal.now(), Stage.OPEN).username
    attempt = attempts.try_password(portal, Asked.AGAIN, username, password)
    with portal.begin() as session:
        refusal = _settle_again(portal, session, attempt, token, code)
    if refusal is not None:
        raise refusal


def _settle_again(portal: Portal, session: Session, attempt: Attempt, token: str, code: str) -> SignInRefused | None:
    get_signed(session, token, attempt.at, Stage.OPEN)
    refusals = attempts.lock(session, attempt.name_mark, attempt.at)
    account = attempts.lock_account(session, attempt)
    if account is None:
        raise Unauthenticated
    proven = attempt.right and (
        account.totp_sealed is None or second_factor.prove(portal, session, account, code, attempt.at) is not None
    )
    if not proven:
        return attempts.refuse(session, attempt, refusals)
    sign_ins.delete_refusals(session, attempt.name_mark)
    sign_ins.confirm_session(session, tokens.digest(token), attempt.at)
    audit.append(session, at=attempt.at, actor=account.username, act="confirmed", detail={})
    return None


def get_signed(session: Session, token: str, at: datetime, *stages: Stage) -> Signed:
    """Return who is signed in with this token and at one of these stages.

    Raises:
        Unauthenticated: nobody is, or at another stage.
    """
    signed = sign_ins.find_signed(session, tokens.digest(token), at)
    if signed is None or signed.stage not in stages:
        raise Unauthenticated
    return signed


def get_account(session: Session, signed: Signed) -> AccountRecord:
    """Return the account of whoever is signed in, locked.

    Raises:
        Unauthenticated: it was disabled meanwhile.
    """
    account = staff.find_account(session, signed.username, lock=True)
    if account is None or account.disabled_at is not None:
        raise Unauthenticated
    return account


def rotate(session: Session, token: str, renewed: str, at: datetime, stage: Stage) -> None:
    """Lead a session to its next stage under a new token, so that nobody who knew the old one comes along.

    Raises:
        Unauthenticated: it ended meanwhile.
    """
    if not sign_ins.rotate_session(session, tokens.digest(token), tokens.digest(renewed), at, stage):
        raise Unauthenticated


def find_session(portal: Portal, token: str) -> Signed | None:
    """Return who is signed in with this token: used within 30 minutes, begun within 8 hours, account not disabled.

    It writes nothing. Where `touch_due` is set, call `touch_session`; that being once a minute at most, a session may
    end up to a minute early.
    """
    with portal.read() as session:
        return sign_ins.find_signed(session, tokens.digest(token), portal.now())


def touch_session(portal: Portal, token: str) -> None:
    """Note that the session was used, unless that was noted less than a minute ago; an ended one stays ended."""
    with portal.begin() as session:
        sign_ins.touch_session(session, tokens.digest(token), portal.now())


def sign_out(portal: Portal, token: str) -> None:
    """End the session; nothing happens where there is none."""
    token_hash = tokens.digest(token)
    with portal.begin() as session:
        username = sign_ins.find_session_owner(session, token_hash)
        if username is None:
            return
        sign_ins.delete_session(session, token_hash)
        audit.append(session, at=portal.now(), actor=username, act="signed-out", detail={})
