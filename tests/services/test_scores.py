"""Scores and periods of the appraisal feed."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import astuple
from datetime import UTC, date, datetime
from typing import Final

import pytest

from portal import services
from portal.domain.access import SCOPES, Caller
from portal.domain.errors import CursorInvalid, FeedOff, NotFound
from portal.domain.rating import CellKey
from portal.domain.tally import Tally
from portal.domain.threshold import Thresholds
from portal.services import Portal
from portal.services.publish.families import STAFF
from portal.services.publish.periods import get_period, list_periods
from portal.services.publish.release import release
from portal.services.publish.rows import ScoreRow
from portal.services.publish.scores import FEED, ScorePage, get_scores, list_scores
from portal.services.report.unit import open_unit
from portal.storage import policies
from portal.storage.tables import Officer
from tests.clock import Clock
from tests.government import SURVEY, Government, small, without_officers
from tests.published import ENOUGH, MARCH, cell, publish, spread, statements, system, turn_feed

NOW: Final = "2026-S1"
EVERYTHING: Final = system()
SUBJECTS: Final = ("unit", "service", "counter", "officer")


@pytest.fixture
def government(portal: Portal) -> Government:
    return small(portal)


def pull(portal: Portal, subject: str, caller: Caller = EVERYTHING, **asked: object) -> ScorePage:
    return services.run(portal, list_scores, caller, subject=subject, **{"period_code": NOW, **asked})  # type: ignore[arg-type]  # each test asks for what it is about


def rows(portal: Portal, subject: str, caller: Caller = EVERYTHING) -> dict[tuple[str, str], ScoreRow]:
    return {(row.subject.id, row.measure): row for row in pull(portal, subject, caller).items}


def nothing(row: ScoreRow) -> bool:
    """Tell whether a row holds no figure at all."""
    values = (row.n, row.value, row.lower, row.upper, row.mutu, row.band, row.distribution, row.data_cutoff)
    beside = (row.n_held, row.n_excluded, row.n_late, row.evidence, row.response_rate, row.comparison)
    elements = [astuple(element)[1:] for element in row.elements]
    return all(figure is None for figure in (*values, *beside, *(figure for element in elements for figure in element)))


def test_a_rating_that_was_released_leaves_with_the_figures_of_the_dashboard(portal: Portal) -> None:
    made = without_officers(portal)
    made.taps("1A", *(4, 4, 3, 2, 4, 3, 4, 1, 4, 4, 3))
    made.taps("1B", *(2,) * 11, 3)
    services.run(portal, release, weekly=True)
    report = services.run(portal, open_unit, (made.units["DINAS"], made.units["UPT-1"]), None, NOW)
    unit = rows(portal, "unit")["UPT-1", "layanan"]
    assert report.quick.value is not None
    assert (unit.n, unit.value, unit.lower, unit.upper, unit.distribution) == (
        report.quick.n,
        report.quick.value,
        report.quick.lower,
        report.quick.upper,
        report.quick.distribution,
    )
    counters = rows(portal, "counter")
    for line in report.counters:
        shown = line.scores["quick@1"]
        assert counters[line.code, "layanan"].value == shown.value is not None


def test_a_row_says_what_it_is_about_and_for_what_it_may_be_used(portal: Portal, government: Government) -> None:
    publish(portal, cell("unit", government.units["UPT-2"], spread(1, 2, 3, 4)))
    row = rows(portal, "unit")["UPT-2", "layanan"]
    assert astuple(row.subject) == ("unit", "UPT-2", "Unit Contoh UPT-2", None, "UPT-2")
    assert astuple(row.period) == (NOW, date(2026, 1, 1), date(2026, 6, 30), "Asia/Jakarta")
    assert (row.status, row.use, row.reason) == ("provisional", "descriptive", None)
    assert (row.instrument, row.method_version, row.value) == ("quick@1", "1.0", "75.00")
    assert row.data_cutoff == portal.now()


@pytest.mark.parametrize("cut", SUBJECTS)
@pytest.mark.parametrize("officers", [None, 0, 1, 2, 3, 9])
def test_a_figure_leaves_from_as_many_answers_as_the_thresholds_of_the_feed_ask_for(
    cut: str, officers: int | None
) -> None:
    for n in range(40):
        assert FEED.may_show(cut, n, officers) == Thresholds().may_feed(cut, n, officers)


@pytest.mark.parametrize(
    "cut, code, officers, fewest",
    [("unit", "UPT-2", 3, 5), ("counter", "D", 3, 10), ("service", "IZIN", 3, 10), ("counter", "D", 2, 30)],
)
def test_below_the_threshold_a_row_is_there_without_figures(
    portal: Portal, government: Government, cut: str, code: str, officers: int, fewest: int
) -> None:
    ids = {"unit": government.units, "counter": government.counters, "service": government.services}[cut]
    publish(portal, *(cell("unit", unit_id, spread(0, 0, 0, 50)) for unit_id in government.units.values()))
    for n, shown in ((fewest - 1, False), (fewest, True)):
        publish(portal, cell(cut, ids[code], spread(0, 0, 1, n - 1), officers=officers))
        row = rows(portal, cut)[code, "layanan"]
        assert (row.value is not None, row.reason) == ((True, None) if shown else (False, "too-few"))


def test_a_row_without_a_figure_holds_no_number_at_all(portal: Portal, government: Government) -> None:
    dice = random.Random(7)
    for number in range(40):
        government.add_counter(f"X{number:02}", "UPT-2")
    cells, total = [], Tally()
    for code, counter_id in government.counters.items():
        if code.startswith("X"):
            tally = spread(*(dice.randrange(0, 9) for _ in range(4)))
            total += tally
            cells.append(cell("counter", counter_id, tally, officers=dice.choice([None, 1, 2, 3, 4])))
    publish(portal, *cells, cell("unit", government.units["UPT-2"], total))
    hidden = {row.status: 0 for row in pull(portal, "counter").items}
    for row in pull(portal, "counter").items:
        hidden[row.status] += 1
        assert (row.status == "insufficient") == (row.reason is not None) == (row.use == "none") == nothing(row)
        assert row.n is None or row.n >= Thresholds().counter
    assert min(hidden["insufficient"], hidden["provisional"]) > 3


def test_a_counter_is_hidden_where_subtracting_it_would_reveal_a_smaller_one(portal: Portal) -> None:
    made = without_officers(portal)
    for code, n in (("A", 3), ("B", 12), ("C", 40)):
        made.add_counter(code, "UPT-2")
        publish(portal, cell("counter", made.counters[code], spread(0, 0, 0, n), officers=None))
    publish(portal, cell("unit", made.units["UPT-2"], spread(0, 0, 0, 55), officers=None))
    shown = rows(portal, "counter")
    assert [shown[code, "layanan"].n for code in ("A", "B", "C")] == [None, None, 40]
    assert nothing(shown["B", "layanan"])


def test_what_the_dashboard_hides_the_feed_hides_too(portal: Portal, government: Government) -> None:
    dice = random.Random(11)
    for _ in range(15):
        cells, total = [], Tally()
        for code in ("1A", "1B", "PLAT"):
            tally = spread(0, dice.randrange(20), 0, dice.randrange(25))
            total += tally
            officers = 4 if code == "1B" else 1
            cells.append(cell("counter", government.counters[code], tally, officers=officers))
        publish(portal, *cells, cell("unit", government.units["UPT-1"], total))
        scope = (government.units["DINAS"], government.units["UPT-1"])
        report = services.run(portal, open_unit, scope, None, NOW)
        left = rows(portal, "counter")
        for line in report.counters:
            row = left.get((line.code, "layanan"))
            assert row is None or row.value in {None, line.scores["quick@1"].value}


def test_the_next_smallest_is_hidden_where_only_the_feed_hides_one(portal: Portal, government: Government) -> None:
    """A counter of one officer with 20 answers: shown to the unit's head, not given to other systems."""
    counts = {"2": (20, 1), "2B": (50, 3), "2C": (60, 3)}
    for code in ("2B", "2C"):
        government.add_counter(code, "UPT-2")
    cells = [
        cell("counter", government.counters[code], spread(0, 0, 0, n), officers=officers)
        for code, (n, officers) in counts.items()
    ]
    publish(portal, *cells, cell("unit", government.units["UPT-2"], spread(0, 0, 0, 130)))
    scope = (government.units["DINAS"], government.units["UPT-2"])
    report = services.run(portal, open_unit, scope, None, NOW)
    assert [line.scores["quick@1"].n for line in report.counters] == [20, 50, 60]
    left = rows(portal, "counter")
    assert [left[code, "layanan"].n for code in counts] == [None, None, 60]


