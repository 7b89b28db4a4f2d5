"""Forms answered on paper, keyed in by staff: the same sums as every rating, and apart from them by channel."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from sqlalchemy.orm import Session

from portal.domain import rating
from portal.domain.counter import CounterView
from portal.domain.errors import CounterClosed, Forbidden, Invalid, KeyReused, NotFound
from portal.domain.evidence import PAPER, is_same_person
from portal.services import Portal
from portal.services.collect.keeping import Given, keep
from portal.services.collect.receipt import HELP, OTHER, QUICK, SURVEY, Choice
from portal.services.collect.tokens import receipt_hash, receipt_of
from portal.storage import channels, counters, responses, structure
from portal.storage.responses import About
from portal.storage.structure import Subject

PAPER_FOR: Final = timedelta(days=62)
_ID_BYTES: Final = 16
_SHEETS: Final = (QUICK, SURVEY)


@dataclass(frozen=True, slots=True)
class PaperSheet:
    """One answered form; `key` are 16 bytes that the same sheet brings each time it is entered.

    `service` is a code, `lainnya`, or empty for not answered; `officer` a code, or empty for nobody named.
    """

    counter_code: str
    key: bytes
    given_on: date
    answers: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """Answers by instrument id, then by element; what was left blank is left out."""
    service: str = ""
    officer: str = ""
    language: str = "id"


@dataclass(frozen=True, slots=True)
class PaperForm:
    """What a unit's paper may name; `counter_code` is empty until the unit has a counter for paper."""

    unit_code: str
    unit_name: str
    counter_code: str
    services: tuple[Choice, ...]
    officers: tuple[Choice, ...]
    given_from: date
    given_until: date


def open_paper(portal: Portal, scope: Sequence[int], unit_code: str) -> PaperForm:
    """Return what can be entered for a unit inside the caller's `scope` (ids from the root to the caller's own unit).

    Raises:
        NotFound: no such unit in the scope.
    """
    today = portal.today()
    with portal.read() as session:
        unit = structure.get_unit(session, scope, unit_code)
        code = next((code for code in channels.list_codes(session, [unit.id], today) if code.channel == PAPER), None)
        named = [one for one in structure.list_subjects(session, [unit.id]) if _lasts(one, today)]
    services, officers = (
        tuple(Choice(one.code, one.name) for one in named if one.kind == kind) for kind in ("service", "officer")
    )
    counter_code = code.counter_code if code else ""
    return PaperForm(unit.unit_code, unit.name, counter_code, services, officers, today - PAPER_FOR, today)


def enter_paper(portal: Portal, sheet: PaperSheet, actor: str, *, scope: Sequence[int] = ()) -> bool:
    """Keep one sheet; False when this very sheet was entered before. The caller writes the audit entry of the batch.

    Raises:
        NotFound: no such counter for paper in the `scope`.
        CounterClosed: it was not in use on that day.
        Forbidden: `own-officer`; the officer named bears the actor's own name.
        Invalid: `given_on`, `answers`, `service`, `officer`, or a value outside its instrument.
        KeyReused: the key was used for another sheet.
    """
    with portal.begin() as session:
        return store_sheet(portal, session, sheet, actor, scope=scope)


def store_sheet(portal: Portal, session: Session, sheet: PaperSheet, actor: str, *, scope: Sequence[int] = ()) -> bool:
    """Do what `enter_paper` does, in the transaction of a whole batch."""
    today = portal.today()
    if not today - PAPER_FOR <= sheet.given_on <= today:
        raise Invalid("given_on")
    answers = _answers(portal, sheet)
    counter = _counter(session, sheet, scope)
    about = _about(session, sheet, counter, actor)
    response_id = secrets.token_bytes(_ID_BYTES)
    fresh = responses.spend_key(
        session,
        idempotency_key=sheet.key,
        body_hash=_body_hash(sheet),
        receipt_hash=receipt_hash(portal, receipt_of(portal, sheet.key)),
        response_id=response_id,
        # Longer than the sheet can be entered at all, so that no file counts again once its keys are forgotten.
        expires_on=max(today + rating.KEY_FOR, sheet.given_on + PAPER_FOR),
    )
    if not fresh:
        spent = responses.get_spent_key(session, sheet.key)
        if not hmac.compare_digest(spent.body_hash, _body_hash(sheet)):
            raise KeyReused
        return False
    keep(portal, session, response_id, counter, Given(answers, about, sheet.language, sheet.given_on, "-", today))
    return True


def _answers(portal: Portal, sheet: PaperSheet) -> dict[str, dict[str, int]]:
    allowed = (*_SHEETS, HELP) if sheet.officer else _SHEETS
    if not sheet.answers.keys() <= set(allowed):
        raise Invalid("answers")
    checked = {name: portal.instruments[name].check(given) for name, given in sheet.answers.items() if given}
    if not checked:
        raise Invalid("answers")
    return checked


def _counter(session: Session, sheet: PaperSheet, scope: Sequence[int]) -> CounterView:
    counter = counters.find_by_counter_code(session, sheet.counter_code)
    if counter is None or counter.channel != PAPER or counter.unit_path[: len(scope)] != tuple(scope):
        raise NotFound("counter")
    starts_on, ends_on = counter.starts_on or sheet.given_on, counter.ends_on or sheet.given_on
    if not starts_on <= sheet.given_on <= ends_on:
        raise CounterClosed
    return counter


def _about(session: Session, sheet: PaperSheet, counter: CounterView, actor: str) -> About:
    named = [one for one in structure.list_subjects(session, [counter.unit_id]) if _lasts(one, sheet.given_on)]
    service_id, basis = _service(sheet.service, [one for one in named if one.kind == "service"])
    if not sheet.officer:
        return About(service_id, basis, None, "none")
    officer = next((one for one in named if (one.kind, one.code) == ("officer", sheet.officer)), None)
    if officer is None:
        raise Invalid("officer")
    if is_same_person(channels.find_account_name(session, actor) or "", officer.name):
        raise Forbidden("own-officer")
    return About(service_id, basis, officer.id, "choice")


def _service(code: str, services: Sequence[Subject]) -> tuple[int | None, str]:
    if code == OTHER:
        return None, "other"
    if not code:
        return (services[0].id, "only") if len(services) == 1 else (None, "none")
    chosen = next((service for service in services if service.code == code), None)
    if chosen is None:
        raise Invalid("service")
    return chosen.id, "choice"


def _lasts(subject: Subject, day: date) -> bool:
    return subject.ends_on is None or subject.ends_on >= day


def _body_hash(sheet: PaperSheet) -> bytes:
    answers = sorted((name, sorted(given.items())) for name, given in sheet.answers.items())
    body = [sheet.counter_code, sheet.given_on.isoformat(), answers, sheet.service, sheet.officer]
    return hashlib.sha256(json.dumps(body).encode()).digest()
