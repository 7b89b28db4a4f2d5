"""Keys that sign snapshots: one signs, all verify."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, cast

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)
from sqlalchemy import Table, bindparam, insert, select, update
from sqlalchemy.orm import Session

from portal.storage.tables import SigningKey, connection_of

_TABLE: Final = cast("Table", SigningKey.__table__)
_ALL = select(_TABLE).order_by(_TABLE.c.created_at, _TABLE.c.key_code)
_RETIRE = (
    update(_TABLE)
    .where(_TABLE.c.key_code == bindparam("of_key"), _TABLE.c.retired_at.is_(None))
    .values(retired_at=bindparam("at"))
)


@dataclass(frozen=True, slots=True)
class KeyRow:
    """A signing key; `public_key` is raw Ed25519, `sealed` the private key, encrypted; retired ones only verify."""

    key_code: str
    public_key: bytes
    sealed: bytes
    created_at: datetime
    retired_at: datetime | None


def list_keys(session: Session) -> Sequence[KeyRow]:
    """List the keys, the oldest first."""
    return [KeyRow(*row) for row in session.execute(_ALL)]


def find_signing(session: Session) -> KeyRow | None:
    """Return the key that signs: the newest that is not retired."""
    return next((key for key in reversed(list_keys(session)) if key.retired_at is None), None)


def append_key(session: Session, row: KeyRow) -> None:
    """Keep a new key."""
    session.execute(insert(_TABLE), {name: getattr(row, name) for name in KeyRow.__dataclass_fields__})


def retire(session: Session, key_code: str, at: datetime) -> bool:
    """Retire a key; False where there is none of that code that still signs."""
    return connection_of(session).execute(_RETIRE, {"of_key": key_code, "at": at}).rowcount > 0


def seal(secret: str, private: Ed25519PrivateKey) -> bytes:
    """Encrypt a private key so that only whoever has the secret opens it."""
    return private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(_password(secret)))


def unseal(secret: str, sealed: bytes) -> Ed25519PrivateKey | None:
    """Return the private key; None where it was sealed under another secret."""
    try:
        private = load_pem_private_key(sealed, _password(secret))
    except ValueError:
        return None
    return private if isinstance(private, Ed25519PrivateKey) else None


def _password(secret: str) -> bytes:
    return hashlib.sha256(b"signing-key\0" + secret.encode()).digest()
