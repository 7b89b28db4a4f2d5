"""The smallest useful survey: a page with session and CSRF token; what comes back is one INSERT and one upsert."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Final

from flask import Flask, abort, redirect
from flask_wtf import FlaskForm
from sqlalchemy import Column, Connection, Date, Integer, LargeBinary, MetaData, String, Table, insert
from werkzeug.wrappers import Response
from wtforms import IntegerField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange

from tests.benchmarks.floor_rows import INSERTS
from tests.serving import SECRET

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
<form method="post" action="/formulir/"><input type="hidden" name="token" value="{{ form.token.current_token }}">
{% for question in questions %}<fieldset><legend>Pertanyaan {{ loop.index }}</legend>
{% for value in (1, 2, 3, 4) -%}
<label><input type="radio" name="{{ question }}" value="{{ value }}" required> {{ value }}</label>
{% endfor %}</fieldset>
{% endfor %}<textarea name="teks" maxlength="1000"></textarea><button>Kirim</button></form></body></html>
"""


class SurveyForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """Nine answers and a text, with the token of Flask-WTF."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]  # Flask-WTF ships no types
        csrf_field_name = "token"


for _question in QUESTIONS:
    setattr(SurveyForm, _question, IntegerField(validators=[InputRequired(), NumberRange(1, 4)]))
SurveyForm.teks = TextAreaField(validators=[Length(max=1000)])


def build(begin: Callable[[], AbstractContextManager[Connection]], dialect: str) -> Flask:
    """Build the survey, to be mounted at `/formulir`."""
    app = Flask(__name__)
    app.secret_key = SECRET
    template = app.jinja_env.from_string(_PAGE)
    statement = INSERTS[dialect](_SUMS)
    add = statement.on_conflict_do_update(
        index_elements=["given_on"],
        set_={name: _SUMS.c[name] + statement.excluded[name] for name in ("n", *QUESTIONS)},
    )

    @app.get("/")
    def form() -> str:
        return template.render(form=SurveyForm(), questions=QUESTIONS)

    @app.post("/")
    def keep() -> Response:
        sent = SurveyForm()
        if not sent.validate():
            abort(400)
        key, today = secrets.token_bytes(16), datetime.now(UTC).date()
        answers = {question: sent[question].data for question in QUESTIONS}
        with begin() as connection:
            connection.execute(_KEEP, {"id": key, "given_on": today, "text": sent["teks"].data, **answers})
            connection.execute(add, {"given_on": today, "n": 1, **answers})
        return redirect(f"/terima-kasih/{key.hex()}", 303)

    return app
