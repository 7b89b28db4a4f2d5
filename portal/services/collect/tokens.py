"""Receipts and edit tokens: both follow from what is known anyway, so a replay gets the same ones."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from itsdangerous import BadSignature, Signer

from portal.domain import code as codes
from portal.domain.errors import FormExpired
from portal.domain.rating import PARTS_FOR
from portal.services import Portal

_SALT: Final = "edit"


@dataclass(frozen=True, slots=True)
class Ticket:
    """What the citizen gets back: a receipt to keep and an edit token for a day; a replay brings the same."""

    receipt: str
    edit_token: str
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class Edit:
    """An edit token that was found good."""

    response_id: bytes
    given_at: datetime


def receipt_of(portal: Portal, key: bytes) -> str:
    """Return the receipt that belongs to an idempotency key: 10 Crockford characters (50 bits)."""
    digest = hmac.digest(portal.secret_key.encode(), b"receipt" + key, "sha256")
    return codes.encode(int.from_bytes(digest[:8]), codes.RECEIPT_LENGTH)


def receipt_hash(portal: Portal, receipt: str) -> bytes:
    """Return what is stored of a receipt."""
    return hmac.digest(portal.secret_key.encode(), b"receipt-hash" + receipt.encode(), hashlib.sha256)


def comment_id(portal: Portal, receipt: str) -> bytes:
    """Return the id of the one comment that may come with a receipt; it leads back to no response."""
    return hmac.digest(portal.secret_key.encode(), b"comment" + receipt.encode(), hashlib.sha256)


def case_hash(portal: Portal, receipt: str) -> bytes:
    """Return what a case keeps of the receipt, another thing than its response does: nothing ties the two."""
    return hmac.digest(portal.secret_key.encode(), b"case" + receipt.encode(), hashlib.sha256)


def edit_token(portal: Portal, response_id: bytes, given_at: datetime) -> str:
    """Sign the right to change the response and to add to it, counted from the instant it was given."""
    return _signer(portal).sign(f"{response_id.hex()}.{int(given_at.timestamp())}").decode()


def read_edit_token(portal: Portal, token: str) -> Edit:
    """Read an edit token that is not older than a day.

    Raises:
        FormExpired: it is forged or too old.
    """
    try:
        response_id, _, given = _signer(portal).unsign(token).decode().partition(".")
    except BadSignature as error:
        raise FormExpired from error
    edit = Edit(bytes.fromhex(response_id), datetime.fromtimestamp(int(given), UTC))
    if portal.now() > edit.given_at + PARTS_FOR:
        raise FormExpired
    return edit


def _signer(portal: Portal) -> Signer:
    return Signer(portal.secret_key, salt=_SALT, digest_method=hashlib.sha256)
