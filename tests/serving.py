"""Real servers in processes of their own, started, killed and started again by the test."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing, suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Final, Self

from portal.settings import PREFIX
from tests.wire import HOST, PATIENCE

ROOT: Final = Path(__file__).parents[1]
PORTAL: Final = ("portal.app", "serve")
SECRET: Final = "made-up secret of the tests, 32+"
_PROBE: Final = b"GET /healthz HTTP/1.0\r\n\r\n"
_BLINK: Final = 0.01


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with closing(socket.socket()) as listener:
        listener.bind((HOST, 0))
        return int(listener.getsockname()[1])


class Serving:
    """`python -m <module> <arguments>` with settings of its own, in a process group of its own."""

    def __init__(self, program: Sequence[str], database_url: str, **settings: object) -> None:
        self.port = free_port()
        self._program = (sys.executable, "-m", *program)
        self._environment = _environment(
            {"secret_key": SECRET, "database_url": database_url, "bind": f"{HOST}:{self.port}", **settings}
        )
        self._process: subprocess.Popen[bytes] | None = None
        self._log: IO[bytes] | None = None

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.kill()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, at: TracebackType | None) -> None:
        self.kill()

    def start(self) -> None:
        """Start the server and return once it answers."""
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - closed in `kill`
        self._process = subprocess.Popen(
            self._program, cwd=ROOT, env=self._environment, stderr=self._log, start_new_session=True
        )
        _wait(self._answers, f"{self._program} does not answer")

    def kill(self) -> None:
        """End master and workers at once, as losing power does, and return when their port is free."""
        if self._process is not None:
            with suppress(ProcessLookupError):  # it has ended by itself
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None
        if self._log is not None:
            self._log.close()
            self._log = None
            _wait(self._is_gone, f"{self._program} still listens")

    def master(self) -> int:
        """Return the id of the process that watches over those that serve."""
        assert self._process is not None
        return self._process.pid

    def workers(self) -> list[int]:
        """Return the ids of the serving processes below the master."""
        children = Path(f"/proc/{self.master()}/task/{self.master()}/children")
        return [int(number) for number in children.read_text("ascii").split()]

    def ask_to_stop(self) -> None:
        """Tell the master to end well."""
        os.kill(self.master(), signal.SIGTERM)

    def wait_for_the_end(self) -> int:
        """Return how the master ended, once it has."""
        assert self._process is not None
        return self._process.wait(PATIENCE)

    def _answers(self) -> bool:
        if self._process is None or self._process.poll() is not None:
            raise RuntimeError(f"{self._program} ended before it answered\n{self.said()}")
        try:
            with socket.create_connection((HOST, self.port), timeout=PATIENCE) as connection:
                connection.sendall(_PROBE)
                return connection.recv(1024).startswith(b"HTTP/1.")
        except OSError:
            return False

    def said(self) -> str:
        """Return the end of what the server has logged since it started."""
        if self._log is None:
            return ""
        self._log.seek(0)
        return self._log.read().decode("utf-8", "replace")[-2000:]

    def _is_gone(self) -> bool:
        try:
            socket.create_connection((HOST, self.port), timeout=PATIENCE).close()
        except ConnectionRefusedError:
            return True
        except OSError:
            return False
        return False


def _environment(settings: Mapping[str, object]) -> dict[str, str]:
    outside = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    return outside | {f"{PREFIX}{name.upper()}": str(value) for name, value in settings.items()}


def _wait(until: Callable[[], bool], complaint: str) -> None:
    never, end = threading.Event(), time.monotonic() + PATIENCE
    while not until():
        if time.monotonic() > end:
            raise TimeoutError(complaint)
        never.wait(_BLINK)
