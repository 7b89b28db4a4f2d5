"""All units beside each other in one period, by name and never ranked (Rekap se-kota)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from portal.domain.errors import NotFound
from portal.domain.period import Period, periods_between
from portal.domain.score.sample import SampleTarget
from portal.domain.score.summary import Pool, Score, pool_by_subject
from portal.services import Portal
from portal.services.report.figures import QUICK, SKM, Figures, Line, Rows
from portal.services.report.skm.document import Words
from portal.services.report.skm.facts import Choice
from portal.storage import ledger, periods, skm_reports, structure
from portal.storage.structure import UnitRow

HEADS: Final = (
    *(
        "recap.code",
        "recap.unit",
        "recap.above",
        "recap.respondents",
        "recap.target",
        "recap.served",
        "recap.ikm",
        "recap.mutu",
        "recap.lower",
        "recap.upper",
        "recap.reason",
    ),
    *("recap.quick", "recap.quick_n", "recap.as_of"),
)
"""Keys of the headings, in the order of the columns."""


@dataclass(frozen=True, slots=True)
class RecapLine:
    """One unit; `above` is the name of the unit that it belongs to, `needed` the answers that its figures wait for."""

    code: str
    name: str
    above: str | None
    skm: Score
    quick: Score
    needed: int
    target: SampleTarget | None
    released_at: datetime | None


@dataclass(frozen=True, slots=True)
class Recap:
    """Every unit by name in one base period; `periods` are those that can be chosen, the newest first."""

    chosen: Choice
    periods: tuple[Choice, ...]
    lines: tuple[RecapLine, ...]

    @property
    def shown(self) -> int:
        """How many units have an index."""
        return sum(1 for line in self.lines if line.skm.value)


def open_recap(portal: Portal, period_code: str | None = None) -> Recap:
    """Return the figures of every unit as whoever sees the whole government sees them.

    Without a period it is the last closed one, else the present one. The number of statements does not grow.

    Raises:
        NotFound: no such base period.
    """
    with portal.read() as session:
        known = _choices(portal, session, period_code)
        closed = next((one for one in known if one.is_closed), None)
        chosen = next((one for one in known if one.period.period_code == period_code), closed or known[0])
        units = structure.list_units(session)
        return Recap(chosen, known, tuple(_lines(portal, session, units, chosen.period)))


def _choices(portal: Portal, session: Session, period_code: str | None) -> tuple[Choice, ...]:
    today = portal.today()
    kind = portal.policy_on(session, today).base_period
    months = ledger.find_months(session)
    known = set(periods_between(kind, min(today, *months) if months else today, today))
    if period_code:
        asked = Period.parse(period_code)
        if asked.kind != kind or asked.starts_on > today:
            raise NotFound("period")
        known.add(asked)
    closed = {row.period_code for row in periods.list_closed(session)}
    return tuple(Choice(period, period.period_code in closed) for period in sorted(known, reverse=True))


def _lines(portal: Portal, session: Session, units: Sequence[UnitRow], period: Period) -> Iterator[RecapLine]:
    by_name = sorted(units, key=lambda unit: (unit.name.casefold(), unit.unit_code))
    parents = _parents(session, by_name, period)
    pools = _pools(session, units, list(parents.values()), period)
    shown = _shown(portal, by_name, parents, pools)
    targets = _targets(session, units, period)
    names = {unit.id: unit.name for unit in units}
    for unit in by_name:
        line = shown[unit.unit_code]
        at = pools.get(("unit", str(unit.id)), Pool()).released_at
        yield RecapLine(
            unit.unit_code,
            unit.name,
            names[unit.path[-2]] if len(unit.path) > 1 else None,
            line.scores[SKM],
            line.scores[QUICK],
            line.needed,
            targets[unit.id],
            at.astimezone(portal.time_zone) if at else None,
        )


def _parents(session: Session, units: Sequence[UnitRow], period: Period) -> Mapping[int, Rows]:
    """Return the rows that tell which units are hidden: those of each unit with units below it, and of each root."""
    children: dict[int, list[UnitRow]] = {unit.id: [] for unit in units if len(unit.path) == 1}
    for unit in units:
        if len(unit.path) > 1:
            children.setdefault(unit.path[-2], []).append(unit)
    subjects = structure.list_subjects(session, list(children))
    return {
        unit.id: Rows(unit, children[unit.id], [one for one in subjects if one.unit_id == unit.id], period)
        for unit in units
        if unit.id in children
    }


def _pools(
    session: Session, units: Sequence[UnitRow], parents: Sequence[Rows], period: Period
) -> Mapping[tuple[str, str], Pool]:
    wanted: dict[str, list[str]] = {}
    for rows in parents:
        for cut, subjects in rows.wanted().items():
            wanted.setdefault(cut, []).extend(subjects)
    wanted |= {"unit": [str(unit.id) for unit in units], "officer": []}
    return pool_by_subject(ledger.list_cells(session, wanted, period.starts_on, period.ends_on))


def _shown(
    portal: Portal,
    units: Sequence[UnitRow],
    parents: Mapping[int, Rows],
    pools: Mapping[tuple[str, str], Pool],
) -> Mapping[str, Line]:
    """Return the line of each unit by its code, as the page of the unit above it shows it; a root's own."""
    shown: dict[str, Line] = {}
    for unit in units:
        if unit.id not in parents:
            continue
        figures = Figures(portal.instruments, pools, [parents[above] for above in unit.path])
        shown |= {line.code: line for line in figures.units()}
        if len(unit.path) == 1:
            scores = {name: figures.own(name) for name in (SKM, QUICK)}
            shown[unit.unit_code] = Line(unit.unit_code, unit.name, scores, figures.needed)
    return shown


def _targets(session: Session, units: Sequence[UnitRow], period: Period) -> Mapping[int, SampleTarget | None]:
    """Return the target of each unit: of what its campaign states, else of what it and the units below it served."""
    counted = skm_reports.list_served(session, period.starts_on, period.ends_on)
    stated = skm_reports.list_stated(session, period.starts_on, period.ends_on)
    served: dict[int, int] = {}
    for unit in units:
        for above in unit.path if unit.id in counted else ():
            served[above] = served.get(above, 0) + counted[unit.id]
    return {unit.id: SampleTarget.of(stated.get(unit.id) or served.get(unit.id)) for unit in units}


def values_of(line: RecapLine, words: Words) -> tuple[str | int | None, ...]:
    """Return the cells of a unit in the order of `HEADS`, figures as decimal strings."""
    skm, quick, target = line.skm, line.quick, line.target
    return (
        line.code,
        line.name,
        line.above,
        skm.n,
        target.respondents if target else None,
        target.served if target else None,
        skm.value,
        skm.mutu,
        skm.lower,
        skm.upper,
        reason_of(skm, words),
        quick.value,
        quick.n,
        line.released_at.date().isoformat() if line.released_at else None,
    )


def reason_of(score: Score, words: Words) -> str | None:
    """Say why there is no figure; None where there is one."""
    return words.say(f"csv.reasons.{score.reason}") if score.reason else None
