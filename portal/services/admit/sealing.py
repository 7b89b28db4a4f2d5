"""Secrets that the portal must be able to read again: sealed with keys drawn from the one in its settings."""

from __future__ import annotations

from portal.services import Portal
from portal.storage import sealing


def derive(portal: Portal, purpose: str, of: bytes = b"", *, length: int = 32) -> bytes:
    """Return bytes that nobody finds without the portal's secret: for each purpose, and each `of`, others."""
    return sealing.derive(portal.secret_key, purpose, of, length=length)


def seal(portal: Portal, purpose: str, content: bytes, *, bound_to: bytes) -> bytes:
    """Encrypt `content` so that it opens for this purpose and binding only."""
    return sealing.seal(portal.secret_key, purpose, content, bound_to=bound_to)


def unseal(portal: Portal, purpose: str, sealed: bytes, *, bound_to: bytes) -> bytes | None:
    """Return what was sealed; None where it was forged, bound to something else, or sealed under another secret."""
    return sealing.unseal(portal.secret_key, purpose, sealed, bound_to=bound_to)
