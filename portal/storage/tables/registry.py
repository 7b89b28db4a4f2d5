"""The registry: what is rated, who serves, when it is open, and the dated choices of the government."""

from __future__ import annotations

from datetime import date, datetime, time
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
    target: Mapped[str | None] = mapped_column(comment="IKM aimed at, a decimal string of two places")
    counter_label: Mapped[str | None] = mapped_column(comment="what its counters are called: Loket, Poli, Meja, Gerai")


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
        String(7), unique=True, comment="printed code; it moves on only with the counter that moves to another unit"
    )
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    name: Mapped[str]
    channel: Mapped[str]
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("officers.id"), comment="name plates only")
    ends_on: Mapped[date | None]
    starts_on: Mapped[date | None] = mapped_column(comment="first day in use; a mobile service is dated")
    place: Mapped[str | None] = mapped_column(comment="where a mobile service stands")
    tested_until: Mapped[datetime | None] = mapped_column(comment="end of a scan test under way")
    scanned_at: Mapped[datetime | None] = mapped_column(comment="when a scan test last met the printed code")


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
    ends_on: Mapped[date | None] = mapped_column(comment="before the date itself: withdrawn")


class ServedCount(Base):
    """How many citizens a unit served on a day, of one service or of all together."""

    __tablename__ = "served_counts"
    __table_args__ = (
        CheckConstraint("n >= 0", name="n"),
        Index("ix_served_counts_unit_id_on_date", "unit_id", "on_date"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    served_count_code: Mapped[str] = mapped_column(unique=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    service_id: Mapped[int | None] = mapped_column(ForeignKey("services.id"), comment="none: all services together")
    on_date: Mapped[date]
    n: Mapped[int]


class Indicator(Base):
    """A performance indicator of a unit or an officer in a period, with its target; what came of it is its progress."""

    __tablename__ = "indicators"
    id: Mapped[int] = mapped_column(primary_key=True)
    indicator_code: Mapped[str] = mapped_column(unique=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("officers.id"), comment="none: the unit's own")
    name: Mapped[str]
    unit_of_measure: Mapped[str]
    kind: Mapped[str] = mapped_column(comment="jumlah | mutu | waktu | anggaran | hasil | respons pengaduan")
    duty: Mapped[str | None]
    unit_goal: Mapped[str | None]
    period_code: Mapped[str]
    measure: Mapped[str | None] = mapped_column(comment="what the portal itself counts it by; none: handed in")
    target: Mapped[str | None] = mapped_column(comment="decimal string")
    ends_on: Mapped[date | None]


class Progress(Base):
    """How far an indicator had come on a date, and where that was taken from; the latest date counts."""

    __tablename__ = "progress"
    id: Mapped[int] = mapped_column(primary_key=True)
    indicator_id: Mapped[int] = mapped_column(ForeignKey("indicators.id"), index=True)
    as_of: Mapped[date]
    value: Mapped[str] = mapped_column(comment="decimal string")
    source: Mapped[str | None] = mapped_column(comment="where it was taken from; the portal checks none")
    link: Mapped[str | None]
    entered_by: Mapped[str]
    entered_at: Mapped[datetime]


class PastScore(Base):
    """An IKM of a unit from before the portal, as it was published."""

    __tablename__ = "past_scores"
    id: Mapped[int] = mapped_column(primary_key=True)
    past_score_code: Mapped[str] = mapped_column(unique=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    year: Mapped[int] = mapped_column(SmallInteger)
    skm: Mapped[str] = mapped_column(comment="IKM, a decimal string of two places")
    n: Mapped[int | None]
    source: Mapped[str | None] = mapped_column(comment="where it was published")


class Campaign(Base):
    """Days on which a unit asks for the nine elements; with the number served it says how many answers are enough."""

    __tablename__ = "campaigns"
    __table_args__ = (
        CheckConstraint("ends_on >= starts_on", name="order"),
        CheckConstraint("population > 0", name="population"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_code: Mapped[str] = mapped_column(unique=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    service_id: Mapped[int | None] = mapped_column(ForeignKey("services.id"), comment="none: all services of the unit")
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    population: Mapped[int | None] = mapped_column(comment="number served; none: taken from the served counts")


class Government(Base):
    """The government whose portal this is, named when it was set up; the only row has the id 1."""

    __tablename__ = "governments"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str]
    set_up_at: Mapped[datetime]


class PolicyRow(Base):
    """Choices of the government, each in force from its date until the next."""

    __tablename__ = "policies"
    from_on: Mapped[date] = mapped_column(primary_key=True)
    choices: Mapped[dict[str, Any]]
