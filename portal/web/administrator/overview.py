"""Where the administrator arrives: what is done of the first hour, what comes next, and every unit."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, render_template

from portal.services.report.overview import Overview, open_overview
from portal.web import session
from portal.web.context import run
from portal.web.session import StaffBar


@dataclass(frozen=True, slots=True)
class OverviewPage:
    """The overview."""

    staff: StaffBar
    overview: Overview


def add_routes(pages: Blueprint) -> None:
    pages.add_url_rule("/kelola", view_func=overview)


def overview() -> str:
    page = OverviewPage(session.staff_bar(), run(open_overview))
    return render_template("administrator/overview.html", page=page)
