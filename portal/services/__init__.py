"""Use cases: one function each, one transaction each, and the `Portal` that every one of them gets first."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Concatenate, Final, ParamSpec, Protocol, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from portal.domain.access import FULL_COST, Hashing
from portal.domain.errors import Conflict
from portal.domain.instrument import Instrument
from portal.domain.policy import Policy

ATTEMPTS: Final = 5

P = ParamSpec("P")
R = TypeVar("R")


class Begin(Protocol):
    """Open a write transaction; see `storage.database.Database.begin`."""

    def __call__(self, *, repeatable: bool = False) -> AbstractContextManager[Session]:
        """Commit at the end, roll back on any exception."""


@dataclass(frozen=True, slots=True)
class Portal:
    """What a use case may use; built once in `portal.app`, nothing to patch in tests."""

    begin: Begin
    read: Callable[[], AbstractContextManager[Session]]
    now: Callable[[], datetime]
    policy_on: Callable[[Session, date], Policy]
    instruments: Mapping[str, Instrument]
    secret_key: str
    government: str
    time_zone: ZoneInfo
    close: Callable[[], None]
    hashing: Hashing = FULL_COST

    def local_now(self) -> datetime:
        """Return the present in the government's time zone."""
        return self.now().astimezone(self.time_zone)

    def today(self) -> date:
        """Return the local date."""
        return self.local_now().date()


def utc_now() -> datetime:
    """Return the present; the clock of every portal that is not a test or a demonstration."""
    return datetime.now(UTC)


def run(portal: Portal, use_case: Callable[Concatenate[Portal, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Run a use case, and run it again from the start when another writer won.

    Raises:
        Conflict: it lost `ATTEMPTS` times in a row.
    """
    for _ in range(ATTEMPTS - 1):
        try:
            return use_case(portal, *args, **kwargs)
        except Conflict:
            continue
    return use_case(portal, *args, **kwargs)
