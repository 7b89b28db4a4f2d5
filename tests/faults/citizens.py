"""Citizens who rate without pause, and remember what the server has promised each of them."""

from __future__ import annotations

import re
import threading
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from types import TracebackType
from typing import Final, Self

from tests.wire import PATIENCE, Refused, Wire, expect, get, new_key, post

FACES: Final = range(1, 5)
_TOKEN: Final = re.compile(r'name="token"[^>]*value="([^"]*)"')
_LOCATION: Final = re.compile(rb"\r\nLocation: (\S+)\r\n", re.IGNORECASE)


@dataclass(frozen=True)
class Rating:
    """One form as it is sent, and sent again after no answer came."""

    code: str
    token: str
    value: int
    key: str = field(default_factory=new_key)


class Citizen:
    """A phone with a connection to a server, or to what stands before it; broken, it connects anew."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._wire = Wire(port)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, at: TracebackType | None) -> None:
        self._wire.socket.close()

    def token(self, code: str) -> str:
        """Open the page of a counter and take the token out of it."""
        body = expect(self._wire.ask(get(f"/q/{code}")), 200).partition(b"\r\n\r\n")[2]
        found = _TOKEN.search(zlib.decompress(body, zlib.MAX_WBITS | 16).decode())
        assert found
        return found[1]

    def send(self, rating: Rating) -> str:
        """Send a rating and return where the thank-you page is.

        Raises:
            OSError: no answer came.
            Refused: another answer than the promise that the rating is kept.
        """
        form = f"kunci={rating.key}&token={rating.token}&nilai={rating.value}"
        found = _LOCATION.search(expect(self._wire.ask(post(f"/q/{rating.code}/nilai", form)), 303))
        assert found
        return found[1].decode()

    def insist(self, rating: Rating) -> str:
        """Send a rating until an answer comes."""
        while True:
            try:
                return self.send(rating)
            except OSError:
                self._wire.socket.close()
                self._wire = Wire(self._port)


class Crowd:
    """Citizens who rate at once, each on a connection of its own, and what was promised them."""

    def __init__(self, port: int, codes: list[str], *, size: int = 6) -> None:
        self._port = port
        self._size = size
        self._news = threading.Condition()
        with Citizen(port) as first:
            self._tokens = [(code, first.token(code)) for code in codes]
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
            reached = self._news.wait_for(lambda: len(self.promised) >= goal or self.wrong, PATIENCE)
        then()
        for thread in threads:
            thread.join(PATIENCE)
        assert reached
        assert not self.wrong

    def _go_on(self, chance: Random) -> None:
        with Citizen(self._port) as citizen:
            while True:
                rating = Rating(*chance.choice(self._tokens), value=chance.choice(FACES))
                try:
                    location = citizen.send(rating)
                except OSError:
                    with self._news:
                        return self.waiting.append(rating)
                except Refused as error:
                    with self._news:
                        self.wrong.append(error)
                        return self._news.notify()
                with self._news:
                    self.promised[rating] = location
                    self._news.notify()

    def send_again(self) -> None:
        """Send what was never answered, with the same keys."""
        with Citizen(self._port) as citizen:
            for rating in self.waiting:
                self.promised[rating] = citizen.send(rating)
        self.waiting.clear()
