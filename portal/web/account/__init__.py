"""One's own account: password, second factor, sessions."""

from __future__ import annotations

from flask import Blueprint

from portal.web.account import overview, password, second_factor

__all__ = ["blueprint"]


def blueprint() -> Blueprint:
    """Return the blueprint of the audience `account`."""
    pages = Blueprint("account", __name__)
    for module in (overview, password, second_factor):
        module.add_routes(pages)
    return pages
