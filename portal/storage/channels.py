"""The codes of units: those a unit opens for itself (links, paper), and the scan test of those that are printed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import BindParameter, CursorResult, Table, bindparam, insert, or_, select, update
from sqlalchemy.orm import Session

from portal.storage.tables import Account, Counter, Officer, connection_of


@dataclass(frozen=True, slots=True)
class Code:
    """A counter, name plate, link or whatever else carries a code, with its last scan test."""

    id: int
    counter_code: str
    public_code: str
    name: str
    channel: str
    plate_name: str | None
    tested_until: datetime | None
    scanned_at: datetime | None


_now: BindParameter[datetime] = bindparam("now")
_unit_ids: BindParameter[int] = bindparam("unit_ids", expanding=True)
_CODES = (
    select(
        Counter.id,
        Counter.counter_code,
        Counter.public_code,
        Counter.name,
        Counter.channel,
        Officer.name.label("plate_name"),
        Counter.tested_until,
        Counter.scanned_at,
    )
    .outerjoin(Officer, Officer.id == Counter.officer_id)
    .where(Counter.unit_id.in_(_unit_ids), or_(Counter.ends_on.is_(None), Counter.ends_on >= bindparam("day")))
)
_ADD = insert(cast("Table", Counter.__table__))
_REOPEN = update(Counter).where(Counter.counter_code == bindparam("of_code")).values(ends_on=None)
_WAIT = (
    update(Counter)
    .where(Counter.id.in_(bindparam("counter_ids", expanding=True)))
    .values(tested_until=bindparam("until"))
)
_MEET = (
    update(Counter)
    .where(Counter.public_code == bindparam("of_code"), Counter.tested_until > _now)
    .values(tested_until=None, scanned_at=_now)
)
_ACCOUNT_NAME = select(Account.name).where(Account.username == bindparam("username"))


def list_codes(session: Session, unit_ids: Sequence[int], day: date) -> Sequence[Code]:
    """List the units' codes that are in use on `day` or will be, by channel and name."""
    rows = session.execute(_CODES, {"unit_ids": list(unit_ids), "day": day})
    return sorted((Code(*row) for row in rows), key=lambda code: (code.channel, code.name.casefold(), code.id))


def add_code(session: Session, *, counter_code: str, public_code: str, unit_id: int, name: str, channel: str) -> None:
    """Add a code that no officer stands behind.

    Raises:
        Conflict: one of the two codes is taken.
    """
    columns = {"counter_code": counter_code, "public_code": public_code, "unit_id": unit_id, "name": name}
    connection_of(session).execute(_ADD, {**columns, "channel": channel})


def reopen_code(session: Session, counter_code: str) -> bool:
    """Take back the end of a code; False where no counter has it."""
    result = session.execute(_REOPEN, {"of_code": counter_code})
    return cast("CursorResult[Any]", result).rowcount == 1


def put_test(session: Session, counter_ids: Sequence[int], until: datetime) -> None:
    """Wait for a scan of each of these counters until the instant given."""
    session.execute(_WAIT, {"counter_ids": list(counter_ids), "until": until})


def take_scan(session: Session, public_code: str, now: datetime) -> bool:
    """Note that the printed code was met, and wait for it no more; False where nobody waited for it."""
    result = session.execute(_MEET, {"of_code": public_code, "now": now})
    return cast("CursorResult[Any]", result).rowcount == 1


def find_account_name(session: Session, username: str) -> str | None:
    """Return the name that the account's owner goes by."""
    return session.execute(_ACCOUNT_NAME, {"username": username}).scalar_one_or_none()
