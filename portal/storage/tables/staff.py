"""Staff, the systems that pull, what staff did, and the health of the process."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from portal.storage.tables.declarative import Base


class Heartbeat(Base):
    """When something last showed that it lives: the scheduler, the write probe."""

    __tablename__ = "heartbeats"
    name: Mapped[str] = mapped_column(primary_key=True)
    beaten_at: Mapped[datetime]


class Certificate(Base):
    """Permission to destroy raw rows: of one month at the end of retention, or of the rehearsal before go-live."""

    __tablename__ = "certificates"
    __table_args__ = (
        CheckConstraint("kind IN ('retention', 'rehearsal')", name="kind"),
        CheckConstraint("(kind = 'retention') = (month IS NOT NULL)", name="month"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    month: Mapped[date | None]
    reason: Mapped[str]
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class Rehearsal(Base):
    """A time of trial whose ratings are wiped at its end; while one is open, every page says so."""

    __tablename__ = "rehearsals"
    id: Mapped[int] = mapped_column(primary_key=True)
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    certificate_id: Mapped[int | None] = mapped_column(ForeignKey("certificates.id"))
    wiped: Mapped[dict[str, Any] | None] = mapped_column(comment="rows destroyed, by table")


class Proposal(Base):
    """An act that needs a second person: proposed by one, decided by another, and done only then."""

    __tablename__ = "proposals"
    __table_args__ = (
        CheckConstraint("outcome IN ('approved', 'refused', 'withdrawn')", name="outcome"),
        CheckConstraint("(outcome IS NULL) = (decided_at IS NULL)", name="decided"),
        CheckConstraint("outcome <> 'approved' OR decided_by <> proposed_by", name="two_persons"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    act: Mapped[str]
    detail: Mapped[dict[str, Any]]
    reason: Mapped[str]
    proposed_by: Mapped[str]
    proposed_at: Mapped[datetime]
    decided_by: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    outcome: Mapped[str | None]


class Account(Base):
    """A member of staff who may sign in."""

    __tablename__ = "accounts"
    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    role: Mapped[str]
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"))
    password_hash: Mapped[str]
    disabled_at: Mapped[datetime | None]
    one_time_until: Mapped[datetime | None] = mapped_column(comment="the password was given by another and must change")
    totp_sealed: Mapped[bytes | None] = mapped_column(
        LargeBinary(200), comment="secret of the second factor, encrypted"
    )
    totp_step: Mapped[int | None] = mapped_column(comment="time step of the code used last: none is taken twice")


class RecoveryCode(Base):
    """A code that stands for the second factor once, when the phone is lost; only its digest is kept."""

    __tablename__ = "recovery_codes"
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    code_hash: Mapped[bytes] = mapped_column(primary_key=True)


class Refusal(Base):
    """Sign-ins refused in a row under one name, whether an account has it or not, so that a delay tells nothing."""

    __tablename__ = "refusals"
    name_mark: Mapped[bytes] = mapped_column(primary_key=True, comment="HMAC: people type passwords into that field")
    failures: Mapped[int] = mapped_column(SmallInteger)
    delayed_until: Mapped[datetime | None]
    last_at: Mapped[datetime]


class SignInSession(Base):
    """A signed-in browser; only the digest of its cookie is kept, to revoke it by, not to steal it."""

    __tablename__ = "sessions"
    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    started_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    session_code: Mapped[str] = mapped_column(unique=True, comment="names the session in lists, opens nothing")
    browser: Mapped[str] = mapped_column(comment="what its owner knows it by: browser and system, no more")
    stage: Mapped[str] = mapped_column(comment="what is still asked: second | enrol | password | open (nothing)")
    confirmed_at: Mapped[datetime] = mapped_column(
        comment="when the password was last given, for what asks for it again"
    )


class AuditEntry(Base):
    """An act of staff; each row's hash covers the one before, so that none can be changed or taken out."""

    __tablename__ = "audit"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, comment="1, 2, 3 ... without a gap")
    at: Mapped[datetime]
    actor: Mapped[str]
    act: Mapped[str]
    detail: Mapped[dict[str, Any]]
    previous_hash: Mapped[bytes]
    hash: Mapped[bytes]


class ApiClient(Base):
    """A system that may pull scores; a unit-scoped client sees its subtree only."""

    __tablename__ = "api_clients"
    id: Mapped[int] = mapped_column(primary_key=True)
    client_code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    secret_hash: Mapped[bytes]
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"))
    scopes: Mapped[str]
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    disabled_at: Mapped[datetime | None]


class AccessToken(Base):
    """A bearer token of an API client; only its digest is kept."""

    __tablename__ = "access_tokens"
    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    client_id: Mapped[int] = mapped_column(ForeignKey("api_clients.id"))
    scopes: Mapped[str]
    expires_at: Mapped[datetime] = mapped_column(index=True)
