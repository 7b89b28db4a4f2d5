"""The tables of design 2, typed; a test holds them equal to the head of the migrations."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    CheckConstraint,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    TypeDecorator,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

APPEND_ONLY = ("responses", "ballots", "attributions", "verdicts", "audit")


class Instant(TypeDecorator[datetime]):
    """An aware UTC instant on every database; SQLite itself forgets the zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive times, which would mean another instant on another machine."""
        if value is not None and value.tzinfo is None:
            raise ValueError(value)
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the zone back."""
        return value.replace(tzinfo=UTC) if value and value.tzinfo is None else value


class Base(DeclarativeBase):
    """Common names and types: `bytes` are random 128-bit ids or digests, `datetime` is an aware UTC instant."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        bytes: LargeBinary(32),
        datetime: Instant(),
        str: String(200),
        dict[str, Any]: JSON().with_variant(JSONB(), "postgresql"),
    }


class Unit(Base):
    """A unit of the government (perangkat daerah, puskesmas, kecamatan); the tree never changes under ratings."""

    __tablename__ = "units"
    id: Mapped[int] = mapped_column(primary_key=True)
    unit_code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"))
    path: Mapped[str] = mapped_column(comment="ids from the root to this unit, joined by dots; spares a recursive query")
    ends_on: Mapped[date | None]


class Service(Base):
    """A kind of service (jenis layanan) that a unit gives."""

    __tablename__ = "services"
    id: Mapped[int] = mapped_column(primary_key=True)
    service_code: Mapped[str] = mapped_column(unique=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    name: Mapped[str]
    ends_on: Mapped[date | None]


class Officer(Base):
    """Someone who serves citizens; `nip` never leaves except by its own scope and is never a key."""

    __tablename__ = "officers"
    id: Mapped[int] = mapped_column(primary_key=True)
    officer_code: Mapped[str] = mapped_column(unique=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    name: Mapped[str]
    nip: Mapped[str | None]
    civil_servant: Mapped[bool] = mapped_column(comment="staff who are not ASN count for the unit and never enter the feed")
    ends_on: Mapped[date | None]


class Counter(Base):
    """Whatever carries a code: a counter, a name plate, a link; every rating has one."""

    __tablename__ = "counters"
    id: Mapped[int] = mapped_column(primary_key=True)
    counter_code: Mapped[str] = mapped_column(unique=True, comment="key in the workbook")
    public_code: Mapped[str] = mapped_column(String(7), unique=True, comment="printed code; never given to another counter")
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    name: Mapped[str]
    channel: Mapped[str]
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("officers.id"), comment="name plates only")
    ends_on: Mapped[date | None]


class CounterService(Base):
    """A service that a counter gives; a counter without any gives all of its unit."""

    __tablename__ = "counter_services"
    counter_id: Mapped[int] = mapped_column(ForeignKey("counters.id"), primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("services.id"), primary_key=True)


class Duty(Base):
    """Who is on duty where: a standing weekly pattern; what is dated replaces the officer's pattern of that day."""

    __tablename__ = "duties"
    __table_args__ = (
        CheckConstraint("(weekday IS NULL) <> (on_date IS NULL)", name="weekly_or_dated"),
        Index("ix_duties_counter_id_weekday", "counter_id", "weekday"),
        Index("ix_duties_officer_id_on_date", "officer_id", "on_date"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    duty_code: Mapped[str] = mapped_column(unique=True)
    officer_id: Mapped[int] = mapped_column(ForeignKey("officers.id"))
    counter_id: Mapped[int | None] = mapped_column(ForeignKey("counters.id"), comment="none: absent on that date")
    weekday: Mapped[int | None] = mapped_column(SmallInteger, comment="0 = Monday; weekly pattern")
    on_date: Mapped[date | None] = mapped_column(comment="dated exception")
    starts: Mapped[time]
    ends: Mapped[time]
    from_on: Mapped[date | None]
    ends_on: Mapped[date | None]


class OpeningHours(Base):
    """When a unit is open; a unit without rows of its own follows those without a unit."""

    __tablename__ = "opening_hours"
    id: Mapped[int] = mapped_column(primary_key=True)
    hours_code: Mapped[str] = mapped_column(unique=True)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"), index=True)
    weekday: Mapped[int] = mapped_column(SmallInteger)
    opens: Mapped[time]
    closes: Mapped[time]
    ends_on: Mapped[date | None]


class Holiday(Base):
    """A date on which a unit, or the whole government, is closed."""

    __tablename__ = "holidays"
    id: Mapped[int] = mapped_column(primary_key=True)
    holiday_code: Mapped[str] = mapped_column(unique=True)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"))
    on_date: Mapped[date] = mapped_column(index=True)
    name: Mapped[str]


class PolicyRow(Base):
    """Choices of the government, each in force from its date until the next."""

    __tablename__ = "policies"
    from_on: Mapped[date] = mapped_column(primary_key=True)
    choices: Mapped[dict[str, Any]]


class Response(Base):
    """One citizen's visit to a page that ended in an answer; no instant, no address, nothing about the citizen."""

    __tablename__ = "responses"
    __table_args__: ClassVar[dict[str, Any]] = {"sqlite_with_rowid": False}
    id: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True, comment="random, so that it orders nothing")
    counter_id: Mapped[int] = mapped_column(ForeignKey("counters.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    channel: Mapped[str]
    evidence: Mapped[str]
    language: Mapped[str]
    given_on: Mapped[date]
    day_part: Mapped[str]
    received_on: Mapped[date]
    counts_on: Mapped[date]


class Ballot(Base):
    """Answers to one instrument; the highest revision counts."""

    __tablename__ = "ballots"
    __table_args__: ClassVar[dict[str, Any]] = {"sqlite_with_rowid": False}
    response_id: Mapped[bytes] = mapped_column(ForeignKey("responses.id"), primary_key=True)
    instrument: Mapped[str] = mapped_column(primary_key=True, comment="code@version")
    revision: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    answers: Mapped[dict[str, Any]]


class Attribution(Base):
    """Which service and which officer a response is about, and on what basis; the highest revision counts."""

    __tablename__ = "attributions"
    __table_args__: ClassVar[dict[str, Any]] = {"sqlite_with_rowid": False}
    response_id: Mapped[bytes] = mapped_column(ForeignKey("responses.id"), primary_key=True)
    revision: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    service_id: Mapped[int | None] = mapped_column(ForeignKey("services.id"))
    service_basis: Mapped[str] = mapped_column(comment="only | choice | other | none")
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("officers.id"))
    officer_basis: Mapped[str] = mapped_column(comment="plate | duty | choice | unknown | none")
    reason: Mapped[str | None]


class Verdict(Base):
    """Whether a response counts; the highest revision holds, none means counted."""

    __tablename__ = "verdicts"
    __table_args__ = (
        CheckConstraint("state = 'counted' OR state LIKE 'held:%' OR state LIKE 'excluded:%'", name="state"),
        {"sqlite_with_rowid": False},
    )
    response_id: Mapped[bytes] = mapped_column(ForeignKey("responses.id"), primary_key=True)
    revision: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    state: Mapped[str]


class Sighting(Base):
    """The exact time and marks of a response, for 72 hours and for the rules only; left out of backups."""

    __tablename__ = "sightings"
    response_id: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    seen_at: Mapped[datetime] = mapped_column(index=True)
    device_mark: Mapped[bytes] = mapped_column(comment="HMAC of the device cookie under the key of the day")
    form_age: Mapped[int] = mapped_column(comment="seconds from opening the page to sending")


class DayKey(Base):
    """The key under which one day's device marks are made; deleted at day's end, so that days cannot be linked."""

    __tablename__ = "day_keys"
    on_date: Mapped[date] = mapped_column(primary_key=True)
    key: Mapped[bytes]


class Key(Base):
    """A spent idempotency key; no instant, thirty days."""

    __tablename__ = "keys"
    __table_args__: ClassVar[dict[str, Any]] = {"sqlite_with_rowid": False}
    idempotency_key: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    body_hash: Mapped[bytes]
    receipt_hash: Mapped[bytes] = mapped_column(unique=True)
    response_id: Mapped[bytes] = mapped_column(LargeBinary(16))
    expires_on: Mapped[date] = mapped_column(index=True)


class TallyRow(Base):
    """Answers counted by their full key; equals a rebuild from raw at every commit."""

    __tablename__ = "tallies"
    __table_args__: ClassVar[dict[str, Any]] = {"sqlite_with_rowid": False}
    counts_on: Mapped[date] = mapped_column(primary_key=True)
    late: Mapped[bool] = mapped_column(primary_key=True)
    day_part: Mapped[str] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    counter_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    service: Mapped[str] = mapped_column(primary_key=True, comment="service id, `-` not answered, `lainnya`")
    officer: Mapped[str] = mapped_column(primary_key=True, comment="officer id or `-`")
    channel: Mapped[str] = mapped_column(primary_key=True)
    evidence: Mapped[str] = mapped_column(primary_key=True)
    measure: Mapped[str] = mapped_column(primary_key=True, comment="instrument@version:element, or :SKM for the composite")
    state: Mapped[str] = mapped_column(primary_key=True, comment="counted | held:<rule> | excluded:<reason>")
    n1: Mapped[int]
    n2: Mapped[int]
    n3: Mapped[int]
    n4: Mapped[int]
    n: Mapped[int]
    total: Mapped[int]
    squares: Mapped[int]


class Pending(Base):
    """A response whose contribution to a cell differs from the cell's last release."""

    __tablename__ = "pending"
    __table_args__: ClassVar[dict[str, Any]] = {"sqlite_with_rowid": False}
    response_id: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    cut: Mapped[str] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)
    measure: Mapped[str] = mapped_column(primary_key=True)
    released: Mapped[int] = mapped_column(SmallInteger, comment="contribution at the cell's last release, 0 = none")
    current: Mapped[int] = mapped_column(SmallInteger, comment="contribution now, 0 = none")


class Release(Base):
    """One moment at which cells moved together."""

    __tablename__ = "releases"
    id: Mapped[int] = mapped_column(primary_key=True)
    released_at: Mapped[datetime]
    weekly: Mapped[bool] = mapped_column(comment="officers and single-officer cuts were allowed to move")


class ReleaseCell(Base):
    """The only thing that dashboards, exports and the API read."""

    __tablename__ = "release_cells"
    __table_args__: ClassVar[dict[str, Any]] = {"sqlite_with_rowid": False}
    cut: Mapped[str] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)
    measure: Mapped[str] = mapped_column(primary_key=True)
    n1: Mapped[int]
    n2: Mapped[int]
    n3: Mapped[int]
    n4: Mapped[int]
    n: Mapped[int]
    total: Mapped[int]
    squares: Mapped[int]
    carried: Mapped[int]
    officers: Mapped[int | None] = mapped_column(comment="distinct officers attributed or on duty; none where none are loaded")
    release_id: Mapped[int] = mapped_column(ForeignKey("releases.id"))


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


class Account(Base):
    """A member of staff who may sign in."""

    __tablename__ = "accounts"
    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    role: Mapped[str]
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"))
    password_hash: Mapped[str]
    failures: Mapped[int] = mapped_column(SmallInteger, comment="consecutive refused sign-ins")
    delayed_until: Mapped[datetime | None]
    disabled_at: Mapped[datetime | None]


class SignInSession(Base):
    """A signed-in browser; only the digest of its cookie is kept, so that it can be revoked but not stolen from here."""

    __tablename__ = "sessions"
    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    started_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]


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
