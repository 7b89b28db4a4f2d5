"""What is missing in the data of the whole government, or does not fit, and where it is put right."""

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
    """The findings of all units; `fixes` leads from a kind of finding to the page where the reader puts it right."""

    staff: StaffBar
    found: FindingList
    fixes: Mapping[FindingCode, str]
    elements: Mapping[str, Element]


def add_routes(pages: Blueprint) -> None:
    pages.add_url_rule("/kelola/mutu-data", view_func=data_quality)


def data_quality() -> str:
    found = run(list_findings, session.scope())
    elements = {element.code: element for element in site().portal.instruments[SKM].elements}
    page = DataQualityPage(session.staff_bar(), found, access.fixes(g.signed.role), elements)
    return render_template("administrator/data_quality.html", page=page)
