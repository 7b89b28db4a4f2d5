"""Where an officer stands on one day: by the weekly pattern, or as was decided for that day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import time
from enum import StrEnum
from typing import Final

Hours = tuple[time, time]

WHOLE_DAY: Final[Hours] = (time.min, time(23, 59))


class Where(StrEnum):
    """What can be decided for an officer and a day."""

    PATTERN = "pattern"
    """The weekly pattern holds."""
    COUNTER = "counter"
    """One counter, all day."""
    ABSENT = "absent"
    """Nowhere."""
    MIXED = "mixed"
    """Several counters on one day, by the workbook: read here, not decided here."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Where an officer is to stand; `counter` is the code of the one counter."""

    where: Where
    counter: str = ""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A row of the duty roster that touches the day; without a counter the officer is absent.

    `counter_name` is its name; a `dated` row replaces the pattern, unless it is `withdrawn`.
    """

    code: str
    counter: str | None
    counter_name: str
    starts: time
    ends: time
    dated: bool
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Posting:
    """All stretches of an officer on a day."""

    stretches: tuple[Stretch, ...]

    @property
    def pattern(self) -> tuple[Stretch, ...]:
        """What the weekly pattern says, by hour."""
        return _by_hour(stretch for stretch in self.stretches if not stretch.dated)

    @property
    def dated(self) -> tuple[Stretch, ...]:
        """What was decided for the day, by hour."""
        return _by_hour(stretch for stretch in self.stretches if stretch.dated and not stretch.withdrawn)

    @property
    def in_force(self) -> tuple[Stretch, ...]:
        """Where the officer stands, by hour; nowhere where absent."""
        return tuple(stretch for stretch in self.dated or self.pattern if stretch.counter is not None)

    @property
    def choice(self) -> Choice:
        """What the rows of the day come down to."""
        counters = {stretch.counter for stretch in self.dated}
        match sorted(counters, key=str):
            case []:
                return Choice(Where.PATTERN)
            case [None]:
                return Choice(Where.ABSENT)
            case [counter] if counter is not None:
                return Choice(Where.COUNTER, counter)
            case _:
                return Choice(Where.MIXED)


def _by_hour(stretches: Iterable[Stretch]) -> tuple[Stretch, ...]:
    return tuple(sorted(stretches, key=lambda stretch: (stretch.starts, stretch.code)))


def hours_at_counter(pattern: Sequence[Stretch], opening: Sequence[Hours], clock: time | None) -> tuple[Hours, ...]:
    """Return the hours of an officer who is put at one counter for the day.

    Those of the officer's own pattern; where there is none that day, or it is over at `clock` (the present, on the day
    itself), those in which the unit is open; where it keeps none, the whole day.
    """
    own = sorted({(stretch.starts, stretch.ends) for stretch in pattern if stretch.counter is not None})
    if own and (clock is None or clock < max(ends for _, ends in own)):
        return tuple(own)
    still = [hours for hours in sorted(set(opening)) if clock is None or clock < hours[1]]
    return tuple(still) or (WHOLE_DAY,)
