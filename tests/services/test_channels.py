"""Every way to come: what each may reach, on which days, and what a survey week asks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from portal.domain.counter import State
from portal.domain.errors import CounterClosed, Invalid
from portal.services import Portal
from portal.services.collect.rate import Submission, open_counter, rate
from portal.services.collect.receipt import UNKNOWN, ReceiptPage, add_answers, name_officer, open_receipt
from portal.services.collect.tokens import Ticket, read_edit_token
from portal.storage import responses
from portal.storage.responses import Record
from portal.storage.tables import Response
from tests.clock import Clock
from tests.published import statements
from tests.truth import assert_sums_hold
from tests.web import ways

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _ways(portal: Portal) -> None:
    ways.build(portal)


def tap(portal: Portal, code: str) -> Ticket:
    key = code.encode().ljust(16, b"-")
    return rate(portal, Submission(code, key, "quick@1", {"LAYANAN": 4}, "id", 7, b"a made-up device"))


def page(portal: Portal, ticket: Ticket) -> ReceiptPage:
    return open_receipt(portal, ticket.receipt, ticket.edit_token)


def record(portal: Portal, ticket: Ticket) -> Record:
    with portal.read() as session:
        return responses.get_record(session, read_edit_token(portal, ticket.edit_token).response_id)


@pytest.mark.parametrize("code, channel", [(ways.LINK, "tautan"), (ways.ONLINE, "daring")])
def test_a_link_names_no_officer_and_asks_for_none_whoever_is_on_duty(portal: Portal, code: str, channel: str) -> None:
    ticket = tap(portal, code)
    shown = page(portal, ticket)
    assert (shown.officers, shown.ask_help) == ((), False)
    with pytest.raises(Invalid):
        add_answers(portal, ticket.receipt, ticket.edit_token, "petugas@1", {"PETUGAS": 1})
    for choice in (UNKNOWN, "11"):
        name_officer(portal, ticket.receipt, ticket.edit_token, choice)
    kept = record(portal, ticket)
    assert (kept.place.channel, kept.place.evidence) == (channel, "open")
    assert (kept.about.officer_id, kept.about.officer_basis, kept.attribution_revision) == (None, "none", 1)
    assert_sums_hold(portal)


@pytest.mark.parametrize("code, channel", [(ways.POLI, "loket"), (ways.MOBILE, "keliling")])
def test_at_a_counter_and_at_a_mobile_service_the_only_one_on_duty_served(
    portal: Portal, code: str, channel: str
) -> None:
    kept = record(portal, tap(portal, code))
    assert (kept.place.channel, kept.place.evidence) == (channel, "open")
    assert (kept.about.officer_id, kept.about.officer_basis) == (11, "duty")


@pytest.mark.parametrize(
    "code, state",
    [
        (ways.EARLY, State.EARLY),
        (ways.OVER, State.OVER),
        (ways.OLD_LINK, State.OVER),
        (ways.PAPER, State.PAPER),
    ],
)
def test_what_is_not_open_to_citizens_takes_no_rating_and_leads_on(portal: Portal, code: str, state: State) -> None:
    shown = open_counter(portal, code)
    assert shown.state is state
    assert "Poli umum" in {name for _, name in shown.others}
    with pytest.raises(CounterClosed):
        tap(portal, code)
    with portal.read() as session:
        assert session.execute(select(func.count()).select_from(Response)).scalar_one() == 0


def test_a_mobile_service_is_rated_on_each_of_its_days(portal: Portal, clock: Clock) -> None:
    seen = []
    for _ in range(5):
        shown = open_counter(portal, ways.EARLY)
        seen.append(shown.state)
        clock.advance(DAY)
    assert seen == [State.EARLY, State.OPEN, State.OPEN, State.OPEN, State.OVER]


def test_other_counters_are_those_that_stand_somewhere_today(portal: Portal) -> None:
    codes = {code for code, _ in open_counter(portal, ways.PAPER).others}
    assert codes == {ways.POLI, ways.MOBILE, ways.NOWHERE, ways.FROM_TODAY, ways.UNTIL_TODAY}


def test_opening_a_code_costs_one_statement_while_no_test_waits(portal: Portal) -> None:
    with statements(portal) as seen:
        open_counter(portal, ways.MOBILE)
    assert len(seen) == 1


Ask = Callable[[Portal], None]


@pytest.mark.parametrize(
    "ask, first",
    [
        (lambda _: None, False),
        (ways.ask, True),
        (lambda portal: ways.ask(portal, date(2026, 3, 2), date(2026, 3, 4)), True),
        (lambda portal: ways.ask(portal, date(2026, 3, 4), date(2026, 3, 9)), False),
        (lambda portal: ways.ask(portal, date(2026, 2, 1), date(2026, 3, 2)), False),
        (lambda portal: ways.ask(portal, service_id=11), False),
    ],
)
def test_in_a_survey_week_the_survey_comes_first(portal: Portal, ask: Ask, first: bool) -> None:  # noqa: FBT001 - what the test expects
    ask(portal)
    shown = page(portal, tap(portal, ways.LINK))
    assert (shown.ask_survey, shown.survey_first) == (True, first)


def test_a_survey_week_costs_the_rating_and_its_page_nothing(portal: Portal) -> None:
    tap(portal, ways.LINK)
    costs = []
    for code, ask in ((ways.POLI, False), (ways.MOBILE, True)):
        if ask:
            ways.ask(portal)
        with statements(portal) as seen:
            open_counter(portal, code)
            tap(portal, code)
        costs.append(len(seen))
    assert costs[0] == costs[1]


def test_who_has_answered_the_survey_is_not_asked_again(portal: Portal) -> None:
    ways.ask(portal)
    ticket = tap(portal, ways.LINK)
    add_answers(portal, ticket.receipt, ticket.edit_token, "skm-14-2017@1", {"WAKTU": 3})
    assert not page(portal, ticket).survey_first
