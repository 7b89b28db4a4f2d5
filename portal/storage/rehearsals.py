"""The rehearsal before go-live: begun, ended, and every rating of it destroyed under a certificate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, cast

from sqlalchemy import CursorResult, Row, bindparam, delete, exists, func, insert, or_, select, update
from sqlalchemy.orm import Session

from portal.storage.tables import (
    AuditEntry,
    Base,
    Certificate,
    Rehearsal,
    ReleaseCell,
    Response,
    TallyRow,
    connection_of,
)

KIND: Final = "rehearsal"
WIPED: Final = (
    "verdicts attributions ballots responses sightings keys day_keys tallies pending carried release_cells releases "
    "choices comments cases"
).split()
"""All that citizens gave and all that comes of it, rows before those that they refer to."""

# Ratings take these in this order, so that whoever wipes waits for those under way and never the other way round. The
# first two are read at the start of every rating: shut to readers too, no rating is met halfway.
_HOLD: Final = (
    "LOCK TABLE day_keys, keys IN ACCESS EXCLUSIVE MODE",
    "LOCK TABLE responses, ballots, attributions, verdicts, sightings, tallies, pending IN EXCLUSIVE MODE",
)
_OPEN = select(Rehearsal.id, Rehearsal.began_at).where(Rehearsal.ended_at.is_(None))
_RATED = select(
    or_(
        exists().where(Response.id.is_not(None)),
        exists().where(TallyRow.n > 0),
        exists().where(ReleaseCell.n > 0),
    )
)
_RATINGS = select(func.count()).select_from(Response)
_ENDED = (
    select(
        Certificate.id,
        Rehearsal.began_at,
        Rehearsal.ended_at,
        Rehearsal.wiped,
    )
    .join(Rehearsal, Rehearsal.certificate_id == Certificate.id)
    .order_by(Certificate.id)
)
_ACT = (
    select(AuditEntry.id, AuditEntry.actor, AuditEntry.hash)
    .where(AuditEntry.act == bindparam("act"), AuditEntry.at == bindparam("at"))
    .order_by(AuditEntry.id)
)


@dataclass(frozen=True, slots=True)
class Open:
    """A rehearsal under way."""

    id: int
    began_at: datetime


@dataclass(frozen=True, slots=True)
class Ended:
    """A rehearsal that is over; `wiped` holds the rows destroyed, by table."""

    certificate_id: int
    began_at: datetime
    ended_at: datetime
    wiped: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Act:
    """The entry of the log that a wipe left: its number, whose it is, and its hash."""

    id: int
    actor: str
    hash: bytes


def hold_ratings(session: Session) -> None:
    """Let ratings under way end, and keep new ones waiting until this transaction ends; SQLite has one writer anyhow.

    Call it before anything is read.
    """
    if session.get_bind().dialect.name == "postgresql":
        for statement in _HOLD:
            connection_of(session).exec_driver_sql(statement)


def has_ratings(session: Session) -> bool:
    """Tell whether anything of any rating is kept."""
    return bool(session.execute(_RATED).scalar_one())


def count_ratings(session: Session) -> int:
    """Count the ratings kept; for the rehearsal only, as it grows with their number."""
    return session.execute(_RATINGS).scalar_one()


def find_open(session: Session) -> Open | None:
    """Return the rehearsal under way."""
    row = session.execute(_OPEN).one_or_none()
    return Open(*row) if row else None


def add_rehearsal(session: Session, began_at: datetime) -> None:
    """Begin a rehearsal."""
    session.execute(insert(Rehearsal).values(began_at=began_at))


def wipe(session: Session, rehearsal_id: int, now: datetime) -> Ended:
    """Destroy every rating and what came of it, and close the rehearsal with the certificate that permitted it."""
    permit = insert(Certificate).values(kind=KIND, month=None, reason="end of the rehearsal", opened_at=now)
    certificate_id = session.execute(permit.returning(Certificate.id)).scalar_one()
    wiped = {name: _delete_all(session, name) for name in WIPED}
    session.execute(update(Certificate).where(Certificate.id == certificate_id).values(closed_at=now))
    columns = {"ended_at": now, "certificate_id": certificate_id, "wiped": wiped}
    closing = update(Rehearsal).where(Rehearsal.id == rehearsal_id).values(columns).returning(Rehearsal.began_at)
    return Ended(certificate_id, session.execute(closing).scalar_one(), now, wiped)


def _delete_all(session: Session, name: str) -> int:
    return cast("CursorResult[Any]", session.execute(delete(Base.metadata.tables[name]))).rowcount


def _ended(row: Row[*tuple[Any, ...]]) -> Ended:
    return Ended(row.id, row.began_at, row.ended_at, row.wiped)


def list_ended(session: Session) -> Sequence[Ended]:
    """List the rehearsals that are over, oldest first."""
    return [_ended(row) for row in session.execute(_ENDED)]


def find_ended(session: Session, certificate_id: int) -> Ended | None:
    """Return the rehearsal that a certificate closed."""
    row = session.execute(_ENDED.where(Certificate.id == certificate_id)).one_or_none()
    return _ended(row) if row else None


def get_act(session: Session, act: str, at: datetime) -> Act:
    """Return the entry of the log that the end of a rehearsal left at that instant."""
    return Act(*session.execute(_ACT, {"act": act, "at": at}).first() or ())
