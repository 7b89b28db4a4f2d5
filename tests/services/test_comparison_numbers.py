"""What a comparison of officers tells of the periods that it was made from: no number that one of them hides."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Final

import pytest

from portal import services
from portal.services import Portal
from portal.services.publish import finals
from portal.services.publish.rows import ScoreRow
from portal.services.publish.scores import list_scores
from portal.storage import policies
from tests.clock import Clock
from tests.closed import LATER, close, help_at, offices
from tests.published import system, turn_feed

MARCH: Final = datetime(2026, 3, 3, 2, tzinfo=UTC)
APRIL: Final = datetime(2026, 4, 7, 2, tzinfo=UTC)
MANY: Final = (4, 3, 4, 2) * 8


def officers_of_april(
    portal: Portal, clock: Clock, march: tuple[int, ...], *, on_from: date = policies.BEGINNING
) -> list[ScoreRow]:
    """Let each of three officers be rated in March and, often, in April; close both months, the feed on from a day."""
    government = offices(portal)
    turn_feed(portal, on=True, from_on=on_from)
    for day, values in ((MARCH, march), (APRIL, MANY)):
        clock.set(day)
        for counter in "ABC":
            help_at(government, counter, *values)
    clock.set(LATER)
    for period in ("2026-03", "2026-04"):
        close(portal, period)
    page = services.run(portal, list_scores, system(), subject="officer", period_code="2026-04")
    return [row for row in page.items if row.measure == "petugas"]


@pytest.mark.parametrize("march, used", [((4, 3, 4, 2, 1, 2, 3, 4), 32), ((4, 3, 4, 2) * 3, 44)])
def test_a_comparison_less_its_period_tells_no_number_that_a_period_hides(
    portal: Portal, clock: Clock, march: tuple[int, ...], used: int
) -> None:
    rows = officers_of_april(portal, clock, march)
    assert [(row.n, row.comparison and row.comparison.n) for row in rows] == [(32, used)] * 3
    assert finals.get_sheet(portal, "2026-04").body["parameters"]["ballots"] == 3 * used


def test_what_was_given_in_the_shadow_is_never_compared(portal: Portal, clock: Clock) -> None:
    turn_feed(portal, on=False)
    rows = officers_of_april(portal, clock, (4, 3, 4, 2) * 3, on_from=date(2026, 4, 1))
    assert [(row.n, row.comparison and row.comparison.n) for row in rows] == [(32, 32)] * 3
    assert {row.comparison.window_start for row in rows if row.comparison} == {"2026-04-01"}
