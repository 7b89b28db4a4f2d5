"""Rebuilding the tallies from raw: it finds every difference, mends it, and honours the highest verdict."""

from __future__ import annotations

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import delete, insert, select, update

from portal.cli.storage import commands
from portal.domain.rating import COUNTED, TallyKey
from portal.domain.tally import Tally
from portal.services import Portal
from portal.services.rebuild import ACT, Rebuilt, check_tallies, rebuild_tallies
from portal.storage import audit, responses, tallies
from portal.storage.tables import TallyRow
from tests.government import Government, small
from tests.storage.histories import judge
from tests.truth import assert_sums_hold


@pytest.fixture
def government(portal: Portal) -> Government:
    """The small government with four ratings in four rows."""
    made = small(portal)
    for counter in ("D", "1A", "1B", "2"):
        made.tap(counter)
    return made


def damage(portal: Portal) -> None:
    """Lose one row, change another and make up a third."""
    with portal.begin() as session:
        rows = session.execute(select(TallyRow).order_by(TallyRow.counter_id)).scalars().all()
        session.execute(delete(TallyRow).where(TallyRow.counter_id == rows[0].counter_id))
        session.execute(update(TallyRow).where(TallyRow.counter_id == rows[1].counter_id).values(n4=9, n=9))
        columns = {column.name: getattr(rows[2], column.name) for column in TallyRow.__table__.columns}
        session.execute(insert(TallyRow).values({**columns, "day_part": "sore"}))


def kept(portal: Portal) -> dict[TallyKey, Tally]:
    with portal.read() as session:
        return tallies.list_all(session)


def invoke(portal: Portal, *arguments: str) -> Result:
    by_name = {command.name: command for command in commands(lambda: portal)}
    return CliRunner().invoke(by_name["rebuild-tallies"], list(arguments))


def test_untouched_tallies_do_not_differ(portal: Portal, government: Government) -> None:
    assert government.counters
    assert check_tallies(portal) == Rebuilt(rows=4, differing=0)


def test_lost_changed_and_made_up_rows_are_found_and_mended(portal: Portal, government: Government) -> None:
    before = kept(portal)
    damage(portal)
    assert check_tallies(portal) == Rebuilt(rows=4, differing=3)
    assert rebuild_tallies(portal, actor="cli:test") == Rebuilt(rows=4, differing=3)
    assert kept(portal) == before
    government.tap("1A", 1)
    assert_sums_hold(portal)


def test_a_rebuild_is_an_act_of_staff(portal: Portal, government: Government) -> None:
    assert government.counters
    damage(portal)
    rebuild_tallies(portal, actor="cli:test")
    with portal.read() as session:
        [entry] = audit.list_entries(session)
    assert (entry.actor, entry.act, entry.detail) == ("cli:test", ACT, {"rows": 4, "differing": 3})


def test_the_command_compares_and_mends(portal: Portal, government: Government) -> None:
    assert government.counters
    damage(portal)
    differing = invoke(portal, "--check")
    assert (differing.exit_code, differing.output) == (1, "rows: 4\ndiffering: 3\n")
    mended = invoke(portal)
    assert (mended.exit_code, mended.output) == (0, "rows: 4\ndiffering: 3\n")
    same = invoke(portal, "--check")
    assert (same.exit_code, same.output) == (0, "rows: 4\ndiffering: 0\n")


def test_the_highest_verdict_counts(portal: Portal) -> None:
    government = small(portal)
    response_id = government.response_id(government.tap("1A"))
    with portal.begin() as session:
        for revision, state in enumerate(("held:Q3", COUNTED, "excluded:Q9"), start=1):
            responses.append_verdict(session, response_id, revision, state)
        assert responses.get_record(session, response_id).standing.state == "excluded:Q9"
    rebuild_tallies(portal, actor="cli:test")
    assert {key.state for key in kept(portal)} == {"excluded:Q9"}


def test_a_verdict_moves_the_rating_from_one_state_to_another(portal: Portal) -> None:
    government = small(portal)
    response_id = government.response_id(government.tap("1A", 3))
    [counted] = kept(portal)
    for state in ("held:Q3", COUNTED, "excluded:Q9"):
        judge(portal, response_id, state)
        assert kept(portal) == {counted._replace(state=state): Tally.of_answer(3)}
        assert_sums_hold(portal)


def test_a_rebuild_reads_more_ratings_than_one_batch(portal: Portal) -> None:
    government = small(portal)
    government.taps("1B", *[3] * 501)
    assert check_tallies(portal) == Rebuilt(rows=1, differing=0)
