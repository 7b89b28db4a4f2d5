"""A bad line: some of the answers never arrive, though the server has done its work."""

from __future__ import annotations

import socket
import threading
from random import Random
from types import TracebackType
from typing import Self

from tests.serving import HOST

_CHUNK = 1 << 16


class LossyProxy:
    """Forwards to a server, one request for each connection; this share of the answers is dropped."""

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
            while request := client.recv(_CHUNK):
                server.sendall(request)
                ...
