"""A sealed file: numbered pieces of AES-256-GCM, so that what is changed, moved, missing or cut off is noticed.

Head: magic, 16 bytes of salt, 16 bytes that only the right key gives. Then pieces, each with its length in four bytes;
the nonce of a piece is its number and whether it is the last.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Iterator
from typing import BinaryIO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from portal.domain.errors import Invalid

MAGIC: Final = b"suara-loket backup 1\n"
PIECE: Final = 1 << 16
_SALT: Final = 16
_CHECK: Final = 16
_TAG: Final = 16
_LENGTH: Final = 4
_LONGEST: Final = PIECE + _TAG


def _derive(key: str, salt: bytes) -> tuple[AESGCM, bytes]:
    """Return the cipher of one file, and what tells a wrong key from a damaged file."""
    derived = Scrypt(salt=salt, length=32 + _CHECK, n=2**15, r=8, p=1).derive(key.encode())
    return AESGCM(derived[:32]), derived[32:]


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


class Sealer:
    """Seals what is written to it into `target`; without `finish` the file is cut off and no reader takes it."""

    def __init__(self, target: BinaryIO, key: str) -> None:
        """Write the head; each file has a key of its own, by a salt of its own."""
        salt = secrets.token_bytes(_SALT)
        self._target, self._number, self._waiting = target, 0, bytearray()
        self._cipher, check = _derive(key, salt)
        self._head = MAGIC + salt + check
        target.write(self._head)

    def write(self, content: bytes) -> None:
        """Seal every full piece; what is left waits, as the last piece must be known as such."""
        self._waiting += content
        while len(self._waiting) > PIECE:
            self._seal(bytes(self._waiting[:PIECE]), last=False)
            del self._waiting[:PIECE]

    def finish(self) -> None:
        """Seal the last piece."""
        self._seal(bytes(self._waiting), last=True)

    def _seal(self, content: bytes, *, last: bool) -> None:
        sealed = self._cipher.encrypt(_nonce(self._number, last=last), content, self._head)
        self._target.write(len(sealed).to_bytes(_LENGTH, "big") + sealed)
        self._number += 1


def unseal(source: BinaryIO, key: str) -> Iterator[bytes]:
    """Return the content piece by piece; nothing is given out before its seal was found whole.

    Raises:
        Invalid: `detail` says whether the key is wrong, or where the file is damaged or cut off.
    """
    head = source.read(len(MAGIC) + _SALT + _CHECK)
    if not head.startswith(MAGIC) or len(head) < len(MAGIC) + _SALT + _CHECK:
        raise Invalid("this file is no backup of the portal, or its beginning is damaged")
    cipher, check = _derive(key, head[len(MAGIC) : -_CHECK])
    if not hmac.compare_digest(check, head[-_CHECK:]):
        raise Invalid("the key is not the one of this backup (or its first bytes are damaged)")
    number, piece = 0, _read_piece(source, 0)
    while True:
        following = _read_piece(source, number + 1, may_end=True)
        last = following is None
        try:
            content = cipher.decrypt(_nonce(number, last=last), piece or b"", head)
        except InvalidTag:
            where = "the end is missing or damaged" if last else f"damaged at piece {number}"
            raise Invalid(f"the backup is not whole: {where}") from None
        yield content
        if following is None:
            return
        number, piece = number + 1, following


def _read_piece(source: BinaryIO, number: int, *, may_end: bool = False) -> bytes | None:
    prefix = source.read(_LENGTH)
    if not prefix and may_end:
        return None
    length = int.from_bytes(prefix, "big")
    if len(prefix) < _LENGTH or not _TAG <= length <= _LONGEST:
        raise Invalid(f"the backup is not whole: damaged or cut off at piece {number}")
    piece = source.read(length)
    if len(piece) < length:
        raise Invalid(f"the backup is not whole: cut off in piece {number}")
    return piece
