"""`serve`: gunicorn with threads; every worker builds its own Portal after the fork."""

from __future__ import annotations

import gc
import io
import logging
import re
import selectors
import socket
import struct
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, ClassVar, Final

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

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

LOGGER: Final = "portal"
Headers = Sequence[tuple[str, str]]
MOST_HELD: Final = 128 * 1024
"""Bytes of a request that are waited for before it gets a thread; the citizen's longest form is half of that."""
_BEGUN_WITHIN: Final = 5.0
_WHOLE_WITHIN: Final = 30.0
_LINGER: Final = 2.0
_GRACE: Final = 8
_STALLED: Final = struct.pack("ll", 30, 0)
_RECEIVE: Final = 1 << 16
_HEAD_END: Final = b"\r\n\r\n"
_FRAMING: Final = re.compile(rb"\r\n(?:content-length:[ \t]*([0-9]{1,18})|(transfer-encoding):)", re.IGNORECASE)
_OUR_FAULT: Final = (ConfigurationProblem, InvalidResponseHeader, InvalidResponseHeaderName)


class Coming:
    """What has come of a request so far, and whether that is all of it."""

    def __init__(self) -> None:
        """Wait for the first byte."""
        self.held = bytearray()
        self.until = time.monotonic() + _BEGUN_WITHIN
        self.is_cut = False
        """The rest is for a thread to wait for."""
        self.has_head = False
        self._end: int | None = None
        self._looked_at = self._chunk_at = 0

    def add(self, came: bytes) -> None:
        """Keep what has come; from the first byte on the rest is waited for a little longer."""
        if came and not self.held:
            self.until = time.monotonic() + _WHOLE_WITHIN
        self.held += came

    def is_whole(self) -> bool:
        """Tell whether the request is all there, or too long to be waited for here."""
        if not self.has_head:
            self._find_body()
        if self.has_head and (self._last_chunk_came() if self._end is None else len(self.held) >= self._end):
            return True
        self.is_cut = len(self.held) > MOST_HELD or (self._end or 0) > MOST_HELD
        return self.is_cut

    def _find_body(self) -> None:
        at = self.held.find(_HEAD_END, self._looked_at)
        if at < 0:
            self._looked_at = max(0, len(self.held) - len(_HEAD_END) + 1)
            return
        self.has_head = True
        body_at = at + len(_HEAD_END)
        framing = _FRAMING.search(self.held, 0, at)
        if framing is None:
            self._end = body_at
        elif framing[2] is None:
            self._end = body_at + int(framing[1])
        else:
            self._chunk_at = body_at

    def _last_chunk_came(self) -> bool:
        """Walk from chunk to chunk; where one makes no sense there is nothing to wait for, and the parser says why."""
        while (line_end := self.held.find(b"\r\n", self._chunk_at)) >= 0:
            try:
                size = int(self.held[self._chunk_at : line_end].partition(b";")[0], 16)
            except ValueError:
                return True
            if size <= 0:
                return size < 0 or self.held.find(_HEAD_END, line_end) >= 0
            if line_end + size + 4 > len(self.held):
                return False
            self._chunk_at = line_end + size + 4
        return False


