"""The dated choices of the government: looked up, and changed from a day on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any, Final

from sqlalchemy.orm import Session

from portal.domain.errors import Invalid
from portal.domain.period import Period
from portal.domain.policy import Policy
from portal.services import Portal
from portal.storage import audit, policies

BASE_PERIOD: Final = "base_period"
_TRUTH: Final = {"true": True, "on": True, "false": False, "off": False}

Rows = Sequence[tuple[date, Mapping[str, Any]]]


@dataclass(frozen=True, slots=True)
class PolicyLine:
    """Choices with the day from which they hold, until the next line; `in_force` today."""

    from_on: date
    policy: Policy
    in_force: bool


def list_policy(portal: Portal) -> Sequence[PolicyLine]:
    """List every choice that was, is or will be in force, earliest first."""
    with portal.read() as session:
        rows = policies.list_choices(session)
    now = max((from_on for from_on, _ in rows if from_on <= portal.today()), default=None)
    return [PolicyLine(from_on, Policy.from_mapping(choices), from_on == now) for from_on, choices in rows]


def set_choice(portal: Portal, *, key: str, value: str, from_on: date | None = None, actor: str) -> date:
    """Choose `value` for `key` from a day on, and return that day.

    Without `from_on` it is the first day of the next base period; before the first rating, the beginning. Choices
    already made for later days keep what they decided otherwise themselves.

    Raises:
        Invalid: the name of the key that is unknown or whose value is not possible, or `from`: the day is past, or two
            kinds of base period would overlap there.
    """
    chosen = _parse(key, value)
    with portal.begin(repeatable=True) as session:
        day = _day(portal, session, key, value, from_on)
        rows = policies.list_choices(session)
        for moved, choices in _changed(rows, day, key, chosen):
            Policy.from_mapping(choices)
            policies.put_choices(session, moved, choices)
        detail = {"key": key, "value": chosen, "from": day.isoformat()}
        audit.append(session, at=portal.now(), actor=actor, act="policy-changed", detail=detail)
    return day


def _parse(key: str, value: str) -> str | bool:
    defaults = {item.name: item.default for item in fields(Policy)}
    chosen = _TRUTH.get(value.lower(), value) if isinstance(defaults.get(key), bool) else value
    Policy.from_mapping({key: chosen})
    return chosen


def _day(portal: Portal, session: Session, key: str, value: str, from_on: date | None) -> date:
    """Return the day from which the choice holds; kinds of base period change only where both have a period begin."""
    kinds = {portal.policy_on(session, from_on or portal.today()).base_period}
    if key == BASE_PERIOD:
        kinds |= {value, *(row[BASE_PERIOD] for day, row in policies.list_choices(session) if BASE_PERIOD in row)}
    in_use = policies.is_in_use(session)
    if from_on is None:
        return _next_start(kinds, portal.today()) if in_use else policies.BEGINNING
    if in_use and from_on < portal.today():
        raise Invalid("from")
    if key == BASE_PERIOD and not _is_start(kinds, from_on):
        raise Invalid("from")
    return from_on
