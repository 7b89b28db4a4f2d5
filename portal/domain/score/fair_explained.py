"""The lines of an officer's fair score as they are printed, from the steps of its arithmetic.

What an officer did for which service is printed as shares of their work, and services with fewer than five of their
answers are one share together: nobody is to be found among them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from portal.domain.figure import fixed
from portal.domain.score.arithmetic import MINUS, ROOT, TIMES, Line, number, settled

if TYPE_CHECKING:
    from portal.domain.score.fair.lines import Step

FEWEST: Final = 5
"""Fewest answers of an officer for a service that is named."""

OTHERS: Final = ""
"""Stands for the services with fewer, together."""

_SHARE_PLACES: Final = 4
_SHOWN_PLACES: Final = 2

_FORMS: Final[Mapping[str, str]] = {
    "mean": f"25 {TIMES} {{total}} / ({{asked}} {TIMES} {{n}})",
    "adjusted": f"{{mean}} {MINUS} {{expected}}",
    "difference": f"{{adjusted}} {MINUS} {{centre}}",
    "credibility": "{n_star} / ({n_star} + {k})",
    "fair-difference": f"{{credibility}} {TIMES} {{difference}}",
    "reliability": f"{{credibility}} {TIMES} (1 {MINUS} {{credibility}} / {{sum_z}})",
    "part-difference": f"{{fair_difference}} {TIMES} {{n_star}}",
    "part-reliability": f"{{reliability}} {TIMES} {{n_star}}",
    "all-difference": "{sum} / {n_star}",
    "all-reliability": "{sum} / {n_star}",
    "half-width": f"{{quantile}} {TIMES} {ROOT}({{tau2}} {TIMES} (1 {MINUS} {{reliability}}))",
    "difference-lower": f"{{fair_difference}} {MINUS} {{half_width}}",
    "difference-upper": "{fair_difference} + {half_width}",
    "fair": "{mu} + {fair_difference}",
    "lower": f"{{mu}} + {{fair_difference}} {MINUS} {{half_width}}",
    "upper": "{mu} + {fair_difference} + {half_width}",
}
"""Each step as an expression of its operands."""


@dataclass(frozen=True, slots=True)
class Work:
    """A service's share of an officer's answers, and how much higher it is rated than the average service, in points.

    `service` is `OTHERS` for those that are not named.
    """

    service: str
    share: str
    baseline: str


@dataclass(frozen=True, slots=True)
class FairLines:
    """The mix of services, and the lines in the order in which they are computed."""

    work: tuple[Work, ...]
    lines: tuple[Line, ...]


def fair_lines(steps: Sequence[Step]) -> FairLines:
    """Return what is printed of the steps of a fair score."""
    services: list[Step] = []
    work: list[Work] = []
    lines: list[Line] = []
    for step in steps:
        if step.key == "service":
            services.append(step)
        elif step.key == "expected":
            mix, line = _expected(services, step)
            work += mix
            lines.append(line)
            services = []
        else:
            written = {name: number(text) for name, text in step.operands.items()}
            if step.key == "difference-lower":
                lines.append(Line.of("difference-shown", written["fair_difference"], _SHOWN_PLACES))
            lines.append(
                Line(step.key, _FORMS[step.key].format_map(written), step.result, step.operands.get("group", ""))
            )
    return FairLines(tuple(work), tuple(lines))


def _expected(services: Sequence[Step], step: Step) -> tuple[list[Work], Line]:
    """Return the mix and what it lets expect, with as many places as give the last digit of the step."""
    named, others = _parted(services)
    n = Fraction(step.operands["n"])
    found: dict[int, list[Work]] = {}

    def write(places: int) -> list[Line]:
        mix = [_work(it.operands["service"], [it], n, places) for it in named]
        found[places] = [*mix, *([_work(OTHERS, others, n, places)] if others else [])]
        parts = (f"{it.share} {TIMES} {number(it.baseline)}" for it in found[places])
        return [Line.of("expected", " + ".join(parts), _SHARE_PLACES)]

    try:
        (line,) = settled(write, lambda lines: lines[0].result == step.result, _SHARE_PLACES)
    except ArithmeticError:  # parts of days that count were rounded before they were summed
        return [], Line("expected", "{sum} / {n}".format_map(step.operands), step.result)
    return list(found.values())[-1], line


def _parted(services: Sequence[Step]) -> tuple[list[Step], list[Step]]:
    """Return the services to name, and the others: smaller ones, and the next smallest until they are enough."""
    most_first = sorted(services, key=lambda it: (-Fraction(it.operands["n"]), it.operands["service"]))
    named = list(most_first)
    others: list[Step] = []
    while named and (Fraction(named[-1].operands["n"]) < FEWEST or 0 < _answers(others) < FEWEST):
        others.append(named.pop())
    return named, others


def _answers(services: Sequence[Step]) -> Fraction:
    return sum((Fraction(it.operands["n"]) for it in services), Fraction(0))


def _work(service: str, steps: Sequence[Step], n: Fraction, places: int) -> Work:
    answers = _answers(steps)
    total = sum((Fraction(it.operands["n"]) * Fraction(it.operands["beta"]) for it in steps), Fraction(0))
    baseline = steps[0].operands["beta"] if len(steps) == 1 else fixed(total / answers, places) or ""
    return Work(service, fixed(answers / n, places) or "", baseline)
