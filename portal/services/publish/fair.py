"""Fair scores at the closing: the parameter sheet of a period, and what it says of each officer beside colleagues.

The range of a raw mean keeps its starting `phi` of 0.30 on every surface: a sheet's own `phi` is of one measure, comes
only with the first closing, and would move figures that were published before it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from portal.domain.duty import Roster
from portal.domain.period import Period
from portal.domain.rating import NOT_ANSWERED, OTHER_SERVICE, service_subject
from portal.domain.score.union import told_in_time, windows_of
from portal.domain.snapshot import SHEET_FORMAT, freeze_own, read_own, read_sheet
from portal.domain.threshold import Thresholds
from portal.services import Portal
from portal.services.publish.signing import digest
from portal.storage import feed, ledger, periods, served, snapshots, structure
from portal.storage.periods import ClosedRow

if TYPE_CHECKING:
    from portal.domain.score.fair.parts import Part
    from portal.domain.score.fair.sheet import Sheet

COMPARATIVE, NONE = "comparative", "none"


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the feed gives of an officer beside colleagues on the same services; decimal strings, points.

    `use` is comparative or none; where it is none every figure is None and `reason` tells why. `fair` with `lower` and
    `upper` is the score, `difference` with its own range what it lies above colleagues. `reliability` runs from 0 to 1,
    `strength` is its word, `statement` equal, above or below. `n` counts ballots of twelve months, `n_comparable` how
    many of them can be compared. `window_start` and `window_end` are the first and last of their days, as text.
    """

    use: str
    reason: str | None
    fair: str | None
    lower: str | None
    upper: str | None
    difference: str | None
    difference_lower: str | None
    difference_upper: str | None
    reliability: str | None
    strength: str | None
    n: int | None
    n_comparable: str | None
    statement: str | None
    window_start: str
    window_end: str
    sheet_version: int
    sheet_hash: str


@dataclass(frozen=True, slots=True)
class Compared:
    """The sheet of a version: what is `published` of it with its `hash`, what is `withheld`, and both together.

    It is None where nobody was rated. `measure` is the one that officers are compared by.
    """

    measure: str
    instrument: str
    version: int
    published: Mapping[str, Any] | None
    withheld: Mapping[str, Any]
    hash: str
    sheet: Sheet | None


def freeze(portal: Portal, session: Session, closed: ClosedRow, version: int) -> Compared:
    """Make the parameter sheet of a closed period from released cells alone, and keep it."""
    compared = estimate_sheet(portal, session, closed, version)
    if compared.published is not None:
        snapshots.append_sheet(
            session,
            period_code=closed.period_code,
            version=version,
            instrument=compared.instrument,
            body=compared.published,
            withheld=compared.withheld,
            hash=bytes.fromhex(compared.hash),
        )
    return compared


def find_compared(portal: Portal, session: Session, closed: ClosedRow, version: int) -> Compared:
    """Return the sheet that a version was signed with."""
    asked = _measured(portal, session, closed)
    row = snapshots.find_sheet(session, closed.period_code, version)
    if row is None:
        return Compared(asked.measure, asked.instrument, version, None, {}, "", None)
    whole = read_sheet(row.body, row.withheld)
    return Compared(asked.measure, row.instrument, version, row.body, row.withheld, row.hash.hex(), whole)


@dataclass(frozen=True, slots=True)
class _Measured:
    """What officers are compared by: the policy's name of it, its instrument, its measure key, and items per ballot."""

    measure: str
    instrument: str
    key: str
    asked: int


def _measured(portal: Portal, session: Session, closed: ClosedRow) -> _Measured:
    """Return what the policy of the period's last day names, by the newest instrument that asks it."""
    measure = portal.policy_on(session, closed.ends_on).appraisal_measure
    found = []
    for item in sorted(portal.instruments.values(), key=lambda item: (item.version, item.code)):
        if item.measure == measure:
            found.append(_Measured(measure, item.id, item.element_keys[0], 1))
        wholes = [whole for whole in item.composites if whole.code == measure.upper()]
        found += [_Measured(measure, item.id, f"{item.id}:{it.code}", len(it.elements)) for it in wholes]
    return found[-1]


def estimate_sheet(portal: Portal, session: Session, closed: ClosedRow, version: int) -> Compared:
    """Return the sheet that the cells released now give, in whatever order they are read."""
    from portal.domain.score.fair.estimate import estimate  # noqa: PLC0415 - brings numpy, needed at closings only
    from portal.domain.score.fair.parts import gather, own_tallies  # noqa: PLC0415 - as above

    asked, told = _measured(portal, session, closed), _closed_until(session, closed)
    window = [told[place] for place in windows_of(told)[-1]]
    months = [month for period in window for month in period.months]
    table = gather(_parts(session, asked.key, told))
    sheet = estimate(table, asked=asked.asked)
    if sheet is None:
        return Compared(asked.measure, asked.instrument, version, None, {}, "", None)
    whole = sheet.to_mapping()
    withheld = {
        "groups": whole["groups"],
        "officers": {
            officer: {"n_star": whole["officers"][officer], "own": freeze_own(own)}
            for officer, own in own_tallies(table).items()
        },
    }
    shown = () if closed.shadow else whole["groups"].items()
    published = {
        "format": SHEET_FORMAT,
        "period": closed.period_code,
        "version": version,
        "instrument": asked.instrument,
        "measure": asked.measure,
        "months": [month.isoformat() for month in months],
        "parameters": whole["parameters"],
        "services": whole["services"],
        # The centre of one or two would say of either what the other's own figure leaves.
        "groups": {group: it for group, it in shown if it["officers"] >= Thresholds().distinct_officers},
        "withheld": digest(withheld).hex(),
    }
    return Compared(asked.measure, asked.instrument, version, published, withheld, digest(published).hex(), sheet)


