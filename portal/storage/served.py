"""How many citizens each unit served, day by day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import bindparam, select
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


def list_served(session: Session, unit_id: int, first: date, last: date) -> Sequence[Served]:
    """List what the unit served from `first` to `last`."""
    rows = session.execute(_SERVED, {"unit_id": unit_id, "first": first, "last": last})
    return [Served(*row) for row in rows]
