"""How many requests a system may make in a minute, whatever tokens it holds."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Final, cast

from flask import Blueprint, Flask, Response
from flask_limiter import Limiter

from portal.web.api_v1.bearer import caller

WINDOW: Final = 60


def counter(app: Flask, feed: Blueprint, per_minute: int) -> Callable[[], None]:
    """Return what counts the caller's request, and let every response tell what is left."""
    (limiter,) = cast("set[Limiter]", app.extensions["limiter"])

    @limiter.shared_limit(f"{per_minute}/minute", scope="api_v1", key_func=lambda: caller().client_code)
    def count() -> None:
        pass

    @feed.after_request
    def tell(response: Response) -> Response:
        limit = limiter.current_limit
        if limit is not None:
            seconds = min(WINDOW, max(0, math.ceil(limit.reset_at - time.time())))
            response.headers["RateLimit-Policy"] = f'"default";q={per_minute};w={WINDOW}'
            response.headers["RateLimit"] = f'"default";r={max(0, limit.remaining)};t={seconds}'
            if response.status_code == HTTPStatus.TOO_MANY_REQUESTS:
                response.headers["Retry-After"] = str(seconds)
        return response

    return count
