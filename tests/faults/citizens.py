"""Citizens who rate without pause, and remember what the server has promised each of them."""

from __future__ import annotations

import http.client
import re
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Final
from urllib.parse import urlencode

from tests.serving import HOST

FACES: Final = range(1, 5)
_TOKEN: Final = re.compile(r'name="token"[^>]*value="([^"]*)"')
_PATIENCE: Final = 20
_HEADERS: Final = {"Content-Type": "application/x-www-form-urlencoded"}
_LOST: Final = (OSError, http.client.HTTPException)


@dataclass(frozen=True)
class Rating:
    """One form as it is sent, and sent again after no answer came."""

    code: str
    token: str
    value: int
    key: str = field(default_factory=lambda: secrets.token_hex(16))

    @property
    def key_bytes(self) -> bytes:
        return bytes.fromhex(self.key)


class Connection:
    """A kept connection to a server, or to what stands before it."""

    def __init__(self, port: int) -> None:
        self._http = http.client.HTTPConnection(HOST, port, timeout=_PATIENCE)

    def token(self, code: str) -> str:
        """Open the page of a counter and take the token out of it."""
        self._http.request("GET", f"/q/{code}")
        found = _TOKEN.search(self._http.getresponse().read().decode())
        assert found
        return found[1]

    def send(self, rating: Rating) -> str:
        """Send a rating and return where the thank-you page is.

        Raises:
            OSError, http.client.HTTPException: no answer came.
        """
        body = urlencode({"kunci": rating.key, "token": rating.token, "nilai": rating.value})
        self._http.request("POST", f"/q/{rating.code}/nilai", body, _HEADERS)
        answer = self._http.getresponse()
        answer.read()
        assert answer.status == 303, answer.status
        return answer.headers["Location"]

    def insist(self, rating: Rating) -> str:
        """Send a rating until an answer comes."""
        while True:
            try:
                return self.send(rating)
            except _LOST:
                self.close()

    def close(self) -> None:
        self._http.close()


class Crowd:
    """Citizens who rate at once, each on a connection of its own, and what was promised them."""

    def __init__(self, port: int, codes: list[str], *, size: int = 6) -> None:
        self._port = port
        self._size = size
        self._news = threading.Condition()
        connection = Connection(port)
        self._tokens = [(code, connection.token(code)) for code in codes]
        connection.close()
        self.promised: dict[Rating, str] = {}
        self.waiting: list[Rating] = []
        self.wrong: list[Exception] = []

    def rate(self, chance: Random, *, at_least: int, then: Callable[[], None]) -> None:
        """Rate until so many more are promised, do `then`, and return when everyone has noticed."""
        goal = len(self.promised) + at_least
        threads = [
            threading.Thread(target=self._go_on, args=(Random(chance.random()),), daemon=True)
            for _ in range(self._size)
        ]
        for thread in threads:
            thread.start()
        with self._news:
            reached = self._news.wait_for(lambda: len(self.promised) >= goal or self.wrong, _PATIENCE)
        then()
        for thread in threads:
            thread.join(_PATIENCE)
        assert reached
        assert not self.wrong

    def _go_on(self, chance: Random) -> None:
        connection = Connection(self._port)
        while True:
            rating = Rating(*chance.choice(self._tokens), value=chance.choice(FACES))
            try:
                location = connection.send(rating)
            except _LOST:
                with self._news:
                    self.waiting.append(rating)
                return connection.close()
            except AssertionError as error:
                with self._news:
                    self.wrong.append(error)
                    self._news.notify()
                return connection.close()
            with self._news:
                self.promised[rating] = location
                self._news.notify()

    def send_again(self) -> None:
        """Send what was never answered, with the same keys."""
        connection = Connection(self._port)
        for rating in self.waiting:
            self.promised[rating] = connection.send(rating)
        self.waiting.clear()
        connection.close()
