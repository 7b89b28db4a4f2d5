"""Accounts of staff: made, disabled and given new passwords by the operator."""

from __future__ import annotations

from sqlalchemy.orm import Session

from portal.domain import access
from portal.domain.access import Role
from portal.domain.errors import Invalid, NotFound
from portal.services import Portal
from portal.services.admit import passwords, tokens
from portal.storage import audit, staff
from portal.storage.staff import AccountRecord


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
    """Create an account and return its password, a random one where none is given.

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
        staff.add_account(session, username=wanted, name=shown, role=role, unit_id=unit_id, password_hash=password_hash)
        detail = {"username": wanted, "role": role.value, "unit": unit_code}
        audit.append(session, at=portal.now(), actor=actor, act="account-created", detail=detail)
    return chosen


def disable_account(portal: Portal, *, username: str, actor: str) -> None:
    """Disable an account and end its sessions; nothing changes where it is disabled already.

    Raises:
        NotFound: no account has this name.
    """
    with portal.begin() as session:
        account = _get_locked(session, username)
        if account.disabled_at is not None:
            return
        staff.put_account(session, account.id, disabled_at=portal.now())
        staff.delete_sessions_of(session, account.id)
        detail = {"username": account.username}
        audit.append(session, at=portal.now(), actor=actor, act="account-disabled", detail=detail)


def reset_password(portal: Portal, *, username: str, password: str | None = None, actor: str) -> str:
    """Replace the password, end every session and every delay, and return the password, a random one if none is given.

    Raises:
        Invalid: `password` breaks its rule.
        NotFound: no account has this name.
    """
    chosen = _password(access.normal_username(username), password)
    password_hash = passwords.hash_password(portal, chosen)
    with portal.begin() as session:
        account = _get_locked(session, username)
        staff.put_account(session, account.id, password_hash=password_hash)
        staff.delete_refusals(session, tokens.name_mark(portal, account.username))
        staff.delete_sessions_of(session, account.id)
        detail = {"username": account.username}
        audit.append(session, at=portal.now(), actor=actor, act="password-reset", detail=detail)
    return chosen


def _password(username: str, password: str | None) -> str:
    if password is None:
        return passwords.make_password()
    access.check_password(username, password)
    return password


def _get_locked(session: Session, username: str) -> AccountRecord:
    account = staff.find_account(session, access.normal_username(username), lock=True)
    if account is None:
        raise NotFound("account")
    return account
