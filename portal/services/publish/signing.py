"""Signing: canonical JSON, and a compact JWS over it by the portal's own key."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy.orm import Session

from portal.domain.errors import Invalid, NotFound
from portal.services import Portal
from portal.storage import audit, signing_keys
from portal.storage.signing_keys import KeyRow

ALGORITHM: Final = "Ed25519"


def canonical(content: object) -> bytes:
    """Return the one way to write `content`, anything that JSON holds.

    Source: RFC 8785.
    """
    return rfc8785.dumps(dict(content) if isinstance(content, Mapping) else content)  # type: ignore[arg-type]  # whoever cannot be written is refused there


def digest(content: Mapping[str, Any]) -> bytes:
    """Return the SHA-256 of the canonical JSON."""
    return hashlib.sha256(canonical(content)).digest()


def encode(content: bytes) -> str:
    """Return base64url without padding, as JWS writes it."""
    return _encoded(content).decode()


def _encoded(content: bytes) -> bytes:
    return base64.urlsafe_b64encode(content).rstrip(b"=")


def jwk(public_key: bytes) -> dict[str, str]:
    """Return the public key as a JWK.

    Source: RFC 8037.
    """
    return {"crv": ALGORITHM, "kty": "OKP", "x": encode(public_key)}


def thumbprint(public_key: bytes) -> str:
    """Return the name of a key.

    Source: RFC 7638.
    """
    return encode(digest(jwk(public_key)))


@dataclass(frozen=True, slots=True)
class KeyLine:
    """A key as staff see it; `signs` is true of the one that signs now. Instants in local time."""

    key_code: str
    created_at: datetime
    retired_at: datetime | None
    signs: bool


def create_key(portal: Portal, *, actor: str) -> str:
    """Make a key that signs from now on; those before it are not retired. Return its code."""
    with portal.begin() as session:
        key = add_key(portal, session)
        audit.append(session, at=portal.now(), actor=actor, act="key-created", detail={"key": key.key_code})
    return key.key_code


def rotate_key(portal: Portal, *, actor: str) -> str:
    """Retire every key that signs, and make one that does from now on; return its code."""
    with portal.begin() as session:
        for key in signing_keys.list_keys(session):
            _retire(portal, session, key.key_code, actor)
        key = add_key(portal, session)
        audit.append(session, at=portal.now(), actor=actor, act="key-created", detail={"key": key.key_code})
    return key.key_code


def retire_key(portal: Portal, key_code: str, *, actor: str) -> None:
    """Retire a key: it signs no more, and what it signed still verifies.

    Raises:
        NotFound: no such key, or it is retired.
    """
    with portal.begin() as session:
        if not _retire(portal, session, key_code, actor):
            raise NotFound("key")


def _retire(portal: Portal, session: Session, key_code: str, actor: str) -> bool:
    retired = signing_keys.retire(session, key_code, portal.now())
    if retired:
        audit.append(session, at=portal.now(), actor=actor, act="key-retired", detail={"key": key_code})
    return retired


def list_keys(portal: Portal) -> Sequence[KeyLine]:
    """List the keys, the oldest first."""
    with portal.read() as session:
        keys, signing = signing_keys.list_keys(session), signing_keys.find_signing(session)
    return [
        KeyLine(
            key.key_code,
            key.created_at.astimezone(portal.time_zone),
            key.retired_at.astimezone(portal.time_zone) if key.retired_at else None,
            signing is not None and key.key_code == signing.key_code,
        )
        for key in keys
    ]


def export_keys(portal: Portal) -> dict[str, Any]:
    """Return every public key, retired ones too, as a JWK set: whoever keeps an old snapshot needs an old key.

    Source: RFC 7517, section 5.
    """
    with portal.read() as session:
        keys = signing_keys.list_keys(session)
    return {
        "keys": [{**jwk(key.public_key), "kid": key.key_code, "use": "sig", "alg": ALGORITHM} for key in keys],
    }


def add_key(portal: Portal, session: Session) -> KeyRow:
    """Make a key that signs from now on, named by its thumbprint."""
    private = Ed25519PrivateKey.generate()
    public = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    sealed = signing_keys.seal(portal.secret_key, private)
    row = KeyRow(thumbprint(public), public, sealed, portal.now(), None)
    signing_keys.append_key(session, row)
    return row


def sign(portal: Portal, session: Session, payload: bytes) -> tuple[str, bytes]:
    """Return the code of the key that signs now, and the compact JWS; without a key one is made.

    The same key makes the same bytes of the same payload.

    Source: RFC 7515, RFC 8037.

    Raises:
        Invalid: `key`: the portal's secret is not the one under which the key was sealed.
    """
    key = signing_keys.find_signing(session) or add_key(portal, session)
    header = {"alg": ALGORITHM, "kid": key.key_code, "typ": "JWS"}
    signed = b"%s.%s" % (_encoded(canonical(header)), _encoded(payload))
    private = signing_keys.unseal(portal.secret_key, key.sealed)
    if private is None:
        raise Invalid("key")
    return key.key_code, b"%s.%s" % (signed, _encoded(private.sign(signed)))
