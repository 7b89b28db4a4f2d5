"""A unit and the rows that make it up: which of their figures may be shown beside each other."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from portal.domain import sibling
from portal.domain.instrument import Composite, Instrument
from portal.domain.score.band import Total, banded, is_alike, rest_total, row_total
from portal.domain.score.summary import Pool
from portal.domain.tally import Tally
from portal.domain.threshold import Thresholds

Key = tuple[str, str]
"""Cut and subject of a row."""

_REST: Final = ("", "")
"""What the rows without a figure hold together."""


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


@dataclass(frozen=True, slots=True)
class Staff:
    """A unit with the units just below it and its officers; `unlisted` are officers whose rows nobody is shown."""

    unit: Key
    units: tuple[Key, ...]
    officers: tuple[Key, ...]
    unlisted: frozenset[Key] = frozenset()


def hidden_officers(
    staff: Staff, instrument: Instrument, whole: Composite, pools: Mapping[Key, Pool], thresholds: Thresholds
) -> frozenset[Key]:
    """Return the officers whose rows are hidden lest the unit less all others tell of fewer answers than may be shown.

    It holds of each element of the whole, as units show these as well; units below count as if all were shown.
    """
    gone: set[Key] = set(staff.unlisted)
    before: set[Key] | None = None
    while before != gone:
        before = set(gone)
        for measure in map(instrument.measure_key, whole.elements):
            counts = {key: _tally(pools, key, measure).n for key in staff.officers}
            total = _tally(pools, staff.unit, measure).n - sum(_tally(pools, key, measure).n for key in staff.units)
            too_small = {key for key, n in counts.items() if not thresholds.may_show("officer", n, None)}
            fewest = thresholds.fewest_to_view("service", None)
            gone |= sibling.hidden_beside(total, counts, too_small | gone, fewest) - too_small
    return frozenset(gone)


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


def banded_measures(
    family: Family,
    instrument: Instrument,
    pools: Mapping[Key, Pool],
    hidden: Collection[Key],
    thresholds: Thresholds,
) -> dict[Key, frozenset[str]]:
    """Return by row the measures that print a band: those whose answers are alike, and what would tell them.

    `hidden` are the rows that have no figure. Of a row whose index prints a band every element does.
    """
    found: dict[Key, frozenset[str]] = {}
    whole = instrument.composite_key
    for measure in filter(None, [whole, *instrument.element_keys]):
        asked = len(instrument.elements) if measure == whole else 1
        known = {key for key, measures in found.items() if measure in measures or whole in measures}
        unit = _tally(pools, family.unit, measure)
        for rows in family.partitions(instrument) if not is_alike(unit, thresholds.alike) else ():
            tallies = {key: tally for key in rows if key not in hidden and (tally := _tally(pools, key, measure)).n}
            for key in _beside(unit, tallies, known, asked, thresholds):
                found[key] = found.get(key, frozenset()) | {measure}
    return found


def _beside(
    unit: Tally, tallies: Mapping[Key, Tally], known: Collection[Key], asked: int, thresholds: Thresholds
) -> frozenset[Key]:
    """Return the rows of one partition that print a band; `known` do so already."""
    totals: dict[Key, Total] = {key: row_total(tally, asked) for key, tally in tallies.items()}
    alike = {key for key, tally in tallies.items() if is_alike(tally, thresholds.alike)}
    rest = unit + -sum(tallies.values(), Tally())
    if rest.n > 0:
        totals[_REST] = rest_total(rest, asked)
        alike |= {_REST} if is_alike(rest, thresholds.alike) else set()
    smallest_first = sorted(tallies, key=lambda key: (tallies[key].n, key))
    gone = banded(totals, alike, {*totals} & {_REST, *known}, smallest_first)
    return gone - {_REST}


def _tally(pools: Mapping[Key, Pool], key: Key, measure: str) -> Tally:
    return pools.get(key, Pool()).tallies.get(measure, Tally())


def has_figure(instrument: Instrument, cut: str, pool: Pool, thresholds: Thresholds) -> bool:
    """Tell whether `score` would give a figure, at a small part of its cost: every count must be enough by itself."""
    measures = [*instrument.element_keys, *filter(None, [instrument.composite_key])]
    counts = [pool.tallies[measure].n for measure in measures if measure in pool.tallies]
    return len(counts) == len(measures) and all(n and thresholds.may_show(cut, n, pool.officers) for n in counts)


def _count(instrument: Instrument, pool: Pool) -> int:
    tally = pool.tallies.get(instrument.composite_key or instrument.element_keys[0])
    return tally.n if tally else 0
