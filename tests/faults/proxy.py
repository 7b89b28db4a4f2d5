"""A bad line: some of the answers never arrive, though the server has done its work."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from random import Random
from types import TracebackType
from typing import Self

from tests.wire import HOST

_CHUNK = 1 << 16


class LossyProxy:
    """Forwards to a server, and hangs up in place of this share of the answers."""

    def __init__(self, server_port: int, *, lost_share: float, chance: Random) -> None:
        self._server = HOST, server_port
        self._lost_share = lost_share
        self._chance = chance
        self._listener = socket.create_server((HOST, 0))
        self.port = int(self._listener.getsockname()[1])
        self.lost = 0

    def __enter__(self) -> Self:
        threading.Thread(target=self._listen, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, at: TracebackType | None) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _listen(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._forward, args=(client,), daemon=True).start()

    def _forward(self, client: socket.socket) -> None:
        with client, socket.create_connection(self._server) as server:
            for end in (client, server):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=_pump, args=(client, server), daemon=True).start()
            while answer := server.recv(_CHUNK):
                if self._chance.random() < self._lost_share:
                    self.lost += 1
                    break
                client.sendall(answer)
            for end in (client, server):
                with suppress(OSError):  # the other side was quicker
                    end.shutdown(socket.SHUT_RDWR)


def _pump(client: socket.socket, server: socket.socket) -> None:
    with suppress(OSError):  # either side may be gone at any time; that is what this proxy is for
        while request := client.recv(_CHUNK):
            server.sendall(request)
