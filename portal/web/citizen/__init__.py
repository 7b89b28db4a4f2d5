"""The citizen's pages: one tap is enough, everything else is optional, nothing needs JavaScript or a login."""

from __future__ import annotations

from flask import Blueprint

from portal.domain.errors import Conflict, StorageUnavailable
from portal.web.citizen import rate, receipt, survey
from portal.web.citizen.prepared import PreparedPages
from portal.web.citizen.rate import away, busy

__all__ = ["PreparedPages", "blueprint", "busy"]


def blueprint() -> Blueprint:
    """Return the blueprint of the audience `citizen`."""
    pages = Blueprint("citizen", __name__)
    for module in (rate, survey, receipt):
        module.add_routes(pages)
    for error in (Conflict, StorageUnavailable):
        pages.register_error_handler(error, away)
    return pages
