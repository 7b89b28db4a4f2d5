"""Two persons: what one proposes another approves, and only then it is done."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from datetime import date, timedelta

import pytest

from portal.domain.access import Role
from portal.domain.errors import Invalid, NotFound, SecondPersonNeeded
from portal.services import Portal, policy, run
from portal.services.admit.accounts import create_account, disable_account
from portal.services.policy import Choice, set_choice
from portal.services.review.proposals import Effect, Outcome, approve, list_proposals, turn_down
from portal.storage import audit
from tests.clock import START, Clock
from tests.government import without_officers

EFFECTS = {policy.ACT: Effect(policy.apply_choice)}
TODAY = START.date()
NEXT = date(2026, 7, 1)


def add_account(portal: Portal, role: Role, username: str) -> str:
    create_account(
        portal, username=username, name="Nama Contoh", role=role, password="enam belas huruf", actor="cli:test"
    )
    return username


@pytest.fixture
def one(portal: Portal) -> str:
    """An administrator, in a government that is in use."""
    without_officers(portal).tap("1A")
    return add_account(portal, Role.ADMINISTRATOR, "pengelola.satu")


@pytest.fixture
def two(portal: Portal) -> str:
    return add_account(portal, Role.REVIEWER, "pemeriksa.dua")


def propose(portal: Portal, actor: str, value: str = "on", from_on: date | None = None) -> Choice:
    why = "Masa bayangan selesai."
    return set_choice(portal, key="appraisal_feed", value=value, from_on=from_on, reason=why, alone=False, actor=actor)


def feed_on(portal: Portal, day: date) -> bool:
    with portal.read() as session:
        return bool(asdict(portal.policy_on(session, day))["appraisal_feed"])


def acts(portal: Portal) -> list[tuple[str, str, Mapping[str, object]]]:
    with portal.read() as session:
        return [(entry.actor, entry.act, entry.detail) for entry in audit.list_newest(session, limit=3)]


def test_what_is_proposed_changes_nothing_until_another_approves(portal: Portal, one: str, two: str) -> None:
    choice = propose(portal, one)
    assert choice.from_on == NEXT
    assert not feed_on(portal, NEXT)
    (waiting,) = list_proposals(portal).waiting
    assert (waiting.id, waiting.proposed_by, waiting.reason) == (choice.proposal_id, one, "Masa bayangan selesai.")
    approve(portal, waiting.id, EFFECTS, actor=two)
    assert feed_on(portal, NEXT)
    assert not feed_on(portal, NEXT - timedelta(days=1))
    listed = list_proposals(portal)
    assert not listed.waiting
    assert [(record.outcome, record.decided_by) for record in listed.decided] == [("approved", two)]


def test_both_persons_are_in_the_log(portal: Portal, one: str, two: str) -> None:
    choice = propose(portal, one)
    assert choice.proposal_id
    approve(portal, choice.proposal_id, EFFECTS, actor=two)
    change = {"key": "appraisal_feed", "value": True, "from": NEXT.isoformat()}
    assert acts(portal) == [
        (two, "policy-changed", change),
        (
            two,
            "proposal-decided",
            {"proposal": choice.proposal_id, "act": policy.ACT, "outcome": "approved", "proposed_by": one},
        ),
        (
            one,
            "proposal-made",
            {"proposal": choice.proposal_id, "act": policy.ACT, "key": "appraisal_feed", "value": "on", "from": ""},
        ),
    ]


def test_nobody_approves_what_they_proposed(portal: Portal, one: str, two: str) -> None:
    choice = propose(portal, one)
    assert choice.proposal_id
    with pytest.raises(SecondPersonNeeded):
        approve(portal, choice.proposal_id, EFFECTS, actor=one)
    assert not feed_on(portal, NEXT)
    assert turn_down(portal, choice.proposal_id, actor=one) is Outcome.WITHDRAWN
    with pytest.raises(NotFound):
        approve(portal, choice.proposal_id, EFFECTS, actor=two)


def test_what_was_refused_is_never_done(portal: Portal, one: str, two: str) -> None:
    choice = propose(portal, one)
    assert choice.proposal_id
    assert turn_down(portal, choice.proposal_id, actor=two) is Outcome.REFUSED
    with pytest.raises(NotFound):
        approve(portal, choice.proposal_id, EFFECTS, actor=two)
    assert not feed_on(portal, NEXT)


def test_of_two_who_decide_at_once_one_does(portal: Portal, one: str, two: str) -> None:
    three = add_account(portal, Role.REVIEWER, "pemeriksa.tiga")
    choice = propose(portal, one)
    assert choice.proposal_id

    def decide(actor: str) -> bool:
        try:
            run(portal, approve, int(choice.proposal_id or 0), EFFECTS, actor=actor)
        except NotFound:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(decide, (two, three))) == [False, True]
    with portal.read() as session:
        changes = [entry for entry in audit.list_entries(session) if entry.act == policy.ACT]
    assert len(changes) == 1


def test_what_has_become_impossible_goes_on_waiting(portal: Portal, one: str, two: str, clock: Clock) -> None:
    choice = propose(portal, one, from_on=TODAY)
    assert choice.proposal_id
    clock.advance(timedelta(days=1))
    with pytest.raises(Invalid, match="from"):
        approve(portal, choice.proposal_id, EFFECTS, actor=two)
    assert [record.id for record in list_proposals(portal).waiting] == [choice.proposal_id]
    assert not feed_on(portal, TODAY)


def test_whoever_is_alone_is_told_that_nobody_can_approve(portal: Portal, one: str) -> None:
    assert list_proposals(portal, reader=one).alone
    two = add_account(portal, Role.REVIEWER, "pemeriksa.dua")
    assert not list_proposals(portal, reader=one).alone
    disable_account(portal, username=two, actor="cli:test")
    assert list_proposals(portal, reader=one).alone


def test_the_operator_decides_alone_only_while_no_account_could(portal: Portal) -> None:
    without_officers(portal).tap("1A")
    assert set_choice(portal, key="appraisal_feed", value="on", actor="cli:test").proposal_id is None
    add_account(portal, Role.REVIEWER, "pemeriksa.dua")
    assert set_choice(portal, key="appraisal_feed", value="off", actor="cli:test").proposal_id


def test_a_government_may_decide_that_one_person_is_enough(portal: Portal, one: str, two: str) -> None:
    asked = set_choice(
        portal, key="two_persons", value="off", from_on=TODAY, reason="Kantor kecil.", alone=False, actor=one
    )
    assert asked.proposal_id
    approve(portal, asked.proposal_id, EFFECTS, actor=two)
    assert propose(portal, one).proposal_id is None
    assert feed_on(portal, NEXT)
