"""Random histories over several months of a small government: closed, carried from, changed afterwards, corrected."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import partial
from random import Random
from secrets import token_bytes
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import services
from portal.domain.period import Period
from portal.domain.rating import CellKey
from portal.domain.tally import Tally
from portal.services import Portal
from portal.services.collect.keeping import Given, keep
from portal.services.collect.revision import revise
from portal.services.publish.closing import hold
from portal.services.publish.release import correct, settle
from portal.storage import counters, periods, responses
from portal.storage.ledger import FROZEN
from portal.storage.periods import ClosedRow
from portal.storage.responses import About
from portal.storage.tables import ReleaseCell, Response, Service, Unit
from tests.clock import START
from tests.domain.release_model import is_safe
from tests.government import HELP, QUICK, Government
from tests.storage.histories import Event, World, judge
from tests.truth import pooled

STATES: Final = ("counted", "held:Q3", "excluded:Q9")
LAYANAN: Final = f"{QUICK}:LAYANAN"
_ACTS: Final = ["judge", "judge", "amend", "move", "move", "help"]
KINDS: Final = [*["rate"] * 8, "survey", "late", *_ACTS, *["release"] * 4, "weekly", "days", "days", "days", "correct"]


def build(portal: Portal) -> Government:
    """Build a unit with a unit below it, three counters and six officers."""
    made = Government(portal)
    made.add_unit("R")
    made.add_unit("A", "R")
    for service, unit in (("KTP", "A"), ("KK", "A"), ("IZIN", "R")):
        made.add_service(service, unit)
    for officer in ("P1", "P2", "P3", "P4", "P5", "P6"):
        made.add_officer(officer, "A")
    for counter, unit in (("R1", "R"), ("A1", "A"), ("A2", "A")):
        made.add_counter(counter, unit)
    for officer, counter in (("P1", "A1"), ("P2", "A1"), ("P3", "A1"), ("P4", "A2"), ("P5", "R1"), ("P6", "R1")):
        made.add_workdays(officer, counter)
    return made


@dataclass
class Months(World):
    """A world whose months are closed and corrected; its responses are changed long after citizens could."""

    ids: list[bytes] = field(default_factory=list)

    def happen(self, event: Event) -> None:
        chance = Random(event.salt)
        if event.kind in {"rate", "survey"}:
            super().happen(event)
            self.ids += [self.government.response_id(ticket) for _, ticket in self.sent]
            self.sent.clear()
        elif event.kind == "days":
            local = self.portal.local_now().replace(hour=chance.choice([9, 9, 13, 15])) + timedelta(
                days=event.amount % 3
            )
            self.clock.set(max(local, self.clock.now()))
        elif event.kind == "late":
            given_on = self.portal.today() - timedelta(days=chance.randint(1, 40))
            for _ in range(event.amount):
                counter = chance.choice(sorted(self.government.counters))
                self.ids.append(late(self.government, counter, given_on, chance.randint(1, 4)))
        elif event.kind == "correct":
            self._correct(chance)
        elif event.kind in _ACTS:
            for response_id in chance.sample(self.ids, min(event.amount, len(self.ids))):
                self._touch(chance, event.kind, response_id)

    def _touch(self, chance: Random, kind: str, response_id: bytes) -> None:
        if kind == "judge":
            judge(self.portal, response_id, chance.choice(STATES))
        else:
            services.run(self.portal, _revise, response_id, kind, chance, self.government)

    def find_closable(self) -> Period | None:
        """Return the first month that is not closed, once it is over."""
        with self.portal.read() as session:
            until = periods.find_closed_until(session)
        period = Period.containing("month", until + timedelta(days=1) if until else START.date())
        return period if period.ends_on < self.portal.today() else None

    def close(self, period: Period) -> None:
        """Close a month."""
        self.live(partial(services.run, self.portal, close, period))

    def _correct(self, chance: Random) -> None:
        with self.portal.read() as session:
            closed = periods.list_closed(session)
        if closed:
            period = Period(chance.choice(closed).starts_on, "month")
            self.live(lambda: services.run(self.portal, corrected, period))

    def to_next_month(self) -> None:
        """Let the first working day of the next month begin."""
        local = datetime.combine(Period.containing("month", self.portal.today()).following.starts_on, time(9))
        while local.weekday() > 4:
            local += timedelta(days=1)
        self.clock.set(local.replace(tzinfo=self.portal.time_zone))


def late(government: Government, counter: str, given_on: date, value: int = 4) -> bytes:
    """Keep what was given on a day gone by, as paper is keyed in; return the id of the response."""
    with government.portal.begin() as session:
        return late_in(session, government, counter, given_on, value)


def late_in(session: Session, government: Government, counter: str, given_on: date, value: int = 4) -> bytes:
    """Do what `late` does, in a transaction that goes on."""
    portal, response_id = government.portal, token_bytes(16)
    view = counters.get_counter(session, government.counters[counter])
    given = Given({QUICK: {"LAYANAN": value}}, About(None, "none", None, "none"), "id", given_on, "-", portal.today())
    keep(portal, session, response_id, view, given)
    return response_id


def close(portal: Portal, period: Period) -> None:
    """Close a period without signing anything."""
    with portal.begin(repeatable=True) as session:
        hold(session)
        settle(portal, session, period)
        row = ClosedRow(period.period_code, period.kind, period.starts_on, period.ends_on, portal.now(), shadow=False)
        periods.append_closed(session, row)


def corrected(portal: Portal, period: Period) -> None:
    """Correct a closed period without signing anything."""
    with portal.begin(repeatable=True) as session:
        hold(session)
        correct(portal, session, period)


def _revise(portal: Portal, response_id: bytes, kind: str, chance: Random, government: Government) -> None:
    with portal.begin() as session:
        record = responses.get_record(session, response_id, lock=True)
        if kind == "amend" and QUICK in record.standing.answers:
            revise(portal, session, record, answers={QUICK: {"LAYANAN": chance.randint(1, 4)}})
        elif kind == "help" and record.about.officer_id is not None:
            revise(portal, session, record, answers={HELP: {"PETUGAS": chance.randint(1, 4)}})
        elif kind == "move":
            own = select(Service.id).where(Service.unit_id == record.place.unit_id)
            named = [None, *session.execute(own).scalars()]
            officers = [None, *government.officers.values()]
            about = About(chance.choice(named), "choice", chance.choice(officers), "choice")
            revise(portal, session, record, about=about)


Group = tuple[str, str, str]


def group_of(key: CellKey) -> Group:
    """Return what has each response in one month: cut, subject of units, measure."""
    return key.cut, key.subject if key.cut == "unit" else "", key.measure


def wrong(world: Months) -> Iterator[str]:
    """Name whatever is published wrongly: counted in two months, negative, or made up of other than it says."""
    seen: dict[tuple[bytes, Group], date] = {}
    for key, content in world.published.items():
        for response_id in content:
            if seen.setdefault((response_id, group_of(key)), key.month) != key.month:
                yield f"{key} has an answer that counts in another month too"
    with world.portal.read() as session:
        cells = session.execute(select(ReleaseCell).where(ReleaseCell.cut.not_in(FROZEN))).scalars().all()
    for cell in cells:
        made_of = cell.composition or {}
        if min(cell.n1, cell.n2, cell.n3, cell.n4, cell.n, cell.total) < 0:
            yield f"{cell.cut} {cell.subject} {cell.month} counts less than nothing"
        if sum(made_of["channels"].values()) != cell.n or not 0 <= made_of["late"] <= cell.n:
            yield f"{cell.cut} {cell.subject} {cell.month} came otherwise than it says: {made_of}"
        counts = [tally for days in (cell.parts or {}).values() for tally in days.values()]
        whole = [cell.n1, cell.n2, cell.n3, cell.n4, cell.n, cell.total, cell.squares]
        if cell.cut == "officer" and [sum(column) for column in zip(*counts, strict=True)] != (whole if counts else []):
            yield f"{cell.subject} {cell.month} has other parts than its whole"


def frozen(portal: Portal) -> dict[CellKey, Tally]:
    """Return the counts that are published once."""
    with portal.read() as session:
        cells = session.execute(select(ReleaseCell).where(ReleaseCell.cut.in_(FROZEN))).scalars().all()
    return {
        CellKey(it.cut, it.subject, it.month, it.measure): Tally(it.n1, it.n2, it.n3, it.n4, it.n, it.total, it.squares)
        for it in cells
    }


def wrong_parts(world: Months, known: dict[CellKey, Tally], now: dict[CellKey, Tally]) -> Iterator[str]:
    """Name what is wrong with counts by part of the day that have just been published."""
    if any(now[key] != tally for key, tally in known.items()):
        yield "a count that was published has changed"
    with world.portal.read() as session:
        part_of = {row.id: row.day_part for row in session.execute(select(Response)).scalars()}
        above = {str(row.id): str(row.parent_id) for row in session.execute(select(Unit)).scalars()}
    for month in {key.month for key in now.keys() - known.keys()}:
        shown: dict[tuple[str, str], dict[bytes, int]] = {}
        whole = {key.subject: it for key, it in world.published.items() if key == _of_unit(key.subject, month)}
        for key in (key for key in now if key.month == month and key.cut == "day_part"):
            unit, _, part = key.subject.partition(":")
            content = {it: value for it, value in whole[unit].items() if part_of[it] == part}
            shown[unit, part] = content
            if pooled(_of_unit(unit, month), content) != now[key] or len(content) < 5:
                yield f"{key} is {now[key]}"
        for unit, content in whole.items():
            besides = len(content) - sum(len(parts) for (of, _), parts in shown.items() if of == unit)
            if not is_safe(besides):
                yield f"{unit} has {besides} besides its parts"
        for (unit, part), content in shown.items():
            below = {
                it: value
                for (of, name), parts in shown.items()
                if name == part and above[of] == unit
                for it, value in parts.items()
            }
            differing = sum(content.get(it) != below.get(it) for it in content.keys() | below.keys())
            if not is_safe(differing):
                yield f"{unit} {part} has {differing} besides the units below it"


def _of_unit(unit: str, month: date) -> CellKey:
    return CellKey("unit", unit, month, LAYANAN)
