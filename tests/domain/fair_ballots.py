"""Ballots for the tests of the fair score, put together by hand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from random import Random

from portal.domain.score.fair.apply import FairScore, apply
from portal.domain.score.fair.estimate import estimate
from portal.domain.score.fair.parts import Part, own_tallies
from portal.domain.score.fair.sheet import Sheet

DAY = date(2026, 3, 2)


def part(
    answers: Sequence[int],
    officer: str = "a",
    service: str = "s",
    *,
    unit: str = "u",
    day: int = 0,
    served: int | None = None,
) -> Part:
    """Ballots of one item."""
    squares = sum(value * value for value in answers)
    return Part(officer, unit, service, DAY + timedelta(day), len(answers), sum(answers), squares, served)


def colleagues(
    names: Iterable[str], services: Sequence[str] = ("s",), *, ballots: int = 40, unit: str = "u", seed: int = 1
) -> list[Part]:
    """Officers who differ, with so many ballots each, spread over services and twenty days."""
    random = Random(seed)
    found = []
    for name in names:
        level = random.gauss(3.2, 0.3)
        for number in range(ballots):
            answer = min(4, max(1, round(random.gauss(level, 0.7))))
            service = services[number % len(services)]
            found.append(part([answer], name, service, unit=unit, day=number // len(services) % 20))
    return found


def sheet_of(parts: Iterable[Part], asked: int = 1) -> Sheet:
    found = estimate(parts, asked=asked)
    assert found is not None
    return found


def score_of(parts: Sequence[Part], officer: str = "a", asked: int = 1) -> FairScore:
    return apply(sheet_of(parts, asked), officer, own_tallies(parts).get(officer, ()))
