"""What a moved cell holds: its whole tally, how its answers came, and of officers the parts for the fair score."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from portal.domain.instrument import split_key, tally_of
from portal.domain.period import Period
from portal.domain.rating import COUNTED, CellKey, service_subject, subjects_of
from portal.domain.tally import Tally
from portal.services import Portal
from portal.services.publish.release.deciding import Moves
from portal.services.publish.release.forest import Tree
from portal.storage import tallies
from portal.storage.carried import CarriedAnswer
from portal.storage.ledger import Details


@dataclass(slots=True)
class Content:
    """What is gathered of one cell."""

    tally: Tally = field(default_factory=Tally)
    late: int = 0
    channels: Counter[str] = field(default_factory=Counter)
    states: Counter[str] = field(default_factory=Counter)
    parts: dict[tuple[str, date], Tally] = field(default_factory=dict)

    def add(self, tally: Tally, channel: str, evidence: str, *, late: bool) -> None:
        """Count answers that came that way; take them out again where the tally is negative."""
        self.tally += tally
        self.late += tally.n * late
        self.channels[f"{channel}:{evidence}"] += tally.n

    def add_part(self, service: str, day: date, tally: Tally) -> None:
        """Count an officer's answers about a service on a day."""
        self.parts[service, day] = self.parts.get((service, day), Tally()) + tally

    def details(self) -> Details:
        """Return what is kept beside the tally; nothing counts zero."""
        by_way = {"channels": self.channels, "states": self.states}
        composition = {name: {key: n for key, n in sorted(counts.items()) if n} for name, counts in by_way.items()}
        parts: dict[str, dict[str, tuple[int, ...]]] = {}
        for (service, day), tally in sorted(self.parts.items()):
            if tally:
                parts.setdefault(service, {})[day.isoformat()] = tally.parts
        return Details({"late": self.late, **composition}, parts or None)


def read_contents(
    portal: Portal, session: Session, tree: Callable[[], Tree], moves: Moves
) -> Mapping[CellKey, Content]:
    """Return what the moving cells hold now: the answers of their months, less those carried out, and those carried in.

    What is carried in counts as late, and for the fair score under its own service and day. What a cell leaves behind
    is not in it.
    """
    contents = {key: Content() for key in moves.cells}
    for month in sorted({key.month for key in moves.cells}):
        _add_month(portal, session, tree(), month, contents)
    for key, content in contents.items():
        group, left = (key.month, key.measure), moves.left.get(key, {})
        for answer in moves.carryings.into.get(group, {}).get(key, {}).values():
            change = left.get(answer.response_id)
            _add_answer(content, key, answer, change.released if change else answer.value, late=True)
        for answer in moves.carryings.out_of.get(group, {}).get(key, {}).values():
            _add_answer(content, key, answer, -answer.value, late=answer.late)
    return contents


def _add_month(portal: Portal, session: Session, tree: Tree, month: date, contents: Mapping[CellKey, Content]) -> None:
    after = Period(month, "month").following.starts_on
    moved = [key for key in contents if key.month == month]
    of_officers = {key.measure for key in moved if key.cut == "officer"}
    others = {key.measure for key in moved} - of_officers
    for measures, by_officer in ((of_officers, True), (others, False)):
        for row, tally in tallies.list_sums(session, month, after, measures, by_officer=by_officer) if measures else ():
            _add_row(portal, tree, month, row, tally, contents)
    for row, tally in tallies.list_officer_days(session, month, after, of_officers) if of_officers else ():
        content = contents.get(CellKey("officer", row.officer, month, row.measure))
        if content is not None:
            content.add_part(service_subject(row.unit_id, row.service), row.counts_on, tally)


def _add_row(
    portal: Portal,
    tree: Tree,
    month: date,
    row: Any,  # noqa: ANN401 - a row of `list_sums`
    tally: Tally,
    contents: Mapping[CellKey, Content],
) -> None:
    instrument_id, element = split_key(row.measure)
    cuts = portal.instruments[instrument_id].cuts_of(element)
    for cut, subject in subjects_of(cuts, tree.path(row.unit_id), row.counter_id, row.service, row.officer):
        content = contents.get(CellKey(cut, subject, month, row.measure))
        if content is None:
            continue
        if row.state == COUNTED:
            content.add(tally, row.channel, row.evidence, late=row.late)
        else:
            content.states[row.state] += tally.n


def _add_answer(content: Content, key: CellKey, answer: CarriedAnswer, value: int, *, late: bool) -> None:
    """Count one answer of that value; take it out again where the value is negative."""
    if not value:
        return
    one = tally_of(key.measure, abs(value))
    tally = one if value > 0 else -one
    content.add(tally, answer.channel, answer.evidence, late=late)
    if key.cut == "officer":
        content.add_part(service_subject(answer.unit_id, answer.service), answer.counts_on, tally)
