"""Bars, and the table that says whether they are met."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from statistics import median, quantiles
from typing import Final

from tests.benchmarks.load import Load

FAST: Final = "ok"
WARN: Final = "WARN"
FAIL: Final = "FAIL"


@dataclass(frozen=True)
class Bar:
    """The least that the median ratio must reach; between `fail` and `want` is a warning."""

    want: float
    fail: float

    def verdict(self, ratio: float) -> str:
        if ratio < self.fail:
            return FAIL
        return FAST if ratio >= self.want else WARN


@dataclass
class Row:
    """One kind of work on one database with so many clients, round by round."""

    work: str
    database: str
    clients: int
    bar: Bar
    ours: list[Load] = field(default_factory=list)
    floor: list[Load] = field(default_factory=list)

    @property
    def ratios(self) -> list[float]:
        return [mine.rate / theirs.rate for mine, theirs in zip(self.ours, self.floor, strict=True)]

    @property
    def verdict(self) -> str:
        return self.bar.verdict(median(self.ratios))


@dataclass(frozen=True)
class Tail:
    """The slowest hundredth must not wait longer than this."""

    row: Row
    most_ms: float

    @property
    def verdict(self) -> str:
        return FAST if percentile(self.row.ours, 99) <= self.most_ms else FAIL


def percentile(loads: Iterable[Load], percent: int) -> float:
    """Return a percentile of the latencies of all rounds, in ms."""
    latencies = [latency for load in loads for latency in load.latencies]
    return quantiles(latencies, n=100, method="inclusive")[percent - 1] * 1000


def ratios(rows: Iterable[Row], tails: Iterable[Tail]) -> str:
    """Return what does not depend on the machine: the product's rate as a share of the floor's."""
    lines = [
        "Rate of the product as a share of the floor's, median of interleaved rounds",
        f"{'work':<14}{'database':<12}{'clients':>7}{'median':>9}{'min':>7}{'max':>7}{'bar':>7}  ",
    ]
    for row in rows:
        low, high = min(row.ratios), max(row.ratios)
        lines.append(
            f"{row.work:<14}{row.database:<12}{row.clients:>7}{median(row.ratios):>9.0%}{low:>7.0%}{high:>7.0%}"
            f"{row.bar.want:>7.0%}  {row.verdict}"
        )
    for tail in tails:
        row = tail.row
        lines.append(
            f"{row.work + ' p99':<14}{row.database:<12}{row.clients:>7}{percentile(row.ours, 99):>6.0f} ms"
            f"{tail.most_ms:>18.0f} ms  {tail.verdict}"
        )
    return "\n".join(lines)


def absolutes(rows: Iterable[Row]) -> str:
    """Return what holds on this machine only."""
    lines = [
        "On this machine: rate per second, p50 / p99 ms",
        f"{'work':<14}{'database':<12}{'clients':>7}{'product':>30}{'floor':>30}",
    ]
    lines += [
        f"{row.work:<14}{row.database:<12}{row.clients:>7}{_speed(row.ours):>30}{_speed(row.floor):>30}" for row in rows
    ]
    return "\n".join(lines)


def _speed(loads: list[Load]) -> str:
    rate = median(load.rate for load in loads)
    return f"{rate:.0f}, {percentile(loads, 50):.1f} / {percentile(loads, 99):.1f}"
