"""Responses as citizens gave them, append-only, and the spent keys that make each of them count once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import BindParameter, Row, Table, and_, bindparam, delete, func, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, aliased

from portal.domain.rating import COUNTED, NOBODY, NOT_ANSWERED, OTHER_SERVICE, Place, Standing
from portal.storage.tables import Attribution, Ballot, DayKey, Key, Response, Sighting, Unit, Verdict, connection_of

_INSERTS = {
    table: insert(cast("Table", table.__table__)) for table in (Response, Ballot, Attribution, Verdict, Sighting)
}
_KEYS = cast("Table", Key.__table__)
_SPEND = {
    "sqlite": sqlite.insert(_KEYS)
    .on_conflict_do_nothing(index_elements=["idempotency_key"])
    .returning(_KEYS.c.expires_on),
    "postgresql": (
        postgresql.insert(_KEYS)
        .on_conflict_do_nothing(index_elements=["idempotency_key"])
        .returning(_KEYS.c.expires_on)
    ),
}
_response_id: BindParameter[bytes] = bindparam("response_id")
_BATCH = 500


@dataclass(frozen=True, slots=True)
class About:
    """Whom a response is about, and how that is known."""

    service_id: int | None
    service_basis: str
    officer_id: int | None
    officer_basis: str

    @property
    def service(self) -> str:
        """The service's part of a tally key."""
        if self.service_basis == "other":
            return OTHER_SERVICE
        return str(self.service_id) if self.service_id is not None else NOT_ANSWERED

    @property
    def officer(self) -> str:
        """The officer's part of a tally key."""
        return str(self.officer_id) if self.officer_id is not None else NOBODY


@dataclass(frozen=True, slots=True)
class Record:
    """A response with its standing and the revisions on which that rests."""

    response_id: bytes
    place: Place
    standing: Standing
    about: About
    ballot_revisions: Mapping[str, int]
    attribution_revision: int


@dataclass(frozen=True, slots=True)
class SpentKey:
    """What an idempotency key has already brought."""

    body_hash: bytes
    response_id: bytes


def spend_key(session: Session, **columns: Any) -> bool:  # noqa: ANN401 - the columns of Key
    """Spend an idempotency key; False when it was spent before."""
    statement = _SPEND[session.get_bind().dialect.name]
    return connection_of(session).execute(statement, columns).first() is not None


_SPENT = select(Key.body_hash, Key.response_id).where(Key.idempotency_key == bindparam("key"))
_RECEIPT = select(Key.response_id).where(Key.receipt_hash == bindparam("digest"), Key.expires_on >= bindparam("today"))
_SEEN = select(Sighting.seen_at).where(Sighting.response_id == _response_id)


def get_spent_key(session: Session, key: bytes) -> SpentKey:
    """Return what a spent key has brought."""
    return SpentKey(*connection_of(session).execute(_SPENT, {"key": key}).one())


def find_by_receipt(session: Session, receipt_hash: bytes, today: date) -> bytes | None:
    """Return the id of the response that the receipt was given for, while it lasts."""
    return connection_of(session).execute(_RECEIPT, {"digest": receipt_hash, "today": today}).scalar_one_or_none()


def find_seen_at(session: Session, response_id: bytes) -> datetime | None:
    """Return the instant of the response, kept for 72 hours."""
    return connection_of(session).execute(_SEEN, {"response_id": response_id}).scalar_one_or_none()


def append_response(session: Session, **columns: Any) -> None:  # noqa: ANN401 - the columns of Response
    """Keep a new response."""
    connection_of(session).execute(_INSERTS[Response], columns)


def append_ballots(
    session: Session, response_id: bytes, revision: int, answers: Mapping[str, Mapping[str, int]]
) -> None:
    """Keep a revision of the answers to each instrument in `answers`."""
    rows = [
        {"response_id": response_id, "instrument": instrument, "revision": revision, "answers": dict(given)}
        for instrument, given in answers.items()
    ]
    connection_of(session).execute(_INSERTS[Ballot], rows if len(rows) > 1 else rows[0])  # many cost a round trip more


def append_attribution(
    session: Session, response_id: bytes, revision: int, about: About, reason: str | None = None
) -> None:
    """Keep a revision of whom the response is about."""
    columns = {
        "response_id": response_id,
        "revision": revision,
        "service_id": about.service_id,
        "service_basis": about.service_basis,
        "officer_id": about.officer_id,
        "officer_basis": about.officer_basis,
        "reason": reason,
    }
    connection_of(session).execute(_INSERTS[Attribution], columns)


def append_verdict(session: Session, response_id: bytes, revision: int, state: str) -> None:
    """Keep a revision of whether the response counts; `state` is counted, held:<rule> or excluded:<reason>."""
    connection_of(session).execute(
        _INSERTS[Verdict], {"response_id": response_id, "revision": revision, "state": state}
    )


def append_sighting(session: Session, **columns: Any) -> None:  # noqa: ANN401 - the columns of Sighting
    """Keep the marks that the rules need, for 72 hours."""
    connection_of(session).execute(_INSERTS[Sighting], columns)


