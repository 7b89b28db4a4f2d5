"""What one response contributes, and to which cells: the rules of design 2 and 3, without a database."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Final, NamedTuple

from portal.domain.instrument import Cut, Instrument, split_key, tally_of
from portal.domain.period import month_of
from portal.domain.tally import Tally

CHANGE_FOR: Final = timedelta(minutes=10)
PARTS_FOR: Final = timedelta(hours=24)
SIGHTING_FOR: Final = timedelta(hours=72)
KEY_FOR: Final = timedelta(days=30)

NOBODY: Final = "-"
NOT_ANSWERED: Final = "-"
OTHER_SERVICE: Final = "lainnya"
COUNTED: Final = "counted"

_SIANG: Final = time(12)
_SORE: Final = time(15)


def day_part(at: datetime) -> str:
    """Name the part of the local day: pagi < 12.00 <= siang < 15.00 <= sore."""
    clock = at.time()
    if clock < _SIANG:
        return "pagi"
    return "siang" if clock < _SORE else "sore"


class TallyKey(NamedTuple):
    """The full key of one row of `tallies`; field order is the order in which rows are locked."""

    counts_on: date
    late: bool
    day_part: str
    unit_id: int
    counter_id: int
    service: str
    officer: str
    channel: str
    evidence: str
    measure: str
    state: str


class CellKey(NamedTuple):
    """One published figure: cut x subject x month x measure."""

    cut: str
    subject: str
    month: date
    measure: str


@dataclass(frozen=True, slots=True)
class Place:
    """What never changes about a response: where, when and how it was given.

    `unit_path` holds the ids of the unit and its ancestors, the root first.
    """

    unit_path: tuple[int, ...]
    counter_id: int
    channel: str
    evidence: str
    day_part: str
    counts_on: date
    late: bool = False

    @property
    def unit_id(self) -> int:
        """The unit that the counter belongs to."""
        return self.unit_path[-1]


@dataclass(frozen=True, slots=True)
class Standing:
    """What may change about a response: its answers, whom it is about, and whether it counts."""

    service: str = NOT_ANSWERED
    officer: str = NOBODY
    state: str = COUNTED
    answers: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """Answers by instrument id, then by element."""


def tallies_of(place: Place, standing: Standing, instruments: Mapping[str, Instrument]) -> dict[TallyKey, Tally]:
    """Return the rows of `tallies` to which the response adds, each with what it adds."""
    return {
        TallyKey(
            place.counts_on,
            place.late,
            place.day_part,
            place.unit_id,
            place.counter_id,
            standing.service,
            standing.officer,
            place.channel,
            place.evidence,
            measure,
            standing.state,
        ): tally_of(measure, value)
        for instrument_id, answers in standing.answers.items()
        for measure, value in instruments[instrument_id].contributions(answers).items()
    }


def values_of(place: Place, standing: Standing, instruments: Mapping[str, Instrument]) -> dict[CellKey, int]:
    """Return the cells to which the response contributes, each with its value.

    The value is the answer 1..4, or the ballot total for a composite. What does not count contributes nothing.
    """
    if standing.state != COUNTED:
        return {}
    month = month_of(place.counts_on)
    values: dict[CellKey, int] = {}
    for instrument_id, answers in standing.answers.items():
        instrument = instruments[instrument_id]
        for measure, value in instrument.contributions(answers).items():
            cuts = instrument.cuts_of(split_key(measure)[1])
            subjects = subjects_of(cuts, place.unit_path, place.counter_id, standing.service, standing.officer)
            values |= {CellKey(cut, subject, month, measure): value for cut, subject in subjects}
    return values


def service_subject(unit_id: int, service: str) -> str:
    """Return the subject of a service cell; what is not a service of the registry is kept apart per unit."""
    return f"{unit_id}:{service}" if service in {NOT_ANSWERED, OTHER_SERVICE} else service


def subjects_of(
    cuts: Collection[Cut], unit_path: Sequence[int], counter_id: int, service: str, officer: str
) -> Iterator[tuple[str, str]]:
    """Name the (cut, subject) that an answer reaches, of the `cuts` that its element has (`Instrument.cuts_of`)."""
    if "officer" in cuts and officer != NOBODY:
        yield "officer", officer
    if "unit" in cuts:
        for unit_id in unit_path:
            yield "unit", str(unit_id)
    if "service" in cuts:
        yield "service", service_subject(unit_path[-1], service)
    if "counter" in cuts:
        yield "counter", str(counter_id)


@dataclass(frozen=True, slots=True)
class Difference:
    """What a change of a response does to the sums: subtract the old, add the new."""

    tallies: Mapping[TallyKey, Tally]
    pending: Mapping[CellKey, tuple[int, int]]
    """For each cell whose contribution changes: (before, after), 0 = none."""


def difference(
    place: Place, before: Standing | None, after: Standing, instruments: Mapping[str, Instrument]
) -> Difference:
    """Return the difference that moving from `before` (None: a new response) to `after` makes, in key order."""
    new_tallies, new_values = tallies_of(place, after, instruments), values_of(place, after, instruments)
    if before is None:
        first = {key: (0, value) for key, value in sorted(new_values.items())}
        return Difference(dict(sorted(new_tallies.items())), first)
    old_tallies, old_values = tallies_of(place, before, instruments), values_of(place, before, instruments)
    sums = {key: new_tallies.get(key, Tally()) + -old_tallies.get(key, Tally()) for key in {*old_tallies, *new_tallies}}
    moves = {key: (old_values.get(key, 0), new_values.get(key, 0)) for key in {*old_values, *new_values}}
    return Difference(
        {key: tally for key, tally in sorted(sums.items()) if tally},
        {key: move for key, move in sorted(moves.items()) if move[0] != move[1]},
    )
