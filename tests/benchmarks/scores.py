"""`make bench-scores`: the bars of the fair officer score where the truth is known; ends with 1 when one is missed.

Everything measured goes through the product: `estimate`, `own_tallies`, `apply`, `interval`.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from math import sqrt
from typing import Final

import numpy as np

from tests.benchmarks import scored, world
from tests.benchmarks.scored import Outcome
from tests.benchmarks.table import FAIL, FAST

WORLDS: Final = 200
SIZES: Final = (10, 30, 100, 200)
RMSE: Final = {10: 2.75, 30: 2.15, 100: 1.60, 200: 1.36}
OF_NAIVE: Final = {10: 0.45, 30: 0.42, 100: 0.33, 200: 0.29}
TAU: Final = {10: 0.38, 30: 0.54, 100: 0.67, 200: 0.72}
COVERAGE: Final = {10: (0.91, 1.0), 30: (0.935, 0.965), 100: (0.935, 0.965), 200: (0.935, 0.965)}
RELIABILITY: Final = 0.05
BURST: Final = 2.0
RAW: Final = (0.93, 0.98)


@dataclass(frozen=True)
class Line:
    """One bar and what was measured."""

    what: str
    found: float
    low: float
    high: float

    @property
    def verdict(self) -> str:
        return FAST if self.low <= self.found <= self.high else FAIL

    def __str__(self) -> str:
        low = "" if self.low == -np.inf else f">= {self.low:g}"
        high = "" if self.high == np.inf else f"<= {self.high:g}"
        bar = f"{self.low:g} to {self.high:g}" if low and high else low or high
        return f"{self.what:<58}{self.found:>8.3f}   {bar:<16}{self.verdict}"


def adverse(outcomes: dict[int, list[Outcome]]) -> Iterator[Line]:
    """Yield how near the score comes to the truth where able officers are sent to harsher services."""
    for n, found in outcomes.items():
        error, naive = (sqrt(float(np.mean([getattr(it, name) for it in found]))) for name in ("squared", "naive"))
        yield Line(f"RMSE fair, adverse, n = {n}", error, -np.inf, RMSE[n])
        yield Line(f"  of naive ({naive:.2f})", error / naive, -np.inf, OF_NAIVE[n])
        plain = float(np.mean([it.naive_tau for it in found]))
        yield Line(f"  Kendall tau (naive {plain:.2f})", float(np.mean([it.tau for it in found])), TAU[n], np.inf)


def coverage(turn: str, outcomes: dict[int, list[Outcome]]) -> Iterator[Line]:
    """Yield how often the 95 % range holds the truth, and whether R is the squared correlation with it."""
    for n, found in outcomes.items():
        low, high = COVERAGE[n]
        yield Line(f"95 % coverage, {turn}, n = {n}", float(np.mean([it.covered for it in found])), low, high)
    for n, found in outcomes.items():
        if n > SIZES[0]:
            mean = float(np.mean([it.reliability for it in found]))
            gap = mean - scored.realised(found)
            yield Line(f"mean R ({mean:.2f}) less realised r2, {turn}, n = {n}", gap, -RELIABILITY, RELIABILITY)


def measure(worlds: int, run: Callable[[Callable[[int], Outcome]], list[Outcome]]) -> Iterator[Line]:
    """Yield every bar; `run` makes the outcomes of all worlds from the outcome of one."""
    for turn in world.TURN:
        outcomes = {n: run(partial(scored.plain, turn, n)) for n in SIZES}
        if turn == "adverse":
            yield from adverse(outcomes)
        yield from coverage(turn, outcomes)
    for n in SIZES:
        used = sum(it.compared for it in run(partial(scored.alike, n)))
        yield Line(f"compared though nobody differs, of {worlds * 96}, n = {n}", used, 0, 0)
    for what, days, total in (("20 % all-1 fakes in one day", 1, 9), ("20 % all-4 fakes in two days", 2, 36)):
        for served in (False, True):
            error = float(np.mean([it.bias for it in run(partial(scored.burst, days, total, served))]))
            bar = BURST if served else np.inf
            yield Line(f"bias, {what}, {'served known' if served else 'no cap'}", error, -bar, bar)
    for mean in (65, 81, 94):
        for n, held in scored.raw_coverage(mean):
            yield Line(f"coverage of the raw range, mean {mean}, n = {n}", held, *RAW)
    same = run(scored.shuffled)
    yield Line(
        "same bytes for any order and any history, share of worlds", float(np.mean([it.same for it in same])), 1, 1
    )


def main() -> int:
    """Print the table; return 1 when a bar is missed."""
    parser = argparse.ArgumentParser(prog="bench-scores")
    parser.add_argument("--worlds", type=int, default=WORLDS)
    worlds = parser.parse_args().worlds
    missed = 0
    print(f"{worlds} worlds of {world.UNITS} units x {world.OFFICERS} officers, seed {scored.SEED}")
    with ProcessPoolExecutor() as pool:
        for line in measure(worlds, lambda one: list(pool.map(one, range(worlds), chunksize=10))):
            print(line, flush=True)
            missed += line.verdict == FAIL
    print(f"{missed} missed")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
