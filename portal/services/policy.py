"""The dated choices of the government: looked up, and changed from a day on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any, Final

from sqlalchemy.orm import Session

from portal.domain.access import DECIDERS
from portal.domain.errors import Invalid
from portal.domain.period import Period
from portal.domain.policy import Policy
from portal.services import Portal
from portal.storage import audit, policies, proposals

BASE_PERIOD: Final = "base_period"
ACT: Final = "policy-changed"
_TRUTH: Final = {"true": True, "on": True, "false": False, "off": False}

Choices = Mapping[str, Any]
Chosen = str | bool


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


@dataclass(frozen=True, slots=True)
class Choice:
    """What came of a decision: `from_on` is the day from which it holds, `proposal_id` what waits to be approved."""

    from_on: date
    proposal_id: int | None = None


def set_choice(
    portal: Portal,
    *,
    key: str,
    value: str,
    from_on: date | None = None,
    reason: str = "",
    alone: bool = True,
    actor: str,
) -> Choice:
    """Choose `value` for `key` from a day on, or propose it where a second person must approve.

    Without `from_on` it is the first day of the next base period, and before the first rating the beginning. A choice
    already made for a later day stays where it decided `key` otherwise. `alone` lets the operator decide while no
    account could: later nobody decides alone, unless the policy `two_persons` says so.

    Raises:
        Invalid: the name of the key, which is unknown or cannot have that value; or `from`: the day is past, or base
            periods of two kinds would overlap.
    """
    chosen = _parse(key, value)
    with portal.begin(repeatable=True) as session:
        day = _day(portal, session, key, chosen, from_on)
        if portal.policy_on(session, portal.today()).two_persons and not (
            alone and not proposals.has_deciders(session, DECIDERS)
        ):
            return Choice(day, _propose(portal, session, key, value, from_on, reason, actor))
        _put(portal, session, key, chosen, day, actor)
    return Choice(day)


def _propose(
    portal: Portal, session: Session, key: str, value: str, from_on: date | None, reason: str, actor: str
) -> int:
    detail = {"key": key, "value": value, "from": from_on.isoformat() if from_on else ""}
    now = portal.now()
    proposal_id = proposals.add_proposal(
        session, act=ACT, detail=detail, reason=reason, proposed_by=actor, proposed_at=now
    )
    said = {"proposal": proposal_id, "act": ACT, **detail}
    audit.append(session, at=now, actor=actor, act="proposal-made", detail=said)
    return proposal_id


def apply_choice(portal: Portal, session: Session, detail: Mapping[str, Any], actor: str) -> None:
    """Do what was proposed, inside the transaction of its approval.

    Raises:
        Invalid: it is no longer possible: the day from which it should hold has gone by.
    """
    chosen = _parse(detail["key"], detail["value"])
    from_on = date.fromisoformat(detail["from"]) if detail["from"] else None
    _put(portal, session, detail["key"], chosen, _day(portal, session, detail["key"], chosen, from_on), actor)


def _day(portal: Portal, session: Session, key: str, chosen: Chosen, from_on: date | None) -> date:
    """Return the day from which the choice would hold, or refuse it."""
    kinds = {Policy.from_mapping(choices).base_period for _, choices in policies.list_choices(session)}
    kinds |= {str(chosen)} if key == BASE_PERIOD else set()
    if policies.is_in_use(session):
        day = from_on or _next_start(kinds, portal.today())
        if day < portal.today():
            raise Invalid("from")
    else:
        day = from_on or policies.BEGINNING
    if key == BASE_PERIOD and not _is_start(kinds, day):
        raise Invalid("from")
    return day


def _put(portal: Portal, session: Session, key: str, chosen: Chosen, day: date, actor: str) -> None:
    for moved_on, choices in _changed(policies.list_choices(session), day, {key: chosen}):
        policies.put_choices(session, moved_on, choices)
    detail = {"key": key, "value": chosen, "from": day.isoformat()}
    audit.append(session, at=portal.now(), actor=actor, act=ACT, detail=detail)


def _parse(key: str, value: str) -> Chosen:
    known = {item.name: item.default for item in fields(Policy)}
    chosen = _TRUTH.get(value.lower(), value) if isinstance(known.get(key), bool) else value
    Policy.from_mapping({key: chosen})
    return chosen


def _is_start(kinds: set[str], day: date) -> bool:
    """Tell whether periods of every kind begin on `day`, so that none is cut in two."""
    return all(Period.containing(kind, day).starts_on == day for kind in kinds)


def _next_start(kinds: set[str], today: date) -> date:
    """Return the first day after `today` on which periods of every kind begin: those of the longest kind do."""
    return max(Period.containing(kind, today).following.starts_on for kind in kinds)


def _changed(rows: Sequence[tuple[date, Choices]], day: date, chosen: Choices) -> Iterator[tuple[date, Choices]]:
    """Return the rows to write: the day's own, and later ones that only repeated what held before."""
    ((key, _),) = chosen.items()
    before: Choices = {}
    for from_on, choices in rows:
        before = choices if from_on <= day else before
    yield day, {**before, **chosen}
    held = asdict(Policy.from_mapping(before))[key]
    for from_on, choices in rows:
        if from_on > day:
            if asdict(Policy.from_mapping(choices))[key] != held:
                return
            yield from_on, {**choices, **chosen}
