"""Correcting who served: every answer of a counter on a day goes to another officer, or to nobody, unseen by anyone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from sqlalchemy.orm import Session

from portal.domain.access import DECIDERS
from portal.domain.errors import Invalid, NotFound
from portal.domain.release import FEWEST
from portal.services import Portal
from portal.services.collect.revision import restate
from portal.storage import attributions, audit, ledger, periods, proposals, responses, structure
from portal.storage.attributions import Choice, Place
from portal.storage.responses import About, Record
from portal.storage.structure import UnitRow

ACT: Final = "duty-corrected"
PARTS: Final[Mapping[str, tuple[str, ...]]] = {
    "day": ("pagi", "siang", "sore"),
    "morning": ("pagi",),
    "afternoon": ("siang", "sore"),
}
"""What of a day may be corrected: all of it, before noon, from noon on."""
_LONGEST_REASON: Final = 200


@dataclass(frozen=True, slots=True)
class DutyCorrection:
    """What is to be corrected; `officer_code` None for nobody, `part` a key of `PARTS`."""

    counter_code: str
    day: date
    officer_code: str | None
    part: str = "day"


@dataclass(frozen=True, slots=True)
class Corrected:
    """What came of it: `proposal_id` waits to be approved, else it is done.

    `answers` is how many ratings it is about, None where they are 1 to 4: nobody learns who gave them.
    """

    proposal_id: int | None
    answers: int | None


@dataclass(frozen=True, slots=True)
class Choices:
    """The units, by place in the tree, and of the chosen one the counters and officers that a correction may name."""

    units: Sequence[UnitRow]
    chosen: UnitRow | None
    counters: Sequence[Choice]
    officers: Sequence[Choice]


def list_choices(portal: Portal, unit_code: str | None) -> Choices:
    """Return what a correction may name; former counters and officers too, as days gone by are corrected."""
    with portal.read() as session:
        units = structure.list_units(session)
        chosen = next((unit for unit in units if unit.unit_code == unit_code), None)
        if chosen is None:
            return Choices(units, None, (), ())
        named = chosen.unit_code
        return Choices(
            units, chosen, attributions.list_counters(session, named), attributions.list_officers(session, named)
        )


def propose_duty(
    portal: Portal, correction: DutyCorrection, *, reason: str, alone: bool = False, actor: str
) -> Corrected:
    """Correct who served, or propose it where a second person must approve.

    `alone` lets the operator correct while no account could approve.

    Raises:
        NotFound: no such counter or officer.
        Invalid: `counter`: nobody is attributed there by duty; `officer` had left; `day` is not past; `part`;
            `reason`; `nothing`: no rating would change.
    """
    if not 0 < len(reason.strip()) <= _LONGEST_REASON:
        raise Invalid("reason")
    with portal.begin(repeatable=True) as session:
        hold(session)
        found = _find(portal, session, correction)
        if not found:
            raise Invalid("nothing")
        answers = _told(len(found))
        if portal.policy_on(session, portal.today()).two_persons and not (
            alone and not proposals.has_deciders(session, DECIDERS)
        ):
            return Corrected(_propose(portal, session, correction, reason.strip(), actor), answers)
        _apply(portal, session, correction, found, reason.strip(), actor)
    return Corrected(None, answers)


def correct_duty(portal: Portal, session: Session, detail: Mapping[str, Any], actor: str) -> None:
    """Do what was proposed, inside the transaction of its approval.

    Raises:
        NotFound, Invalid: as `propose_duty`.
    """
    correction = DutyCorrection(
        detail["counter"], date.fromisoformat(detail["day"]), detail["officer"] or None, detail["part"]
    )
    found = _find(portal, session, correction)
    if not found:
        raise Invalid("nothing")
    _apply(portal, session, correction, found, detail["reason"], actor)


def hold(session: Session) -> None:
    """Keep releases and closings waiting while answers move; call it before anything is read."""
    periods.hold_periods(session)
    ledger.hold_releases(session)


def _told(count: int) -> int | None:
    return count if count >= FEWEST else None


def _find(portal: Portal, session: Session, correction: DutyCorrection) -> Sequence[bytes]:
    """Return the ratings that would move, in the order of their random ids."""
    if correction.part not in PARTS:
        raise Invalid("part")
    if correction.day >= portal.today():
        raise Invalid("day")  # what is still being given is put right on the page of duty
    place = _get_place(session, correction)
    return attributions.list_others(
        session, place.counter_id, correction.day, PARTS[correction.part], officer_id=place.officer_id
    )


def _get_place(session: Session, correction: DutyCorrection) -> Place:
    place = attributions.find_place(session, correction.counter_code, correction.officer_code)
    if place is None:
        raise NotFound("counter")
    if not place.is_staffed:
        raise Invalid("counter")
    if correction.officer_code and place.officer_id is None:
        raise NotFound("officer")
    if place.officer_ends_on and place.officer_ends_on < correction.day:
        raise Invalid("officer")
    return place


def _detail(correction: DutyCorrection) -> dict[str, str]:
    return {
        "counter": correction.counter_code,
        "day": correction.day.isoformat(),
        "part": correction.part,
        "officer": correction.officer_code or "",
    }


def _propose(portal: Portal, session: Session, correction: DutyCorrection, reason: str, actor: str) -> int:
    detail, now = {**_detail(correction), "reason": reason}, portal.now()
    proposal_id = proposals.add_proposal(
        session, act=ACT, detail=detail, reason=reason, proposed_by=actor, proposed_at=now
    )
    said = {"proposal": proposal_id, "act": ACT, **_detail(correction)}
    audit.append(session, at=now, actor=actor, act="proposal-made", detail=said)
    return proposal_id


def _apply(
    portal: Portal, session: Session, correction: DutyCorrection, found: Sequence[bytes], reason: str, actor: str
) -> None:
    officer_id = _get_place(session, correction).officer_id
    for response_id in found:
        _attribute(portal, session, responses.get_record(session, response_id, lock=True), officer_id, reason)
    told = _told(len(found))
    said = {**_detail(correction), "answers": told if told is not None else f"1-{FEWEST - 1}"}
    audit.append(session, at=portal.now(), actor=actor, act=ACT, detail=said)


def _attribute(portal: Portal, session: Session, record: Record, officer_id: int | None, reason: str) -> None:
    basis = "none" if officer_id is None else "duty"
    about = About(record.about.service_id, record.about.service_basis, officer_id, basis)
    revision = record.attribution_revision + 1
    responses.append_attribution(session, record.response_id, revision, about, reason=reason)
    restate(portal, session, record, replace(record.standing, officer=about.officer))
