"""A unit and the rows that make it up: which of their figures may be shown beside each other."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from portal.domain import sibling
from portal.domain.instrument import Instrument
from portal.domain.score.summary import Pool
from portal.domain.threshold import Thresholds

Key = tuple[str, str]
"""Cut and subject of a row."""


@dataclass(frozen=True, slots=True)
class Family:
    """A unit with its services (also another one, and not answered), its counters, and the units just below it."""

    unit: Key
    services: tuple[Key, ...]
    counters: tuple[Key, ...]
    units: tuple[Key, ...]

    def partitions(self, instrument: Instrument) -> tuple[tuple[Key, ...], ...]:
        """Return each set of rows that together make up the unit; the nine elements do not reach counters."""
        by_service, by_counter = self.services + self.units, self.counters + self.units
        return (by_service,) if instrument.composite_key else (by_service, by_counter)


def hidden_rows(
    family: Family,
    instrument: Instrument,
    pools: Mapping[Key, Pool],
    thresholds: Thresholds,
    elsewhere: Collection[Key] = (),
) -> frozenset[Key]:
    """Return the rows below the unit whose figures are not shown: too small, or needed to keep those from subtraction.

    What one surface shows is known, so a stricter one hides what is hidden `elsewhere` too, and builds on it.
    """
    partitions = [
        {key: _count(instrument, pools.get(key, Pool())) for key in keys} for keys in family.partitions(instrument)
    ]
    too_small = {
        key
        for counts in partitions
        for key in counts
        if not has_figure(instrument, key[0], pools.get(key, Pool()), thresholds)
    }
    return sibling.hidden(_count(instrument, pools.get(family.unit, Pool())), partitions, too_small.union(elsewhere))


def has_figure(instrument: Instrument, cut: str, pool: Pool, thresholds: Thresholds) -> bool:
    """Tell whether `score` would give a figure, at a small part of its cost: every count must be enough by itself."""
    measures = [*instrument.element_keys, *filter(None, [instrument.composite_key])]
    counts = [pool.tallies[measure].n for measure in measures if measure in pool.tallies]
    return len(counts) == len(measures) and all(n and thresholds.may_show(cut, n, pool.officers) for n in counts)


def _count(instrument: Instrument, pool: Pool) -> int:
    tally = pool.tallies.get(instrument.composite_key or instrument.element_keys[0])
    return tally.n if tally else 0
