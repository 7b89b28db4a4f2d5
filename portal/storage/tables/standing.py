"""Which entry of an indicator's progress counts in a period, as every statement asks it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import bindparam, func, literal, select
from sqlalchemy.orm import aliased

from portal.storage.tables.declarative import Instant
from portal.storage.tables.periods import Snapshot
from portal.storage.tables.registry import Indicator, Progress

_NEVER: Final = datetime(9999, 12, 31, tzinfo=UTC)
_at = bindparam("at", type_=Instant())
_period_code = bindparam("standing_period", type_=Snapshot.period_code.type)
_signed_at = select(func.max(Snapshot.signed_at)).where(Snapshot.period_code == _period_code).scalar_subquery()
FROZEN_AT: Final = func.coalesce(_at, _signed_at, literal(_NEVER, Instant()), type_=Instant())
"""What was entered later does not count any more: `at`, else the last signature of the period, else no end."""

_Entry = aliased(Progress)
_latest: Any = (
    select(_Entry.id)
    .where(_Entry.indicator_id == Indicator.id, _Entry.entered_at <= FROZEN_AT)
    .order_by(_Entry.as_of.desc(), _Entry.id.desc())
    .limit(1)
    .correlate(Indicator)
    .scalar_subquery()
)
COUNTING_ENTRY: Final = (Progress.id == _latest) & Indicator.measure.is_(None)
"""Joins an indicator with the entry that counts: of the latest date, then the one entered last.

What the portal counts itself has none.
"""


def frozen_entries(period_code: str, at: datetime | None = None) -> dict[str, Any]:
    """Return the parameters of `COUNTING_ENTRY`; `at` goes before the last signature of the base period."""
    return {"standing_period": period_code, "at": at}
