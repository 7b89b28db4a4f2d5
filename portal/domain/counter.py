"""What carries a code."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from portal.domain.evidence import LINKS, MOBILE, PAPER


class State(StrEnum):
    """What whoever opens a code finds on a day."""

    OPEN = "open"
    EARLY = "early"
    """Its first day is still to come."""
    OVER = "over"
    """A mobile service or a link whose last day has passed."""
    MOVED = "moved"
    """A counter that is no longer there."""
    PAPER = "paper"
    """Stands for forms on paper, which staff key in."""


@dataclass(frozen=True, slots=True)
class CounterView:
    """A counter as its page shows it; `plate` is the officer that a name-plate code names.

    `label` is what its unit calls counters, None where the unit calls them as everybody does; `tested_until` is the
    end of a scan test under way.
    """

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
    label: str | None = None
    starts_on: date | None = None
    place: str | None = None
    tested_until: datetime | None = None

    @property
    def is_link(self) -> bool:
        """Tell whether it is opened from anywhere, so that there is no counter to have mistaken."""
        return self.channel in LINKS

    def state_on(self, day: date) -> State:
        """Return what a citizen finds on the local date `day`."""
        if self.channel == PAPER:
            return State.PAPER
        if self.starts_on is not None and day < self.starts_on:
            return State.EARLY
        if self.ends_on is not None and self.ends_on < day:
            return State.OVER if self.is_link or self.channel == MOBILE else State.MOVED
        return State.OPEN

    def is_tested_at(self, now: datetime) -> bool:
        """Tell whether a scan test waits for this code."""
        return self.tested_until is not None and now < self.tested_until
