"""The smallest useful survey: a page from a compiled template; what comes back is one INSERT and one upsert."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Final

from flask import Flask, redirect, request
from sqlalchemy import Column, Connection, Date, Integer, LargeBinary, MetaData, String, Table, insert
from werkzeug.wrappers import Response

from tests.benchmarks.floor_rows import INSERTS

METADATA: Final = MetaData()
QUESTIONS: Final = tuple(f"q{number}" for number in range(1, 10))
_ANSWERS = Table(
    "floor_answers",
    METADATA,
    Column("id", LargeBinary(16), primary_key=True),
    Column("given_on", Date, nullable=False),
    *(Column(question, Integer, nullable=False) for question in QUESTIONS),
    Column("text", String(1000), nullable=False),
)
_SUMS = Table(
    "floor_sums",
    METADATA,
    Column("given_on", Date, primary_key=True),
    Column("n", Integer, nullable=False),
    *(Column(question, Integer, nullable=False) for question in QUESTIONS),
)
_KEEP = insert(_ANSWERS)
_PAGE: Final = """<!doctype html>
<html lang="id"><head><meta charset="utf-8"><title>Survei</title></head><body><h1>Survei</h1>
<form method="post" action="/formulir"><input type="hidden" name="kunci" value="{{ key }}">
{% for question in questions %}<fieldset><legend>Pertanyaan {{ loop.index }}</legend>
{% for value in (1, 2, 3, 4) -%}
<label><input type="radio" name="{{ question }}" value="{{ value }}" required> {{ value }}</label>
{% endfor %}</fieldset>
{% endfor %}<textarea name="teks" maxlength="1000"></textarea><button>Kirim</button></form></body></html>
"""


def install(app: Flask, begin: Callable[[], AbstractContextManager[Connection]], dialect: str) -> None:
    """Add the page and what it sends to `app`."""
    template = app.jinja_env.from_string(_PAGE)
    statement = INSERTS[dialect](_SUMS)
    add = statement.on_conflict_do_update(
        index_elements=["given_on"],
        set_={name: _SUMS.c[name] + statement.excluded[name] for name in ("n", *QUESTIONS)},
    )

    @app.get("/formulir")
    def form() -> str:
        return template.render(key=secrets.token_hex(16), questions=QUESTIONS)

    @app.post("/formulir")
    def keep() -> Response:
        key, today = bytes.fromhex(request.form["kunci"]), datetime.now(UTC).date()
        answers = {question: int(request.form[question]) for question in QUESTIONS}
        with begin() as connection:
            connection.execute(_KEEP, {"id": key, "given_on": today, "text": request.form["teks"], **answers})
            connection.execute(add, {"given_on": today, "n": 1, **answers})
        return redirect(f"/terima-kasih/{key.hex()}", 303)
