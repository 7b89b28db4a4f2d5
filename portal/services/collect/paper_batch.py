"""Many sheets of paper at once: a page of the grid, or a file."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from portal.domain.errors import PortalError
from portal.services import Portal
from portal.services.collect.paper import PaperSheet, store_sheet
from portal.storage import audit

ACT: Final = "paper-entered"


@dataclass(frozen=True, slots=True)
class Entered:
    """How many sheets were kept now, and how many had been entered before."""

    new: int
    known: int


@dataclass(frozen=True, slots=True)
class Refused:
    """A sheet that cannot be kept: its place in the batch, counted from 0, and why."""

    place: int
    code: str


class BatchRefused(PortalError):
    """Some sheets cannot be kept, so none was; `refused` says which and why."""

    code = "invalid"

    def __init__(self, refused: Sequence[Refused]) -> None:
        """Keep what is wrong with which sheet."""
        super().__init__("sheets")
        self.refused = tuple(refused)


class _TriedOnly(Exception):
    """Ends a trial: what it kept goes away again."""


def enter_sheets(
    portal: Portal, sheets: Sequence[PaperSheet], *, source: str, actor: str, scope: Sequence[int] = ()
) -> Entered:
    """Keep sheets together or none of them; `source` says in the log where they come from.

    Raises:
        BatchRefused: some cannot be kept.
    """
    with portal.begin() as session:
        outcome = _store(portal, session, sheets, actor, scope)
        detail = {"source": source, "new": outcome.new, "known": outcome.known}
        audit.append(session, at=portal.now(), actor=actor, act=ACT, detail=detail)
    return outcome


def try_sheets(portal: Portal, sheets: Sequence[PaperSheet], *, actor: str) -> Entered:
    """Tell what `enter_sheets` would do, and keep nothing.

    Raises:
        BatchRefused: some cannot be kept.
    """
    outcome = Entered(0, 0)
    with suppress(_TriedOnly), portal.begin() as session:
        outcome = _store(portal, session, sheets, actor, ())
        raise _TriedOnly
    return outcome


def _store(portal: Portal, session: Session, sheets: Sequence[PaperSheet], actor: str, scope: Sequence[int]) -> Entered:
    entered, refused = [], []
    for place, sheet in enumerate(sheets):
        try:
            entered.append(store_sheet(portal, session, sheet, actor, scope=scope))
        except PortalError as error:
            refused.append(Refused(place, error.detail or error.code))
    if refused:
        raise BatchRefused(refused)
    return Entered(entered.count(True), entered.count(False))


def sheet_key(counter_code: str, serial: str) -> bytes:
    """Return the key of the sheet with this serial number, the same each time it is entered."""
    return hashlib.sha256(b"paper" + counter_code.encode() + b"\0" + serial.encode()).digest()[:16]
