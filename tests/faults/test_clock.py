"""A clock that is set back, jumps ahead, crosses midnight, or belongs to another zone: each rating counts once, on the
day that the clock said when it came."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from portal import app as composition
from portal import services
from portal.domain.errors import NotReady
from portal.scheduler import Scheduler
from portal.services import Portal, health
from portal.services.admit import sessions
from portal.services.admit.accounts import create_account
from portal.services.collect.rate import Submission, rate
from portal.services.collect.receipt import change_rating, open_receipt
from portal.services.collect.tokens import Ticket
from portal.services.publish.release import release
from portal.settings import Settings
from portal.storage.tables import Counter, Response
from tests.clock import START, Clock
from tests.conftest import CHEAP
from tests.government import Government, small, without_officers
from tests.truth import assert_sums_hold
from tests.web import town, visit

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
STEPS = (-HOUR, DAY, timedelta(seconds=-1), timedelta(minutes=9), timedelta(days=-3))
PASSWORD = "enam belas huruf"


@pytest.fixture
def portal(settings: Settings, clock: Clock) -> Iterator[Portal]:
    """The Portal on the clock of the test."""
    portal = replace(composition.build_portal(settings, now=clock.now), hashing=CHEAP)
    yield portal
    portal.close()


def _days(portal: Portal) -> list[date]:
    with portal.read() as session:
        return sorted(session.scalars(select(Response.counts_on)))


@pytest.mark.parametrize("step", STEPS)
def test_a_form_opened_before_the_clock_stepped_lands_once_and_can_be_changed(
    client: FlaskClient, portal: Portal, clock: Clock, step: timedelta
) -> None:
    town.build(portal)
    form = visit.open_form(client, town.MAIN)
    clock.advance(step)
    sent = [form.send(client, nilai=3) for _ in range(2)]
    assert [answer.status_code for answer in sent] == [303, 303]
    assert sent[0].location == sent[1].location
    changing = client.get(visit.links(client.get(sent[0].location))[_change_words(client, sent[0].location)])
    assert visit.form_to(changing, "/ubah").press(client, "Tidak puas").status_code == 303
    assert visit.answers(portal) == {"quick@1": {"LAYANAN": 1}}
    assert _days(portal) == [portal.today()]


def _change_words(client: FlaskClient, location: str) -> str:
    (words,) = [words for words in visit.links(client.get(location)) if words.startswith("Ubah penilaian")]
    return words


@pytest.mark.parametrize("step", STEPS)
def test_a_rating_given_before_the_clock_stepped_is_neither_lost_nor_doubled_nor_moved_to_another_day(
    portal: Portal, clock: Clock, step: timedelta
) -> None:
    made = small(portal)
    key = b"given before it.."[:16]
    submission = made.submission("1A", {"LAYANAN": 4}, key=key)
    ticket = services.run(portal, rate, submission)
    clock.advance(step)
    again = services.run(portal, rate, submission)
    assert again.receipt == ticket.receipt
    assert again.replayed
    assert open_receipt(portal, ticket.receipt, "").receipt == ticket.receipt
    assert _days(portal) == [START.astimezone(portal.time_zone).date()]
    assert_sums_hold(portal)


@pytest.mark.parametrize("zone, hours", [("Asia/Jakarta", 7), ("Asia/Makassar", 8), ("Asia/Jayapura", 9)])
def test_midnight_is_that_of_the_office_and_the_same_form_sent_across_it_stays_one_rating(
    settings: Settings, clock: Clock, zone: str, hours: int
) -> None:
    portal = composition.build_portal(replace(settings, time_zone=zone), now=clock.now)
    made = small(portal)
    midnight = datetime(2026, 3, 4, tzinfo=UTC) - timedelta(hours=hours)
    clock.set(midnight - timedelta(microseconds=1))
    submission = made.submission("1A", {"LAYANAN": 4})
    services.run(portal, rate, submission)
    clock.set(midnight)
    assert services.run(portal, rate, submission).replayed
    made.tap("1A", 3)
    assert _days(portal) == [date(2026, 3, 3), date(2026, 3, 4)]
    assert_sums_hold(portal)
    portal.close()


def test_the_window_for_changes_is_closed_by_the_clock_and_opened_again_when_it_is_set_back(
    portal: Portal, clock: Clock
) -> None:
    made = small(portal)
    ticket = made.tap("1A", 4)
    clock.advance(timedelta(minutes=11))
    assert made.page(ticket).change_until is None
    clock.advance(-HOUR)
    services.run(portal, change_rating, ticket.receipt, ticket.edit_token, 1)
    assert made.record(ticket).standing.answers == {"quick@1": {"LAYANAN": 1}}
    assert_sums_hold(portal)


def test_keys_of_days_are_made_anew_where_a_step_has_forgotten_them(portal: Portal, clock: Clock) -> None:
    made = small(portal)
    for step in (timedelta(), DAY, -DAY, -DAY, 2 * DAY):
        clock.advance(step)
        made.tap("1A", 4)
        services.run(portal, release)
    assert len(_days(portal)) == 5
    assert_sums_hold(portal)


@pytest.mark.parametrize("seed", range(4))
def test_whatever_the_clock_does_every_rating_counts_once_on_the_day_it_said(
    portal: Portal, clock: Clock, seed: int
) -> None:
    made, chance = without_officers(portal), Random(seed)
    given: list[tuple[Submission, Ticket]] = []
    expected: list[date] = []
    for _ in range(40):
        clock.advance(chance.choice(STEPS) * chance.random())
        act = chance.choice(("rate", "rate", "again", "change", "release"))
        if act == "rate" or not given:
            submission = made.submission(chance.choice(("D", "1A", "2")), {"LAYANAN": chance.randint(1, 4)})
            given.append((submission, services.run(portal, rate, submission)))
            expected.append(portal.today())
        elif act == "again":
            submission, ticket = chance.choice(given)
            assert services.run(portal, rate, submission).receipt == ticket.receipt
        elif act == "change" and (ticket := given[-1][1]).edit_token and made.page(ticket).change_until:
            services.run(portal, change_rating, ticket.receipt, ticket.edit_token, chance.randint(1, 4))
        else:
            services.run(portal, release)
        assert _days(portal) == sorted(expected)
    assert_sums_hold(portal)


@pytest.mark.parametrize("step", STEPS)
def test_the_scheduler_goes_on_and_says_so(portal: Portal, clock: Clock, step: timedelta) -> None:
    made, scheduler = without_officers(portal), Scheduler(portal, 15)
    scheduler.run_once()
    clock.advance(step)
    made.taps("1A", 4, 4, 4, 4, 4)
    scheduler.run_once()
    services.run(portal, health.check_ready, release_minutes=15)
    assert services.run(portal, release, weekly=False).cells == 0, "the scheduler had moved them"
    clock.advance(HOUR)
    with pytest.raises(NotReady, match="scheduler"):
        services.run(portal, health.check_ready, release_minutes=15)


def test_a_weekly_release_by_a_clock_that_was_years_ahead_does_not_stop_those_of_the_weeks_between(
    portal: Portal, clock: Clock
) -> None:
    without_officers(portal)
    clock.advance(timedelta(days=3 * 365))
    assert services.run(portal, release).weekly
    clock.set(START)
    assert [services.run(portal, release).weekly for _ in range(2)] == [True, False]
    clock.advance(timedelta(days=7))
    assert services.run(portal, release).weekly


def test_a_prepared_page_does_not_outlive_its_seconds_because_the_clock_was_set_back(
    client: FlaskClient, portal: Portal, clock: Clock
) -> None:
    town.build(portal)
    address = f"/q/{town.MAIN.lower()}"
    assert "Loket 1" in client.get(address).text
    with portal.begin() as session:
        session.get_one(Counter, 1).name = "Loket 9"
    clock.advance(-HOUR)
    assert "Loket 9" in client.get(address).text


@pytest.mark.parametrize("step", [-HOUR, -DAY, timedelta(minutes=29)])
def test_whoever_is_signed_in_stays_so(portal: Portal, clock: Clock, step: timedelta) -> None:
    Government(portal).add_unit("DINAS")
    create_account(portal, username="kepala", name="Kepala Contoh", unit_code="DINAS", password=PASSWORD, actor="test")
    token = sessions.sign_in(portal, "kepala", PASSWORD)
    clock.advance(step)
    found = sessions.find_session(portal, token)
    assert found
    services.run(portal, sessions.touch_session, token)
    assert sessions.find_session(portal, token)
