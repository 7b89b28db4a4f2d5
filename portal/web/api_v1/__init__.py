"""The appraisal feed: access tokens, periods, scores and snapshots for the systems that pull them, described."""

from __future__ import annotations

from typing import Final

from flask import Flask
from flask_smorest import Blueprint
from werkzeug.wrappers import Response

from portal.web import guards
from portal.web.api_v1 import bearer, keys, oauth, periods, scores, snapshots
from portal.web.api_v1.description import Description
from portal.web.api_v1.quota import Quota

REQUESTS_PER_MINUTE: Final = 600


def install(app: Flask, *, requests_per_minute: int = REQUESTS_PER_MINUTE) -> None:
    """Add the audience `api_v1` to `app`, whose limiter must be there already."""
    described = Description(app)
    feed = Blueprint("api_v1", __name__, url_prefix="/api/v1")
    periods.add_routes(feed)
    scores.add_routes(feed)
    snapshots.add_routes(feed)
    well_known = oauth.blueprint()
    keys.add_routes(well_known)
    quota = Quota(app, requests_per_minute)
    feed.after_request(bearer.label)
    feed.after_request(quota.tell)

    def known_and_within_quota() -> Response | None:
        bearer.identify()
        return quota.count()

    described.register(feed, known_and_within_quota)
    described.register(well_known, oauth.nothing_ambient)
    guards.register(app, described.blueprint(), guards.anyone)
