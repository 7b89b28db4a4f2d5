"""The administrator's pages; the reviewer shares those that two persons decide on."""

from __future__ import annotations

from flask import Blueprint

from portal.web.administrator import (
    accounts,
    audit,
    comments,
    counters,
    data_quality,
    duty_correction,
    overview,
    periods,
    policy,
    posters,
    proposals,
    recap,
    rehearsal,
    workbook,
)

__all__ = ["blueprint"]


def blueprint() -> Blueprint:
    """Return the blueprint of the audience `administrator`."""
    pages = Blueprint("administrator", __name__)
    for module in (
        overview,
        counters,
        workbook,
        rehearsal,
        accounts,
        posters,
        recap,
        periods,
        duty_correction,
        comments,
        data_quality,
        policy,
        proposals,
        audit,
    ):
        module.add_routes(pages)
    return pages
