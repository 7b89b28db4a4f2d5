"""Who may come in: roles, scopes, names, passwords, and how long anything lasts."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from portal.domain.errors import Invalid

IDLE_FOR: Final = timedelta(minutes=30)
SIGNED_IN_FOR: Final = timedelta(hours=8)
SEEN_EVERY: Final = timedelta(minutes=1)
TOKEN_FOR: Final = timedelta(seconds=900)
SCOPES: Final = ("scores:read", "officers:pii")
SHORTEST_PASSWORD: Final = 12
LONGEST_PASSWORD: Final = 128
LONGEST_NAME: Final = 200
FREE_FAILURES: Final = 5
FIRST_DELAY: Final = timedelta(seconds=30)
LONGEST_DELAY: Final = timedelta(minutes=15)
REFUSALS_FOR: Final = timedelta(days=1)
MOST_FAILURES: Final = 20  # counted no further: the longest delay is reached before
ONE_TIME_FOR: Final = timedelta(hours=72)
CONFIRMED_FOR: Final = timedelta(minutes=10)
RECOVERY_CODES: Final = 10
RECOVERY_LENGTH: Final = 12
CODE_SECONDS: Final = 30
_CODE_DIGITS: Final = 6
_USERNAME: Final = re.compile(r"[\w.@-]{3,60}")
_PERSONAL_NUMBER: Final = re.compile(r"(?:\d[._@-]*){16}")  # 16 digits of a NIK, 18 of a NIP


class Role(StrEnum):
    """What a member of staff is."""

    UNIT_HEAD = "unit_head"
    ADMINISTRATOR = "administrator"
    REVIEWER = "reviewer"


SECOND_FACTOR_ROLES: Final = frozenset({Role.ADMINISTRATOR, Role.REVIEWER})
"""Who may not go without a second factor."""
DECIDERS: Final = tuple(role.value for role in (Role.ADMINISTRATOR, Role.REVIEWER))
"""The roles of whoever may be the second person."""


class Stage(StrEnum):
    """What a session still has to give before it opens anything: `OPEN` for nothing."""

    SECOND = "second"
    """A code of the second factor, or a recovery code."""
    PASSWORD = "password"  # noqa: S105 - the name of a stage
    """A password of one's own, in place of the one that another gave."""
    ENROL = "enrol"
    """A second factor."""
    OPEN = "open"


class State(StrEnum):
    """What an account is worth now."""

    ACTIVE = "active"
    WAITING = "waiting"
    """Its one-time password was not used yet."""
    EXPIRED = "expired"
    """Its one-time password was never used and is over."""
    DISABLED = "disabled"


@dataclass(frozen=True, slots=True)
class Hashing:
    """The cost of a password hash: memory in KiB, passes over it, lanes.

    Source: argon2id as reference for this product (RFC 9106 section 4, memory-constrained choice, with one lane).
    """

    memory: int = 64 * 1024
    passes: int = 3
    lanes: int = 1


FULL_COST: Final = Hashing()


@dataclass(frozen=True, slots=True)
class Signed:
    """Whoever is signed in; `unit_path` holds the ids from the root to the unit, joined by dots, `unit_code` its code.

    `touch_due` asks for `touch_session`: the last sighting is older than a minute. Nothing is open to them before
    `stage` is. `enrolled` tells of a second factor, `confirmed_at` when password and code were last given.
    """

    account_id: int
    username: str
    name: str
    role: Role
    unit_id: int | None
    unit_path: str | None
    unit_code: str | None
    touch_due: bool
    stage: Stage
    enrolled: bool
    confirmed_at: datetime

    def is_confirmed(self, now: datetime) -> bool:
        """Tell whether password and code were given recently enough for what asks for them again."""
        return now - self.confirmed_at <= CONFIRMED_FOR


@dataclass(frozen=True, slots=True)
class Caller:
    """The system behind an access token; without a unit it may see the whole government."""

    client_id: int
    client_code: str
    name: str
    unit_id: int | None
    unit_path: str | None
    scopes: frozenset[str]


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().casefold()


def normal_username(text: str) -> str:
    """Return the form under which a user name is kept and looked up; empty for what can be nobody's."""
    username = _folded(text)
    return username if _USERNAME.fullmatch(username) else ""


def check_username(text: str) -> str:
    """Return the normal form of a new user name: 3 to 60 letters, digits and `. _ - @`, and no NIP or NIK.

    Raises:
        Invalid: `username`.
    """
    username = normal_username(text)
    if not username or _PERSONAL_NUMBER.search(username):
        raise Invalid("username")
    return username


def check_name(text: str) -> str:
    """Return a display name without outer spaces.

    Raises:
        Invalid: `name` is empty, longer than 200 characters or holds characters that do not print.
    """
    name = text.strip()
    if not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
        raise Invalid("name")
    return name


def normal_password(text: str) -> str:
    """Return the form that is hashed, equal on every keyboard."""
    return unicodedata.normalize("NFKC", text)


def check_password(username: str, password: str) -> None:
    """Refuse a password that is too easily guessed.

    Raises:
        Invalid: `password` has not 12 to 128 characters, or contains the user name.
    """
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD or username in _folded(password):
        raise Invalid("password")


def stage_after(role: Role, *, enrolled: bool, proven: bool, one_time: bool) -> Stage:
    """Return what is asked next of whoever gave the right password; `proven` once the second factor was given, too."""
    if enrolled and not proven:
        return Stage.SECOND
    if one_time:
        return Stage.PASSWORD
    return Stage.ENROL if role in SECOND_FACTOR_ROLES and not enrolled else Stage.OPEN


def state_of(disabled_at: datetime | None, one_time_until: datetime | None, now: datetime) -> State:
    """Return what an account is worth now."""
    if disabled_at is not None:
        return State.DISABLED
    if one_time_until is None:
        return State.ACTIVE
    return State.WAITING if now < one_time_until else State.EXPIRED


def normal_code(text: str) -> str:
    """Return a code of the second factor as typed, without the spaces that apps show; empty for what can be none."""
    code = "".join(text.split())
    return code if len(code) == _CODE_DIGITS and code.isascii() and code.isdecimal() else ""


def steps_at(now: datetime) -> tuple[int, int]:
    """Return the time steps whose codes are taken: the present one, and the one before for slow hands.

    Source: RFC 6238, sections 4.2 and 5.2.
    """
    present = int(now.timestamp()) // CODE_SECONDS
    return present, present - 1


def delay_after(failures: int) -> timedelta | None:
    """Return how long sign-in waits after so many refusals in a row: none before the 5th, 30 s, doubling to 15 min."""
    if failures < FREE_FAILURES:
        return None
    doublings = min(failures, MOST_FAILURES) - FREE_FAILURES
    return min(FIRST_DELAY * (1 << doublings), LONGEST_DELAY)


def check_scopes(asked: str | None, granted: tuple[str, ...]) -> tuple[str, ...]:
    """Return the scopes of a new token, in the order of `granted`: all of them where none is asked for.

    Raises:
        Invalid: `invalid_scope`; more was asked for than granted.
    """
    wanted = set((asked or "").split(" ")) - {""}
    if not wanted <= set(granted):
        raise Invalid("invalid_scope")
    return tuple(scope for scope in granted if scope in wanted) if wanted else granted
