"""What a unit's report does not show: rows that subtraction would reveal or use, and those that print a band."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from portal.domain.instrument import Instrument
from portal.domain.score.band import is_alike
from portal.domain.score.family import Family, Key, banded_measures, hidden_rows
from portal.domain.score.summary import Pool, score
from portal.domain.score.union import hidden_in_union, shown_in_time
from portal.domain.threshold import Thresholds

SKM: Final = "skm-14-2017@1"
QUICK: Final = "quick@1"
HELP: Final = "petugas@1"

Pools = Mapping[Key, Pool]
Instruments = Mapping[str, Instrument]


@dataclass(frozen=True, slots=True)
class Hiding:
    """By instrument the rows without a figure, and by row the measures that print a band for another's sake."""

    hidden: Mapping[str, frozenset[Key]] = field(default_factory=dict)
    banded: Mapping[str, Mapping[Key, frozenset[str]]] = field(default_factory=dict)


def hide(instruments: Instruments, line: Sequence[Family], pools: Pools) -> Hiding:
    """Return what is not shown of a base period; `line` leads from the uppermost unit that the reader sees down."""
    hidden, banded = {}, {}
    for name in (SKM, QUICK):
        gone = [hidden_rows(family, instruments[name], pools, Thresholds()) for family in line]
        hidden[name] = _from_above(line, gone)
        found = zip(line, gone, strict=True)
        banded[name] = _merged(
            banded_measures(one, instruments[name], pools, rows, Thresholds()) for one, rows in found
        )
    return Hiding(hidden, banded)


@dataclass(frozen=True, slots=True)
class Officers:
    """Officers' answers by closed base period, oldest first, and those periods that make up the union."""

    history: Sequence[Pools]
    windows: Sequence[range]
    asked: range


def hide_in_union(
    instruments: Instruments,
    line: Sequence[Family],
    bases: Sequence[Pools],
    union: Pools,
    officers: Officers,
    *,
    is_year: bool,
) -> Hiding:
    """Return what is not shown of a union of base periods; what prints a band in one of them does in the union too."""
    each = [hide(instruments, line, pools) for pools in bases]
    hidden, banded = {}, {}
    for name in (SKM, QUICK):
        instrument = instruments[name]
        gone = [hidden_in_union(family, instrument, bases, union, Thresholds(), is_year=is_year) for family in line]
        hidden[name] = _from_above(line, gone)
        if len(line) > 1 and any(
            _is_kept_from_above(line, one.hidden[name], pools) for one, pools in zip(each, bases, strict=True)
        ):
            hidden[name] = _everything(line[-1])
        own = [
            banded_measures(family, instrument, union, rows, Thresholds())
            for family, rows in zip(line, gone, strict=True)
        ]
        before = [_printed_bands(instrument, pools, one) for one, pools in zip(each, bases, strict=True)]
        banded[name] = _merged([*own, *before])
    hidden[HELP], banded[HELP] = _of_officers(instruments[HELP], officers)
    return Hiding(hidden, banded)


def _from_above(line: Sequence[Family], gone: Sequence[Collection[Key]]) -> frozenset[Key]:
    """Hide everything where the unit itself is hidden from whoever sees a unit above it."""
    if any(below.unit in rows for rows, (_, below) in zip(gone, pairwise(line), strict=False)):
        return _everything(line[-1]) | frozenset(gone[-1])
    return frozenset(gone[-1])


def _is_kept_from_above(line: Sequence[Family], hidden: Collection[Key], pools: Pools) -> bool:
    unit = line[-1].unit
    return unit in hidden and bool(pools.get(unit, Pool()).tallies)


def _everything(family: Family) -> frozenset[Key]:
    return frozenset((family.unit, *family.services, *family.counters, *family.units))


def _merged(found: Iterable[Mapping[Key, frozenset[str]]]) -> Mapping[Key, frozenset[str]]:
    merged: dict[Key, frozenset[str]] = {}
    for each in found:
        for key, measures in each.items():
            merged[key] = merged.get(key, frozenset()) | measures
    return merged


def _printed_bands(instrument: Instrument, pools: Pools, hiding: Hiding) -> Mapping[Key, frozenset[str]]:
    """Return by row the measures of a base period that print a band, for whatever reason."""
    found: dict[Key, frozenset[str]] = {}
    for key, pool in pools.items():
        if key[0] not in {"unit", "service", "counter"} or key in hiding.hidden[instrument.id]:
            continue
        figure = score(instrument, key[0], pool, Thresholds(), hiding.banded[instrument.id].get(key, ()))
        measures = {instrument.measure_key(each.element) for each in figure.elements if each.band}
        if figure.band and instrument.composite_key:
            measures.add(instrument.composite_key)
        if measures:
            found[key] = frozenset(measures)
    return found


def _of_officers(instrument: Instrument, officers: Officers) -> tuple[frozenset[Key], Mapping[Key, frozenset[str]]]:
    thresholds, measure = Thresholds(), instrument.element_keys[0]
    keys = {key for pools in officers.history for key in pools}
    hidden, banded = set(), {}
    for key in keys:
        tallies = [pools.get(key, Pool()).tallies.get(measure) for pools in officers.history]
        counts = [tally.n if tally else 0 for tally in tallies]
        if officers.asked not in shown_in_time(counts, officers.windows, thresholds.officer):
            hidden.add(key)
        inside = (tallies[place] for place in officers.asked)
        if any(tally and tally.n >= thresholds.officer and is_alike(tally, thresholds.alike) for tally in inside):
            banded[key] = frozenset((measure,))
    return frozenset(hidden), banded
