"""A score as the feed gives it and as a snapshot keeps it: the same fields, the same strings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime
from typing import Any, Final

from portal.services.publish.cursors import Position
from portal.services.publish.fair import Comparison
from portal.services.publish.periods import PeriodRef

PROVISIONAL, INSUFFICIENT, FINAL, REVISED = "provisional", "insufficient", "final", "revised"
STATUSES: Final = (PROVISIONAL, INSUFFICIENT, FINAL, REVISED)


@dataclass(frozen=True, slots=True)
class SubjectRef:
    """Whom or what a score is about; name and NIP of an officer are None without the scope for them.

    `unit_id` is the code of the unit that it belongs to, a unit's own code for a unit.
    """

    type: str
    id: str
    name: str | None
    nip: str | None
    unit_id: str


@dataclass(frozen=True, slots=True)
class BandRow:
    """Where a value lies that is not given itself: fewer than thirty people gave it, and all the same answer."""

    lower: str
    upper: str


@dataclass(frozen=True, slots=True)
class ElementRow:
    """One element; figures are None below the threshold, and but for `n` where there is a `band`.

    `value`, `lower` and `upper` in points, 25.00 to 100.00.
    """

    code: str
    n: int | None
    nrr: str | None
    value: str | None
    lower: str | None
    upper: str | None
    band: BandRow | None


@dataclass(frozen=True, slots=True)
class EvidenceMix:
    """The counted answers by strength of evidence; None where one of them is 1 to 4, but for those that are 0."""

    open: int | None
    present: int | None
    visit: int | None
    assisted: int | None


@dataclass(frozen=True, slots=True)
class IndicatorRef:
    """An indicator of the subject that touches the period; `checked` where the portal counted it itself.

    `target` and `realisation` are decimal strings, `period_id` is the indicator's own period.
    """

    name: str
    unit_of_measure: str
    kind: str
    period_id: str
    target: str | None
    realisation: str | None
    as_of: date | None
    source: str | None
    link: str | None
    checked: bool


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """One subject, measure and period; where `reason` is set the figures are None, never zero.

    But for the reason `homogeneous`: then `n` stands, and a `band` for the value.
    `revision` is the version of the period's snapshot, None while the period is open; `supersedes` the one before it.
    `n_held`, `n_excluded` and `n_late` are None where they are 1 to 4. `response_rate` has four places. `comparison` is
    that of officers in closed periods. `explain` is the address of the page for people, from the root of the portal.
    """

    subject: SubjectRef
    period: PeriodRef
    instrument: str
    measure: str
    method_version: str
    status: str
    reason: str | None
    use: str
    revision: int | None
    supersedes: int | None
    n: int | None
    n_held: int | None
    n_excluded: int | None
    n_late: int | None
    evidence: EvidenceMix | None
    response_rate: str | None
    value: str | None
    lower: str | None
    upper: str | None
    mutu: str | None
    band: BandRow | None
    distribution: tuple[int, int, int, int] | None
    elements: tuple[ElementRow, ...]
    comparison: Comparison | None
    indicators: tuple[IndicatorRef, ...]
    explain: str | None
    data_cutoff: datetime | None

    @property
    def position(self) -> Position:
        """Where the row stands in its list."""
        return self.subject.id, self.measure, self.instrument


def finalised(row: ScoreRow, version: int) -> ScoreRow:
    """Return the row as a version of its period's snapshot holds it."""
    signed = FINAL if version == 1 else REVISED
    status = signed if row.status == PROVISIONAL else row.status
    return replace(row, status=status, revision=version, supersedes=version - 1 or None)


def to_mapping(row: ScoreRow) -> dict[str, Any]:
    """Return the row as JSON holds it."""
    return {name: _plain(value) for name, value in asdict(row).items()}


def _plain(value: object) -> object:
    match value:
        case datetime():
            return f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
        case date():
            return value.isoformat()
        case dict():
            return {name: _plain(each) for name, each in value.items()}
        case tuple() | list():
            return [_plain(each) for each in value]
        case _:
            return value


def from_mapping(body: Mapping[str, Any]) -> ScoreRow:
    """Return the row that `to_mapping` wrote.

    Raises:
        TypeError: a field is missing or unknown.
    """
    period, evidence, comparison = body["period"], body["evidence"], body["comparison"]
    days = {name: date.fromisoformat(period[name]) for name in ("start", "end")}
    parsed = {
        "subject": SubjectRef(**body["subject"]),
        "period": PeriodRef(**{**period, **days}),
        "evidence": EvidenceMix(**evidence) if evidence else None,
        "distribution": tuple(body["distribution"]) if body["distribution"] else None,
        "band": _band(body["band"]),
        "elements": tuple(ElementRow(**{**each, "band": _band(each["band"])}) for each in body["elements"]),
        "comparison": Comparison(**comparison) if comparison else None,
        "indicators": tuple(_indicator(each) for each in body["indicators"]),
        "data_cutoff": datetime.fromisoformat(body["data_cutoff"]) if body["data_cutoff"] else None,
    }
    return ScoreRow(**{**body, **parsed})


def _band(body: Mapping[str, str] | None) -> BandRow | None:
    return BandRow(**body) if body else None


def _indicator(body: Mapping[str, Any]) -> IndicatorRef:
    as_of = date.fromisoformat(body["as_of"]) if body["as_of"] else None
    return IndicatorRef(**{**body, "as_of": as_of})
