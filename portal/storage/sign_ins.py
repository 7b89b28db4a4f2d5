"""Signed-in browsers, and the names under which signing in was refused."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import BindParameter, CursorResult, bindparam, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from portal.domain.access import IDLE_FOR, SEEN_EVERY, SIGNED_IN_FOR, Role, Signed, Stage
from portal.storage.tables import Account, Refusal, SignInSession, Unit


@dataclass(frozen=True, slots=True)
class Refusals:
    """What was refused under one name since the last that was not, and the delay that it brought."""

    failures: int = 0
    delayed_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """A session as it is kept; `session_code` names it and opens nothing."""

    token_hash: bytes
    session_code: str
    browser: str
    started_at: datetime
    last_seen_at: datetime


_token: BindParameter[Any] = bindparam("of_token")
_now: BindParameter[Any] = bindparam("now")
_REFUSALS = select(Refusal.failures, Refusal.delayed_until).where(Refusal.name_mark == bindparam("name_mark"))
_LOCKED_REFUSALS = _REFUSALS.with_for_update()
_FIRST_REFUSAL = {
    "sqlite": sqlite.insert(Refusal).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(Refusal).on_conflict_do_nothing(),
}
_ALIVE = (
    SignInSession.last_seen_at > bindparam("idle_since"),
    SignInSession.started_at > bindparam("started_since"),
)
_SIGNED = (
    select(
        Account.id,
        Account.username,
        Account.name,
        Account.role,
        Account.unit_id,
        Unit.path,
        Unit.unit_code,
        (SignInSession.last_seen_at <= bindparam("seen_before")).label("touch_due"),
        SignInSession.stage,
        Account.totp_sealed.is_not(None).label("enrolled"),
        SignInSession.confirmed_at,
    )
    .join(Account, Account.id == SignInSession.account_id)
    .outerjoin(Unit, Unit.id == Account.unit_id)
    .where(SignInSession.token_hash == _token, *_ALIVE, Account.disabled_at.is_(None))
)
_SESSION_OWNER = (
    select(Account.username)
    .join(SignInSession, SignInSession.account_id == Account.id)
    .where(SignInSession.token_hash == _token)
)
_SESSIONS = (
    select(
        SignInSession.token_hash,
        SignInSession.session_code,
        SignInSession.browser,
        SignInSession.started_at,
        SignInSession.last_seen_at,
    )
    .join(Account, Account.id == SignInSession.account_id)
    .where(Account.username == bindparam("username"), *_ALIVE)
    .order_by(SignInSession.last_seen_at.desc(), SignInSession.session_code)
)
_TOUCH = (
    update(SignInSession)
    .where(
        SignInSession.token_hash == _token,
        SignInSession.last_seen_at <= bindparam("seen_before"),
        SignInSession.last_seen_at > bindparam("idle_since"),
    )
    .values(last_seen_at=_now)
)


def find_refusals(session: Session, name_mark: bytes) -> Refusals:
    """Return what was refused under a name."""
    row = session.execute(_REFUSALS, {"name_mark": name_mark}).one_or_none()
    return Refusals(*row) if row else Refusals()


def lock_refusals(session: Session, name_mark: bytes, now: datetime) -> Refusals:
    """Return what was refused under a name, and keep other attempts under it waiting until this transaction ends."""
    first = {"name_mark": name_mark, "failures": 0, "last_at": now}
    session.execute(_FIRST_REFUSAL[session.get_bind().dialect.name], first)
    return Refusals(*session.execute(_LOCKED_REFUSALS, {"name_mark": name_mark}).one())


def put_refusals(session: Session, name_mark: bytes, refusals: Refusals, now: datetime) -> None:
    """Change what was refused under a locked name."""
    columns = {"failures": refusals.failures, "delayed_until": refusals.delayed_until, "last_at": now}
    session.execute(update(Refusal).where(Refusal.name_mark == name_mark).values(**columns))


def delete_refusals(session: Session, *name_marks: bytes) -> None:
    """Forget what was refused under these names."""
    session.execute(delete(Refusal).where(Refusal.name_mark.in_(name_marks)))


def add_session(
    session: Session, token_hash: bytes, account_id: int, now: datetime, *, stage: Stage, browser: str
) -> None:
    """Keep a new session."""
    times = {"started_at": now, "last_seen_at": now, "confirmed_at": now}
    columns = {"session_code": secrets.token_hex(8), "browser": browser, "stage": stage.value}
    session.execute(insert(SignInSession), {"token_hash": token_hash, "account_id": account_id, **times, **columns})


def _bounds(now: datetime) -> dict[str, datetime]:
    return {"idle_since": now - IDLE_FOR, "started_since": now - SIGNED_IN_FOR}


def find_signed(session: Session, token_hash: bytes, now: datetime) -> Signed | None:
    """Return whose session it is, while it lasts and the account is not disabled."""
    parameters = {"of_token": token_hash, "seen_before": now - SEEN_EVERY, **_bounds(now)}
    row = session.execute(_SIGNED, parameters).one_or_none()
    if row is None:
        return None
    return Signed(
        row.id,
        row.username,
        row.name,
        Role(row.role),
        row.unit_id,
        row.path,
        row.unit_code,
        bool(row.touch_due),
        Stage(row.stage),
        bool(row.enrolled),
        row.confirmed_at,
    )


def touch_session(session: Session, token_hash: bytes, now: datetime) -> None:
    """Note that a living session was used, unless that was noted less than a minute ago."""
    parameters = {"of_token": token_hash, "now": now, "seen_before": now - SEEN_EVERY, "idle_since": now - IDLE_FOR}
    session.execute(_TOUCH, parameters)


def rotate_session(session: Session, token_hash: bytes, new_hash: bytes, now: datetime, stage: Stage) -> bool:
    """Give a session a new token with its new stage, as just confirmed; False where it has ended meanwhile."""
    changed = update(SignInSession).where(SignInSession.token_hash == token_hash)
    columns = {"token_hash": new_hash, "stage": stage.value, "confirmed_at": now}
    return cast("CursorResult[Any]", session.execute(changed.values(**columns))).rowcount == 1


def confirm_session(session: Session, token_hash: bytes, now: datetime) -> None:
    """Note that password and code were given again."""
    session.execute(update(SignInSession).where(SignInSession.token_hash == token_hash).values(confirmed_at=now))


def find_session_owner(session: Session, token_hash: bytes) -> str | None:
    """Return the user name behind a session, ended or not, until it is deleted."""
    return session.execute(_SESSION_OWNER, {"of_token": token_hash}).scalar_one_or_none()


def list_sessions(session: Session, username: str, now: datetime) -> Sequence[SessionRecord]:
    """List the living sessions of an account, the one seen last first."""
    rows = session.execute(_SESSIONS, {"username": username, **_bounds(now)})
    return [SessionRecord(*row) for row in rows]


def delete_session(session: Session, token_hash: bytes) -> None:
    """End one session."""
    session.execute(delete(SignInSession).where(SignInSession.token_hash == token_hash))


def delete_sessions_of(session: Session, account_id: int, *, but: bytes = b"") -> int:
    """End every session of an account but the one with the digest `but`; return how many."""
    others = delete(SignInSession).where(SignInSession.account_id == account_id, SignInSession.token_hash != but)
    return cast("CursorResult[Any]", session.execute(others)).rowcount


def delete_session_of(session: Session, account_id: int, session_code: str) -> bool:
    """End one session of an account by its public code; False where the account has none of this code."""
    one = delete(SignInSession).where(
        SignInSession.account_id == account_id, SignInSession.session_code == session_code
    )
    return cast("CursorResult[Any]", session.execute(one)).rowcount == 1
