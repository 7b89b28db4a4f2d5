"""From release rows to exact counts by officer, unit and service.

Everything is a whole number here, so neither the order of the rows nor a history of withdrawals leaves a trace.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]

FULL: Final = 10_000
"""The day weight of 1: weights have four decimals."""

_UNKNOWN: Final = -1
_COLUMNS: Final = 7


@dataclass(frozen=True, slots=True)
class Part:
    """Ballots about one officer on one service and day; `total` and `squares` as in `Tally`.

    Parts with the same key are summed, so a withdrawal may come as a part of negative numbers. `served` is how many the
    officer served in that unit on that day, the same in each of the day's parts; None where nobody counted.
    """

    officer: str
    unit: str
    service: str
    day: date
    n: int
    total: int
    squares: int
    served: int | None = None


@dataclass(frozen=True, slots=True)
class Own:
    """All ballots about one officer in one unit on one service; the weighted numbers count days by their day weight."""

    unit: str
    service: str
    n: int
    total: int
    weighted_n: Decimal
    weighted_total: Decimal


class Cells(NamedTuple):
    """Counts of one line per key, in columns; `weighted...` in ten-thousandths, `twice` in hundred-millionths.

    `place` is an officer in a unit, `twice` sums the squared day weights of the ballots.
    """

    place: Ints
    service: Ints
    n: Ints
    total: Ints
    squares: Ints
    weighted_n: Ints
    weighted_total: Ints
    weighted_squares: Ints
    twice: Ints

    def where(self, kept: npt.NDArray[np.bool_]) -> Cells:
        """Return these lines only."""
        return Cells(*(column[kept] for column in self))


@dataclass(frozen=True, slots=True)
class Table:
    """The counts of a government: by place and service, and for by place, day and service, with the `day` of each line.

    `places` are (unit, officer) in order, `services` in order; the columns hold positions in them.
    """

    places: tuple[tuple[str, str], ...]
    services: tuple[str, ...]
    cells: Cells
    days: Cells
    day: Ints


def gather(parts: Iterable[Part]) -> Table:
    """Sum the parts by key and weigh the days.

    Raises:
        ValueError: a key sums to less than nothing, or two parts of a day disagree about the number served.
    """
    places, services, columns = _read(parts)
    place, service, day, n, total, squares, served = _merged(columns)
    del columns  # as large as all that follows
    # What was taken away again must not show as a place or service without ballots.
    kept_places, place = np.unique(place, return_inverse=True)
    kept_services, service = np.unique(service, return_inverse=True)
    capped = _day_weights(place, day, n, served)
    counts = (n, total, squares, n * capped, total * capped, squares * capped, n * capped * capped)
    days = Cells(place, service, *counts)
    order = np.lexsort((service, place))
    starts = starts_of(place[order], service[order])
    summed = [_summed(column[order], starts) for column in counts]
    cells = Cells(place[order][starts], service[order][starts], *summed)
    names = (tuple(places[it] for it in kept_places), tuple(services[it] for it in kept_services))
    return Table(*names, cells, days, day)


def own_tallies(parts: Iterable[Part] | Table) -> dict[str, tuple[Own, ...]]:
    """Return each officer's own ballots, by unit and service in order.

    Raises:
        ValueError: as `gather`.
    """
    table = parts if isinstance(parts, Table) else gather(parts)
    cells = table.cells
    found: dict[str, list[Own]] = {}
    columns = (cells.place, cells.service, cells.n, cells.total, cells.weighted_n, cells.weighted_total)
    for place, service, n, total, weighted_n, weighted_total in zip(*(it.tolist() for it in columns), strict=True):
        unit, officer = table.places[place]
        own = Own(unit, table.services[service], n, total, _decimal(weighted_n), _decimal(weighted_total))
        found.setdefault(officer, []).append(own)
    return {officer: tuple(found[officer]) for officer in sorted(found)}


def _decimal(ten_thousandths: int) -> Decimal:
    return Decimal(f"{ten_thousandths}E-4")


def _read(parts: Iterable[Part]) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...], list[Ints]]:
    """Return the places, the services, and the parts as columns of positions and numbers."""
    places: dict[tuple[str, str], int] = {}
    services: dict[str, int] = {}
    flat = array("q")
    for part in parts:
        flat.extend(
            (
                places.setdefault((part.unit, part.officer), len(places)),
                services.setdefault(part.service, len(services)),
                part.day.toordinal(),
                part.n,
                part.total,
                part.squares,
                _UNKNOWN if part.served is None else part.served,
            )
        )
    place, service, *numbers = np.frombuffer(flat, dtype=np.int64).reshape(-1, _COLUMNS).T
    place, service = _positions(places)[place], _positions(services)[service]
    return tuple(sorted(places)), tuple(sorted(services)), [place, service, *numbers]


def _positions(seen: Mapping[Any, int]) -> Ints:
    """Return for each number given in order of appearance the position in sorted order."""
    positions = np.zeros(len(seen), dtype=np.int64)
    positions[[seen[key] for key in sorted(seen)]] = np.arange(len(seen))
    return positions


def _merged(columns: Sequence[Ints]) -> list[Ints]:
    """Return the columns with one line per place, day and service, in this order; lines without ballots are gone."""
    place, service, day = columns[:3]
    order = np.lexsort((service, day, place))
    place, service, day, n, total, squares, served = (column[order] for column in columns)
    starts = starts_of(place, day, service)
    n, total, squares = (_summed(column, starts) for column in (n, total, squares))
    if (n < 0).any() or (total[n == 0] != 0).any() or (squares[n == 0] != 0).any():
        raise ValueError("more was taken away than was there")
    served = np.maximum.reduceat(_agreed(place, day, served), starts) if starts.size else served
    kept = n > 0
    return [column[kept] for column in (place[starts], service[starts], day[starts], n, total, squares, served)]


def _agreed(place: Ints, day: Ints, served: Ints) -> Ints:
    """Return the number served on the day of each line, which its lines must agree about."""
    starts = starts_of(place, day)
    if not starts.size:
        return served
    most = np.repeat(np.maximum.reduceat(served, starts), np.diff(starts, append=served.size))
    if ((served != _UNKNOWN) & (served != most)).any() or (most < _UNKNOWN).any():
        raise ValueError("two numbers served on one day")
    return most


def _day_weights(place: Ints, day: Ints, n: Ints, served: Ints) -> Ints:
    """Return min(1, served / ballots) of the day of each line, in ten-thousandths, rounded half up."""
    starts = starts_of(place, day)
    ballots = np.repeat(_summed(n, starts), np.diff(starts, append=n.size))
    weights = (2 * FULL * served + ballots) // np.maximum(2 * ballots, 1)
    return np.where(served == _UNKNOWN, FULL, np.minimum(FULL, weights))


def starts_of(*keys: Ints) -> Ints:
    """Return where a new key begins in lines that are in order of their keys."""
    if not keys[0].size:
        return np.zeros(0, dtype=np.int64)
    changed = np.logical_or.reduce([column[1:] != column[:-1] for column in keys])
    return np.concatenate(([0], np.flatnonzero(changed) + 1)).astype(np.int64)


def _summed(column: Ints, starts: Ints) -> Ints:
    return np.add.reduceat(column, starts) if starts.size else column
