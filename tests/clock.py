"""The time of day in tests: it stands still until a test moves it."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Final

START: Final = datetime(2026, 3, 3, 2, 0, tzinfo=UTC)  # a Tuesday: 9, 10 or 11 in the morning, by Indonesian zone


class Clock:
    """Hands `now` to the Portal, as `time` would."""

    def __init__(self, start: datetime = START) -> None:
        self._now = start

    def now(self) -> datetime:
        return self._now

    def advance(self, step: timedelta) -> None:
        self._now += step

    def set(self, instant: datetime) -> None:
        self._now = instant


class RunningClock(Clock):
    """Starts where the other stands still and goes on from there, in every process that is told when it began."""

    def __init__(self, began: float | None = None) -> None:
        super().__init__()
        self.began = time.monotonic() if began is None else began

    def now(self) -> datetime:
        return super().now() + timedelta(seconds=time.monotonic() - self.began)
