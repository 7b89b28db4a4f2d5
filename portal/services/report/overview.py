"""How far an office has come in its first hour, and its units."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from portal.domain.access import Role
from portal.domain.evidence import LINKS, PAPER
from portal.services import Portal
from portal.storage import counter_changes, governments, structure, tallies


@dataclass(frozen=True, slots=True)
class UnitLine:
    """A unit; `above` is the name of the unit that it belongs to, `counters` those in use."""

    code: str
    name: str
    above: str | None
    counters: int
    rated_today: bool


@dataclass(frozen=True, slots=True)
class Overview:
    """What is done of the first hour, of counters with a printed code; `scanned` are those that a scan test has met.

    `next_unit` is the code of the first unit with a counter in use, before all others one whose print was not tested.
    """

    rehearsing: bool
    counters: int
    scanned: int
    next_unit: str | None
    rated_today: bool
    has_head: bool
    units: tuple[UnitLine, ...]


def open_overview(portal: Portal) -> Overview:
    """Return what the administrator sees first."""
    today = portal.today()
    with portal.read() as session:
        _, rehearsing = governments.find_facts(session)
        has_head = governments.has_role(session, Role.UNIT_HEAD.value)
        units = structure.list_units(session)
        rows = counter_changes.list_counters(session)
        rated = tallies.list_counters_rated_on(session, today, [unit.id for unit in units])
    names = {unit.id: unit.name for unit in units}
    printed = [row for row in rows if row.channel not in {*LINKS, PAPER}]
    used = [row for row in printed if row.ends_on is None or row.ends_on >= today]
    untested = [row for row in used if row.scanned_at is None]
    per_unit = Counter(row.unit_id for row in used)
    rated_units = {row.unit_id for row in rows if row.id in rated}
    lines = (
        UnitLine(
            unit.unit_code,
            unit.name,
            names[unit.path[-2]] if len(unit.path) > 1 else None,
            per_unit[unit.id],
            unit.id in rated_units,
        )
        for unit in units
    )
    following = next((row.unit_code for row in (*untested, *used)), None)
    return Overview(rehearsing, len(used), len(used) - len(untested), following, bool(rated), has_head, tuple(lines))
