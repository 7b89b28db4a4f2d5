"""Random secrets that are handed out once; the database keeps digests only."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import zlib
from typing import Final

from portal.domain import code as codes
from portal.services import Portal

_BYTES: Final = 32
_CODE_LENGTH: Final = 8
_CHECK_LENGTH: Final = 6
_CLIENT_CODE: Final = re.compile(rf"slk_[0-9a-z]{{{_CODE_LENGTH}}}")


def new_token() -> str:
    """Return 256 random bits as 43 characters that are safe in a URL, a header and a cookie."""
    return secrets.token_urlsafe(_BYTES)


def digest(token: str) -> bytes:
    """Return what is stored of a token; it needs no salt, as nobody can guess 256 bits."""
    return hashlib.sha256(token.encode()).digest()


def name_mark(portal: Portal, asked: str, username: str) -> bytes:
    """Return under which refusals of a name are counted, for each thing `asked` by itself, without telling the name."""
    return hmac.digest(portal.secret_key.encode(), asked.encode() + username.encode(), hashlib.sha256)


def new_client_code() -> str:
    """Return the public name of an API client: `slk_` and eight characters."""
    return f"slk_{codes.encode(secrets.randbits(5 * _CODE_LENGTH), _CODE_LENGTH).lower()}"


def is_client_code(text: str) -> bool:
    """Tell whether an API client can have this code; what a stranger sends may hold what no database takes."""
    return _CLIENT_CODE.fullmatch(text) is not None


def new_client_secret() -> str:
    """Return `sls_`, 256 random bits and their checksum, so that a scanner tells a leaked secret from chance."""
    body = f"sls_{new_token()}"
    return f"{body}_{checksum(body)}"


def checksum(body: str) -> str:
    """Return the lowest 30 bits of CRC-32 over `body`, as six Crockford characters."""
    return codes.encode(zlib.crc32(body.encode()), _CHECK_LENGTH)
