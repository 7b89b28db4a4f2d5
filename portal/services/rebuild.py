"""Use case of the operator: recompute the tallies from what citizens gave."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from portal.domain.rating import TallyKey, tallies_of
from portal.domain.tally import Tally
from portal.services import Portal
from portal.storage import audit, responses, tallies

ACT: Final = "tallies-rebuilt"


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """How many rows of tallies the raw ratings give, and how many of them were kept otherwise."""

    rows: int
    differing: int


def check_tallies(portal: Portal) -> Rebuilt:
    """Compare the tallies with the raw ratings, in one snapshot, and change nothing."""
    with portal.read() as session:
        raw, kept = _recompute(portal, session), tallies.list_all(session)
    return _compare(raw, kept)


def rebuild_tallies(portal: Portal, *, actor: str) -> Rebuilt:
    """Put what the raw ratings give in the place of the tallies; ratings wait meanwhile.

    Published figures stay as they are until their cells move in a release.
    """
    with portal.begin() as session:
        tallies.hold_writers(session)
        raw = _recompute(portal, session)
        rebuilt = _compare(raw, tallies.list_all(session))
        tallies.replace_all(session, raw)
        detail = {"rows": rebuilt.rows, "differing": rebuilt.differing}
        audit.append(session, at=portal.now(), actor=actor, act=ACT, detail=detail)
    return rebuilt


def _recompute(portal: Portal, session: Session) -> dict[TallyKey, Tally]:
    sums: dict[TallyKey, Tally] = {}
    for record in responses.list_records(session):
        for key, tally in tallies_of(record.place, record.standing, portal.instruments).items():
            sums[key] = sums.get(key, Tally()) + tally
    return sums


def _compare(raw: dict[TallyKey, Tally], kept: dict[TallyKey, Tally]) -> Rebuilt:
    return Rebuilt(len(raw), sum(raw.get(key) != kept.get(key) for key in raw.keys() | kept.keys()))
