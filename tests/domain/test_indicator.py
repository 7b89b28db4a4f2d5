"""What the portal counts of an indicator itself, and what share of a target was reached."""

from __future__ import annotations

import pytest

from portal.domain import indicator
from portal.domain.indicator import reached_share, realised
from portal.domain.workbook.cell import Kind, read, shown

VALUES = {"skm": "82.14", "layanan": None}


def test_a_figure_leaves_as_every_surface_shows_it() -> None:
    assert realised("skm", VALUES, 40, 100) == "82.14"
    assert realised("layanan", VALUES, None, 100) is None
    assert realised("petugas", VALUES, None, None) is None


def test_the_number_served_is_a_whole_number_and_the_response_share_has_four_places() -> None:
    assert realised("served", VALUES, 40, 12_000) == "12000"
    assert realised("served", VALUES, 40, 0) == "0"
    assert realised("response_share", VALUES, 40, 120) == "0.3333"
    assert realised("response_share", VALUES, 150, 120) == "1.2500"


@pytest.mark.parametrize("ratings, served", [(None, 120), (40, None), (40, 0)])
def test_there_is_no_response_share_where_a_side_is_hidden_or_unknown(ratings: int | None, served: int | None) -> None:
    assert realised("response_share", VALUES, ratings, served) is None


@pytest.mark.parametrize(
    "target, realisation, share",
    [("1200", "410.5", "0.3421"), ("4", "6", "1.5000"), ("0", "6", None), ("4", "-1", None), (None, "6", None)],
)
def test_a_share_reached_is_realisation_over_target(target: str | None, realisation: str, share: str | None) -> None:
    assert reached_share("jumlah", target, realisation) == share


def test_of_time_and_money_no_share_is_told_for_less_may_be_better() -> None:
    told = [kind for kind in indicator.KINDS if reached_share(kind, "10", "8") is not None]
    assert told == ["jumlah", "hasil"]
    assert reached_share("hasil", "10", None) is None


def test_a_measure_is_of_units_or_of_officers() -> None:
    measures = [*indicator.measures_of(officer=False), *indicator.measures_of(officer=True)]
    assert sorted(measures) == sorted(indicator.WORDS)
    assert len(set(measures)) == len(measures)


@pytest.mark.parametrize("measure", indicator.WORDS)
def test_a_workbook_names_each_measure_in_words(measure: str) -> None:
    assert read(Kind.MEASURE, f" {shown(Kind.MEASURE, measure).upper()} ") == measure
