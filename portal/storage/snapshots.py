"""Signed snapshots of closed periods, the scores in them, and the parameter sheets that they were computed from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, Final, cast

from sqlalchemy import Table, bindparam, func, insert, select
from sqlalchemy.orm import Session

from portal.storage.tables import ParameterSheet, Snapshot, SnapshotScore

GENESIS: Final = bytes(32)
"""Stands for the snapshot before the first."""

_TABLE: Final = cast("Table", Snapshot.__table__)
_SCORES: Final = cast("Table", SnapshotScore.__table__)
_SHEETS: Final = cast("Table", ParameterSheet.__table__)
_COUNT = select(func.count()).select_from(_TABLE).scalar_subquery()
_END = select(_COUNT, _TABLE.c.hash).order_by(_TABLE.c.id.desc()).limit(1)
_OF_PERIOD = select(_TABLE).where(_TABLE.c.period_code == bindparam("period_code")).order_by(_TABLE.c.version)
_SHEET = (
    select(_SHEETS).where(_SHEETS.c.period_code == bindparam("period_code")).order_by(_SHEETS.c.version.desc()).limit(1)
)
_SHEET_OF = select(_SHEETS).where(
    _SHEETS.c.period_code == bindparam("period_code"), _SHEETS.c.version == bindparam("version")
)
_LINES = select(
    *(_TABLE.c[name] for name in ("period_code", "version", "signed_at", "key_code", "previous_hash", "hash", "reason"))
).order_by(_TABLE.c.id)
_KEPT = select(_SCORES.c.cut, _SCORES.c.code, _SCORES.c.measure, _SCORES.c.instrument, _SCORES.c.body).where(
    _SCORES.c.snapshot_id == bindparam("snapshot_id")
)
_BATCH: Final = 500
_ADD = insert(_TABLE).returning(_TABLE.c.id)


@dataclass(frozen=True, slots=True)
class SnapshotRow:
    """A signed snapshot; `hash` and `previous_hash` are SHA-256, `jws` is compact, `reason` that of a correction."""

    id: int
    period_code: str
    version: int
    signed_at: datetime
    key_code: str
    previous_hash: bytes
    hash: bytes
    jws: bytes
    reason: str | None


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A parameter sheet; `hash` is the SHA-256 of the canonical JSON of `body`, which may be published.

    `withheld` is what each officer's score was computed from beside it, and never leaves.
    """

    id: int
    period_code: str
    version: int
    instrument: str
    body: Mapping[str, Any]
    withheld: Mapping[str, Any]
    hash: bytes


@dataclass(frozen=True, slots=True)
class KeptScore:
    """One score of a snapshot; `unit_path` is that of the subject's unit, `body` what the feed gives."""

    cut: str
    code: str
    measure: str
    instrument: str
    unit_path: str
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SnapshotLine:
    """A signed snapshot without its contents; `hash` and `previous_hash` are SHA-256."""

    period_code: str
    version: int
    signed_at: datetime
    key_code: str
    previous_hash: bytes
    hash: bytes
    reason: str | None


def find_end(session: Session) -> tuple[int, bytes]:
    """Return how many snapshots were signed, of whatever period, and the hash of the last."""
    row = session.execute(_END).one_or_none()
    return (row[0], row[1]) if row else (0, GENESIS)


def list_lines(session: Session) -> Sequence[SnapshotLine]:
    """List the snapshots of every period in the order in which they were signed."""
    return [SnapshotLine(*row) for row in session.execute(_LINES)]


def list_kept(session: Session, snapshot_id: int) -> Mapping[tuple[str, ...], Mapping[str, Any]]:
    """List the scores of a snapshot by cut, code, measure and instrument."""
    return {tuple(row[:4]): row.body for row in session.execute(_KEPT, {"snapshot_id": snapshot_id})}


def list_versions(session: Session, period_code: str) -> Sequence[SnapshotRow]:
    """List the snapshots of a period, the first version first."""
    return [SnapshotRow(*row) for row in session.execute(_OF_PERIOD, {"period_code": period_code})]


def append_snapshot(session: Session, scores: Iterable[KeptScore], **columns: Any) -> int:  # noqa: ANN401 - the columns of Snapshot
    """Keep a snapshot with its scores and return its id."""
    snapshot_id: int = session.execute(_ADD, columns).scalar_one()
    rows = (
        {"snapshot_id": snapshot_id, **{name: getattr(score, name) for name in KeptScore.__dataclass_fields__}}
        for score in scores
    )
    while batch := list(islice(rows, _BATCH)):
        session.execute(insert(_SCORES), batch)
    return snapshot_id


def append_sheet(session: Session, **columns: Any) -> None:  # noqa: ANN401 - the columns of ParameterSheet
    """Keep a parameter sheet."""
    session.execute(insert(_SHEETS), columns)


def find_sheet(session: Session, period_code: str, version: int | None = None) -> SheetRow | None:
    """Return a parameter sheet of a closed period, the latest where no version is asked for."""
    if version is None:
        row = session.execute(_SHEET, {"period_code": period_code}).one_or_none()
    else:
        row = session.execute(_SHEET_OF, {"period_code": period_code, "version": version}).one_or_none()
    return SheetRow(*row) if row else None
