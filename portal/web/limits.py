"""The valve: so high that hundreds behind one address never meet it, low enough to stop a flood."""

from __future__ import annotations

import hmac
from collections.abc import Callable

from flask import Blueprint, Flask, Response, request
from flask_limiter import Limiter, RateLimitExceeded

from portal.web.context import site
from portal.web.errors import answer, wants_json


def address_mark() -> str:
    """Stand for the address in the limiter's storage: an HMAC under a key of the day, not the address."""
    portal = site().portal
    day_key = hmac.digest(portal.secret_key.encode(), b"valve" + portal.today().isoformat().encode(), "sha256")
    return hmac.digest(day_key, (request.remote_addr or "-").encode(), "sha256")[:8].hex()


def install(
    app: Flask, *, citizen: Blueprint, busy: Callable[[], Response], storage: str, valve_per_minute: int
) -> None:
    """Limit what citizens send; beyond the valve `busy` answers.

    A storage that is down lets everything through, for a rating must never be lost to it.
    """
    limiter = Limiter(address_mark, app=app, storage_uri=storage, swallow_errors=True, headers_enabled=False)
    limiter.limit(f"{valve_per_minute}/minute", methods=["POST"])(citizen)

    @app.errorhandler(RateLimitExceeded)
    def exceeded(_: RateLimitExceeded) -> Response:
        response = answer("busy", 429) if wants_json() or request.blueprint != citizen.name else busy()
        response.headers["Retry-After"] = "5"
        return response
