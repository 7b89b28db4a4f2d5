"""Where a figure comes from: its page says how many, how sure, what was left out, and repeats the arithmetic."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from flask import Blueprint, g, render_template, request

from portal.domain.figure import localised
from portal.domain.score.arithmetic import Line
from portal.domain.threshold import Thresholds
from portal.services.publish.periods import METHOD_VERSION
from portal.services.report.explain import Asked, Explanation, open_explanation
from portal.web import session
from portal.web.context import run, site
from portal.web.session import StaffBar
from portal.web.unit_head.dashboard import PERIOD

_NUMBER: Final = re.compile(r"\d+(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class Written:
    """A line of arithmetic with the marks of the language; `subject` is an element, a group, or nothing."""

    key: str
    subject: str
    expression: str
    result: str


@dataclass(frozen=True, slots=True)
class ExplainPage:
    """An explanation with its lines written out; `names` are those of elements by code."""

    staff: StaffBar
    it: Explanation
    names: Mapping[str, str]
    elements: Sequence[Written]
    value: Sequence[Written]
    range: Sequence[Written]
    fair: Sequence[Written]
    method_version: str
    alike: int


def add_routes(pages: Blueprint) -> None:
    pages.add_url_rule("/unit/<unit_code>/angka/<measure>", view_func=unit_figure)
    pages.add_url_rule("/unit/<unit_code>/layanan/<service_code>/angka/<measure>", view_func=service_figure)
    pages.add_url_rule("/unit/<unit_code>/loket/<counter_code>/angka", view_func=counter_figure)
    pages.add_url_rule("/unit/<unit_code>/petugas/<officer_code>/angka", view_func=officer_figure)


def unit_figure(unit_code: str, measure: str) -> str:
    return _page(unit_code, Asked("unit", "", measure))


def service_figure(unit_code: str, service_code: str, measure: str) -> str:
    return _page(unit_code, Asked("service", service_code, measure))


def counter_figure(unit_code: str, counter_code: str) -> str:
    return _page(unit_code, Asked("counter", counter_code, "layanan"))


def officer_figure(unit_code: str, officer_code: str) -> str:
    return _page(unit_code, Asked("officer", officer_code, "petugas"))


def _page(unit_code: str, asked: Asked) -> str:
    it = run(open_explanation, session.scope(), unit_code, asked, request.args.get(PERIOD) or None)
    lines, fair = it.arithmetic, it.compared.fair if it.compared else None
    instrument = site().portal.instruments[it.score.instrument]
    page = ExplainPage(
        staff=session.staff_bar(),
        it=it,
        names={element.code: element.name[g.language] for element in instrument.elements},
        elements=_written(lines.elements if lines else ()),
        value=_written(lines.value if lines else ()),
        range=_written(lines.range if lines else ()),
        fair=_written(fair.lines if fair else ()),
        method_version=METHOD_VERSION,
        alike=Thresholds().alike,
    )
    return render_template("unit_head/explain.html", page=page)


def _written(lines: Sequence[Line]) -> Sequence[Written]:
    return [Written(line.key, line.subject, _said(line.expression), _said(line.result)) for line in lines]


def _said(text: str) -> str:
    return _NUMBER.sub(lambda found: localised(found[0], g.language) or "", text)
