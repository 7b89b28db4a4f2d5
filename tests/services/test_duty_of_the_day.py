"""Who is on duty today, as the head of the unit says: it decides whom the next rating is about."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time, timedelta
from typing import Any

import pytest

from portal.domain.errors import Invalid, NotFound
from portal.domain.posting import Choice, Where
from portal.domain.workbook.sheet import DUTY
from portal.services import Portal, run
from portal.services.enrol.duty import DutyPage, open_duty, put_duty
from portal.services.enrol.workbook import import_rows
from portal.storage import audit, registry
from tests.clock import Clock
from tests.government import Government, small, without_officers

TODAY = date(2026, 3, 3)
TOMORROW = TODAY + timedelta(days=1)
ABSENT, PATTERN = Choice(Where.ABSENT), Choice(Where.PATTERN)
OWN = "P1.2026-03-03"


@pytest.fixture
def made(portal: Portal) -> Government:
    return small(portal)


def at(counter: str) -> Choice:
    return Choice(Where.COUNTER, counter)


def put(portal: Portal, day: date = TODAY, /, **choices: Choice) -> None:
    run(portal, put_duty, (), "UPT-1", day, choices, actor="kepala")


def page(portal: Portal, day: date | None = None, unit: str = "UPT-1", scope: Sequence[int] = ()) -> DutyPage:
    return run(portal, open_duty, scope, unit, day)


def standing(found: DutyPage) -> dict[str, list[str]]:
    return {line.code: [name.removeprefix("Petugas Contoh ") for name, _ in line.servers] for line in found.counters}


def rows(portal: Portal, officer: str = "P1") -> dict[str, tuple[Any, ...]]:
    """The dated rows of an officer: counter, hours, last day."""
    with portal.read() as session:
        stored = registry.get_registry(session)[DUTY]
    return {
        code: (row["counter"], row["starts"], row["ends"], row["ends_on"])
        for code, row in stored.items()
        if row["officer"] == officer and row["on_date"] is not None
    }


def acts(portal: Portal) -> Sequence[audit.Entry]:
    with portal.read() as session:
        return audit.list_entries(session)


def about(made: Government, counter: str) -> str:
    """The officer whom a rating given now is about."""
    officer = made.record(made.tap(counter)).standing.officer
    return next((code for code, number in made.officers.items() if str(number) == officer), officer)


def test_the_next_rating_is_about_whoever_was_put_there(portal: Portal, made: Government) -> None:
    assert about(made, "1A") == "P1"
    put(portal, P1=ABSENT, P2=at("1A"))
    assert about(made, "1A") == "P2"
    put(portal, P1=PATTERN, P2=PATTERN)
    assert about(made, "1A") == "P1"


def test_tomorrow_is_arranged_today_and_holds_tomorrow(portal: Portal, made: Government, clock: Clock) -> None:
    put(portal, TOMORROW, P1=ABSENT, P2=at("1A"))
    assert about(made, "1A") == "P1"
    clock.advance(timedelta(days=1))
    assert about(made, "1A") == "P2"
    clock.advance(timedelta(days=1))
    assert about(made, "1A") == "P1"


@pytest.mark.usefixtures("made")
def test_the_page_shows_who_stands_where(portal: Portal) -> None:
    assert standing(page(portal)) == {"1A": ["P1"], "1B": ["P2", "P3", "P4"]}
    put(portal, P1=at("1B"), P2=ABSENT)
    found = page(portal)
    assert standing(found) == {"1A": [], "1B": ["P1", "P3", "P4"]}
    assert {line.code: line.choice for line in found.officers} == {
        "P1": at("1B"),
        "P2": ABSENT,
        "P3": PATTERN,
        "P4": PATTERN,
    }
    assert standing(page(portal, TOMORROW)) == {"1A": ["P1"], "1B": ["P2", "P3", "P4"]}


@pytest.mark.usefixtures("made")
def test_rows_are_withdrawn_and_used_again_never_deleted(portal: Portal) -> None:
    put(portal, P1=at("1B"))
    assert rows(portal) == {OWN: ("1B", time(8), time(16), None)}
    put(portal, P1=PATTERN)
    assert rows(portal) == {OWN: ("1B", time(8), time(16), TODAY - timedelta(days=1))}
    put(portal, P1=ABSENT)
    assert rows(portal) == {OWN: (None, time(0), time(23, 59), None)}


def test_each_stretch_of_the_pattern_gets_a_row(portal: Portal, made: Government) -> None:
    made.add_officer("P9", "UPT-1")
    made.add_duty("P9", "1A", weekday=TODAY.weekday(), starts=time(8), ends=time(10))
    made.add_duty("P9", "1B", weekday=TODAY.weekday(), starts=time(13), ends=time(15))
    put(portal, P9=at("1B"))
    assert rows(portal, "P9") == {
        "P9.2026-03-03": ("1B", time(8), time(10), None),
        "P9.2026-03-03.2": ("1B", time(13), time(15), None),
    }
    put(portal, P9=ABSENT)
    yesterday = TODAY - timedelta(days=1)
    assert {code: row[3] for code, row in rows(portal, "P9").items()} == {
        "P9.2026-03-03": None,
        "P9.2026-03-03.2": yesterday,
    }


def test_an_officer_without_a_pattern_stands_while_the_unit_is_open(portal: Portal, made: Government) -> None:
    made.add_officer("P9", "UPT-1")
    put(portal, P9=at("1A"))
    assert rows(portal, "P9")["P9.2026-03-03"][1:3] == (time(0), time(23, 59))
    put(portal, P9=PATTERN)
    made.add_hours("UPT-1", opens=time(7, 30), closes=time(14))
    put(portal, P9=at("1A"))
    assert rows(portal, "P9")["P9.2026-03-03"][1:3] == (time(7, 30), time(14))


def test_who_is_put_somewhere_after_their_own_hours_stands_there_at_once(
    portal: Portal, made: Government, clock: Clock
) -> None:
    made.add_officer("P9", "UPT-1")
    made.add_duty("P9", "1B", weekday=TODAY.weekday(), starts=time(6), ends=time(8))
    made.add_hours("UPT-1")
    clock.advance(timedelta(hours=1))
    put(portal, P1=ABSENT, P9=at("1A"))
    assert about(made, "1A") == "P9"


def test_a_code_that_another_row_has_is_left_to_it(portal: Portal, made: Government) -> None:
    row = {"kode": OWN, "petugas": "P2", "loket": "", "tanggal": "2026-03-03"}
    assert run(portal, import_rows, {DUTY: [row]}, dry_run=False, actor="cli").applied
    put(portal, P1=at("1B"))
    assert rows(portal) == {f"{OWN}.2": ("1B", time(8), time(16), None)}
    assert made.officers


@pytest.mark.usefixtures("made")
def test_what_the_workbook_says_of_the_day_is_changed_in_its_own_row(portal: Portal) -> None:
    row = {"kode": "J-9", "petugas": "P1", "loket": "1B", "tanggal": "2026-03-03", "mulai": "09:00", "selesai": "10:00"}
    run(portal, import_rows, {DUTY: [row]}, dry_run=False, actor="cli")
    put(portal, P1=at("1A"))
    assert rows(portal) == {"J-9": ("1A", time(8), time(16), None)}


def test_a_mixed_day_of_the_workbook_stays_unless_something_else_is_chosen(portal: Portal, made: Government) -> None:
    made.add_duty("P1", "1A", on_date=TODAY, starts=time(8), ends=time(10))
    made.add_duty("P1", "1B", on_date=TODAY, starts=time(10), ends=time(12))
    [officer] = [line for line in page(portal).officers if line.code == "P1"]
    assert officer.choice == Choice(Where.MIXED)
    put(portal, P1=Choice(Where.MIXED))
    assert not acts(portal)
    put(portal, P1=PATTERN)
    assert about(made, "1A") == "P1"


@pytest.mark.usefixtures("made")
def test_only_what_changes_is_written_and_the_log_names_codes(portal: Portal) -> None:
    put(portal, P1=PATTERN, P2=ABSENT, P3=PATTERN)
    put(portal, P2=ABSENT)
    [entry] = acts(portal)
    assert entry.act == "duty-changed"
    assert entry.detail == {"unit": "UPT-1", "on_date": "2026-03-03", "officers": {"P2": "absent"}}


@pytest.mark.parametrize("day", [TODAY - timedelta(days=1), TODAY + timedelta(days=2)])
@pytest.mark.usefixtures("made")
def test_other_days_are_left_to_the_workbook(portal: Portal, day: date) -> None:
    with pytest.raises(Invalid):
        put(portal, day, P1=ABSENT)
    with pytest.raises(Invalid):
        page(portal, day)


def test_only_ones_own_officers_and_counters_are_arranged(portal: Portal, made: Government) -> None:
    for choices in ({"P5": ABSENT}, {"P1": at("2")}, {"P1": at("D")}, {"P1": at("PLAT")}):
        with pytest.raises(NotFound):
            put(portal, **choices)
    with pytest.raises(NotFound):
        page(portal, scope=(made.units["DINAS"], made.units["UPT-2"]))
    assert not acts(portal)


def test_an_officer_of_another_unit_is_seen_where_they_stand(portal: Portal, made: Government) -> None:
    made.add_duty("P5", "1A", on_date=TODAY)
    found = page(portal)
    assert standing(found)["1A"] == ["P1", "P5"]
    assert "P5" not in {line.code for line in found.officers}
    assert standing(page(portal, unit="UPT-2")) == {"2": []}


def test_who_has_left_is_on_no_roster(portal: Portal, made: Government) -> None:
    made.add_officer("P9", "UPT-1", ends_on=TODAY - timedelta(days=1))
    made.add_workdays("P9", "1A")
    assert standing(page(portal))["1A"] == ["P1"]


def test_without_officers_there_is_nothing_to_arrange(portal: Portal) -> None:
    without_officers(portal)
    found = page(portal)
    assert not found.officers
    assert standing(found) == {"1A": [], "1B": []}


def test_a_day_without_opening_hours_is_a_day_closed(portal: Portal, made: Government) -> None:
    assert not page(portal).is_closed
    made.add_hours("UPT-2")
    assert not page(portal).is_closed
    made.add_hours("UPT-1", only=TOMORROW.weekday())
    assert page(portal).is_closed
    assert not page(portal, TOMORROW).is_closed
    assert made.record(made.tap("1A")).standing.officer == "-"


def test_a_holiday_is_named(portal: Portal, made: Government) -> None:
    made.add_holiday(TODAY)
    assert page(portal).holiday == "Libur Contoh"
    assert page(portal, TOMORROW).holiday is None
