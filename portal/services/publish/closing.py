"""Closing a period: its last release, its scores, and the signed snapshot of both, in one transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy.orm import Session

from portal.domain.access import DECIDERS, Caller
from portal.domain.errors import Invalid
from portal.domain.period import Period
from portal.services import Portal
from portal.services.publish import signing
from portal.services.publish.periods import METHOD_VERSION, reference
from portal.services.publish.release import settle
from portal.services.publish.scores import MEASURES, ScoreRow, list_all_scores
from portal.storage import audit, governments, ledger, periods, proposals, snapshots, structure, tallies
from portal.storage.periods import ClosedRow
from portal.storage.snapshots import KeptScore

ACT: Final = "period-closed"
FORMAT: Final = "suara-loket-snapshot/1"
FINAL, REVISED = "final", "revised"
WAIT: Final = timedelta(days=14)
"""Between the last release of officers' figures and the closing: the time to object."""


def propose_closing(portal: Portal, *, period_code: str, reason: str, alone: bool = False, actor: str) -> int | None:
    """Close a period, or propose it where a second person must approve; return the id of the proposal.

    `alone` lets the operator close while no account could approve.

    Raises:
        Invalid: as `close`.
    """
    with portal.begin(repeatable=True) as session:
        hold(session)
        period = _get_closable(portal, session, period_code)
        if portal.policy_on(session, portal.today()).two_persons and not (
            alone and not proposals.has_deciders(session, DECIDERS)
        ):
            return _propose(portal, session, period, reason, actor)
        _close(portal, session, period, actor)
    return None


def hold(session: Session) -> None:
    """Keep ratings for days gone by and other releases waiting; call it before anything is read."""
    periods.hold_periods(session)
    ledger.hold_releases(session)


def _propose(portal: Portal, session: Session, period: Period, reason: str, actor: str) -> int:
    detail, now = {"period": period.period_code}, portal.now()
    proposal_id = proposals.add_proposal(
        session, act=ACT, detail=detail, reason=reason, proposed_by=actor, proposed_at=now
    )
    said = {"proposal": proposal_id, "act": ACT, **detail}
    audit.append(session, at=now, actor=actor, act="proposal-made", detail=said)
    return proposal_id


def close(portal: Portal, session: Session, detail: Mapping[str, Any], actor: str) -> None:
    """Close the proposed period, inside the transaction of its approval.

    Raises:
        Invalid: `period` is not the earliest open one, `days`: it is not over for long enough, `rehearsal`.
    """
    _close(portal, session, _get_closable(portal, session, detail["period"]), actor)


def _get_closable(portal: Portal, session: Session, period_code: str) -> Period:
    period = Period.parse(period_code)
    if governments.find_facts(session)[1]:
        raise Invalid("rehearsal")
    if period != find_earliest_open(portal, session):
        raise Invalid("period")
    if portal.today() <= closable_after(portal, session, period):
        raise Invalid("days")
    return period


def find_earliest_open(portal: Portal, session: Session) -> Period:
    """Return the base period that is to be closed next: the one after the last closed, else the first with ratings."""
    until = periods.find_closed_until(session)
    first = until + timedelta(days=1) if until else tallies.find_first_day(session) or portal.today()
    return Period.containing(portal.policy_on(session, first).base_period, first)


def closable_after(portal: Portal, session: Session, period: Period) -> date:
    """Return the day after which the period may close: its last, or two weeks after its last release of officers."""
    last = ledger.find_last_release_of(session, "officer", period.starts_on, period.ends_on)
    return max(period.ends_on, last.astimezone(portal.time_zone).date() + WAIT) if last else period.ends_on


def _close(portal: Portal, session: Session, period: Period, actor: str) -> None:
    settle(portal, session, period)
    shadow = not portal.policy_on(session, period.ends_on).appraisal_feed
    row = ClosedRow(period.period_code, period.kind, period.starts_on, period.ends_on, portal.now(), shadow)
    periods.append_closed(session, row)
    said = sign_version(portal, session, row, version=1, reason=None)
    audit.append(session, at=portal.now(), actor=actor, act=ACT, detail={"period": row.period_code, **said})


def sign_version(
    portal: Portal, session: Session, closed: ClosedRow, *, version: int, reason: str | None
) -> Mapping[str, Any]:
    """Sign what the period's cells say now as a version of its snapshot; return what the log says of it."""
    kept = list(_scores(portal, session, closed, version))
    previous = snapshots.find_last_hash(session)
    payload = signing.canonical(_payload(portal, session, closed, kept, version, reason, previous))
    key_code, jws = signing.sign(portal, session, payload)
    digest = hashlib.sha256(payload).digest()
    snapshots.append_snapshot(
        session,
        kept,
        period_code=closed.period_code,
        version=version,
        signed_at=portal.now(),
        key_code=key_code,
        previous_hash=previous,
        hash=digest,
        jws=jws,
        reason=reason,
    )
    return {"version": version, "hash": digest.hex(), "key": key_code}


def _scores(portal: Portal, session: Session, closed: ClosedRow, version: int) -> Iterator[KeptScore]:
    paths = {row.unit_code: ".".join(map(str, row.path)) for row in structure.list_units(session)}
    period = Period.parse(closed.period_code)
    for subject in MEASURES:
        if subject == "officer" and closed.shadow:
            continue  # what was given in the shadow was given on the promise that it leaves for nobody
        for row in list_all_scores(portal, session, period, subject, EVERYTHING):
            body = {**_mapping(row), "revision": version}
            if body["status"] == "provisional":
                body["status"] = FINAL if version == 1 else REVISED
            kept = (row.subject.id, row.measure, row.instrument, paths[row.subject.unit_id])
            yield KeptScore(subject, *kept, body)


EVERYTHING: Final = Caller(0, "", "", None, None, frozenset())
"""Who sees every unit, and of officers neither name nor NIP."""


def _mapping(row: ScoreRow) -> dict[str, Any]:
    body = asdict(row)
    body["period"] |= {"start": row.period.start.isoformat(), "end": row.period.end.isoformat()}
    body["data_cutoff"] = f"{row.data_cutoff:%Y-%m-%dT%H:%M:%SZ}" if row.data_cutoff else None
    return body


def _payload(
    portal: Portal,
    session: Session,
    closed: ClosedRow,
    kept: list[KeptScore],
    version: int,
    reason: str | None,
    previous: bytes,
) -> dict[str, Any]:
    by_cut = {cut: [dict(score.body) for score in kept if score.cut == cut] for cut in MEASURES}
    return {
        "format": FORMAT,
        "government": governments.find_facts(session)[0] or portal.government,
        "period": {
            **{name: str(value) for name, value in asdict(reference(portal, Period.parse(closed.period_code))).items()},
            "kind": closed.kind,
            "shadow": closed.shadow,
        },
        "version": version,
        "reason": reason,
        "signed_at": f"{portal.now():%Y-%m-%dT%H:%M:%SZ}",
        "method_version": METHOD_VERSION,
        "policy": asdict(portal.policy_on(session, closed.ends_on)),
        "previous": previous.hex(),
        "scores": by_cut,
        "manifest": {
            cut: {"count": len(rows), "sha256": signing.digest({cut: rows}).hex()} for cut, rows in by_cut.items()
        },
    }
