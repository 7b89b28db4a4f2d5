"""From released pools to the lines of a unit's report, with those hidden that subtraction would reveal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from portal.domain.evidence import LINKS, PAPER
from portal.domain.period import Period
from portal.domain.rating import NOT_ANSWERED, OTHER_SERVICE, service_subject
from portal.domain.score.change import Change
from portal.domain.score.family import Family, Key
from portal.domain.score.summary import Pool, Score, score
from portal.domain.threshold import Thresholds
from portal.services.report.comparison import Beside
from portal.services.report.hiding import HELP, QUICK, SKM, Hiding, Instruments, Pools, hide
from portal.storage.structure import Subject, UnitRow

__all__ = ["HELP", "QUICK", "SKM", "Figures", "Line", "Rows"]


@dataclass(frozen=True, slots=True)
class Line:
    """One service, counter, officer or unit below, with its scores by instrument id.

    `name` is empty for the services that are not in the registry, whose `code` is `-` or `lainnya`. `needed` is the
    number of answers that a figure of this line waits for. `is_plate`: the code stands on an officer's name plate.
    `change` is what the last month says after the twelve before it, `beside` an officer's comparison with colleagues;
    None where that is not known.
    """

    code: str
    name: str
    scores: Mapping[str, Score]
    needed: int
    public_code: str | None = None
    rated_today: bool = False
    is_plate: bool = False
    channel: str | None = None
    change: Change | None = None
    beside: Beside | None = None

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

    def __init__(
        self, instruments: Instruments, pools: Pools, line: Sequence[Rows], hiding: Hiding | None = None
    ) -> None:
        """Show the last unit of `line`, which leads down to it from the uppermost that the reader sees.

        Of a base period it is found here what may not be shown; of a union `hiding` tells.
        """
        self._instruments = instruments
        self._pools = pools
        self._rows = line[-1]
        self._thresholds = Thresholds()
        self._hiding = hiding or hide(instruments, [rows.family for rows in line], pools)

    def own(self, instrument: str) -> Score:
        """Return a figure of the unit itself."""
        return self.figure(self._rows.family.unit, instrument)

    @property
    def needed(self) -> int:
        """The number of answers that a figure of the unit itself waits for."""
        return self.needed_of(self._rows.family.unit)

    @property
    def needed_for_spread(self) -> int:
        """The number of answers that the unit's distribution waits for."""
        pool = self._pools.get(self._rows.family.unit, Pool())
        return self._thresholds.fewest_for_distribution("unit", pool.officers)

    @property
    def released_at(self) -> datetime | None:
        """When any of the figures was released last."""
        return max((pool.released_at for pool in self._pools.values() if pool.released_at), default=None)

    def services(self, changes: Mapping[str, Change] | None = None) -> tuple[Line, ...]:
        """Return the services by name, then, where there is anything, another service and not answered.

        `changes` says by subject what the last month does.
        """
        said = changes or {}
        known = [
            replace(self._line(("service", str(s.id)), s.code, s.name, SKM, QUICK), change=said.get(str(s.id)))
            for s in self._rows.listed("service")
        ]
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

    def officers(
        self, changes: Mapping[str, Change] | None = None, beside: Mapping[str, Beside] | None = None
    ) -> tuple[Line, ...]:
        """Return the officers by name; `changes` says by subject what the last month does, `beside` by code."""
        said, compared = changes or {}, beside or {}
        return tuple(
            replace(
                self._line(("officer", str(s.id)), s.code, s.name, HELP),
                change=said.get(str(s.id)),
                beside=compared.get(s.code),
            )
            for s in self._rows.listed("officer")
        )

    def units(self) -> tuple[Line, ...]:
        """Return the units just below, by name."""
        return tuple(
            self._line(("unit", str(child.id)), child.unit_code, child.name, SKM, QUICK)
            for child in self._rows.children
        )

    def leaves_out(self, instrument: str) -> bool:
        """Tell whether a counter or a unit below has answers and no figure, which a breakdown could tell."""
        rows = (*self._rows.family.counters, *self._rows.family.units)
        hidden = self._hiding.hidden.get(instrument, frozenset())
        return any(key in hidden and self._pools.get(key, Pool()).tallies for key in rows)

    def _line(self, key: Key, code: str, name: str, *instruments: str) -> Line:
        return Line(code, name, {each: self.figure(key, each) for each in instruments}, self.needed_of(key))

    def needed_of(self, key: Key) -> int:
        """Return the number of answers that a figure of a row waits for."""
        return self._thresholds.fewest_to_view(key[0], self._pools.get(key, Pool()).officers)

    def figure(self, key: Key, instrument: str) -> Score:
        """Return the figure of a row of the unit, or of the unit itself."""
        pool, banded = self.kept(key, instrument)
        return score(self._instruments[instrument], key[0], pool, self._thresholds, banded)

    def kept(self, key: Key, instrument: str) -> tuple[Pool, frozenset[str]]:
        """Return the pool that a figure of a row is computed from, and the measures that print a band."""
        # A hidden row reads as one without any answer: nothing may tell it from a row that is too small itself.
        hidden = key in self._hiding.hidden.get(instrument, ())
        pool = Pool() if hidden else self._pools.get(key, Pool())
        return pool, self._hiding.banded.get(instrument, {}).get(key, frozenset())
