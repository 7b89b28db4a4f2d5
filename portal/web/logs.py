"""One JSON line for each request: route template and minute, never a code, an address or an answer."""

from __future__ import annotations

import json
import logging
import secrets
import sys
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final

from flask import Flask, Response, g, request

LOGGER: Final = "portal"
ROUTE: Final = "portal.route"
"""Where the route template of an answered request stands in its environment."""

_write: Final = json.JSONEncoder(ensure_ascii=False).encode


class JsonFormatter(logging.Formatter):
    """Write a record as one line; line breaks in what was logged cannot start another.

    Of what a library logs only its name and the place of the fault are kept: nobody promised what its words hold.
    """

    def format(self, record: logging.LogRecord) -> str:
        minute = _minute(int(record.created) // 60)
        event = record.getMessage() if record.name == LOGGER else record.name
        line: dict[str, Any] = {"at": minute, "level": record.levelname.lower(), "event": event}
        line |= getattr(record, "portal", {})
        if record.exc_info and record.exc_info[0]:
            line["error"] = record.exc_info[0].__name__
            line["where"] = _where(record)
        return _write(line)


@lru_cache(maxsize=2)
def _minute(number: int) -> str:
    return datetime.fromtimestamp(number * 60, UTC).strftime("%Y-%m-%dT%H:%MZ")


def _where(record: logging.LogRecord) -> list[str]:
    """Return file and line of each frame: enough to find the fault, without the values that caused it."""
    trace = record.exc_info[2] if record.exc_info else None
    frames = []
    while trace is not None:
        frames.append(f"{trace.tb_frame.f_code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}")
        trace = trace.tb_next
    return frames


def to_standard_error() -> None:
    """Send the portal's own log to standard error, and the warnings of libraries in the same form."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter())
    logger = logging.getLogger(LOGGER)
    logger.handlers = [handler]
    logger.setLevel(logging.INFO)
    logger.propagate = False
    logging.getLogger().handlers = [handler]
    served = logging.getLogger("gunicorn.error")  # its own lines name addresses and what was asked
    served.handlers, served.propagate = [handler], False


def install(app: Flask) -> None:
    """Log every request of `app`."""

    @app.before_request
    def name_request() -> None:
        g.request_id = secrets.token_hex(8)

    @app.after_request
    def log_request(response: Response) -> Response:
        route = request.environ[ROUTE] = request.url_rule.rule if request.url_rule else "-"
        log_answer(g.get("request_id"), request.method, route, response.status_code)
        return response


def log_answer(request_id: str | None, method: str, route: str, status: int) -> None:
    """Log one answer by its route template."""
    logger = logging.getLogger(LOGGER)
    if logger.isEnabledFor(logging.INFO):
        record = logging.LogRecord(LOGGER, logging.INFO, "", 0, "request", None, None)  # nobody asks for the line
        record.portal = {"request_id": request_id, "method": method, "route": route, "status": status}
        logger.handle(record)
