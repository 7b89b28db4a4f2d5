"""Topics and profile: counted by place and month, once for each rating, and kept with none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

import pytest
from sqlalchemy import select

from portal import services
from portal.domain.errors import FormExpired, Invalid
from portal.services import Portal
from portal.services.collect.rate import rate
from portal.services.collect.receipt import add_answers, choose_topics, name_service
from portal.services.collect.tokens import Ticket
from portal.services.rebuild import rebuild_tallies
from portal.storage.tables import Ballot, Choice
from tests.clock import Clock
from tests.government import SURVEY, Government, small
from tests.truth import assert_sums_hold

MARCH: Final = date(2026, 3, 1)
PROFILE: Final = {"USIA": ("USIA_30_39",), "JENIS_KELAMIN": ("P",)}


@pytest.fixture
def government(portal: Portal) -> Government:
    return small(portal)


def choose(portal: Portal, ticket: Ticket, *topics: str) -> None:
    choose_topics(portal, ticket.receipt, ticket.edit_token, {"TOPIK": topics})


def counted(portal: Portal) -> dict[tuple[str, str], int]:
    with portal.read() as session:
        return {(row.item, row.option): row.n for row in session.scalars(select(Choice))}


def survey(portal: Portal, government: Government, profile: Mapping[str, Sequence[str]], **changes: bytes) -> Ticket:
    form = replace(government.submission("1A", {"WAKTU": 3}, instrument=SURVEY), profile=profile)
    return services.run(portal, rate, replace(form, **changes) if changes else form)  # type: ignore[arg-type]  # keys only


def test_each_topic_chosen_counts_once_at_its_place_in_its_month(portal: Portal, government: Government) -> None:
    ticket = government.tap("1A")
    name_service(portal, ticket.receipt, ticket.edit_token, str(government.services["KTP"]))
    choose(portal, ticket, "BIAYA", "KECEPATAN", "BIAYA")
    choose(portal, government.tap("1A"), "BIAYA")
    with portal.read() as session:
        rows = {
            (row.month, row.unit_id, row.counter_id, row.service, row.instrument, row.item, row.option): row.n
            for row in session.scalars(select(Choice))
        }
    place = (MARCH, government.units["UPT-1"], government.counters["1A"])
    ktp, none = str(government.services["KTP"]), "-"
    assert rows == {
        (*place, ktp, "topik@1", "TOPIK", "BIAYA"): 1,
        (*place, ktp, "topik@1", "TOPIK", "KECEPATAN"): 1,
        (*place, none, "topik@1", "TOPIK", "BIAYA"): 1,
    }


def test_a_rating_remembers_that_topics_were_given_and_not_which(portal: Portal, government: Government) -> None:
    ticket = government.tap("1A")
    assert government.page(ticket).ask_topics
    choose(portal, ticket, "BIAYA", "RUANG")
    page = government.page(ticket)
    assert not page.ask_topics
    assert "topics" in page.stored
    with portal.read() as session:
        assert session.scalars(select(Ballot.answers).where(Ballot.instrument == "topik@1")).all() == [{}]


def test_topics_sent_again_change_nothing(portal: Portal, government: Government) -> None:
    ticket = government.tap("1A")
    choose(portal, ticket, "BIAYA")
    choose(portal, ticket, "BIAYA")
    choose(portal, ticket, "RUANG")
    assert counted(portal) == {("TOPIK", "BIAYA"): 1}


@pytest.mark.parametrize("chosen", [{}, {"TOPIK": ()}, {"TOPIK": ("HARGA",)}, {"USIA": ("USIA_60",)}])
def test_what_was_not_offered_is_refused(
    portal: Portal, government: Government, chosen: Mapping[str, Sequence[str]]
) -> None:
    ticket = government.tap("1A")
    with pytest.raises(Invalid):
        choose_topics(portal, ticket.receipt, ticket.edit_token, chosen)
    assert counted(portal) == {}


def test_topics_are_taken_for_a_day(portal: Portal, government: Government, clock: Clock) -> None:
    ticket = government.tap("1A")
    clock.advance(timedelta(hours=24, seconds=1))
    with pytest.raises(FormExpired):
        choose(portal, ticket, "BIAYA")


def test_the_tallies_and_their_rebuild_know_nothing_of_choices(portal: Portal, government: Government) -> None:
    choose(portal, government.tap("1A"), "BIAYA")
    survey(portal, government, PROFILE)
    assert_sums_hold(portal)
    assert rebuild_tallies(portal, actor="cli:test").differing == 0


def test_the_profile_comes_with_the_survey_and_counts_once_however_often_it_is_sent(
    portal: Portal, government: Government
) -> None:
    key = bytes(15) + b"k"
    for profile in (PROFILE, PROFILE, {"USIA": ("USIA_60",)}):
        survey(portal, government, profile, key=key)
    assert counted(portal) == {("USIA", "USIA_30_39"): 1, ("JENIS_KELAMIN", "P"): 1}
    assert_sums_hold(portal)


def test_a_survey_sent_again_with_the_profile_that_was_missing_adds_it(portal: Portal, government: Government) -> None:
    key = bytes(15) + b"k"
    for profile in ({}, PROFILE, PROFILE):
        survey(portal, government, profile, key=key)
    assert counted(portal) == {("USIA", "USIA_30_39"): 1, ("JENIS_KELAMIN", "P"): 1}


def test_the_profile_of_the_survey_after_the_tap_counts_with_its_first_sending(
    portal: Portal, government: Government
) -> None:
    ticket = government.tap("1A")
    for profile in (PROFILE, {"USIA": ("USIA_60",)}):
        add_answers(portal, ticket.receipt, ticket.edit_token, SURVEY, {"WAKTU": 3}, profile)
    assert counted(portal) == {("USIA", "USIA_30_39"): 1, ("JENIS_KELAMIN", "P"): 1}


def test_an_item_that_takes_one_option_takes_no_two(portal: Portal, government: Government) -> None:
    with pytest.raises(Invalid):
        survey(portal, government, {"USIA": ("USIA_60", "USIA_0_19")})


def test_no_choice_is_stored_where_none_was_made(portal: Portal, government: Government) -> None:
    survey(portal, government, {})
    assert counted(portal) == {}
    with portal.read() as session:
        assert session.scalars(select(Ballot.instrument)).all() == [SURVEY]
