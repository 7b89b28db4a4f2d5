"""Closing and signing: 5,000 officers with twelve months of released cells, put in their place directly."""

from __future__ import annotations

import json
import random
import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import insert
from sqlalchemy.orm import Session

from portal import app as composition
from portal.domain.period import Period
from portal.services import Portal
from portal.services.publish import signing
from portal.services.publish.closing import propose_closing
from portal.settings import Settings
from portal.storage import ledger, periods, snapshots
from portal.storage.periods import ClosedRow
from portal.storage.tables import (
    Counter,
    Duty,
    Officer,
    ReleaseCell,
    ServedCount,
    Service,
    Unit,
)
from tests.benchmarks.table import FAIL, FAST
from tests.published import turn_feed
from tests.serving import SECRET

OFFICERS: Final = 5_000
PER_UNIT: Final = 25
SERVICES: Final = 4
RATINGS: Final = 10
"""About one officer in a month, on as many days, on one of the services."""
MOST_SECONDS: Final = 30.0
MOST_MEGABYTES: Final = 300.0
FIRST, LAST = Period.parse("2025-S2"), Period.parse("2026-S1")
NOW: Final = datetime(2026, 8, 3, 2, tzinfo=UTC)
_MEGABYTE: Final = 1024
_BATCH: Final = 2_000


@dataclass(frozen=True, slots=True)
class Closed:
    """What one closing took, in a process of its own."""

    database: str
    seconds: float
    processor_seconds: float
    megabytes: float
    snapshot_megabytes: float
    officers: int
    compared: int

    @property
    def verdict(self) -> str:
        return FAST if self.seconds <= MOST_SECONDS and self.megabytes <= MOST_MEGABYTES else FAIL


def fill(portal: Portal) -> None:
    """Put a government in its place, rated for a year; the first half is closed."""
    chance = random.Random(20260803)
    turn_feed(portal, on=True)
    with portal.begin() as session:
        ledger.append_release(session, datetime(2026, 7, 6, tzinfo=UTC), weekly=True)  # the first has the number 1
        _registry(session)
        periods.append_closed(
            session, ClosedRow(FIRST.period_code, FIRST.kind, FIRST.starts_on, FIRST.ends_on, NOW, shadow=True)
        )
        for table, rows in ((ReleaseCell, _cells(chance)), (ServedCount, _served(chance))):
            batch: list[dict[str, Any]] = []
            for row in rows:
                batch.append(row)
                if len(batch) == _BATCH:
                    session.execute(insert(table), batch)
                    batch.clear()
            if batch:
                session.execute(insert(table), batch)


