"""HTTP by hand on a kept connection: little beside the servers it asks, and nothing hidden when a line breaks."""

from __future__ import annotations

import secrets
import socket
from types import TracebackType
from typing import Final, Self

HOST: Final = "127.0.0.1"
FORM: Final = "application/x-www-form-urlencoded"
PATIENCE: Final = 30.0
_CHUNK: Final = 1 << 18


class Refused(Exception):
    """An answer that must not count as one."""


def get(path: str) -> bytes:
    """Return a request as a phone sends it."""
    return f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\nAccept: text/html\r\nAccept-Encoding: gzip\r\n\r\n".encode()


def post(path: str, body: str, *, cookie: str = "") -> bytes:
    """Return a form as a phone sends it, short of Origin."""
    head = f"POST {path} HTTP/1.1\r\nHost: {HOST}\r\nAccept: text/html\r\nAccept-Encoding: gzip\r\n"
    head += f"Cookie: {cookie}\r\n" if cookie else ""
    return f"{head}Content-Type: {FORM}\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()


def new_key() -> str:
    """Return an idempotency key."""
    return secrets.token_hex(16)


def expect(answer: bytes, status: int) -> bytes:
    """Return the answer if it has that status.

    Raises:
        Refused: it has another.
    """
    if not answer.startswith(b"HTTP/1.1 %d " % status):
        raise Refused(answer[:300].decode("utf-8", "replace"))
    return answer


class Wire:
    """One connection, for one request after the other."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection((HOST, port), timeout=PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._read = bytearray()
        self._length = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, at: TracebackType | None) -> None:
        self.socket.close()

    def ask(self, request: bytes) -> bytes:
        """Send a request and return the answer.

        Raises:
            OSError: the line broke.
        """
        self.socket.sendall(request)
        while (answer := self.receive()) is None:
            pass
        return answer

    def receive(self) -> bytes | None:
        """Read what has come, and return the answer once it is whole.

        Raises:
            OSError: the line broke.
        """
        came = self.socket.recv(_CHUNK)
        if not came:
            raise ConnectionError("closed before the answer was whole")
        self._read += came
        if self._length < 0 and (end := self._read.find(b"\r\n\r\n")) >= 0:
            self._length = end + 4 + _content_length(bytes(self._read[:end]))
        if self._length < 0 or len(self._read) < self._length:
            return None
        answer = bytes(self._read)
        self._read.clear()
        self._length = -1
        return answer


def _content_length(head: bytes) -> int:
    _, found, rest = head.lower().partition(b"\r\ncontent-length:")
    if not found:
        raise Refused(head.decode("latin-1"))
    return int(rest.partition(b"\r\n")[0])