def delete_expired(session: Session, *, today: date, sightings_before: datetime) -> Mapping[str, int]:
    """Forget what was kept for a time only: sightings, spent keys, device keys of days gone by; rows by table."""
    statements = {
        "sightings": delete(Sighting).where(Sighting.seen_at < sightings_before),
        "keys": delete(Key).where(Key.expires_on < today),
        "day_keys": delete(DayKey).where(DayKey.on_date < today),
    }
    return {name: connection_of(session).execute(statement).rowcount for name, statement in statements.items()}


_newer_attribution, _newer_verdict, _newer_ballot = aliased(Attribution), aliased(Verdict), aliased(Ballot)
_latest_attribution = (
    select(func.max(_newer_attribution.revision))
    .where(_newer_attribution.response_id == Attribution.response_id)
    .scalar_subquery()
)
_latest_verdict = (
    select(func.max(_newer_verdict.revision)).where(_newer_verdict.response_id == Verdict.response_id).scalar_subquery()
)
_latest_ballot = (
    select(func.max(_newer_ballot.revision))
    .where(_newer_ballot.response_id == Ballot.response_id, _newer_ballot.instrument == Ballot.instrument)
    .scalar_subquery()
)
_HEADS = (
    select(
        Response.id,
        Response.counter_id,
        Response.channel,
        Response.evidence,
        Response.day_part,
        Response.given_on,
        Response.counts_on,
        Unit.path,
        Attribution.revision,
        Attribution.service_id,
        Attribution.service_basis,
        Attribution.officer_id,
        Attribution.officer_basis,
        Verdict.state,
    )
    .join(Unit, Unit.id == Response.unit_id)
    .join(
        Attribution,
        and_(Attribution.response_id == Response.id, Attribution.revision == _latest_attribution),
    )
    .outerjoin(Verdict, and_(Verdict.response_id == Response.id, Verdict.revision == _latest_verdict))
)
_HEAD = _HEADS.where(Response.id == _response_id)
_SOME = _HEADS.where(Response.id.in_(bindparam("response_ids", expanding=True)))
_LOCK = select(Response.id).where(Response.id == _response_id).with_for_update()
_BALLOTS = select(Ballot.response_id, Ballot.instrument, Ballot.revision, Ballot.answers).where(
    Ballot.revision == _latest_ballot
)
_BALLOTS_OF_ONE = _BALLOTS.where(Ballot.response_id == _response_id)
_BALLOTS_OF_MANY = _BALLOTS.where(Ballot.response_id.in_(bindparam("response_ids", expanding=True)))


def _record(head: Row[*tuple[Any, ...]], ballots: Sequence[Row[*tuple[Any, ...]]]) -> Record:
    about = About(head.service_id, head.service_basis, head.officer_id, head.officer_basis)
    path = tuple(int(part) for part in head.path.split("."))
    late = head.counts_on != head.given_on
    place = Place(path, head.counter_id, head.channel, head.evidence, head.day_part, head.counts_on, late)
    answers = {ballot.instrument: ballot.answers for ballot in ballots}
    standing = Standing(about.service, about.officer, head.state or COUNTED, answers)
    return Record(head.id, place, standing, about, {b.instrument: b.revision for b in ballots}, head.revision)


def get_record(session: Session, response_id: bytes, *, lock: bool = False) -> Record:
    """Return a response as it stands; `lock` keeps other changes of it waiting until this transaction ends."""
    if lock:
        connection_of(session).execute(_LOCK, {"response_id": response_id})
    head = connection_of(session).execute(_HEAD, {"response_id": response_id}).one()
    return _record(head, connection_of(session).execute(_BALLOTS_OF_ONE, {"response_id": response_id}).all())


def list_some(session: Session, response_ids: Sequence[bytes]) -> Iterator[Record]:
    """List the responses of these ids as they stand, in no order."""
    for start in range(0, len(response_ids), _BATCH):
        heads = connection_of(session).execute(_SOME, {"response_ids": response_ids[start : start + _BATCH]}).all()
        yield from _with_ballots(session, heads)


def list_records(session: Session) -> Iterator[Record]:
    """Walk over every response as it stands; for rebuilding only, as its cost grows with their number."""
    heads = connection_of(session).execute(_HEADS.order_by(Response.id).execution_options(yield_per=_BATCH))
    for part in heads.partitions():
        yield from _with_ballots(session, part)


def _with_ballots(session: Session, heads: Sequence[Row[*tuple[Any, ...]]]) -> Iterator[Record]:
    ids = [head.id for head in heads]
    ballots: dict[bytes, list[Row[*tuple[Any, ...]]]] = {response_id: [] for response_id in ids}
    for ballot in connection_of(session).execute(_BALLOTS_OF_MANY, {"response_ids": ids}):
        ballots[ballot.response_id].append(ballot)
    yield from (_record(head, ballots[head.id]) for head in heads)
