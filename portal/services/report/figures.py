"""From released pools to the lines of a unit's report, with those hidden that subtraction would reveal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from portal.domain.evidence import LINKS, PAPER
from portal.domain.instrument import Instrument
from portal.domain.period import Period
from portal.domain.rating import NOT_ANSWERED, OTHER_SERVICE, service_subject
from portal.domain.score.family import Family, Key, hidden_rows
from portal.domain.score.summary import Pool, Score, score
from portal.domain.threshold import Thresholds
from portal.storage.structure import Subject, UnitRow

SKM: Final = "skm-14-2017@1"
QUICK: Final = "quick@1"
HELP: Final = "petugas@1"


@dataclass(frozen=True, slots=True)
class Line:
    """One service, counter, officer or unit below, with its scores by instrument id.

    `name` is empty for the services that are not in the registry, whose `code` is `-` or `lainnya`. `needed` is the
    number of answers that a figure of this line waits for. `is_plate`: the code stands on an officer's name plate.
    """

    code: str
    name: str
    scores: Mapping[str, Score]
    needed: int
    public_code: str | None = None
    rated_today: bool = False
    is_plate: bool = False
    channel: str | None = None

    @property
    def is_apart(self) -> bool:
        """Tell whether it is no place where citizens stand: a link, or the answers on paper."""
        return self.channel in {*LINKS, PAPER}

    @property
    def has_sheet(self) -> bool:
        """Tell whether there is a code to hang up or to send: nobody scans the code for paper."""
        return self.channel != PAPER


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a unit's report as they are found in the registry."""

    unit: UnitRow
    children: Sequence[UnitRow]
    subjects: Sequence[Subject]
    period: Period

    def of(self, kind: str) -> list[Subject]:
        """Return the subjects of one kind, by name."""
        return [subject for subject in self.subjects if subject.kind == kind]

    def listed(self, kind: str) -> list[Subject]:
        """Return those that were in use in the period."""
        return [subject for subject in self.of(kind) if subject.is_of(self.period)]

    @property
    def apart(self) -> list[tuple[str, Key]]:
        """Code and key of the services that are not in the registry."""
        codes = (OTHER_SERVICE, NOT_ANSWERED)
        return [(code, ("service", service_subject(self.unit.id, code))) for code in codes]

    @property
    def family(self) -> Family:
        """The keys of the unit and of the rows that make it up."""
        return Family(
            ("unit", str(self.unit.id)),
            (*(("service", str(service.id)) for service in self.of("service")), *(key for _, key in self.apart)),
            tuple(("counter", str(counter.id)) for counter in self.of("counter")),
            tuple(("unit", str(child.id)) for child in self.children),
        )

    def wanted(self) -> dict[str, list[str]]:
        """Return the subjects of every cell that the report reads, by cut."""
        family = self.family
        wanted = {"officer": [str(officer.id) for officer in self.of("officer")]}
        for cut, subject in (family.unit, *family.units, *family.services, *family.counters):
            wanted.setdefault(cut, []).append(subject)
        return wanted


class Figures:
    """The figures of one unit and period."""

    def __init__(self, instruments: Mapping[str, Instrument], pools: Mapping[Key, Pool], line: Sequence[Rows]) -> None:
        """Find the rows to hide; `line` leads from the uppermost unit that the reader sees down to the one reported."""
        self._instruments = instruments
        self._pools = pools
        self._rows = line[-1]
        self._thresholds = Thresholds()
        self._hidden = {name: self._hide(instruments[name], line) for name in (SKM, QUICK)}

    def own(self, instrument: str) -> Score:
        """Return a figure of the unit itself."""
        return self._score(self._rows.family.unit, instrument)

    @property
    def needed(self) -> int:
        """The number of answers that a figure of the unit itself waits for."""
        return self._needed(self._rows.family.unit)

    @property
    def needed_for_spread(self) -> int:
        """The number of answers that the unit's distribution waits for."""
        pool = self._pools.get(self._rows.family.unit, Pool())
        return self._thresholds.fewest_for_distribution("unit", pool.officers)

    def services(self) -> tuple[Line, ...]:
        """Return the services by name, then, where there is anything, another service and not answered."""
        known = [self._line(("service", str(s.id)), s.code, s.name, SKM, QUICK) for s in self._rows.listed("service")]
        apart = [self._line(key, code, "", SKM, QUICK) for code, key in self._rows.apart if key in self._pools]
        return (*known, *apart)

    def counters(self, rated: set[int]) -> tuple[Line, ...]:
        """Return the counters by name, then name plates, then links and paper.

        `rated` are those at which anything was given today.
        """
        lines = tuple(
            replace(
                self._line(("counter", str(counter.id)), counter.code, counter.name, QUICK),
                public_code=counter.public_code,
                rated_today=counter.id in rated,
                is_plate=counter.is_plate,
                channel=counter.channel,
            )
            for counter in self._rows.listed("counter")
        )
        return tuple(sorted(lines, key=lambda line: (line.is_apart, line.is_plate)))

    def officers(self) -> tuple[Line, ...]:
        """Return the officers by name."""
        return tuple(self._line(("officer", str(s.id)), s.code, s.name, HELP) for s in self._rows.listed("officer"))

    def units(self) -> tuple[Line, ...]:
        """Return the units just below, by name."""
        return tuple(
            self._line(("unit", str(child.id)), child.unit_code, child.name, SKM, QUICK)
            for child in self._rows.children
        )

    def _hide(self, instrument: Instrument, line: Sequence[Rows]) -> frozenset[Key]:
        """Return the rows to hide: all of them where the unit itself is hidden from whoever sees a unit above it."""
        families = [rows.family for rows in line]
        hidden = [hidden_rows(family, instrument, self._pools, self._thresholds) for family in families]
        family = families[-1]
        if any(below.unit in rows for rows, below in zip(hidden, families[1:], strict=False)):
            return hidden[-1].union((family.unit, *family.services, *family.counters, *family.units))
        return hidden[-1]

    def _line(self, key: Key, code: str, name: str, *instruments: str) -> Line:
        return Line(code, name, {each: self._score(key, each) for each in instruments}, self._needed(key))

    def _needed(self, key: Key) -> int:
        return self._thresholds.fewest_to_view(key[0], self._pools.get(key, Pool()).officers)

    def _score(self, key: Key, instrument: str) -> Score:
        # A hidden row reads as one without any answer: nothing may tell it from a row that is too small itself.
        hidden = key in self._hidden.get(instrument, ())
        pool = Pool() if hidden else self._pools.get(key, Pool())
        return score(self._instruments[instrument], key[0], pool, self._thresholds)
