"""Releases over closings in random histories: nothing leaks, nothing is lost, and nothing counts twice."""

from __future__ import annotations

from random import Random

import pytest

from portal.domain.instrument import tally_of
from portal.domain.tally import Tally
from portal.services import Portal
from tests.clock import Clock
from tests.storage.closings import KINDS, Group, Months, build, frozen, group_of, wrong, wrong_parts
from tests.storage.histories import RELEASES, Event, leaks
from tests.truth import assert_sums_hold, current, pending, pooled, released

PER_MONTH = 10


def checked(world: Months, event: Event) -> None:
    """Let an event happen, and check all that is published after it."""
    before, counted_once = dict(world.published), frozen(world.portal)
    if event.kind in RELEASES:
        world.release(weekly=event.kind == "weekly")
    elif event.kind == "close" and (period := world.find_closable()):
        world.close(period)
    else:
        world.happen(event)
    if event.kind in {*RELEASES, "close", "correct"}:
        assert_sums_hold(world.portal)
        assert [*leaks(world, before), *wrong(world)] == []
        assert list(wrong_parts(world, counted_once, frozen(world.portal))) == []


def live(world: Months, seed: int, releases: int) -> None:
    """Live through months of random events; each month is closed some releases after its end."""
    chance, done, due = Random(seed), 0, -1
    while done < releases:
        event = Event(chance.choice(KINDS), chance.randint(1, 9), chance.randrange(9999))
        checked(world, event)
        if event.kind not in RELEASES:
            continue
        done += 1
        if done % PER_MONTH == 0:
            world.to_next_month()
            due = done + chance.randint(0, 4)
        if done == due:
            checked(world, Event("close", 1, 0))


def end(world: Months) -> None:
    """Rate everywhere, close everything, and check that all months together hold every answer."""
    for _ in range(3):
        for counter in sorted(world.government.counters):
            world.government.taps(counter, *[1, 2, 3, 4] * 2)
        checked(world, Event("weekly", 1, 0))
    world.to_next_month()
    while world.find_closable():
        checked(world, Event("close", 1, 0))
    sums: dict[tuple[str, str, str], Tally] = {}
    for key, cell in released(world.portal).items():
        place = key.cut, key.subject, key.measure
        sums[place] = sums.get(place, Tally()) + cell.tally
    stays: dict[tuple[bytes, Group], list[int]] = {}
    for key, rows in pending(world.portal).items():
        place = key.cut, key.subject, key.measure
        for response_id, (was, now) in rows.items():
            gained = tally_of(key.measure, now) if now else Tally()
            lost = -tally_of(key.measure, was) if was else Tally()
            sums[place] = sums.get(place, Tally()) + gained + lost
            if key.month < world.portal.today().replace(day=1):
                stays.setdefault((response_id, group_of(key)), []).append(was)
    truth: dict[tuple[str, str, str], Tally] = {}
    for key, content in current(world.portal).items():
        place = key.cut, key.subject, key.measure
        truth[place] = truth.get(place, Tally()) + pooled(key, content)
    assert {place: tally for place, tally in sums.items() if tally} == truth
    assert all(any(was) for was in stays.values())


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize("seed", range(3))
def test_over_forty_releases_and_four_closings_nothing_leaks_is_lost_or_counts_twice(
    portal: Portal, clock: Clock, seed: int
) -> None:
    world = Months(build(portal), clock)
    live(world, seed, 4 * PER_MONTH)
    end(world)


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
def test_over_two_closings_the_other_database_does_the_same(portal: Portal, clock: Clock) -> None:
    world = Months(build(portal), clock)
    live(world, 7, 12)
    end(world)
