"""A throw-away Redis server, started, stopped, frozen and started again by the test."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.serving import free_port
from tests.wire import HOST, PATIENCE

PROGRAM: Final = "redis-server"
_BLINK: Final = 0.01


class RedisMissing(Exception):
    """The server's program is not on this machine."""


class Redis:
    """A server on a port of its own that keeps nothing on disk."""

    def __init__(self, port: int, home: Path) -> None:
        self._port = port
        self._home = home
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"redis://{HOST}:{port}/0"

    def start(self) -> None:
        """Start the server, empty, and return once it answers.

        Raises:
            RedisMissing: the Debian package is not installed.
        """
        program = shutil.which(PROGRAM)
        if program is None:
            raise RedisMissing(f"no {PROGRAM}: install the package of that name")
        options = {"bind": HOST, "port": self._port, "dir": self._home, "save": "", "appendonly": "no"}
        arguments = [word for name, value in options.items() for word in (f"--{name}", str(value))]
        self._process = subprocess.Popen([program, *arguments], stdout=subprocess.DEVNULL)
        never, end = threading.Event(), time.monotonic() + PATIENCE
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"{PROGRAM} does not answer")
            never.wait(_BLINK)

    def stop(self) -> None:
        """End the server at once."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def freeze(self) -> None:
        """Let connections be made and nothing be answered."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Go on where `freeze` stopped."""
        self._signal(signal.SIGCONT)

    def flush(self) -> None:
        """Forget everything."""
        assert self.ask("FLUSHALL") == "+OK"

    def keys(self) -> set[str]:
        """Return the names of all that is kept."""
        return set(self.ask("KEYS *").splitlines()[2::2])

    def ask(self, command: str) -> str:
        """Send a command and return the short answer as it comes."""
        with socket.create_connection((HOST, self._port), timeout=PATIENCE) as line:
            line.sendall(f"{command}\r\nQUIT\r\n".encode())
            answer = b"".join(iter(lambda: line.recv(4096), b""))
        return answer.decode().removesuffix("+OK\r\n").strip()

    def _signal(self, number: int) -> None:
        assert self._process is not None
        os.kill(self._process.pid, number)

    def _answers(self) -> bool:
        try:
            return self.ask("PING") == "+PONG"
        except OSError:
            return False


@contextmanager
def redis_server() -> Iterator[Redis]:
    """A running server."""
    with tempfile.TemporaryDirectory(prefix="loket-") as home:
        server = Redis(free_port(), Path(home))
        try:
            server.start()
            yield server
        finally:
            server.stop()
