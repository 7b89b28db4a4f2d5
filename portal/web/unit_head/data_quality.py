"""What is missing in the data of a unit and those below it, or does not fit, and where it is put right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Blueprint, g, render_template

from portal.domain.finding import FindingCode
from portal.domain.instrument import Element
from portal.services.report.data_quality import FindingList, list_findings
from portal.services.report.figures import SKM
from portal.web import access, session
from portal.web.context import run, site
from portal.web.session import StaffBar


@dataclass(frozen=True, slots=True)
class DataQualityPage:
    """The findings of a unit; `fixes` leads from a kind of finding to the page where the reader puts it right."""

    staff: StaffBar
    found: FindingList
    fixes: Mapping[FindingCode, str]
    elements: Mapping[str, Element]


def add_routes(pages: Blueprint) -> None:
    pages.add_url_rule("/unit/<unit_code>/mutu-data", view_func=data_quality)


def data_quality(unit_code: str) -> str:
    found = run(list_findings, session.scope(), unit_code)
    elements = {element.code: element for element in site().portal.instruments[SKM].elements}
    page = DataQualityPage(session.staff_bar(), found, access.fixes(g.signed.role), elements)
    return render_template("unit_head/data_quality.html", page=page)
