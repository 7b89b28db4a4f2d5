"""Signing in and out, and giving password and code again; all that staff meet before their own pages."""

from __future__ import annotations

from flask import Blueprint

from portal.web.sign_in import again, forgotten, password, second

__all__ = ["blueprint"]


def blueprint() -> Blueprint:
    """Return the blueprint of the audience `sign_in`."""
    pages = Blueprint("sign_in", __name__)
    for module in (password, second, again, forgotten):
        module.add_routes(pages)
    return pages
