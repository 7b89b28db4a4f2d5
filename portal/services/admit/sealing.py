"""Secrets that the portal must be able to read again: sealed with keys drawn from the one in its settings."""

from __future__ import annotations

import secrets
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from portal.services import Portal

_KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12


def derive(portal: Portal, purpose: str, of: bytes = b"", *, length: int = _KEY_BYTES) -> bytes:
    """Return bytes that nobody finds without the portal's secret: for each purpose, and each `of`, others.

    Source: RFC 5869.
    """
    drawn = HKDF(SHA256(), length, salt=None, info=purpose.encode() + b"\0" + of)
    return drawn.derive(portal.secret_key.encode())


def seal(portal: Portal, purpose: str, content: bytes, *, bound_to: bytes) -> bytes:
    """Encrypt `content` so that it opens for this purpose and binding only: AES-256-GCM, the nonce in front."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + AESGCM(derive(portal, purpose)).encrypt(nonce, content, bound_to)


def unseal(portal: Portal, purpose: str, sealed: bytes, *, bound_to: bytes) -> bytes | None:
    """Return what was sealed; None where it was forged, bound to something else, or sealed under another secret."""
    nonce, encrypted = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
    try:
        return AESGCM(derive(portal, purpose)).decrypt(nonce, encrypted, bound_to)
    except (InvalidTag, ValueError):  # ValueError: too short to hold a nonce
        return None
