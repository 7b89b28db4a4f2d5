"""A model of releases that keeps every response, and random histories to live through."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import chain, combinations
from random import Random

from hypothesis import strategies as st

from portal.domain.release import FEWEST, Cell, Change, Decision, Part, Unit, decide

Rule = Callable[[Unit, Callable[[Cell], bool]], Decision]


@dataclass(frozen=True)
class Rating:
    """The truth about one response; value 0 = excluded."""

    unit: str
    counter: int
    service: str
    officer: str
    value: int


PLACES = ("r", "r.a", "r.b", "r.a.x")
SERVICES = ("ktp", "kk", "lainnya", "-")
OFFICERS = ("p1", "p2", "-")
TWO_LEVELS, THREE_LEVELS = PLACES[:3], PLACES


def cells_of(rating: Rating) -> Iterator[Cell]:
    names = rating.unit.split(".")
    yield from (Cell("unit", ".".join(names[:depth])) for depth in range(1, len(names) + 1))
    yield Cell("counter", f"{rating.unit}:{rating.counter}")
    yield Cell("service", f"{rating.unit}:{rating.service}")
    yield Cell("officer", f"{rating.unit}:{rating.officer}")


def groups_of(unit: str, places: Iterable[str]) -> dict[str, list[Cell]]:
    units = [Cell("unit", name) for name in places if name.rpartition(".")[0] == unit]
    return {
        "place": [*(Cell("counter", f"{unit}:{n}") for n in range(2)), *units],
        "service": [*(Cell("service", f"{unit}:{name}") for name in SERVICES), *units],
        "officer": [*(Cell("officer", f"{unit}:{name}") for name in OFFICERS), *units],
    }


Content = dict[bytes, int]


@dataclass
class World:
    """Truth and what was published: cell -> response -> value."""

    places: tuple[str, ...]
    ratings: dict[bytes, Rating] = field(default_factory=dict)
    published: dict[Cell, Content] = field(default_factory=dict)

    def add(self, rating: Rating) -> None:
        self.ratings[len(self.ratings).to_bytes(2, "big")] = rating

    def current(self) -> dict[Cell, Content]:
        now: dict[Cell, Content] = {}
        for key, rating in self.ratings.items():
            for cell in cells_of(rating) if rating.value else ():
                now.setdefault(cell, {})[key] = rating.value
        return now

    def tree(self) -> Unit:
        return self._tree(self.current())

    def _tree(self, now: dict[Cell, Content]) -> Unit:
        def pending(cell: Cell) -> tuple[Change, ...]:
            old, new = self.published.get(cell, {}), now.get(cell, {})
            keys = sorted(old.keys() | new.keys())
            return tuple(Change(k, old.get(k, 0), new.get(k, 0)) for k in keys if old.get(k) != new.get(k))

        def grow(name: str) -> Unit:
            groups = groups_of(name, self.places)
            parts = {kind: tuple(Part(c, pending(c)) for c in g if c.cut != "unit") for kind, g in groups.items()}
            units = tuple(grow(cell.subject) for cell in groups["place"] if cell.cut == "unit")
            return Unit(Cell("unit", name), pending(Cell("unit", name)), parts, units)

        return grow("r")

    def release(self, rule: Rule, *, weekly: bool) -> Decision:
        now = self.current()
        decision = rule(self._tree(now), lambda cell: weekly or cell.cut != "officer")
        self.published = {
            cell: now.get(cell, {}) if cell in decision.moved else self.published.get(cell, {})
            for cell in self.published.keys() | now.keys()
        }
        return decision


@dataclass(frozen=True)
class Event:
    kind: str
    amount: int
    salt: int


def happen(world: World, event: Event) -> None:
    """Change the truth; what exactly is a function of the salt, so that a history replays and shrinks."""
    chance = Random(event.salt)
    if event.kind == "rate":
        at = chance.choice(world.places)
        for _ in range(event.amount):
            service, officer = chance.choice(SERVICES), chance.choice(OFFICERS)
            world.add(Rating(at, chance.randrange(2), service, officer, chance.randint(1, 4)))
        return
    acts: dict[str, Callable[[Rating], Rating]] = {
        "change": lambda r: replace(r, value=chance.randint(1, 4) if r.value else 0),
        "exclude": lambda r: replace(r, value=0),
        "include": lambda r: replace(r, value=r.value or chance.randint(1, 4)),
        "service": lambda r: replace(r, service=chance.choice(SERVICES)),
        "officer": lambda r: replace(r, officer=chance.choice(OFFICERS)),
    }
    for key in chance.sample(sorted(world.ratings), min(event.amount, len(world.ratings))):
        world.ratings[key] = acts[event.kind](world.ratings[key])


ACTS = ["rate", "rate", "rate", "rate", "change", "exclude", "include", "service", "officer"]
KINDS = [*ACTS, "release", "release", "release", "weekly"]
RELEASES = {"release", "weekly"}
EVENTS = st.builds(Event, st.sampled_from(KINDS), st.integers(1, 9), st.integers(0, 9999))
HISTORIES = st.lists(EVENTS, min_size=20, max_size=120)
SHAPES = st.sampled_from([TWO_LEVELS, THREE_LEVELS])


def random_history(seed: int, size: int = 100) -> list[Event]:
    chance = Random(seed)
    return [Event(chance.choice(KINDS), chance.randint(1, 9), chance.randrange(9999)) for _ in range(size)]


def ours(root: Unit, may_move: Callable[[Cell], bool]) -> Decision:
    return decide(root, may_move=may_move)


def naive(root: Unit, may_move: Callable[[Cell], bool]) -> Decision:
    """Each cell by itself: the rule that subtraction defeats."""

    def nodes(unit: Unit) -> Iterator[Unit | Part]:
        yield unit
        yield from chain.from_iterable(unit.partitions.values())
        for below in unit.units:
            yield from nodes(below)

    moved = frozenset(n.cell for n in nodes(root) if len(n.pending) >= FEWEST and may_move(n.cell))
    return Decision(moved, frozenset(n.cell for n in nodes(root) if n.pending) - moved)


def is_safe(count: int) -> bool:
    return count == 0 or count >= FEWEST


Shifts = dict[bytes, Counter[int]]


def shifts_of(before: Content, after: Content) -> Shifts:
    """Return what each response that differs adds to and takes from the count of each value."""
    pairs = {key: (before.get(key, 0), after.get(key, 0)) for key in before.keys() | after.keys()}
    return {key: Counter({new: 1, old: -1}) for key, (old, new) in pairs.items() if old != new}


def left_over(plus: Iterable[Shifts], minus: Iterable[Shifts]) -> int:
    """Count the responses that are left over when changes are subtracted from changes."""
    left: Shifts = {}
    for sign, changes in ((1, plus), (-1, minus)):
        for change in changes:
            for key, shift in change.items():
                mine = left.setdefault(key, Counter())
                for value, n in shift.items():
                    mine[value] += sign * n if value else 0
    return sum(any(counts.values()) for counts in left.values())


def leaks_by_selection(wholes: Iterable[Shifts], movers: list[Shifts]) -> bool:
    """Try every selection of movers, by itself and subtracted from each whole."""
    selections = chain.from_iterable(combinations(movers, size) for size in range(len(movers) + 1))
    return any(
        not is_safe(left_over(some, [])) or not all(is_safe(left_over([whole], some)) for whole in wholes)
        for some in selections
    )


def leaks_at_one_time(world: World) -> Iterator[str]:
    shown = {cell: shifts_of({}, content) for cell, content in world.published.items()}
    for name in world.places:
        for kind, group in groups_of(name, world.places).items():
            count = left_over([shown.get(Cell("unit", name), {})], [shown.get(cell, {}) for cell in group])
            if not is_safe(count):
                yield f"{name} minus its children by {kind} leaves {count}"
            twice = Counter(key for cell in group for key in world.published.get(cell, {}))
            yield from (f"{key!r} counts twice in {name} by {kind}" for key, n in twice.items() if n > 1)


def leaks_in_time(places: tuple[str, ...], before: dict[Cell, Content], after: dict[Cell, Content]) -> Iterator[str]:
    shifts = {cell: shifts_of(before.get(cell, {}), content) for cell, content in after.items()}
    yield from (f"{cell} in time" for cell, shift in shifts.items() if not is_safe(len(shift)))
    for name in places:
        wholes = [shifts.get(Cell("unit", above), {}) for above in places if f"{name}.".startswith(f"{above}.")]
        for kind, group in groups_of(name, places).items():
            if leaks_by_selection(wholes, [shifts[cell] for cell in group if shifts.get(cell)]):
                yield f"{name} minus some children by {kind} in time"


def moves_under_what_waits(world: World, moved: Iterable[Cell]) -> Iterator[str]:
    now = world.current()
    for cell in moved:
        unit = cell.subject.rpartition(".")[0] if cell.cut == "unit" else cell.subject.partition(":")[0]
        if unit and world.published[Cell("unit", unit)] != now.get(Cell("unit", unit), {}):
            yield f"{cell} moves before its unit"


def leaks(places: tuple[str, ...], history: Iterable[Event], rule: Rule) -> Iterator[str]:
    """Live through a history and name, after each release, whatever the rule should have prevented."""
    world = World(places)
    for event in history:
        if event.kind not in RELEASES:
            happen(world, event)
            continue
        before = world.published
        decision = world.release(rule, weekly=event.kind == "weekly")
        yield from moves_under_what_waits(world, decision.moved)
        yield from leaks_at_one_time(world)
        yield from leaks_in_time(places, before, world.published)


def lived(places: tuple[str, ...], history: Iterable[Event]) -> World:
    """Return the world after a history under the rule of the portal."""
    world = World(places)
    for event in history:
        if event.kind in RELEASES:
            world.release(ours, weekly=event.kind == "weekly")
        else:
            happen(world, event)
    return world
