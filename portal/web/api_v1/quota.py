"""How many requests a system may make in a minute, whatever tokens it holds."""

from __future__ import annotations

import math
import time
from http import HTTPStatus
from typing import Final, cast

from flask import Flask, Response, current_app, g
from flask_limiter import Limiter
from limits import RateLimitItemPerMinute, WindowStats

from portal.web.api_v1.bearer import caller
from portal.web.errors import problem

SPACE: Final = "api_v1"


class Quota:
    """Counts by client in the storage of the application's limiter."""

    def __init__(self, app: Flask, per_minute: int) -> None:
        (limiter,) = cast("set[Limiter]", app.extensions["limiter"])
        self._strategy = limiter.limiter
        self._item = RateLimitItemPerMinute(per_minute)

    def count(self) -> Response | None:
        """Count the request; beyond the quota the answer is a problem.

        A storage that is down lets everything through, as it does at the counters.
        """
        client = caller().client_code
        try:
            passed = self._strategy.hit(self._item, SPACE, client)
            g.window = self._strategy.get_window_stats(self._item, SPACE, client)
        except Exception as error:  # each kind of storage fails in its own way
            current_app.logger.warning("quota", exc_info=error)
            return None
        return None if passed else problem("busy", HTTPStatus.TOO_MANY_REQUESTS)

    def tell(self, response: Response) -> Response:
        """Say what is left; when to come back only to whoever was refused."""
        window: WindowStats | None = g.get("window")
        if window is not None:
            length = self._item.get_expiry()
            seconds = min(length, max(0, math.ceil(window.reset_time - time.time())))
            response.headers["RateLimit-Policy"] = f'"default";q={self._item.amount};w={length}'
            response.headers["RateLimit"] = f'"default";r={max(0, window.remaining)};t={seconds}'
            if response.status_code == HTTPStatus.TOO_MANY_REQUESTS:
                response.headers["Retry-After"] = str(seconds)
        return response
