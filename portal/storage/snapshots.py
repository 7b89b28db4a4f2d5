"""Signed snapshots of closed periods, the scores in them, and the parameter sheets that they were computed from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, cast

from sqlalchemy import Table, bindparam, insert, select
from sqlalchemy.orm import Session

from portal.storage.tables import ParameterSheet, Snapshot, SnapshotScore

GENESIS: Final = bytes(32)
"""Stands for the snapshot before the first."""

_TABLE: Final = cast("Table", Snapshot.__table__)
_SCORES: Final = cast("Table", SnapshotScore.__table__)
_SHEETS: Final = cast("Table", ParameterSheet.__table__)
_LAST = select(_TABLE.c.hash).order_by(_TABLE.c.id.desc()).limit(1)
_OF_PERIOD = select(_TABLE).where(_TABLE.c.period_code == bindparam("period_code")).order_by(_TABLE.c.version)
_SHEET = (
    select(_SHEETS).where(_SHEETS.c.period_code == bindparam("period_code")).order_by(_SHEETS.c.version.desc()).limit(1)
)
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
    """A parameter sheet; `hash` is the SHA-256 of its canonical JSON."""

    id: int
    period_code: str
    version: int
    instrument: str
    body: Mapping[str, Any]
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


def find_last_hash(session: Session) -> bytes:
    """Return the hash of the snapshot signed last, of whatever period."""
    return session.execute(_LAST).scalar_one_or_none() or GENESIS


def list_versions(session: Session, period_code: str) -> Sequence[SnapshotRow]:
    """List the snapshots of a period, the first version first."""
    return [SnapshotRow(*row) for row in session.execute(_OF_PERIOD, {"period_code": period_code})]


def append_snapshot(session: Session, scores: Iterable[KeptScore], **columns: Any) -> int:  # noqa: ANN401 - the columns of Snapshot
    """Keep a snapshot with its scores and return its id."""
    snapshot_id: int = session.execute(_ADD, columns).scalar_one()
    rows = [
        {"snapshot_id": snapshot_id, **{name: getattr(score, name) for name in KeptScore.__dataclass_fields__}}
        for score in scores
    ]
    if rows:
        session.execute(insert(_SCORES), rows)
    return snapshot_id


def append_sheet(session: Session, **columns: Any) -> None:  # noqa: ANN401 - the columns of ParameterSheet
    """Keep a parameter sheet."""
    session.execute(insert(_SHEETS), columns)


def find_sheet(session: Session, period_code: str) -> SheetRow | None:
    """Return the latest parameter sheet of a closed period."""
    row = session.execute(_SHEET, {"period_code": period_code}).one_or_none()
    return SheetRow(*row) if row else None
