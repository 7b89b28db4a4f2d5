"""Security headers on every response, errors included; nothing is loaded from elsewhere."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from typing import Final

from flask import Flask, Response, request

_PERMISSIONS: Final = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer",
        "browsing-topics",
        "camera",
        "geolocation",
        "gyroscope",
        "microphone",
        "payment",
        "usb",
    )
)
_PRIVATE: Final = ("/q/", "/s/", "/api/v1")
_ALWAYS: Final = (
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "same-origin"),
    ("Permissions-Policy", _PERMISSIONS),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Strict-Transport-Security", "max-age=31536000"),
)
REFUSAL: Final = (
    ("Content-Security-Policy", "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"),
    *_ALWAYS,
    ("Cache-Control", "no-store"),
)
"""The headers of a refusal that the server gives by itself, before any application."""


def csp_hash(content: str) -> str:
    """Return the CSP source that allows exactly this inline content."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}'"


def install(app: Flask, *, inline_styles: Sequence[str]) -> None:
    """Put the headers on every response of `app`; `inline_styles` are those that pages may carry themselves."""
    hashes = " ".join(map(csp_hash, inline_styles))
    policy = (
        "default-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; img-src 'self' data:; "
        f"style-src 'self' {hashes}; script-src 'self'; connect-src 'self'"
    )
    always = (("Content-Security-Policy", policy), *_ALWAYS)

    @app.after_request
    def add_headers(response: Response) -> Response:
        response.headers.extend(always)  # no view sets one of these, so none need be looked for and replaced
        response.headers["Cache-Control"] = _cache_control(response)
        return response


def _cache_control(response: Response) -> str:
    path = request.path
    if request.endpoint == "static" and "v" in request.args and response.status_code in {200, 304}:
        return "public, max-age=31536000, immutable"
    return "private, no-cache" if path.startswith(_PRIVATE) else "no-store"
