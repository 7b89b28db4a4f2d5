"""A load generator that costs little beside the servers it loads: one thread, kept connections, a closed loop."""

from __future__ import annotations

import secrets
import selectors
import socket
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Final

from tests.serving import HOST

Visit = Generator[bytes, bytes, None]
"""What one client does, from the first request to the last answer: yields requests, is sent answers."""
FORM: Final = "application/x-www-form-urlencoded"
_PATIENCE: Final = 30.0
_CHUNK: Final = 1 << 18


class Refused(Exception):
    """An answer that a benchmark must not count."""


@dataclass
class Load:
    """What a while of load brought."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    """Of each visit, in seconds."""

    @property
    def rate(self) -> float:
        """Visits per second."""
        return len(self.latencies) / self.seconds


def get(path: str) -> bytes:
    """Return a request as a phone sends it."""
    return f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\nAccept: text/html\r\nAccept-Encoding: gzip\r\n\r\n".encode()


def post(path: str, body: str) -> bytes:
    """Return a form as a phone sends it, short of Origin and cookie."""
    head = f"POST {path} HTTP/1.1\r\nHost: {HOST}\r\nAccept: text/html\r\nAccept-Encoding: gzip\r\n"
    return f"{head}Content-Type: {FORM}\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()


def new_key() -> str:
    """Return an idempotency key."""
    return secrets.token_hex(16)


def expect(answer: bytes, status: int) -> bytes:
    """Return the answer if it has that status."""
    if not answer.startswith(b"HTTP/1.1 %d " % status):
        raise Refused(answer[:300].decode("utf-8", "replace"))
    return answer


class _Client:
    """One connection, busy with one visit after the other."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection((HOST, port), timeout=_PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._read = bytearray()
        self._missing = -1
        self.began = 0.0
        self.visit: Visit | None = None

    def begin(self, visit: Visit) -> None:
        self.visit = visit
        self.began = time.perf_counter()
        self.socket.sendall(next(visit))

    def receive(self) -> bytes | None:
        """Read what has come, and return the answer once it is whole."""
        came = self.socket.recv(_CHUNK)
        if not came:
            raise Refused("the server closed the connection")
        self._read += came
        if self._missing < 0 and (end := self._read.find(b"\r\n\r\n")) >= 0:
            self._missing = end + 4 + _content_length(bytes(self._read[:end]))
        if self._missing < 0 or len(self._read) < self._missing:
            return None
        answer = bytes(self._read)
        self._read.clear()
        self._missing = -1
        return answer


def _content_length(head: bytes) -> int:
    _, found, rest = head.lower().partition(b"\r\ncontent-length:")
    if not found:
        raise Refused(head.decode("latin-1"))
    return int(rest.partition(b"\r\n")[0])


def ask(port: int, request: bytes) -> bytes:
    """Send one request and return the answer."""
    client = _Client(port)
    try:
        client.socket.sendall(request)
        while (answer := client.receive()) is None:
            pass
        return answer
    finally:
        client.socket.close()


def run(port: int, visit: Callable[[], Visit], *, clients: int, seconds: float, most: int) -> Load:
    """Let so many clients visit until the time is over or `most` visits are done."""
    load = Load()
    crowd = [_Client(port) for _ in range(clients)]
    with selectors.DefaultSelector() as selector:
        for client in crowd:
            selector.register(client.socket, selectors.EVENT_READ, client)
        began = time.perf_counter()
        for client in crowd:
            client.begin(visit())
        busy = clients
        while busy:
            for key, _ in selector.select(_PATIENCE) or _silence():
                client = key.data
                answer = client.receive()
                if answer is None or _goes_on(client, answer):
                    continue
                now = time.perf_counter()
                load.latencies.append(now - client.began)
                if now - began < seconds and len(load.latencies) + busy <= most:
                    client.begin(visit())
                else:
                    busy -= 1
        load.seconds = time.perf_counter() - began
    for client in crowd:
        client.socket.close()
    return load


def _goes_on(client: _Client, answer: bytes) -> bool:
    assert client.visit is not None
    try:
        request = client.visit.send(answer)
    except StopIteration:
        return False
    client.socket.sendall(request)
    return True


def _silence() -> list[tuple[selectors.SelectorKey, int]]:
    raise Refused(f"no answer within {_PATIENCE:.0f} s")
