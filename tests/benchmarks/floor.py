"""What the product is measured against: Flask and SQLAlchemy with nothing else in the way, on the same server.

`/baris/<code>` writes the rows of a rating by as many statements as the product, `/polos` answers bytes that it was
given, and `/formulir` is the smallest useful survey: nine questions and a text, one INSERT and one upsert.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any, Final

from flask import Flask, Response
from sqlalchemy import Connection, Engine
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from portal import app as composition
from portal import server
from portal.storage.database import FairLock, make_engine
from tests.benchmarks import floor_form, floor_rows

PROGRAM: Final = ("tests.benchmarks.floor",)
PLAIN_FILE: Final = "BENCH_PLAIN_FILE"


def writer(engine: Engine) -> Callable[[], AbstractContextManager[Connection]]:
    """Return a write transaction with the product's settings: on SQLite IMMEDIATE, and one after the other."""
    on_sqlite = engine.dialect.name == "sqlite"
    options: dict[str, Any] = {"portal_write": True} if on_sqlite else {}
    turn: AbstractContextManager[None] = FairLock() if on_sqlite else nullcontext()

    @contextmanager
    def begin() -> Iterator[Connection]:
        with turn, engine.connect().execution_options(**options) as connection:
            yield connection
            connection.commit()

    return begin


def build(engine: Engine, plain: bytes) -> Flask:
    """Build the floor."""
    app = Flask(__name__)
    begin = writer(engine)

    @app.get("/healthz")
    def healthz() -> str:
        return "ok\n"

    @app.get("/polos")
    def polos() -> Response:
        return Response(plain, mimetype="text/html", headers={"Content-Encoding": "gzip"})

    floor_rows.install(app, begin, engine.dialect.name)
    survey = floor_form.build(begin, engine.dialect.name)  # apart: its session must not slow the bare routes down
    app.wsgi_app = DispatcherMiddleware(app.wsgi_app, {"/formulir": survey})  # type: ignore[method-assign]  # Flask's own way to wrap an application
    return app


def main() -> None:
    """Serve as the product does."""
    settings = composition.read_settings()
    composition.migrate(settings.database_url)
    engine = make_engine(settings.database_url, connections=1)
    floor_form.METADATA.create_all(engine)
    engine.dispose()
    plain = Path(os.environ[PLAIN_FILE]).read_bytes()

    def serve() -> Flask:
        return build(make_engine(settings.database_url, connections=settings.threads + 2), plain)

    at = {"workers": settings.workers, "threads": settings.threads}
    server.serve(serve, bind=settings.bind, refusal_headers=(), **at)


if __name__ == "__main__":
    main()
