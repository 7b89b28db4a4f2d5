"""What was answered with 303 is kept, whenever the serving processes are killed."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from random import Random

import pytest

from portal.services import Portal
from tests.faults.citizens import Citizen, Crowd
from tests.faults.promises import assert_each_counts_once, kept
from tests.faults.spoiled import HASTY
from tests.serving import Serving

ROUNDS = {"sqlite": 12, "postgresql": 4}
ROUNDS_OF_TWO = 8
MOST_TRIES = 5


def _after_a_moment(chance: Random, act: Callable[[], None]) -> Callable[[], None]:
    moment = chance.uniform(0, 0.02)

    def wait_and_act() -> None:
        threading.Event().wait(moment)
        act()

    return wait_and_act


def test_no_kill_loses_or_doubles_a_rating(
    serving: Serving, codes: list[str], portal: Portal, database_kind: str
) -> None:
    chance, crowd = Random(2026), Crowd(serving.port, codes)
    for _ in range(ROUNDS[database_kind]):
        crowd.rate(chance, at_least=chance.randint(1, 60), then=_after_a_moment(chance, serving.kill))
        serving.start()
        crowd.send_again()
    assert_each_counts_once(portal, crowd.promised)

    some = list(crowd.promised)[::50]
    with Citizen(serving.port) as again:
        assert [again.send(rating) for rating in some] == [crowd.promised[rating] for rating in some]
    assert_each_counts_once(portal, crowd.promised)


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
def test_no_kill_of_one_of_two_processes_or_of_both_loses_or_doubles_a_rating(
    pair: Serving, codes: list[str], portal: Portal
) -> None:
    chance, crowd = Random(2026), Crowd(pair.port, codes)

    def kill_one() -> None:
        os.kill(chance.choice(pair.workers()), signal.SIGKILL)

    def kill_both() -> None:
        pair.kill()
        pair.start()

    for number in range(ROUNDS_OF_TWO):
        kill = kill_both if number % 4 == 3 else kill_one
        crowd.rate_through(chance, at_least=chance.randint(1, 60), then=_after_a_moment(chance, kill))
    assert crowd.insisted >= ROUNDS_OF_TWO // 4
    assert_each_counts_once(portal, crowd.promised)


def test_the_harness_finds_the_loss_where_the_answer_comes_before_the_commit(
    database_url: str, codes: list[str], portal: Portal
) -> None:
    with Serving(HASTY, database_url, release_minutes=0) as serving:
        chance, crowd = Random(2026), Crowd(serving.port, codes)
        for _ in range(MOST_TRIES):
            crowd.rate(chance, at_least=chance.randint(1, 8), then=serving.kill)
            if kept(portal, crowd.promised).lost:
                return
            serving.start()
            crowd.send_again()
    pytest.fail("an answer before the commit went unnoticed")
