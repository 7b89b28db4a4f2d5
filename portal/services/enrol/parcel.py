"""A file between its dry run and its application: sealed, so that the browser can keep it and nobody can read it there.

Nothing is stored on the way: any process opens what any other sealed, and a file that nobody applies leaves no trace.
"""

from __future__ import annotations

import base64
import hmac
import secrets
import zlib
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from portal.domain.errors import Invalid
from portal.services import Portal

_NONCE: Final = 12
_HEAD: Final = "\n"


@dataclass(frozen=True, slots=True)
class Parcel:
    """A file as it came, the sheet it is for where it holds only one, and the digest of the plan that was shown."""

    content: bytes
    sheet: str
    digest: str


def seal(portal: Portal, parcel: Parcel) -> str:
    """Return the parcel as letters, digits, `-` and `_` that only this portal can open."""
    head = f"{parcel.digest}{_HEAD}{parcel.sheet}{_HEAD}".encode()
    nonce = secrets.token_bytes(_NONCE)
    closed = _cipher(portal).encrypt(nonce, zlib.compress(head + parcel.content), None)
    return base64.urlsafe_b64encode(nonce + closed).rstrip(b"=").decode()


def unseal(portal: Portal, text: str) -> Parcel:
    """Open a parcel.

    Raises:
        Invalid: this portal sealed no such thing.
    """
    try:
        sealed = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        opened = zlib.decompress(_cipher(portal).decrypt(sealed[:_NONCE], sealed[_NONCE:], None))
    except (ValueError, InvalidTag) as error:
        raise Invalid("parcel") from error
    digest, sheet, content = opened.split(_HEAD.encode(), 2)
    return Parcel(content, sheet.decode(), digest.decode())


def _cipher(portal: Portal) -> AESGCM:
    return AESGCM(hmac.digest(portal.secret_key.encode(), b"workbook", "sha256"))
