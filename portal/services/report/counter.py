"""The sheet that is printed and hung up at a counter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from portal.domain.errors import NotFound
from portal.domain.evidence import PAPER
from portal.services import Portal
from portal.storage import structure, tallies


@dataclass(frozen=True, slots=True)
class CounterSheet:
    """What is printed and hung up at a counter, and whether anybody has rated there today."""

    unit_code: str
    unit_name: str
    counter_label: str | None
    code: str
    name: str
    public_code: str
    rated_today: bool
    is_closed: bool
    is_plate: bool


def open_counter_sheet(portal: Portal, scope: Sequence[int], counter_code: str) -> CounterSheet:
    """Return what is printed for a counter inside the caller's `scope` (ids from the root to the caller's own unit).

    Raises:
        NotFound: no such counter in the scope, or one for answers on paper, whose code nobody scans.
    """
    with portal.read() as session:
        units = {unit.id: unit for unit in structure.list_subtree(session, scope)}
        for subject in structure.list_subjects(session, list(units)):
            if (subject.kind, subject.code) != ("counter", counter_code) or subject.channel == PAPER:
                continue
            if subject.public_code:
                rated = tallies.list_counters_rated_on(session, portal.today(), [subject.unit_id])
                unit = units[subject.unit_id]
                return CounterSheet(
                    unit_code=unit.unit_code,
                    unit_name=unit.name,
                    counter_label=unit.counter_label,
                    code=subject.code,
                    name=subject.name,
                    public_code=subject.public_code,
                    rated_today=subject.id in rated,
                    is_closed=subject.ends_on is not None and subject.ends_on < portal.today(),
                    is_plate=subject.is_plate,
                )
    raise NotFound("counter")
