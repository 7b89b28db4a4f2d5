"""Citizens who rate without pause, and remember what the server has promised each of them."""

from __future__ import annotations

import re
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from random import Random
from types import TracebackType
from typing import Final, Self

from tests.wire import PATIENCE, Refused, Wire, expect, get, new_key, post

FACES: Final = range(1, 5)
_A_MOMENT: Final = 0.02
_TOKEN: Final = re.compile(r'name="token"[^>]*value="([^"]*)"')
_LOCATION: Final = re.compile(rb"\r\nLocation: (\S+)\r\n", re.IGNORECASE)


class NotNow(OSError):
    """The server asks for the form again, some seconds later; it has promised nothing."""


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
            NotNow: the answer was to send it again later.
            Refused: another answer than the promise that the rating is kept.
        """
        answer = self.ask(rating)
        if answer.startswith(b"HTTP/1.1 503 ") and b"\r\nRetry-After: " in answer:
            raise NotNow
        found = _LOCATION.search(expect(answer, 303))
        assert found
        return found[1].decode()

    def ask(self, rating: Rating) -> bytes:
        """Send a rating and return whatever the answer is."""
        form = f"kunci={rating.key}&token={rating.token}&nilai={rating.value}"
        return self._wire.ask(post(f"/q/{rating.code}/nilai", form))

    def insist(self, rating: Rating) -> str:
        """Send a rating until it is promised.

        Raises:
            TimeoutError: it never was.
        """
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            try:
                return self.send(rating)
            except NotNow:
                threading.Event().wait(_A_MOMENT)
            except OSError:
                self._connect_again()
        raise TimeoutError

    def _connect_again(self) -> None:
        self._wire.socket.close()
        with suppress(ConnectionRefusedError):  # the server is not there yet; the next try finds the closed line
            self._wire = Wire(self._port)


class Crowd:
    """Citizens who rate at once, each on a connection of its own, and what was promised them."""

    def __init__(self, port: int, codes: list[str], *, size: int = 6) -> None:
        self._port = port
        self._size = size
        self._news = threading.Condition()
        self._enough = False
        with Citizen(port) as first:
            self._tokens = [(code, first.token(code)) for code in codes]
        self.promised: dict[Rating, str] = {}
        self.waiting: list[Rating] = []
        self.insisted = 0
        self.wrong: list[Exception] = []

    def rate(self, chance: Random, *, at_least: int, then: Callable[[], None]) -> None:
        """Rate until so many more are promised, do `then`, and return when everyone has noticed."""
        with self._everyone(chance, self._until_it_breaks) as threads:
            self._wait_for(at_least)
            then()
            self._enough = True
        assert not any(thread.is_alive() for thread in threads)
        assert not self.wrong

    def rate_through(self, chance: Random, *, at_least: int, then: Callable[[], None]) -> None:
        """Rate until so many more are promised, do `then`, and rate on, insisting, until as many again are promised."""
        with self._everyone(chance, self._whatever_breaks) as threads:
            self._wait_for(at_least)
            then()
            self._wait_for(at_least)
            self._enough = True
        assert not any(thread.is_alive() for thread in threads)
        assert not self.wrong

    @contextmanager
    def _everyone(self, chance: Random, act: Callable[[Citizen, Rating], bool]) -> Iterator[list[threading.Thread]]:
        self._enough = False
        threads = [
            threading.Thread(target=self._go_on, args=(Random(chance.random()), act), daemon=True)
            for _ in range(self._size)
        ]
        for thread in threads:
            thread.start()
        try:
            yield threads
        finally:
            self._enough = True
            for thread in threads:
                thread.join(PATIENCE)

    def _wait_for(self, more: int) -> None:
        with self._news:
            goal = len(self.promised) + more
            assert self._news.wait_for(lambda: len(self.promised) >= goal or self.wrong, PATIENCE)

    def _go_on(self, chance: Random, act: Callable[[Citizen, Rating], bool]) -> None:
        with Citizen(self._port) as citizen:
            while not self._enough:
                rating = Rating(*chance.choice(self._tokens), value=chance.choice(FACES))
                try:
                    if not act(citizen, rating):
                        return
                except (Refused, OSError) as error:
                    with self._news:
                        self.wrong.append(error)
                        self._news.notify()
                    return

    def _until_it_breaks(self, citizen: Citizen, rating: Rating) -> bool:
        try:
            self._note(rating, citizen.send(rating))
        except NotNow:
            raise
        except OSError:
            with self._news:
                self.waiting.append(rating)
            return False
        return True

    def _whatever_breaks(self, citizen: Citizen, rating: Rating) -> bool:
        try:
            place = citizen.send(rating)
        except OSError:
            place = citizen.insist(rating)
            with self._news:
                self.insisted += 1
        self._note(rating, place)
        return True

    def _note(self, rating: Rating, place: str) -> None:
        with self._news:
            self.promised[rating] = place
            self._news.notify()

    def send_again(self) -> None:
        """Send what was never answered, with the same keys."""
        with Citizen(self._port) as citizen:
            for rating in self.waiting:
                self.promised[rating] = citizen.send(rating)
        self.waiting.clear()
