"""What staff do with their own account: its password, its second factor, its sessions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from portal.domain import access
from portal.domain.access import SECOND_FACTOR_ROLES, Signed, Stage
from portal.domain.errors import CodeRefused, Forbidden, Invalid, NotFound, PortalError, Unauthenticated
from portal.services import Portal
from portal.services.admit import attempts, passwords, second_factor, tokens
from portal.services.admit.attempts import Asked, Attempt
from portal.services.admit.session_list import SessionLine, list_lines
from portal.services.admit.sessions import get_account, get_signed, rotate
from portal.storage import audit, second_factors, sign_ins, staff
from portal.storage.staff import AccountRecord


@dataclass(frozen=True, slots=True)
class OwnAccount:
    """An account as its owner sees it; `recovery_codes` are those left, `must_enrol` where the role needs a factor."""

    username: str
    name: str
    role: str
    unit_name: str | None
    enrolled: bool
    must_enrol: bool
    recovery_codes: int
    sessions: tuple[SessionLine, ...]


def open_own_account(portal: Portal, token: str) -> OwnAccount:
    """Return the account of whoever is signed in.

    Raises:
        Unauthenticated: nobody is.
    """
    with portal.read() as session:
        signed = get_signed(session, token, portal.now(), Stage.OPEN)
        line = staff.find_line(session, signed.username)
        left = second_factors.count_recovery_codes(session, signed.account_id)
        sessions = list_lines(portal, session, signed.username, token)
    return OwnAccount(
        signed.username,
        signed.name,
        signed.role.value,
        line.unit_name if line else None,
        signed.enrolled,
        signed.role in SECOND_FACTOR_ROLES,
        left,
        sessions,
    )


def change_password(portal: Portal, token: str, *, old: str, new: str) -> str:
    """Replace one's own password, end all other sessions, and return this session's new token.

    At the stage that asks for a password of one's own `old` is not needed: it was given a moment ago.

    Raises:
        Unauthenticated: there is no such session.
        Invalid: `new` breaks its rule (`password`), or is the old one (`password-same`).
        SignInRefused: `old` is wrong.
        SignInDelayed: too many failures; `detail` is the number of seconds to wait.
    """
    attempt, stage = _try_old(portal, token, old)
    access.check_password(attempt.seen.username if attempt.seen else "", new)
    if attempt.right and attempt.seen and passwords.matches(portal, attempt.seen.password_hash, new):
        raise Invalid("password-same")
    password_hash = passwords.hash_password(portal, new) if attempt.right else ""
    renewed = tokens.new_token()
    with portal.begin() as session:
        get_signed(session, token, attempt.at, stage)
        refusal = _settle_password(session, attempt, password_hash, (token, renewed))
    if refusal is not None:
        raise refusal
    return renewed


def _try_old(portal: Portal, token: str, old: str) -> tuple[Attempt, Stage]:
    at = portal.now()
    with portal.read() as session:
        signed = get_signed(session, token, at, Stage.PASSWORD, Stage.OPEN)
        seen = staff.find_account(session, signed.username)
    if signed.stage is Stage.OPEN:
        return attempts.try_password(portal, Asked.AGAIN, signed.username, old), signed.stage
    name_mark = tokens.name_mark(portal, Asked.AGAIN, signed.username)
    return Attempt(Asked.AGAIN, name_mark, seen, right=True, at=at), signed.stage


def _settle_password(
    session: Session, attempt: Attempt, password_hash: str, rotation: tuple[str, str]
) -> PortalError | None:
    refusals = attempts.lock(session, attempt.name_mark, attempt.at)
    account = attempts.lock_account(session, attempt)
    if account is None:
        raise Unauthenticated
    if not attempt.right:
        return attempts.refuse(session, attempt, refusals)
    sign_ins.delete_refusals(session, attempt.name_mark)
    staff.put_account(session, account.id, password_hash=password_hash, one_time_until=None)
    enrolled = account.totp_sealed is not None
    stage = access.stage_after(account.role, enrolled=enrolled, proven=True, one_time=False)
    _rotate_alone(session, account, rotation, attempt.at, stage)
    audit.append(session, at=attempt.at, actor=account.username, act="password-changed", detail={})
    return None


def _rotate_alone(
    session: Session, account: AccountRecord, rotation: tuple[str, str], at: datetime, stage: Stage
) -> None:
    rotate(session, *rotation, at, stage)
    sign_ins.delete_sessions_of(session, account.id, but=tokens.digest(rotation[1]))


def enrol(portal: Portal, token: str, code: str) -> tuple[str, list[str]]:
    """Take the secret that was offered to this session as second factor, in place of any before.

    `code` is what the app shows for it. Returns the session's new token, and recovery codes that nobody can show
    again. All other sessions end.

    Raises:
        Unauthenticated: there is no such session.
        CodeRefused: the code is wrong.
    """
    at, renewed = portal.now(), tokens.new_token()
    proven = second_factor.prove_offer(portal, token, code)
    with portal.begin() as session:
        signed = get_signed(session, token, at, Stage.ENROL, Stage.OPEN)
        if proven is None:
            raise CodeRefused
        account, (secret, step) = get_account(session, signed), proven
        shown, digests = second_factor.make_recovery_codes(portal, account.id)
        sealed = second_factor.seal(portal, account.id, secret)
        second_factors.put_second_factor(session, account.id, sealed, step, digests)
        _rotate_alone(session, account, (token, renewed), at, Stage.OPEN)
        audit.append(session, at=at, actor=account.username, act="second-factor-enrolled", detail={})
    return renewed, shown


def renew_recovery_codes(portal: Portal, token: str) -> list[str]:
    """Replace the recovery codes, and return the new ones, which nobody can show again.

    Raises:
        Unauthenticated: there is no such session.
        NotFound: the account has no second factor.
    """
    with portal.begin() as session:
        account = _get_own(portal, session, token)
        if account.totp_sealed is None:
            raise NotFound("second-factor")
        shown, digests = second_factor.make_recovery_codes(portal, account.id)
        second_factors.put_recovery_codes(session, account.id, digests)
        audit.append(session, at=portal.now(), actor=account.username, act="recovery-codes-renewed", detail={})
    return shown


def remove_second_factor(portal: Portal, token: str) -> None:
    """Go without a second factor again; nothing happens where there is none.

    Raises:
        Unauthenticated: there is no such session.
        Forbidden: the role may not go without.
    """
    with portal.begin() as session:
        account = _get_own(portal, session, token)
        if account.role in SECOND_FACTOR_ROLES:
            raise Forbidden("second-factor")
        if account.totp_sealed is not None:
            second_factors.delete_second_factor(session, account.id)
            audit.append(session, at=portal.now(), actor=account.username, act="second-factor-removed", detail={})


def end_own_session(portal: Portal, token: str, session_code: str) -> None:
    """End one of one's own sessions.

    Raises:
        Unauthenticated: there is no such session.
        NotFound: the account has no session of this code.
    """
    with portal.begin() as session:
        account = _get_own(portal, session, token)
        if not sign_ins.delete_session_of(session, account.id, session_code):
            raise NotFound("session")
        _note_ended(portal, session, account.username, 1)


def end_other_sessions(portal: Portal, token: str) -> None:
    """End all of one's own sessions but this one.

    Raises:
        Unauthenticated: there is no such session.
    """
    with portal.begin() as session:
        account = _get_own(portal, session, token)
        if ended := sign_ins.delete_sessions_of(session, account.id, but=tokens.digest(token)):
            _note_ended(portal, session, account.username, ended)


def _note_ended(portal: Portal, session: Session, username: str, sessions: int) -> None:
    detail = {"username": username, "sessions": sessions}
    audit.append(session, at=portal.now(), actor=username, act="session-ended", detail=detail)


def _get_own(portal: Portal, session: Session, token: str) -> AccountRecord:
    signed: Signed = get_signed(session, token, portal.now(), Stage.OPEN)
    return get_account(session, signed)
