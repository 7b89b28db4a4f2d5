"""Who may come in: roles, scopes, names, passwords, and how long anything lasts."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import timedelta
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
_USERNAME: Final = re.compile(r"[\w.@-]{3,60}")


class Role(StrEnum):
    """What a member of staff is."""

    UNIT_HEAD = "unit_head"
    ADMINISTRATOR = "administrator"
    REVIEWER = "reviewer"


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

    `touch_due` asks for `touch_session`: the last sighting is older than a minute.
    """

    account_id: int
    username: str
    name: str
    role: Role
    unit_id: int | None
    unit_path: str | None
    unit_code: str | None
    touch_due: bool


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
    """Return the normal form of a new user name: 3 to 60 letters, digits and `. _ - @`.

    Raises:
        Invalid: `username`.
    """
    username = normal_username(text)
    if not username:
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
