"""A load generator that costs little beside the servers it loads: one thread, kept connections, a closed loop."""

from __future__ import annotations

import selectors
import time
from collections.abc import Callable, Generator
from contextlib import ExitStack
from dataclasses import dataclass, field

from tests.wire import PATIENCE, Refused, Wire

Visit = Generator[bytes, bytes, None]
"""What one client does, from the first request to the last answer: yields requests, is sent answers."""


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


class _Client(Wire):
    """One connection, busy with one visit after the other."""

    visit: Visit
    began: float

    def begin(self, visit: Visit) -> None:
        self.visit, self.began = visit, time.perf_counter()
        self.socket.sendall(next(visit))

    def goes_on(self) -> bool:
        """Read what has come; False once the visit is over."""
        answer = self.receive()
        if answer is not None:
            try:
                request = self.visit.send(answer)
            except StopIteration:
                return False
            self.socket.sendall(request)
        return True


def run(port: int, visit: Callable[[], Visit], *, clients: int, seconds: float, most: int) -> Load:
    """Let so many clients visit until the time is over or `most` visits are done."""
    load = Load()
    with ExitStack() as stack:
        selector = stack.enter_context(selectors.DefaultSelector())
        crowd = [stack.enter_context(_Client(port)) for _ in range(clients)]
        began = time.perf_counter()
        for client in crowd:
            selector.register(client.socket, selectors.EVENT_READ, client)
            client.begin(visit())
        busy = clients
        while busy:
            for key, _ in selector.select(PATIENCE) or _silence():
                client = key.data
                if client.goes_on():
                    continue
                now = time.perf_counter()
                load.latencies.append(now - client.began)
                if now - began < seconds and len(load.latencies) + busy <= most:
                    client.begin(visit())
                else:
                    busy -= 1
        load.seconds = time.perf_counter() - began
    return load


def _silence() -> list[tuple[selectors.SelectorKey, int]]:
    raise Refused(f"no answer within {PATIENCE:.0f} s")
