"""Gzip for text; the standard library does it, a proxy need not."""

from __future__ import annotations

import gzip
from http import HTTPStatus
from typing import Final

from flask import Flask, Response, request

_TEXT: Final = ("text/", "application/json", "application/problem+json", "image/svg+xml")
_SMALLEST: Final = 500
_LEVEL: Final = 6


def install(app: Flask) -> None:
    """Compress the text that `app` answers, for callers that accept it; what carries an ETag may become a 304."""

    @app.after_request
    def compress(response: Response) -> Response:
        if (
            response.status_code == HTTPStatus.SEE_OTHER  # what every stored rating answers has no body
            or "Content-Encoding" in response.headers
            or response.direct_passthrough
        ):
            return response
        if not (response.mimetype or "").startswith(_TEXT):
            if "ETag" in response.headers:
                response.make_conditional(request)
            return response
        response.vary.add("Accept-Encoding")
        body = response.get_data()
        smaller = len(body) >= _SMALLEST and request.accept_encodings["gzip"] > 0
        tag, is_weak = response.get_etag()
        if tag is not None:
            # A strong tag names bytes, so each coding has its own (RFC 9110, section 8.8.3.3).
            response.set_etag(f"{tag}-gzip" if smaller else tag, weak=bool(is_weak))
            if "If-None-Match" in request.headers:
                response.make_conditional(request)
        if smaller and response.status_code != HTTPStatus.NOT_MODIFIED:
            response.set_data(gzip.compress(body, _LEVEL, mtime=0))
            response.headers["Content-Encoding"] = "gzip"
        return response
