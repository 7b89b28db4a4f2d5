"""The page of a unit: how it does, where it is weakest, and what makes it up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from flask import Blueprint, render_template, request

from portal.domain.instrument import Element
from portal.domain.score.summary import ElementScore
from portal.services.report.figures import HELP, QUICK, SKM
from portal.services.report.unit import UnitReport, open_unit
from portal.web import session
from portal.web.context import run, site
from portal.web.session import StaffBar

PERIOD: Final = "periode"


@dataclass(frozen=True, slots=True)
class ElementLine:
    """One of the nine elements, with its score in the form of every other line."""

    element: Element
    scores: Mapping[str, ElementScore]


@dataclass(frozen=True, slots=True)
class UnitPage:
    """A unit's report with the words of its instruments; `tap` is the one-tap question."""

    staff: StaffBar
    report: UnitReport
    elements: tuple[ElementLine, ...]
    tap: Element
    skm: str = SKM
    quick: str = QUICK
    help: str = HELP


def add_routes(pages: Blueprint) -> None:
    pages.add_url_rule("/unit", view_func=own, endpoint="own")
    pages.add_url_rule("/unit/<unit_code>", view_func=unit, endpoint="unit")


def own() -> str:
    return unit(None)


def unit(unit_code: str | None) -> str:
    report = run(open_unit, session.scope(), unit_code, request.args.get(PERIOD) or None)
    instruments = site().portal.instruments
    asked = {element.code: element for element in instruments[SKM].elements}
    elements = tuple(ElementLine(asked[score.element], {SKM: score}) for score in report.elements)
    page = UnitPage(session.staff_bar(), report, elements, instruments[QUICK].elements[0])
    return render_template("unit_head/unit.html", page=page)
