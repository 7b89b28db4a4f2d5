"""Releases over closings: what is carried, corrected and published once; random histories, and closing under load."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import insert, select, update

from portal import services
from portal.domain.period import Period
from portal.domain.rating import CellKey
from portal.domain.tally import Tally
from portal.services import Portal
from portal.services.collect.revision import revise
from portal.services.publish.release import release
from portal.storage import ledger, responses
from portal.storage.ledger import Composition, FrozenCell
from portal.storage.responses import About
from portal.storage.tables import Carried, Choice, ReleaseCell
from tests.clock import Clock
from tests.government import HELP, QUICK, Government, small, without_officers
from tests.published import statements
from tests.storage.closings import close, corrected, late
from tests.storage.histories import judge
from tests.truth import assert_sums_hold, pending, released

MARCH, APRIL, MAY = (Period.parse(f"2026-0{month}") for month in (3, 4, 5))
LAYANAN = f"{QUICK}:LAYANAN"
PETUGAS = f"{HELP}:PETUGAS"
IN_APRIL, IN_MAY = (datetime(2026, month, 2, 3, tzinfo=UTC) for month in (4, 5))


def counts(portal: Portal, cut: str, subject: int | str, measure: str = LAYANAN) -> dict[int, int]:
    """Return by month how many answers a cell shows."""
    return {
        key.month.month: cell.tally.n
        for key, cell in released(portal).items()
        if (key.cut, key.subject, key.measure) == (cut, str(subject), measure)
    }


def waiting(portal: Portal, cut: str, subject: int | str, measure: str = LAYANAN) -> dict[int, int]:
    """Return by month how many answers a cell has pending."""
    return {
        key.month.month: len(rows)
        for key, rows in pending(portal).items()
        if (key.cut, key.subject, key.measure) == (cut, str(subject), measure)
    }


def carried_by(portal: Portal, cut: str, subject: int | str, month: date) -> int:
    """Return how many answers a cell says it held back at its closing."""
    with portal.read() as session:
        key = (ReleaseCell.cut == cut, ReleaseCell.subject == str(subject), ReleaseCell.month == month)
        return session.execute(select(ReleaseCell.carried).where(*key)).scalar_one()


def reattribute(
    portal: Portal, response_id: bytes, *, service_id: int | None = None, officer_id: int | None = None
) -> None:
    with portal.begin() as session:
        record = responses.get_record(session, response_id, lock=True)
        revise(portal, session, record, about=About(service_id, "choice", officer_id, "choice"))


# ---------------------------------------------------------------- what is carried


def test_what_waits_at_the_closing_counts_in_the_next_month(portal: Portal, clock: Clock) -> None:
    government = without_officers(portal)
    counter = government.counters["D"]
    government.taps("D", *[4] * 5)
    release(portal)
    government.taps("D", 1, 1)
    clock.set(IN_APRIL)
    close(portal, MARCH)
    assert counts(portal, "counter", counter) == {3: 5}
    assert waiting(portal, "counter", counter) == {4: 2}
    assert carried_by(portal, "counter", counter, MARCH.starts_on) == 2
    government.taps("D", 3, 3, 3)
    release(portal)
    assert counts(portal, "counter", counter) == {3: 5, 4: 5}
    assert pending(portal) == {}
    assert_sums_hold(portal)


def test_what_still_waits_at_the_next_closing_is_carried_on(portal: Portal, clock: Clock) -> None:
    government = without_officers(portal)
    government.taps("D", 1, 1)
    clock.set(IN_APRIL)
    close(portal, MARCH)
    government.tap("D")
    clock.set(IN_MAY)
    close(portal, APRIL)
    assert waiting(portal, "counter", government.counters["D"]) == {5: 3}
    government.taps("D", 4, 4)
    release(portal)
    assert counts(portal, "counter", government.counters["D"]) == {5: 5}
    assert_sums_hold(portal)


def test_what_is_changed_excluded_and_counted_again_stays_in_the_month_it_was_carried_to(
    portal: Portal, clock: Clock
) -> None:
    government = without_officers(portal)
    ids = [government.response_id(ticket) for ticket in government.taps("D", 1, 1, 1)]
    clock.set(IN_APRIL)
    close(portal, MARCH)
    counter = government.counters["D"]
    judge(portal, ids[0], "held:Q3")
    assert waiting(portal, "counter", counter) == {4: 2}
    judge(portal, ids[0], "counted")
    judge(portal, ids[1], "excluded:Q9")
    with portal.begin() as session:
        record = responses.get_record(session, ids[2], lock=True)
        revise(portal, session, record, answers={QUICK: {"LAYANAN": 4}})
    government.taps("D", 3, 3, 3)
    release(portal)
    key = CellKey("counter", str(counter), APRIL.starts_on, LAYANAN)
    assert released(portal)[key].tally.distribution == (1, 0, 3, 1)
    assert_sums_hold(portal)


def test_an_answer_that_moves_to_another_service_keeps_the_month_it_was_carried_to(
    portal: Portal, clock: Clock
) -> None:
    government = small(portal)
    ids = [government.response_id(ticket) for ticket in government.taps("1A", 4, 4, 4)]
    clock.set(IN_APRIL)
    close(portal, MARCH)
    kept = government.services["KTP"]
    reattribute(portal, ids[0], service_id=kept)
    assert waiting(portal, "service", kept) == {4: 1}
    clock.set(IN_MAY)
    close(portal, APRIL)
    reattribute(portal, ids[0], service_id=government.services["KK"])
    assert waiting(portal, "service", kept) == {}
    assert waiting(portal, "service", government.services["KK"]) == {5: 1}
    with portal.read() as session:
        rows = session.execute(select(Carried.month).where(Carried.response_id == ids[0])).scalars()
        assert set(rows) == {MAY.starts_on}
    assert_sums_hold(portal)


# ---------------------------------------------------------------- corrections


def test_a_published_answer_that_changes_after_the_closing_moves_in_a_correction_only(
    portal: Portal, clock: Clock
) -> None:
    government = without_officers(portal)
    ids = [government.response_id(ticket) for ticket in government.taps("D", *[4] * 10)]
    clock.set(IN_APRIL)
    close(portal, MARCH)
    for response_id in ids[:5]:
        judge(portal, response_id, "excluded:Q9")
        services.run(portal, release)
    assert counts(portal, "unit", government.units["DINAS"]) == {3: 10}
    services.run(portal, corrected, MARCH)
    assert counts(portal, "unit", government.units["DINAS"]) == {3: 5}
    assert pending(portal) == {}


def test_four_changed_answers_wait_in_a_correction_too_and_are_not_carried(portal: Portal, clock: Clock) -> None:
    government = without_officers(portal)
    ids = [government.response_id(ticket) for ticket in government.taps("D", *[4] * 10)]
    clock.set(IN_APRIL)
    close(portal, MARCH)
    for response_id in ids[:4]:
        judge(portal, response_id, "excluded:Q9")
    services.run(portal, corrected, MARCH)
    clock.set(IN_MAY)
    close(portal, APRIL)
    assert counts(portal, "unit", government.units["DINAS"]) == {3: 10}
    assert waiting(portal, "unit", government.units["DINAS"]) == {3: 4}


def test_what_is_counted_again_after_the_closing_is_carried_by_the_next_unless_a_correction_took_it(
    portal: Portal, clock: Clock
) -> None:
    government = without_officers(portal)
    ids = [government.response_id(ticket) for ticket in government.taps("D", *[4] * 7)]
    for response_id in ids:
        judge(portal, response_id, "held:Q3")
    clock.set(IN_APRIL)
    close(portal, MARCH)
    for response_id in ids[:5]:
        judge(portal, response_id, "counted")
    services.run(portal, corrected, MARCH)
    for response_id in ids[5:]:
        judge(portal, response_id, "counted")
    unit = government.units["DINAS"]
    assert (counts(portal, "unit", unit), waiting(portal, "unit", unit)) == ({3: 5}, {3: 2})
    clock.set(IN_MAY)
    close(portal, APRIL)
    assert (counts(portal, "unit", unit), waiting(portal, "unit", unit)) == ({3: 5}, {5: 2})


def test_an_answer_that_its_old_service_still_shows_is_not_carried_under_the_new_one(
    portal: Portal, clock: Clock
) -> None:
    government = small(portal)
    ids = [government.response_id(ticket) for ticket in government.taps("1B", *[4] * 8)]
    release(portal, weekly=True)
    reattribute(portal, ids[0], service_id=government.services["KTP"])
    clock.set(IN_APRIL)
    close(portal, MARCH)
    assert waiting(portal, "service", government.services["KTP"]) == {3: 1}
    for response_id in ids[1:6]:
        reattribute(portal, response_id, service_id=government.services["KTP"])
    services.run(portal, corrected, MARCH)
    assert counts(portal, "service", government.services["KTP"]) == {3: 6}
    assert counts(portal, "service", f"{government.units['UPT-1']}:-") == {3: 2}


# ---------------------------------------------------------------- what a cell is made of


def test_a_cell_tells_how_its_answers_came_and_what_does_not_count(portal: Portal, clock: Clock) -> None:
    government = without_officers(portal)
    government.taps("D", 1, 1)
    clock.set(IN_APRIL)
    close(portal, MARCH)
    tickets = government.taps("D", *[4] * 5)
    late(government, "D", date(2026, 3, 20))
    for ticket, state in zip(tickets, ("held:Q3", "excluded:Q9"), strict=False):
        judge(portal, government.response_id(ticket), state)
    release(portal)
    unit = str(government.units["DINAS"])
    with portal.read() as session:
        found = ledger.list_compositions(session, {"unit": [unit]}, APRIL.starts_on, APRIL.starts_on)
    key = CellKey("unit", unit, APRIL.starts_on, LAYANAN)
    assert found == [Composition(key, 3, {"loket:open": 6}, {"held:Q3": 1, "excluded:Q9": 1}, 0)]


def helped(government: Government, officer: str, service: str, values: list[int]) -> None:
    for value in values:
        response_id = government.response_id(government.tap("1B"))
        with government.portal.begin() as session:
            record = responses.get_record(session, response_id, lock=True)
            about = About(government.services[service], "choice", government.officers[officer], "choice")
            revise(government.portal, session, record, answers={HELP: {"PETUGAS": value}}, about=about)


def test_the_parts_of_an_officer_are_the_answers_by_service_and_day_carried_ones_under_their_own(
    portal: Portal, clock: Clock
) -> None:
    government = small(portal)
    helped(government, "P2", "KTP", [1, 2])
    clock.set(IN_APRIL)
    close(portal, MARCH)
    helped(government, "P2", "KTP", [4, 4])
    helped(government, "P2", "KK", [3])
    release(portal, weekly=True)
    with portal.read() as session:
        rows = list(ledger.list_parts(session, PETUGAS, APRIL.starts_on, APRIL.starts_on))
        assert not list(ledger.list_parts(session, PETUGAS, MARCH.starts_on, MARCH.starts_on))
    officer, ktp, kk = (
        str(government.officers["P2"]),
        str(government.services["KTP"]),
        str(government.services["KK"]),
    )
    assert {(row.officer, row.service, row.day): row.tally for row in rows} == {
        (officer, ktp, date(2026, 3, 3)): Tally(1, 1, 0, 0, 2, 3, 5),
        (officer, ktp, date(2026, 4, 2)): Tally(0, 0, 0, 2, 2, 8, 32),
        (officer, kk, date(2026, 4, 2)): Tally(0, 0, 1, 0, 1, 3, 9),
    }


def test_pages_read_no_composition_and_no_parts(portal: Portal) -> None:
    with statements(portal) as seen, portal.read() as session:
        ledger.list_cells(session, {"unit": ["1"]}, MARCH.starts_on, MARCH.starts_on)
        history = ledger.History("1", [LAYANAN])
        ledger.list_history(
            session, {"unit": ["1"]}, MARCH.starts_on, MARCH.starts_on, since=MARCH.starts_on, history=history
        )
    assert len(seen) == 2
    assert not any(column in statement for statement in seen for column in ("composition", "parts", "carried"))


# ---------------------------------------------------------------- once a month is over


def parts_of(portal: Portal, unit_id: int, cut: str = "day_part") -> dict[str, int]:
    with portal.read() as session:
        found = ledger.list_frozen(session, unit_id, cut, MARCH.starts_on, APRIL.starts_on)
    assert all(isinstance(row, FrozenCell) for row in found)
    return {f"{row.month.month}:{row.part}": row.tally.n for row in found}


def test_the_parts_of_the_day_are_published_in_the_first_weekly_release_after_the_month_and_never_again(
    portal: Portal, clock: Clock
) -> None:
    government = without_officers(portal)
    government.taps("1A", *[4] * 6)
    clock.advance(timedelta(hours=4))
    government.taps("1A", *[3] * 7)
    release(portal, weekly=True)
    unit, above = government.units["UPT-1"], government.units["DINAS"]
    assert parts_of(portal, unit) == {}
    clock.set(IN_APRIL)
    release(portal, weekly=False)
    assert parts_of(portal, unit) == {}
    release(portal, weekly=True)
    assert parts_of(portal, unit) == parts_of(portal, above) == {"3:pagi": 6, "3:siang": 7}
    for _ in range(6):
        late(government, "1A", date(2026, 3, 30))
    for ticket in government.taps("1A", 1, 1):
        judge(portal, government.response_id(ticket), "held:Q3")
    release(portal, weekly=True)
    assert counts(portal, "unit", unit)[3] == 19
    assert parts_of(portal, unit) == {"3:pagi": 6, "3:siang": 7}


def test_parts_of_the_day_hold_what_the_unit_has_published_and_not_what_waits(portal: Portal, clock: Clock) -> None:
    government = without_officers(portal)
    government.taps("D", *[4] * 6)
    release(portal, weekly=True)
    government.taps("D", 1, 1)
    clock.set(IN_APRIL)
    close(portal, MARCH)
    assert parts_of(portal, government.units["DINAS"]) == {"3:pagi": 6}
    government.taps("D", *[1] * 5)
    clock.set(IN_MAY)
    release(portal, weekly=True)
    assert parts_of(portal, government.units["DINAS"]) == {"3:pagi": 6, "4:pagi": 7}


def test_a_part_of_the_day_is_left_out_where_subtraction_would_show_fewer_than_five(
    portal: Portal, clock: Clock
) -> None:
    government = without_officers(portal)
    government.taps("1A", *[4] * 6)
    government.taps("2", *[4] * 9)
    government.taps("D", 4, 4)
    clock.advance(timedelta(hours=4))
    government.taps("1A", *[3] * 7)
    government.taps("2", 3, 3, 3)
    clock.set(IN_APRIL)
    release(portal, weekly=True)
    # The root has 17 in the morning: without its own two, UPT-1 is held. UPT-2 has three after noon: all is held.
    assert parts_of(portal, government.units["DINAS"]) == {"3:pagi": 17, "3:siang": 10}
    assert parts_of(portal, government.units["UPT-1"]) == {"3:pagi": 6}
    assert parts_of(portal, government.units["UPT-2"]) == {}


def test_options_are_published_by_unit_with_the_units_below_once_five_chose_them(portal: Portal, clock: Clock) -> None:
    government = without_officers(portal)
    place = {"month": MARCH.starts_on, "service": "-", "instrument": "topik@1", "item": "TOPIK"}
    chosen = [("UPT-1", "1A", "RAMAH", 6), ("UPT-1", "1B", "CEPAT", 4), ("UPT-2", "2", "CEPAT", 8)]
    with portal.begin() as session:
        for unit, counter, option, n in chosen:
            where = {"unit_id": government.units[unit], "counter_id": government.counters[counter]}
            session.execute(insert(Choice).values(**place, **where, option=option, n=n))
    government.taps("D", *[4] * 5)
    clock.set(IN_APRIL)
    release(portal, weekly=True)
    with portal.begin() as session:
        session.execute(update(Choice).values(n=50))
    release(portal, weekly=True)
    assert parts_of(portal, government.units["DINAS"], "choice") == {
        "3:topik@1:TOPIK:CEPAT": 12,
        "3:topik@1:TOPIK:RAMAH": 6,
    }
    assert parts_of(portal, government.units["UPT-1"], "choice") == {"3:topik@1:TOPIK:RAMAH": 6}
    assert parts_of(portal, government.units["UPT-2"], "choice") == {}
