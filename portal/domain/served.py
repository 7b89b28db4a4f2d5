"""How many citizens a unit served on a day: typed for all services together, by service, or both."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

DAYS_BACK: Final = 62
DAYS_SHOWN: Final = 14


def total(counts: Mapping[str | None, int]) -> int | None:
    """Return how many were served: the sum of the services or the number for all (None), whichever is larger.

    Whoever counts only some services apart, or first all and later by service, is not counted twice. None where
    nothing was typed.
    """
    if not counts:
        return None
    return max(counts.get(None, 0), sum(n for service, n in counts.items() if service is not None))


def earliest(today: date) -> date:
    """Return the first day that may still be typed or corrected on the page."""
    return today - timedelta(days=DAYS_BACK)