def test_no_name_plate_is_what_the_listed_counters_leave_of_their_unit(portal: Portal, government: Government) -> None:
    counts = {"1A": 40, "1B": 50, "PLAT": 35}
    cells = [cell("counter", government.counters[code], spread(0, 0, 0, n), officers=3) for code, n in counts.items()]
    publish(portal, *cells, cell("unit", government.units["UPT-1"], spread(0, 0, 0, 125)))
    left = rows(portal, "counter")
    assert [left[code, "layanan"].n for code in ("1A", "1B")] == [None, 50]


def test_of_a_hidden_unit_everything_is_hidden_but_from_its_own_client(portal: Portal) -> None:
    made = without_officers(portal)
    made.add_counter("2B", "UPT-2")
    publish(
        portal,
        cell("counter", made.counters["1A"], spread(0, 0, 0, 4), officers=None),
        cell("unit", made.units["UPT-1"], spread(0, 0, 0, 4), officers=None),
        cell("counter", made.counters["2"], spread(0, 0, 0, 20), officers=None),
        cell("counter", made.counters["2B"], spread(0, 0, 0, 30), officers=None),
        cell("unit", made.units["UPT-2"], spread(0, 0, 0, 50), officers=None),
        cell("counter", made.counters["D"], spread(0, 0, 0, 60), officers=None),
        cell("unit", made.units["DINAS"], spread(0, 0, 0, 114), officers=None),
    )
    own = system(f"{made.units['DINAS']}.{made.units['UPT-2']}")
    assert [rows(portal, "unit")[code, "layanan"].n for code in ("DINAS", "UPT-1", "UPT-2")] == [114, None, None]
    assert [rows(portal, "counter")[code, "layanan"].n for code in ("2", "2B", "D")] == [None, None, 60]
    assert rows(portal, "unit", own)["UPT-2", "layanan"].n == 50
    assert [rows(portal, "counter", own)[code, "layanan"].n for code in ("2", "2B")] == [20, 30]


