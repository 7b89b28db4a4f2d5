"""Accounts of staff, as whoever runs the portal sees to them: made, given new passwords, disabled, enabled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from portal.domain import access
from portal.domain.access import Role, State
from portal.domain.errors import Invalid, NotFound
from portal.services import Portal
from portal.services.admit import attempts, passwords
from portal.services.admit.session_list import SessionLine, list_lines
from portal.storage import audit, second_factors, sign_ins, staff
from portal.storage.staff import AccountLine, AccountRecord


@dataclass(frozen=True, slots=True)
class Listed:
    """An account and what it is worth now; times are local."""

    line: AccountLine
    state: State


@dataclass(frozen=True, slots=True)
class AccountView(Listed):
    """An account with its living sessions."""

    sessions: tuple[SessionLine, ...]


def create_account(
    portal: Portal,
    *,
    username: str,
    name: str,
    role: Role = Role.UNIT_HEAD,
    unit_code: str | None = None,
    password: str | None = None,
    actor: str,
) -> str:
    """Create an account and return its password: a one-time one for 72 hours, or the lasting one that is given.

    A unit's head has a unit; administrators and reviewers have none, they see the whole government.

    Raises:
        Invalid: `username`, `name` or `password` breaks its rule, `username-taken`, or `unit` where role and unit
            do not go together.
        NotFound: no unit has this code.
    """
    if (role is Role.UNIT_HEAD) != (unit_code is not None):
        raise Invalid("unit")
    wanted, shown = access.check_username(username), access.check_name(name)
    chosen = _password(wanted, password)
    password_hash = passwords.hash_password(portal, chosen)
    with portal.begin() as session:
        unit_id = staff.find_unit_id(session, unit_code) if unit_code is not None else None
        if unit_code is not None and unit_id is None:
            raise NotFound("unit")
        if staff.find_account(session, wanted):
            raise Invalid("username-taken")
        until = _one_time_until(portal, password)
        columns = {"username": wanted, "name": shown, "unit_id": unit_id, "one_time_until": until}
        staff.add_account(session, role, password_hash=password_hash, **columns)
        detail = {"username": wanted, "role": role.value, "unit": unit_code}
        audit.append(session, at=portal.now(), actor=actor, act="account-created", detail=detail)
    return chosen


def _password(username: str, password: str | None) -> str:
    if password is None:
        return passwords.make_password()
    access.check_password(username, password)
    return password


def _one_time_until(portal: Portal, password: str | None) -> datetime | None:
    return portal.now() + access.ONE_TIME_FOR if password is None else None


def reset_password(
    portal: Portal, *, username: str, password: str | None = None, second_factor_lost: bool = False, actor: str
) -> str:
    """Replace the password, end every session and every delay, and return the password as `create_account` does.

    Raises:
        Invalid: `password` breaks its rule; `oneself`, as nobody would be left to read the new one.
        NotFound: no account has this name.
    """
    chosen = _password(access.normal_username(username), password)
    password_hash = passwords.hash_password(portal, chosen)
    with portal.begin() as session:
        account = _get_other(session, username, actor)
        columns = {"password_hash": password_hash, "one_time_until": _one_time_until(portal, password)}
        staff.put_account(session, account.id, **columns)
        _shut_out(portal, session, account)
        if second_factor_lost:
            _drop_second_factor(portal, session, account, actor)
        detail = {"username": account.username}
        audit.append(session, at=portal.now(), actor=actor, act="password-reset", detail=detail)
    return chosen


def reset_second_factor(portal: Portal, *, username: str, actor: str) -> None:
    """Remove the second factor and its recovery codes, and end every session; nothing happens where there is none.

    Raises:
        Invalid: `oneself`; whoever still has it changes it by themselves.
        NotFound: no account has this name.
    """
    with portal.begin() as session:
        account = _get_other(session, username, actor)
        if account.totp_sealed is None:
            return
        _shut_out(portal, session, account)
        _drop_second_factor(portal, session, account, actor)


def _drop_second_factor(portal: Portal, session: Session, account: AccountRecord, actor: str) -> None:
    if account.totp_sealed is not None:
        second_factors.delete_second_factor(session, account.id)
        detail = {"username": account.username}
        audit.append(session, at=portal.now(), actor=actor, act="second-factor-reset", detail=detail)


def _shut_out(portal: Portal, session: Session, account: AccountRecord) -> None:
    attempts.forget_all(portal, session, account.username)
    sign_ins.delete_sessions_of(session, account.id)


def disable_account(portal: Portal, *, username: str, actor: str) -> None:
    """Disable an account and end its sessions; nothing changes where it is disabled already.

    Raises:
        Invalid: `oneself`, or `last-administrator`: nobody could let anybody in again.
        NotFound: no account has this name.
    """
    with portal.begin() as session:
        administrators = staff.lock_administrators(session)  # before the account: two could disable each other
        account = _get_other(session, username, actor)
        if account.disabled_at is not None:
            return
        if list(administrators) == [account.username]:
            raise Invalid("last-administrator")
        staff.put_account(session, account.id, disabled_at=portal.now())
        sign_ins.delete_sessions_of(session, account.id)
        detail = {"username": account.username}
        audit.append(session, at=portal.now(), actor=actor, act="account-disabled", detail=detail)


def enable_account(portal: Portal, *, username: str, actor: str) -> None:
    """Let an account in again, with the password it had; nothing changes where it is not disabled.

    Raises:
        NotFound: no account has this name.
    """
    with portal.begin() as session:
        account = _get_locked(session, username)
        if account.disabled_at is None:
            return
        staff.put_account(session, account.id, disabled_at=None)
        detail = {"username": account.username}
        audit.append(session, at=portal.now(), actor=actor, act="account-enabled", detail=detail)


def end_session(portal: Portal, *, username: str, session_code: str, actor: str) -> None:
    """End one session of an account.

    Raises:
        NotFound: no account has this name, or it has no such session.
    """
    with portal.begin() as session:
        account = _get_locked(session, username)
        if not sign_ins.delete_session_of(session, account.id, session_code):
            raise NotFound("session")
        detail = {"username": account.username, "sessions": 1}
        audit.append(session, at=portal.now(), actor=actor, act="session-ended", detail=detail)


def _get_other(session: Session, username: str, actor: str) -> AccountRecord:
    account = _get_locked(session, username)
    if account.username == actor:
        raise Invalid("oneself")
    return account


def _get_locked(session: Session, username: str) -> AccountRecord:
    account = staff.find_account(session, access.normal_username(username), lock=True)
    if account is None:
        raise NotFound("account")
    return account


def list_accounts(portal: Portal) -> Sequence[Listed]:
    """List every account by name, disabled ones last."""
    with portal.read() as session:
        return [Listed(*_local(portal, line)) for line in staff.list_accounts(session)]


def open_account(portal: Portal, username: str) -> AccountView:
    """Return an account with its living sessions.

    Raises:
        NotFound: no account has this name.
    """
    with portal.read() as session:
        line = staff.find_line(session, access.normal_username(username))
        if line is None:
            raise NotFound("account")
        return AccountView(*_local(portal, line), list_lines(portal, session, line.username))


def _local(portal: Portal, line: AccountLine) -> tuple[AccountLine, State]:
    state = access.state_of(line.disabled_at, line.one_time_until, portal.now())
    until = line.one_time_until.astimezone(portal.time_zone) if line.one_time_until else None
    disabled_at = line.disabled_at.astimezone(portal.time_zone) if line.disabled_at else None
    return replace(line, one_time_until=until, disabled_at=disabled_at), state


def list_open_units(portal: Portal) -> Sequence[tuple[str, str]]:
    """List code and name of every unit that an account may be head of, by name."""
    with portal.read() as session:
        return staff.list_open_units(session, portal.today())
