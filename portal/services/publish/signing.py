"""Signing: canonical JSON, and a compact JWS over it by the portal's own key."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from typing import Any, Final

import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from sqlalchemy.orm import Session

from portal.services import Portal
from portal.storage import signing_keys
from portal.storage.signing_keys import KeyRow

ALGORITHM: Final = "Ed25519"


def canonical(content: Mapping[str, Any]) -> bytes:
    """Return the one way to write `content`.

    Source: RFC 8785.
    """
    return rfc8785.dumps(dict(content))


def digest(content: Mapping[str, Any]) -> bytes:
    """Return the SHA-256 of the canonical JSON."""
    return hashlib.sha256(canonical(content)).digest()


def encode(content: bytes) -> str:
    """Return base64url without padding, as JWS writes it."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def jwk(public_key: bytes) -> dict[str, str]:
    """Return the public key as a JWK.

    Source: RFC 8037.
    """
    return {"crv": ALGORITHM, "kty": "OKP", "x": encode(public_key)}


def add_key(portal: Portal, session: Session) -> KeyRow:
    """Make a key that signs from now on, named by its thumbprint.

    Source: RFC 7638.
    """
    private = Ed25519PrivateKey.generate()
    public = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    sealed = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(_password(portal)))
    row = KeyRow(encode(digest(jwk(public))), public, sealed, portal.now(), None)
    signing_keys.append_key(session, row)
    return row


def sign(portal: Portal, session: Session, payload: bytes) -> tuple[str, bytes]:
    """Return the code of the key that signs now, and the compact JWS; without a key one is made.

    Source: RFC 7515, RFC 8037.
    """
    key = signing_keys.find_signing(session) or add_key(portal, session)
    header = {"alg": ALGORITHM, "kid": key.key_code, "typ": "JWS"}
    signed = f"{encode(json.dumps(header, separators=(',', ':')).encode())}.{encode(payload)}"
    private = load_pem_private_key(key.sealed, _password(portal))
    if not isinstance(private, Ed25519PrivateKey):
        raise TypeError(key.key_code)
    return key.key_code, f"{signed}.{encode(private.sign(signed.encode()))}".encode()


def _password(portal: Portal) -> bytes:
    return hashlib.sha256(b"signing-key\0" + portal.secret_key.encode()).digest()
