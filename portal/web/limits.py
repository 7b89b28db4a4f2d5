"""The valve: hundreds behind one address never meet it, a flood does; and limits against guessing."""

from __future__ import annotations

import hmac
import logging
import threading
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Final, TypeVar

from flask import Blueprint, Flask, Response, request
from flask_limiter import Limiter, RateLimitExceeded
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage, RedisStorage
from werkzeug.exceptions import RequestEntityTooLarge

from portal.web.context import site
from portal.web.errors import RETRY_AFTER, answer, wants_json

GUESSES_PER_MINUTE: Final = 120
ASKED_AGAIN_AFTER: Final = 5.0
"""Seconds that a storage which did not answer is left alone."""

_BY_RECEIPT: Final = ("receipt", "change", "survey_part")
_SWEEP_SECONDS: Final = 60.0
_ANSWERS_WITHIN: Final = 0.25
_LOGGER: Final = logging.getLogger("portal")

T = TypeVar("T")


class ProcessMemory(MemoryStorage):
    """What `memory://` stands for; the library's own starts a thread to forget old counts at nearly every rating."""

    STORAGE_SCHEME = ["memory"]  # noqa: RUF012 - declared by the library, and not as a class variable

    def __init__(self, uri: str | None = None, **options: Any) -> None:  # noqa: ANN401 - handed on
        super().__init__(uri, **options)
        self._one = threading.Lock()
        self._sweep_at = 0.0

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Count, and forget once a minute what has expired."""
        with self._one:
            now = time.time()
            if now >= self._sweep_at:
                self._sweep_at = now + _SWEEP_SECONDS
                for old in [name for name, until in self.expirations.items() if until <= now]:
                    self.clear(old)
            if self.get(key) == 0:
                self.expirations[key] = now + expiry
            self.storage[key] += amount
            return self.storage[key]


class SharedMemory(RedisStorage):
    """What `redis://` and its kin stand for: counts of several processes, which no rating waits for.

    While the server is away nothing counts and everything passes; one request every few seconds looks whether it is
    back, the others do not ask.
    """

    STORAGE_SCHEME = RedisStorage.STORAGE_SCHEME

    def __init__(self, uri: str, **options: Any) -> None:  # noqa: ANN401 - handed on
        within = {"socket_timeout": _ANSWERS_WITHIN, "socket_connect_timeout": _ANSWERS_WITHIN}
        super().__init__(uri, **(within | options))
        self._one = threading.Lock()
        self._away_until = 0.0

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count; nothing while the server is away."""
        return self._ask(lambda: RedisStorage.incr(self, key, expiry, amount), 0)

    def get(self, key: str) -> int:
        """Return the count; 0 while the server is away."""
        return self._ask(lambda: RedisStorage.get(self, key), 0)

    def get_expiry(self, key: str) -> float:
        """Return when the count ends; now while the server is away."""
        return self._ask(lambda: RedisStorage.get_expiry(self, key), time.time())

    def _ask(self, question: Callable[[], T], otherwise: T) -> T:
        with self._one:
            now = time.monotonic()
            if now < self._away_until:
                return otherwise
            if self._away_until:
                self._away_until = now + ASKED_AGAIN_AFTER
        try:
            answer = question()
        except self.base_exceptions as error:
            _LOGGER.warning("limiter storage is away", extra={"portal": {"error": type(error).__name__}})
            self._away_until = time.monotonic() + ASKED_AGAIN_AFTER
            return otherwise
        self._away_until = 0.0
        return answer


def address_mark() -> str:
    """Stand for the address in the limiter's storage: an HMAC under a key of the day, not the address."""
    portal = site().portal
    day_key = hmac.digest(portal.secret_key.encode(), b"valve" + portal.today().isoformat().encode(), "sha256")
    return hmac.digest(day_key, (request.remote_addr or "-").encode(), "sha256")[:8].hex()


def install(
    app: Flask, *, citizen: Blueprint, busy: Callable[[], Response], storage: str, valve_per_minute: int
) -> None:
    """Limit what citizens send and the receipts they guess; beyond the valve `busy` answers.

    A storage that is down lets everything through, for a rating must never be lost to it.
    """
    limiter = Limiter(address_mark, app=app, storage_uri=storage, swallow_errors=True, headers_enabled=False)
    by_receipt = {f"{citizen.name}.{name}" for name in _BY_RECEIPT}
    valve = RateLimitItemPerMinute(valve_per_minute)

    @limiter.request_filter
    def has_no_limit() -> bool:
        """Spare everything else the search for limits, which takes as long as half a page."""
        return request.endpoint not in by_receipt

    @app.before_request
    def hold_back() -> Response | None:
        if request.method != "POST" or request.blueprint != citizen.name:
            return None
        try:
            passes = limiter.limiter.hit(valve, address_mark(), _what_is_sent())
        except Exception:
            app.logger.exception("limiter")
            return None
        return None if passes else too_many()

    guesses = limiter.shared_limit(f"{GUESSES_PER_MINUTE}/minute", scope="receipts", deduct_when=_is_wrong)
    for endpoint in by_receipt:
        app.view_functions[endpoint] = guesses(app.view_functions[endpoint])  # type: ignore[assignment]  # a view again, says Flask-Limiter in its own types

    @app.errorhandler(RateLimitExceeded)
    def too_many(_: RateLimitExceeded | None = None) -> Response:
        sends_form = request.method == "POST" and request.blueprint == citizen.name
        try:
            response = busy() if sends_form and not wants_json() else answer("busy", HTTPStatus.TOO_MANY_REQUESTS)
        except RequestEntityTooLarge:
            return answer("too-large", HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        response.headers["Retry-After"] = RETRY_AFTER
        return response


def _what_is_sent() -> str:
    """Name what the valve counts together: ratings, however they are given, or what is added to one later."""
    return "part" if "receipt" in (request.view_args or {}) else "rating"


def _is_wrong(response: Response) -> bool:
    return response.status_code == HTTPStatus.NOT_FOUND
