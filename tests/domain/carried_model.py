"""The model of releases over months that are closed, carried from and corrected; it keeps every response."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random

from hypothesis import strategies as st

from portal.domain.release import Cell, Change, Decision, Part, Unit, decide
from tests.domain.release_model import (
    ACTS,
    RELEASES,
    Content,
    Event,
    Rating,
    World,
    cells_of,
    groups_of,
    happen,
    leaks_at_one_time,
    leaks_in_time,
)

KINDS = [*ACTS, "release", "release", "release", "weekly", "close", "correct"]
EVENTS = st.builds(Event, st.sampled_from(KINDS), st.integers(1, 9), st.integers(0, 9999))
HISTORIES = st.lists(EVENTS, min_size=20, max_size=120)

Group = tuple[str, str]
Figures = dict[Cell, Content]


def group_of(cell: Cell) -> Group:
    """Return what has each response in one month: a cut, of units each one."""
    return cell.cut, cell.subject if cell.cut == "unit" else ""


@dataclass
class Months:
    """Truth, the month in which each answer counts, and what was published of each month; month 0 is the first."""

    places: tuple[str, ...]
    open: int = 0
    truth: World = field(default_factory=lambda: World(()))
    given: dict[bytes, int] = field(default_factory=dict)
    homes: dict[tuple[bytes, Group], int] = field(default_factory=dict)
    published: dict[int, Figures] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.truth.places = self.places

    def happen(self, event: Event) -> None:
        happen(self.truth, event)
        self._date()

    def add(self, rating: Rating) -> None:
        self.truth.add(rating)
        self._date()

    def _date(self) -> None:
        for key in self.truth.ratings:
            self.given.setdefault(key, self.open)

    def contents(self, month: int) -> Figures:
        """Return what the cells of a month would hold if everything were released."""
        now: Figures = {}
        for key, rating in self.truth.ratings.items():
            for cell in cells_of(rating) if rating.value else ():
                if self.homes.get((key, group_of(cell)), self.given[key]) == month:
                    now.setdefault(cell, {})[key] = rating.value
        return now

    def pending(self, month: int) -> dict[Cell, list[Change]]:
        was, now = self.published.get(month, {}), self.contents(month)
        found = {}
        for cell in was.keys() | now.keys():
            old, new = was.get(cell, {}), now.get(cell, {})
            keys = sorted(key for key in old.keys() | new.keys() if old.get(key) != new.get(key))
            found[cell] = [Change(key, old.get(key, 0), new.get(key, 0)) for key in keys]
        return found

    def is_brought(self, change: Change, month: int) -> bool:
        return self.given[change.response_id] != month

    def tree(self, month: int) -> Unit:
        pending, now = self.pending(month), self.contents(month)

        def rows(cell: Cell, *, brought: bool) -> tuple[Change, ...]:
            return tuple(row for row in pending.get(cell, ()) if self.is_brought(row, month) is brought)

        def grow(name: str) -> Unit:
            whole, groups = Cell("unit", name), groups_of(name, self.places)
            parts = {
                kind: tuple(Part(c, rows(c, brought=False), rows(c, brought=True)) for c in cells if c.cut != "unit")
                for kind, cells in groups.items()
            }
            return Unit(
                whole,
                rows(whole, brought=False),
                parts,
                tuple(grow(cell.subject) for cell in groups["place"] if cell.cut == "unit"),
                rows(whole, brought=True),
                {kind: _apart(now, whole, cells) for kind, cells in groups.items()},
            )

        return grow("r")

    def release(self, month: int, *, weekly: bool) -> Decision:
        decision = decide(self.tree(month), may_move=lambda cell: weekly or cell.cut != "officer")
        pending, now, was = self.pending(month), self.contents(month), self.published.get(month, {})
        moved: Figures = {}
        for cell in decision.moved:
            left = [row for row in pending[cell] if self.is_brought(row, month)] if cell in decision.behind else []
            content = now.get(cell, {}) | {row.response_id: row.released for row in left}
            moved[cell] = {key: value for key, value in content.items() if value}
        self.published = {**self.published, month: {**was, **moved}}
        return decision

    def close(self) -> None:
        """Carry what waits into the next month, unless its cut has published it elsewhere."""
        for month in range(self.open + 1):
            waiting = [(cell, row) for cell, rows in self.pending(month).items() for row in rows]
            shown = {(row.response_id, group_of(cell)) for cell, row in waiting if row.released}
            new = {(row.response_id, group_of(cell)) for cell, row in waiting} - shown
            self.homes |= dict.fromkeys(new, self.open + 1)
        self.open += 1


def _apart(now: Figures, whole: Cell, children: list[Cell]) -> tuple[Change, ...]:
    """Return where the whole and its children differ even if everything were released."""
    has = now.get(whole, {})
    have = {key: value for cell in children for key, value in now.get(cell, {}).items()}
    return tuple(
        Change(key, have.get(key, 0), has.get(key, 0))
        for key in sorted(has.keys() | have.keys())
        if has.get(key) != have.get(key)
    )


def leaks(
    places: tuple[str, ...], history: list[Event], start: Callable[[tuple[str, ...]], Months] = Months
) -> Iterator[str]:
    """Live through a history and name, after each release, whatever the rule should have prevented."""
    months = start(places)
    for event in history:
        if event.kind in RELEASES:
            yield from _released(months, months.open, weekly=event.kind == "weekly")
        elif event.kind == "close":
            yield from _released(months, months.open, weekly=True)
            months.close()
        elif event.kind == "correct" and months.open:
            yield from _released(months, Random(event.salt).randrange(months.open), weekly=True)
        elif event.kind in ACTS:
            months.happen(event)


def _released(months: Months, month: int, *, weekly: bool) -> Iterator[str]:
    before = months.published.get(month, {})
    months.release(month, weekly=weekly)
    after = months.published[month]
    yield from leaks_at_one_time(World(months.places, {}, after))
    yield from leaks_in_time(months.places, before, after)
    yield from in_two_months(months)


def in_two_months(months: Months) -> Iterator[str]:
    """Name each answer that its cut shows in two months."""
    seen: dict[tuple[bytes, Group], int] = {}
    for month, figures in months.published.items():
        for cell, content in figures.items():
            for key in content:
                if seen.setdefault((key, group_of(cell)), month) != month:
                    yield f"{key!r} counts in two months of {group_of(cell)}"
