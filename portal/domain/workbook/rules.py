"""What must hold within a row, between rows, and against what is stored."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, time
from difflib import get_close_matches
from typing import Final, cast

from portal.domain.evidence import MOBILE
from portal.domain.indicator import measures_of
from portal.domain.period import Period
from portal.domain.workbook.cell import Value, shown
from portal.domain.workbook.fault import Fault, FaultCode
from portal.domain.workbook.reading import Row
from portal.domain.workbook.sheet import COUNTER, DUTY, HOURS, INDICATOR, SERVED, SERVICE, Fields

MOST_LEVELS: Final = 10
WHOLE_DAY: Final = (time.min, time(23, 59))
_MOST_COMPARED: Final = 500
_MOST_HINTS: Final = 20

TOLD: Final = ("realisation", "as_of", "source", "link")
"""The fields of an indicator that are one entry of its progress."""

Registry = Mapping[str, Mapping[str, Fields]]


def whole(row: Row, stored: Fields | None) -> dict[str, Value]:
    """Return all fields of a row: its own, else the stored ones, else the defaults.

    Of an indicator the realisation of the latest date counts, so a file that tells an older one, or none, changes none.
    """
    fields = row.sheet.defaults | dict(stored or {}) | dict(row.values)
    if row.sheet.name == INDICATOR and _tells_nothing_new(fields, stored):
        return fields | {name: stored[name] if stored else None for name in TOLD}
    return fields


def _tells_nothing_new(fields: Fields, stored: Fields | None) -> bool:
    told, known = (cast("date | None", of["as_of"]) for of in (fields, stored or {"as_of": None}))
    return fields["realisation"] is None or (told is not None and known is not None and told < known)


def complete(sheet: str, fields: dict[str, Value]) -> dict[str, Value]:
    """Return the fields as they are kept: an absence lasts the whole day."""
    if sheet == DUTY and fields["counter"] is None:
        return fields | dict(zip(("starts", "ends"), WHOLE_DAY, strict=True))
    return fields


class References:
    """Finds codes that name nothing; the first of them get a hint, since looking for near misses is slow."""

    def __init__(self, world: Registry) -> None:
        """Keep the codes of file and database together."""
        self._world = world
        self._hints = _MOST_HINTS

    def faults(self, row: Row) -> Iterator[Fault]:
        """Yield the faults of one row."""
        for column in row.sheet.columns:
            value = row.values.get(column.field)
            if column.target and value is not None:
                known = self._world.get(column.target, {})
                for code in value if isinstance(value, tuple) else (str(value),):
                    if code not in known:
                        hint = self._hint(code, known)
                        yield row.fault(FaultCode.REFERENCE_UNKNOWN, column.field, hint, value=code)

    def _hint(self, code: str, known: Mapping[str, Fields]) -> str:
        if not self._hints or len(known) > _MOST_COMPARED:
            return ""
        self._hints -= 1
        folded = {name.casefold(): name for name in known}
        return next((folded[match] for match in get_close_matches(code.casefold(), folded, n=1)), "")


def changed_links(row: Row, stored: Fields) -> Iterator[Fault]:
    """Yield what a stored row may not change, because ratings hang on it; the hint is the stored code."""
    for column in row.sheet.columns:
        if column.fixed and column.field in row.values and row.values[column.field] != stored[column.field]:
            yield row.fault(column.fixed, column.field, shown(column.kind, stored[column.field]))


def future_faults(row: Row, today: date) -> Iterator[Fault]:
    """Yield the days and years that are to lie behind, and do not."""
    for column in row.sheet.columns:
        value = row.values.get(column.field)
        late = value > today if isinstance(value, date) else isinstance(value, int) and value > today.year
        if column.past and late:
            yield row.fault(FaultCode.DATE_FUTURE, column.field)


def row_faults(row: Row, fields: Fields, world: Registry) -> Iterator[Fault]:
    """Yield what is wrong with a row that could be read, given all `fields` of it."""
    if row.sound and row.sheet.name in _OF_ROW:
        yield from _OF_ROW[row.sheet.name](row, fields, world)


def _counter(row: Row, fields: Fields, world: Registry) -> Iterator[Fault]:
    for code in cast("tuple[str, ...]", fields["services"]):
        yield from _elsewhere(row, "services", code, fields, world)
    if fields["channel"] == MOBILE:
        missing = [name for name in ("starts_on", "place") if fields[name] is None]
        yield from (row.fault(FaultCode.MOBILE_UNPLACED, name) for name in missing)
    yield from _never(row, fields, "starts_on")


def _elsewhere(row: Row, name: str, service: str, fields: Fields, world: Registry) -> Iterator[Fault]:
    unit = world[SERVICE].get(service, fields)["unit"]
    if unit != fields["unit"]:
        yield row.fault(FaultCode.SERVICE_ELSEWHERE, name, str(unit), value=service)


def _served(row: Row, fields: Fields, world: Registry) -> Iterator[Fault]:
    if fields["service"] is not None:
        yield from _elsewhere(row, "service", str(fields["service"]), fields, world)


def _indicator(row: Row, fields: Fields, _: Registry) -> Iterator[Fault]:
    if fields["realisation"] is not None and fields["as_of"] is None:
        yield row.fault(FaultCode.VALUE_MISSING, "as_of")
    measure = fields["measure"]
    if measure is not None and measure not in measures_of(officer=fields["officer"] is not None):
        yield row.fault(FaultCode.MEASURE_UNFIT, "measure")
    if measure is not None and row.values.get("realisation") is not None:
        yield row.fault(FaultCode.REALISATION_COUNTED, "realisation")


def closed_faults(row: Row, stored: Fields | None, closed_until: date | None) -> Iterator[Fault]:
    """Yield what would change an indicator of a closed period; its progress may go on, and counts as later."""
    if row.sheet.name != INDICATOR or closed_until is None or not row.sound:
        return
    fields = whole(row, stored)
    codes = {str(of["period_code"]) for of in (fields, stored) if of}
    is_same = stored is not None and all(fields[name] == stored[name] for name in fields if name not in TOLD)
    if not is_same and any(Period.parse(code).ends_on <= closed_until for code in codes):
        yield row.fault(FaultCode.PERIOD_CLOSED, "period_code")


def _never(row: Row, fields: Fields, first: str) -> Iterator[Fault]:
    starts, ends = (cast("date | None", fields[name]) for name in (first, "ends_on"))
    if starts is not None and ends is not None and starts > ends:
        yield row.fault(FaultCode.NEVER_IN_FORCE, "ends_on")


def _duty(row: Row, fields: Fields, _: Registry) -> Iterator[Fault]:
    dated = fields["on_date"] is not None
    if dated == (fields["weekday"] is not None):
        yield row.fault(FaultCode.DAY_OR_DATE, "on_date" if dated else "weekday")
    elif dated and fields["from_on"] is not None:
        yield row.fault(FaultCode.FROM_DATED, "from_on")
    elif fields["counter"] is None:
        yield from _absence(row, dated=dated)
        return
    for name in ("starts", "ends"):
        if fields["counter"] is not None and fields[name] is None:
            yield row.fault(FaultCode.VALUE_MISSING, name)
    yield from _reversed(row, fields, "starts", "ends")
    yield from _never(row, fields, "from_on")


def _absence(row: Row, *, dated: bool) -> Iterator[Fault]:
    if not dated:
        yield row.fault(FaultCode.ABSENCE_UNDATED, "counter")
    times = (row.values.get("starts"), row.values.get("ends"))
    if times not in {(None, None), WHOLE_DAY}:
        yield row.fault(FaultCode.ABSENCE_TIMED, "starts" if times[0] is not None else "ends")


def _hours(row: Row, fields: Fields, _: Registry) -> Iterator[Fault]:
    return _reversed(row, fields, "opens", "closes")


def _reversed(row: Row, fields: Fields, first: str, last: str) -> Iterator[Fault]:
    begins, ends = (cast("time | None", fields[name]) for name in (first, last))
    if begins is not None and ends is not None and begins >= ends:
        yield row.fault(FaultCode.TIMES_REVERSED, last)


_OF_ROW: Final[Mapping[str, Callable[[Row, Fields, Registry], Iterator[Fault]]]] = {
    COUNTER: _counter,
    DUTY: _duty,
    HOURS: _hours,
    SERVED: _served,
    INDICATOR: _indicator,
}


def levels(units: Mapping[str, Fields]) -> tuple[dict[str, int], set[str]]:
    """Return how far each unit is from its root, and the units whose parents run in a circle.

    Units below a circle are in neither.
    """
    found: dict[str, int] = {}
    circles: set[str] = set()
    rootless: set[str] = set()
    for start in units:
        way: dict[str, None] = {}
        code = start
        while code in units and code not in found and code not in rootless and code not in way:
            way[code] = None
            code = cast("str | None", units[code]["parent"]) or ""
        if code in way or code in rootless:
            rootless |= way.keys()
            climbed = list(way)
            circles |= set(climbed[climbed.index(code) :]) if code in way else set()
            continue
        above = found.get(code, -1)
        found |= {unit: above + step for step, unit in enumerate(reversed(way), start=1)}
    return found, circles


def tree_faults(row: Row, depth: Mapping[str, int], circles: set[str]) -> Iterator[Fault]:
    """Yield what is wrong with the place of a unit in the tree."""
    if row.code in circles:
        yield row.fault(FaultCode.CYCLE, "parent")
    elif depth.get(row.code, 0) >= MOST_LEVELS:
        yield row.fault(FaultCode.TREE_DEEP, "parent", str(MOST_LEVELS))
