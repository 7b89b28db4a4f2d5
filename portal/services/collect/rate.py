"""Scan, tap, stored: the one use case that must never lose or double anything."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from portal.domain import code as codes
from portal.domain import rating
from portal.domain.counter import CounterView
from portal.domain.errors import CodeUnknown, CounterClosed, Invalid, KeyReused
from portal.domain.evidence import evidence_of
from portal.domain.rating import Standing, difference
from portal.services import Portal
from portal.services.collect.revision import revise
from portal.services.collect.tokens import Ticket, edit_token, receipt_hash, receipt_of
from portal.storage import counters, ledger, responses, tallies
from portal.storage.counters import Scene
from portal.storage.responses import About

_ID_BYTES: Final = 16


@dataclass(frozen=True, slots=True)
class Submission:
    """What the citizen's form carried; `answers` by element of one instrument, `device` the random cookie."""

    code: str
    key: bytes
    instrument: str
    answers: Mapping[str, int]
    language: str
    form_age: int
    device: bytes


@dataclass(frozen=True, slots=True)
class CounterPage:
    """The page behind a code; `others` are the unit's open counters where this one is closed."""

    counter: CounterView
    closed: bool
    others: tuple[tuple[str, str], ...] = ()


def canonical(code: str) -> str:
    """Return the code as it is stored, or raise `CodeMistyped`."""
    return codes.parse_counter_code(code)


def list_others(portal: Portal, code: str) -> CounterPage:
    """Return the counter with the open counters of its unit.

    Raises:
        CodeMistyped: the check character or the alphabet is wrong.
        CodeUnknown: no counter carries it.
    """
    with portal.read() as session:
        counter = _counter(session, code)
        others = counters.list_open_counters(session, counter.unit_id, portal.today())
    return CounterPage(counter, closed=False, others=tuple(others))


def _counter(session: Session, code: str) -> CounterView:
    counter = counters.find_counter(session, canonical(code))
    if counter is None:
        raise CodeUnknown
    return counter


def open_counter(portal: Portal, code: str) -> CounterPage:
    """Return the page of the counter that carries `code`.

    Raises:
        CodeMistyped: the check character or the alphabet is wrong.
        CodeUnknown: no counter carries it.
    """
    with portal.read() as session:
        counter = _counter(session, code)
        closed = counter.ends_on is not None and counter.ends_on < portal.today()
        others = counters.list_open_counters(session, counter.unit_id, portal.today()) if closed else ()
    return CounterPage(counter, closed, tuple(others))


def rate(portal: Portal, submission: Submission) -> Ticket:
    """Keep a rating exactly once.

    The same key and answers bring the original answer again; the same key with another answer changes the rating
    within ten minutes.

    Raises:
        CodeMistyped, CodeUnknown, CounterClosed: the code leads to no counter in use.
        Invalid: an answer outside the instrument.
        KeyReused: the key was used for another answer more than ten minutes ago.
    """
    public_code = canonical(submission.code)
    answers = portal.instruments[submission.instrument].check(submission.answers)
    if not answers:
        raise Invalid("answers")
    checked = replace(submission, code=public_code, answers=answers)
    with portal.begin() as session:
        return _keep(portal, session, checked)


def _keep(portal: Portal, session: Session, submission: Submission) -> Ticket:
    now = portal.now()
    local = now.astimezone(portal.time_zone)
    scene = counters.find_scene(session, submission.code, local)
    if scene is None:
        raise CodeUnknown
    response_id = secrets.token_bytes(_ID_BYTES)
    receipt = receipt_of(portal, submission.key)
    fresh = responses.spend_key(
        session,
        idempotency_key=submission.key,
        body_hash=_body_hash(submission),
        receipt_hash=receipt_hash(portal, receipt),
        response_id=response_id,
        expires_on=local.date() + rating.KEY_FOR,
    )
    if not fresh:
        return _replay(portal, session, submission, receipt, now)
    if scene.counter.ends_on is not None and scene.counter.ends_on < local.date():
        raise CounterClosed
    _append(portal, session, submission, scene, response_id, now)
    return Ticket(receipt, edit_token(portal, response_id, now))


def _append(
    portal: Portal, session: Session, submission: Submission, scene: Scene, response_id: bytes, now: datetime
) -> None:
    local = now.astimezone(portal.time_zone)
    today, part = local.date(), rating.day_part(local)
    counter, about = scene.counter, attribute(scene)
    evidence = evidence_of(counter.channel)
    responses.append_response(
        session,
        id=response_id,
        counter_id=counter.id,
        unit_id=counter.unit_id,
        channel=counter.channel,
        evidence=evidence,
        language=submission.language,
        given_on=today,
        day_part=part,
        received_on=today,
        counts_on=today,
    )
    answers = {submission.instrument: submission.answers}
    responses.append_ballots(session, response_id, 1, answers)
    responses.append_attribution(session, response_id, 1, about)
    day_key = scene.day_key or counters.put_day_key(session, today, secrets.token_bytes(32))
    mark = hmac.digest(day_key, submission.device, "sha256")
    responses.append_sighting(
        session, response_id=response_id, seen_at=now, device_mark=mark, form_age=submission.form_age
    )
    place = rating.Place(counter.unit_path, counter.id, counter.channel, evidence, part, today)
    standing = Standing(about.service, about.officer, answers=answers)
    change = difference(place, None, standing, portal.instruments)
    tallies.add(session, change.tallies)
    ledger.put_pending(session, response_id, change.pending, new=True)


def attribute(scene: Scene) -> About:
    """Decide who served (design 4): the name plate; else the only officer on duty while open; else nobody yet."""
    service, basis = scene.only_service, "none" if scene.only_service is None else "only"
    if scene.counter.plate_id is not None:
        return About(service, basis, scene.counter.plate_id, "plate")
    if scene.is_open and len(scene.on_duty) == 1:
        return About(service, basis, scene.on_duty[0], "duty")
    return About(service, basis, None, "none")


def _replay(portal: Portal, session: Session, submission: Submission, receipt: str, now: datetime) -> Ticket:
    """Bring the original answer again; within ten minutes the face sent last stands, whichever came before it."""
    spent = responses.get_spent_key(session, submission.key)
    seen_at = responses.find_seen_at(session, spent.response_id)
    if seen_at is not None and now <= seen_at + rating.CHANGE_FOR:
        record = responses.get_record(session, spent.response_id, lock=True)
        revise(portal, session, record, answers={submission.instrument: submission.answers})
    elif not hmac.compare_digest(spent.body_hash, _body_hash(submission)):
        raise KeyReused
    return Ticket(receipt, edit_token(portal, spent.response_id, seen_at) if seen_at else "", replayed=True)


def _body_hash(submission: Submission) -> bytes:
    body = [submission.code, submission.instrument, sorted(submission.answers.items())]
    return hashlib.sha256(json.dumps(body).encode()).digest()
