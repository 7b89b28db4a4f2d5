"""What is no HTTP never reaches the application; the server refuses it by itself, as the application would."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from typing import Final

import pytest

from portal.web.headers import REFUSAL
from tests.serving import PORTAL, Serving
from tests.wire import HOST, PATIENCE

RECEIPT: Final = b"7F2K9PQ4XM"


@pytest.fixture
def database_kind() -> str:
    """What is refused reaches no database."""
    return "sqlite"


@pytest.fixture
def serving(database_url: str) -> Iterator[Serving]:
    """The product, served."""
    serving = Serving(PORTAL, database_url, release_minutes=0)
    serving.start()
    yield serving
    serving.kill()


def _send(port: int, request: bytes) -> bytes:
    with socket.create_connection((HOST, port), timeout=PATIENCE) as line:
        line.sendall(request)
        return b"".join(iter(lambda: line.recv(4096), b""))


def test_what_is_no_http_is_refused_with_the_headers_and_repeated_nowhere(serving: Serving) -> None:
    address = b"/r/" + RECEIPT
    for request, status in (
        (address + b"\r\n\r\n", b"400"),
        (b"GET " + address + b" HTTP/9.9\r\n\r\n", b"400"),
        (b"GET " + address + b" HTTP/1.1\r\n" + RECEIPT + b" x: y\r\n\r\n", b"400"),
        (b"GET " + address + b"x" * 5000 + b" HTTP/1.1\r\n\r\n", b"414"),
        (b"GET " + address + b" HTTP/1.1\r\n" + b"x: y\r\n" * 200 + b"\r\n", b"431"),
    ):
        head, _, body = _send(serving.port, request).partition(b"\r\n\r\n")
        first, *lines = head.decode().split("\r\n")
        assert first.encode().startswith(b"HTTP/1.1 " + status)
        assert {f"{name}: {value}" for name, value in REFUSAL} <= set(lines)
        assert RECEIPT not in head + body
    said = serving.said()
    assert HOST not in said
    assert RECEIPT.decode() not in said
    refused = [line for line in map(json.loads, said.splitlines()) if line["event"].startswith("refused: ")]
    assert len(refused) == 5