def _closed_until(session: Session, closed: ClosedRow) -> Sequence[Period]:
    """Return the closed base periods up to this one, oldest first; what was given in another's shadow never counts."""
    rows = [row for row in periods.list_closed(session) if row.ends_on <= closed.ends_on]
    return [Period(row.starts_on, row.kind) for row in rows if not row.shadow or row.period_code == closed.period_code]


def _parts(session: Session, key: str, closed: Sequence[Period]) -> Iterator[Part]:
    """Yield the released ballots about each officer by unit, service and day, under public codes.

    Those of the last twelve months; of an officer whom they would tell more of than may be shown, fewer.
    """
    from portal.domain.score.fair.parts import Part  # noqa: PLC0415 - brings numpy, needed at closings only

    names, told = _Names.read(session), _told(session, key, closed)
    window = windows_of(closed)[-1]
    alone = _served_alone(session, closed[window.start].starts_on, closed[-1].ends_on)
    for place in window:
        for row in ledger.list_parts(session, key, closed[place].starts_on, closed[place].ends_on):
            if place not in told.get(row.officer, ()):
                continue
            unit_id = names.unit_of[row.service]
            served_by = alone.get((row.officer, unit_id, row.day))
            at = names.officers[row.officer], names.units[unit_id], names.services[row.service]
            yield Part(*at, row.day, row.tally.n, row.tally.total, row.tally.squares, served_by)


def _told(session: Session, key: str, closed: Sequence[Period]) -> Mapping[str, frozenset[int]]:
    """Return of each officer the places of the periods whose ballots are used.

    The number of ballots used is printed, and follows from the range and the sheet: less what is printed of periods, it
    must tell no number that a period hides.
    """
    place_of = {month: place for place, period in enumerate(closed) for month in period.months}
    counts: dict[str, list[int]] = defaultdict(lambda: [0] * len(closed))
    for officer, month, n in feed.list_answers(session, key, closed[-1].ends_on):
        if month in place_of:
            counts[officer][place_of[month]] += n
    windows, fewest = windows_of(closed), Thresholds().officer
    return {officer: told_in_time(own, windows, fewest) for officer, own in counts.items()}


@dataclass(frozen=True, slots=True)
class _Names:
    """The public codes: of units by id, of officers and services by what cells call them, and each service's unit."""

    units: Mapping[int, str]
    officers: Mapping[str, str]
    services: Mapping[str, str]
    unit_of: Mapping[str, int]

    @classmethod
    def read(cls, session: Session) -> _Names:
        units = {row.id: row.unit_code for row in structure.list_units(session)}
        subjects = structure.list_subjects(session, list(units))
        services = {str(it.id): (it.code, it.unit_id) for it in subjects if it.kind == "service"}
        for unit_id, unit_code in units.items():
            for unnamed in (NOT_ANSWERED, OTHER_SERVICE):
                services[service_subject(unit_id, unnamed)] = f"{unit_code}:{unnamed}", unit_id
        return cls(
            units,
            {str(it.id): it.code for it in subjects if it.kind == "officer"},
            {subject: code for subject, (code, _) in services.items()},
            {subject: unit_id for subject, (_, unit_id) in services.items()},
        )


def _served_alone(session: Session, first: date, last: date) -> Mapping[tuple[str, int, date], int]:
    """Return how many an officer served on a day: what the unit counted where nobody else was on duty there.

    On all other days nobody knows which of them served whom, and a day counts whole.
    """
    counted = served.list_days(session, first, last)
    roster = Roster(structure.list_shifts(session, first, last))
    counters: dict[int, list[int]] = defaultdict(list)
    for it in structure.list_subjects(session, sorted({unit_id for unit_id, _ in counted})):
        if it.kind == "counter":
            counters[it.unit_id].append(it.id)
    alone = {}
    for (unit_id, day), n in counted.items():
        on_duty = {officer for counter in counters[unit_id] for officer in roster.on_duty(counter, day)}
        if len(on_duty) == 1:
            alone[str(on_duty.pop()), unit_id, day] = n
    return alone


def compare(compared: Compared, officer_code: str) -> Comparison | None:
    """Return what the sheet says of an officer beside colleagues; None where nobody was rated in its months."""
    if compared.sheet is None or compared.published is None:
        return None
    from portal.domain.score.fair.apply import apply  # noqa: PLC0415 - brings numpy, needed at closings only

    score = apply(compared.sheet, officer_code, read_own(compared.withheld, officer_code))
    window = [compared.published["months"][0], Period.parse(compared.published["months"][-1][:7]).ends_on.isoformat()]
    found = score.fair.on_scale if score.fair and score.fair_use else None
    shown = score.raw_use is not None
    return Comparison(
        use=COMPARATIVE if found else NONE,
        reason="too-few" if score.n is None else score.reason,
        fair=f"{found.score:f}" if found else None,
        lower=f"{found.lower:f}" if found else None,
        upper=f"{found.upper:f}" if found else None,
        difference=f"{found.difference:f}" if found else None,
        difference_lower=f"{found.difference_lower:f}" if found else None,
        difference_upper=f"{found.difference_upper:f}" if found else None,
        reliability=f"{score.reliability:f}" if found else None,
        strength=score.evidence.value if shown else None,
        n=score.n if shown else None,
        n_comparable=f"{score.n_star:f}" if found else None,
        statement=score.comparison if found else None,
        window_start=window[0],
        window_end=window[-1],
        sheet_version=compared.version,
        sheet_hash=compared.hash,
    )
