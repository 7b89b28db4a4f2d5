"""`/snapshots` and `/parameter-sheets`: closed periods as they were signed, whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final

from flask import Response
from flask_smorest import Blueprint

from portal.services.publish import finals
from portal.services.publish.finals import ParameterSheet, SnapshotRef
from portal.services.publish.snapshot_files import FORMS
from portal.web.api_v1.bearer import caller
from portal.web.api_v1.description import PATH_PARAMETERS, documented
from portal.web.api_v1.examples import FILES, SHEET, SNAPSHOT, SNAPSHOTS
from portal.web.api_v1.schemas import (
    ParameterSheetSchema,
    SnapshotListSchema,
    SnapshotSchema,
    VersionQuerySchema,
)
from portal.web.context import run
from portal.web.download import attachment

_MIMETYPES: Final[Mapping[str, str]] = {
    "jws": "application/jose",
    "json": "application/json",
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def add_routes(feed: Blueprint) -> None:
    listed = feed.response(200, SnapshotListSchema, example=SNAPSHOTS)(list_snapshots)
    listed = documented(feed, listed, "listSnapshots", "snapshots", (401, 403, 404, 429))
    feed.add_url_rule("/snapshots", "list_snapshots", listed)
    errors, of_period = (401, 403, 404, 422, 429), [PATH_PARAMETERS["period"]]
    one = feed.response(200, SnapshotSchema, example=SNAPSHOT)(get_snapshot)
    one = feed.arguments(VersionQuerySchema, location="query")(one)
    one = documented(feed, one, "getSnapshot", "snapshots", errors)
    feed.add_url_rule("/snapshots/<period>", "get_snapshot", one, parameters=of_period)
    file = feed.arguments(VersionQuerySchema, location="query")(get_snapshot_file)
    file = documented(feed, file, "getSnapshotFile", "snapshots", errors)
    contents = {
        _MIMETYPES[kind]: {"schema": {"type": "object" if kind == "json" else "string"}, "example": FILES[kind]}
        for kind in FORMS
    }
    file = feed.doc(responses={200: {"description": "The file.", "content": contents}})(file)
    of_kind = [*of_period, PATH_PARAMETERS["kind"]]
    feed.add_url_rule("/snapshots/<period>.<kind>", "get_snapshot_file", file, parameters=of_kind)
    sheet = feed.response(200, ParameterSheetSchema, example=SHEET)(get_parameter_sheet)
    sheet = documented(feed, sheet, "getParameterSheet", "snapshots", (401, 403, 404, 429))
    feed.add_url_rule("/parameter-sheets/<period>", "get_parameter_sheet", sheet, parameters=of_period)


def list_snapshots() -> dict[str, Any]:
    """List every version of every snapshot, as they were signed; for clients of the whole government."""
    found = run(finals.list_snapshots, caller())
    return {"items": [_with_files(each, "snapshots/") for each in found], "links": {"self": "snapshots"}}


def get_snapshot(query: dict[str, Any], period: str) -> dict[str, Any]:
    """Tell which snapshot of a period there is: a version, or the latest."""
    return _with_files(run(finals.get_snapshot, caller(), period, query.get("version")), "")


def _with_files(snapshot: SnapshotRef, folder: str) -> dict[str, Any]:
    """Add the addresses of its files, relative to that of the page; a version's bytes never change."""
    files = {kind: f"{folder}{snapshot.period_id}.{kind}?version={snapshot.version}" for kind in FORMS}
    return {**asdict(snapshot), "files": files}


def get_snapshot_file(query: dict[str, Any], period: str, kind: str) -> Response:
    """Give a snapshot as signed, or the very same strings as JSON, CSV or XLSX: a version, or the latest."""
    file = run(finals.read_snapshot, caller(), period, kind, query.get("version"))
    return attachment(file.content, _MIMETYPES[kind], f"snapshot-{period}-v{file.snapshot.version}.{kind}")


def get_parameter_sheet(period: str) -> ParameterSheet:
    """Give the numbers from which the fair scores of a closed period were computed; they name nobody."""
    return run(finals.get_sheet, period)
