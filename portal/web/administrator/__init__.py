"""The administrator's pages; the reviewer shares those that two persons decide on."""

from __future__ import annotations

from flask import Blueprint

from portal.web.administrator import audit

__all__ = ["blueprint"]


def blueprint() -> Blueprint:
    """Return the blueprint of the audience `administrator`."""
    pages = Blueprint("administrator", __name__)
    for module in (audit,):
        module.add_routes(pages)
    return pages