class Worker(ThreadWorker):  # type: ignore[misc]  # gunicorn ships no types
    """Gunicorn's threads, for requests that have come whole: a slow line waits in the poller, where it costs no thread.

    What is no HTTP is refused without repeating it, to the sender or to the log: gunicorn's own refusal carries no
    header of ours, and its log line names the address and what was asked.
    """

    headers: ClassVar[Headers] = ()

    def enqueue_req(self, conn: Any) -> None:  # noqa: ANN401 - gunicorn ships no types
        """Receive what is there; give the request a thread once it is whole, and otherwise wait for more."""
        coming = conn.coming = getattr(conn, "coming", None) or Coming()
        try:
            is_whole = self._receive(conn, coming)
        except OSError:
            return self._part(conn)
        if not is_whole:
            return self._wait(conn, coming.until, self.on_pending_socket_readable)
        if coming.is_cut and not coming.has_head:
            self.handle_error(None, conn.sock, conn.client, LimitRequestHeaders("head"))
            return self._see_off(conn)
        conn.parser.unreader.unread(bytes(coming.held))
        conn.is_cut, conn.coming = coming.is_cut, None
        return super().enqueue_req(conn)  # type: ignore[no-any-return]  # gunicorn ships no types

    def _receive(self, conn: Any, coming: Coming) -> bool:  # noqa: ANN401 - as above
        """Tell whether the request is whole now, or no more of it will come."""
        if not conn.initialized:
            conn.init()
            for option in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):  # for what a thread waits for all the same
                conn.sock.setsockopt(socket.SOL_SOCKET, option, _STALLED)
        coming.add(conn.parser.unreader.take_buffered())
        if coming.is_whole():
            return True
        try:
            came = conn.sock.recv(_RECEIVE, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return False
        coming.add(came)
        return not came or coming.is_whole()

    def _wait(self, conn: Any, until: float, then: Callable[[Any, Any], None]) -> None:  # noqa: ANN401 - as above
        if time.monotonic() >= until:
            return self._part(conn)
        conn.timeout = until
        self.pending_conns.append(conn)
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(then, conn))
        return None

    def _part(self, conn: Any) -> None:  # noqa: ANN401 - as above
        self.nr_conns -= 1
        conn.close()

    def handle_request(self, req: Any, conn: Any) -> bool:  # noqa: ANN401 - as above
        """Answer; where the rest of the request has not come, nobody waits for it to use the connection again."""
        if conn.is_cut:
            req.force_close()
        return bool(super().handle_request(req, conn))

    def finish_request(self, conn: Any, fs: Future[Any]) -> None:  # noqa: ANN401 - as above
        """Keep the connection, or see its last bytes off here; gunicorn would stop the poller for that."""
        if fs.cancelled() or fs.exception() is not None or fs.result():
            super().finish_request(conn, fs)
        else:
            self._see_off(conn)

    def _see_off(self, conn: Any) -> None:  # noqa: ANN401 - as above
        """Read on until the other side has seen the answer and hangs up: a reset would take the answer away."""
        try:
            conn.sock.shutdown(socket.SHUT_WR)
        except OSError:
            return self._part(conn)
        return self._drain(conn, time.monotonic() + _LINGER)

    def _drain(self, conn: Any, until: float) -> None:  # noqa: ANN401 - as above
        try:
            gone = not conn.sock.recv(_RECEIVE, socket.MSG_DONTWAIT)
        except BlockingIOError:
            gone = False
        except OSError:
            gone = True
        if gone:
            return self._part(conn)
        return self._wait(conn, until, self._on_more)

    def _on_more(self, conn: Any, client: Any) -> None:  # noqa: ANN401 - as above
        self.poller.unregister(client)
        self.pending_conns.remove(conn)
        self._drain(conn, conn.timeout)

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


class _Broken(io.RawIOBase):
    """A body that makes no sense: Flask takes it for a line that broke, and refuses the request."""

    def readinto(self, _: object) -> int:
        raise ValueError("chunks")


def measured(application: WSGIApplication) -> WSGIApplication:
    """Give the application a body whose length is known; it would cut one in chunks where its limit ends."""

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ.pop("HTTP_TRANSFER_ENCODING", None) is not None:
            _measure(environ)
        return application(environ, start_response)

    return answer


def _measure(environ: WSGIEnvironment) -> None:
    try:
        body = environ["wsgi.input"].read(MOST_HELD + 1)
    except (ParseException, OSError):
        environ["wsgi.input"] = _Broken()
        return
    whole = len(body) <= MOST_HELD
    environ["wsgi.input"] = io.BytesIO(body)
    environ["CONTENT_LENGTH"] = str(len(body) if whole else sys.maxsize)


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

    def load(self) -> WSGIApplication:
        """Build the application, in the worker."""
        return measured(self._build())


def serve(build: Callable[[], Flask], *, bind: str, workers: int, threads: int, refusal_headers: Headers = ()) -> None:
    """Serve until told to stop; requests under way get eight seconds, so that ten are enough for all.

    `refusal_headers` go with what is no HTTP.
    """
    gc.collect()
    gc.freeze()  # a collection writes into every object it looks at, and so unshares the pages of a fork
    Server(
        build,
        bind=bind,
        workers=workers,
        threads=threads,
        worker_class=type("Worker", (Worker,), {"headers": tuple(refusal_headers)}),
        graceful_timeout=_GRACE,
        timeout=60,
        keepalive=5,
        loglevel="warning",
        forwarded_allow_ips="",
    ).run()
