"""The figure of a whole of some elements: KOMPETENSI and PERILAKU of one officer."""

from __future__ import annotations

from typing import Final

from portal.domain.instrument import Composite, Element, Instrument
from portal.domain.score.summary import Pool, Score
from portal.domain.score.whole import whole_score
from portal.domain.tally import Tally
from portal.domain.threshold import Thresholds

PAIR: Final = Composite("SKM_OFFICER", "officer", ("KOMPETENSI", "PERILAKU"))


def element(code: str, number: int) -> Element:
    return Element(code, number, {}, {}, {}, faces=False)


SURVEY: Final = Instrument(
    "survei", 1, "skm", (element("WAKTU", 1), element("KOMPETENSI", 2), element("PERILAKU", 3)), (PAIR,)
)


def figure(ballots: list[tuple[int, int]]) -> Score:
    """Score what citizens answered to both, 0 where they did not."""
    tallies = {
        "KOMPETENSI": sum((Tally.of_answer(one) for one, _ in ballots if one), Tally()),
        "PERILAKU": sum((Tally.of_answer(other) for _, other in ballots if other), Tally()),
        "SKM_OFFICER": sum((Tally.of_ballot(one + other) for one, other in ballots if one and other), Tally()),
    }
    pool = Pool({f"survei@1:{code}": tally for code, tally in tallies.items()}, officers=1)
    return whole_score(SURVEY, PAIR, "officer", pool, Thresholds())


def test_it_is_the_mean_answer_of_ballots_with_both() -> None:
    shown = figure([(4, 3)] * 6 + [(3, 3)] * 3 + [(2, 4)] + [(1, 0)] * 2)
    assert (shown.measure, shown.n, shown.value) == ("skm_officer", 10, "82.50")  # 25 x (42 + 18 + 6) / 20
    assert [(each.element, each.n) for each in shown.elements] == [("KOMPETENSI", 12), ("PERILAKU", 10)]
    assert shown.lower is not None
    assert (shown.mutu, shown.distribution, shown.band) == (None, None, None)


def test_below_the_threshold_of_officers_there_is_no_figure() -> None:
    shown = figure([(4, 3)] * 9)
    assert (shown.n, shown.value, shown.reason) == (None, None, "too-few")
    assert figure([]).reason == "too-few"


def test_where_one_of_the_two_is_alike_all_three_print_a_band() -> None:
    shown = figure([(4, 3)] * 6 + [(4, 4)] * 6)
    assert (shown.n, shown.value, shown.reason) == (12, None, "homogeneous")
    assert shown.band == ("75.00", "100.00")
    assert all(each.value is None and each.band for each in shown.elements)
