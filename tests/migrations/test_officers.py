"""Upgrading counts the nine-element ballots that were given before for the officers who served."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import delete, func, select

from portal import services
from portal.domain.rating import difference
from portal.services import Portal
from portal.services.collect.rate import rate
from portal.services.collect.receipt import name_officer
from portal.services.publish.release import release
from portal.services.rebuild import check_tallies
from portal.settings import Settings
from portal.storage import ledger, migrate, responses, tallies
from portal.storage.database import make_engine
from portal.storage.ledger import OfficerPart
from portal.storage.tables import Pending, TallyRow
from tests.clock import Clock
from tests.closed import help_at, offices
from tests.government import ELEMENTS, SURVEY, Government, small
from tests.truth import assert_sums_hold, pending

WHOLE = f"{SURVEY}:SKM_OFFICER"


def answer(portal: Portal, government: Government, counter: str, **answers: int) -> None:
    services.run(portal, rate, government.submission(counter, answers, instrument=SURVEY))


@pytest.fixture
def government(portal: Portal) -> Government:
    """Ballots of every kind: whole and in part, changed, about an officer, about nobody, about one named later."""
    made = small(portal)
    full = dict.fromkeys(ELEMENTS, 3)
    for value in (1, 2, 4):
        answer(portal, made, "1A", **{**full, "PERILAKU": value})
    answer(portal, made, "1A", KOMPETENSI=4)
    answer(portal, made, "1A", KOMPETENSI=4, PERILAKU=2)
    answer(portal, made, "1A", WAKTU=2)
    answer(portal, made, "D", **full)
    form = made.submission("2", full, instrument=SURVEY)
    services.run(portal, rate, form)
    services.run(portal, rate, replace(form, answers={**full, "KOMPETENSI": 1, "PERILAKU": 1}))
    ticket = services.run(portal, rate, made.submission("1B", full, instrument=SURVEY))
    name_officer(portal, ticket.receipt, ticket.edit_token, str(made.officers["P3"]))
    held = services.run(portal, rate, made.submission("1A", full, instrument=SURVEY))
    _hold(portal, made.response_id(held))
    return made


def _hold(portal: Portal, response_id: bytes) -> None:
    """Hold a response as a rule will."""

    with portal.begin() as session:
        record = responses.get_record(session, response_id, lock=True)
        responses.append_verdict(session, response_id, 1, "held:Q1")
        standing = replace(record.standing, state="held:Q1")
        change = difference(record.place, record.standing, standing, portal.instruments)
        tallies.add(session, change.tallies)
        ledger.put_pending(session, response_id, change.pending, new=False)


@pytest.mark.usefixtures("government")
def test_upgrading_with_ballots_gives_what_counting_them_now_gives(portal: Portal, settings: Settings) -> None:
    assert_sums_hold(portal)
    wanted = pending(portal)
    assert any(key.measure == WHOLE for key in wanted)
    portal.close()
    engine = make_engine(settings.database_url, connections=1)
    with engine.connect() as connection:
        migrate.downgrade(connection, "0003")
        connection.commit()
    with engine.connect() as connection:
        assert connection.execute(select(func.count()).where(TallyRow.measure == WHOLE)).scalar_one() == 0
        officers = select(func.count()).where(Pending.cut == "officer", Pending.measure.startswith(SURVEY))
        assert connection.execute(officers).scalar_one() == 0
        migrate.upgrade(connection, "head")
        connection.commit()
    engine.dispose()
    assert check_tallies(portal).differing == 0
    assert pending(portal) == wanted
    assert_sums_hold(portal)


def test_upgrading_a_government_without_ballots_counts_nothing(portal: Portal, settings: Settings) -> None:
    with portal.begin() as session:
        session.execute(delete(Pending))
    portal.close()
    engine = make_engine(settings.database_url, connections=1)
    with engine.connect() as connection:
        migrate.downgrade(connection, "0003")
        migrate.upgrade(connection, "head")
        connection.commit()
        assert connection.execute(select(func.count()).select_from(TallyRow)).scalar_one() == 0
    engine.dispose()


def _parts(portal: Portal) -> list[OfficerPart]:
    march = date(2026, 3, 1)
    with portal.read() as session:
        return sorted(ledger.list_parts(session, "petugas@1:PETUGAS", march, march))


def test_upgrading_says_by_service_and_day_what_officers_cells_hold(
    portal: Portal, settings: Settings, clock: Clock
) -> None:
    made = offices(portal)
    for _ in range(2):
        help_at(made, "A", 4, 4, 3, 4, 2, 4, 3)
        help_at(made, "B", 3, 4, 3, 3, 4, 2, 3)
        clock.advance(timedelta(days=1))
    services.run(portal, release, weekly=True)
    wanted = _parts(portal)
    assert sum(part.tally.n for part in wanted) == 28
    help_at(made, "B", 1, 1)  # part of which wait: what of B was published is not known for certain
    portal.close()
    engine = make_engine(settings.database_url, connections=1)
    with engine.connect() as connection:
        migrate.downgrade(connection, "0003")
        connection.commit()
    with engine.connect() as connection:
        migrate.upgrade(connection, "head")
        connection.commit()
    engine.dispose()
    assert _parts(portal) == [part for part in wanted if part.officer == str(made.officers["P1"])]
    help_at(made, "B", 4, 4, 4)
    services.run(portal, release, weekly=True)
    assert sum(part.tally.n for part in _parts(portal)) == 33
