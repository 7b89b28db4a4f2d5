"""The tree of units as releases see it: what lies where, and what each unit decides together with its children."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from sqlalchemy.orm import Session

from portal.domain import release as rule
from portal.domain.rating import CellKey, service_subject
from portal.storage import structure

_PARTITION_OF: Final = {"service": "service", "counter": "place"}
"""Which partition of its unit a part belongs to; the units below belong to each. Some measures have no counters."""


@dataclass(slots=True)
class Tree:
    """The units with what they have; services and counters by the subject of their cells.

    `loaded` counts the officers of a unit and of everything below it.
    """

    units: dict[int, structure.UnitRow]
    children: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    roots: list[int] = field(default_factory=list)
    loaded: dict[int, int] = field(default_factory=dict)
    counter_unit: dict[str, int] = field(default_factory=dict)
    service_unit: dict[str, int] = field(default_factory=dict)

    def subjects(self) -> dict[tuple[str, str], int]:
        """Return the unit of every cut and subject but officers."""
        return {
            **{("unit", str(unit_id)): unit_id for unit_id in self.units},
            **{("counter", counter): unit_id for counter, unit_id in self.counter_unit.items()},
            **{("service", service): unit_id for service, unit_id in self.service_unit.items()},
        }

    def path(self, unit_id: int) -> tuple[int, ...]:
        """Return the ids from the root to the unit."""
        return self.units[unit_id].path


def read_tree(session: Session) -> Tree:
    """Read the whole registry as far as cells are about it."""
    rows = structure.list_units(session)
    tree = Tree({row.id: row for row in rows})
    loaded = structure.count_officers(session)
    for row in rows:
        if len(row.path) > 1:
            tree.children[row.path[-2]].append(row.id)
        else:
            tree.roots.append(row.id)
        for unit_id in row.path:
            tree.loaded[unit_id] = tree.loaded.get(unit_id, 0) + loaded.get(row.id, 0)
    ids = list(tree.units)
    subjects = structure.list_subjects(session, ids)
    tree.counter_unit = {str(subject.id): subject.unit_id for subject in subjects if subject.kind == "counter"}
    tree.service_unit = {str(subject.id): subject.unit_id for subject in subjects if subject.kind == "service"}
    for unit_id in ids:
        tree.service_unit |= {service_subject(unit_id, service): unit_id for service in ("-", "lainnya")}
    return tree


@dataclass(frozen=True, slots=True)
class Waiting:
    """What one month and measure has pending, by cut and subject: of its own answers, and of those carried into it.

    `crossing` are the answers carried into a cell, as changes from 0, and out of one, as changes to 0; `unit_of` is
    where each of them was given.
    """

    own: Mapping[str, Mapping[str, tuple[rule.Change, ...]]]
    carried: Mapping[str, Mapping[str, tuple[rule.Change, ...]]]
    crossing: Mapping[CellKey, tuple[rule.Change, ...]]
    unit_of: Mapping[bytes, int] = field(default_factory=dict)

    def pending(self, cut: str, subject: str) -> tuple[rule.Change, ...]:
        """Return the changes of a cell that are its own."""
        return self.own.get(cut, {}).get(subject, ())

    def brought(self, cut: str, subject: str) -> tuple[rule.Change, ...]:
        """Return the changes of a cell that are of answers carried into it."""
        return self.carried.get(cut, {}).get(subject, ())

    def without_carried(self, keys: Collection[CellKey]) -> Waiting:
        """Return the same, but that these cells leave behind what was carried into them."""
        without = {(key.cut, key.subject) for key in keys}
        kept = {
            cut: {subject: its for subject, its in of.items() if (cut, subject) not in without}
            for cut, of in self.carried.items()
        }
        return replace(self, carried=kept)

    def subjects(self, cut: str) -> list[str]:
        """Return the subjects of a cut that have anything pending, in order."""
        return sorted({*self.own.get(cut, ()), *self.carried.get(cut, ())})


Served = Mapping[int, tuple[rule.Part, ...]]
"""By unit what its officers have pending, and a part that is not shown: the answers about nobody."""


def draw(tree: Tree, waiting: Waiting, *, has_counters: bool, served: Served | None = None) -> Iterator[rule.Unit]:
    """Draw what is decided together: each tree of units, and each officer alone who is no part of a unit.

    Where units have the measure as well, `served` makes the officers of each a partition of it.
    """
    for subject in waiting.subjects("officer") if served is None else ():
        cell = rule.Cell("officer", subject)
        yield rule.Unit(cell, waiting.pending("officer", subject), carried=waiting.brought("officer", subject))
    names = ("service", *["place"] * has_counters, *["officer"] * (served is not None))
    apart = _apart(tree, waiting, names)
    parts = _parts(tree, waiting)
    parts |= {(unit_id, "officer"): list(its) for unit_id, its in (served or {}).items()}
    for root in tree.roots:
        yield _unit(tree, waiting, root, parts, apart, names)


_Parts = dict[tuple[int, str], list[rule.Part]]
_Apart = Mapping[tuple[int, str], tuple[rule.Change, ...]]


def _unit(
    tree: Tree, waiting: Waiting, unit_id: int, parts: _Parts, apart: _Apart, names: tuple[str, ...]
) -> rule.Unit:
    subject = str(unit_id)
    return rule.Unit(
        rule.Cell("unit", subject),
        waiting.pending("unit", subject),
        {name: tuple(parts.get((unit_id, name), ())) for name in names},
        tuple(_unit(tree, waiting, child, parts, apart, names) for child in tree.children.get(unit_id, ())),
        carried=waiting.brought("unit", subject),
        apart={name: apart[unit_id, name] for name in names if (unit_id, name) in apart},
    )


def _parts(tree: Tree, waiting: Waiting) -> _Parts:
    parts: dict[tuple[int, str], list[rule.Part]] = {}
    for cut, unit_of in (("service", tree.service_unit), ("counter", tree.counter_unit)):
        for subject in waiting.subjects(cut):
            part = rule.Part(rule.Cell(cut, subject), waiting.pending(cut, subject), waiting.brought(cut, subject))
            parts.setdefault((unit_of[subject], _PARTITION_OF[cut]), []).append(part)
    return parts


def _apart(tree: Tree, waiting: Waiting, names: tuple[str, ...]) -> _Apart:
    """Return, by unit and partition, the answers that were carried into or out of one side of it only."""
    sums: dict[tuple[int, str], dict[bytes, int]] = {}
    for key, change in ((key, change) for key, changes in waiting.crossing.items() for change in changes):
        for place, sign in _sides(tree, key, names, waiting.unit_of[change.response_id]):
            values = sums.setdefault(place, {})
            difference = sign * (change.current - change.released)
            values[change.response_id] = values.get(change.response_id, 0) + difference
    return {
        place: tuple(
            rule.Change(response_id, max(-value, 0), max(value, 0))
            for response_id, value in sorted(values.items())
            if value
        )
        for place, values in sums.items()
    }


def _sides(tree: Tree, key: CellKey, names: tuple[str, ...], given_at: int) -> Iterator[tuple[tuple[int, str], int]]:
    """Name the partitions an answer of a cell stands in, as part of the whole (+1) or of a child (-1)."""
    if key.cut == "unit":
        path = tree.path(int(key.subject))
        for name in names:
            yield (path[-1], name), 1
            if len(path) > 1:
                yield (path[-2], name), -1
    elif key.cut == "service":
        yield (tree.service_unit[key.subject], "service"), -1
    elif key.cut == "counter":
        yield (tree.counter_unit[key.subject], "place"), -1
    elif "officer" in names:
        yield (given_at, "officer"), -1
