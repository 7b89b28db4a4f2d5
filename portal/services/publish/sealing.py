"""Sealing a closed period: what its cells say now, signed as a version of its snapshot, and kept row by row."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from portal.domain.access import Caller
from portal.domain.period import Period
from portal.domain.snapshot import CUTS, FORMAT
from portal.services import Portal
from portal.services.publish import fair, signing
from portal.services.publish.fair import Compared
from portal.services.publish.periods import METHOD_VERSION, reference
from portal.services.publish.rows import ScoreRow, finalised, to_mapping
from portal.services.publish.scores import list_all_scores
from portal.storage import governments, snapshots, structure
from portal.storage.periods import ClosedRow
from portal.storage.snapshots import KeptScore

EVERYTHING: Final = Caller(0, "", "", None, None, frozenset())
"""Who sees every unit, and of officers neither name nor NIP."""
_MOVING: Final = ("status", "revision", "supersedes", "data_cutoff")
"""What another version of the same figures says otherwise of a score."""
_SHEET: Final = ("sheet_version", "sheet_hash")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a version stands: `number` counts all snapshots, `previous` is the SHA-256 of the one before it."""

    version: int
    number: int
    previous: bytes
    signed_at: datetime
    reason: str | None


@dataclass(frozen=True, slots=True)
class Signed:
    """One score as it was signed: `body` is canonical JSON, which takes a tenth of the memory of what it says."""

    cut: str
    code: str
    measure: str
    instrument: str
    unit_path: str
    body: bytes

    def parsed(self) -> KeptScore:
        """Return the score as it is kept for the feed."""
        return KeptScore(self.cut, self.code, self.measure, self.instrument, self.unit_path, json.loads(self.body))


@dataclass(frozen=True, slots=True)
class Sealed:
    """A version as it was signed; `hash` is the SHA-256 of its payload."""

    version: int
    key_code: str
    hash: bytes
    jws: bytes
    scores: tuple[Signed, ...]

    @property
    def said(self) -> Mapping[str, Any]:
        """What the log says of it."""
        return {"version": self.version, "hash": self.hash.hex(), "key": self.key_code}


def seal(portal: Portal, session: Session, closed: ClosedRow, compared: Compared, reason: str | None) -> Sealed:
    """Sign the next version of a closed period's snapshot and keep it."""
    count, last = snapshots.find_end(session)
    place = Place(compared.version, count + 1, last, portal.now(), reason)
    sealed = build(portal, session, closed, compared, place)
    snapshots.append_snapshot(
        session,
        (score.parsed() for score in sealed.scores),
        period_code=closed.period_code,
        version=place.version,
        signed_at=place.signed_at,
        key_code=sealed.key_code,
        previous_hash=place.previous,
        hash=sealed.hash,
        jws=sealed.jws,
        reason=reason,
    )
    return sealed


def build(portal: Portal, session: Session, closed: ClosedRow, compared: Compared, place: Place) -> Sealed:
    """Return a version without keeping it: the same cells, sheet, place and key give the same bytes."""
    scores = tuple(_scores(portal, session, closed, compared, place.version))
    payload = _payload(
        {
            **_head(portal, session, closed),
            "version": place.version,
            "number": place.number,
            "previous": place.previous.hex(),
            "reason": place.reason,
            "signed_at": f"{place.signed_at:%Y-%m-%dT%H:%M:%SZ}",
            "sheet": None if compared.published is None else {"sha256": compared.hash, "body": compared.published},
        },
        scores,
    )
    key_code, jws = signing.sign(portal, session, payload)
    return Sealed(place.version, key_code, hashlib.sha256(payload).digest(), jws, scores)


def _payload(head: Mapping[str, Any], scores: Sequence[Signed]) -> bytes:
    """Put the canonical payload together from scores that are written already, each once."""
    listed = {cut: b"[%s]" % b",".join(it.body for it in scores if it.cut == cut) for cut in CUTS}
    manifest = {
        cut: {
            "count": sum(it.cut == cut for it in scores),
            "sha256": hashlib.sha256(_object({cut: rows})).hexdigest(),
        }
        for cut, rows in listed.items()
    }
    written = {name: signing.canonical(value) for name, value in {**head, "manifest": manifest}.items()}
    return _object({**written, "scores": _object(listed)})


def _object(members: Mapping[str, bytes]) -> bytes:
    """Write a canonical object, whose members are written already and have ASCII names."""
    return b"{%s}" % b",".join(b'"%s":%s' % (name.encode(), members[name]) for name in sorted(members))


def _head(portal: Portal, session: Session, closed: ClosedRow) -> dict[str, Any]:
    period = asdict(reference(portal, Period.parse(closed.period_code)))
    return {
        "format": FORMAT,
        "government": governments.find_facts(session)[0] or portal.government,
        "period": {
            **{name: str(value) for name, value in period.items()},
            "kind": closed.kind,
            "shadow": closed.shadow,
        },
        "method_version": METHOD_VERSION,
        "policy": asdict(portal.policy_on(session, closed.ends_on)),
    }


def _scores(portal: Portal, session: Session, closed: ClosedRow, compared: Compared, version: int) -> Iterator[Signed]:
    paths = {row.unit_code: ".".join(map(str, row.path)) for row in structure.list_units(session)}
    period = Period.parse(closed.period_code)
    for subject in CUTS:
        if subject == "officer" and closed.shadow:
            continue  # what was given in the shadow was given on the promise that it leaves for nobody
        for row in list_all_scores(portal, session, period, subject, EVERYTHING):
            whole = finalised(_beside(row, compared), version)
            kept = (row.subject.id, row.measure, row.instrument, paths[row.subject.unit_id])
            yield Signed(subject, *kept, signing.canonical(to_mapping(whole)))


def _beside(row: ScoreRow, compared: Compared) -> ScoreRow:
    """Give an officer's row what colleagues on the same services let say of it."""
    if row.subject.type != "officer" or row.measure != compared.measure:
        return row
    return replace(row, comparison=fair.compare(compared, row.subject.id))


def has_moved(before: Mapping[tuple[str, ...], Mapping[str, Any]], sealed: Sealed) -> bool:
    """Tell whether any figure differs from those of the version `before`, by cut, code, measure and instrument."""
    after: dict[tuple[str, ...], Signed] = {(it.cut, it.code, it.measure, it.instrument): it for it in sealed.scores}
    if before.keys() != after.keys():
        return True
    return any(_figures(body) != _figures(after[key].parsed().body) for key, body in before.items())


def _figures(body: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in body.items() if name not in _MOVING}
    comparison = kept.get("comparison")
    if comparison:
        kept["comparison"] = {name: value for name, value in comparison.items() if name not in _SHEET}
    return kept
