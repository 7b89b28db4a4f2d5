"""What a score of the feed tells beside its figure: how it was counted, of how many served, and the indicators."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from typing import Final
from urllib.parse import quote

from sqlalchemy.orm import Session

from portal.domain.figure import fixed
from portal.domain.indicator import realised
from portal.domain.period import Period
from portal.domain.score.mix import told, told_parts
from portal.domain.score.summary import Score
from portal.services import Portal
from portal.services.publish.rows import EvidenceMix, IndicatorRef
from portal.storage import feed, indicators, ledger, reported
from portal.storage.feed import Listed
from portal.storage.indicators import IndicatorRow
from portal.storage.ledger import Composition
from portal.storage.structure import UnitRow

_PLACES: Final = 4
_STRENGTHS: Final = ("open", "present", "visit", "assisted")
_PAGES: Final = {
    "unit": "/unit/{unit}/angka/{measure}?periode={period}",
    "service": "/unit/{unit}/layanan/{code}/angka/{measure}?periode={period}",
    "counter": "/unit/{unit}/loket/{code}/angka?periode={period}",
    "officer": "/unit/{unit}/petugas/{code}/angka?periode={period}",
}
"""Where people read how a figure came about."""
_UNEXPLAINED: Final = frozenset({"skm_officer"})


@dataclass(frozen=True, slots=True)
class Told:
    """A figure, the measure key its ballots are counted by, and all figures of its subject by measure.

    `released_at` is the last release of any of them, so that an indicator says the same beside each.
    `is_closed`: how its answers came is not told, lest that tell a counter that is hidden.
    """

    figure: Score
    counted: str
    shown: Mapping[str, Score]
    released_at: datetime | None
    is_closed: bool


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands in a row beside its figure."""

    n_held: int | None
    n_excluded: int | None
    n_late: int | None
    evidence: EvidenceMix | None
    response_rate: str | None
    indicators: tuple[IndicatorRef, ...]
    explain: str | None


@dataclass(slots=True)
class _Counted:
    """How the answers of one subject and measure came, over all months of the period."""

    late: int = 0
    strengths: Counter[str] = field(default_factory=Counter)
    states: Counter[str] = field(default_factory=Counter)

    def add(self, cell: Composition) -> None:
        self.late += cell.late
        for channel, n in cell.channels.items():
            self.strengths[channel.partition(":")[2]] += n
        for state, n in cell.states.items():
            self.states[state.partition(":")[0]] += n


@dataclass(frozen=True, slots=True)
class Particulars:
    """What is told of the subjects of a page, read in statements whose number does not depend on how many they are."""

    portal: Portal
    period: Period
    subject: str
    served: Mapping[int, int]
    indicators: Mapping[str, Sequence[IndicatorRow]]
    counted: Mapping[tuple[str, str], _Counted]
    """By subject and measure key."""

    @classmethod
    def read(
        cls,
        portal: Portal,
        session: Session,
        period: Period,
        subject: str,
        listed: Sequence[Listed],
        *,
        units: Sequence[UnitRow],
        at: datetime | None,
    ) -> Particulars:
        """Read them; `units` are all below those listed, `at` the present while the period is being signed."""
        served = _served(session, period, subject, listed, units)
        own = _indicators(session, period, subject, listed, at)
        return cls(portal, period, subject, served, own, _compositions(session, period, subject, listed))

    def of(self, listed: Listed, about: Told) -> Beside:
        """Return what stands beside a figure."""
        n, served = about.figure.n, self.served.get(listed.id)
        rate = fixed(Fraction(n, served), _PLACES) if n and served else None
        filled = tuple(self._indicator(row, about, served) for row in self.indicators.get(listed.code, ()))
        return Beside(*self._mix(listed, about), rate, filled, self._explain(listed, about.figure.measure))

    def _mix(self, listed: Listed, about: Told) -> tuple[int | None, int | None, int | None, EvidenceMix | None]:
        """Return how many are held, excluded and late, and the mix; unknown where not every month tells it."""
        n, counted = about.figure.n, self.counted.get((str(listed.id), about.counted), _Counted())
        if n is None or counted.strengths.total() != n:
            return None, None, None, None
        late = told_parts({"late": counted.late, "in time": n - counted.late})["late"]
        parts = {strength: counted.strengths[strength] for strength in _STRENGTHS}
        mix = told_parts(parts)
        if about.is_closed and n not in parts.values():
            mix = {strength: None if part else 0 for strength, part in parts.items()}
        return told(counted.states["held"]), told(counted.states["excluded"]), late, EvidenceMix(**mix)

    def _indicator(self, row: IndicatorRow, about: Told, served: int | None) -> IndicatorRef:
        """Fill in what the portal counts itself, where it is of this very period; what was told stays as it was."""
        realisation, as_of = row.realisation, row.as_of
        if row.measure is not None and row.period_code == self.period.period_code:
            values = {measure: figure.value for measure, figure in about.shown.items()}
            ratings = about.shown["layanan"].n if "layanan" in about.shown else None
            realisation = realised(row.measure, values, ratings, served)
            as_of = (
                about.released_at.astimezone(self.portal.time_zone).date()
                if realisation and about.released_at
                else None
            )
        return IndicatorRef(
            row.name,
            row.unit_of_measure,
            row.kind,
            row.period_code,
            row.target,
            realisation,
            as_of,
            row.source,
            row.link,
            checked=row.measure is not None,
        )

    def _explain(self, listed: Listed, measure: str) -> str | None:
        if measure in _UNEXPLAINED:
            return None
        codes = {"unit": quote(listed.unit_code, safe=""), "code": quote(listed.code, safe="")}
        return _PAGES[self.subject].format(**codes, measure=measure, period=self.period.period_code)


def _served(
    session: Session, period: Period, subject: str, listed: Sequence[Listed], units: Sequence[UnitRow]
) -> Mapping[int, int]:
    """Return how many each unit, with those below it, or each service served; left out where nobody wrote it down."""
    first, last = period.starts_on, period.ends_on
    if subject == "service":
        return feed.list_served_per_service(session, [item.id for item in listed], first, last)
    if subject != "unit":
        return {}
    own = reported.list_served_per_unit(session, first, last)
    found: dict[int, int] = {}
    for unit in units:
        for unit_id in unit.path if unit.id in own else ():
            found[unit_id] = found.get(unit_id, 0) + own[unit.id]
    return found


def _compositions(
    session: Session, period: Period, subject: str, listed: Iterable[Listed]
) -> Mapping[tuple[str, str], _Counted]:
    found: dict[tuple[str, str], _Counted] = {}
    wanted = {subject: sorted(str(item.id) for item in listed)}
    for cell in ledger.list_compositions(session, wanted, period.starts_on, period.ends_on):
        found.setdefault((cell.key.subject, cell.key.measure), _Counted()).add(cell)
    return found


def _indicators(
    session: Session, period: Period, subject: str, listed: Sequence[Listed], at: datetime | None
) -> Mapping[str, Sequence[IndicatorRow]]:
    """Return the indicators of the units or officers, by code."""
    if subject not in {"unit", "officer"}:
        return {}
    found: dict[str, list[IndicatorRow]] = {}
    for row in indicators.list_of_period(session, period, unit_ids=sorted({item.unit_id for item in listed}), at=at):
        code = row.officer_code if subject == "officer" else row.unit_code
        if code is not None and (subject == "officer" or row.officer_code is None):
            found.setdefault(code, []).append(row)
    return found
