"""The dated choices of the government."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date

import pytest
from click.testing import CliRunner, Result

from portal.cli import policy as commands
from portal.domain.errors import Invalid
from portal.services import Portal
from portal.services.admit.trail import verify_audit
from portal.services.policy import list_policy, set_choice
from portal.storage import audit, policies
from tests.clock import START
from tests.government import without_officers

TODAY = START.date()
NEXT = date(2026, 7, 1)
OTHERS = {"appraisal_measure": "petugas", "two_persons": True}


def choose(portal: Portal, key: str, value: str, from_on: date | None = None) -> date:
    return set_choice(portal, key=key, value=value, from_on=from_on, actor="cli:test").from_on


def on(portal: Portal, day: date) -> Mapping[str, object]:
    with portal.read() as session:
        return asdict(portal.policy_on(session, day))


@pytest.fixture
def used(portal: Portal) -> Portal:
    """A Portal whose first rating was given."""
    without_officers(portal).tap("1A")
    return portal


def test_before_the_first_rating_a_choice_holds_from_the_beginning(portal: Portal) -> None:
    assert choose(portal, "appraisal_feed", "on") == policies.BEGINNING
    assert choose(portal, "base_period", "quarter") == policies.BEGINNING
    assert on(portal, date(2020, 1, 1)) == {"base_period": "quarter", "appraisal_feed": True, **OTHERS}


def test_a_choice_holds_from_the_next_base_period(used: Portal) -> None:
    assert choose(used, "appraisal_feed", "true") == NEXT
    assert not on(used, date(2026, 6, 30))["appraisal_feed"]
    assert on(used, NEXT) == {"base_period": "semester", "appraisal_feed": True, **OTHERS}


def test_a_choice_may_hold_from_today_but_never_from_a_day_gone_by(used: Portal) -> None:
    assert choose(used, "appraisal_feed", "on", TODAY) == TODAY
    with pytest.raises(Invalid, match="from"):
        choose(used, "appraisal_feed", "off", date(2026, 3, 2))


def test_a_later_choice_keeps_what_it_decided_itself_and_takes_on_the_rest(used: Portal) -> None:
    choose(used, "base_period", "quarter", NEXT)
    choose(used, "appraisal_feed", "on", TODAY)
    assert on(used, NEXT) == {"base_period": "quarter", "appraisal_feed": True, **OTHERS}
    choose(used, "appraisal_feed", "off", date(2026, 9, 1))
    choose(used, "appraisal_feed", "on", date(2026, 8, 1))
    assert [line.policy.appraisal_feed for line in list_policy(used)] == [False, True, True, True, False]


@pytest.mark.parametrize("day", [date(2026, 3, 10), date(2026, 4, 1), date(2026, 6, 30), date(2027, 1, 2)])
def test_kinds_of_base_period_change_only_where_both_begin(used: Portal, day: date) -> None:
    with pytest.raises(Invalid, match="from"):
        choose(used, "base_period", "quarter", day)
    assert choose(used, "base_period", "quarter") == NEXT


@pytest.mark.parametrize(
    "key, value",
    [("base_period", "year"), ("base_period", "week"), ("appraisal_feed", "yes please"), ("colour", "blue")],
)
def test_a_choice_that_makes_no_sense_is_refused(portal: Portal, key: str, value: str) -> None:
    with pytest.raises(Invalid, match=key):
        choose(portal, key, value)
    with portal.read() as session:
        assert audit.find_last(session) is None


def test_a_choice_is_written_to_the_audit_log(used: Portal) -> None:
    choose(used, "appraisal_feed", "on")
    with used.read() as session:
        last = audit.find_last(session)
    assert last
    assert (last.actor, last.act) == ("cli:test", "policy-changed")
    assert last.detail == {"key": "appraisal_feed", "value": True, "from": "2026-07-01"}
    assert verify_audit(used).broken_at is None


def run(portal: Portal, *arguments: str) -> Result:
    (policy,) = commands.commands(lambda: portal)
    return CliRunner().invoke(policy, arguments)


def test_the_operator_sees_what_holds_today_and_what_will(used: Portal) -> None:
    assert run(used, "set", "appraisal_feed", "on").output == "appraisal_feed=on from 2026-07-01\n"
    assert run(used, "show").output.splitlines() == [
        "* 2000-01-01  base_period=semester  appraisal_feed=false  appraisal_measure=petugas  two_persons=true",
        "  2026-07-01  base_period=semester  appraisal_feed=true  appraisal_measure=petugas  two_persons=true",
    ]


def test_the_operator_is_told_in_one_line_why_not(used: Portal) -> None:
    refused = run(used, "set", "base_period", "quarter", "--from", "2026-03-10")
    assert (refused.exit_code, refused.output) == (1, "Error: invalid: from\n")
