"""The rows of a rating by the shortest way: eight statements built at import, no rule, no check, no page."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Any, Final, cast

from flask import Flask, redirect, request
from sqlalchemy import Connection, Table, bindparam, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from werkzeug.wrappers import Response

from portal.storage.tables import Attribution, Ballot, Base, Counter, Key, Pending, Sighting, TallyRow, Unit
from portal.storage.tables import Response as Rating

INSERTS: Final[dict[str, Callable[[Table], Any]]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
MEASURE: Final = "quick@1:LAYANAN"
_COUNTS: Final = ("n1", "n2", "n3", "n4", "n", "total", "squares")


def _insert(row: type[Base]) -> Any:  # noqa: ANN401 - a statement
    return insert(cast("Table", row.__table__))


COUNTER: Final = (
    select(Counter.id, Counter.unit_id, Counter.channel, Unit.path)
    .join(Unit, Unit.id == Counter.unit_id)
    .where(Counter.public_code == bindparam("code"))
)
KEY, RATING, BALLOT, ATTRIBUTION, SIGHTING, PENDING = map(
    _insert, (Key, Rating, Ballot, Attribution, Sighting, Pending)
)


def _upsert(dialect: str) -> Any:  # noqa: ANN401 - a statement
    table = cast("Table", TallyRow.__table__)
    statement = INSERTS[dialect](table)
    return statement.on_conflict_do_update(
        index_elements=[column.name for column in table.primary_key],
        set_={name: table.c[name] + statement.excluded[name] for name in _COUNTS},
    )


TALLY: Final = {dialect: _upsert(dialect) for dialect in INSERTS}


def install(app: Flask, begin: Callable[[], AbstractContextManager[Connection]], dialect: str) -> None:
    """Add `POST /baris/<code>` to `app`."""
    tally = TALLY[dialect]

    @app.post("/baris/<code>")
    def rows(code: str) -> Response:
        key, value = bytes.fromhex(request.form["kunci"]), int(request.form["nilai"])
        with begin() as connection:
            _write(connection, tally, code, key, value)
        return redirect(f"/terima-kasih/{key.hex()}", 303)


def _write(connection: Connection, tally: Any, code: str, key: bytes, value: int) -> None:  # noqa: ANN401 - a statement
    now = datetime.now(UTC)
    today, response_id = now.date(), secrets.token_bytes(16)
    counter = connection.execute(COUNTER, {"code": code}).one()
    connection.execute(
        KEY,
        {
            "idempotency_key": key,
            "body_hash": secrets.token_bytes(32),
            "receipt_hash": secrets.token_bytes(32),
            "response_id": response_id,
            "expires_on": today + timedelta(days=30),
        },
    )
    place = {"counter_id": counter.id, "unit_id": counter.unit_id, "channel": counter.channel, "evidence": "open"}
    days = {"given_on": today, "day_part": "pagi", "received_on": today, "counts_on": today}
    connection.execute(RATING, {"id": response_id, "language": "id", **place, **days})
    connection.execute(
        BALLOT, {"response_id": response_id, "instrument": "quick@1", "revision": 1, "answers": {"LAYANAN": value}}
    )
    connection.execute(
        ATTRIBUTION,
        {
            "response_id": response_id,
            "revision": 1,
            "service_id": None,
            "service_basis": "none",
            "officer_id": None,
            "officer_basis": "none",
            "reason": None,
        },
    )
    connection.execute(
        SIGHTING, {"response_id": response_id, "seen_at": now, "device_mark": secrets.token_bytes(32), "form_age": 1}
    )
    counts = {f"n{face}": int(value == face) for face in range(1, 5)}
    who = {"service": "-", "officer": "-", "measure": MEASURE, "state": "counted"}
    when = {"counts_on": today, "late": False, "day_part": "pagi"}
    connection.execute(tally, {**when, **place, **who, **counts, "n": 1, "total": value, "squares": value**2})
    subjects = [("counter", counter.id), ("service", f"{counter.unit_id}:-")]
    subjects += [("unit", unit_id) for unit_id in counter.path.split(".")]
    cell = {"response_id": response_id, "month": today.replace(day=1), "measure": MEASURE}
    connection.execute(
        PENDING,
        [{**cell, "cut": cut, "subject": str(subject), "released": 0, "current": value} for cut, subject in subjects],
    )
