"""What comes to the report of a unit with closed periods and months: years, parts of the day, options, change."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from portal import services
from portal.domain.errors import NotFound
from portal.domain.rating import CellKey
from portal.domain.score.change import Change
from portal.domain.tally import Tally
from portal.services import Portal
from portal.services.report.explain import Asked, Mix, open_explanation
from portal.services.report.figures import HELP, QUICK
from portal.services.report.unit import UnitReport, open_unit
from portal.storage import ledger, periods
from portal.storage.ledger import Details
from portal.storage.periods import ClosedRow
from tests.government import Government, small
from tests.published import ENOUGH, LAYANAN, MARCH, Cells, cell, publish, spread, statements

FEBRUARY = date(2026, 2, 1)
FIRST, SECOND = date(2025, 3, 1), date(2025, 9, 1)
MOST_STATEMENTS = 8


@pytest.fixture
def made(portal: Portal) -> Government:
    return small(portal)


def own(portal: Portal, made: Government, period: str | None = None) -> UnitReport:
    """What the head of UPT-1 sees of it."""
    scope = (made.units["DINAS"], made.units["UPT-1"])
    return services.run(portal, open_unit, scope, None, period)


def from_above(portal: Portal, made: Government, period: str) -> UnitReport:
    """What the head of DINAS sees of UPT-1."""
    return services.run(portal, open_unit, (made.units["DINAS"],), "UPT-1", period)


def close(portal: Portal, *codes: str) -> None:
    with portal.begin() as session:
        for code in codes:
            year, half = int(code[:4]), code[-1]
            first, last = (
                (date(year, 1, 1), date(year, 6, 30)) if half == "1" else (date(year, 7, 1), date(year, 12, 31))
            )
            at = datetime(2026, 1, 20, tzinfo=UTC)
            periods.append_closed(session, ClosedRow(code, "semester", first, last, at, shadow=True))


def halves(cut: str, subject: int | str, first: Tally, second: Tally) -> Cells:
    return {**cell(cut, subject, first, month=FIRST), **cell(cut, subject, second, month=SECOND)}


def test_a_year_pools_its_closed_halves(portal: Portal, made: Government) -> None:
    publish(portal, halves("unit", made.units["UPT-1"], spread(0, 2, 10, 8), spread(1, 2, 10, 7)))
    with pytest.raises(NotFound):
        own(portal, made, "2025")
    close(portal, "2025-S1")
    with pytest.raises(NotFound):
        own(portal, made, "2025")
    close(portal, "2025-S2")
    shown = own(portal, made, "2025")
    assert (shown.quick.n, shown.quick.value, [base.period_code for base in shown.bases]) == (
        40,
        "80.63",
        ["2025-S1", "2025-S2"],
    )
    assert shown.previous_spread is None
    assert "2025" in {period.period_code for period in own(portal, made).periods}


def test_a_year_is_hidden_where_it_would_tell_a_hidden_half(portal: Portal, made: Government) -> None:
    close(portal, "2025-S1", "2025-S2")
    unit = made.units["UPT-1"]
    publish(
        portal,
        halves("unit", unit, spread(0, 2, 20, 18), spread(1, 2, 20, 17)),
        halves("service", made.services["KTP"], spread(0, 1, 1, 1), spread(1, 2, 12, 10)),
        halves("service", made.services["KK"], spread(0, 1, 19, 17), spread(0, 0, 8, 7)),
        halves("counter", made.counters["1A"], spread(0, 2, 20, 18), spread(1, 2, 20, 17)),
    )
    shown = own(portal, made, "2025")
    assert {line.code: line.scores[QUICK].n for line in shown.services} == {"KTP": None, "KK": None}
    assert {line.code: line.scores[QUICK].n for line in shown.counters}["1A"] == 80
    assert shown.quick.n == 80


def test_an_officers_year_sums_hidden_halves_only_where_neither_is_told(portal: Portal, made: Government) -> None:
    close(portal, "2025-S1", "2025-S2")
    officers = made.officers
    publish(
        portal,
        halves("officer", officers["P1"], spread(0, 0, 3, 3), spread(0, 0, 3, 3)),
        halves("officer", officers["P2"], spread(0, 0, 3, 3), spread(0, 3, 6, 9)),
        halves("officer", officers["P3"], spread(0, 0, 4, 5), spread(0, 1, 4, 3)),
        halves("officer", officers["P4"], spread(0, 2, 4, 5), spread(0, 1, 7, 3)),
    )
    shown = {line.code: line.scores[HELP].n for line in own(portal, made, "2025").officers}
    assert shown == {"P1": 12, "P2": None, "P3": None, "P4": 22}


def test_what_prints_a_band_in_a_half_prints_one_in_the_year(portal: Portal, made: Government) -> None:
    close(portal, "2025-S1", "2025-S2")
    publish(
        portal,
        halves("unit", made.units["UPT-1"], spread(0, 0, 0, 12), spread(0, 1, 10, 9)),
        halves("officer", made.officers["P1"], spread(0, 0, 0, 12), spread(0, 1, 10, 9)),
    )
    shown = own(portal, made, "2025")
    assert (shown.quick.n, shown.quick.value, shown.quick.band) == (32, None, ("75.00", "100.00"))
    assert shown.spread is None
    line = next(line for line in shown.officers if line.code == "P1")
    assert line.scores[HELP].band == ("75.00", "100.00")


def test_a_unit_hidden_from_above_in_a_half_shows_no_year_above(portal: Portal, made: Government) -> None:
    close(portal, "2025-S1", "2025-S2")
    units = made.units
    publish(
        portal,
        halves("unit", units["DINAS"], spread(0, 1, 8, 6), spread(0, 2, 40, 38)),
        halves("unit", units["UPT-1"], spread(0, 0, 6, 6), spread(0, 1, 20, 19)),
        halves("unit", units["UPT-2"], spread(0, 1, 2, 0), spread(0, 1, 20, 19)),
    )
    assert from_above(portal, made, "2025-S1").quick.n is None
    assert from_above(portal, made, "2025-S2").quick.n == 40
    assert from_above(portal, made, "2025").quick.n is None
    assert own(portal, made, "2025").quick.n == 52


def parted(unit: int, *, month: date = FEBRUARY, **parts: Tally) -> Cells:
    return {CellKey("day_part", f"{unit}:{part}", month, LAYANAN): (tally, ENOUGH) for part, tally in parts.items()}


def test_the_day_is_told_by_its_parts_for_the_months_that_are_over(portal: Portal, made: Government) -> None:
    unit = made.units["UPT-1"]
    publish(
        portal,
        cell("unit", unit, spread(0, 3, 30, 27), month=FEBRUARY),
        cell("unit", unit, spread(0, 3, 30, 27), month=MARCH),
        parted(unit, pagi=spread(0, 1, 15, 14), siang=spread(0, 1, 10, 9), sore=spread(0, 1, 5, 4)),
    )
    parts = own(portal, made).day_parts
    assert parts.months == (FEBRUARY,)
    assert {line.part: line.scores[QUICK].n for line in parts.parts} == {"pagi": 30, "siang": 20, "sore": 10}


def test_a_part_of_the_day_that_was_left_out_takes_the_next_smallest_with_it(portal: Portal, made: Government) -> None:
    unit = made.units["UPT-1"]
    publish(
        portal,
        cell("unit", unit, spread(0, 3, 30, 20), month=FEBRUARY),
        parted(unit, pagi=spread(0, 1, 15, 14), siang=spread(0, 1, 10, 9)),
    )
    found = {line.part: line.scores[QUICK].n for line in own(portal, made).day_parts.parts}
    assert found == {"pagi": 30, "siang": None, "sore": None}  # three in the afternoon would be 53 less the others


def test_a_part_of_the_day_that_is_alike_prints_a_band_and_takes_another_with_it(
    portal: Portal, made: Government
) -> None:
    unit = made.units["UPT-1"]
    publish(
        portal,
        cell("unit", unit, spread(0, 2, 25, 33), month=FEBRUARY),
        parted(unit, pagi=spread(0, 1, 15, 14), siang=spread(0, 1, 10, 9), sore=spread(0, 0, 0, 10)),
    )
    bands = {line.part for line in own(portal, made).day_parts.parts if line.scores[QUICK].band}
    assert bands == {"siang", "sore"}


def test_a_union_tells_no_part_of_the_day(portal: Portal, made: Government) -> None:
    close(portal, "2025-S1", "2025-S2")
    unit = made.units["UPT-1"]
    publish(
        portal,
        halves("unit", unit, spread(0, 2, 10, 8), spread(1, 2, 10, 7)),
        parted(unit, month=FIRST, pagi=spread(0, 2, 10, 8)),
    )
    assert own(portal, made, "2025").day_parts.parts == ()
    assert own(portal, made, "2025-S1").day_parts.parts[0].scores[QUICK].n == 20


def chosen(unit: int, **options: int) -> Cells:
    return {
        CellKey("choice", f"{unit}:topik@1:TOPIK:{option}", FEBRUARY, "topik@1:TOPIK"): (Tally(n=n), ENOUGH)
        for option, n in options.items()
    }


def test_options_are_counted_and_what_few_chose_is_not_told(portal: Portal, made: Government) -> None:
    unit = made.units["UPT-1"]
    item = portal.instruments["topik@1"].items[0]
    first, second, *_ = item.options
    cells = {
        CellKey("choice", f"{unit}:topik@1:{item.code}:{option}", FEBRUARY, f"topik@1:{item.code}"): (
            Tally(n=n),
            ENOUGH,
        )
        for option, n in ((first, 14), (second, 7))
    }
    publish(portal, cell("unit", unit, spread(0, 3, 30, 27), month=FEBRUARY), cells)
    (shown,) = own(portal, made).options
    assert (shown.item.code, shown.counts[first], shown.counts[second]) == (item.code, 14, 7)
    assert set(shown.counts.values()) == {14, 7, None}


@pytest.mark.parametrize(
    "men, women, shown",
    [
        pytest.param(20, 14, (20, 14), id="six more left the question out"),
        pytest.param(23, 17, (23, 17), id="everybody answered"),
        pytest.param(23, 15, (23, None), id="two left the question out"),
        pytest.param(30, 4, (30, None), id="few of one kind"),
    ],
)
def test_a_question_with_two_options_is_told_whole_unless_a_few_would_be_found_out(
    portal: Portal, made: Government, men: int, women: int, shown: tuple[int | None, int | None]
) -> None:
    unit, prefix = made.units["UPT-1"], "profil@1:JENIS_KELAMIN"
    ballots = {
        CellKey("unit", str(unit), FEBRUARY, "skm-14-2017@1:SKM"): (Tally(n=40, total=1200, squares=36400), ENOUGH),
        **{
            CellKey("unit", str(unit), FEBRUARY, key): (spread(3, 7, 20, 10), ENOUGH)
            for key in portal.instruments["skm-14-2017@1"].element_keys
        },
    }
    cells = {
        CellKey("choice", f"{unit}:{prefix}:{option}", FEBRUARY, prefix): (Tally(n=n), ENOUGH)
        for option, n in (("L", men), ("P", women))
    }
    publish(portal, ballots, cells)
    options = own(portal, made).options
    found = options[0].counts if options else {"L": None, "P": None}
    assert (found["L"], found["P"]) == shown


def test_a_unit_that_is_hidden_tells_no_options_either(portal: Portal, made: Government) -> None:
    unit = made.units["UPT-1"]
    publish(portal, cell("unit", unit, spread(0, 1, 1, 1), month=FEBRUARY), chosen(unit, KECEPATAN=9))
    assert own(portal, made).options == ()


def test_a_service_and_an_officer_are_said_to_change_once_twelve_months_tell(portal: Portal, made: Government) -> None:
    service, officer = made.services["KTP"], made.officers["P1"]
    months = [date(2025 + (number + 1) // 12, (number + 1) % 12 + 1, 1) for number in range(1, 13)]
    for number, month in enumerate(months):
        tally = spread(0, 0, 10, 10 + number % 2)
        publish(portal, cell("service", service, tally, month=month), cell("officer", officer, tally, month=month))
    assert {line.change for line in own(portal, made).services} == {None}
    publish(portal, cell("service", service, spread(19, 1)), cell("officer", officer, spread(0, 0, 10, 11)))
    shown = own(portal, made)
    assert {line.code: line.change for line in shown.services if line.change} == {"KTP": Change.DOWN}
    assert {line.code: line.change for line in shown.officers if line.change} == {"P1": Change.NONE}


def noted(portal: Portal, cells: Cells, **composition: object) -> None:
    """Release cells with how their answers came."""
    details = {key: Details({"late": 0, "states": {}, **composition}) for key in cells}
    with portal.begin() as session:
        ledger.put_cells(session, ledger.append_release(session, portal.now(), weekly=True), cells, details)


def explained(portal: Portal, made: Government, asked: Asked) -> Mix:
    scope = (made.units["DINAS"], made.units["UPT-1"])
    mix = services.run(portal, open_explanation, scope, "UPT-1", asked, None).mix
    assert mix
    return mix


def test_how_answers_came_is_told_by_parts_of_five_and_more(portal: Portal, made: Government) -> None:
    counter = cell("counter", made.counters["1A"], spread(0, 1, 10, 9))
    publish(portal, cell("unit", made.units["UPT-1"], spread(0, 1, 10, 9)))
    noted(
        portal,
        counter,
        channels={"loket:open": 15, "kertas:assisted": 5},
        late=6,
        states={"held:Q1": 7, "held:Q3": 2, "excluded:staff": 3},
    )
    mix = explained(portal, made, Asked("counter", "1A", "layanan"))
    assert (mix.channels, mix.evidence) == ({"kertas": 5, "loket": 15}, {"assisted": 5, "open": 15})
    assert (mix.late, mix.states) == (6, {"excluded:staff": None, "held:Q1": 7, "held:Q3": None})
    noted(portal, counter, channels={"loket:open": 17, "kertas:assisted": 3}, late=2)
    mix = explained(portal, made, Asked("counter", "1A", "layanan"))
    assert (mix.channels, mix.late) == ({"kertas": None, "loket": None}, None)


def test_how_answers_came_does_not_tell_a_hidden_counter(portal: Portal, made: Government) -> None:
    publish(portal, cell("counter", made.counters["1B"], spread(0, 1, 3, 3)))
    noted(
        portal,
        cell("unit", made.units["UPT-1"], spread(0, 4, 20, 13)),
        channels={"loket:open": 30, "kertas:assisted": 7},
    )
    mix = explained(portal, made, Asked("unit", "", "layanan"))
    assert (mix.channels, mix.evidence) == (
        {"kertas": None, "loket": None},
        {"assisted": None, "open": None},
    )


def test_a_year_costs_no_more_statements_than_one_more_for_officers(portal: Portal, made: Government) -> None:
    close(portal, "2025-S1", "2025-S2")
    publish(portal, halves("unit", made.units["UPT-1"], spread(0, 2, 10, 8), spread(1, 2, 10, 7)))
    for period, most in ((None, MOST_STATEMENTS - 1), ("2025", MOST_STATEMENTS)):
        with statements(portal) as seen:
            own(portal, made, period)
        assert len(seen) <= most, seen
