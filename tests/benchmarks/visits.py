"""What a client does at the product and at the floor: the same work, side by side."""

from __future__ import annotations

import itertools
import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from tests.benchmarks.floor_form import QUESTIONS
from tests.benchmarks.load import Visit
from tests.wire import Wire, expect, get, new_key, post

_FIELD: Final = r'name="{}"[^>]*value="([^"]*)"'
_KEY: Final = re.compile(_FIELD.format("kunci").encode())
_TOKEN: Final = re.compile(_FIELD.format("token").encode())
_COOKIE: Final = re.compile(rb"\r\nSet-Cookie: ([^;]*)", re.IGNORECASE)
_NINE: Final = "&".join(f"{question}={number % 4 + 1}" for number, question in enumerate(QUESTIONS))
_OK, _SEE_OTHER = 200, 303

Visits = Callable[[], Visit]


@dataclass(frozen=True)
class Pair:
    """A kind of work at both servers; each is prepared anew for every round."""

    ours: Callable[[int], Visits]
    floor: Callable[[int], Visits]


def _body(answer: bytes) -> bytes:
    head, _, body = answer.partition(b"\r\n\r\n")
    return zlib.decompress(body, zlib.MAX_WBITS | 16) if b"gzip" in head else body


def _find(pattern: re.Pattern[bytes], page: bytes) -> str:
    found = pattern.search(page)
    assert found, "the page has no such field"
    return found[1].decode()


def _once(request: bytes, status: int) -> Visit:
    expect((yield request), status)


def _path(code: str) -> str:
    return f"/q/{code.lower()}"  # as printed


def _rate(code: str, key: str, token: str, value: int) -> bytes:
    return post(f"/q/{code.lower()}/nilai", f"kunci={key}&token={token}&nilai={value}")


def rating(codes: list[str]) -> Pair:
    """Send a rating with a key of its own and a token issued this round."""

    def ours(port: int) -> Visits:
        with Wire(port) as wire:
            tokens = {code: _find(_TOKEN, _body(expect(wire.ask(get(_path(code))), _OK))) for code in codes}
        turns = _turns(codes)

        def visit() -> Visit:
            code, value = next(turns)
            return _once(_rate(code, new_key(), tokens[code], value), _SEE_OTHER)

        return visit

    def floor(_: int) -> Visits:
        turns = _turns(codes)

        def visit() -> Visit:
            code, value = next(turns)
            return _once(post(f"/baris/{code}", f"kunci={new_key()}&nilai={value}"), _SEE_OTHER)

        return visit

    return Pair(ours, floor)


def page(codes: list[str]) -> Pair:
    """Open the page; at the floor the same bytes from a bare route."""

    def ours(_: int) -> Visits:
        requests = itertools.cycle([get(_path(code)) for code in codes])
        return lambda: _once(next(requests), _OK)

    def floor(_: int) -> Visits:
        request = get("/polos")
        return lambda: _once(request, _OK)

    return Pair(ours, floor)


def cycle(codes: list[str]) -> Pair:
    """Open the page, take key and token out of it, send the rating; at the floor likewise with its own form."""

    def ours(_: int) -> Visits:
        turns = _turns(codes)

        def visit() -> Visit:
            code, value = next(turns)
            shown = _body(expect((yield get(_path(code))), _OK))
            expect((yield _rate(code, _find(_KEY, shown), _find(_TOKEN, shown), value)), _SEE_OTHER)

        return visit

    def floor(_: int) -> Visits:
        def visit() -> Visit:
            answer = expect((yield get("/formulir/")), _OK)
            shown = _body(answer)
            body = f"token={_find(_TOKEN, shown)}&{_NINE}&teks=Terima+kasih"
            expect((yield post("/formulir/", body, cookie=_find(_COOKIE, answer))), _SEE_OTHER)

        return visit

    return Pair(ours, floor)


def _turns(codes: list[str]) -> Iterator[tuple[str, int]]:
    return itertools.cycle([(code, value) for value in range(1, 5) for code in codes])


def plain_bytes(port: int, code: str) -> bytes:
    """Return the page as it travels, for the bare route."""
    with Wire(port) as wire:
        return expect(wire.ask(get(_path(code))), _OK).partition(b"\r\n\r\n")[2]
