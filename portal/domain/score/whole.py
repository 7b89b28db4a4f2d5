"""The figure of a whole of some elements of a survey: KOMPETENSI and PERILAKU together are about the officer."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from portal.domain.figure import fixed
from portal.domain.instrument import Composite, Instrument
from portal.domain.score.band import band, is_alike
from portal.domain.score.interval import interval
from portal.domain.score.skm import POINTS_PER_STEP
from portal.domain.score.summary import HOMOGENEOUS, TOO_FEW, Pool, Score, element_score
from portal.domain.tally import Tally
from portal.domain.threshold import Thresholds

_PLACES: Final = 2


def whole_key(instrument: Instrument, whole: Composite) -> str:
    """Return the measure key by which the ballots are counted that answer all elements of the whole."""
    return f"{instrument.id}:{whole.code}"


def whole_measure(whole: Composite) -> str:
    """Return the name under which the figure is given."""
    return whole.code.lower()


def whole_score(instrument: Instrument, whole: Composite, cut: str, pooled: Pool, thresholds: Thresholds) -> Score:
    """Return the mean answer x 25 of the ballots that answer all of its elements; below the threshold no numbers.

    Where the whole or one of its elements was answered by a small group alike, all print a band: of three figures that
    sum up two tell the third.
    """
    tallies = {code: pooled.tallies.get(instrument.measure_key(code), Tally()) for code in whole.elements}
    ballots = pooled.tallies.get(whole_key(instrument, whole), Tally())
    alike = any(is_alike(tally, thresholds.alike) for tally in (ballots, *tallies.values()))
    elements = tuple(
        element_score(code, cut, tally, pooled.officers, thresholds, banded=alike) for code, tally in tallies.items()
    )
    name = whole_measure(whole)
    if not ballots.n or not thresholds.may_show(cut, ballots.n, pooled.officers):
        return Score(instrument.id, name, None, None, None, None, None, None, elements, TOO_FEW)
    mean = Fraction(ballots.total, len(tallies) * ballots.n)
    if alike:
        told = (None, None, None, None, None, elements, HOMOGENEOUS, band(mean))
        return Score(instrument.id, name, ballots.n, *told)
    around = interval(mean * POINTS_PER_STEP, ballots.n)
    return Score(
        instrument.id,
        name,
        ballots.n,
        fixed(mean * POINTS_PER_STEP, _PLACES),
        fixed(around.lower, _PLACES) if around else None,
        fixed(around.upper, _PLACES) if around else None,
        None,
        None,
        elements,
        None,
    )
