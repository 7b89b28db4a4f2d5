"""`serve`: gunicorn with threads; every worker builds its own Portal after the fork."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any, ClassVar, Final

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.http.errors import (
    ConfigurationProblem,
    InvalidResponseHeader,
    InvalidResponseHeaderName,
    LimitRequestHeaders,
    LimitRequestLine,
    ParseException,
)
from gunicorn.util import write_nonblock
from gunicorn.workers.gthread import ThreadWorker

LOGGER: Final = "portal"
Headers = Sequence[tuple[str, str]]
_OUR_FAULT: Final = (ConfigurationProblem, InvalidResponseHeader, InvalidResponseHeaderName)


class Worker(ThreadWorker):  # type: ignore[misc]  # gunicorn ships no types
    """Gunicorn's threads; what is no HTTP is refused without repeating it, to the sender or to the log.

    Gunicorn's own refusal carries no header of ours, and its log line names the address and what was asked.
    """

    headers: ClassVar[Headers] = ()

    def handle_error(self, _req: object, client: Any, _addr: object, exc: Exception) -> None:  # noqa: ANN401 - a socket, with or without TLS
        """Answer what never reached the application."""
        status = _status(exc)
        where = exc if status >= HTTPStatus.INTERNAL_SERVER_ERROR else None
        logging.getLogger(LOGGER).warning("refused: %s", type(exc).__name__, exc_info=where)
        body = f"{status.phrase}\n"
        head = [
            f"HTTP/1.1 {status.value} {status.phrase}",
            "Connection: close",
            "Content-Type: text/plain; charset=utf-8",
            f"Content-Length: {len(body)}",
            *(f"{name}: {value}" for name, value in self.headers),
        ]
        try:
            write_nonblock(client, "\r\n".join((*head, "", body)).encode())
        except OSError:
            self.log.debug("nobody waits for the refusal")


def _status(exc: Exception) -> HTTPStatus:
    if isinstance(exc, LimitRequestLine):
        return HTTPStatus.REQUEST_URI_TOO_LONG
    if isinstance(exc, LimitRequestHeaders):
        return HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
    theirs = isinstance(exc, ParseException) and not isinstance(exc, _OUR_FAULT)
    return HTTPStatus.BAD_REQUEST if theirs else HTTPStatus.INTERNAL_SERVER_ERROR


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


def serve(build: Callable[[], Flask], *, bind: str, workers: int, threads: int, refusal_headers: Headers = ()) -> None:
    """Serve until told to stop; requests under way get ten seconds. `refusal_headers` go with what is no HTTP."""
    Server(
        build,
        bind=bind,
        workers=workers,
        threads=threads,
        worker_class=type("Worker", (Worker,), {"headers": tuple(refusal_headers)}),
        graceful_timeout=10,
        timeout=60,
        keepalive=5,
        loglevel="warning",
        forwarded_allow_ips="",
    ).run()
