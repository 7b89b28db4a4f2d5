"""How many citizens each unit served, day by day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import bindparam, case, func, select
from sqlalchemy.orm import Session

from portal.storage.tables import ServedCount, Service


@dataclass(frozen=True, slots=True)
class Served:
    """A number of one day; `service` is the code of the service, None for all services together."""

    code: str
    service: str | None
    on_date: date
    n: int


_SERVED = (
    select(ServedCount.served_count_code, Service.service_code, ServedCount.on_date, ServedCount.n)
    .outerjoin(Service, Service.id == ServedCount.service_id)
    .where(
        ServedCount.unit_id == bindparam("unit_id"), ServedCount.on_date.between(bindparam("first"), bindparam("last"))
    )
)


_whole = func.sum(case((ServedCount.service_id.is_(None), ServedCount.n)))
_named = func.sum(case((ServedCount.service_id.is_not(None), ServedCount.n)))
_DAYS = (
    select(ServedCount.unit_id, ServedCount.on_date, _whole.label("whole"), _named.label("named"))
    .where(ServedCount.on_date.between(bindparam("first"), bindparam("last")))
    .group_by(ServedCount.unit_id, ServedCount.on_date)
)


def list_days(session: Session, first: date, last: date) -> Mapping[tuple[int, date], int]:
    """Return what each unit served on each day from `first` to `last`, where it counted at all.

    Of a day's count over all services and the sum of those of each the larger one counts.
    """
    rows = session.execute(_DAYS, {"first": first, "last": last})
    return {(row.unit_id, row.on_date): int(max(row.whole or 0, row.named or 0)) for row in rows}


def list_served(session: Session, unit_id: int, first: date, last: date) -> Sequence[Served]:
    """List what the unit served from `first` to `last`."""
    rows = session.execute(_SERVED, {"unit_id": unit_id, "first": first, "last": last})
    return [Served(*row) for row in rows]
