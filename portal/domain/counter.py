"""What carries a code."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class CounterView:
    """A counter as its page shows it; `plate` is the officer that a name-plate code names."""

    id: int
    public_code: str
    name: str
    unit_id: int
    unit_name: str
    unit_path: tuple[int, ...]
    channel: str
    plate_id: int | None
    plate_name: str | None
    ends_on: date | None
