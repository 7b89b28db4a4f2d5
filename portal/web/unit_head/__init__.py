"""The unit head's pages: one to read in thirty seconds, its tables as files, and the sheet of each counter."""

from __future__ import annotations

from flask import Blueprint

from portal.web.unit_head import (
    campaigns,
    counter,
    dashboard,
    data_quality,
    duty,
    explain,
    export,
    feedback,
    indicators,
    paper,
    report,
    scan_test,
    served,
    share,
)

__all__ = ["blueprint"]


def blueprint() -> Blueprint:
    """Return the blueprint of the audience `unit_head`."""
    pages = Blueprint("unit_head", __name__)
    for module in (
        dashboard,
        export,
        explain,
        counter,
        feedback,
        indicators,
        data_quality,
        duty,
        served,
        campaigns,
        paper,
        report,
        share,
        scan_test,
    ):
        module.add_routes(pages)
    return pages
