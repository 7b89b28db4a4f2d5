"""Lines that bring a request byte by byte, too much of it, or nonsense: others do not wait, and nobody sees a 500."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Final

import pytest

from portal.services import Portal
from portal.web.headers import REFUSAL
from tests.faults.citizens import Citizen, Rating
from tests.faults.promises import assert_each_counts_once
from tests.faults.spoiled import TRUSTING
from tests.serving import PORTAL, Serving
from tests.wire import FORM, HOST, PATIENCE, post

THREADS: Final = 4
SLOW: Final = 10 * THREADS
IMPATIENCE: Final = 1.0
CHUNKED: Final = f"Content-Type: {FORM}\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.fixture
def database_kind() -> str:
    """What is slow is so before any database."""
    return "sqlite"


def _request(rating: Rating) -> bytes:
    return post(f"/q/{rating.code}/nilai", f"kunci={rating.key}&token={rating.token}&nilai={rating.value}")


def _ratings(port: int, code: str, number: int) -> list[Rating]:
    with Citizen(port) as first:
        token = first.token(code)
    return [Rating(code, token, value=3) for _ in range(number)]


@contextmanager
def _slow(port: int, ratings: list[Rating], *, in_body: bool) -> Iterator[list[tuple[socket.socket, bytes]]]:
    """Begin to send each rating on a line of its own; hand out the lines and what is still to be sent on each."""
    with ExitStack() as stack:
        lines = []
        for rating in ratings:
            request = _request(rating)
            cut = len(request) - 5 if in_body else 20
            line = stack.enter_context(socket.create_connection((HOST, port), timeout=PATIENCE))
            line.sendall(request[:cut])
            lines.append((line, request[cut:]))
        yield lines


@pytest.mark.parametrize("in_body", [False, True])
def test_slow_lines_hold_nobody_up_and_land_in_the_end(
    database_url: str, codes: list[str], portal: Portal, *, in_body: bool
) -> None:
    with Serving(PORTAL, database_url, release_minutes=0, threads=THREADS) as serving:
        slow, quick = _ratings(serving.port, codes[0], SLOW), _ratings(serving.port, codes[1], 5)
        with _slow(serving.port, slow, in_body=in_body) as lines:
            with Citizen(serving.port) as citizen:
                for rating in quick:
                    citizen.send(rating)
            for line, rest in lines:
                for byte in rest[:-1]:
                    line.sendall(bytes([byte]))
            for line, rest in lines:
                line.sendall(rest[-1:])
            answers = [line.recv(4096) for line, _ in lines]
    assert {answer[:13] for answer in answers} == {b"HTTP/1.1 303 "}
    assert_each_counts_once(portal, [*slow, *quick])


def test_the_harness_finds_the_wait_where_every_line_gets_a_thread(database_url: str, codes: list[str]) -> None:
    with Serving(TRUSTING, database_url, threads=THREADS) as serving:
        slow, (quick,) = _ratings(serving.port, codes[0], SLOW), _ratings(serving.port, codes[1], 1)
        with (
            _slow(serving.port, slow, in_body=True),
            socket.create_connection((HOST, serving.port), timeout=IMPATIENCE) as line,
        ):
            line.sendall(_request(quick))
            with pytest.raises(TimeoutError):
                line.recv(1)


def _ask(port: int, request: bytes) -> tuple[int, dict[str, str], bytes]:
    """Send what may be nonsense and return the answer, which must be the last on its line."""
    with socket.create_connection((HOST, port), timeout=PATIENCE) as line:
        line.sendall(request)
        line.shutdown(socket.SHUT_WR)
        answer = b"".join(iter(lambda: line.recv(1 << 16), b""))
    head, _, body = answer.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    return int(first.split()[1]), dict(line.split(": ", 1) for line in lines), body


def _chunks(*sizes: int) -> bytes:
    return b"".join(b"%x\r\n%b\r\n" % (size, b"x" * size) for size in sizes) + b"0\r\n\r\n"


def test_what_is_too_much_or_nonsense_is_refused_in_so_many_words(serving: Serving, codes: list[str]) -> None:
    start = f"POST /q/{codes[0]}/nilai HTTP/1.1\r\nHost: {HOST}\r\nAccept: text/html\r\n"
    long, many = "nilai=" + "4" * 65 * 1024, "&".join(f"k{number}=1" for number in range(1100))
    announced = f"{start}Content-Type: {FORM}\r\nContent-Length: 9000000\r\n\r\nnilai="
    parts = "".join(f'--b\r\nContent-Disposition: form-data; name="{n}"\r\n\r\n1\r\n' for n in range(100)) + "--b--\r\n"
    multipart = f"{start}Content-Type: multipart/form-data; boundary=b\r\nContent-Length: {len(parts)}\r\n\r\n{parts}"
    for request, status in (
        (post(f"/q/{codes[0]}/nilai", long), 413),
        (announced.encode(), 413),
        (f"{start}{CHUNKED}".encode() + _chunks(*[8192] * 9), 413),
        (f"{start}{CHUNKED}".encode() + _chunks(200_000), 413),
        (post(f"/q/{codes[0]}/nilai", many), 400),
        (multipart.encode(), 413),
        (f"{start}{CHUNKED}zz\r\nnilai=4\r\n0\r\n\r\n".encode(), 400),
        (f"{start}{CHUNKED}-5\r\nnilai=4\r\n0\r\n\r\n".encode(), 400),
        (f"{start}{CHUNKED}7\r\nnilai=4".encode(), 400),
        (f"{start}{CHUNKED}7\r\nnilai=4XX0\r\n\r\n".encode(), 400),
        (f"{start}{CHUNKED}7\r\nnilai=4\r\n0\r\n\r\n".encode(), 400),
        (f"{start}Content-Type: {FORM}\r\nContent-Length: 50\r\n\r\nnilai=4".encode(), 400),
        (f"{start}{'x' * 100}: {'y' * 9000}\r\n\r\n".encode(), 431),
        (f"{start}x: {'y' * 200_000}".encode(), 431),
    ):
        seen, headers, _ = _ask(serving.port, request)
        assert (seen, request[:300]) == (status, request[:300])
        assert {name for name, _ in REFUSAL} <= headers.keys()
        assert status == 431 or headers["Content-Type"].startswith("text/html")


def test_a_chunked_form_is_read_like_any_other(serving: Serving, codes: list[str], portal: Portal) -> None:
    (rating,) = _ratings(serving.port, codes[0], 1)
    body = f"kunci={rating.key}&token={rating.token}&nilai={rating.value}"
    chunks = f"5\r\n{body[:5]}\r\n{len(body) - 5:X};a=b\r\n{body[5:]}\r\n0\r\nX-Trailer: 1\r\n\r\n"
    start = f"POST /q/{rating.code}/nilai HTTP/1.1\r\nHost: {HOST}\r\nAccept: text/html\r\n"
    assert _ask(serving.port, f"{start}{CHUNKED}{chunks}".encode())[0] == 303
    assert_each_counts_once(portal, [rating])


def test_requests_that_come_together_are_answered_one_after_the_other(serving: Serving, codes: list[str]) -> None:
    request = f"GET /q/{codes[0].lower()} HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode()
    with socket.create_connection((HOST, serving.port), timeout=PATIENCE) as line:
        line.sendall(request * 2 + request.replace(b"HTTP/1.1\r\n", b"HTTP/1.1\r\nConnection: close\r\n"))
        answer = b"".join(iter(lambda: line.recv(1 << 16), b""))
    assert answer.count(b"HTTP/1.1 200 OK") == 3
