"""Where a figure comes from: how many people, how sure, what was left out, and the arithmetic with its own numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from portal.domain.errors import NotFound
from portal.domain.instrument import Instrument
from portal.domain.period import Period
from portal.domain.score.explain import Arithmetic, explain
from portal.domain.score.family import Key
from portal.domain.score.mix import told, told_parts
from portal.domain.score.sample import SampleTarget
from portal.domain.score.summary import Score
from portal.domain.tally import Tally
from portal.domain.threshold import Thresholds
from portal.services import Portal
from portal.services.report.comparison import Compared, explain_officer
from portal.services.report.figures import HELP, QUICK, SKM, Figures, Rows
from portal.services.report.reading import (
    Chosen,
    choose,
    figures_of,
    get_unit,
    line_to,
    wanted,
)
from portal.services.report.trend import counted_measure
from portal.storage import ledger, reported, structure
from portal.storage.structure import UnitRow

MEASURES = {
    "unit": {"skm": SKM, "layanan": QUICK},
    "service": {"skm": SKM, "layanan": QUICK},
    "counter": {"layanan": QUICK},
    "officer": {"petugas": HELP},
}
"""What is explained of each kind of subject, by the measure's name in the address."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The figure asked for: `kind` unit, service, counter or officer; the code is that of a unit's own row or empty."""

    kind: str
    code: str
    measure: str


@dataclass(frozen=True, slots=True)
class Mix:
    """How the answers came, by channel and by evidence; None: not told, as one of the parts is too small.

    `late` ones came after their own period was closed. `states` counts what does not count by `held:<rule>` or
    `excluded:<reason>`; None stands for one to four.
    """

    channels: Mapping[str, int | None]
    evidence: Mapping[str, int | None]
    late: int | None
    states: Mapping[str, int | None]


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything that the page of a figure says; `released_at` is in local time.

    `mix` is None where it was not noted for every month; `arithmetic` where the figure is not shown. `is_few`: the
    figure is in truth about so few officers that it takes their thresholds. `compared` is an officer's fair score,
    `services` the names of the unit's services by code.
    """

    unit_code: str
    unit_name: str
    kind: str
    code: str
    name: str
    period: Period
    bases: tuple[Period, ...]
    is_closed: bool
    released_at: datetime | None
    score: Score
    needed: int
    is_few: bool
    respondents: SampleTarget | None
    mix: Mix | None
    arithmetic: Arithmetic | None
    compared: Compared | None
    services: Mapping[str, str]


def open_explanation(
    portal: Portal, scope: Sequence[int], unit_code: str, asked: Asked, period_code: str | None
) -> Explanation:
    """Return where a figure of a unit, or of a service, counter or officer of it, comes from.

    Raises:
        NotFound: no such unit in the scope, no such row of it, no such measure of the row, or no such period.
    """
    instrument_id = MEASURES[asked.kind].get(asked.measure)
    if instrument_id is None:
        raise NotFound("measure")
    with portal.read() as session:
        units = structure.list_subtree(session, scope)
        unit = get_unit(units, unit_code)
        chosen = choose(portal, session, unit, period_code)
        line = line_to(session, units, unit, chosen.period)
        first, last = chosen.period.starts_on, chosen.period.ends_on
        cells = ledger.list_cells(session, wanted(line), first, last)
        figures = figures_of(portal, session, line, chosen, cells)
        key, name = _find(line[-1], asked)
        names = {service.code: service.name for service in line[-1].of("service")}
        found = _Found(portal.instruments[instrument_id], key, name, figures, chosen, names)
        below = [row.id for row in units if row.path[: len(unit.path)] == unit.path]
        respondents = _respondents(session, unit, below, found)
        compared = _compared(found, asked.code)
        mix = _mix(session, found)
    return _explanation(portal, unit, asked, found, respondents, mix, compared)


