"""Who may come in: accounts and their sessions, API clients and their tokens."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import BindParameter, CursorResult, Row, bindparam, delete, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from portal.domain.access import IDLE_FOR, REFUSALS_FOR, SEEN_EVERY, SIGNED_IN_FOR, Caller, Role, Signed
from portal.storage.tables import AccessToken, Account, ApiClient, Refusal, SignInSession, Unit


@dataclass(frozen=True, slots=True)
class AccountRecord:
    """An account as it is kept."""

    id: int
    username: str
    password_hash: str
    disabled_at: datetime | None


@dataclass(frozen=True, slots=True)
class Refusals:
    """Sign-ins refused under one name since the last that was not, and the delay that they brought."""

    failures: int = 0
    delayed_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class ClientRecord:
    """An API client as it is kept; `unit_code` None means the whole government."""

    id: int
    client_code: str
    name: str
    secret_hash: bytes
    unit_code: str | None
    scopes: tuple[str, ...]
    created_at: datetime
    last_used_at: datetime | None
    disabled_at: datetime | None


_token: BindParameter[Any] = bindparam("of_token")
_now: BindParameter[Any] = bindparam("now")
_UNIT = select(Unit.id).where(Unit.unit_code == bindparam("unit_code"))
_ACCOUNT = select(
    Account.id,
    Account.username,
    Account.password_hash,
    Account.disabled_at,
).where(Account.username == bindparam("username"))
_LOCKED_ACCOUNT = _ACCOUNT.with_for_update()
_REFUSALS = select(Refusal.failures, Refusal.delayed_until).where(Refusal.name_mark == bindparam("name_mark"))
_LOCKED_REFUSALS = _REFUSALS.with_for_update()
_FIRST_REFUSAL = {
    "sqlite": sqlite.insert(Refusal).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(Refusal).on_conflict_do_nothing(),
}
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
    )
    .join(Account, Account.id == SignInSession.account_id)
    .outerjoin(Unit, Unit.id == Account.unit_id)
    .where(
        SignInSession.token_hash == _token,
        SignInSession.last_seen_at > bindparam("idle_since"),
        SignInSession.started_at > bindparam("started_since"),
        Account.disabled_at.is_(None),
    )
)
_SESSION_OWNER = (
    select(Account.username)
    .join(SignInSession, SignInSession.account_id == Account.id)
    .where(SignInSession.token_hash == _token)
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
_CLIENTS = select(
    ApiClient.id,
    ApiClient.client_code,
    ApiClient.name,
    ApiClient.secret_hash,
    Unit.unit_code,
    ApiClient.scopes,
    ApiClient.created_at,
    ApiClient.last_used_at,
    ApiClient.disabled_at,
).outerjoin(Unit, Unit.id == ApiClient.unit_id)
_CLIENT = _CLIENTS.where(ApiClient.client_code == bindparam("client_code"))
_USE_CLIENT = (
    update(ApiClient)
    .where(ApiClient.id == bindparam("of_client"), ApiClient.disabled_at.is_(None))
    .values(last_used_at=_now)
)
_CALLER = (
    select(ApiClient.id, ApiClient.client_code, ApiClient.name, ApiClient.unit_id, Unit.path, AccessToken.scopes)
    .join(ApiClient, ApiClient.id == AccessToken.client_id)
    .outerjoin(Unit, Unit.id == ApiClient.unit_id)
    .where(AccessToken.token_hash == _token, AccessToken.expires_at > _now, ApiClient.disabled_at.is_(None))
)


def find_unit_id(session: Session, unit_code: str) -> int | None:
    """Return the id of the unit with this code."""
    return session.execute(_UNIT, {"unit_code": unit_code}).scalar_one_or_none()


def find_account(session: Session, username: str, *, lock: bool = False) -> AccountRecord | None:
    """Return an account; `lock` keeps other sign-ins to it waiting until this transaction ends."""
    row = session.execute(_LOCKED_ACCOUNT if lock else _ACCOUNT, {"username": username}).one_or_none()
    return AccountRecord(*row) if row else None


def add_account(
    session: Session, *, username: str, name: str, role: Role, unit_id: int | None, password_hash: str
) -> None:
    """Keep a new account."""
    columns = {"username": username, "name": name, "role": role.value, "unit_id": unit_id}
    session.execute(insert(Account), {**columns, "password_hash": password_hash})


def put_account(session: Session, account_id: int, **columns: Any) -> None:  # noqa: ANN401 - the columns of Account
    """Change columns of an account."""
    session.execute(update(Account).where(Account.id == account_id).values(**columns))


def find_refusals(session: Session, name_mark: bytes) -> Refusals:
    """Return what was refused under a name."""
    row = session.execute(_REFUSALS, {"name_mark": name_mark}).one_or_none()
    return Refusals(*row) if row else Refusals()


def lock_refusals(session: Session, name_mark: bytes, now: datetime) -> Refusals:
    """Return what was refused under a name, and keep other sign-ins under it waiting until this transaction ends."""
    first = {"name_mark": name_mark, "failures": 0, "last_at": now}
    session.execute(_FIRST_REFUSAL[session.get_bind().dialect.name], first)
    return Refusals(*session.execute(_LOCKED_REFUSALS, {"name_mark": name_mark}).one())


def put_refusals(session: Session, name_mark: bytes, refusals: Refusals, now: datetime) -> None:
    """Change what was refused under a locked name."""
    columns = {"failures": refusals.failures, "delayed_until": refusals.delayed_until, "last_at": now}
    session.execute(update(Refusal).where(Refusal.name_mark == name_mark).values(**columns))


def delete_refusals(session: Session, name_mark: bytes) -> None:
    """Forget what was refused under a name."""
    session.execute(delete(Refusal).where(Refusal.name_mark == name_mark))


def add_session(session: Session, token_hash: bytes, account_id: int, now: datetime) -> None:
    """Keep a new session."""
    times = {"started_at": now, "last_seen_at": now, "confirmed_at": now}
    columns = {"session_code": secrets.token_hex(8), "browser": "", "stage": "open"}
    session.execute(insert(SignInSession), {"token_hash": token_hash, "account_id": account_id, **times, **columns})


def _session_bounds(now: datetime) -> dict[str, datetime]:
    return {"idle_since": now - IDLE_FOR, "seen_before": now - SEEN_EVERY}


def find_signed(session: Session, token_hash: bytes, now: datetime) -> Signed | None:
    """Return whose session it is, while it lasts and the account is not disabled."""
    parameters = {"of_token": token_hash, "started_since": now - SIGNED_IN_FOR, **_session_bounds(now)}
    row = session.execute(_SIGNED, parameters).one_or_none()
    if row is None:
        return None
    return Signed(
        row.id, row.username, row.name, Role(row.role), row.unit_id, row.path, row.unit_code, bool(row.touch_due)
    )


def touch_session(session: Session, token_hash: bytes, now: datetime) -> None:
    """Note that a living session was used, unless that was noted less than a minute ago."""
    session.execute(_TOUCH, {"of_token": token_hash, "now": now, **_session_bounds(now)})


def find_session_owner(session: Session, token_hash: bytes) -> str | None:
    """Return the user name behind a session, ended or not, until it is deleted."""
    return session.execute(_SESSION_OWNER, {"of_token": token_hash}).scalar_one_or_none()


def delete_session(session: Session, token_hash: bytes) -> None:
    """End one session."""
    session.execute(delete(SignInSession).where(SignInSession.token_hash == token_hash))


def delete_sessions_of(session: Session, account_id: int) -> None:
    """End every session of an account."""
    session.execute(delete(SignInSession).where(SignInSession.account_id == account_id))


def add_client(session: Session, **columns: Any) -> None:  # noqa: ANN401 - the columns of ApiClient
    """Keep a new API client; `scopes` joined by spaces."""
    session.execute(insert(ApiClient), columns)


def _client(row: Row[*tuple[Any, ...]]) -> ClientRecord:
    columns = {**row._mapping, "scopes": tuple(row.scopes.split(" "))}  # noqa: SLF001 - SQLAlchemy's public name for it
    return ClientRecord(**columns)


def find_client(session: Session, client_code: str) -> ClientRecord | None:
    """Return an API client, disabled ones too."""
    row = session.execute(_CLIENT, {"client_code": client_code}).one_or_none()
    return _client(row) if row else None


def list_clients(session: Session) -> Sequence[ClientRecord]:
    """List every API client, oldest first."""
    return [_client(row) for row in session.execute(_CLIENTS.order_by(ApiClient.id))]


def disable_client(session: Session, client_id: int, now: datetime) -> None:
    """Disable an API client and end its tokens."""
    session.execute(update(ApiClient).where(ApiClient.id == client_id).values(disabled_at=now))
    session.execute(delete(AccessToken).where(AccessToken.client_id == client_id))


def add_access_token(
    session: Session, token_hash: bytes, client_id: int, scopes: Sequence[str], *, now: datetime, expires_at: datetime
) -> bool:
    """Keep a new token and note the client's use; False, and nothing kept, when the client is disabled."""
    used = cast("CursorResult[Any]", session.execute(_USE_CLIENT, {"of_client": client_id, "now": now}))
    if used.rowcount == 0:
        return False
    columns = {"token_hash": token_hash, "client_id": client_id, "scopes": " ".join(scopes), "expires_at": expires_at}
    session.execute(insert(AccessToken), columns)
    return True


def find_caller(session: Session, token_hash: bytes, now: datetime) -> Caller | None:
    """Return whose token it is, while it lasts and the client is not disabled."""
    row = session.execute(_CALLER, {"of_token": token_hash, "now": now}).one_or_none()
    if row is None:
        return None
    return Caller(row.id, row.client_code, row.name, row.unit_id, row.path, frozenset(row.scopes.split(" ")))


def delete_expired(session: Session, now: datetime) -> int:
    """Delete sessions and access tokens that have ended, and refusals a day after the last; return how many."""
    ended = or_(SignInSession.last_seen_at <= now - IDLE_FOR, SignInSession.started_at <= now - SIGNED_IN_FOR)
    statements = (
        delete(SignInSession).where(ended),
        delete(AccessToken).where(AccessToken.expires_at <= now),
        delete(Refusal).where(Refusal.last_at <= now - REFUSALS_FOR),
    )
    return sum(cast("CursorResult[Any]", session.execute(statement)).rowcount for statement in statements)
