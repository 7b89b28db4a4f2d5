"""The page of a unit: how it does, where it is weakest, and what makes it up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from flask import Blueprint, render_template, request

from portal.domain.instrument import Element
from portal.services.report.figures import HELP, QUICK, SKM
from portal.services.report.unit import UnitReport, open_unit
from portal.web import session
from portal.web.context import run, site
from portal.web.session import StaffBar

PERIOD: Final = "periode"


@dataclass(frozen=True, slots=True)
class UnitPage:
    """A unit's report with the words of its instruments; `element` by code, `answers` are those of the one tap."""

    staff: StaffBar
    report: UnitReport
    elements: Mapping[str, Element]
    answers: Element
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
    elements = {element.code: element for element in instruments[SKM].elements}
    page = UnitPage(session.staff_bar(), report, elements, instruments[QUICK].elements[0])
    return render_template("unit_head/unit.html", page=page)
