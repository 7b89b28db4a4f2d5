"""A comment after the tap: masked before anyone reads it, without a face, an officer or a day beside it."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Final

from sqlalchemy.orm import Session

from portal.domain import code as codes
from portal.domain.errors import Invalid
from portal.domain.masking.comment import LONGEST, clean, mask
from portal.domain.period import month_of
from portal.services import Portal
from portal.services.collect.receipt import hold_record
from portal.services.collect.tokens import case_hash, comment_id
from portal.storage import cases, comments, sealing

SEALED_FOR: Final = timedelta(days=30)
SEAL: Final = "comment"
_CODE_BYTES: Final = 8


def leave_comment(portal: Portal, receipt: str, token: str, text: str, *, language: str, asks: bool) -> None:
    """Keep what was written, once, within a day; a second sending changes nothing.

    One that `asks` for an answer opens a case that the receipt finds again; it reaches the head of the unit alone, and
    at once unless it is suspected: then a reviewer reads it first, as with every other comment.

    Raises:
        FormExpired: the token is forged or older than a day.
        Invalid: `comment-empty` or `comment-long`.
    """
    words = clean(text)
    if not words:
        raise Invalid("comment-empty")
    if len(words) > LONGEST:
        raise Invalid("comment-long")
    receipt = codes.parse_receipt(receipt)
    with portal.begin() as session:
        _, record = hold_record(portal, session, receipt, token)
        own_id = comment_id(portal, receipt)
        if comments.has_comment(session, own_id):
            return
        masked = mask(words, comments.list_officer_names(session, record.place.unit_path))
        case_code = _open_case(portal, session, receipt, record.place.unit_id, masked.text) if asks else None
        comments.add_comment(
            session,
            id=own_id,
            case_code=case_code,
            unit_id=record.place.unit_id,
            month=month_of(record.place.counts_on),
            language=language,
            text=masked.text,
            sealed=sealing.seal(portal.secret_key, SEAL, words.encode(), bound_to=own_id),
            sealed_until=portal.today() + SEALED_FOR,
            state="suspected" if masked.suspected else "released" if asks else "waiting",
        )


def _open_case(portal: Portal, session: Session, receipt: str, unit_id: int, text: str) -> str:
    case_code = secrets.token_hex(_CODE_BYTES)
    cases.add_case(
        session,
        case_code=case_code,
        receipt_hash=case_hash(portal, receipt),
        unit_id=unit_id,
        text=text,
        opened_on=portal.today(),
    )
    return case_code
