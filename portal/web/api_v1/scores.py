"""`/scores`: figures by subject and period."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask_smorest import Blueprint

from portal.services.publish import scores
from portal.web.api_v1.bearer import caller
from portal.web.api_v1.description import PATH_PARAMETERS, documented
from portal.web.api_v1.examples import OFFICER_SCORES, SCORES, UNIT_SCORES
from portal.web.api_v1.schemas import ScoreListSchema, ScorePageSchema, ScoreQuerySchema
from portal.web.context import run


def add_routes(feed: Blueprint) -> None:
    paged = feed.response(200, ScorePageSchema, example=SCORES)(list_scores)
    paged = feed.arguments(ScoreQuerySchema, location="query")(paged)
    paged = documented(feed, paged, "listScores", "scores", (400, 401, 403, 404, 422, 429))
    feed.add_url_rule("/scores", "list_scores", paged)
    for path, subject, view in (("units", "Unit", list_unit_scores), ("officers", "Officer", list_officer_scores)):
        example = UNIT_SCORES if subject == "Unit" else OFFICER_SCORES
        one = feed.response(200, ScoreListSchema, example=example)(view)
        one = documented(feed, one, f"list{subject}Scores", "scores", (401, 403, 404, 422, 429))
        endpoint = f"list_{subject.lower()}_scores"
        parameters = [PATH_PARAMETERS[name] for name in ("code", "period")]
        feed.add_url_rule(f"/{path}/<code>/scores/<period>", endpoint, one, parameters=parameters)


def list_scores(query: dict[str, Any]) -> tuple[dict[str, Any], int, dict[str, str]]:
    """List scores: one row per subject and measure, by code, then measure."""
    page = run(
        scores.list_scores,
        caller(),
        subject=query["subject"],
        period_code=query["period"],
        unit_code=query.get("unit"),
        status=query.get("status"),
        limit=query["limit"],
        cursor=query.get("cursor"),
    )
    following = _address({**query, "cursor": page.next_cursor}) if page.next_cursor else None
    links = {"self": _address(query), "next": following}
    return {"items": page.items, "links": links}, 200, {"Link": f'<{following}>; rel="next"'} if following else {}


def _address(query: dict[str, Any]) -> str:
    """Return an address relative to that of the page, so that it holds behind any gateway."""
    order = ("subject", "period", "unit", "status", "limit", "cursor")
    return f"scores?{urlencode({name: query[name] for name in order if name in query})}"


def list_unit_scores(code: str, period: str) -> dict[str, Any]:
    """List the scores of one unit in one period, by measure."""
    return _of("unit", code, period)


def list_officer_scores(code: str, period: str) -> dict[str, Any]:
    """List the scores of one officer in one period."""
    return _of("officer", code, period)


def _of(subject: str, code: str, period: str) -> dict[str, Any]:
    found = run(scores.get_scores, caller(), subject=subject, subject_code=code, period_code=period)
    return {"items": found, "links": {"self": period}}
