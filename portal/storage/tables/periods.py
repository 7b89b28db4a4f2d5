"""Closed periods: what was counted last, signed, and by which sheet and key."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, SmallInteger, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.storage.tables.declarative import Base


class ClosedPeriod(Base):
    """A base period that no rating enters any more; what comes for its days counts later."""

    __tablename__ = "periods"
    period_code: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    starts_on: Mapped[date] = mapped_column(unique=True)
    ends_on: Mapped[date]
    closed_at: Mapped[datetime]
    shadow: Mapped[bool] = mapped_column(comment="officers' figures left for nobody, and never will")


class ParameterSheet(Base):
    """The published numbers that fair scores are computed from, rounded, as canonical JSON."""

    __tablename__ = "parameter_sheets"
    __table_args__ = (UniqueConstraint("period_code", "version"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    period_code: Mapped[str] = mapped_column(ForeignKey("periods.period_code"))
    version: Mapped[int] = mapped_column(SmallInteger)
    instrument: Mapped[str]
    body: Mapped[dict[str, Any]]
    withheld: Mapped[dict[str, Any]] = mapped_column(
        comment="what the officers' scores were computed from beside it, never published; the body names its hash"
    )
    hash: Mapped[bytes] = mapped_column(comment="SHA-256 of the canonical JSON (RFC 8785) of the body")


class Snapshot(Base):
    """A closed period as it was signed; a correction is a new version, none is ever changed."""

    __tablename__ = "snapshots"
    __table_args__ = (
        UniqueConstraint("period_code", "version"),
        CheckConstraint("(version = 1) = (reason IS NULL)", name="reason"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    period_code: Mapped[str] = mapped_column(ForeignKey("periods.period_code"))
    version: Mapped[int] = mapped_column(SmallInteger)
    signed_at: Mapped[datetime]
    key_code: Mapped[str] = mapped_column(ForeignKey("signing_keys.key_code"))
    previous_hash: Mapped[bytes] = mapped_column(comment="of the snapshot signed before this one, zeros for the first")
    hash: Mapped[bytes] = mapped_column(unique=True, comment="SHA-256 of the payload")
    jws: Mapped[bytes] = mapped_column(LargeBinary, comment="RFC 7515, compact")
    reason: Mapped[str | None] = mapped_column(comment="of a correction")


class SnapshotScore(Base):
    """One score of a snapshot, as it stands in there; for pages of the feed."""

    __tablename__ = "snapshot_scores"
    __table_args__ = ({"sqlite_with_rowid": False},)
    snapshot_id: Mapped[int] = mapped_column(ForeignKey("snapshots.id"), primary_key=True)
    cut: Mapped[str] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True, comment="of the subject")
    measure: Mapped[str] = mapped_column(primary_key=True)
    instrument: Mapped[str] = mapped_column(primary_key=True)
    unit_path: Mapped[str] = mapped_column(comment="ids from the root to the unit of the subject, joined by dots")
    body: Mapped[dict[str, Any]]


class SigningKey(Base):
    """A key that signs snapshots; once retired it signs no more, and what it signed still verifies."""

    __tablename__ = "signing_keys"
    key_code: Mapped[str] = mapped_column(primary_key=True, comment="its JWK thumbprint (RFC 7638)")
    public_key: Mapped[bytes]
    sealed: Mapped[bytes] = mapped_column(LargeBinary, comment="PKCS #8, encrypted under the portal's secret")
    created_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]
