"""Who may come in: accounts, API clients and their tokens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import BindParameter, CursorResult, Row, bindparam, delete, insert, or_, select, update
from sqlalchemy.orm import Session

from portal.domain.access import IDLE_FOR, REFUSALS_FOR, SIGNED_IN_FOR, Caller, Role
from portal.storage.tables import AccessToken, Account, ApiClient, Refusal, SignInSession, Unit


@dataclass(frozen=True, slots=True)
class AccountRecord:
    """An account as it is kept."""

    id: int
    username: str
    name: str
    role: Role
    password_hash: str
    disabled_at: datetime | None
    one_time_until: datetime | None
    totp_sealed: bytes | None
    totp_step: int | None


@dataclass(frozen=True, slots=True)
class AccountLine:
    """An account as lists show it; `one_time_until` while its password was given by another."""

    username: str
    name: str
    role: Role
    unit_code: str | None
    unit_name: str | None
    disabled_at: datetime | None
    one_time_until: datetime | None
    enrolled: bool


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
_OPEN_UNITS = (
    select(Unit.unit_code, Unit.name)
    .where(or_(Unit.ends_on.is_(None), Unit.ends_on >= bindparam("today")))
    .order_by(Unit.name, Unit.unit_code)
)
_ACCOUNTS = select(
    Account.id,
    Account.username,
    Account.name,
    Account.role,
    Account.password_hash,
    Account.disabled_at,
    Account.one_time_until,
    Account.totp_sealed,
    Account.totp_step,
)
_ACCOUNT = _ACCOUNTS.where(Account.username == bindparam("username"))
_LOCKED_ACCOUNT = _ACCOUNT.with_for_update()
_ADMINISTRATORS = (
    select(Account.username)
    .where(Account.role == Role.ADMINISTRATOR.value, Account.disabled_at.is_(None))
    .order_by(Account.id)
    .with_for_update()
)
_LINES = (
    select(
        Account.username,
        Account.name,
        Account.role,
        Unit.unit_code,
        Unit.name.label("unit_name"),
        Account.disabled_at,
        Account.one_time_until,
        Account.totp_sealed.is_not(None).label("enrolled"),
    )
    .outerjoin(Unit, Unit.id == Account.unit_id)
    .order_by(Account.disabled_at.is_not(None), Account.name, Account.id)
)
_LINE = _LINES.where(Account.username == bindparam("username"))
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


def list_open_units(session: Session, today: date) -> Sequence[tuple[str, str]]:
    """List code and name of every unit that is not closed, by name."""
    return [(row.unit_code, row.name) for row in session.execute(_OPEN_UNITS, {"today": today})]


def _account(row: Row[*tuple[Any, ...]]) -> AccountRecord:
    columns = {**row._mapping, "role": Role(row.role)}  # noqa: SLF001 - SQLAlchemy's public name for it
    return AccountRecord(**columns)


def find_account(session: Session, username: str, *, lock: bool = False) -> AccountRecord | None:
    """Return an account; `lock` keeps other sign-ins to it waiting until this transaction ends."""
    row = session.execute(_LOCKED_ACCOUNT if lock else _ACCOUNT, {"username": username}).one_or_none()
    return _account(row) if row else None


def lock_administrators(session: Session) -> Sequence[str]:
    """List the user names of all administrators who are not disabled, and let nobody change that meanwhile."""
    return session.scalars(_ADMINISTRATORS).all()


def list_accounts(session: Session) -> Sequence[AccountLine]:
    """List every account by name, disabled ones last."""
    return [_line(row) for row in session.execute(_LINES)]


def find_line(session: Session, username: str) -> AccountLine | None:
    """Return an account as lists show it."""
    row = session.execute(_LINE, {"username": username}).one_or_none()
    return _line(row) if row else None


def _line(row: Row[*tuple[Any, ...]]) -> AccountLine:
    columns = {**row._mapping, "role": Role(row.role), "enrolled": bool(row.enrolled)}  # noqa: SLF001 - as above
    return AccountLine(**columns)


def add_account(session: Session, role: Role, **columns: Any) -> None:  # noqa: ANN401 - the columns of Account
    """Keep a new account."""
    session.execute(insert(Account), {"role": role.value, **columns})


def put_account(session: Session, account_id: int, **columns: Any) -> None:  # noqa: ANN401 - the columns of Account
    """Change columns of an account."""
    session.execute(update(Account).where(Account.id == account_id).values(**columns))


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
