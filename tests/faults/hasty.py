"""The product, spoiled: it answers first and commits a little later. Whoever tests for loss must find it here."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Final

from flask import Flask
from sqlalchemy.orm import Session

from portal import app as composition
from portal import server
from portal.services import Begin

PROGRAM: Final = ("tests.faults.hasty",)
LATE: Final = 0.05


def hasty(begin: Begin) -> Begin:
    """Let the caller go on while the transaction is still open."""

    @contextmanager
    def begin_hastily(*, repeatable: bool = False) -> Iterator[Session]:
        with ExitStack() as stack:
            yield stack.enter_context(begin(repeatable=repeatable))
            threading.Timer(LATE, stack.pop_all().close).start()

    return begin_hastily


def main() -> None:
    """Serve like the product, but for `begin`."""
    settings = composition.read_settings()

    def build() -> Flask:
        portal = composition.build_portal(settings)
        return composition.build_web(settings, replace(portal, begin=hasty(portal.begin)))

    composition.migrate(settings.database_url)
    at = {"workers": settings.workers, "threads": settings.threads}
    server.serve(build, bind=settings.bind, refusal_headers=(), **at)


if __name__ == "__main__":
    main()
