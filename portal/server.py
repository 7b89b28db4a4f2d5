"""`serve`: gunicorn with threads; every worker builds its own Portal after the fork."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication


class Server(BaseApplication):  # type: ignore[misc]  # gunicorn ships no types
    """Gunicorn, told everything by the settings of the portal and nothing by its own files."""

    def __init__(self, build: Callable[[], Flask], **options: Any) -> None:  # noqa: ANN401 - gunicorn's settings
        self._build = build
        self._options = options
        super().__init__()

    def load_config(self) -> None:
        """Take the options given to this server."""
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Build the application, in the worker."""
        return self._build()


def serve(build: Callable[[], Flask], *, bind: str, workers: int, threads: int) -> None:
    """Serve until told to stop; requests under way get ten seconds."""
    Server(
        build,
        bind=bind,
        workers=workers,
        threads=threads,
        worker_class="gthread",
        graceful_timeout=10,
        timeout=60,
        keepalive=5,
        loglevel="warning",
        forwarded_allow_ips="",
    ).run()
