"""What must be kept and read again, but by the portal alone: sealed with keys drawn from one secret."""

from __future__ import annotations

import secrets
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12


def derive(secret: str, purpose: str, of: bytes = b"", *, length: int = _KEY_BYTES) -> bytes:
    """Return bytes that nobody finds without the secret: for each purpose, and each `of`, others.

    Source: RFC 5869.
    """
    drawn = HKDF(SHA256(), length, salt=None, info=purpose.encode() + b"\0" + of)
    return drawn.derive(secret.encode())


def seal(secret: str, purpose: str, content: bytes, *, bound_to: bytes) -> bytes:
    """Encrypt `content` so that it opens for this purpose and binding only: AES-256-GCM, the nonce in front."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + AESGCM(derive(secret, purpose)).encrypt(nonce, content, bound_to)


def unseal(secret: str, purpose: str, sealed: bytes, *, bound_to: bytes) -> bytes | None:
    """Return what was sealed; None where it was forged, bound to something else, or sealed under another secret."""
    nonce, encrypted = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
    try:
        return AESGCM(derive(secret, purpose)).decrypt(nonce, encrypted, bound_to)
    except (InvalidTag, ValueError):  # ValueError: too short to hold a nonce
        return None
