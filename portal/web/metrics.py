"""Requests counted by route template, method and status, and how long they took; never by unit, counter or code.

The processes of one server count into memory that they share. Each has a part of its own, so that none waits for
another, and what a process had counted when it was killed stays counted.
"""

from __future__ import annotations

import bisect
import fcntl
import mmap
import os
import threading
import time
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Final

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.registry import Collector

from portal.web.logs import ROUTE

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

MOST_ROUTES: Final = 512
NO_ROUTE: Final = "-"
METHODS: Final = ("GET", "HEAD", "POST", "OPTIONS", "other")
STATUSES: Final = (
    *("200 201 202 204 301 302 303 304 307 308".split()),
    *("400 401 403 404 405 409 410 412 413 414 415 422 428 429".split()),
    *("500 502 503 other".split()),
)
BOUNDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper bounds of the buckets of latency, in seconds; what took longer has one more."""

_COUNTERS: Final = len(METHODS) * len(STATUSES)
_BUCKETS: Final = len(BOUNDS) + 1
_PER_ROUTE: Final = _COUNTERS + _BUCKETS + 1
_PART: Final = MOST_ROUTES * _PER_ROUTE
_CELL: Final = 8
_METHOD: Final = {method: number for number, method in enumerate(METHODS)}
_STATUS: Final = {status: number for number, status in enumerate(STATUSES)}
_OTHER_METHOD, _OTHER_STATUS = len(METHODS) - 1, len(STATUSES) - 1


class Board:
    """Memory for the counts of so many processes, made before they part."""

    def __init__(self, processes: int = 1) -> None:
        """Reserve it; what is never written takes no room."""
        self._file = os.memfd_create("counts")  # open as long as the process lives: its locks say who counts where
        weakref.finalize(self, os.close, self._file)
        os.ftruncate(self._file, processes * _PART * _CELL)
        cells = memoryview(mmap.mmap(self._file, processes * _PART * _CELL)).cast("d")
        self._parts = [cells[start : start + _PART] for start in range(0, processes * _PART, _PART)]

    def claim(self) -> memoryview[float]:
        """Return a part that no other living process counts into; where all are taken the last is shared."""
        for number, part in enumerate(self._parts):
            try:
                fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, number, os.SEEK_SET)
            except OSError:
                continue
            return part
        return self._parts[-1]

    def sums(self, start: int, count: int) -> list[float]:
        """Add up the same cells of every part."""
        return [sum(cells) for cells in zip(*(part[start : start + count] for part in self._parts), strict=True)]


class Counts:
    """What one process counts, and reads from all of them."""

    def __init__(self, board: Board, routes: Iterable[str]) -> None:
        """Give each route template its place; every process has the same ones in the same order."""
        self._routes = [NO_ROUTE, *sorted(set(routes))][:MOST_ROUTES]
        self._start = {route: number * _PER_ROUTE for number, route in enumerate(self._routes)}
        self._board, self._cells, self._lock = board, board.claim(), threading.Lock()

    def note(self, route: str, method: str, status: str, seconds: float) -> None:
        """Count one answer."""
        start = self._start.get(route, 0)
        number = _METHOD.get(method, _OTHER_METHOD) * len(STATUSES) + _STATUS.get(status, _OTHER_STATUS)
        bucket = start + _COUNTERS + bisect.bisect_left(BOUNDS, seconds)
        cells = self._cells
        with self._lock:
            cells[start + number] += 1
            cells[bucket] += 1
            cells[start + _COUNTERS + _BUCKETS] += seconds

    def requests(self) -> Iterator[tuple[tuple[str, str, str], float]]:
        """Walk over (route, method, status) with the number of answers, where there were any."""
        for route, start in self._start.items():
            for number, count in enumerate(self._board.sums(start, _COUNTERS)):
                if count:
                    yield (route, METHODS[number // len(STATUSES)], STATUSES[number % len(STATUSES)]), count

    def latencies(self) -> Iterator[tuple[str, Sequence[float], float]]:
        """Walk over routes with the answers per bucket, and the seconds of all of them together."""
        for route, start in self._start.items():
            *buckets, seconds = self._board.sums(start + _COUNTERS, _BUCKETS + 1)
            if any(buckets):
                yield route, buckets, seconds


class Metered:
    """WSGI around the application: counts every answer by the route that it left in the environment."""

    def __init__(self, application: WSGIApplication, counts: Counts) -> None:
        """Count into `counts`."""
        self._application, self._counts = application, counts

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer and count."""
        seen = "500"

        def start(status: str, headers: list[tuple[str, str]], *error: Any) -> Callable[[bytes], object]:  # noqa: ANN401 - handed on
            nonlocal seen
            seen = status[:3]
            return start_response(status, headers, *error)

        began = time.perf_counter()
        try:
            return self._application(environ, start)
        finally:
            seconds = time.perf_counter() - began
            self._counts.note(environ.get(ROUTE, NO_ROUTE), environ["REQUEST_METHOD"], seen, seconds)


class _Scrape(Collector):
    def __init__(self, counts: Counts, gauges: Mapping[str, tuple[str, float | None]]) -> None:
        self._counts, self._gauges = counts, gauges

    def collect(self) -> Iterator[CounterMetricFamily | GaugeMetricFamily | HistogramMetricFamily]:
        requests = CounterMetricFamily(
            "portal_requests", "Answers by route template.", labels=["route", "method", "status"]
        )
        for labels, count in self._counts.requests():
            requests.add_metric(labels, count)
        yield requests
        latencies = HistogramMetricFamily(
            "portal_request_seconds", "Time to the answer, without the network.", labels=["route"]
        )
        names = [*map(str, BOUNDS), "+Inf"]
        for route, buckets, seconds in self._counts.latencies():
            latencies.add_metric([route], list(zip(names, accumulate(buckets), strict=True)), seconds)
        yield latencies
        for name, (text, value) in self._gauges.items():
            if value is not None:
                yield GaugeMetricFamily(f"portal_{name}", text, value)


def exposition(counts: Counts, gauges: Mapping[str, tuple[str, float | None]]) -> bytes:
    """Return everything in Prometheus' text form; `gauges` are help and value by name, None: left out."""
    registry = CollectorRegistry()
    registry.register(_Scrape(counts, gauges))
    return generate_latest(registry)
