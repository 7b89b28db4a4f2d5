"""Indicators by name beside the results: target, realisation, and where that comes from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from portal.domain.indicator import reached_share, realised
from portal.domain.period import Period
from portal.domain.score.summary import Score
from portal.storage.indicators import IndicatorRow
from portal.storage.reported import ReportedIndicator


@dataclass(frozen=True, slots=True)
class IndicatorLine:
    """One indicator; `target` and `realisation` are decimal strings, `reached_share` their share with 4 places.

    With a `measure` the realisation is the portal's own figure, the string that it shows everywhere, as of its last
    release. `is_elsewhere`: the portal counts it, but for another period than the one shown.
    """

    indicator_code: str
    name: str
    unit_of_measure: str
    kind: str
    period_code: str
    measure: str | None
    target: str | None
    realisation: str | None
    as_of: date | None
    source: str | None
    link: str | None
    reached_share: str | None
    is_elsewhere: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """What the portal shows of a subject in a base period: figures by measure, ratings, number served, as of a day."""

    period: Period
    values: Mapping[str, str | None]
    ratings: int | None = None
    served: int | None = None
    as_of: date | None = None


def values_of(scores: Iterable[Score]) -> dict[str, str | None]:
    """Return the shown figures by measure."""
    return {score.measure: score.value for score in scores}


def line_of(row: IndicatorRow | ReportedIndicator, shown: Shown) -> IndicatorLine:
    """Fill in what the portal counts itself; what was told stays as it was."""
    realisation, as_of, is_elsewhere = row.realisation, row.as_of, False
    if row.measure is not None:
        is_elsewhere = row.period_code != shown.period.period_code
        if not is_elsewhere:
            realisation = realised(row.measure, shown.values, shown.ratings, shown.served)
        as_of = shown.as_of if realisation is not None else None
    return IndicatorLine(
        row.indicator_code,
        row.name,
        row.unit_of_measure,
        row.kind,
        row.period_code,
        row.measure,
        row.target,
        realisation,
        as_of,
        row.source,
        row.link,
        reached_share(row.kind, row.target, realisation),
        is_elsewhere,
    )
