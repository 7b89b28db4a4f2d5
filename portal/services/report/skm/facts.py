"""What the SKM report of a unit is written from: its figures as every page shows them, and what surrounds them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from sqlalchemy.orm import Session

from portal.domain.errors import NotFound
from portal.domain.instrument import Instrument
from portal.domain.period import Period, bases_of
from portal.domain.score.mix import told, told_parts
from portal.domain.score.sample import SampleTarget
from portal.domain.score.skm import Weight
from portal.domain.score.summary import ElementScore, pool_by_subject
from portal.domain.tally import Tally
from portal.domain.threshold import Thresholds
from portal.services import Portal
from portal.services.report.figures import SKM
from portal.services.report.frozen import Options
from portal.services.report.unit import UnitReport, read_unit
from portal.storage import campaigns, governments, ledger, periods, skm_reports, snapshots, structure
from portal.storage.campaigns import CampaignRow
from portal.storage.skm_reports import ClosedScore
from portal.storage.structure import UnitRow

PROFILE: Final = "profil"
WEAKEST: Final = 3
"""Elements that a plan of improvement is asked for."""


class Sampling(StrEnum):
    """How respondents came to answer; only the unit itself can say that it drew a sample."""

    SELF_SELECTED = "sukarela"
    DRAWN = "sampel"


class Omitted(StrEnum):
    """Why the tabulation of single ballots is left out."""

    OPEN = "open"
    UNION = "union"
    TOO_FEW = "too-few"
    UNITS_BELOW = "units-below"
    DIFFERENT = "different"


@dataclass(frozen=True, slots=True)
class Tabulation:
    """The nine answers of each complete ballot in the order asked, sorted by value; no rows where `omitted`."""

    rows: tuple[tuple[int, ...], ...] = ()
    omitted: Omitted | None = None


@dataclass(frozen=True, slots=True)
class Signed:
    """The latest snapshot of the period: its version, the local day of its signature, its SHA-256 in hexadecimal."""

    version: int
    signed_on: date
    digest: str


@dataclass(frozen=True, slots=True)
class Way:
    """How many complete ballots came by a channel, with the evidence that it gives; None where that is not told."""

    channel: str
    evidence: str
    n: int | None


@dataclass(frozen=True, slots=True)
class SkmFacts:
    """All that a report says, before it is put in words.

    `signed` is None while the period is open, and for periods together. `previous` is the report of the period before,
    None where it was of another kind. `history` are the closed periods of the five years before, `campaigns` those of
    the period, oldest first.
    """

    government: str
    report: UnitReport
    instrument: Instrument
    weight: Weight
    sampling: Sampling
    is_closed: bool
    signed: Signed | None
    previous: UnitReport | None
    history: tuple[ClosedScore, ...]
    campaigns: tuple[CampaignRow, ...]
    ways: tuple[Way, ...]
    profile: tuple[Options, ...]
    tabulation: Tabulation

    @property
    def target(self) -> SampleTarget | None:
        """The number of respondents asked for, None where nobody wrote down how many were served."""
        return self.report.respondents


@dataclass(frozen=True, slots=True)
class Choice:
    """A period that a report can be written of, and whether its figures are final."""

    period: Period
    is_closed: bool


@dataclass(frozen=True, slots=True)
class Choices:
    """What a report is asked for by: `chosen` is the period named, else the last closed one, else the present one."""

    unit_code: str
    unit_name: str
    chosen: Choice
    periods: tuple[Choice, ...]


def _closed(session: Session) -> list[Period]:
    return [Period.parse(row.period_code) for row in periods.list_closed(session)]


def open_choices(portal: Portal, scope: Sequence[int], unit_code: str, period_code: str | None) -> Choices:
    """Return the periods of a unit's reports, the newest first.

    Raises:
        NotFound: no such unit in the scope, or no such period.
    """
    with portal.read() as session:
        report = read_unit(portal, session, scope, unit_code, period_code)
        closed = _closed(session)
    known = tuple(Choice(period, bool(bases_of(period, closed))) for period in report.periods)
    asked = next(one for one in known if one.period == report.period)
    last = next((one for one in known if one.period in closed), asked)
    return Choices(report.unit_code, report.unit_name, asked if period_code else last, known)


def open_facts(
    portal: Portal,
    scope: Sequence[int],
    unit_code: str,
    period_code: str | None,
    *,
    weight: Weight = Weight.EXACT,
    sampling: Sampling = Sampling.SELF_SELECTED,
) -> SkmFacts:
    """Return what the report of a unit and a base period says, all of it from one state of the data.

    Raises:
        NotFound: no such unit in the scope, or no such period.
    """
    with portal.read() as session:
        report = read_unit(portal, session, scope, unit_code, period_code)
        unit = structure.get_unit(session, scope, report.unit_code)
        bases = bases_of(report.period, _closed(session)) or ()
        instrument = portal.instruments[SKM]
        shown = report.skm.n is not None
        return SkmFacts(
            government=governments.find_facts(session)[0] or portal.government,
            report=report,
            instrument=instrument,
            weight=weight,
            sampling=sampling,
            signed=_signed(portal, session, report),
            previous=_previous(portal, session, scope, report),
            history=_history(session, report),
            campaigns=_campaigns(session, unit, report.period),
            ways=_ways(session, unit, report, instrument) if shown else (),
            profile=_profile(portal, report),
            is_closed=bool(bases),
            tabulation=_tabulation(session, unit, report, instrument, bases),
        )


def _signed(portal: Portal, session: Session, report: UnitReport) -> Signed | None:
    versions = snapshots.list_versions(session, report.period.period_code)
    if not versions:
        return None
    last = versions[-1]
    return Signed(last.version, last.signed_at.astimezone(portal.time_zone).date(), last.hash.hex())


def _previous(portal: Portal, session: Session, scope: Sequence[int], report: UnitReport) -> UnitReport | None:
    try:
        return read_unit(portal, session, scope, report.unit_code, report.period.preceding.period_code)
    except NotFound:
        return None


def _history(session: Session, report: UnitReport) -> tuple[ClosedScore, ...]:
    """Return the closed periods of the five years that end with the one reported, oldest first."""
    first = report.period.starts_on.year - 4
    rows = skm_reports.list_closed_scores(session, report.unit_code, SKM)
    known = sorted(rows, key=lambda row: row.period)
    own = report.period.starts_on
    return tuple(row for row in known if row.period.starts_on.year >= first and row.period.ends_on < own)


def _campaigns(session: Session, unit: UnitRow, period: Period) -> tuple[CampaignRow, ...]:
    listed = campaigns.list_campaigns(session, unit.id)
    return tuple(row for row in reversed(listed) if row.starts_on <= period.ends_on and row.ends_on >= period.starts_on)


def _ways(session: Session, unit: UnitRow, report: UnitReport, instrument: Instrument) -> tuple[Way, ...]:
    """Return how the complete ballots came, the most usual way first; no way where not every month tells it.

    Where a unit below has no figure no way has a number, lest it tell that unit's.
    """
    asked = {"unit": [str(unit.id)]}, report.period.starts_on, report.period.ends_on
    counted: Counter[str] = Counter()
    for row in ledger.list_compositions(session, *asked):
        if row.key.measure == instrument.composite_key:
            counted.update(row.channels)
    if counted.total() != report.skm.n:
        return ()
    parts = told_parts(+counted)
    if len(parts) > 1 and any(line.scores[SKM].n is None for line in report.units):
        parts = dict.fromkeys(parts, None)
    named = ((way.partition(":"), n) for way, n in parts.items())
    ways = (Way(channel, evidence, n) for (channel, _, evidence), n in named)
    return tuple(sorted(ways, key=lambda way: (-(way.n or 0), way.channel, way.evidence)))


def _profile(portal: Portal, report: UnitReport) -> tuple[Options, ...]:
    """Return what is known of the respondents, as the unit's page shows it."""
    asked = {item.code for it in portal.instruments.values() if it.code == PROFILE for item in it.items}
    return tuple(one for one in report.options if one.item.code in asked)