def test_services_outside_the_registry_and_name_plates_are_not_listed(portal: Portal, government: Government) -> None:
    unit_id = government.units["UPT-1"]
    publish(
        portal,
        cell("service", f"{unit_id}:-", spread(0, 0, 0, 50)),
        cell("service", f"{unit_id}:lainnya", spread(0, 0, 0, 50)),
        cell("counter", government.counters["PLAT"], spread(0, 0, 0, 50), officers=1),
    )
    assert {code for code, _ in rows(portal, "service")} == {"IZIN", "KK", "KTP"}
    assert {code for code, _ in rows(portal, "counter")} == {"1A", "1B", "2", "D"}


def test_officers_do_not_leave_while_the_feed_is_off(portal: Portal, government: Government) -> None:
    publish(portal, cell("officer", government.officers["P1"], spread(0, 0, 10, 40), officers=1))
    with pytest.raises(FeedOff):
        pull(portal, "officer")
    with pytest.raises(FeedOff):
        get_scores(portal, EVERYTHING, subject="officer", subject_code="P1", period_code=NOW)
    turn_feed(portal, on=True)
    assert rows(portal, "officer")["P1", "petugas"].value == "95.00"
    turn_feed(portal, on=False, from_on=portal.today())
    with pytest.raises(FeedOff):
        pull(portal, "officer")


