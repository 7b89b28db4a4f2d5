"""Probes for the operator: alive, and ready for traffic."""

from __future__ import annotations

from flask import Blueprint

from portal.services import health
from portal.web.context import run

TEXT = {"Content-Type": "text/plain; charset=utf-8"}


def blueprint(*, release_minutes: int) -> Blueprint:
    pages = Blueprint("operations", __name__)
    pages.add_url_rule("/healthz", view_func=healthz)

    def readyz() -> tuple[str, int, dict[str, str]]:
        run(health.check_ready, release_minutes=release_minutes)
        return "ready\n", 200, TEXT

    pages.add_url_rule("/readyz", view_func=readyz)
    return pages


def healthz() -> tuple[str, int, dict[str, str]]:
    return "ok\n", 200, TEXT
