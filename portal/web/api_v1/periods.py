"""`/periods`: the base periods that have scores."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from portal.services.publish import periods
from portal.services.publish.periods import PeriodRow
from portal.web.api_v1.description import PATH_PARAMETERS, documented
from portal.web.api_v1.examples import PERIOD, PERIODS
from portal.web.api_v1.schemas import PeriodListSchema, PeriodSchema
from portal.web.context import run


def add_routes(feed: Blueprint) -> None:
    listed = feed.response(200, PeriodListSchema, example=PERIODS)(list_periods)
    feed.add_url_rule("/periods", "list_periods", documented(feed, listed, "listPeriods", "periods", (401, 403, 429)))
    one = feed.response(200, PeriodSchema, example=PERIOD)(get_period)
    one = documented(feed, one, "getPeriod", "periods", (401, 403, 404, 429))
    feed.add_url_rule("/periods/<period>", "get_period", one, parameters=[PATH_PARAMETERS["period"]])


def list_periods() -> dict[str, Any]:
    """List the base periods from the first released month to today, oldest first."""
    return {"items": run(periods.list_periods), "links": {"self": "periods"}}


def get_period(period: str) -> PeriodRow:
    """Return one base period."""
    return run(periods.get_period, period)
