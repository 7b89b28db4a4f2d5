"""Rows beside each other: which have a figure, and which are hidden for the sake of another."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.instrument import Instrument
from portal.domain.score.family import Family, Key, has_figure, hidden_rows
from portal.domain.score.summary import Pool, score
from portal.domain.tally import Tally
from portal.domain.threshold import Thresholds

FOLDER: Final = Path(__file__).parents[2] / "config" / "instruments"
INSTRUMENTS: Final = [
    Instrument.from_mapping(tomllib.loads((FOLDER / f"{name}.toml").read_text("utf-8")))
    for name in ("quick", "petugas", "skm-14-2017")
]
QUICK: Final = next(instrument for instrument in INSTRUMENTS if instrument.code == "quick")
UNIT: Final = ("unit", "1")


def answers(n: int) -> Tally:
    """Half of the answers 4, the others 3."""
    best = n // 2
    return Tally(n3=n - best, n4=best, n=n, total=3 * n + best, squares=9 * n + 7 * best)


def pool(n: int, officers: int | None = None) -> Pool:
    return Pool({QUICK.element_keys[0]: answers(n)}, officers)


@pytest.mark.parametrize("instrument", INSTRUMENTS, ids=lambda instrument: instrument.id)
@pytest.mark.parametrize("cut", ["unit", "service", "counter", "officer"])
@given(data=st.data(), officers=st.none() | st.integers(0, 4))
def test_a_row_is_said_to_have_a_figure_just_where_its_score_has_one(
    instrument: Instrument, cut: str, data: st.DataObject, officers: int | None
) -> None:
    many = data.draw(st.integers(0, 14))
    tallies: dict[str, Tally] = {}
    for key in instrument.element_keys:
        n = data.draw(st.sampled_from([many, many, many, many + 1, 0, None]))
        tallies |= {key: answers(n)} if n is not None else {}
    if instrument.composite_key:
        ballots = [Tally.of_ballot(3 * len(instrument.elements) + number % 2) for number in range(many)]
        tallies[instrument.composite_key] = sum(ballots, Tally())
    pooled = Pool(tallies, officers)
    figure = score(instrument, cut, pooled, Thresholds())
    assert has_figure(instrument, cut, pooled, Thresholds()) == (figure.n is not None) == (figure.value is not None)


def hidden(counts: Mapping[str, int], elsewhere: tuple[Key, ...] = ()) -> set[str]:
    counters = tuple(("counter", code) for code in counts)
    family = Family(UNIT, (("service", "all"),), counters, ())
    total = sum(counts.values())
    pools = {UNIT: pool(total), ("service", "all"): pool(total)}
    pools |= {("counter", code): pool(n) for code, n in counts.items()}
    return {subject for _, subject in hidden_rows(family, QUICK, pools, Thresholds(), elsewhere)}


def test_what_another_surface_hides_is_hidden_with_the_next_smallest() -> None:
    counts = {"a": 20, "b": 30, "c": 40}
    assert hidden(counts) == set()
    assert hidden(counts, (("counter", "a"),)) == {"a", "b"}
