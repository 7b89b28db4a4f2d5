"""The log of what staff did, as a page."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, render_template, request

from portal.services.admit.trail import TrailPage, list_trail
from portal.web import session
from portal.web.context import run
from portal.web.session import StaffBar


@dataclass(frozen=True, slots=True)
class AuditPage:
    """A page of the log."""

    staff: StaffBar
    trail: TrailPage


def add_routes(pages: Blueprint) -> None:
    pages.add_url_rule("/kelola/catatan", view_func=audit)


def audit() -> str:
    trail = run(list_trail, before=request.args.get("sebelum", type=int))
    return render_template("administrator/audit.html", page=AuditPage(session.staff_bar(), trail))
