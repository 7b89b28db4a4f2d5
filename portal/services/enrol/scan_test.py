"""The scan test: staff open a window, a phone meets the printed code, both are told that it works."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from portal.domain.errors import NotFound
from portal.domain.evidence import LINKS, PAPER
from portal.services import Portal
from portal.storage import audit, channels, structure
from portal.storage.channels import Code
from portal.storage.structure import UnitRow

WINDOW: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class PrintedCode:
    """A code that is printed somewhere; local times, `waits_until` only while a test is under way."""

    counter_code: str
    public_code: str
    name: str
    is_plate: bool
    waits_until: datetime | None
    scanned_at: datetime | None


@dataclass(frozen=True, slots=True)
class ScanTest:
    """A unit's printed codes with their last test."""

    unit_code: str
    unit_name: str
    codes: tuple[PrintedCode, ...]

    @property
    def waiting(self) -> int:
        """How many codes are waited for now."""
        return sum(code.waits_until is not None for code in self.codes)


def list_tests(portal: Portal, scope: Sequence[int], unit_code: str) -> ScanTest:
    """Return the printed codes of a unit inside the caller's `scope` (ids from the root to the caller's own unit).

    Raises:
        NotFound: no such unit in the scope.
    """
    with portal.read() as session:
        unit, listed = _printed(portal, session, scope, unit_code)
    return ScanTest(unit.unit_code, unit.name, tuple(_shown(portal, code) for code in listed))


def start_test(portal: Portal, scope: Sequence[int], unit_code: str, counter_code: str, actor: str) -> int:
    """Wait ten minutes for a scan of one code, or of every code of the unit where `counter_code` is empty.

    Return how many codes are waited for.

    Raises:
        NotFound: no such unit in the scope, or no such code in the unit.
    """
    with portal.begin() as session:
        unit, listed = _printed(portal, session, scope, unit_code)
        wanted = [code for code in listed if counter_code in {"", code.counter_code}]
        if not wanted:
            raise NotFound("counter")
        channels.put_test(session, [code.id for code in wanted], portal.now() + WINDOW)
        detail = {"unit": unit.unit_code, "counters": [code.counter_code for code in wanted]}
        audit.append(session, at=portal.now(), actor=actor, act="scan-test-started", detail=detail)
    return len(wanted)


def take_scan(portal: Portal, public_code: str) -> datetime | None:
    """Note that a phone met the code, and return the local time; None where nobody waits for it any more."""
    with portal.begin() as session:
        now = portal.now()
        met = channels.take_scan(session, public_code, now)
    return now.astimezone(portal.time_zone) if met else None


def _printed(portal: Portal, session: Session, scope: Sequence[int], unit_code: str) -> tuple[UnitRow, Sequence[Code]]:
    unit = structure.get_unit(session, scope, unit_code)
    listed = channels.list_codes(session, [unit.id], portal.today())
    return unit, [code for code in listed if code.channel not in {*LINKS, PAPER}]


def _shown(portal: Portal, code: Code) -> PrintedCode:
    waits = code.tested_until is not None and portal.now() < code.tested_until
    return PrintedCode(
        code.counter_code,
        code.public_code,
        code.name,
        code.plate_name is not None,
        code.tested_until.astimezone(portal.time_zone) if waits and code.tested_until else None,
        code.scanned_at.astimezone(portal.time_zone) if code.scanned_at else None,
    )
