"""The product, spoiled on purpose: whoever tests for loss, doubles or waiting must find them here."""

from __future__ import annotations

import io
import re
import secrets
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from flask import Flask
from sqlalchemy.orm import Session

from portal import app as composition
from portal import server
from portal.services import Begin
from portal.settings import Settings

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

HASTY: Final = ("tests.faults.spoiled", "hasty")
"""Answers first and commits a little later."""

FORGETFUL: Final = ("tests.faults.spoiled", "forgetful")
"""Takes every form for a new one: no key is ever spent, as if none were unique."""

TRUSTING: Final = ("tests.faults.spoiled", "trusting")
"""Gives a thread to every connection, whatever comes on it: gunicorn's threads as they are."""

_LATE: Final = 0.05
_KEY: Final = re.compile(rb"kunci=[0-9a-f]{32}")


def hasty(begin: Begin) -> Begin:
    """Let the caller go on while the transaction is still open."""

    @contextmanager
    def begin_hastily(*, repeatable: bool = False) -> Iterator[Session]:
        with ExitStack() as stack:
            yield stack.enter_context(begin(repeatable=repeatable))
            threading.Timer(_LATE, stack.pop_all().close).start()

    return begin_hastily


def forgetful(application: WSGIApplication) -> WSGIApplication:
    """Hand every form on with another key."""

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] == "POST":
            body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
            environ["wsgi.input"] = io.BytesIO(_KEY.sub(b"kunci=" + secrets.token_hex(16).encode(), body))
        return application(environ, start_response)

    return answer


def serve_hasty(settings: Settings) -> None:
    """Serve like the product, but for `begin`."""

    def build() -> Flask:
        portal = composition.build_portal(settings)
        return composition.build_web(settings, replace(portal, begin=hasty(portal.begin)))

    _serve(settings, build)


def serve_forgetful(settings: Settings) -> None:
    """Serve like the product, but for the keys."""

    def build() -> Flask:
        app = composition.build_web(settings, composition.build_portal(settings))
        around: Any = forgetful(app.wsgi_app)
        app.wsgi_app = around  # type: ignore[method-assign]  # Flask's own way to wrap an application
        return app

    _serve(settings, build)


def serve_trusting(settings: Settings) -> None:
    """Serve like the product, but for the worker."""
    options = {"bind": settings.bind, "threads": settings.threads, "worker_class": "gthread", "loglevel": "warning"}
    server.Server(lambda: composition.build_web(settings, composition.build_portal(settings)), **options).run()


def _serve(settings: Settings, build: Callable[[], Flask]) -> None:
    server.serve(build, bind=settings.bind, workers=settings.workers, threads=settings.threads)


SPOILED: Final = {"hasty": serve_hasty, "forgetful": serve_forgetful, "trusting": serve_trusting}


if __name__ == "__main__":
    SPOILED[sys.argv[1]](composition.read_settings())
