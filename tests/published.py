"""Released figures put in their place directly, for tests of what reads them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Any, Final

from sqlalchemy import event

from portal.domain.access import SCOPES, Caller
from portal.domain.rating import CellKey
from portal.domain.tally import Tally
from portal.services import Portal
from portal.storage import ledger, policies

MARCH: Final = date(2026, 3, 1)
LAYANAN: Final = "quick@1:LAYANAN"
PETUGAS: Final = "petugas@1:PETUGAS"
ENOUGH: Final = 5
"""Officers behind a cell, so many that it is about none of them."""

Cells = Mapping[CellKey, tuple[Tally, int | None]]


def spread(*counts: int) -> Tally:
    """Count answers 1 to 4, worst first."""
    tally = Tally()
    for value, count in enumerate(counts, 1):
        for _ in range(count):
            tally += Tally.of_answer(value)
    return tally


def cell(cut: str, subject: int | str, tally: Tally, *, month: date = MARCH, officers: int | None = ENOUGH) -> Cells:
    """Return one cell of the one-tap measure, of an officer that of help."""
    key = CellKey(cut, str(subject), month, PETUGAS if cut == "officer" else LAYANAN)
    return {key: (tally, officers)}


def publish(portal: Portal, *cells: Cells) -> None:
    """Release the cells, which replace those of the same key."""
    merged = {key: value for each in cells for key, value in each.items()}
    with portal.begin() as session:
        ledger.put_cells(session, ledger.append_release(session, portal.now(), weekly=True), merged)


def turn_feed(portal: Portal, *, on: bool, from_on: date = policies.BEGINNING) -> None:
    """Let officers' scores leave, or not, from a day on."""
    with portal.begin() as session:
        choices = {**policies.get_choices(session, from_on), "appraisal_feed": on}
        policies.put_choices(session, from_on, choices)


def system(unit_path: str | None = None, *, scopes: tuple[str, ...] = SCOPES[:1], code: str = "slk_00000001") -> Caller:
    """Return a system that pulls; without a unit it sees the whole government."""
    return Caller(1, code, "Sistem Contoh", None, unit_path, frozenset(scopes))


@contextmanager
def statements(portal: Portal) -> Iterator[list[str]]:
    """Record every statement that reaches the database."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:  # noqa: ANN401 - SQLAlchemy's event
        if statement.lstrip().upper().startswith(("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")):
            seen.append(statement)

    engine = portal.begin.__self__.engine  # type: ignore[attr-defined]  # the engine behind the Portal of a test
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)
