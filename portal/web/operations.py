"""Probes for the operator: alive, ready for traffic, of which version, and in numbers."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from flask import Blueprint, jsonify, request
from prometheus_client import CONTENT_TYPE_LATEST
from werkzeug.wrappers import Response

from portal.domain.errors import NotFound, StorageUnavailable
from portal.services import health
from portal.web.context import run
from portal.web.metrics import Counts, exposition

TEXT: Final = {"Content-Type": "text/plain; charset=utf-8"}
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True)
class Operations:
    """What `portal.app` tells the probes; `release_minutes` 0: no scheduler runs here."""

    release_minutes: int
    version: str
    revision: str
    networks: Sequence[Network]
    counts: Counts


def blueprint(told: Operations) -> Blueprint:
    pages = Blueprint("operations", __name__)
    pages.add_url_rule("/healthz", view_func=healthz)

    def readyz() -> tuple[str, int, dict[str, str]]:
        run(health.check_ready, release_minutes=told.release_minutes)
        return "ready\n", 200, TEXT

    def version() -> Response:
        return jsonify(version=told.version, revision=told.revision)

    def metrics() -> tuple[bytes, int, dict[str, str]]:
        if not _is_allowed(request.remote_addr, told.networks):
            raise NotFound
        return exposition(told.counts, _gauges()), 200, {"Content-Type": CONTENT_TYPE_LATEST}

    pages.add_url_rule("/readyz", view_func=readyz)
    pages.add_url_rule("/version", view_func=version)
    pages.add_url_rule("/metrics", view_func=metrics)
    return pages


def healthz() -> tuple[str, int, dict[str, str]]:
    return "ok\n", 200, TEXT


def _is_allowed(remote: str | None, networks: Sequence[Network]) -> bool:
    try:
        address = ipaddress.ip_address(remote or "")
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        address = address.ipv4_mapped or address
    return any(address in network for network in networks)


def _gauges() -> Mapping[str, tuple[str, float | None]]:
    try:
        vitals = run(health.find_vitals)
    except StorageUnavailable:
        return {"database_up": ("Whether the database answers.", 0)}
    return {
        "database_up": ("Whether the database answers.", 1),
        "scheduler_age_seconds": ("Since the scheduler last ran.", vitals.scheduler_age),
        "release_age_seconds": ("Since figures last moved.", vitals.release_age),
        "backup_age_seconds": ("Since the moment of which the newest backup is.", vitals.backup_age),
        "pending": ("Contributions that wait for a release.", vitals.pending),
        "disk_free_ratio": ("Free share of the disk that holds the SQLite file.", vitals.free_share),
    }
