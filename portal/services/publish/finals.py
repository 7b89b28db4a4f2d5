"""Closed periods as the feed gives them: the signed rows, the snapshots whole, and the parameter sheets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from portal.domain.access import SCOPES, Caller
from portal.domain.errors import FeedOff, NotFound
from portal.services import Portal
from portal.services.publish.cursors import Position
from portal.services.publish.periods import base_period, refuse_rehearsal
from portal.services.publish.rows import ScoreRow, from_mapping
from portal.services.publish.snapshot_files import FORMS, written
from portal.storage import feed, periods, snapshots
from portal.storage.periods import ClosedRow
from portal.storage.snapshots import SnapshotLine

_, PII = SCOPES


@dataclass(frozen=True, slots=True)
class SnapshotRef:
    """A signed version of a period; `hash` and `previous` are SHA-256 in hexadecimal, `key_id` names the key."""

    period_id: str
    version: int
    signed_at: datetime
    hash: str
    previous: str
    key_id: str
    reason: str | None


@dataclass(frozen=True, slots=True)
class SnapshotFile:
    """One form of a snapshot; `kind` is jws, json, csv or xlsx."""

    snapshot: SnapshotRef
    kind: str
    content: bytes


@dataclass(frozen=True, slots=True)
class ParameterSheet:
    """The published numbers of a closed period, which name nobody; `hash` is the SHA-256 of the canonical body."""

    period_id: str
    version: int
    instrument: str
    hash: str
    body: Mapping[str, Any]


def check_feed(portal: Portal, session: Session, closed: ClosedRow) -> None:
    """Refuse what tells of officers while the feed is off, and for a shadow period for ever.

    Raises:
        FeedOff: it does not leave.
    """
    if closed.shadow or not portal.policy_on(session, portal.today()).appraisal_feed:
        raise FeedOff(closed.period_code)


def list_rows(
    session: Session, caller: Caller, period_code: str, subject: str, path: str, after: Position, limit: int
) -> Sequence[ScoreRow]:
    """List at most `limit` rows of a closed period behind `after`, as signed last; an empty `path` has all units."""
    return _parsed(session, caller, feed.list_kept(session, period_code, subject, path, after, limit))


def list_rows_of(session: Session, caller: Caller, period_code: str, subject: str, code: str) -> Sequence[ScoreRow]:
    """List the rows of one subject of a closed period, as signed last.

    Raises:
        NotFound: it has none that this caller may see.
    """
    kept = feed.list_kept_of(session, period_code, subject, code, caller.unit_path or "")
    if not kept:
        raise NotFound(subject)
    return _parsed(session, caller, kept)


def _parsed(session: Session, caller: Caller, kept: Sequence[Mapping[str, Any]]) -> Sequence[ScoreRow]:
    rows = [from_mapping(body) for body in kept]
    officers = {row.subject.id for row in rows if row.subject.type == "officer"}
    if PII not in caller.scopes or not officers:
        return rows
    names = feed.list_names(session, officers)  # a snapshot names nobody, so that it may be kept for ever
    return [_named(row, *names[row.subject.id]) for row in rows]


def _named(row: ScoreRow, name: str, nip: str | None) -> ScoreRow:
    return replace(row, subject=replace(row.subject, name=name, nip=nip))


def list_snapshots(portal: Portal, caller: Caller) -> Sequence[SnapshotRef]:
    """List every version of every snapshot, in the order in which they were signed.

    Raises:
        NotFound: the caller may not see the whole government.
        Rehearsing: nothing leaves yet.
    """
    _need_everything(caller)
    with portal.read() as session:
        refuse_rehearsal(session)
        return [_reference(each) for each in snapshots.list_lines(session)]


def get_snapshot(portal: Portal, caller: Caller, period_code: str, version: int | None = None) -> SnapshotRef:
    """Return what a version of a period's snapshot is, by default the latest.

    Raises:
        NotFound: no such version, or none that this caller may see.
        Rehearsing: nothing leaves yet.
    """
    _need_everything(caller)
    with portal.read() as session:
        return _reference(_find(portal, session, period_code, version))


def read_snapshot(
    portal: Portal, caller: Caller, period_code: str, kind: str, version: int | None = None
) -> SnapshotFile:
    """Return one form of a version of a period's snapshot, by default of the latest; its bytes never change.

    Raises:
        NotFound, Rehearsing: as `get_snapshot`; there is no form of this `kind`.
        FeedOff: it holds officers, whose scores do not leave now.
    """
    _need_everything(caller)
    if kind not in FORMS:
        raise NotFound("form")
    with portal.read() as session:
        found = _find(portal, session, period_code, version)
        closed = periods.find_closed(session, period_code)
        if closed is not None and not closed.shadow:
            check_feed(portal, session, closed)
        jws = feed.get_jws(session, found.period_code, found.version)
    return SnapshotFile(_reference(found), kind, written(kind, jws, found))


def _need_everything(caller: Caller) -> None:
    if caller.unit_path is not None:
        raise NotFound("snapshot")


def _find(portal: Portal, session: Session, period_code: str, version: int | None) -> SnapshotLine:
    base_period(portal, session, period_code)
    of_period = [each for each in snapshots.list_lines(session) if each.period_code == period_code]
    found = [each for each in of_period if version in {None, each.version}]
    if not found:
        raise NotFound("snapshot")
    return found[-1]


def _reference(signed: SnapshotLine) -> SnapshotRef:
    return SnapshotRef(
        signed.period_code,
        signed.version,
        signed.signed_at,
        signed.hash.hex(),
        signed.previous_hash.hex(),
        signed.key_code,
        signed.reason,
    )


def get_sheet(portal: Portal, period_code: str) -> ParameterSheet:
    """Return the parameter sheet of a closed period, the latest.

    Raises:
        NotFound: no such period, or it has none.
        Rehearsing: nothing leaves yet.
    """
    with portal.read() as session:
        base_period(portal, session, period_code)
        sheet = snapshots.find_sheet(session, period_code)
    if sheet is None:
        raise NotFound("sheet")
    return ParameterSheet(sheet.period_code, sheet.version, sheet.instrument, sheet.hash.hex(), sheet.body)
