"""The rating page, rendered and compressed once for a few seconds; only the key and the token are new each time.

A counter page is read far more often than its counter changes, and on the day of a long queue by hundreds of phones.
Whatever is stale for these seconds is looked at again when the rating comes in.
"""

from __future__ import annotations

import threading
import zlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

FRESH_FOR: Final = timedelta(seconds=5)
MOST_PAGES: Final = 500
KEY_MARK: Final = "@key@"
SIGNATURE_MARK: Final = "@signature@"
_LEVEL: Final = 9
_GZIP: Final = 31


class Prepared:
    """A document with two gaps near its end; everything before them is compressed already."""

    def __init__(self, document: str) -> None:
        """Cut the document at its marks, the key first."""
        head, rest = document.split(KEY_MARK)
        between, tail = rest.split(SIGNATURE_MARK)
        self._head, self._between, self._tail = head.encode(), between, tail
        self._compressor = zlib.compressobj(_LEVEL, zlib.DEFLATED, _GZIP)
        self._compressed_head = self._compressor.compress(self._head) + self._compressor.flush(zlib.Z_SYNC_FLUSH)

    def fill(self, key: str, token: str, *, compressed: bool) -> bytes:
        """Return the document with its gaps filled, as gzip if the caller takes it."""
        end = f"{key}{self._between}{token}{self._tail}".encode()
        if not compressed:
            return self._head + end
        compressor = self._compressor.copy()
        return self._compressed_head + compressor.compress(end) + compressor.flush()


@dataclass(frozen=True, slots=True)
class _Entry:
    prepared: Prepared
    until: datetime


class PreparedPages:
    """Prepared pages by code and language, for one application."""

    def __init__(self) -> None:
        """Start empty."""
        self._entries: dict[tuple[str, str], _Entry] = {}
        self._lock = threading.Lock()

    def find(self, code: str, language: str, now: datetime) -> Prepared | None:
        """Return the page if it is still fresh."""
        entry = self._entries.get((code, language))
        return entry.prepared if entry and now < entry.until else None

    def put(self, code: str, language: str, now: datetime, prepared: Prepared) -> None:
        """Keep a page for a while."""
        with self._lock:
            if len(self._entries) >= MOST_PAGES:
                self._entries.clear()
            self._entries[code, language] = _Entry(prepared, now + FRESH_FOR)
