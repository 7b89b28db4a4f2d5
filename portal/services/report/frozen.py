"""Counts of a unit that are published once, when a month is over: by part of the day, by respondent, by topic."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from portal.domain import sibling
from portal.domain.instrument import Instrument, Item
from portal.domain.period import Period
from portal.domain.score.band import Total, banded, is_alike, rest_total, row_total
from portal.domain.score.family import Key
from portal.domain.score.summary import ElementScore, ReleasedCell, element_score
from portal.domain.tally import Tally
from portal.domain.threshold import Thresholds

DAY_PARTS: Final = ("pagi", "siang", "sore")
_REST: Final = "-"
"""Stands for answers of no part that is shown."""


@dataclass(frozen=True, slots=True)
class DayPart:
    """A part of the day and what was answered in it, in the form of every other line."""

    part: str
    scores: Mapping[str, ElementScore]


@dataclass(frozen=True, slots=True)
class DayParts:
    """The parts of the day that have a figure or wait for one, and the months that they are from; none: no month is."""

    parts: tuple[DayPart, ...] = ()
    months: tuple[date, ...] = ()


@dataclass(frozen=True, slots=True)
class Options:
    """A question whose options are only counted: by option how many chose it, None where that is not shown."""

    item: Item
    counts: Mapping[str, int | None]


def day_parts(instrument: Instrument, unit: Key, cells: Sequence[ReleasedCell], period: Period) -> DayParts:
    """Return the day by its parts; what no part shows is one row more, which subtraction must not tell either."""
    (element,) = instrument.elements
    own = [cell for cell in _inside(cells, period) if cell.key.cut == "day_part"]
    months = {cell.key.month for cell in own}
    tallies = {part: _sum(cell for cell in own if cell.key.subject.endswith(f":{part}")) for part in DAY_PARTS}
    whole = _sum(
        cell
        for cell in _inside(cells, period)
        if (cell.key.cut, cell.key.subject) == unit
        and cell.key.measure == instrument.element_keys[0]
        and cell.key.month in months
    )
    officers = min((cell.officers for cell in own if cell.officers is not None), default=None)
    gone, bands = _hidden(tallies, whole, officers)
    parts = []
    for part, tally in tallies.items() if months else ():
        shown = Tally() if part in gone else tally
        figure = element_score(element.code, "unit", shown, officers, Thresholds(), banded=part in bands)
        parts.append(DayPart(part, {instrument.id: figure}))
    return DayParts(tuple(parts), tuple(sorted(months)))


def _hidden(tallies: Mapping[str, Tally], whole: Tally, officers: int | None) -> tuple[frozenset[str], frozenset[str]]:
    thresholds = Thresholds()
    counts = {part: tally.n for part, tally in tallies.items()}
    counts[_REST] = max(0, whole.n - sum(counts.values()))
    small = {part for part, n in counts.items() if not thresholds.may_show("unit", n, officers)}
    gone = sibling.hidden(sum(counts.values()), [counts], {*small, _REST})
    shown = {part: tally for part, tally in tallies.items() if part not in gone}
    totals: dict[str, Total] = {part: row_total(tally, 1) for part, tally in shown.items()}
    rest = whole + -sum(shown.values(), Tally())
    alike = {part for part, tally in shown.items() if is_alike(tally, thresholds.alike)}
    if rest.n > 0:
        totals[_REST] = rest_total(rest, 1)
        alike |= {_REST} if is_alike(rest, thresholds.alike) else set()
    smallest_first = sorted(shown, key=lambda part: (counts[part], part))
    return gone, banded(totals, alike, {_REST} & totals.keys(), smallest_first)


def options(
    instruments: Mapping[str, Instrument], cells: Sequence[ReleasedCell], period: Period, asked: int
) -> tuple[Options, ...]:
    """Return the counted questions that any option of is shown; `asked` is how many complete ballots are shown."""
    own = [cell for cell in _inside(cells, period) if cell.key.cut == "choice"]
    found = []
    for instrument in instruments.values():
        for item in instrument.items:
            prefix = f":{instrument.id}:{item.code}:"
            chosen = [cell for cell in own if prefix in cell.key.subject]
            counts = {
                option: _sum(cell for cell in chosen if cell.key.subject.endswith(prefix + option)).n
                for option in item.options
            }
            officers = min((cell.officers for cell in chosen if cell.officers is not None), default=None)
            shown = _shown(counts, 0 if item.several else asked, officers)
            if any(n is not None for n in shown.values()):
                found.append(Options(item, shown))
    return tuple(found)


def _shown(counts: Mapping[str, int], asked: int, officers: int | None) -> Mapping[str, int | None]:
    """Hide what is small; those who chose nothing are one row more, which subtraction may tell unless it is small."""
    total = max(asked, sum(counts.values()))
    rows = {**counts, _REST: total - sum(counts.values())}
    small = {row for row, n in rows.items() if not Thresholds().may_show("unit", n, officers)}
    gone = sibling.hidden(total, [rows], small)
    return {option: None if option in gone else n for option, n in counts.items()}


def _inside(cells: Sequence[ReleasedCell], period: Period) -> list[ReleasedCell]:
    return [cell for cell in cells if period.starts_on <= cell.key.month <= period.ends_on]


def _sum(cells: Iterable[ReleasedCell]) -> Tally:
    return sum((cell.tally for cell in cells), Tally())
