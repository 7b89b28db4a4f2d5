"""Cursors: where the next page of a list begins, signed together with what the list was asked for."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Final

from itsdangerous import BadSignature, URLSafeSerializer

from portal.domain.errors import CursorInvalid
from portal.services import Portal

_SALT: Final = "cursor"

Position = tuple[str, str, str]
"""Code of the subject, measure and instrument of a row."""
START: Final[Position] = ("", "", "")


def sign(portal: Portal, position: Position, filters: Sequence[str | None]) -> str:
    """Return the cursor of the page after `position` in the list that `filters` ask for."""
    return str(URLSafeSerializer(portal.secret_key, salt=_SALT).dumps([position, _mark(filters)]))


def read(portal: Portal, cursor: str, filters: Sequence[str | None]) -> Position:
    """Return the position that a cursor stands for.

    Raises:
        CursorInvalid: it is forged, or belongs to another list or another caller.
    """
    try:
        (code, measure, instrument), mark = URLSafeSerializer(portal.secret_key, salt=_SALT).loads(cursor)
    except BadSignature as error:
        raise CursorInvalid from error
    if mark != _mark(filters):
        raise CursorInvalid
    return code, measure, instrument


def _mark(filters: Sequence[str | None]) -> str:
    return hashlib.sha256(json.dumps(filters).encode()).hexdigest()[:16]