@dataclass(frozen=True, slots=True)
class _Found:
    instrument: Instrument
    key: Key
    name: str
    figures: Figures
    chosen: Chosen
    services: Mapping[str, str]

    @property
    def score(self) -> Score:
        return self.figures.figure(self.key, self.instrument.id)


def _find(rows: Rows, asked: Asked) -> tuple[Key, str]:
    """Return key and name of a row; the name is empty for the services that are not in the registry."""
    if asked.kind == "unit":
        return rows.family.unit, rows.unit.name
    for subject in rows.of(asked.kind):
        if subject.code == asked.code:
            return (asked.kind, str(subject.id)), subject.name
    for code, key in rows.apart if asked.kind == "service" else ():
        if code == asked.code:
            return key, ""
    raise NotFound(asked.kind)


def _explanation(
    portal: Portal,
    unit: UnitRow,
    asked: Asked,
    found: _Found,
    respondents: SampleTarget | None,
    mix: Mix | None,
    compared: Compared | None,
) -> Explanation:
    pool, _ = found.figures.kept(found.key, found.instrument.id)
    tallies = {
        element.code: pool.tallies.get(found.instrument.measure_key(element.code), Tally())
        for element in found.instrument.elements
    }
    return Explanation(
        unit_code=unit.unit_code,
        unit_name=unit.name,
        kind=asked.kind,
        code=asked.code,
        name=found.name,
        period=found.chosen.period,
        bases=found.chosen.bases,
        is_closed=found.chosen.is_closed,
        released_at=pool.released_at.astimezone(portal.time_zone) if pool.released_at else None,
        score=found.score,
        needed=found.figures.needed_of(found.key),
        is_few=asked.kind != "officer" and Thresholds().is_single_officer(asked.kind, pool.officers),
        respondents=respondents,
        mix=mix,
        arithmetic=explain(found.score, tallies),
        compared=compared,
        services=found.services,
    )


def _respondents(session: Session, unit: UnitRow, below: Sequence[int], found: _Found) -> SampleTarget | None:
    """Return how many respondents the survey of the unit needs, the same number that its page prints."""
    if (found.key[0], found.instrument.id) != ("unit", SKM):
        return None
    return SampleTarget.of(reported.get_reported(session, unit.id, below, found.chosen.period).served)


def _mix(session: Session, found: _Found) -> Mix | None:
    """Return how the answers came; None where the figure is not shown or not every month tells it."""
    n, measure = found.score.n, counted_measure(found.instrument)
    if n is None:
        return None
    cut, subject = found.key
    period = found.chosen.period
    cells = ledger.list_compositions(session, {cut: [subject]}, period.starts_on, period.ends_on)
    own = [cell for cell in cells if cell.key.measure == measure]
    ways: Counter[str] = Counter()
    states: Counter[str] = Counter()
    for cell in own:
        ways.update(cell.channels)
        states.update(cell.states)
    if ways.total() != n:
        return None
    late = sum(cell.late for cell in own)
    closed = cut == "unit" and found.figures.leaves_out(found.instrument.id)
    return Mix(
        _parts(ways, 0, closed=closed),
        _parts(ways, 2, closed=closed),
        told_parts({"late": late, "in time": n - late})["late"],
        {state: told(count) for state, count in sorted(states.items()) if count},
    )


def _parts(ways: Mapping[str, int], place: int, *, closed: bool) -> Mapping[str, int | None]:
    """Sum the ways `channel:evidence` by one of the two; `closed`: no part is told, lest it tell a hidden counter."""
    counts: Counter[str] = Counter()
    for way, n in ways.items():
        counts[way.partition(":")[place]] += n
    present = {name: n for name, n in sorted(counts.items()) if n}
    if closed and len(present) > 1:
        return dict.fromkeys(present, None)
    return told_parts(present)


def _compared(found: _Found, officer_code: str) -> Compared | None:
    """Return the officer's fair score of the last closing."""
    row = found.chosen.calendar.sheet
    return explain_officer(row, officer_code) if found.key[0] == "officer" and row else None