def test_what_was_given_in_the_shadow_period_never_leaves(portal: Portal, government: Government, clock: Clock) -> None:
    publish(portal, cell("officer", government.officers["P1"], spread(0, 0, 10, 40), officers=1))
    turn_feed(portal, on=True, from_on=date(2026, 7, 1))
    clock.set(datetime(2026, 7, 2, 3, tzinfo=UTC))
    with pytest.raises(FeedOff):
        pull(portal, "officer")
    assert {row.subject.id for row in pull(portal, "officer", period_code="2026-S2").items} == set(government.officers)


def test_an_officer_needs_thirty_answers(portal: Portal, government: Government) -> None:
    turn_feed(portal, on=True)
    publish(
        portal,
        cell("officer", government.officers["P1"], spread(0, 0, 0, 29), officers=1),
        cell("officer", government.officers["P2"], spread(0, 0, 1, 29), officers=1),
    )
    left = rows(portal, "officer")
    assert nothing(left["P1", "petugas"])
    assert (left["P2", "petugas"].n, left["P2", "petugas"].distribution) == (30, (0, 0, 1, 29))
    assert left["P2", "petugas"].mutu is None


@pytest.mark.parametrize(
    "nobody, below, given",
    [(2, 0, {"P1"}), (0, 0, {"P1", "P2"}), (10, 0, {"P1", "P2"}), (12, 10, {"P1"}), (5, 5, {"P1", "P2"})],
)
def test_an_officer_is_hidden_where_the_unit_less_its_officers_would_tell_of_a_few_surveys_about_nobody(
    portal: Portal, government: Government, nobody: int, below: int, given: set[str]
) -> None:
    turn_feed(portal, on=True)
    government.add_unit("BAWAH", "UPT-1")
    found: dict[CellKey, tuple[Tally, int | None]] = {}
    surveyed = {"P1": 33, "P2": 31}
    for element in ("KOMPETENSI", "PERILAKU"):
        of_unit = [("UPT-1", sum(surveyed.values()) + nobody), ("BAWAH", below)]
        cells = [("unit", government.units[code], n) for code, n in of_unit]
        cells += [("officer", government.officers[code], n) for code, n in surveyed.items()]
        for cut, subject, n in cells:
            found[CellKey(cut, str(subject), MARCH, f"{SURVEY}:{element}")] = spread(0, 0, n // 2, n - n // 2), ENOUGH
    for code, n in surveyed.items():
        whole = sum((Tally.of_ballot(7) for _ in range(n)), Tally())
        found[CellKey("officer", str(government.officers[code]), MARCH, f"{SURVEY}:SKM_OFFICER")] = whole, 1
    publish(portal, found)
    shown = {code for (code, measure), row in rows(portal, "officer").items() if measure == "skm_officer" and row.n}
    assert shown == given
    hidden = [row for (code, measure), row in rows(portal, "officer").items() if code in {"P1", "P2"} - given]
    assert all(nothing(row) for row in hidden)


def test_staff_who_are_not_civil_servants_are_not_listed(portal: Portal, government: Government) -> None:
    turn_feed(portal, on=True)
    with portal.begin() as session:
        session.add(
            Officer(
                officer_code="H1",
                unit_id=government.units["UPT-1"],
                name="Petugas Contoh Honorer",
                nip=None,
                civil_servant=False,
                ends_on=None,
            )
        )
        session.flush()
    assert {code for code, _ in rows(portal, "officer")} == {"P1", "P2", "P3", "P4", "P5"}
    with pytest.raises(NotFound):
        get_scores(portal, EVERYTHING, subject="officer", subject_code="H1", period_code=NOW)


def test_name_and_nip_of_an_officer_need_their_own_scope(portal: Portal, government: Government) -> None:
    turn_feed(portal, on=True)
    with portal.begin() as session:
        officer = session.get(Officer, government.officers["P1"])
        assert officer
        officer.nip = "199001012015031001"
        session.flush()
    hidden = rows(portal, "officer")["P1", "petugas"].subject
    named = rows(portal, "officer", system(scopes=SCOPES))["P1", "petugas"].subject
    assert (hidden.name, hidden.nip, hidden.unit_id) == (None, None, "UPT-1")
    assert (named.name, named.nip) == ("Petugas Contoh P1", "199001012015031001")


def walk(portal: Portal, subject: str, limit: int, caller: Caller = EVERYTHING) -> list[tuple[str, str]]:
    cursor: str | None = None
    found: list[tuple[str, str]] = []
    while True:
        page = pull(portal, subject, caller, limit=limit, cursor=cursor)
        assert len(page.items) <= limit
        found += [(row.subject.id, row.measure) for row in page.items]
        cursor = page.next_cursor
        if cursor is None:
            return found


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 500])
def test_pages_together_are_the_whole_list_in_the_order_of_bytes(
    portal: Portal, government: Government, limit: int
) -> None:
    for code in ("a-1", "B-1", "b.1", "Z_1"):
        government.add_unit(code)
    codes = ["B-1", "DINAS", "UPT-1", "UPT-2", "Z_1", "a-1", "b.1"]
    assert walk(portal, "unit", limit) == [(code, measure) for code in codes for measure in ("layanan", "skm")]