def _registry(session: Session) -> None:
    units = OFFICERS // PER_UNIT
    ended = {"ends_on": None}
    session.execute(
        insert(Unit),
        [{"id": n, "unit_code": f"U{n:04d}", "name": f"Unit Contoh {n}", "path": str(n), **ended} for n in _to(units)],
    )
    session.execute(
        insert(Service),
        [
            {"id": n, "service_code": f"L{n:05d}", "unit_id": (n - 1) // SERVICES + 1, "name": f"Layanan {n}", **ended}
            for n in _to(units * SERVICES)
        ],
    )
    session.execute(
        insert(Officer),
        [
            {
                "id": n,
                "officer_code": f"P{n:05d}",
                "unit_id": (n - 1) // PER_UNIT + 1,
                "name": f"Petugas Contoh {n}",
                "nip": None,
                "civil_servant": True,
                **ended,
            }
            for n in _to(OFFICERS)
        ],
    )
    session.execute(
        insert(Counter),
        [
            {
                "id": n,
                "counter_code": f"C{n:04d}",
                "public_code": f"{n:07d}",
                "unit_id": n,
                "name": f"Loket {n}",
                "channel": "loket",
            }
            for n in _to(units)
        ],
    )
    session.execute(
        insert(Duty),
        [
            {
                "duty_code": f"J{n}",
                "officer_id": n,
                "counter_id": (n - 1) // PER_UNIT + 1,
                "weekday": n % 5,
                "starts": datetime(2026, 1, 1, 8, tzinfo=UTC).time(),
                "ends": datetime(2026, 1, 1, 16, tzinfo=UTC).time(),
            }
            for n in _to(OFFICERS)
        ],
    )


def _to(count: int) -> range:
    return range(1, count + 1)


def _cells(chance: random.Random) -> Iterator[dict[str, Any]]:
    """Yield the cells of officers with what they are made of, and those of units, services and counters."""
    for month in (*FIRST.months, *LAST.months):
        places: dict[tuple[str, str], list[int]] = {}
        for officer in _to(OFFICERS):
            unit = (officer - 1) // PER_UNIT + 1
            good = 0.55 + 0.4 * (officer * 7919 % 97) / 97
            parts: dict[str, dict[str, list[int]]] = {}
            values: list[int] = []
            for _ in range(RATINGS):
                service = str((unit - 1) * SERVICES + chance.randint(1, SERVICES))
                value = 4 if chance.random() < good else chance.randint(1, 3)
                day = (month + timedelta(days=chance.randrange(28))).isoformat()
                counts = parts.setdefault(service, {}).setdefault(day, [0] * 7)
                for place, more in enumerate((*(value == it for it in _to(4)), 1, value, value * value)):
                    counts[place] += more
                values.append(value)
                places.setdefault(("service", service), []).append(value)
            for cut in ("unit", "counter"):
                places.setdefault((cut, str(unit)), []).extend(values)
            yield _cell("officer", str(officer), month, "petugas@1:PETUGAS", values, parts)
        for (cut, subject), given in places.items():
            yield _cell(cut, subject, month, "quick@1:LAYANAN", given, None)


def _cell(
    cut: str, subject: str, month: date, measure: str, values: list[int], parts: Mapping[str, Any] | None
) -> dict[str, Any]:
    return {
        "cut": cut,
        "subject": subject,
        "month": month,
        "measure": measure,
        **{f"n{value}": values.count(value) for value in _to(4)},
        "n": len(values),
        "total": sum(values),
        "squares": sum(it * it for it in values),
        "carried": 0,
        "officers": PER_UNIT,
        "composition": None,
        "parts": parts,
        "release_id": 1,
    }


def _served(chance: random.Random) -> Iterator[dict[str, Any]]:
    for unit in _to(OFFICERS // PER_UNIT):
        for month in (*FIRST.months, *LAST.months):
            for day in range(20):
                on = month + timedelta(days=day)
                code = f"S{unit}-{on}"
                counted = {"unit_id": unit, "service_id": None, "on_date": on, "n": chance.randint(20, 200)}
                yield {"served_count_code": code, **counted}


def measure(kind: str, url: str) -> Closed:
    """Fill the database, and let another process close and sign."""
    composition.migrate(url)
    portal = _portal(url)
    fill(portal)
    portal.close()
    run = subprocess.run([sys.executable, "-m", "tests.benchmarks.closing", url], check=True, stdout=subprocess.PIPE)
    return Closed(kind, **json.loads(run.stdout))


def _portal(url: str) -> Portal:
    return composition.build_portal(Settings(secret_key=SECRET, database_url=url), now=lambda: NOW)


def table(rows: list[Closed]) -> str:
    """Return the rows as a table."""
    lines = [f"closing and signing {OFFICERS:,} officers, 12 months, {OFFICERS * RATINGS * 12:,} ratings"]
    heads = ("seconds", "bar", "of CPU", "peak MB", "bar", "JWS MB", "compared")
    lines.append(f"{'database':12}{''.join(f'{it:>9}' for it in heads)}  verdict")
    for row in rows:
        figures = (
            *(f"{row.seconds:.1f}", f"{MOST_SECONDS:.0f}", f"{row.processor_seconds:.1f}"),
            *(f"{row.megabytes:.0f}", f"{MOST_MEGABYTES:.0f}", f"{row.snapshot_megabytes:.1f}", f"{row.compared:,}"),
        )
        lines.append(f"{row.database:12}{''.join(f'{it:>9}' for it in figures)}  {row.verdict}")
    return "\n".join(lines)


def main() -> None:
    portal = _portal(sys.argv[1])
    signing.create_key(portal, actor="bench")
    began, worked = time.perf_counter(), time.process_time()
    propose_closing(portal, period_code=LAST.period_code, reason="", alone=True, actor="bench")
    seconds, processor = time.perf_counter() - began, time.process_time() - worked
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _MEGABYTE
    with portal.read() as session:
        (row,) = snapshots.list_versions(session, LAST.period_code)
        kept = [
            body for key, body in snapshots.list_kept(session, row.id).items() if key[::2] == ("officer", "petugas")
        ]
    compared = sum(body["comparison"]["use"] == "comparative" for body in kept)
    size = len(row.jws) / _MEGABYTE / _MEGABYTE
    found = {"seconds": seconds, "processor_seconds": processor, "megabytes": peak, "snapshot_megabytes": size}
    print(json.dumps({**found, "officers": len(kept), "compared": compared}))


if __name__ == "__main__":
    main()
