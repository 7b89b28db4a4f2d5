"""The tables of a unit's page as CSV: the same strings, to the last digit."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from flask import Blueprint, Response, g, request

from portal.domain.errors import NotFound
from portal.domain.score.spread import Spread
from portal.domain.score.summary import Score
from portal.services.report.figures import HELP, QUICK, SKM, Line
from portal.services.report.unit import UnitReport, open_unit
from portal.web import session
from portal.web.context import run, site
from portal.web.unit_head.dashboard import PERIOD

Cell = str | int | None
Row = tuple[Cell, ...]
Table = tuple[tuple[str, ...], Sequence[Row]]
"""Keys of the headings, and the rows below them."""

_BYTE_ORDER_MARK: Final = "\ufeff"
_FORMULA: Final = tuple("=+-@\t\r\n\0\uff1d\uff0b\uff0d\uff20")
_FIGURE: Final = ("value", "lower", "upper", "n")
_SKM: Final = tuple(f"skm_{head}" for head in (*_FIGURE, "mutu", "reason"))
_QUICK: Final = tuple(f"quick_{head}" for head in (*_FIGURE, "reason"))


def add_routes(pages: Blueprint) -> None:
    pages.add_url_rule("/unit/<unit_code>/<table>.csv", view_func=table, endpoint="table")


def table(unit_code: str, table: str) -> Response:
    if table not in TABLES:
        raise NotFound("table")
    report = run(open_unit, session.scope(), unit_code, request.args.get(PERIOD) or None)
    heads, rows = TABLES[table](report)
    headings = tuple(_say(f"csv.{head}") for head in ("unit", "period", *heads))
    lines = [(report.unit_code, report.period.period_code, *row) for row in rows]
    file = f"{report.unit_code}-{table}-{report.period.period_code}.csv"
    response = Response(_written([headings, *lines]), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{file}"'
    return response


def _say(key: str) -> str:
    return site().texts.say(g.language, key)


def _written(rows: Sequence[Row]) -> str:
    file = io.StringIO(newline="")
    csv.writer(file).writerows([defused(cell) for cell in row] for row in rows)
    return _BYTE_ORDER_MARK + file.getvalue()


def defused(cell: Cell) -> Cell:
    """Keep a spreadsheet from taking a name for a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell


def _figures(score: Score) -> Row:
    return score.value, score.lower, score.upper, score.n


def _both(line: Line) -> Row:
    skm, quick = line.scores[SKM], line.scores[QUICK]
    return *_figures(skm), skm.mutu, skm.reason, *_figures(quick), quick.reason


def _name(line: Line) -> str:
    return line.name or _say(f"unit.service_{'other' if line.code.isalpha() else 'none'}")


def _summary(report: UnitReport) -> Table:
    at = report.released_at.isoformat(timespec="seconds") if report.released_at else None
    names = (("unit.skm", report.skm), ("unit.quick", report.quick))
    rows = [(_say(name), *_figures(score), score.mutu, score.reason, at) for name, score in names]
    return ("figure", *_FIGURE, "mutu", "reason", "released_at"), rows


def _spread(report: UnitReport) -> Table:
    labels = site().portal.instruments[QUICK].elements[0].labels[g.language]

    def rows(period: str, spread: Spread | None) -> Iterator[Row]:
        if spread is None:
            yield period, None, None, None, None, "too-few"
        for answer in spread.answers if spread else ():
            yield period, answer.value, labels[answer.value - 1], answer.n, answer.percentage, None

    previous = rows(report.period.preceding.period_code, report.previous_spread)
    both = [*rows(report.period.period_code, report.spread), *previous]
    return ("of_period", "answer", "label", "n", "percentage", "reason"), both


def _elements(report: UnitReport) -> Table:
    names = {element.code: element.name[g.language] for element in site().portal.instruments[SKM].elements}
    rows = [
        (e.element, names[e.element], e.nrr, e.value, e.lower, e.upper, e.n, None if e.n is not None else "too-few")
        for e in report.elements
    ]
    return ("element", "name", "nrr", *_FIGURE, "reason"), rows


def _services(report: UnitReport) -> Table:
    rows = [(line.code, _name(line), *_both(line)) for line in report.services]
    return ("service", "name", *_SKM, *_QUICK), rows


def _units(report: UnitReport) -> Table:
    rows = [(line.code, line.name, *_both(line)) for line in report.units]
    return ("unit_below", "name", *_SKM, *_QUICK), rows


def _counters(report: UnitReport) -> Table:
    rows = [
        (
            line.code,
            line.public_code,
            line.name,
            *_figures(line.scores[QUICK]),
            line.scores[QUICK].reason,
            _say("unit.yes" if line.rated_today else "unit.no"),
        )
        for line in report.counters
    ]
    return ("counter", "public_code", "name", *_FIGURE, "reason", "rated_today"), rows


def _officers(report: UnitReport) -> Table:
    rows = [(line.code, line.name, *_figures(line.scores[HELP]), line.scores[HELP].reason) for line in report.officers]
    return ("officer", "name", *_FIGURE, "reason"), rows


TABLES: Final[dict[str, Callable[[UnitReport], Table]]] = {
    "ringkasan": _summary,
    "sebaran": _spread,
    "unsur": _elements,
    "layanan": _services,
    "loket": _counters,
    "petugas": _officers,
    "unit": _units,
}
