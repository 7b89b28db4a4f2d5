"""One guard per audience, set when its blueprint is registered; a route without a guard cannot exist."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from flask import Blueprint, Flask, request
from werkzeug.wrappers import Response

from portal.domain.errors import Forbidden, LocalOnly

Guard = Callable[[], Response | None]
GUARDS: Final = "portal.guards"
_SAFE: Final = {"GET", "HEAD", "OPTIONS"}
_OWN: Final = {"same-origin", "none"}
_OPEN_ON_THE_NETWORK: Final = {"citizen", "public"}


def register(app: Flask, blueprint: Blueprint, guard: Guard) -> None:
    """Register the blueprint of one audience behind its guard."""
    blueprint.before_request(guard)
    app.extensions.setdefault(GUARDS, {})[blueprint.name] = guard
    app.register_blueprint(blueprint)


def keep_staff_local(app: Flask) -> None:
    """Answer other machines with the citizens' pages only: without TLS a password would cross the network in the open.

    Whatever audience is added later stays closed to them.
    """

    @app.before_request
    def refuse_elsewhere() -> None:
        is_open = request.url_rule is None or request.endpoint == "static" or request.blueprint in _OPEN_ON_THE_NETWORK
        if not (is_open or _is_this_machine(request.remote_addr)):
            raise LocalOnly


def _is_this_machine(address: str | None) -> bool:
    try:
        return ip_address(address or "").is_loopback
    except ValueError:
        return False


def refuse_foreign() -> None:
    """Let nobody's page send our forms: refuse a present foreign Origin or cross-site fetch; absent or null passes.

    Raises:
        Forbidden: the request was made by a page of another site.
    """
    if request.method in _SAFE:
        return
    if request.headers.get("Sec-Fetch-Site", "none") not in _OWN:
        raise Forbidden("cross-site")
    origin = request.headers.get("Origin", "null")
    if origin != "null" and _host_of(origin) != request.host:
        raise Forbidden("origin")


def _host_of(origin: str) -> str | None:
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return None


def anyone() -> None:
    """Pages for everybody: only forms of other sites are refused."""
    refuse_foreign()
