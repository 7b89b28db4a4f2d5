"""Which server `serve` should be: each candidate against gunicorn with one process of sixteen threads."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median
from typing import Final

from tests.benchmarks import load, visits, waitress
from tests.benchmarks.table import Bar, Row, percentile
from tests.serving import PORTAL, Serving

ANY: Final = Bar(0.0, 0.0)
_ONE: Final = {"workers": 1, "threads": 16}


@dataclass(frozen=True)
class Candidate:
    """A program and its settings; `chosen` is what the others are measured against."""

    name: str
    program: Sequence[str]
    settings: Mapping[str, int]


CHOSEN: Final = Candidate("gunicorn 1 x 16", PORTAL, _ONE)
CANDIDATES: Final = {
    "sqlite": [Candidate("waitress 1 x 16", waitress.PROGRAM, _ONE)],
    "postgresql": [
        Candidate("waitress 1 x 16", waitress.PROGRAM, _ONE),
        Candidate("gunicorn 2 x 8", PORTAL, {"workers": 2, "threads": 8}),
    ],
}


@contextmanager
def _both(candidate: Candidate, url: str, unmetered: Mapping[str, int]) -> Iterator[tuple[Serving, Serving]]:
    """Run both on one database: only one of them is ever loaded."""
    with (
        Serving(candidate.program, url, **candidate.settings, **unmetered) as tried,
        Serving(CHOSEN.program, url, **CHOSEN.settings, **unmetered) as chosen,
    ):
        yield tried, chosen


def compare(
    kind: str, url: str, codes: list[str], unmetered: Mapping[str, int], *, rounds: int, seconds: float, clients: int
) -> list[Row]:
    """Load each candidate and the chosen one in turn, by ratings and by whole cycles."""
    pairs = {"rating": visits.rating(codes), "page": visits.page(codes), "cycle": visits.cycle(codes)}
    rows: list[Row] = []
    for candidate in CANDIDATES[kind]:
        with _both(candidate, url, unmetered) as (tried, chosen):
            tries = {work: Row(f"{candidate.name}, {work}", kind, clients, ANY) for work in pairs}
            for number in range(rounds + 1):
                for work, row in tries.items():
                    sides = [(row.ours, tried.port), (row.floor, chosen.port)]
                    for results, port in sides if number % 2 else reversed(sides):
                        result = load.run(port, pairs[work].ours(port), clients=clients, seconds=seconds, most=20_000)
                        if number:
                            results.append(result)
                print(".", end="", file=sys.stderr, flush=True)
            rows += tries.values()
    print(file=sys.stderr)
    return rows


def table(rows: Iterable[Row]) -> str:
    """Return the rate of each candidate as a share of the chosen one's, and the slowest hundredth of both."""
    lines = [
        f"Rate as a share of {CHOSEN.name}'s, median of interleaved rounds; p99 in ms",
        f"{'candidate, work':<26}{'database':<12}{'clients':>7}{'median':>9}{'min':>7}{'max':>7}{'p99':>7}{'p99':>7}",
    ]
    for row in rows:
        low, high = min(row.ratios), max(row.ratios)
        lines.append(
            f"{row.work:<26}{row.database:<12}{row.clients:>7}{median(row.ratios):>9.0%}{low:>7.0%}{high:>7.0%}"
            f"{percentile(row.ours, 99):>7.0f}{percentile(row.floor, 99):>7.0f}"
        )
    return "\n".join(lines)
