"""The tables of a unit's page as CSV: the same strings, to the last digit."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import Final

from flask import Blueprint, Response, g, request

from portal.domain.errors import NotFound
from portal.domain.formula import defused
from portal.domain.score.spread import Spread
from portal.domain.score.summary import HOMOGENEOUS, TOO_FEW, ElementScore, Score
from portal.services.report.comparison import Beside
from portal.services.report.figures import HELP, QUICK, SKM, Line
from portal.services.report.unit import UnitReport, open_unit
from portal.web import session
from portal.web.context import run, site
from portal.web.unit_head.dashboard import PERIOD, list_elements

Cell = str | int | Decimal | None
Row = tuple[Cell, ...]
Table = tuple[tuple[str, ...], Sequence[Row]]
"""Keys of the headings, and the rows below them."""

_BYTE_ORDER_MARK: Final = "\ufeff"
_FIGURE: Final = ("value", "lower", "upper", "n", "band")
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


def _reason(score: Score) -> str | None:
    return _say(f"csv.reasons.{score.reason}") if score.reason else None


def _figures(score: Score | ElementScore) -> Row:
    return score.value, score.lower, score.upper, score.n, "-".join(score.band) if score.band else None


def _missing(score: ElementScore) -> str | None:
    return None if score.value else _say(f"csv.reasons.{HOMOGENEOUS if score.band else TOO_FEW}")


def _both(line: Line) -> Row:
    skm, quick = line.scores[SKM], line.scores[QUICK]
    return *_figures(skm), skm.mutu, _reason(skm), *_figures(quick), _reason(quick)


def _name(line: Line) -> str:
    return line.name or _say(f"unit.service_{'other' if line.code.isalpha() else 'none'}")


def _summary(report: UnitReport) -> Table:
    at = report.released_at.isoformat(timespec="seconds") if report.released_at else None
    names = (("unit.skm", report.skm), ("unit.quick", report.quick))
    rows = [(_say(name), *_figures(score), score.mutu, _reason(score), at) for name, score in names]
    return ("figure", *_FIGURE, "mutu", "reason", "released_at"), rows


def _spread(report: UnitReport) -> Table:
    labels = site().portal.instruments[QUICK].elements[0].labels[g.language]

    def rows(period: str, spread: Spread | None) -> Iterator[Row]:
        if spread is None:
            yield period, None, None, None, None, _say("csv.reasons.too-few")
        for answer in spread.answers if spread else ():
            yield period, answer.value, labels[answer.value - 1], answer.n, answer.percentage, None

    previous = () if report.bases else rows(report.period.preceding.period_code, report.previous_spread)
    both = [*rows(report.period.period_code, report.spread), *previous]
    return ("of_period", "answer", "label", "n", "percentage", "reason"), both


def _elements(report: UnitReport) -> Table:
    rows = [
        (
            line.element.code,
            line.element.name[g.language],
            score.nrr,
            *_figures(score),
            report.target,
            Decimal(line.distance) if line.distance else None,  # as a number: with its minus a text would be defused
            _missing(score),
        )
        for line in list_elements(report)
        for score in line.scores.values()
    ]
    return ("element", "name", "nrr", *_FIGURE, "target", "distance", "reason"), rows


def _trend(report: UnitReport) -> Table:
    rows = [
        (
            _say(name),
            f"{line.month:%Y-%m}",
            *_figures(line.score),
            line.score.mutu,
            _say(f"unit.change.{line.change}"),
            _reason(line.score),
        )
        for name, trend in (("unit.skm", report.skm_trend), ("unit.quick", report.quick_trend))
        for line in trend.months
    ]
    return ("figure", "month", *_FIGURE, "mutu", "change", "reason"), rows


def _past(report: UnitReport) -> Table:
    return ("year", "skm_value", "n"), [(index.year, index.skm, index.n) for index in report.past]


def _indicators(report: UnitReport) -> Table:
    rows = [
        (
            row.name,
            row.unit_of_measure,
            row.period_code,
            row.target,
            row.realisation,
            row.as_of.isoformat() if row.as_of else None,
            _say(f"indicators.measure.{row.measure}") if row.measure else row.source,
            row.link,
            _say("indicators.portal" if row.measure else "indicators.of_others"),
        )
        for row in report.indicators
    ]
    heads = ("name", "unit_of_measure", "of_indicator", "target", "realisation", "as_of", "source", "link", "checked")
    return heads, rows


def _services(report: UnitReport) -> Table:
    rows = [(line.code, _name(line), *_both(line)) for line in report.services]
    return ("service", "name", *_SKM, *_QUICK), rows


def _units(report: UnitReport) -> Table:
    rows = [(line.code, line.name, *_both(line)) for line in report.units]
    return ("unit_below", "name", *_SKM, *_QUICK), rows


def _counters(report: UnitReport) -> Table:
    label = report.counter_label or site().looks.counter_label
    rows = [
        (
            line.code,
            line.public_code,
            line.name,
            _kind(line, label),
            *_figures(line.scores[QUICK]),
            _reason(line.scores[QUICK]),
            _say("unit.yes" if line.rated_today else "unit.no"),
        )
        for line in report.counters
    ]
    return ("counter", "public_code", "name", "counter_kind", *_FIGURE, "reason", "rated_today"), rows


def _kind(line: Line, label: str) -> str:
    if line.is_plate:
        return _say("unit.plate")
    return (
        _say(f"rules.channel_name.{line.channel}") if line.is_apart else site().texts.named(g.language, label)["Label"]
    )


def _officers(report: UnitReport) -> Table:
    rows = [
        (line.code, line.name, *_figures(line.scores[HELP]), _reason(line.scores[HELP]), *_beside(line.beside))
        for line in report.officers
    ]
    beside = ("evidence", "comparison", "difference", "difference_lower", "difference_upper")
    return ("officer", "name", *_FIGURE, "reason", *beside), rows


def _beside(beside: Beside | None) -> Row:
    """Return the comparison; numbers, as a text that begins with a minus would be defused."""
    if beside is None:
        return (None,) * 5
    figures = (beside.difference, beside.difference_lower, beside.difference_upper)
    statement = _say(f"csv.statements.{beside.statement}") if beside.statement else None
    said = tuple(Decimal(figure) if figure and beside.statement else None for figure in figures)
    return _say(f"explain.strength_word.{beside.evidence}"), statement, *said


def _day_parts(report: UnitReport) -> Table:
    rows = [
        (_say(f"unit.day_parts.{line.part}"), *_figures(score), _missing(score))
        for line in report.day_parts.parts
        for score in line.scores.values()
    ]
    return ("day_part", *_FIGURE, "reason"), rows


def _options(report: UnitReport) -> Table:
    rows = [
        (asked.item.question[g.language], words[g.language], n, None if n is not None else _say("unit.option_few"))
        for asked in report.options
        for code, words in asked.item.options.items()
        for n in [asked.counts[code]]
    ]
    return ("question", "option", "n", "reason"), rows


TABLES: Final[dict[str, Callable[[UnitReport], Table]]] = {
    "ringkasan": _summary,
    "tren": _trend,
    "ikm-tahun-lalu": _past,
    "sebaran": _spread,
    "unsur": _elements,
    "layanan": _services,
    "loket": _counters,
    "petugas": _officers,
    "unit": _units,
    "waktu": _day_parts,
    "pilihan": _options,
    "indikator": _indicators,
}
