"""Any history: the tallies equal a rebuild, and no release gives away fewer than five."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.services import Portal
from tests.clock import START, Clock
from tests.storage.histories import HISTORIES, RELEASES, Event, World, build, empty, leaks
from tests.truth import assert_sums_hold

MANY = settings(
    max_examples=25,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)


@MANY
@given(history=HISTORIES, officers=st.booleans())
def test_after_any_history_the_tallies_equal_a_rebuild_and_no_release_gave_away_fewer_than_five(
    portal: Portal, clock: Clock, *, history: list[Event], officers: bool
) -> None:
    clock.set(START)
    empty(portal)
    world = World(build(portal, officers=officers), clock)
    for event in history:
        if event.kind not in RELEASES:
            world.happen(event)
            continue
        assert_sums_hold(portal)
        before = world.published
        world.release(weekly=event.kind == "weekly")
        assert list(leaks(world, before)) == []
    assert_sums_hold(portal)
