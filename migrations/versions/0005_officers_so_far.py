"""What ratings given so far say of officers: two elements of the survey, and the parts of what was released."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, Final

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

JSON: Final = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql")
SURVEY: Final = "skm-14-2017@1"
OF_OFFICERS: Final = ("KOMPETENSI", "PERILAKU")
TO_OFFICERS: Final = "SKM_OFFICER"
COUNTS: Final = "n1 n2 n3 n4 n total squares".split()
TALLIES: Final = sa.table(
    "tallies",
    sa.column("counts_on", sa.Date()),
    *(sa.column(name) for name in "late day_part unit_id counter_id service officer channel".split()),
    *(sa.column(name) for name in "evidence measure state".split()),
    *(sa.column(name) for name in COUNTS),
)
CELLS: Final = sa.table(
    "release_cells",
    sa.column("month", sa.Date()),
    sa.column("parts", JSON),
    *(sa.column(name) for name in ("cut", "subject", "measure", *COUNTS)),
)
PENDING: Final = sa.table(
    "pending", *(sa.column(name) for name in "response_id cut subject month measure released current".split())
)


def upgrade() -> None:
    """Apply."""
    _count_for_officers()
    _part_officers()


def downgrade() -> None:
    """Take back."""
    _forget_officers()


def _count_for_officers() -> None:
    """Count the two elements about people for the officers who served, from the ballots that were given so far."""
    sums: dict[tuple[Any, ...], list[int]] = {}
    waiting: list[dict[str, Any]] = []
    for row in _ballots():
        given = {element: row.answers[element] for element in OF_OFFICERS if element in row.answers}
        state = row.state or "counted"
        if len(given) == len(OF_OFFICERS):
            total = sum(given.values())
            sums_of = sums.setdefault(_tally_key(row, state), [0, 0, 0])
            sums_of[:] = [sums_of[0] + 1, sums_of[1] + total, sums_of[2] + total * total]
            given[TO_OFFICERS] = total
        if row.officer_id is not None and state == "counted":
            waiting += [_pending(row, element, value) for element, value in given.items()]
    connection, names = op.get_bind(), [column.name for column in TALLIES.columns]
    rows = [dict(zip(names, (*key, 0, 0, 0, 0, *counts), strict=True)) for key, counts in sorted(sums.items())]
    for table, values in ((TALLIES, rows), (PENDING, waiting)):
        for start in range(0, len(values), 500):
            connection.execute(sa.insert(table), values[start : start + 500])


def _part_officers() -> None:
    """Say by service and day what officers' cells hold, where a cell has published every answer of its month.

    Of the others nobody knows which answers were published; they say it once they are released again.
    """
    connection = op.get_bind()
    of_officers = CELLS.c.cut == "officer"
    months = connection.execute(sa.select(CELLS.c.month).where(of_officers).distinct().order_by(CELLS.c.month))
    for month in months.scalars().all():
        parts = _parts_of(month)
        for cell in connection.execute(sa.select(CELLS).where(of_officers, CELLS.c.month == month)).all():
            known = parts.get((cell.subject, cell.measure), {})
            sums = [
                sum(column) for column in zip(*(it for days in known.values() for it in days.values()), strict=True)
            ]
            if sums == [getattr(cell, name) for name in COUNTS]:
                named = (CELLS.c[name] == getattr(cell, name) for name in ("cut", "subject", "month", "measure"))
                connection.execute(sa.update(CELLS).where(*named).values(parts=known))


def _parts_of(month: date) -> dict[tuple[str, str], dict[str, dict[str, list[int]]]]:
    """Return what counts in a month by officer and measure, each by service and day."""
    after = date(month.year + month.month // 12, month.month % 12 + 1, 1)
    of_month = (TALLIES.c.counts_on >= month, TALLIES.c.counts_on < after)
    counted = sa.select(TALLIES).where(TALLIES.c.officer != "-", TALLIES.c.state == "counted", *of_month)
    parts: dict[tuple[str, str], dict[str, dict[str, list[int]]]] = {}
    for row in op.get_bind().execute(counted):
        service = row.service if row.service not in {"-", "lainnya"} else f"{row.unit_id}:{row.service}"
        days = parts.setdefault((row.officer, row.measure), {}).setdefault(service, {})
        before = days.get(row.counts_on.isoformat(), [0] * len(COUNTS))
        days[row.counts_on.isoformat()] = [a + getattr(row, name) for a, name in zip(before, COUNTS, strict=True)]
    return parts


def _ballots() -> Iterator[Any]:
    """Walk over the nine-element ballots as they stand, with what decides where each counts."""
    latest = {
        table: f"(SELECT max(x.revision) FROM {table} x WHERE x.response_id = {table}.response_id"  # noqa: S608 - our own table names
        for table in ("ballots", "attributions", "verdicts")
    }
    query = f"""
        SELECT r.id, r.given_on, r.counts_on, r.day_part, r.unit_id, r.counter_id, r.channel, r.evidence,
               ballots.answers, attributions.service_id, attributions.service_basis, attributions.officer_id,
               verdicts.state
        FROM ballots
        JOIN responses r ON r.id = ballots.response_id
        JOIN attributions ON attributions.response_id = r.id AND attributions.revision = {latest["attributions"]})
        LEFT JOIN verdicts ON verdicts.response_id = r.id AND verdicts.revision = {latest["verdicts"]})
        WHERE ballots.instrument = '{SURVEY}'
          AND ballots.revision = {latest["ballots"]} AND x.instrument = ballots.instrument)
        ORDER BY r.id
    """  # noqa: S608 - our own table names
    typed = sa.text(query).columns(given_on=sa.Date(), counts_on=sa.Date(), answers=JSON)
    return iter(op.get_bind().execute(typed).all())


def _tally_key(row: Any, state: str) -> tuple[Any, ...]:  # noqa: ANN401 - a row of `_ballots`
    service = "lainnya" if row.service_basis == "other" else str(row.service_id or "-")
    officer, late = str(row.officer_id or "-"), row.counts_on != row.given_on
    place = (row.counts_on, late, row.day_part, row.unit_id, row.counter_id)
    return (*place, service, officer, row.channel, row.evidence, f"{SURVEY}:{TO_OFFICERS}", state)


def _pending(row: Any, element: str, value: int) -> dict[str, Any]:  # noqa: ANN401 - a row of `_ballots`
    month, measure = date(row.counts_on.year, row.counts_on.month, 1), f"{SURVEY}:{element}"
    cell = {"cut": "officer", "subject": str(row.officer_id), "month": month, "measure": measure}
    return {"response_id": row.id, **cell, "released": 0, "current": value}


def _forget_officers() -> None:
    """Take the counts for officers out again; the ballots stay."""
    connection, ours = op.get_bind(), {"survey": f"{SURVEY}:%", "whole": f"{SURVEY}:{TO_OFFICERS}"}
    for table in ("pending", "release_cells"):
        statement = f"DELETE FROM {table} WHERE cut = 'officer' AND measure LIKE :survey"  # noqa: S608 - our own table names
        connection.execute(sa.text(statement).bindparams(survey=ours["survey"]))
    connection.execute(sa.text("DELETE FROM tallies WHERE measure = :whole").bindparams(whole=ours["whole"]))