@pytest.mark.usefixtures("government")
def test_a_full_last_page_has_no_next_one(portal: Portal) -> None:
    assert pull(portal, "unit", limit=6).next_cursor is None
    assert pull(portal, "unit", limit=5).next_cursor is not None


@pytest.mark.usefixtures("government")
def test_a_cursor_holds_for_its_list_and_its_caller_only(portal: Portal) -> None:
    cursor = pull(portal, "unit", limit=1).next_cursor
    assert cursor
    assert pull(portal, "unit", limit=2, cursor=cursor).items
    for caller, asked in (
        (EVERYTHING, {"subject": "counter"}),
        (EVERYTHING, {"unit_code": "DINAS"}),
        (system(code="slk_00000002"), {}),
        (EVERYTHING, {"cursor": ("A" if cursor[0] != "A" else "B") + cursor[1:]}),
        (EVERYTHING, {"cursor": "nonsense"}),
    ):
        with pytest.raises(CursorInvalid):
            pull(portal, caller=caller, **{"subject": "unit", "cursor": cursor, **asked})


def test_a_client_of_a_unit_sees_that_unit_and_those_below(portal: Portal, government: Government) -> None:
    path = f"{government.units['DINAS']}.{government.units['UPT-1']}"
    caller = system(path)
    assert {code for code, _ in rows(portal, "unit", caller)} == {"UPT-1"}
    assert {code for code, _ in rows(portal, "counter", caller)} == {"1A", "1B"}
    assert {code for code, _ in rows(portal, "service", caller)} == {"KK", "KTP"}
    for code in ("UPT-2", "DINAS", "NOWHERE"):
        with pytest.raises(NotFound):
            pull(portal, "counter", caller, unit_code=code)
        with pytest.raises(NotFound):
            get_scores(portal, caller, subject="unit", subject_code=code, period_code=NOW)
    assert {code for code, _ in rows(portal, "counter", system(str(government.units["DINAS"])))} > {"1A", "2", "D"}


@pytest.mark.usefixtures("government")
def test_a_unit_can_be_asked_for_with_all_below_it(portal: Portal) -> None:
    found = pull(portal, "counter", unit_code="UPT-1").items
    assert [row.subject.id for row in found] == ["1A", "1B"]
    assert [
        row.measure for row in get_scores(portal, EVERYTHING, subject="unit", subject_code="UPT-1", period_code=NOW)
    ] == [
        "layanan",
        "skm",
    ]


