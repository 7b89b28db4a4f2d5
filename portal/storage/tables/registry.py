"""The registry: what is rated, who serves, when it is open, and the dated choices of the government."""

from __future__ import annotations

from datetime import date, time
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.storage.tables.declarative import Base


class Unit(Base):
    """A unit of the government (perangkat daerah, puskesmas, kecamatan); the tree never changes under ratings."""

    __tablename__ = "units"
    id: Mapped[int] = mapped_column(primary_key=True)
    unit_code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"))
    path: Mapped[str] = mapped_column(
        comment="ids from the root to this unit, joined by dots; spares a recursive query"
    )
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
    civil_servant: Mapped[bool] = mapped_column(
        comment="staff who are not ASN count for the unit and never enter the feed"
    )
    ends_on: Mapped[date | None]


class Counter(Base):
    """Whatever carries a code: a counter, a name plate, a link; every rating has one."""

    __tablename__ = "counters"
    id: Mapped[int] = mapped_column(primary_key=True)
    counter_code: Mapped[str] = mapped_column(unique=True, comment="key in the workbook")
    public_code: Mapped[str] = mapped_column(
        String(7), unique=True, comment="printed code; never given to another counter"
    )
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
