"""A made-up unit that was surveyed and whose half-year is closed, for tests of what is written from that."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from portal import services
from portal.domain.rating import CellKey
from portal.domain.tally import Tally
from portal.services import Portal
from portal.services.collect.rate import rate
from portal.services.publish.closing import propose_closing
from portal.services.publish.release import release
from portal.services.report.skm.document import Words
from portal.storage.tables import Campaign, PastScore, ServedCount, Unit
from portal.web.texts import Texts
from tests.clock import Clock
from tests.government import ELEMENTS, SURVEY, Government
from tests.published import ENOUGH, MARCH, Cells

CLOSED: Final = "2026-S1"
OPEN: Final = "2026-S2"
UNIT: Final = "DUKCAPIL"
SEED: Final = 14_2017
LEANINGS: Final = (0.05, 0.05, 0.35, -0.1, 0.1, 0.05, 0.0, 0.2, 0.15)
"""How much each element is liked less than the others, in the order asked."""


@dataclass(frozen=True)
class Surveyed:
    """The government, and how far the head of its surveyed unit sees."""

    made: Government

    @property
    def scope(self) -> tuple[int, ...]:
        """What the head of the unit sees."""
        return (self.made.units["DINAS"], self.made.units[UNIT])


def build(portal: Portal) -> Government:
    """Build a unit with two services, a counter for each, beside a unit of which nothing is said."""
    made = Government(portal)
    made.add_unit("DINAS")
    for unit in (UNIT, "LAIN"):
        made.add_unit(unit, "DINAS")
    for service, counter in (("KTP", "A"), ("KK", "B")):
        made.add_service(service, UNIT)
        made.add_counter(counter, UNIT)
        made.limit_counter(counter, service)
    made.add_counter("C", "LAIN")
    return made


def ballot(chance: random.Random) -> dict[str, int]:
    """Draw nine answers around a citizen's own mood."""
    mood = chance.gauss(3.3, 0.5)
    return {
        element: max(1, min(4, round(chance.gauss(mood - leaning, 0.6))))
        for element, leaning in zip(ELEMENTS, LEANINGS, strict=True)
    }


def answer(made: Government, counter: str, answers: dict[str, int]) -> None:
    """Give a survey at a counter."""
    services.run(made.portal, rate, made.submission(counter, answers, instrument=SURVEY))


def ask(made: Government, count: int, *, seed: int = SEED) -> None:
    """Let citizens answer the survey in turn at the unit's two counters, and tap as many times."""
    chance = random.Random(seed)
    for number in range(count):
        counter = "AB"[number % 3 % 2]
        answer(made, counter, ballot(chance))
        made.tap(counter, chance.choice((2, 3, 3, 4, 4)))


def tell(made: Government) -> None:
    """Keep what the unit reports of itself: target, earlier years, number served, a survey week."""
    unit_id = made.units[UNIT]
    with made.portal.begin() as session:
        session.get_one(Unit, unit_id).target = "82.50"
        session.add(PastScore(past_score_code="T1", unit_id=unit_id, year=2024, skm="77.20", n=210))
        session.add(PastScore(past_score_code="T2", unit_id=unit_id, year=2025, skm="79.85", n=12_480))
        session.add(
            ServedCount(served_count_code="D1", unit_id=unit_id, service_id=None, on_date=date(2026, 3, 3), n=1_100)
        )
        week = {"starts_on": date(2026, 3, 2), "ends_on": date(2026, 3, 13)}
        session.add(Campaign(campaign_code="S1", unit_id=unit_id, service_id=None, population=None, **week))


def close(portal: Portal, clock: Clock) -> None:
    """Go on to July and close the half-year."""
    services.run(portal, release, weekly=True)
    clock.advance(timedelta(days=140))
    settle(portal, CLOSED)


def settle(portal: Portal, period_code: str) -> None:
    """Close a period that is over."""
    services.run(portal, propose_closing, period_code=period_code, reason="", alone=True, actor="operator")


def surveyed(portal: Portal, clock: Clock, *, count: int = 120) -> Surveyed:
    """Build the unit, let `count` citizens answer in March, and close the half-year in July."""
    made = build(portal)
    tell(made)
    ask(made, count)
    close(portal, clock)
    return Surveyed(made)


def words(texts: Texts, language: str = "id") -> Words:
    """Return the sentences of a language."""
    return Words(texts, language)


def ballots_cells(unit_id: int, count: int, *, seed: int = SEED) -> Cells:
    """Return a unit's released cells of so many complete ballots in March."""
    chance = random.Random(seed)
    tallies = {element: Tally() for element in [*ELEMENTS, "SKM"]}
    for _ in range(count):
        answers = ballot(chance)
        tallies["SKM"] += Tally.of_ballot(sum(answers.values()))
        for element, value in answers.items():
            tallies[element] += Tally.of_answer(value)
    return {
        CellKey("unit", str(unit_id), MARCH, f"{SURVEY}:{element}"): (tally, ENOUGH)
        for element, tally in tallies.items()
    }
