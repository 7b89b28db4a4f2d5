"""Who is on duty on a day: a standing weekly pattern, which a dated row replaces for that officer and that day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Shift:
    """One row of the duty roster; `weekday` 0 = Monday, or a date; without a counter the officer is absent."""

    officer_id: int
    counter_id: int | None
    weekday: int | None
    on_date: date | None
    from_on: date | None
    ends_on: date | None


class Roster:
    """The whole roster, asked by counter and day."""

    def __init__(self, shifts: Iterable[Shift]) -> None:
        """Sort the shifts by what they are asked for."""
        self._weekly: dict[tuple[int | None, int | None], list[Shift]] = {}
        self._dated: dict[date, list[Shift]] = {}
        for shift in shifts:
            if shift.on_date is not None:
                if shift.ends_on is not None and shift.ends_on < shift.on_date:
                    continue  # closed before its day came: withdrawn
                self._dated.setdefault(shift.on_date, []).append(shift)
            else:
                self._weekly.setdefault((shift.counter_id, shift.weekday), []).append(shift)

    def on_duty(self, counter_id: int, day: date) -> frozenset[int]:
        """Return the officers on duty at the counter at any time of the day.

        A row that ended before the day it is about is withdrawn.
        """
        dated = [shift for shift in self._dated.get(day, []) if shift.ends_on is None or day <= shift.ends_on]
        replaced = {shift.officer_id for shift in dated}
        weekly = {
            shift.officer_id
            for shift in self._weekly.get((counter_id, day.weekday()), [])
            if (shift.from_on is None or shift.from_on <= day) and (shift.ends_on is None or day <= shift.ends_on)
        }
        return frozenset((weekly - replaced) | {shift.officer_id for shift in dated if shift.counter_id == counter_id})
