"""API clients: made and disabled by the operator, and the access tokens that they ask for."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from portal.domain import access
from portal.domain.access import Caller
from portal.domain.errors import Invalid, NotFound, Unauthenticated
from portal.services import Portal
from portal.services.admit import tokens
from portal.storage import audit, staff


@dataclass(frozen=True, slots=True)
class ClientLine:
    """An API client in the operator's list; `unit_code` None means the whole government."""

    client_code: str
    name: str
    unit_code: str | None
    scopes: tuple[str, ...]
    created_at: datetime
    last_used_at: datetime | None
    disabled_at: datetime | None


@dataclass(frozen=True, slots=True)
class AccessGrant:
    """An access token; `expires_in` in seconds, `scope` joined by spaces."""

    token: str
    expires_in: int
    scope: str


def create_client(
    portal: Portal, *, name: str, unit_code: str | None = None, scopes: Sequence[str] = access.SCOPES[:1], actor: str
) -> tuple[str, str]:
    """Create an API client and return its code and its secret, which nobody can show again.

    With `unit_code` it sees that unit and the units below it only.

    Raises:
        Invalid: `name` breaks its rule, or `scopes` is empty or holds an unknown one.
        NotFound: no unit has this code.
    """
    shown = access.check_name(name)
    if not scopes or not set(scopes) <= set(access.SCOPES):
        raise Invalid("scopes")
    granted = [scope for scope in access.SCOPES if scope in scopes]
    client_code, secret = tokens.new_client_code(), tokens.new_client_secret()
    with portal.begin() as session:
        unit_id = staff.find_unit_id(session, unit_code) if unit_code else None
        if unit_code and unit_id is None:
            raise NotFound("unit")
        staff.add_client(
            session,
            client_code=client_code,
            name=shown,
            secret_hash=tokens.digest(secret),
            unit_id=unit_id,
            scopes=" ".join(granted),
            created_at=portal.now(),
        )
        detail = {"client": client_code, "name": shown, "unit": unit_code, "scopes": granted}
        audit.append(session, at=portal.now(), actor=actor, act="client-created", detail=detail)
    return client_code, secret


def list_clients(portal: Portal) -> Sequence[ClientLine]:
    """List every API client, oldest first."""
    with portal.read() as session:
        return [
            ClientLine(
                client.client_code,
                client.name,
                client.unit_code,
                client.scopes,
                client.created_at,
                client.last_used_at,
                client.disabled_at,
            )
            for client in staff.list_clients(session)
        ]


def disable_client(portal: Portal, *, client_code: str, actor: str) -> None:
    """Disable an API client and end its tokens; nothing changes where it is disabled already.

    Raises:
        NotFound: no client has this code.
    """
    with portal.begin() as session:
        client = staff.find_client(session, client_code)
        if client is None:
            raise NotFound("client")
        if client.disabled_at is not None:
            return
        staff.disable_client(session, client.id, portal.now())
        detail = {"client": client_code}
        audit.append(session, at=portal.now(), actor=actor, act="client-disabled", detail=detail)


def issue_token(portal: Portal, client_code: str, secret: str, scope: str | None = None) -> AccessGrant:
    """Give an API client an access token for 15 minutes, of which only the digest is kept.

    `scope` is a list joined by spaces; None asks for all that the client may have.

    Raises:
        Unauthenticated: `invalid_client`; the code or the secret is wrong, or the client is disabled.
        Invalid: `invalid_scope`; the client may not have all of `scope`.

    Source: RFC 6749, sections 4.4 and 5.2.
    """
    offered = tokens.digest(secret)
    with portal.read() as session:  # a wrong secret must not make citizens wait for the one writer of SQLite
        client = staff.find_client(session, client_code) if tokens.is_client_code(client_code) else None
    if not hmac.compare_digest(offered, client.secret_hash if client else bytes(len(offered))) or client is None:
        raise Unauthenticated("invalid_client")
    if client.disabled_at is not None:
        raise Unauthenticated("invalid_client")
    granted = access.check_scopes(scope, client.scopes)
    token, now = tokens.new_token(), portal.now()
    with portal.begin() as session:
        expires_at = now + access.TOKEN_FOR
        if not staff.add_access_token(
            session, tokens.digest(token), client.id, granted, now=now, expires_at=expires_at
        ):
            raise Unauthenticated("invalid_client")
    return AccessGrant(token, int(access.TOKEN_FOR.total_seconds()), " ".join(granted))


def find_caller(portal: Portal, bearer: str) -> Caller:
    """Return the system behind an access token.

    Raises:
        Unauthenticated: `invalid_token`; it is unknown or has expired, or its client is disabled.

    Source: RFC 6750, section 3.1.
    """
    with portal.read() as session:
        caller = staff.find_caller(session, tokens.digest(bearer), portal.now())
    if caller is None:
        raise Unauthenticated("invalid_token")
    return caller
