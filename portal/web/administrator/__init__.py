"""The administrator's pages; the reviewer shares those that two persons decide on."""

from __future__ import annotations

from flask import Blueprint

from portal.web.administrator import (
    accounts,
    audit,
    counters,
    overview,
    policy,
    posters,
    proposals,
    rehearsal,
    workbook,
)

__all__ = ["blueprint"]


def blueprint() -> Blueprint:
    """Return the blueprint of the audience `administrator`."""
    pages = Blueprint("administrator", __name__)
    for module in (overview, counters, workbook, rehearsal, accounts, posters, policy, proposals, audit):
        module.add_routes(pages)
    return pages
