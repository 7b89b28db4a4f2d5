"""The sheet that is printed and hung up at a counter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from portal.domain.errors import NotFound
from portal.services import Portal
from portal.storage import structure, tallies


@dataclass(frozen=True, slots=True)
class CounterSheet:
    """What is printed and hung up at a counter, and whether anybody has rated there today."""

    unit_code: str
    unit_name: str
    name: str
    public_code: str
    rated_today: bool


def open_counter_sheet(portal: Portal, scope: Sequence[int], counter_code: str) -> CounterSheet:
    """Return what is printed for a counter inside the caller's `scope` (ids from the root to the caller's own unit).

    Raises:
        NotFound: no such counter in the scope.
    """
    with portal.read() as session:
        units = {unit.id: unit for unit in structure.list_subtree(session, scope)}
        for subject in structure.list_subjects(session, list(units)):
            if subject.kind == "counter" and subject.code == counter_code and subject.public_code:
                rated = tallies.list_counters_rated_on(session, portal.today(), [subject.unit_id])
                unit = units[subject.unit_id]
                return CounterSheet(unit.unit_code, unit.name, subject.name, subject.public_code, subject.id in rated)
    raise NotFound("counter")
