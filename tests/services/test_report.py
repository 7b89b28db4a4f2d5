"""The report of a unit, below the page that shows it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from portal import services
from portal.domain.errors import NotFound
from portal.domain.period import Period
from portal.domain.score.change import Change
from portal.services import Portal
from portal.services.collect.rate import rate
from portal.services.publish.release import release
from portal.services.report.counter import open_counter_sheet
from portal.services.report.figures import QUICK, SKM
from portal.services.report.unit import UnitReport, open_unit
from tests.clock import Clock
from tests.government import SURVEY, Government, small, without_officers
from tests.published import cell, publish, spread

FEW = 2
"""Officers behind a cell that is in truth about them."""


@pytest.fixture
def made(portal: Portal) -> Government:
    return small(portal)


def path(made: Government, *codes: str) -> tuple[int, ...]:
    return tuple(made.units[code] for code in codes)


def report(portal: Portal, made: Government, code: str = "UPT-1", period: str | None = None) -> UnitReport:
    """What the head of DINAS sees of a unit."""
    return services.run(portal, open_unit, path(made, "DINAS"), code, period)


def test_a_rating_shows_after_the_release_and_not_before(portal: Portal) -> None:
    made = without_officers(portal)
    made.taps("1A", 4, 4, 3, 3, 2)
    assert report(portal, made).quick.n is None
    services.run(portal, release)
    shown = report(portal, made)
    assert (shown.quick.n, shown.quick.value, shown.needed) == (5, "80.00", 5)
    assert shown.spread
    assert [answer.n for answer in shown.spread.answers] == [0, 1, 2, 2]


def test_without_a_code_it_is_the_callers_own_unit(portal: Portal, made: Government) -> None:
    own = services.run(portal, open_unit, path(made, "DINAS", "UPT-2"), None, None)
    assert (own.unit_code, own.above, own.units) == ("UPT-2", (), ())


def test_the_way_up_and_the_units_below_stay_inside_the_scope(portal: Portal, made: Government) -> None:
    shown = report(portal, made)
    assert shown.above == (("DINAS", "Unit Contoh DINAS"),)
    assert [line.code for line in report(portal, made, "DINAS").units] == ["UPT-1", "UPT-2"]


@pytest.mark.parametrize("code", ["DINAS", "UPT-2", "TIADA"])
def test_a_unit_outside_the_scope_does_not_exist(portal: Portal, made: Government, code: str) -> None:
    with pytest.raises(NotFound):
        services.run(portal, open_unit, path(made, "DINAS", "UPT-1"), code, None)


@pytest.mark.parametrize("counter", ["D", "2", "TIADA", "KTP", "P1"])
def test_a_counter_outside_the_scope_does_not_exist(portal: Portal, made: Government, counter: str) -> None:
    with pytest.raises(NotFound):
        services.run(portal, open_counter_sheet, path(made, "DINAS", "UPT-1"), counter)


def test_the_sheet_of_a_counter_names_it_and_its_unit(portal: Portal, made: Government) -> None:
    sheet = services.run(portal, open_counter_sheet, path(made, "DINAS"), "1A")
    assert (sheet.unit_code, sheet.name, sheet.public_code) == ("UPT-1", "Loket Contoh 1A", made.codes["1A"])


def test_periods_run_from_the_first_release_to_today_the_newest_first(
    portal: Portal, made: Government, clock: Clock
) -> None:
    assert [period.period_code for period in report(portal, made).periods] == ["2026-S1"]
    publish(portal, cell("unit", made.units["UPT-1"], spread(0, 0, 3, 3), month=date(2025, 2, 1)))
    clock.advance(timedelta(days=150))
    shown = [period.period_code for period in report(portal, made).periods]
    assert shown == ["2026-S2", "2026-S1", "2025-S2", "2025-S1"]


def test_the_months_of_a_period_are_pooled_and_those_before_kept_apart(portal: Portal, made: Government) -> None:
    unit = made.units["UPT-1"]
    months = (date(2025, 12, 1), date(2026, 1, 1), date(2026, 2, 1))
    publish(portal, *[cell("unit", unit, spread(0, 0, 3, count), month=month) for count, month in enumerate(months, 3)])
    shown = report(portal, made)
    assert shown.quick.n == 15
    assert shown.previous_spread
    assert shown.previous_spread.n == 6


def test_only_base_periods_are_reported_as_a_month_could_be_subtracted_from_its_semester(
    portal: Portal, made: Government
) -> None:
    assert Period(date(2024, 1, 1), "semester") in report(portal, made, period="2024-S1").periods
    for other in ("2026-03", "2026-Q1", "2026"):
        with pytest.raises(NotFound):
            report(portal, made, period=other)


def test_a_counter_closed_before_the_period_is_no_longer_listed(portal: Portal, made: Government) -> None:
    made.add_counter("LAMA", "UPT-1", ends_on=date(2025, 12, 31))
    made.add_counter("AKHIR", "UPT-1", ends_on=date(2026, 1, 1))
    codes = {line.code for line in report(portal, made).counters}
    assert "AKHIR" in codes
    assert "LAMA" not in codes
    assert "LAMA" in {line.code for line in report(portal, made, period="2025-S2").counters}


def test_the_time_of_the_release_is_local(portal: Portal, made: Government) -> None:
    publish(portal, cell("unit", made.units["UPT-1"], spread(0, 0, 3, 3)))
    released_at = report(portal, made).released_at
    assert released_at == datetime(2026, 3, 3, 2, 0, tzinfo=UTC)
    assert released_at.tzname() == "WIB"


def test_a_unit_that_is_in_truth_about_two_officers_waits_for_more(portal: Portal, made: Government) -> None:
    publish(portal, cell("unit", made.units["UPT-1"], spread(0, 0, 5, 4), officers=FEW))
    shown = report(portal, made)
    assert (shown.quick.n, shown.needed, shown.needed_for_spread) == (None, 10, 20)
    publish(portal, cell("unit", made.units["UPT-1"], spread(0, 0, 6, 6), officers=FEW))
    # Alone in DINAS it is no part of anything that could be subtracted.
    own = services.run(portal, open_unit, path(made, "DINAS", "UPT-1"), None, None)
    assert (own.quick.n, own.spread) == (12, None)


def test_elements_come_with_the_lowest_first_and_those_without_a_figure_last(portal: Portal) -> None:
    made = without_officers(portal)
    for more in (1, -1, 0, 0, 0, 0):
        low = {"WAKTU": 2 + more, "BIAYA": 3 + more}
        services.run(portal, rate, made.submission("1A", low, instrument=SURVEY))
    services.run(portal, release)
    shown = services.run(portal, open_unit, path(made, "DINAS", "UPT-1"), None, None)
    assert [(element.element, element.nrr) for element in shown.elements[:2]] == [
        ("WAKTU", "2.000"),
        ("BIAYA", "3.000"),
    ]
    assert {element.nrr for element in shown.elements[2:]} == {None}
    assert (shown.skm.value, shown.skm.reason) == (None, "element-unanswered")


def test_services_named_and_not_named_stand_apart(portal: Portal, made: Government) -> None:
    unit = made.units["UPT-1"]
    publish(
        portal,
        cell("unit", unit, spread(0, 0, 40, 40)),
        cell("service", made.services["KTP"], spread(0, 0, 20, 20)),
        cell("service", f"{unit}:-", spread(0, 0, 20, 20)),
    )
    lines = [(line.code, line.name, line.scores[QUICK].n) for line in report(portal, made).services]
    assert lines == [("KK", "Layanan Contoh KK", None), ("KTP", "Layanan Contoh KTP", 40), ("-", "", 40)]


def test_a_row_hidden_for_another_reads_as_one_without_answers(portal: Portal, made: Government) -> None:
    publish(
        portal,
        cell("unit", made.units["UPT-1"], spread(0, 0, 30, 23)),
        cell("service", made.services["KTP"], spread(0, 0, 25, 20)),
        cell("service", made.services["KK"], spread(0, 0, 5, 3)),
    )
    hidden, empty = report(portal, made).services, report(portal, made, period="2025-S1").services
    assert [line.scores for line in hidden] == [line.scores for line in empty]


def test_a_unit_hidden_below_another_hides_all_that_makes_it_up(portal: Portal, made: Government) -> None:
    publish(
        portal,
        cell("unit", made.units["DINAS"], spread(0, 0, 8, 7)),
        cell("unit", made.units["UPT-1"], spread(0, 0, 6, 6)),
        cell("unit", made.units["UPT-2"], spread(0, 0, 2, 1)),
        cell("counter", made.counters["1B"], spread(0, 0, 6, 6)),
    )
    from_above = report(portal, made)
    own = services.run(portal, open_unit, path(made, "DINAS", "UPT-1"), None, None)
    assert (from_above.quick.n, from_above.spread, [line.scores[QUICK].n for line in from_above.counters]) == (
        None,
        None,
        [None, None, None],
    )
    assert (own.quick.n, own.counters[1].scores[QUICK].n) == (12, 12)
    assert own.services[0].scores[SKM].n is None


def own_report(portal: Portal, made: Government, period: str | None = None) -> UnitReport:
    """What the head of UPT-1 sees of it."""
    return services.run(portal, open_unit, path(made, "DINAS", "UPT-1"), None, period)


def months(report: UnitReport) -> list[str]:
    """The months of the trend that have a figure, with their counts."""
    return [f"{line.month:%y-%m} {line.score.n}" for line in report.quick_trend.months if line.score.value]


def test_a_trend_is_twelve_months_up_to_the_end_of_the_period_or_to_today(portal: Portal, made: Government) -> None:
    present, past = report(portal, made).quick_trend.months, report(portal, made, period="2025-S1").quick_trend.months
    assert (present[0].month, present[-1].month, len(present)) == (date(2025, 4, 1), date(2026, 3, 1), 12)
    assert (past[0].month, past[-1].month, len(past)) == (date(2024, 7, 1), date(2025, 6, 1), 12)


def test_a_month_is_shown_alike_whichever_period_is_open(portal: Portal, made: Government) -> None:
    unit = made.units["UPT-1"]
    counts = {date(2025, 7, 1): 9, date(2025, 8, 1): 2, date(2025, 9, 1): 30, date(2026, 1, 1): 8}
    publish(portal, *[cell("unit", unit, spread(0, 0, 1, n - 1), month=month) for month, n in counts.items()])
    assert months(own_report(portal, made)) == ["25-09 30", "26-01 8"]
    assert months(own_report(portal, made, "2025-S2")) == ["25-09 30"]


def test_the_months_of_a_unit_below_are_hidden_from_above_where_subtraction_would_tell(
    portal: Portal, made: Government
) -> None:
    january, february = date(2026, 1, 1), date(2026, 2, 1)
    for month, own in ((january, 12), (february, 2)):
        publish(
            portal,
            cell("unit", made.units["DINAS"], spread(0, 0, 2, 38 + own), month=month),
            cell("unit", made.units["UPT-1"], spread(0, 0, 1, 19), month=month),
            cell("unit", made.units["UPT-2"], spread(0, 0, 1, 19), month=month),
            cell("counter", made.counters["D"], spread(0, 0, 0, own), month=month),
            cell("service", f"{made.units['DINAS']}:-", spread(0, 0, 0, own), month=month),
        )
    assert months(report(portal, made, "DINAS")) == ["26-01 52", "26-02 42"]
    assert months(report(portal, made, "UPT-1")) != ["26-01 20", "26-02 20"]
    assert months(report(portal, made, "UPT-2")) == ["26-01 20", "26-02 20"]
    assert months(own_report(portal, made)) == ["26-01 20", "26-02 20"]


def test_what_is_said_of_a_month_rests_on_the_months_before_the_twelve_shown(portal: Portal, made: Government) -> None:
    unit = made.units["UPT-1"]
    for number in range(1, 14):
        month = date(2025 + number // 12, number % 12 + 1, 1)
        publish(portal, cell("unit", unit, spread(0, 0, 10, 10 + number % 2), month=month))
    publish(portal, cell("unit", unit, spread(19, 1, 0, 0)))
    said = own_report(portal, made).quick_trend.months
    assert (said[0].month, said[0].change) == (date(2025, 4, 1), Change.NONE)
    assert said[-1].change is Change.DOWN