def test_former_counters_stay_in_the_periods_in_which_they_were_rated(
    portal: Portal, government: Government, clock: Clock
) -> None:
    clock.set(datetime(2026, 8, 4, 3, tzinfo=UTC))
    for code in ("RATED", "UNRATED"):
        government.add_counter(code, "UPT-2", ends_on=date(2026, 6, 30))
    for month in (date(2026, 6, 1), date(2026, 7, 1)):
        publish(portal, cell("counter", government.counters["RATED"], spread(0, 0, 0, 20), month=month))
    first = {row.subject.id for row in pull(portal, "counter").items}
    second = {row.subject.id for row in pull(portal, "counter", period_code="2026-S2").items}
    assert {"RATED", "UNRATED"} <= first
    assert "RATED" in second
    assert "UNRATED" not in second


@pytest.mark.parametrize("subject", SUBJECTS)
def test_a_page_takes_as_many_statements_whatever_it_holds(
    portal: Portal, government: Government, subject: str
) -> None:
    turn_feed(portal, on=True)
    with statements(portal) as few:
        pull(portal, subject, limit=1)
    for number in range(20):
        unit = f"U{number}"
        government.add_unit(unit, "DINAS")
        government.add_counter(f"L{number}", unit)
        government.add_officer(f"Q{number}", unit)
        publish(portal, cell("counter", government.counters[f"L{number}"], spread(9, 9, 9, 9)))
        publish(portal, cell("unit", government.units[unit], spread(9, 9, 9, 9)))
    with statements(portal) as many:
        pull(portal, subject, limit=500)
    assert len(many) == len(few) <= 10


def test_what_a_page_reads_does_not_grow_with_the_number_of_ratings(portal: Portal) -> None:
    made = without_officers(portal)
    read: list[Sequence[str]] = []
    for _ in range(2):
        made.taps("1A", *(4,) * 15)
        services.run(portal, release, weekly=True)
        with statements(portal) as seen:
            pull(portal, "counter")
        read.append(seen)
    assert read[0] == read[1]
    assert not [
        text for text in read[0] if any(name in text for name in ("responses", "ballots", "tallies", "pending"))
    ]


def test_periods_are_the_base_periods_since_the_first_release(
    portal: Portal, government: Government, clock: Clock
) -> None:
    assert [period.id for period in list_periods(portal)] == [NOW]
    publish(portal, cell("unit", government.units["UPT-1"], spread(0, 0, 0, 9), month=date(2025, 2, 1)))
    periods = list_periods(portal)
    assert [(period.id, period.status) for period in periods] == [
        ("2025-S1", "open"),
        ("2025-S2", "open"),
        (NOW, "open"),
    ]
    assert [period.data_cutoff for period in periods] == [clock.now(), None, None]
    assert get_period(portal, "2025-S1") == periods[0]


@pytest.mark.parametrize("code", ["2024-S2", "2026-S2", "2026-03", "2026-Q1", "2026", "2026-S3", "nonsense"])
def test_what_is_not_a_base_period_that_has_begun_is_not_found(
    portal: Portal, government: Government, code: str
) -> None:
    publish(portal, cell("unit", government.units["UPT-1"], spread(0, 0, 0, 9), month=date(2025, 2, 1)))
    with pytest.raises(NotFound):
        get_period(portal, code)
    with pytest.raises(NotFound):
        pull(portal, "unit", period_code=code)


def test_periods_follow_a_change_of_their_kind(portal: Portal, government: Government, clock: Clock) -> None:
    publish(portal, cell("unit", government.units["UPT-1"], spread(0, 0, 0, 9), month=date(2025, 12, 1)))
    with portal.begin() as session:
        policies.put_choices(session, date(2026, 1, 1), {"base_period": "quarter"})
    clock.set(datetime(2026, 4, 2, 3, tzinfo=UTC))
    assert [period.id for period in list_periods(portal)] == ["2025-S2", "2026-Q1", "2026-Q2"]
    for code in ("2025-Q4", "2026-S1"):
        with pytest.raises(NotFound):
            get_period(portal, code)


def test_dashboard_and_feed_take_the_same_thresholds_but_for_few_officers() -> None:
    assert (STAFF.unit, STAFF.counter, STAFF.service) == (FEED.unit, FEED.counter, FEED.service)
