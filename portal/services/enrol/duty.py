"""Who is on duty today, said by the head of the unit; the same rows as the sheet `Tugas jaga`."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Final

from sqlalchemy.orm import Session

from portal.domain.errors import Invalid, NotFound
from portal.domain.posting import WHOLE_DAY, Choice, Hours, Posting, Stretch, Where, hours_at_counter
from portal.domain.workbook.sheet import DUTY, Fields
from portal.services import Portal
from portal.storage import audit, duties, registry, structure
from portal.storage.duties import Server
from portal.storage.structure import UnitRow

ACT: Final = "duty-changed"


@dataclass(frozen=True, slots=True)
class OfficerLine:
    """An officer of the unit: what the pattern says, what was chosen for the day, and where that puts them."""

    code: str
    name: str
    choice: Choice
    pattern: tuple[Stretch, ...]
    in_force: tuple[Stretch, ...]


@dataclass(frozen=True, slots=True)
class CounterLine:
    """A counter and who stands there, by hour: name and stretch."""

    code: str
    name: str
    servers: tuple[tuple[str, Stretch], ...]


@dataclass(frozen=True, slots=True)
class DutyPage:
    """The roster of a unit on one day; without officers there is none. `holiday` names why the unit is closed.

    `is_closed`: by its opening hours; no rating of that day is then about an officer.
    """

    unit_code: str
    unit_name: str
    counter_label: str | None
    day: date
    today: date
    tomorrow: date
    holiday: str | None
    is_closed: bool
    counters: tuple[CounterLine, ...]
    officers: tuple[OfficerLine, ...]


def open_duty(portal: Portal, scope: Sequence[int], unit_code: str, day: date | None) -> DutyPage:
    """Return who is on duty in a unit inside the caller's `scope` (ids from the root to the caller's own unit).

    Without a day it is today; tomorrow is the only other.

    Raises:
        NotFound: no such unit in the scope.
        Invalid: `day` is neither today nor tomorrow.
    """
    today = portal.today()
    day = _checked(day or today, today)
    with portal.read() as session:
        unit = structure.get_unit(session, scope, unit_code)
        servers = duties.list_servers(session, unit.id, day)
        counters = duties.list_counters(session, unit.id, day)
        holiday = duties.find_holiday(session, unit.id, day)
        is_closed = duties.is_closed(session, unit.id, day)
    return DutyPage(
        unit.unit_code,
        unit.name,
        unit.counter_label,
        day,
        today,
        today + timedelta(days=1),
        holiday,
        is_closed,
        tuple(CounterLine(code, name, _standing_at(code, servers)) for code, name in counters.items()),
        tuple(_line(server) for server in servers if server.is_own),
    )


def _line(server: Server) -> OfficerLine:
    posting = Posting(server.stretches)
    return OfficerLine(server.code, server.name, posting.choice, posting.pattern, posting.in_force)


def _standing_at(counter: str, servers: Sequence[Server]) -> tuple[tuple[str, Stretch], ...]:
    found = [
        (server.name, stretch)
        for server in servers
        for stretch in Posting(server.stretches).in_force
        if stretch.counter == counter
    ]
    return tuple(sorted(found, key=lambda pair: (pair[1].starts, pair[0].casefold())))


def put_duty(
    portal: Portal, scope: Sequence[int], unit_code: str, day: date, choices: Mapping[str, Choice], *, actor: str
) -> None:
    """Put officers, by code, where they stand on the day; it holds from the next rating on.

    Raises:
        NotFound: no such unit in the scope, no such officer or counter in the unit.
        Invalid: `day` is neither today nor tomorrow.
    """
    now = portal.local_now()
    _checked(day, now.date())
    clock = now.time() if day == now.date() else None
    with portal.begin(repeatable=True) as session:
        registry.hold_registry(session)
        unit = structure.get_unit(session, scope, unit_code)
        changed = _changed(session, unit, day, choices)
        if not changed:
            return
        opening = duties.list_hours(session, unit.id, day)
        for server, choice in changed:
            _put(session, server, day, _wanted(server, choice, opening, clock))
        said = {server.code: choice.counter or choice.where.value for server, choice in changed}
        detail = {"unit": unit.unit_code, "on_date": day.isoformat(), "officers": said}
        audit.append(session, at=portal.now(), actor=actor, act=ACT, detail=detail)


def _checked(day: date, today: date) -> date:
    if day not in {today, today + timedelta(days=1)}:
        raise Invalid("day")
    return day


def _changed(session: Session, unit: UnitRow, day: date, choices: Mapping[str, Choice]) -> list[tuple[Server, Choice]]:
    servers = {server.code: server for server in duties.list_servers(session, unit.id, day) if server.is_own}
    counters = duties.list_counters(session, unit.id, day)
    changed = []
    for officer, choice in choices.items():
        server = servers.get(officer)
        if server is None:
            raise NotFound("officer")
        if choice in {Posting(server.stretches).choice, Choice(Where.MIXED)}:
            continue
        if choice.where is Where.COUNTER and choice.counter not in counters:
            raise NotFound("counter")
        changed.append((server, choice))
    return changed


def _wanted(
    server: Server, choice: Choice, opening: Sequence[Hours], clock: time | None
) -> list[tuple[str | None, Hours]]:
    """Return the dated rows that say it, each a counter with its hours."""
    if choice.where is Where.PATTERN:
        return []
    if choice.where is Where.ABSENT:
        return [(None, WHOLE_DAY)]
    return [(choice.counter, hours) for hours in hours_at_counter(Posting(server.stretches).pattern, opening, clock)]


def _put(session: Session, server: Server, day: date, wanted: Sequence[tuple[str | None, Hours]]) -> None:
    """Say it with the officer's dated rows of the day, those that were withdrawn included; withdraw what is left over.

    A row that ends before its day is withdrawn.
    """
    stored = sorted(stretch.code for stretch in server.stretches if stretch.dated)
    rows: list[Fields] = [
        {"counter": counter, "starts": starts, "ends": ends, "ends_on": None} for counter, (starts, ends) in wanted
    ]
    over = [(code, {"ends_on": day - timedelta(days=1)}) for code in stored[len(rows) :]]
    registry.put_rows(session, DUTY, [*zip(stored, rows, strict=False), *over])
    fresh = rows[len(stored) :]
    if fresh:
        dated: Fields = {"officer": server.code, "weekday": None, "on_date": day, "from_on": None}
        codes = _free_codes(session, f"{server.code}.{day.isoformat()}")
        registry.add_rows(session, DUTY, [(code, {**dated, **row}) for code, row in zip(codes, fresh, strict=False)])


def _free_codes(session: Session, first: str) -> Iterator[str]:
    """Yield codes for the officer and day that no row has: the plain one, then with a number."""
    taken = duties.list_codes(session, first)
    numbered = itertools.chain([first], (f"{first}.{number}" for number in itertools.count(2)))
    return (code for code in numbered if code not in taken)
