"""The set-up: who the government is, its first unit, counter and services, and the first administrator."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from portal.domain import access
from portal.domain import code as codes
from portal.domain.access import Role
from portal.domain.errors import Invalid, SetUpDone, SetUpKeyWrong
from portal.domain.naming import check_given_name, code_of
from portal.domain.workbook.sheet import COUNTER, SERVICE, SHEETS, UNIT
from portal.services import Portal
from portal.storage import audit, governments, registry, rehearsals, staff

MOST_SERVICES: Final = 50
_KEY_LENGTH: Final = 12
_CODE_BITS: Final = 30


@dataclass(frozen=True, slots=True)
class Answers:
    """What the set-up asks; `rehearse` begins a rehearsal with it."""

    government: str
    unit: str
    counter: str
    services: Sequence[str]
    username: str
    name: str
    password: str
    rehearse: bool


def set_up_key(portal: Portal) -> str:
    """Return the key in the address of the set-up: 60 bits that whoever starts the portal reads, and nobody guesses.

    Made from the secret, so that every process knows it and none keeps it.
    """
    digest = hmac.digest(portal.secret_key.encode(), b"set-up", hashlib.sha256)
    return codes.encode(int.from_bytes(digest), _KEY_LENGTH)


def is_set_up(portal: Portal) -> bool:
    """Tell whether anybody has an account."""
    with portal.read() as session:
        return governments.has_account(session)


def check_open(portal: Portal, key: str) -> None:
    """Let the set-up be opened.

    Raises:
        SetUpDone: somebody has an account.
        SetUpKeyWrong: `key` is not that of the printed address.
    """
    if is_set_up(portal):
        raise SetUpDone
    _check_key(portal, key)


def _check_key(portal: Portal, key: str) -> None:
    if not hmac.compare_digest(codes.normalise(key).encode(), set_up_key(portal).encode()):
        raise SetUpKeyWrong


def set_up(portal: Portal, key: str, answers: Answers, *, hash_password: Callable[[Portal, str], str]) -> None:
    """Create the government, its first unit, counter and services, and the first administrator: all of it or nothing.

    Whatever fails leaves the set-up open, so that nobody is locked out by half of it. `hash_password` runs before the
    transaction, as it outlasts many ratings.

    Raises:
        SetUpDone, SetUpKeyWrong: as `check_open`.
        Invalid: names what breaks its rule: `government`, `unit`, `counter`, `services`, `username`, `name`,
            `password`; or `rehearse`, where there are ratings already.
    """
    check_open(portal, key)
    checked = _check(answers)
    password_hash = hash_password(portal, checked.password)
    with portal.begin(repeatable=True) as session:
        registry.hold_registry(session)
        rehearsals.hold_ratings(session)
        if governments.has_account(session):
            raise SetUpDone
        _keep(portal, session, checked, password_hash)


def _check(answers: Answers) -> Answers:
    username = access.check_username(answers.username)
    access.check_password(username, answers.password)
    services = [check_given_name(line, "services") for line in answers.services if line.strip()]
    if len(services) > MOST_SERVICES:
        raise Invalid("services")
    return Answers(
        check_given_name(answers.government, "government"),
        check_given_name(answers.unit, "unit"),
        check_given_name(answers.counter, "counter"),
        tuple(dict.fromkeys(services)),
        username,
        access.check_name(answers.name),
        answers.password,
        answers.rehearse,
    )


def _keep(portal: Portal, session: Session, answers: Answers, password_hash: str) -> None:
    now = portal.now()
    if answers.rehearse:
        if rehearsals.has_ratings(session):
            raise Invalid("rehearse")
        rehearsals.add_rehearsal(session, now)
    governments.add_government(session, answers.government, now)
    added = _add_registry(session, answers)
    staff.add_account(
        session,
        username=answers.username,
        name=answers.name,
        role=Role.ADMINISTRATOR,
        unit_id=None,
        password_hash=password_hash,
    )
    detail = {"government": answers.government, **added, "rehearsal": answers.rehearse}
    account = {"username": answers.username, "role": Role.ADMINISTRATOR.value, "unit": None}
    audit.append(session, at=now, actor=answers.username, act="set-up", detail=detail)
    audit.append(session, at=now, actor=answers.username, act="account-created", detail=account)


def _add_registry(session: Session, answers: Answers) -> Mapping[str, object]:
    """Add the first rows of the registry, beside any that a workbook brought before; return their codes by kind."""
    taken = {sheet: set(rows) for sheet, rows in registry.get_registry(session).items()}
    unit = code_of(answers.unit, taken[UNIT], fallback="UNIT")
    _add(session, UNIT, unit, name=answers.unit)
    services: list[str] = []
    for name in answers.services:
        services.append(code_of(name, taken[SERVICE] | {*services}, fallback="LYN", within=unit))
        _add(session, SERVICE, services[-1], name=name, unit=unit)
    counter = code_of(answers.counter, taken[COUNTER], fallback="LKT", within=unit)
    _add(session, COUNTER, counter, name=answers.counter, unit=unit)
    return {"unit": unit, "counter": counter, "services": services}


def _add(session: Session, sheet: str, code: str, **fields: str) -> None:
    row = code, {**SHEETS[sheet].defaults, **fields}
    registry.add_rows(session, sheet, [row], lambda: secrets.randbits(_CODE_BITS))
