"""Checking a snapshot offline: by its file and the public keys alone, without a database or settings."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from portal.domain.errors import Invalid
from portal.domain.snapshot import Contents, check_beside, read_contents
from portal.services.publish.signing import ALGORITHM, canonical, digest, encode, thumbprint

_PARTS: Final = 3
_KEY_BYTES: Final = 32


def read_keys(content: bytes) -> Mapping[str, bytes]:
    """Return public keys by code, from a JWK set or a single JWK.

    Raises:
        Invalid: `keys`: the file is neither, holds no Ed25519 key, or a key whose name is not its thumbprint.
    """
    try:
        found = json.loads(content)
        listed = [key for key in found.get("keys", [found]) if key.get("crv") == ALGORITHM]
        keys = [_decode(key["x"]) for key in listed]
        codes = [thumbprint(key) for key in keys]
        is_named = all(key.get("kid") in (None, code) for key, code in zip(listed, codes, strict=True))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Invalid("keys") from error
    if not keys or any(len(key) != _KEY_BYTES for key in keys) or not is_named:
        raise Invalid("keys")
    return dict(zip(codes, keys, strict=True))


def verify_snapshot(jws: bytes, keys: Mapping[str, bytes], after: Sequence[bytes] = ()) -> Contents:
    """Return what a snapshot is, once its signature and everything in it hold, also beside those seen before.

    Raises:
        Invalid: `jws` (not a compact JWS by Ed25519), `key` (signed by none of the keys), `signature`, `canonical`, and
            what `read_contents` and `check_beside` raise.
    """
    contents = _verify(jws, keys)
    for seen in after:
        check_beside(contents, _verify(seen, keys))
    return contents


def _verify(jws: bytes, keys: Mapping[str, bytes]) -> Contents:
    payload, content = _open(jws, keys)
    try:
        # Two ways to write the same would be two snapshots with one number.
        if canonical(content) != payload:
            raise Invalid("canonical")
        return read_contents(content, hashlib.sha256(payload).hexdigest(), digest)
    except (ValueError, RecursionError) as error:  # what canonical JSON cannot hold
        raise Invalid("canonical") from error


def _open(jws: bytes, keys: Mapping[str, bytes]) -> tuple[bytes, Mapping[str, Any]]:
    parts = jws.strip().split(b".")
    if len(parts) != _PARTS:
        raise Invalid("jws")
    try:
        header, payload, signature = (_decode(part.decode("ascii")) for part in parts)
        said = json.loads(header)
    except (ValueError, RecursionError) as error:
        raise Invalid("jws") from error
    if not isinstance(said, dict) or said.keys() != {"alg", "kid", "typ"} or said["alg"] != ALGORITHM:
        raise Invalid("jws")
    key = keys.get(said["kid"]) if isinstance(said["kid"], str) else None
    if key is None:
        raise Invalid("key")
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, b".".join(parts[:2]))
    except InvalidSignature as error:
        raise Invalid("signature") from error
    try:
        content = json.loads(payload)
    except (ValueError, RecursionError) as error:
        raise Invalid("canonical") from error
    if not isinstance(content, dict):
        raise Invalid("format")
    return payload, content


def _decode(text: str) -> bytes:
    """Decode base64url as JWS writes it: without padding, and no other text for the same bytes.

    Raises:
        ValueError: `text` is not that.
    """
    try:
        content = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError(text[:20]) from error
    if encode(content) != text:
        raise ValueError(text[:20])
    return content
