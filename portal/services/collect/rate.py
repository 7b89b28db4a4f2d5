"""Scan, tap, stored: the one use case that must never lose or double anything."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from portal.domain import code as codes
from portal.domain import rating
from portal.domain.counter import CounterView, State
from portal.domain.errors import CodeUnknown, CounterClosed, Invalid, KeyReused
from portal.domain.evidence import reaches_officer
from portal.services import Portal
from portal.services.collect.choosing import PROFILE, keep_choices, keep_first_choices
from portal.services.collect.keeping import Given, keep
from portal.services.collect.revision import revise
from portal.services.collect.tokens import Ticket, edit_token, receipt_hash, receipt_of
from portal.storage import counters, responses
from portal.storage.counters import Scene
from portal.storage.responses import About

_ID_BYTES: Final = 16


@dataclass(frozen=True, slots=True)
class Submission:
    """What the citizen's form carried; `answers` by element of one instrument, `device` the random cookie.

    `profile` holds what was chosen of the respondent's profile, by item.
    """

    code: str
    key: bytes
    instrument: str
    answers: Mapping[str, int]
    language: str
    form_age: int
    device: bytes
    profile: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CounterPage:
    """The page behind a code; `others` are the unit's open counters where this one cannot be rated.

    `is_tested`: a scan test waits for the code.
    """

    counter: CounterView
    state: State
    others: tuple[tuple[str, str], ...] = ()
    is_tested: bool = False


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
    return CounterPage(counter, counter.state_on(portal.today()), tuple(others))


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
        now = portal.now()
        today = now.astimezone(portal.time_zone).date()
        state = counter.state_on(today)
        others = () if state is State.OPEN else counters.list_open_counters(session, counter.unit_id, today)
    return CounterPage(counter, state, tuple(others), counter.is_tested_at(now))


def rate(portal: Portal, submission: Submission) -> Ticket:
    """Keep a rating exactly once.

    The same key and answers bring the original answer again; the same key with another answer changes the rating
    within ten minutes.

    Raises:
        CodeMistyped, CodeUnknown, CounterClosed: the code leads to no counter that citizens can rate today.
        Invalid: an answer outside the instrument.
        KeyReused: the key was used for another answer more than ten minutes ago.
    """
    public_code = canonical(submission.code)
    answers = portal.instruments[submission.instrument].check(submission.answers)
    if not answers:
        raise Invalid("answers")
    profile = portal.instruments[PROFILE].check_choices(submission.profile)
    checked = replace(submission, code=public_code, answers=answers, profile=profile)
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
    if scene.counter.state_on(local.date()) is not State.OPEN:
        raise CounterClosed
    _append(portal, session, submission, scene, response_id, now)
    return Ticket(receipt, edit_token(portal, response_id, now))


def _append(
    portal: Portal, session: Session, submission: Submission, scene: Scene, response_id: bytes, now: datetime
) -> None:
    local = now.astimezone(portal.time_zone)
    today = local.date()
    day_key = scene.day_key or counters.put_day_key(session, today, secrets.token_bytes(32))
    mark = hmac.digest(day_key, submission.device, "sha256")
    responses.append_sighting(
        session, response_id=response_id, seen_at=now, device_mark=mark, form_age=submission.form_age
    )
    answers = {submission.instrument: submission.answers} | ({PROFILE: {}} if submission.profile else {})
    given = Given(answers, attribute(scene), submission.language, today, rating.day_part(local), today)
    keep(portal, session, response_id, scene.counter, given)
    keep_first_choices(session, scene.counter, given, PROFILE, submission.profile)


def attribute(scene: Scene) -> About:
    """Decide who served (design 4): the name plate; else the only officer on duty while open; else nobody yet.

    What came by a link is about no officer, whoever is on duty.
    """
    service, basis = scene.only_service, "none" if scene.only_service is None else "only"
    if not reaches_officer(scene.counter.channel):
        return About(service, basis, None, "none")
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
        keep_choices(portal, session, record, PROFILE, submission.profile)
    elif not hmac.compare_digest(spent.body_hash, _body_hash(submission)):
        raise KeyReused
    return Ticket(receipt, edit_token(portal, spent.response_id, seen_at) if seen_at else "", replayed=True)


def _body_hash(submission: Submission) -> bytes:
    body = [submission.code, submission.instrument, sorted(submission.answers.items())]
    return hashlib.sha256(json.dumps(body).encode()).digest()
