"""What citizens gave, what is counted of it, and what of that has been released."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, SmallInteger, Text
from sqlalchemy.orm import Mapped, mapped_column

from portal.storage.tables.declarative import Base


class Response(Base):
    """One citizen's visit to a page that ended in an answer; no instant, no address, nothing about the citizen."""

    __tablename__ = "responses"
    __table_args__ = ({"sqlite_with_rowid": False},)
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
    __table_args__ = ({"sqlite_with_rowid": False},)
    response_id: Mapped[bytes] = mapped_column(ForeignKey("responses.id"), primary_key=True)
    instrument: Mapped[str] = mapped_column(primary_key=True, comment="code@version")
    revision: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    answers: Mapped[dict[str, Any]]


class Attribution(Base):
    """Which service and which officer a response is about, and on what basis; the highest revision counts."""

    __tablename__ = "attributions"
    __table_args__ = ({"sqlite_with_rowid": False},)
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
    __table_args__ = ({"sqlite_with_rowid": False},)
    idempotency_key: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    body_hash: Mapped[bytes]
    receipt_hash: Mapped[bytes] = mapped_column(unique=True)
    response_id: Mapped[bytes] = mapped_column(LargeBinary(16))
    expires_on: Mapped[date] = mapped_column(index=True)


class TallyRow(Base):
    """Answers counted by their full key; equals a rebuild from raw at every commit."""

    __tablename__ = "tallies"
    __table_args__ = ({"sqlite_with_rowid": False},)
    counts_on: Mapped[date] = mapped_column(primary_key=True)
    late: Mapped[bool] = mapped_column(primary_key=True)
    day_part: Mapped[str] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    counter_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    service: Mapped[str] = mapped_column(primary_key=True, comment="service id, `-` not answered, `lainnya`")
    officer: Mapped[str] = mapped_column(primary_key=True, comment="officer id or `-`")
    channel: Mapped[str] = mapped_column(primary_key=True)
    evidence: Mapped[str] = mapped_column(primary_key=True)
    measure: Mapped[str] = mapped_column(
        primary_key=True, comment="instrument@version:element, or :SKM for the composite"
    )
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
    __table_args__ = ({"sqlite_with_rowid": False},)
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
    __table_args__ = ({"sqlite_with_rowid": False},)
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
    officers: Mapped[int | None] = mapped_column(
        comment="distinct officers attributed or on duty; none where none are loaded"
    )
    composition: Mapped[dict[str, Any] | None] = mapped_column(
        comment="answers by channel and evidence, late ones, and ballots by state that do not count"
    )
    parts: Mapped[dict[str, Any] | None] = mapped_column(
        comment="officers: the tally by service and day, for the fair score alone; never shown"
    )
    release_id: Mapped[int] = mapped_column(ForeignKey("releases.id"))


class Carried(Base):
    """A response that a cell still held back when its period closed, and the month whose cell it counts in instead."""

    __tablename__ = "carried"
    __table_args__ = (Index("ix_carried_month", "month"), {"sqlite_with_rowid": False})
    response_id: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    cut: Mapped[str] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(primary_key=True)
    measure: Mapped[str] = mapped_column(primary_key=True)
    from_month: Mapped[date] = mapped_column(comment="the month in which it was given")
    month: Mapped[date] = mapped_column(comment="the month whose cell it counts in")
    value: Mapped[int] = mapped_column(SmallInteger, comment="its contribution now, 0 = none")


class Choice(Base):
    """How often each option of a question that is only counted (topics, profile) was chosen."""

    __tablename__ = "choices"
    __table_args__ = ({"sqlite_with_rowid": False},)
    month: Mapped[date] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    counter_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    service: Mapped[str] = mapped_column(primary_key=True, comment="service id, `-` not answered, `lainnya`")
    instrument: Mapped[str] = mapped_column(primary_key=True, comment="code@version")
    item: Mapped[str] = mapped_column(primary_key=True)
    option: Mapped[str] = mapped_column(primary_key=True)
    n: Mapped[int]


class Comment(Base):
    """What a citizen wrote, masked; without a face, an officer or a time, in a table that may be emptied."""

    __tablename__ = "comments"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'suspected', 'released', 'withheld')", name="state"),
        Index("ix_comments_unit_id_month", "unit_id", "month"),
        Index("ix_comments_case_code", "case_code"),
        {"sqlite_with_rowid": False},
    )
    id: Mapped[bytes] = mapped_column(
        primary_key=True, comment="HMAC of the receipt, so that each response leaves one; leads back to none"
    )
    case_code: Mapped[str | None] = mapped_column(
        ForeignKey("cases.case_code"), comment="of one whose writer asks for an answer: it is in no batch"
    )
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    month: Mapped[date]
    language: Mapped[str]
    text: Mapped[str] = mapped_column(Text, comment="masked")
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary, comment="the original, encrypted, for thirty days")
    sealed_until: Mapped[date | None]
    state: Mapped[str] = mapped_column(comment="waiting for its month's batch | suspected | released | withheld")
    decided_by: Mapped[str | None] = mapped_column(comment="the reviewer who decided what was suspected")


class Case(Base):
    """A comment whose writer asks for an answer; found again by its receipt alone."""

    __tablename__ = "cases"
    __table_args__ = (
        CheckConstraint("(answer IS NULL) = (answered_on IS NULL)", name="answered"),
        Index("ix_cases_unit_id_opened_on", "unit_id", "opened_on"),
        {"sqlite_with_rowid": False},
    )
    case_code: Mapped[str] = mapped_column(primary_key=True, comment="random")
    receipt_hash: Mapped[bytes] = mapped_column(unique=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    text: Mapped[str] = mapped_column(Text, comment="masked")
    opened_on: Mapped[date]
    answer: Mapped[str | None] = mapped_column(Text)
    answered_on: Mapped[date | None]
    answered_by: Mapped[str | None]
