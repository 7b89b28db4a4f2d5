"""Random histories of one government, lived through the use cases of citizens and the release."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from random import Random
from typing import Final

from hypothesis import strategies as st
from sqlalchemy import delete, func, insert, select

from portal import services
from portal.domain.errors import CounterClosed, FormExpired, Invalid, KeyReused
from portal.services import Portal
from portal.services.collect.rate import Submission, rate
from portal.services.collect.receipt import OTHER, UNKNOWN, add_answers, change_rating, name_officer, name_service
from portal.services.collect.revision import restate
from portal.services.collect.tokens import Ticket
from portal.services.publish.release import release
from portal.storage import responses
from portal.storage.tables import Base, Certificate, Counter, Response, Service, Unit, Verdict
from tests.clock import START, Clock
from tests.domain.release_model import Content, Shifts, is_safe, leaks_by_selection, left_over, shifts_of
from tests.government import ELEMENTS, HELP, QUICK, SURVEY, Government
from tests.truth import Contents, current, pending, pooled, released

CITIZENS: Final = ["rate", "rate", "rate", "rate", "survey", "change", "resend", "service", "officer", "help", "parts"]
KINDS: Final = [*CITIZENS, "judge", "later", "tomorrow", "release", "release", "weekly"]
RELEASES: Final = {"release", "weekly"}
KEPT: Final = {"audit", "policies"}


@dataclass(frozen=True)
class Event:
    """What exactly happens is a function of the salt, so that a history replays and shrinks."""

    kind: str
    amount: int
    salt: int


EVENTS = st.builds(Event, st.sampled_from(KINDS), st.integers(1, 9), st.integers(0, 9999))
HISTORIES = st.lists(EVENTS, min_size=15, max_size=60)


def empty(portal: Portal) -> None:
    """Take everything out again, as after a rehearsal."""
    with portal.begin() as session:
        session.execute(
            insert(Certificate).values(kind="rehearsal", month=None, reason="test", opened_at=START, closed_at=None)
        )
        for table in reversed(Base.metadata.sorted_tables):
            if table.name not in KEPT:
                session.execute(delete(table))


def build(portal: Portal, *, officers: bool) -> Government:
    """Build three levels of units with every kind of counter; without officers no cut waits for the week."""
    made = Government(portal)
    for unit, parent in (("R", None), ("A", "R"), ("B", "R"), ("X", "A")):
        made.add_unit(unit, parent)
    for service, unit in (("KTP", "A"), ("KK", "A"), ("IZIN", "X"), ("SIM", "B"), ("STNK", "B")):
        made.add_service(service, unit)
    if officers:
        for officer in ("P1", "P2", "P3", "P4", "P5"):
            made.add_officer(officer, "A")
    for counter, unit in (("R1", "R"), ("A1", "A"), ("A2", "A"), ("B1", "B"), ("X1", "X")):
        made.add_counter(counter, unit)
    if officers:
        made.add_counter("PLAT", "A", plate="P1")
        for officer, counter in (("P1", "A1"), ("P2", "A2"), ("P3", "A2"), ("P4", "A2"), ("P2", "X1"), ("P5", "B1")):
            made.add_workdays(officer, counter)
    return made


@dataclass
class World:
    """A government, what its citizens hold in their hands, and what was published of whom."""

    government: Government
    clock: Clock
    sent: list[tuple[Submission, Ticket]] = field(default_factory=list)
    published: Contents = field(default_factory=dict)

    @property
    def portal(self) -> Portal:
        return self.government.portal

    def happen(self, event: Event) -> None:
        chance = Random(event.salt)
        if event.kind == "later":
            self.clock.advance(timedelta(minutes=event.amount))
        elif event.kind == "tomorrow":
            self.clock.advance(timedelta(days=1, hours=-event.amount))
        elif event.kind in {"rate", "survey"}:
            for _ in range(event.amount):
                self._send(chance, event.kind)
        else:
            acts: dict[str, Callable[[Random, Submission, Ticket], None]] = {
                "change": self._change,
                "resend": self._resend,
                "service": self._name_service,
                "officer": self._name_officer,
                "help": self._help,
                "parts": self._parts,
                "judge": self._judge,
            }
            for submission, ticket in chance.sample(self.sent, min(event.amount, len(self.sent))):
                with suppress(CounterClosed, FormExpired, Invalid, KeyReused):
                    acts[event.kind](chance, submission, ticket)

    def _send(self, chance: Random, kind: str) -> None:
        counter = chance.choice(sorted(self.government.counters))
        instrument, answers = QUICK, {"LAYANAN": chance.randint(1, 4)}
        if kind == "survey":
            instrument, answers = SURVEY, _ballot(chance)
        submission = self.government.submission(counter, answers, instrument=instrument)
        self.sent.append((submission, services.run(self.portal, rate, submission)))

    def _change(self, chance: Random, _: Submission, ticket: Ticket) -> None:
        services.run(self.portal, change_rating, ticket.receipt, ticket.edit_token, chance.randint(1, 4))

    def _resend(self, chance: Random, submission: Submission, ticket: Ticket) -> None:
        answers = {element: chance.randint(1, 4) for element in submission.answers}
        again = services.run(self.portal, rate, replace(submission, answers=answers))
        assert again.receipt == ticket.receipt

    def _name_service(self, chance: Random, _: Submission, ticket: Ticket) -> None:
        choice = chance.choice([OTHER, *map(str, self.government.services.values())])
        services.run(self.portal, name_service, ticket.receipt, ticket.edit_token, choice)

    def _name_officer(self, chance: Random, _: Submission, ticket: Ticket) -> None:
        choice = chance.choice([UNKNOWN, *map(str, self.government.officers.values())])
        services.run(self.portal, name_officer, ticket.receipt, ticket.edit_token, choice)

    def _help(self, chance: Random, _: Submission, ticket: Ticket) -> None:
        given = {"PETUGAS": chance.randint(1, 4)}
        services.run(self.portal, add_answers, ticket.receipt, ticket.edit_token, HELP, given)

    def _parts(self, chance: Random, _: Submission, ticket: Ticket) -> None:
        services.run(self.portal, add_answers, ticket.receipt, ticket.edit_token, SURVEY, _ballot(chance))

    def _judge(self, chance: Random, _: Submission, ticket: Ticket) -> None:
        state = chance.choice(["counted", "held:Q3", "excluded:Q9"])
        judge(self.portal, self.government.response_id(ticket), state)

    def release(self, *, weekly: bool) -> None:
        """Release, and note which response is published in which cell with which value."""
        self.live(lambda: services.run(self.portal, release, weekly=weekly))

    def live(self, act: Callable[[], object]) -> None:
        """Do what may move cells, and note what is published then: of what moved all but what goes on waiting."""
        before = released(self.portal)
        act()
        after, truth, waiting = released(self.portal), current(self.portal), pending(self.portal)
        assert before.keys() <= after.keys()
        for key, cell in after.items():
            if key not in before or before[key].release_id != cell.release_id:
                left = {response: was for response, (was, _) in waiting.get(key, {}).items()}
                content = {**truth.get(key, {}), **left}
                self.published = {**self.published, key: {it: value for it, value in content.items() if value}}
        assert {key: cell.tally for key, cell in after.items()} == {
            key: pooled(key, values) for key, values in self.published.items()
        }


def _ballot(chance: Random) -> dict[str, int]:
    answered = ELEMENTS if chance.random() < 0.6 else chance.sample(ELEMENTS, chance.randint(1, 8))
    return {element: chance.randint(1, 4) for element in answered}


def judge(portal: Portal, response_id: bytes, state: str) -> None:
    """Give a verdict as the rules will: append it, move the sums by the difference."""
    with portal.begin() as session:
        record = responses.get_record(session, response_id, lock=True)
        earlier = session.execute(select(func.count()).where(Verdict.response_id == response_id)).scalar_one()
        responses.append_verdict(session, response_id, earlier + 1, state)
        restate(portal, session, record, replace(record.standing, state=state))


Subject = tuple[str, str]
Figure = dict[Subject, Content]
"""What is published of one month and one measure, by cut and subject."""


@dataclass(frozen=True)
class Family:
    """A unit, the units above it (itself included), and its children by partition."""

    unit: Subject
    above: tuple[Subject, ...]
    partitions: tuple[tuple[Subject, ...], ...]


def leaks(world: World, before: Contents) -> Iterator[str]:
    """Name what the last release gave away about fewer than five, given what was published `before`."""
    yield from shown_twice(world.published)
    for month, measure in sorted({(key.month, key.measure) for key in world.published}):
        was, now = (_figure(contents, month, measure) for contents in (before, world.published))
        if was == now:
            continue
        shifts = {subject: shifts_of(was.get(subject, {}), content) for subject, content in now.items()}
        yield from (f"{subject} moved by {len(of)}" for subject, of in shifts.items() if not is_safe(len(of)))
        yield from _leaks_of_officers(world, now, measure)
        for family in families(world.portal, has_counters=measure.startswith(QUICK)):
            wholes = [shifts.get(unit, {}) for unit in family.above]
            for children in family.partitions:
                count = left_over(_shown(now, [family.unit]), _shown(now, children))
                if not is_safe(count):
                    yield f"{family.unit} minus its children leaves {count} of {measure}"
                if leaks_by_selection(wholes, [shifts[child] for child in children if shifts.get(child)]):
                    yield f"{family.unit} minus some children in time, {measure}"


def _leaks_of_officers(world: World, now: Figure, measure: str) -> Iterator[str]:
    """Name the units that less their officers and the units below leave one to four answers."""
    if not measure.endswith((":KOMPETENSI", ":PERILAKU")):
        return
    with world.portal.read() as session:
        unit_of = {row.id: ("unit", str(row.unit_id)) for row in session.execute(select(Response)).scalars()}
    for family in families(world.portal, has_counters=False):
        below = [child for children in family.partitions for child in children if child[0] == "unit"]
        officers = [
            shifts_of({}, {it: value for it, value in content.items() if unit_of[it] == family.unit})
            for subject, content in now.items()
            if subject[0] == "officer"
        ]
        count = left_over(_shown(now, [family.unit]), [*_shown(now, below), *officers])
        if not is_safe(count):
            yield f"{family.unit} minus its officers leaves {count} of {measure}"


def shown_twice(contents: Contents) -> Iterator[str]:
    """Name each answer that two subjects of one cut show, in whatever months."""
    seen: dict[tuple[bytes, str, str], tuple[str, date]] = {}
    for key, content in contents.items():
        if key.cut != "unit":
            for response_id in content:
                place = seen.setdefault((response_id, key.cut, key.measure), (key.subject, key.month))
                if place != (key.subject, key.month):
                    yield f"{key} shows an answer that {place} shows too"


def _figure(contents: Contents, month: date, measure: str) -> Figure:
    return {(k.cut, k.subject): content for k, content in contents.items() if (k.month, k.measure) == (month, measure)}


def _shown(figure: Figure, subjects: Iterable[Subject]) -> list[Shifts]:
    return [shifts_of({}, figure.get(subject, {})) for subject in subjects]


def families(portal: Portal, *, has_counters: bool) -> list[Family]:
    """List the units with their children; a measure without counters has only the partition by service."""
    with portal.read() as session:
        units = session.execute(select(Unit)).scalars().all()
        counters = session.execute(select(Counter)).scalars().all()
        given = session.execute(select(Service)).scalars().all()
    found = []
    for unit in units:
        below = [("unit", str(child.id)) for child in units if child.parent_id == unit.id]
        places = [("counter", str(counter.id)) for counter in counters if counter.unit_id == unit.id]
        offered = [str(service.id) for service in given if service.unit_id == unit.id]
        kinds = [("service", subject) for subject in (*offered, f"{unit.id}:-", f"{unit.id}:lainnya")]
        partitions = ((*kinds, *below), (*places, *below)) if has_counters else ((*kinds, *below),)
        above = tuple(("unit", unit_id) for unit_id in unit.path.split("."))
        found.append(Family(("unit", str(unit.id)), above, partitions))
    return found
