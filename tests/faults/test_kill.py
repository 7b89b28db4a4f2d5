"""What was answered with 303 is kept, whenever the serving processes are killed."""

from __future__ import annotations

import threading
from random import Random

import pytest

from portal.services import Portal
from tests.faults import hasty
from tests.faults.citizens import Citizen, Crowd
from tests.faults.promises import assert_each_counts_once, kept
from tests.serving import Serving

ROUNDS = {"sqlite": 30, "postgresql": 10}
MOST_TRIES = 5


def test_no_kill_loses_or_doubles_a_rating(
    serving: Serving, codes: list[str], portal: Portal, database_kind: str
) -> None:
    chance, crowd = Random(2026), Crowd(serving.port, codes)
    for _ in range(ROUNDS[database_kind]):
        a_moment = chance.uniform(0, 0.02)

        def kill(moment: float = a_moment) -> None:
            threading.Event().wait(moment)
            serving.kill()

        crowd.rate(chance, at_least=chance.randint(1, 60), then=kill)
        serving.start()
        crowd.send_again()
    assert_each_counts_once(portal, crowd.promised)

    some = list(crowd.promised)[::50]
    with Citizen(serving.port) as again:
        assert [again.send(rating) for rating in some] == [crowd.promised[rating] for rating in some]
    assert_each_counts_once(portal, crowd.promised)


def test_the_harness_finds_the_loss_where_the_answer_comes_before_the_commit(
    database_url: str, codes: list[str], portal: Portal
) -> None:
    with Serving(hasty.PROGRAM, database_url, release_minutes=0) as serving:
        chance, crowd = Random(2026), Crowd(serving.port, codes)
        for _ in range(MOST_TRIES):
            crowd.rate(chance, at_least=chance.randint(1, 8), then=serving.kill)
            if kept(portal, crowd.promised).lost:
                return
            serving.start()
            crowd.send_again()
    pytest.fail("an answer before the commit went unnoticed")
