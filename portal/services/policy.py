"""Use cases of the administrator: see and change the dated choices of the government."""

from __future__ import annotations

from datetime import date
from typing import Final

from portal.domain.period import Period
from portal.domain.policy import Policy
from portal.services import Portal
from portal.storage import audit, policies

ACT: Final = "policy-set"
_WORDS: Final = {"true": True, "false": False, "on": True, "off": False}


def show_policy(portal: Portal) -> Policy:
    """Return the choices in force today."""
    with portal.read() as session:
        return portal.policy_on(session, portal.today())


def set_policy(portal: Portal, key: str, value: str, *, from_on: date | None, actor: str) -> date:
    """Keep one choice from a date on, by default from the next base period; return that date.

    Raises:
        Invalid: an unknown key, or a value that it cannot have.
    """
    with portal.begin() as session:
        current = portal.policy_on(session, portal.today())
        starts_on = from_on or Period.containing(current.base_period, portal.today()).following.starts_on
        choices = {**policies.get_choices(session, starts_on), key: _WORDS.get(value, value)}
        Policy.from_mapping(choices)
        policies.put_choices(session, starts_on, choices)
        detail = {"key": key, "value": value, "from_on": starts_on.isoformat()}
        audit.append(session, at=portal.now(), actor=actor, act=ACT, detail=detail)
    return starts_on
