"""The rehearsal: ratings are tried out, then wiped without a trace, and a certificate says so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from portal.domain.errors import Invalid, NotFound
from portal.services import Portal
from portal.storage import audit, governments, ledger, rehearsals
from portal.storage.rehearsals import Ended

WORD: Final = "HAPUS"
"""What must be typed before anything is wiped."""
ACT: Final = "rehearsal-ended"


@dataclass(frozen=True, slots=True)
class PastRehearsal:
    """A rehearsal that is over, in local time."""

    certificate_id: int
    began_at: datetime
    ended_at: datetime


@dataclass(frozen=True, slots=True)
class RehearsalState:
    """Whether one is under way, since when and with how many ratings; else whether one may begin."""

    since: datetime | None
    ratings: int
    may_begin: bool
    past: tuple[PastRehearsal, ...]


@dataclass(frozen=True, slots=True)
class WipeCertificate:
    """What was wiped, rows by table, and by whom; `entry` and `head` are number and hash of the entry in the log."""

    certificate_id: int
    government: str
    began_at: datetime
    ended_at: datetime
    wiped: Mapping[str, int]
    actor: str
    entry: int
    head: str


def open_rehearsal(portal: Portal) -> RehearsalState:
    """Return how things stand with the rehearsal."""
    with portal.read() as session:
        found = rehearsals.find_open(session)
        return RehearsalState(
            found.began_at.astimezone(portal.time_zone) if found else None,
            rehearsals.count_ratings(session) if found else 0,
            found is None and not rehearsals.has_ratings(session),
            tuple(_past(portal, ended) for ended in rehearsals.list_ended(session)),
        )


def _past(portal: Portal, ended: Ended) -> PastRehearsal:
    zone = portal.time_zone
    return PastRehearsal(ended.certificate_id, ended.began_at.astimezone(zone), ended.ended_at.astimezone(zone))


def begin_rehearsal(portal: Portal, *, actor: str) -> None:
    """Begin a rehearsal; nothing changes while one is under way.

    Raises:
        Invalid: `rated`: there are ratings that were given in earnest.
    """
    with portal.begin() as session:
        rehearsals.hold_ratings(session)
        if rehearsals.find_open(session):
            return
        if rehearsals.has_ratings(session):
            raise Invalid("rated")
        rehearsals.add_rehearsal(session, portal.now())
        audit.append(session, at=portal.now(), actor=actor, act="rehearsal-began", detail={})


def end_rehearsal(portal: Portal, *, word: str, actor: str) -> int:
    """Wipe every rating of the rehearsal, and return the id of the certificate; `word` is what was typed.

    A rating is wiped or real, never half of each: those under way are waited for, later ones wait.

    Raises:
        Invalid: `word` is not the agreed one.
        NotFound: no rehearsal is under way.
    """
    if word.strip().upper() != WORD:
        raise Invalid("word")
    now = portal.now()
    with portal.begin() as session:
        ledger.hold_releases(session)
        rehearsals.hold_ratings(session)
        found = rehearsals.find_open(session)
        if found is None:
            raise NotFound("rehearsal")
        ended = rehearsals.wipe(session, found.id, now)
        detail = {"certificate": ended.certificate_id, "wiped": dict(ended.wiped)}
        audit.append(session, at=now, actor=actor, act=ACT, detail=detail)
    return ended.certificate_id


def open_certificate(portal: Portal, certificate_id: int) -> WipeCertificate:
    """Return what a certificate says.

    Raises:
        NotFound: no rehearsal was closed by it.
    """
    with portal.read() as session:
        ended = rehearsals.find_ended(session, certificate_id)
        if ended is None:
            raise NotFound("certificate")
        act = rehearsals.get_act(session, ACT, ended.ended_at)
        name, _ = governments.find_facts(session)
    past = _past(portal, ended)
    wiped = {table: ended.wiped[table] for table in ("responses", *rehearsals.WIPED) if table in ended.wiped}
    return WipeCertificate(
        certificate_id,
        name or portal.government,
        past.began_at,
        past.ended_at,
        wiped,
        act.actor,
        act.id,
        act.hash.hex(),
    )
