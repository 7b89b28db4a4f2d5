"""Which rows of the feed are hidden so that subtracting its other rows from their unit reveals nobody."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from portal.domain.access import Caller
from portal.domain.instrument import Composite, Instrument
from portal.domain.rating import NOT_ANSWERED, OTHER_SERVICE, service_subject
from portal.domain.score.family import Family, Key, Staff, banded_measures, hidden_officers, hidden_rows
from portal.domain.score.summary import Pool
from portal.domain.threshold import Thresholds
from portal.storage import feed, structure
from portal.storage.structure import Subject, UnitRow

STAFF = Thresholds()
Bands = Mapping[Key, frozenset[str]]
"""By row, the measures that print a band for the sake of rows beside it."""


@dataclass(frozen=True, slots=True)
class Kin:
    """The units that the rows of a page are or belong to and those above them, each with everything it is made of.

    `withheld` are the name plates: they are not listed, so the listed rows must not add up to one. `units` are the
    caller's own unit and all below it. Of rows of officers there are no families but `staffs`.
    """

    families: tuple[Family, ...] = ()
    withheld: frozenset[Key] = frozenset()
    units: Sequence[UnitRow] = ()
    staffs: tuple[Staff, ...] = ()

    def rows(self) -> Iterator[Key]:
        """Name every row whose counts are needed, some more than once."""
        for family in self.families:
            yield family.unit
            yield from _below(family)
        for staff in self.staffs:
            yield from (staff.unit, *staff.units, *staff.officers)

    def hidden_officers(
        self, instrument: Instrument, whole: Composite, pools: Mapping[Key, Pool], thresholds: Thresholds
    ) -> frozenset[Key]:
        """Return the rows of officers to hide for a figure of which units show the elements."""
        return frozenset().union(*(hidden_officers(it, instrument, whole, pools, thresholds) for it in self.staffs))

    def hidden(self, instrument: Instrument, pools: Mapping[Key, Pool], feed: Thresholds) -> frozenset[Key]:
        """Return the rows to hide: those that the dashboard hides, and what the feed's own thresholds ask for.

        Of a unit that is hidden everything is, as its parts would sum up to it.
        """
        found: set[Key] = set()
        for family in self.families:
            if family.unit in found:
                found.update(_below(family))
            else:
                on_dashboard = hidden_rows(family, instrument, pools, STAFF)
                found |= hidden_rows(family, instrument, pools, feed, on_dashboard | self.withheld)
        return frozenset(found)

    def banded(
        self, instrument: Instrument, pools: Mapping[Key, Pool], hidden: Collection[Key], feed: Thresholds
    ) -> Bands:
        """Return what prints a band: what does on the dashboard, and what must where the feed hides more."""
        found: dict[Key, frozenset[str]] = {}
        for family in self.families:
            on_dashboard = hidden_rows(family, instrument, pools, STAFF)
            for thresholds, gone in ((STAFF, on_dashboard), (feed, hidden)):
                for key, measures in banded_measures(family, instrument, pools, gone, thresholds).items():
                    found[key] = found.get(key, frozenset()) | measures
        return found

    def leave_out(self, pools: Mapping[Key, Pool], hidden: Collection[Key]) -> frozenset[Key]:
        """Return the units with a counter, or a unit below, that has answers and no figure: their mix could tell it."""
        return frozenset(
            family.unit
            for family in self.families
            if any(key in hidden and pools.get(key, Pool()).tallies for key in (*family.counters, *family.units))
        )


def _below(family: Family) -> tuple[Key, ...]:
    return (*family.services, *family.counters, *family.units)


def read_kin(session: Session, caller: Caller, subject: str, unit_codes: Collection[str]) -> Kin:
    """Return the kin of rows that belong to these units, from the caller's own unit down.

    Above its own unit a caller sees nothing to subtract from. Officers are parts of their own unit, wherever they were
    rated.
    """
    path = tuple(map(int, caller.unit_path.split("."))) if caller.unit_path else ()
    units = structure.list_subtree(session, path) if path else structure.list_units(session)
    belonging = [unit for unit in units if unit.unit_code in unit_codes]
    if subject == "officer":
        return Kin(staffs=_staffs(session, belonging, units))
    heads = {unit_id for unit in belonging for unit_id in unit.path}
    parts = {unit.id: _Parts() for unit in units if unit.id in heads}
    subjects = structure.list_subjects(session, list(parts))
    plates = frozenset(("counter", str(subject.id)) for subject in subjects if subject.is_plate)
    return Kin(_families(parts, units, subjects), plates, units)


def _staffs(session: Session, belonging: Sequence[UnitRow], units: Sequence[UnitRow]) -> tuple[Staff, ...]:
    officers = feed.list_staff(session, [unit.id for unit in belonging])
    unlisted = frozenset(("officer", str(it.id)) for it in officers if not it.is_listed)
    return tuple(
        Staff(
            ("unit", str(head.id)),
            tuple(("unit", str(unit.id)) for unit in units if unit.path[:-1] == head.path),
            tuple(("officer", str(it.id)) for it in officers if it.unit_id == head.id),
            unlisted,
        )
        for head in belonging
    )


@dataclass(slots=True)
class _Parts:
    services: list[Key] = field(default_factory=list)
    counters: list[Key] = field(default_factory=list)
    units: list[Key] = field(default_factory=list)


def _families(parts: Mapping[int, _Parts], units: Sequence[UnitRow], subjects: Sequence[Subject]) -> tuple[Family, ...]:
    for subject in subjects:
        if subject.kind == "service":
            parts[subject.unit_id].services.append(("service", str(subject.id)))
        elif subject.kind == "counter":
            parts[subject.unit_id].counters.append(("counter", str(subject.id)))
    for unit in units:
        if len(unit.path) > 1 and unit.path[-2] in parts:
            parts[unit.path[-2]].units.append(("unit", str(unit.id)))
    return tuple(
        Family(
            ("unit", str(head)),
            (*of.services, *(("service", service_subject(head, code)) for code in (OTHER_SERVICE, NOT_ANSWERED))),
            tuple(of.counters),
            tuple(of.units),
        )
        for head, of in parts.items()
    )
