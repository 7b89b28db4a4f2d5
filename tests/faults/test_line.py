"""A bad line, an impatient thumb and a crowd behind one address: each rating counts exactly once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from random import Random

from portal.services import Portal
from tests.faults.citizens import FACES, Citizen, Rating
from tests.faults.promises import assert_each_counts_once, doubled
from tests.faults.proxy import LossyProxy
from tests.faults.spoiled import FORGETFUL
from tests.serving import Serving

AT_ONCE = 16
CROWD = 2000


def _rate_on_a_bad_line(serving: Serving, code: str) -> dict[Rating, str]:
    """Rate where every fifth answer is lost, insisting until each rating is promised."""
    chance = Random(20)
    with LossyProxy(serving.port, lost_share=0.2, chance=chance) as proxy, Citizen(proxy.port) as far:
        with Citizen(serving.port) as near:
            token = near.token(code)
        ratings = [Rating(code, token, value) for value in FACES for _ in range(25)]
        promised = {rating: far.insist(rating) for rating in ratings}
        assert proxy.lost >= 10
    return promised


def test_lost_answers_double_nothing(serving: Serving, codes: list[str], portal: Portal) -> None:
    promised = _rate_on_a_bad_line(serving, codes[0])
    with Citizen(serving.port) as near:
        assert {rating: near.send(rating) for rating in promised} == promised
    assert_each_counts_once(portal, promised)


def test_the_harness_finds_the_doubles_where_no_key_is_unique(
    database_url: str, codes: list[str], portal: Portal
) -> None:
    with Serving(FORGETFUL, database_url) as serving:
        promised = _rate_on_a_bad_line(serving, codes[0])
    assert doubled(portal, promised) >= 10


def test_one_form_sent_many_times_at_once_counts_once(serving: Serving, codes: list[str], portal: Portal) -> None:
    with ExitStack() as stack, ThreadPoolExecutor(AT_ONCE) as threads:
        taps = [stack.enter_context(Citizen(serving.port)) for _ in range(AT_ONCE)]
        token = taps[0].token(codes[0])
        ratings = [Rating(codes[0], token, value) for value in FACES]
        for rating in ratings:
            places = {threads.submit(tap.send, rating) for tap in taps}
            assert len({place.result() for place in places}) == 1
    assert_each_counts_once(portal, ratings)


def test_two_thousand_citizens_behind_one_address_all_land(serving: Serving, codes: list[str], portal: Portal) -> None:
    with Citizen(serving.port) as first:
        tokens = [(code, first.token(code)) for code in codes]
    chance = Random(2000)
    ratings = [Rating(*chance.choice(tokens), value=chance.choice(FACES)) for _ in range(CROWD)]

    def send_share(number: int) -> None:
        with Citizen(serving.port) as citizen:
            for rating in ratings[number::AT_ONCE]:
                citizen.send(rating)

    with ThreadPoolExecutor(AT_ONCE) as threads:
        list(threads.map(send_share, range(AT_ONCE)))
    assert_each_counts_once(portal, ratings)
