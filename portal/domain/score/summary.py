"""From released tallies to the figures that every surface shows: dashboard, CSV and API take them from here."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from typing import Final

from portal.domain.figure import fixed
from portal.domain.instrument import Instrument
from portal.domain.rating import CellKey
from portal.domain.score import band as bands
from portal.domain.score.band import Band, is_alike
from portal.domain.score.interval import interval
from portal.domain.score.skm import POINTS_PER_STEP, Ikm, index, mean_score, nrr
from portal.domain.tally import Tally
from portal.domain.threshold import Thresholds

TOO_FEW: Final = "too-few"
UNANSWERED: Final = "element-unanswered"
HOMOGENEOUS: Final = "homogeneous"
_NRR_PLACES: Final = 3
_PLACES: Final = 2


@dataclass(frozen=True, slots=True)
class ReleasedCell:
    """A cell as it was last released; `officers` is the number of distinct officers behind it, None: none loaded."""

    key: CellKey
    tally: Tally
    officers: int | None
    released_at: datetime


@dataclass(frozen=True, slots=True)
class Pool:
    """Released tallies of one subject over the months of a period, by measure key.

    `officers` is the smallest number of distinct officers behind any of the months, None where none are loaded.
    """

    tallies: Mapping[str, Tally] = field(default_factory=dict)
    officers: int | None = None
    released_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ElementScore:
    """One element: `nrr` from 1 to 4 with 3 places, the rest in points; figures are None below the threshold.

    With a `band` the element has answers enough, `n`, but prints only that its value lies in there.
    """

    element: str
    n: int | None
    nrr: str | None
    value: str | None
    lower: str | None
    upper: str | None
    distribution: tuple[int, int, int, int] | None
    band: Band | None = None


@dataclass(frozen=True, slots=True)
class Score:
    """One figure of one subject for one measure; every number is the string that all surfaces print.

    `value`, `lower` and `upper` run from 25.00 to 100.00. `n` counts complete ballots for SKM and answers otherwise.
    Where `reason` is set the figures are None: `too-few`, `element-unanswered`, or `homogeneous`, where `n` stands and
    a `band` takes the place of the value.
    """

    instrument: str
    measure: str
    n: int | None
    value: str | None
    lower: str | None
    upper: str | None
    mutu: str | None
    distribution: tuple[int, int, int, int] | None
    elements: tuple[ElementScore, ...]
    reason: str | None
    band: Band | None = None


def pool_by_subject(cells: Iterable[ReleasedCell]) -> dict[tuple[str, str], Pool]:
    """Pool the months of each (cut, subject)."""
    gathered: dict[tuple[str, str], list[ReleasedCell]] = {}
    for cell in cells:
        gathered.setdefault((cell.key.cut, cell.key.subject), []).append(cell)
    return {subject: _pool(months) for subject, months in gathered.items()}


def _pool(cells: Iterable[ReleasedCell]) -> Pool:
    tallies: dict[str, Tally] = {}
    for cell in cells:
        tallies[cell.key.measure] = tallies.get(cell.key.measure, Tally()) + cell.tally
    known = [cell.officers for cell in cells if cell.officers is not None]
    return Pool(tallies, min(known, default=None), max((cell.released_at for cell in cells), default=None))


def score(
    instrument: Instrument, cut: str, pooled: Pool, thresholds: Thresholds, banded: Collection[str] = ()
) -> Score:
    """Return the figure of a subject; below its threshold a row without numbers.

    `banded` are the measures that print a band for the sake of a row beside this one.
    """
    if instrument.composite_key is not None:
        return _skm(instrument, cut, pooled, thresholds, banded)
    return _single(instrument, cut, pooled, thresholds, banded)


def element_score(
    element: str, cut: str, tally: Tally, officers: int | None, thresholds: Thresholds, *, banded: bool = False
) -> ElementScore:
    """Return one element as far as its own count of answers allows; `banded`: for the sake of another figure."""
    mean = mean_score(tally)
    if mean is None or not thresholds.may_show(cut, tally.n, officers):
        return ElementScore(element, None, None, None, None, None, None)
    if banded or is_alike(tally, thresholds.alike):
        return ElementScore(element, tally.n, None, None, None, None, None, bands.band(Fraction(tally.total, tally.n)))
    around = interval(mean, tally.n)
    spread = tally.distribution if thresholds.may_show_distribution(cut, tally.n, officers) else None
    return ElementScore(
        element,
        tally.n,
        fixed(nrr(tally), _NRR_PLACES),
        fixed(mean, _PLACES),
        fixed(around.lower, _PLACES) if around else None,
        fixed(around.upper, _PLACES) if around else None,
        spread,
    )


def _skm(instrument: Instrument, cut: str, pooled: Pool, thresholds: Thresholds, banded: Collection[str]) -> Score:
    asked = [element.code for element in instrument.elements]
    tallies = {code: pooled.tallies.get(instrument.measure_key(code), Tally()) for code in asked}
    composite = pooled.tallies.get(instrument.composite_key or "", Tally())
    ikm = index(tallies, asked)
    whole, gone = _alike(instrument, tallies, composite, thresholds, banded)
    elements = tuple(
        element_score(code, cut, tallies[code], pooled.officers, thresholds, banded=code in gone) for code in asked
    )
    reason = _why_not(elements, tallies, thresholds.may_show(cut, composite.n, pooled.officers))
    if reason is not None or ikm.exact is None:
        return Score(instrument.id, instrument.measure, None, None, None, None, None, None, elements, reason)
    if whole:
        about = bands.band(ikm.exact / POINTS_PER_STEP)
        row = (None, None, None, None, None, elements, HOMOGENEOUS, about)
        return Score(instrument.id, instrument.measure, composite.n, *row)
    return _index(instrument, ikm, ikm.exact, composite.n, elements)


def _index(
    instrument: Instrument, ikm: Ikm, exact: Fraction, complete: int, elements: tuple[ElementScore, ...]
) -> Score:
    around = interval(exact, complete)
    return Score(
        instrument.id,
        instrument.measure,
        complete,
        fixed(ikm.ikm, _PLACES),
        fixed(around.lower, _PLACES) if around else None,
        fixed(around.upper, _PLACES) if around else None,
        ikm.mutu,
        None,
        elements,
        None,
    )


def _alike(
    instrument: Instrument,
    tallies: Mapping[str, Tally],
    composite: Tally,
    thresholds: Thresholds,
    banded: Collection[str],
) -> tuple[bool, frozenset[str]]:
    """Tell whether the index prints a band, and which elements do: all of them then, as they would sum up to it.

    Else those whose answers are alike, and the best of the others, until none follows from the index.
    """
    everything = frozenset(tallies)
    if instrument.composite_key in banded or is_alike(composite, thresholds.alike):
        return True, everything
    answered = {code: tally for code, tally in tallies.items() if tally.n}
    totals = {code: bands.mean_total(Fraction(it.total, it.n), it.n) for code, it in answered.items()}
    forced = {code for code in answered if instrument.measure_key(code) in banded}
    alike = forced | {code for code, tally in answered.items() if is_alike(tally, thresholds.alike)}
    best_first = sorted(totals, key=lambda code: (-totals[code].value, code))
    gone = bands.banded(totals, alike, (), best_first)
    safe = bands.is_safe(totals, alike, gone)
    return not safe, gone if safe else everything


def _why_not(elements: Iterable[ElementScore], tallies: Mapping[str, Tally], enough: bool) -> str | None:  # noqa: FBT001 - the answer of one threshold
    """Tell an element that nobody answered, among others that many did, from too few answers."""
    hidden = [element.element for element in elements if element.n is None]
    if enough and not hidden:
        return None
    unanswered = [code for code in hidden if not tallies[code].n]
    return UNANSWERED if unanswered and unanswered == hidden and len(hidden) < len(tallies) else TOO_FEW


def _single(instrument: Instrument, cut: str, pooled: Pool, thresholds: Thresholds, banded: Collection[str]) -> Score:
    (element,) = instrument.elements
    key = instrument.measure_key(element.code)
    tally = pooled.tallies.get(key, Tally())
    shown = element_score(element.code, cut, tally, pooled.officers, thresholds, banded=key in banded)
    if shown.n is None:
        return Score(instrument.id, instrument.measure, None, None, None, None, None, None, (shown,), TOO_FEW)
    return Score(
        instrument.id,
        instrument.measure,
        shown.n,
        shown.value,
        shown.lower,
        shown.upper,
        None,
        shown.distribution,
        (shown,),
        HOMOGENEOUS if shown.band else None,
        shown.band,
    )
