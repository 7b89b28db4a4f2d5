"""`make bench`: the bars of the speed table, as ratios measured in one run; ends with 1 when one is missed."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from portal import app as composition
from portal.settings import Settings
from tests import government
from tests.benchmarks import candidates, closing, floor, load, visits
from tests.benchmarks.table import FAIL, Bar, Row, Tail, absolutes, ratios
from tests.benchmarks.visits import Pair
from tests.postgres import Cluster
from tests.serving import PORTAL, SECRET, Serving

BARS: Final = {"rating": Bar(0.60, 0.50), "page": Bar(0.70, 0.70), "cycle": Bar(0.65, 0.65)}
SLOWEST_MS: Final = 60.0
CLIENTS: Final = (1, 8, 16)
MOST: Final = 20_000
UNMETERED: Final = 10**9
SERVER: Final = {"sqlite": {"workers": 1, "threads": 16}, "postgresql": {"workers": 2, "threads": 8}}


@contextmanager
def databases(kind: str) -> Iterator[tuple[str, str]]:
    """Open two durable databases, the product's and the floor's."""
    if kind == "sqlite":
        with tempfile.TemporaryDirectory(prefix="loket-bench-") as folder:
            yield f"sqlite:///{folder}/product.sqlite3", f"sqlite:///{folder}/floor.sqlite3"
        return
    cluster = Cluster(Path(tempfile.mkdtemp(prefix="loket-bench-")), durable=True)
    try:
        cluster.start()
        yield cluster.create("product"), cluster.create("floor")
    finally:
        cluster.stop()


def fill(database_url: str) -> list[str]:
    """Bring a small registry into the database; return the codes of its counters."""
    composition.migrate(database_url)
    portal = composition.build_portal(Settings(secret_key=SECRET, database_url=database_url))
    try:
        codes = government.small(portal).codes
    finally:
        portal.close()
    return [codes[counter] for counter in ("1A", "1B", "2")]


@contextmanager
def servers(kind: str) -> Iterator[tuple[Serving, Serving, list[str]]]:
    """Run the product and the floor side by side, on the same kind of database and with the same server."""
    same = {**SERVER[kind], "release_minutes": 0, "valve_per_minute": UNMETERED}
    with databases(kind) as (ours_url, floor_url), tempfile.NamedTemporaryFile() as plain:
        codes = fill(ours_url)
        fill(floor_url)
        os.environ[floor.PLAIN_FILE] = plain.name
        with Serving(PORTAL, ours_url, **same) as ours:
            plain.write(visits.plain_bytes(ours.port, codes[0]))
            plain.flush()
            with Serving(floor.PROGRAM, floor_url, **same) as bare:
                yield ours, bare, codes


def measure(kind: str, works: list[str], clients: list[int], rounds: int, seconds: float) -> list[Row]:
    """Load both servers in turn, in every round each kind of work with each number of clients."""
    with servers(kind) as (ours, bare, codes):
        pairs: dict[str, Pair] = {
            "rating": visits.rating(codes),
            "page": visits.page(codes),
            "cycle": visits.cycle(codes),
        }
        rows = [Row(work, kind, count, BARS[work]) for work in works for count in clients]
        for number in range(rounds + 1):
            for row in rows:
                sides = [(row.ours, ours.port, pairs[row.work].ours), (row.floor, bare.port, pairs[row.work].floor)]
                for results, port, prepare in sides if number % 2 else reversed(sides):
                    time = seconds if number else seconds / 4
                    result = load.run(port, prepare(port), clients=row.clients, seconds=time, most=MOST)
                    if number:  # the round before the first only warms both up
                        results.append(result)
            print(".", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return rows


def contest(kinds: list[str], rounds: int, seconds: float) -> list[Row]:
    """Load the servers that `serve` could be."""
    rows: list[Row] = []
    for kind in kinds:
        with databases(kind) as (url, _):
            codes = fill(url)
            quiet = {"release_minutes": 0, "valve_per_minute": UNMETERED}
            rows += candidates.compare(kind, url, codes, quiet, rounds=rounds, seconds=seconds, clients=max(CLIENTS))
    return rows


def close(kinds: list[str]) -> list[closing.Closed]:
    """Close and sign on each kind of database."""
    rows = []
    for kind in kinds:
        with databases(kind) as (url, _):
            rows.append(closing.measure(kind, url))
    return rows


def main() -> int:
    """Measure, print, and tell whether every bar was met."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--database", choices=list(SERVER), action="append", help="only this one")
    parser.add_argument("--work", choices=list(BARS), action="append", help="only this one")
    parser.add_argument("--clients", type=int, choices=CLIENTS, action="append", help="only this many")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1.0, help="of load per server, round and row")
    parser.add_argument("--quick", action="store_true", help="three short rounds, to see that it runs")
    parser.add_argument("--servers", action="store_true", help="compare the servers that `serve` could be instead")
    parser.add_argument("--closing", action="store_true", help="close and sign 5,000 officers instead")
    asked = parser.parse_args()
    rounds, seconds = (3, 0.3) if asked.quick else (asked.rounds, asked.seconds)
    if asked.servers:
        print(candidates.table(contest(asked.database or list(SERVER), rounds, seconds)))
        return 0
    if asked.closing:
        closed = close(asked.database or list(SERVER))
        print(closing.table(closed))
        return int(FAIL in [row.verdict for row in closed])
    works, clients = asked.work or list(BARS), asked.clients or list(CLIENTS)
    rows = [row for kind in asked.database or SERVER for row in measure(kind, works, clients, rounds, seconds)]
    tails = [
        Tail(row, SLOWEST_MS)
        for row in rows
        if (row.work, row.database, row.clients) == ("rating", "sqlite", max(CLIENTS))
    ]
    print(ratios(rows, tails), absolutes(rows), sep="\n\n")
    verdicts = [row.verdict for row in rows] + [tail.verdict for tail in tails]
    return int(FAIL in verdicts)


if __name__ == "__main__":
    sys.exit(main())
