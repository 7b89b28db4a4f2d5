"""The page of a unit: how it does, where it is weakest, and what makes it up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from flask import Blueprint, render_template, request

from portal.domain.figure import difference
from portal.domain.instrument import Element
from portal.domain.score.summary import ElementScore
from portal.services.report.figures import HELP, QUICK, SKM
from portal.services.report.unit import UnitReport, open_unit
from portal.web import session
from portal.web.context import run, site
from portal.web.session import MenuEntry, StaffBar

PERIOD: Final = "periode"


@dataclass(frozen=True, slots=True)
class ElementLine:
    """One of the nine elements, with its score in the form of every other line and its distance from the target."""

    element: Element
    scores: Mapping[str, ElementScore]
    distance: str | None


@dataclass(frozen=True, slots=True)
class UnitPage:
    """A unit's report with the words of its instruments; `tap` is the one-tap question.

    `distance` is that of the index from its target, `tools` are the unit's other pages where the menu leads to none.
    """

    staff: StaffBar
    report: UnitReport
    distance: str | None
    elements: tuple[ElementLine, ...]
    tap: Element
    tools: tuple[MenuEntry, ...]
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
    page = UnitPage(
        session.staff_bar(),
        report,
        _distance(report.skm.value, report.target),
        list_elements(report),
        site().portal.instruments[QUICK].elements[0],
        session.unit_menu(report.unit_code),
    )
    return render_template("unit_head/unit.html", page=page)


def _distance(value: str | None, target: str | None) -> str | None:
    return difference(value, target) if value and target else None


def list_elements(report: UnitReport) -> tuple[ElementLine, ...]:
    """Give each element its name and, where the unit has a target, its distance from it."""
    asked = {element.code: element for element in site().portal.instruments[SKM].elements}
    return tuple(
        ElementLine(asked[score.element], {SKM: score}, _distance(score.value, report.target))
        for score in report.elements
    )
