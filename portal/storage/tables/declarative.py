"""Names, types and constraints that all tables share."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, ClassVar, cast

from sqlalchemy import JSON, Connection, DateTime, Dialect, LargeBinary, MetaData, String, TypeDecorator
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Session

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Instant(TypeDecorator[datetime]):
    """An aware UTC instant on every database; SQLite itself forgets the zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Refuse naive times, which would mean another instant on another machine."""
        if value is not None and value.tzinfo is None:
            raise ValueError(value)
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Give the zone back."""
        return value.replace(tzinfo=UTC) if value and value.tzinfo is None else value


def connection_of(session: Session) -> Connection:
    """Return the connection that `storage.database` opened the session on, and whose transaction is under way.

    A statement on it spares the session's bookkeeping, which takes as long as a short statement itself.
    """
    return cast("Connection", session.bind)


class Base(DeclarativeBase):
    """Common names and types: `bytes` are random 128-bit ids or digests, `datetime` is an aware UTC instant."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        bytes: LargeBinary(32),
        datetime: Instant(),
        str: String(200),
        dict[str, Any]: JSON().with_variant(JSONB(), "postgresql"),
    }
