"""What the raw rows say, computed a second time and plainly: every response in every cell it belongs to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.instrument import Instrument, tally_of
from portal.domain.rating import CellKey
from portal.domain.tally import Tally
from portal.services import Portal
from portal.services.rebuild import check_tallies
from portal.storage import ledger
from portal.storage.ledger import FROZEN
from portal.storage.tables import Attribution, Ballot, Carried, ReleaseCell, Response, Unit, Verdict

Contents = dict[CellKey, dict[bytes, int]]
"""Per cell the value of each response in it."""


@dataclass(frozen=True)
class Published:
    """A released cell as it is kept."""

    tally: Tally
    officers: int | None
    release_id: int


def current(portal: Portal) -> Contents:
    """Return what every cell would hold if everything were released; what was carried counts where it went."""
    contents: Contents = defaultdict(dict)
    with portal.read() as session:
        standing, homes = _read(session), _homes(session)
    for response, path, about, answers in standing:
        month = date(response.counts_on.year, response.counts_on.month, 1)
        for name, given in answers.items():
            instrument = portal.instruments[name]
            for measure, value in _values(instrument, given):
                for cut, subject in _subjects(instrument, measure, response, path, about):
                    home = homes.get((response.id, cut, subject, measure), month)
                    contents[CellKey(cut, subject, home, measure)][response.id] = value
    return dict(contents)


def _homes(session: Session) -> dict[tuple[bytes, str, str, str], date]:
    rows = session.execute(select(Carried)).scalars()
    return {(row.response_id, row.cut, row.subject, row.measure): row.month for row in rows}


def _read(session: Session) -> list[tuple[Response, str, Attribution, dict[str, dict[str, int]]]]:
    """Read the responses that count, each with its unit's path, its latest attribution and its latest answers."""
    path = {unit.id: unit.path for unit in session.execute(select(Unit)).scalars()}
    attributions = session.execute(select(Attribution).order_by(Attribution.revision)).scalars()
    about = {row.response_id: row for row in attributions}
    verdicts = session.execute(select(Verdict).order_by(Verdict.revision)).scalars()
    state = {row.response_id: row.state for row in verdicts}
    answers: dict[bytes, dict[str, dict[str, int]]] = defaultdict(dict)
    for row in session.execute(select(Ballot).order_by(Ballot.revision)).scalars():
        answers[row.response_id][row.instrument] = row.answers
    return [
        (response, path[response.unit_id], about[response.id], answers[response.id])
        for response in session.execute(select(Response)).scalars()
        if state.get(response.id, "counted") == "counted"
    ]


def _values(instrument: Instrument, given: dict[str, int]) -> Iterator[tuple[str, int]]:
    for element, value in given.items():
        yield f"{instrument.id}:{element}", value
    if len(given) == len(instrument.elements) > 1:
        yield f"{instrument.id}:SKM", sum(given.values())
    if "KOMPETENSI" in given and "PERILAKU" in given:
        yield f"{instrument.id}:SKM_OFFICER", given["KOMPETENSI"] + given["PERILAKU"]


def _subjects(
    instrument: Instrument, measure: str, response: Response, path: str, about: Attribution
) -> Iterator[tuple[str, str]]:
    of_officer = measure.endswith((":PETUGAS", ":KOMPETENSI", ":PERILAKU", ":SKM_OFFICER"))
    if of_officer and about.officer_id is not None:
        yield "officer", str(about.officer_id)
    if measure.endswith((":PETUGAS", ":SKM_OFFICER")):
        return
    yield from (("unit", unit_id) for unit_id in path.split("."))
    without = f"{response.unit_id}:{'lainnya' if about.service_basis == 'other' else '-'}"
    yield "service", without if about.service_id is None else str(about.service_id)
    if instrument.measure == "layanan":
        yield "counter", str(response.counter_id)


def pooled(key: CellKey, values: dict[bytes, int]) -> Tally:
    """Return the whole tally of a cell."""
    total = Tally()
    for value in values.values():
        total += tally_of(key.measure, value)
    return total


def released(portal: Portal) -> dict[CellKey, Published]:
    """Return what is published and may move."""
    with portal.read() as session:
        cells = session.execute(select(ReleaseCell).where(ReleaseCell.cut.not_in(FROZEN))).scalars().all()
    return {
        CellKey(row.cut, row.subject, row.month, row.measure): Published(
            Tally(row.n1, row.n2, row.n3, row.n4, row.n, row.total, row.squares), row.officers, row.release_id
        )
        for row in cells
    }


def pending(portal: Portal) -> dict[CellKey, dict[bytes, tuple[int, int]]]:
    """Return by cell and response the value at the last release and the value now."""
    waiting: dict[CellKey, dict[bytes, tuple[int, int]]] = defaultdict(dict)
    with portal.read() as session:
        for key, response_id, before, now in ledger.list_pending(session):
            waiting[key][response_id] = before, now
    return dict(waiting)


def assert_sums_hold(portal: Portal) -> None:
    """Check that tallies equal a rebuild, and that released + (current - released) of what is pending is the whole."""
    assert check_tallies(portal).differing == 0
    whole, shown, waiting = current(portal), released(portal), pending(portal)
    for key in whole.keys() | shown.keys() | waiting.keys():
        known = shown[key].tally if key in shown else Tally()
        for before, now in waiting.get(key, {}).values():
            assert before != now
            known += tally_of(key.measure, now) if now else Tally()
            known += -tally_of(key.measure, before) if before else Tally()
        assert known == pooled(key, whole.get(key, {})), key
    for key, rows in waiting.items():
        assert {response: now for response, (_, now) in rows.items() if now}.items() <= whole.get(key, {}).items()
