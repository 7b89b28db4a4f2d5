"""Where a figure comes from, line by line, with the very numbers of the figure.

Everything is printed that the figure was computed from and that may be shown: how many gave each answer only where the
distribution is, and of elements that print a band only what they hold together, which the index tells anyhow.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final

from portal.domain.figure import fixed, rounded
from portal.domain.score.arithmetic import MINUS, ROOT, TIMES, Line, settled
from portal.domain.score.interval import STARTING_PHI, Z
from portal.domain.score.skm import POINTS_PER_STEP
from portal.domain.score.summary import ElementScore, Score
from portal.domain.tally import Tally

_PLACES: Final = 2
_NRR_PLACES: Final = 3
_FIRST_PLACES: Final = 6


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """The lines of one figure: how its elements, its value and its range came about."""

    elements: tuple[Line, ...]
    value: tuple[Line, ...]
    range: tuple[Line, ...]


def explain(score: Score, tallies: Mapping[str, Tally]) -> Arithmetic | None:
    """Return the arithmetic of a figure from the tallies of its elements by code; None where it is not shown."""
    if score.value is None or score.n is None:
        return None
    if len(score.elements) == 1:
        (element,) = score.elements
        return _of_one(score, element, tallies[element.element])
    return _of_many(score, tallies)


def _of_one(score: Score, element: ElementScore, tally: Tally) -> Arithmetic:
    value = Line.of("mean", f"{POINTS_PER_STEP} {TIMES} {tally.total} / {tally.n}", _PLACES)
    mean = f"{tally.total} / {tally.n}"
    return Arithmetic((), (*_answers(element, tally), value), tuple(_range(mean, score)))


def _answers(element: ElementScore, tally: Tally) -> tuple[Line, ...]:
    """Return the sum of the answers from how many gave each, where that may be shown."""
    if element.distribution is None:
        return ()
    parts = (f"{value} {TIMES} {n}" for value, n in enumerate(element.distribution, 1))
    return (Line("answers", " + ".join(parts), str(tally.total), element.element),)


def _of_many(score: Score, tallies: Mapping[str, Tally]) -> Arithmetic:
    shown = [element for element in score.elements if element.nrr is not None]
    elements = [line for element in shown for line in _element(element, tallies[element.element])]
    counts = {tallies[element.element].n for element in score.elements}
    asked = len(score.elements)
    if len(counts) == 1:
        value, mean = _alike_answered(score, tallies, counts.pop() * asked)
    else:
        value, mean = _differently_answered(score, tallies, shown)
    return Arithmetic(tuple(elements), tuple(value), tuple(_range(mean, score)))


def _element(element: ElementScore, tally: Tally) -> tuple[Line, ...]:
    nrr = Line.of("nrr", f"{tally.total} / {tally.n}", _NRR_PLACES, element.element)
    return (*_answers(element, tally), nrr)


def _alike_answered(score: Score, tallies: Mapping[str, Tally], answers: int) -> tuple[list[Line], str]:
    """Return the index where every element has as many answers: sums of whole numbers."""
    known = [tallies[it.element].total for it in score.elements if it.nrr is not None]
    banded = sum(tallies[it.element].total for it in score.elements if it.nrr is None)
    total = Line.of("total", " + ".join(map(str, [*known, *filter(None, [banded])])), 0)
    asked = len(score.elements)
    divisor = f"({asked} {TIMES} {answers // asked})"
    value = Line.of("index", f"{POINTS_PER_STEP} {TIMES} {total.result} / {divisor}", _PLACES)
    return [total, value], f"{total.result} / {divisor}"


def _differently_answered(
    score: Score, tallies: Mapping[str, Tally], shown: Sequence[ElementScore]
) -> tuple[list[Line], str]:
    """Return the index where elements were answered by different numbers: their means are summed first."""
    parts = [f"{tallies[it.element].total} / {tallies[it.element].n}" for it in shown]
    banded = [tallies[it.element] for it in score.elements if it.nrr is None]
    hidden = sum((Fraction(it.total, it.n) for it in banded), Fraction(0))
    asked = len(score.elements)

    def write(places: int) -> list[Line]:
        further = [fixed(hidden, places) or ""] if banded else []
        total = Line.of("means", " + ".join([*parts, *further]), places)
        return [total, Line.of("index", f"{POINTS_PER_STEP} {TIMES} {total.result} / {asked}", _PLACES)]

    lines = settled(write, lambda lines: lines[-1].result == score.value, _FIRST_PLACES)
    return lines, f"{lines[0].result} / {asked}"


def _range(mean: str, score: Score) -> list[Line]:
    """Return Wilson's range of a mean answer, from 1 to 4, given as an expression."""

    def write(places: int) -> list[Line]:
        z = f"{rounded(Z, places):f}"
        share = Line.of("share", f"({mean} {MINUS} 1) / 3", places)
        worth = Line.of("worth", f"{score.n} / {STARTING_PHI:f}", places)
        p, m = share.result, worth.result
        unit = Line.of("unit", f"{z} {TIMES} {z} / {m}", places)
        a = unit.result
        centre = Line.of("centre", f"{p} + {a} / 2", places)
        inside = f"{p} {TIMES} (1 {MINUS} {p}) / {m} + {a} / (4 {TIMES} {m})"
        half = Line.of("half", f"{z} {TIMES} {ROOT}({inside})", places)
        ends = [
            Line.of(key, f"25 + 75 {TIMES} ({centre.result} {sign} {half.result}) / (1 + {a})", _PLACES)
            for key, sign in (("lower", MINUS), ("upper", "+"))
        ]
        return [share, worth, unit, centre, half, *ends]

    def holds(lines: Sequence[Line]) -> bool:
        return [Decimal(line.result) for line in lines[-2:]] == [Decimal(score.lower or 0), Decimal(score.upper or 0)]

    return settled(write, holds, _FIRST_PLACES)
