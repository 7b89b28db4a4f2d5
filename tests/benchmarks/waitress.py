"""The product served by waitress instead: one process, threads, as many as `serve` has."""

from __future__ import annotations

import logging
from typing import Final

import waitress  # type: ignore[import-untyped]  # waitress ships no types

from portal import app as composition
from portal.web import logs

PROGRAM: Final = ("tests.benchmarks.waitress",)


def main() -> None:
    """Serve with the same settings as the product."""
    settings = composition.read_settings()
    composition.migrate(settings.database_url)
    logs.to_standard_error()
    logging.getLogger("waitress").setLevel(logging.ERROR)
    app = composition.build_web(settings, composition.build_portal(settings))
    waitress.serve(app, listen=settings.bind, threads=settings.threads, ident=None)


if __name__ == "__main__":
    main()
