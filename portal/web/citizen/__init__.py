"""The citizen's pages: one tap is enough, everything else is optional, nothing needs JavaScript or a login."""

from __future__ import annotations

from flask import Blueprint

from portal.web.citizen import rate, receipt, survey
from portal.web.citizen.prepared import PreparedPages
from portal.web.citizen.rate import busy

__all__ = ["PreparedPages", "blueprint", "busy"]


def blueprint() -> Blueprint:
    """Return the blueprint of the audience `citizen`."""
    pages = Blueprint("citizen", __name__)
    for module in (rate, survey, receipt):
        module.add_routes(pages)
    return pages
