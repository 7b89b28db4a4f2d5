"""Officers' cells: where each lies, the answers about nobody beside them, and which of them move together only.

A measure that units have as well (competence and conduct of the survey) makes the officers of a unit one of its
partitions, in which the answers about nobody are a part that never moves: so the unit less its officers is nothing or
at least five. An officer rated in several units in one month is no part of one, and waits with those answers.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from sqlalchemy.orm import Session

from portal.domain import release as rule
from portal.domain.instrument import split_key
from portal.domain.period import Period, month_of
from portal.domain.rating import COUNTED, NOBODY, CellKey
from portal.services import Portal
from portal.services.publish.release.forest import Served, Waiting
from portal.storage import responses, tallies
from portal.storage.responses import Record

OFFICER: Final = "officer"
_Pending = Mapping[CellKey, Sequence[rule.Change]]


def cuts_of(portal: Portal, measure: str) -> Sequence[str]:
    """Return the cuts that have the measure."""
    instrument_id, element = split_key(measure)
    return portal.instruments[instrument_id].cuts_of(element)


def knot_of(portal: Portal, measure: str) -> tuple[str, ...]:
    """Return the measures of which an officer's cells move together: a whole and its elements, or one alone."""
    instrument_id, element = split_key(measure)
    for whole in portal.instruments[instrument_id].composites:
        if whole.cut == OFFICER and element in {whole.code, *whole.elements}:
            return tuple(f"{instrument_id}:{code}" for code in (*whole.elements, whole.code))
    return (measure,)


@dataclass(slots=True)
class _Places:
    """One measure: the units in which each officer has answers, and how many each unit has about nobody."""

    units: dict[str, set[int]] = field(default_factory=dict)
    nobody: dict[int, int] = field(default_factory=dict)


def read_served(portal: Portal, session: Session, month: date, waitings: Mapping[str, Waiting]) -> Mapping[str, Served]:
    """Return who served in each unit, by measure; the measures are those that units and officers have.

    Answers are read one by one only where they are leaving an officer, were carried out of a unit, or are about an
    officer with answers in several units; of all others it is known where they are. A measure of which nobody has, or
    had, any officer's answers is not in it.
    """
    places = {measure: _Places() for measure in waitings}
    after = Period(month, "month").following.starts_on
    for unit_id, officer, measure, n in tallies.list_officer_units(session, month, after, waitings):
        if officer == NOBODY:
            places[measure].nobody[unit_id] = n
        else:
            places[measure].units.setdefault(officer, set()).add(unit_id)
    ids: set[bytes] = set()
    for measure, waiting in waitings.items():
        for key in (key for key in waiting.crossing if key.cut == OFFICER):
            given_at = {waiting.unit_of[change.response_id] for change in waiting.crossing[key]}
            places[measure].units.setdefault(key.subject, set()).update(given_at)
        ids.update(_unclear(waiting, places[measure]))
    records = {record.response_id: record for record in responses.list_some(session, sorted(ids))}
    return {
        measure: _served(portal, month, measure, waiting, places[measure], records)
        for measure, waiting in waitings.items()
        if places[measure].units or waiting.subjects(OFFICER)
    }


def _unclear(waiting: Waiting, places: _Places) -> Iterator[bytes]:
    for subject in waiting.subjects(OFFICER):
        for change in waiting.pending(OFFICER, subject):
            if not change.current or len(places.units.get(subject, ())) != 1:
                yield change.response_id
    for key, changes in waiting.crossing.items():
        if key.cut == "unit":
            yield from (change.response_id for change in changes if not change.current)


def _served(
    portal: Portal, month: date, measure: str, waiting: Waiting, places: _Places, records: Mapping[bytes, Record]
) -> Served:
    parts: dict[int, list[rule.Part]] = {}
    given_at = {**{it.response_id: it.place.unit_id for it in records.values()}, **waiting.unit_of}
    for subject in waiting.subjects(OFFICER):
        for unit_id, part in _parts_of(subject, waiting, places.units.get(subject, set()), given_at):
            parts.setdefault(unit_id, []).append(part)
    # Those known by id may cancel what leaves an officer; beyond five it does not matter how many the others are.
    known: dict[int, list[rule.Change]] = {}
    for record in records.values():
        value = _value(portal, month, measure, record)
        if value:
            known.setdefault(record.place.unit_id, []).append(rule.Change(record.response_id, 0, value))
    for unit_id, n in places.nobody.items():
        ours = known.get(unit_id, [])
        others = (rule.Change(b"nobody %d" % number, 0, 1) for number in range(min(n - len(ours), rule.FEWEST)))
        cell = rule.Cell("nobody", str(unit_id))
        parts.setdefault(unit_id, []).append(rule.Part(cell, (*ours, *others), shown=False))
    return {unit_id: tuple(its) for unit_id, its in parts.items()}


def _parts_of(
    subject: str, waiting: Waiting, units: Collection[int], given_at: Mapping[bytes, int]
) -> Iterator[tuple[int, rule.Part]]:
    """Yield an officer's part of a unit; of several units parts of cells that do not exist, so that they wait."""
    pending, brought = waiting.pending(OFFICER, subject), waiting.brought(OFFICER, subject)
    everywhere = {*units, *(given_at[it.response_id] for it in (*pending, *brought) if it.response_id in given_at)}
    for unit_id in everywhere:
        cell = rule.Cell(OFFICER, subject) if len(everywhere) == 1 else rule.Cell("elsewhere", f"{unit_id}:{subject}")
        own, come = (
            tuple(it for it in its if given_at.get(it.response_id, next(iter(units), unit_id)) == unit_id)
            for its in (pending, brought)
        )
        yield unit_id, rule.Part(cell, own, come)


def _value(portal: Portal, month: date, measure: str, record: Record) -> int:
    """Return what a response about nobody adds to the tallies of the month; 0 of any other."""
    instrument_id, _ = split_key(measure)
    about = record.standing
    if about.state != COUNTED or about.officer != NOBODY or month_of(record.place.counts_on) != month:
        return 0
    return portal.instruments[instrument_id].contributions(about.answers.get(instrument_id, {})).get(measure, 0)


def torn(
    pending: Iterable[_Pending], moved: Collection[CellKey], left: Mapping[CellKey, Mapping[bytes, rule.Change]]
) -> frozenset[CellKey]:
    """Return the officers' cells that must not move after all; `pending` is that of the measures of a knot.

    Of two officers between whom an answer goes, both move or neither, lest both show it. An officer's own cells move
    all or none, and with the same answers, lest one tell what another holds back.
    """
    rows = {
        key: {it.response_id for it in its} for cells in pending for key, its in cells.items() if key.cut == OFFICER
    }
    going = {key: ids - set(left.get(key, ())) if key in moved else set() for key, ids in rows.items()}
    staying = {key: ids - going[key] for key, ids in rows.items()}
    held: dict[str, set[bytes]] = {}
    held_of: dict[str, set[bytes]] = {}
    waits = {key.subject for key in rows if key not in moved}
    for key, ids in staying.items():
        held.setdefault(key.measure, set()).update(ids)
        held_of.setdefault(key.subject, set()).update(ids)
    return frozenset(
        key
        for key, ids in going.items()
        if ids
        and (key.subject in waits or not ids.isdisjoint(held[key.measure]) or not ids.isdisjoint(held_of[key.subject]))
    )
