"""The rating page, rendered and compressed once for a few seconds; only the key and the token are new each time.

A counter's page is read far more often than its counter changes, on the day of a long queue by hundreds of phones. So a
fresh page is answered before Flask is asked, with the headers that the first answer had. Whatever is stale for these
seconds is looked at again when the rating comes in.
"""

from __future__ import annotations

import secrets
import threading
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from werkzeug.datastructures import Accept
from werkzeug.http import parse_accept_header

from portal.services import Portal
from portal.web.citizen.forms import new_key
from portal.web.forms import sign
from portal.web.logs import ROUTE, log_answer

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

FRESH_FOR: Final = timedelta(seconds=5)
MOST_PAGES: Final = 100
KEY_MARK: Final = "@key@"
SIGNATURE_MARK: Final = "@signature@"
PREPARED: Final = "portal.prepared"
"""Where a view leaves, in the environment of its request, the page that may be answered again."""

_LEVEL: Final = 9
_GZIP_WINDOW: Final = 16 + 14
_MEMORY: Final = 7
"""With these a kept compressor takes 128 KB, so that a full house stays near 13 MB."""

_ROUTE: Final = "/q/<code>"
_OF_ONE_ANSWER: Final = {"content-length", "content-encoding"}

Headers = Sequence[tuple[str, str]]


class Prepared:
    """A document with two gaps near its end; everything before them is compressed already."""

    def __init__(self, document: str, bound_to: Sequence[str]) -> None:
        """Cut the document at its marks, the key first; its token is bound to `bound_to`."""
        # From the end, where the gaps are: a name further up may hold anything.
        rest, _, self._tail = document.rpartition(SIGNATURE_MARK)
        head, _, self._between = rest.rpartition(KEY_MARK)
        self._head, self._bound_to = head.encode(), bound_to
        self._compressor = zlib.compressobj(_LEVEL, zlib.DEFLATED, _GZIP_WINDOW, _MEMORY)
        self._compressed_head = self._compressor.compress(self._head) + self._compressor.flush(zlib.Z_SYNC_FLUSH)

    def fill(self, portal: Portal, *, compressed: bool) -> bytes:
        """Return the document with a key and a token of its own, as gzip if the caller takes it."""
        end = f"{new_key()}{self._between}{sign(portal, self._bound_to)}{self._tail}".encode()
        if not compressed:
            return self._head + end
        compressor = self._compressor.copy()
        return self._compressed_head + compressor.compress(end) + compressor.flush()


@dataclass(frozen=True, slots=True)
class _Entry:
    prepared: Prepared
    headers: Headers
    made_at: datetime

    def is_fresh(self, now: datetime) -> bool:
        """Tell whether the page was made some seconds ago at most; one made later than now, by no means."""
        return timedelta() <= now - self.made_at < FRESH_FOR


class PreparedPages:
    """WSGI around the application: fresh pages from here, everything else from there."""

    def __init__(self, application: WSGIApplication, portal: Portal) -> None:
        """Start with nothing prepared."""
        self._application, self._portal = application, portal
        self._entries: dict[tuple[str, str, str], _Entry] = {}
        self._lock = threading.Lock()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a fresh page, or have it answered and keep what the view left."""
        if environ["REQUEST_METHOD"] != "GET" or not environ["PATH_INFO"].startswith("/q/"):
            return self._application(environ, start_response)
        address = environ.get("SCRIPT_NAME", ""), environ["PATH_INFO"], environ.get("QUERY_STRING", "")
        entry = self._entries.get(address)
        if entry is None or not entry.is_fresh(self._portal.now()):
            return self._ask(environ, start_response, address)
        compressed = takes_gzip(environ.get("HTTP_ACCEPT_ENCODING", ""))
        body = entry.prepared.fill(self._portal, compressed=compressed)
        encoding = [("Content-Encoding", "gzip")] if compressed else []
        start_response("200 OK", [*entry.headers, *encoding, ("Content-Length", str(len(body)))])
        environ[ROUTE] = _ROUTE
        log_answer(secrets.token_hex(8), "GET", _ROUTE, 200)
        return [body]

    def _ask(
        self, environ: WSGIEnvironment, start_response: StartResponse, address: tuple[str, str, str]
    ) -> Iterable[bytes]:
        seen: list[tuple[str, str]] = []

        def start(status: str, headers: list[tuple[str, str]], *error: Any) -> Callable[[bytes], object]:  # noqa: ANN401 - handed on
            seen[:] = headers
            return start_response(status, headers, *error)

        body = self._application(environ, start)
        if prepared := environ.get(PREPARED):
            kept = [(name, value) for name, value in seen if name.lower() not in _OF_ONE_ANSWER]
            self._keep(address, _Entry(prepared, kept, self._portal.now()))
        return body

    def _keep(self, address: tuple[str, str, str], entry: _Entry) -> None:
        with self._lock:
            if len(self._entries) >= MOST_PAGES:
                now = self._portal.now()
                self._entries = {kept: old for kept, old in self._entries.items() if old.is_fresh(now)}
            if len(self._entries) < MOST_PAGES:
                self._entries[address] = entry


@lru_cache(maxsize=64)
def takes_gzip(accept_encoding: str) -> bool:
    """Tell whether a caller that sends this header takes gzip."""
    return parse_accept_header(accept_encoding, Accept)["gzip"] > 0