def _tabulation(
    session: Session, unit: UnitRow, report: UnitReport, instrument: Instrument, bases: Sequence[Period]
) -> Tabulation:
    """Return the single ballots where they may be printed: exactly those of the cells, enough, and of enough officers.

    Of a unit with units below it, and of periods together, they are left out: less those of the units below, or of one
    of the periods, they would be the ballots of a part that may be too small.
    """
    if len(bases) != 1:
        return Tabulation(omitted=Omitted.UNION if bases else Omitted.OPEN)
    measure = instrument.composite_key or ""
    ids = [row.id for row in structure.list_subtree(session, unit.path)]
    first, last = report.period.starts_on, report.period.ends_on
    pools = pool_by_subject(ledger.list_cells(session, {"unit": [str(key) for key in ids]}, first, last))
    own = pools.get(("unit", str(unit.id)))
    whole = own.tallies.get(measure, Tally()) if own else Tally()
    if own is None or report.skm.n is None or not Thresholds().may_publish("unit", report.skm.n, own.officers):
        return Tabulation(omitted=Omitted.TOO_FEW)
    if any(pools[key].tallies.get(measure) for key in pools if key[1] != str(unit.id)):
        return Tabulation(omitted=Omitted.UNITS_BELOW)
    asked = [element.code for element in instrument.elements]
    answers = skm_reports.list_answers(session, unit.id, instrument.id, measure, first, last)
    rows = [tuple(row[code] for code in asked) for row in answers if len(row) == len(asked)]
    if not _is_of(rows, whole) or not _fits(rows, report.skm.elements):
        return Tabulation(omitted=Omitted.DIFFERENT)
    return Tabulation(tuple(sorted(rows)))


def _is_of(rows: Sequence[Sequence[int]], whole: Tally) -> bool:
    """Tell whether the ballots are those of the released cells: as many, of the same sum and sum of squares."""
    total = Tally()
    for row in rows:
        total += Tally.of_ballot(sum(row))
    return total == whole


def _fits(rows: Sequence[Sequence[int]], elements: Sequence[ElementScore]) -> bool:
    """Tell whether no more ballots gave an answer than the released cells count; incomplete ballots are in those.

    These are none or enough: with the complete ones printed, the answers of the others follow by subtraction.
    """
    counted = [Counter(column) for column in zip(*rows, strict=True)]
    return all(
        element.distribution is not None
        and told(sum(element.distribution) - len(rows)) is not None
        and all(seen[value] <= count for value, count in enumerate(element.distribution, start=1))
        for seen, element in zip(counted, elements, strict=True)
    )
