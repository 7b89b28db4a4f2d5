"""Closing a period: last release, scores, signed snapshot; by two persons, in order, once."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from typing import Any

import pytest

from portal import services
from portal.domain.errors import Invalid
from portal.services import Portal, policy
from portal.services.publish.closing import propose_closing
from portal.services.publish.release import release
from portal.storage import snapshots
from tests.clock import Clock
from tests.government import Government, without_officers


@pytest.fixture
def government(portal: Portal) -> Government:
    """A government with months as base periods, and twelve ratings in March."""
    services.run(portal, policy.set_choice, key="base_period", value="month", actor="operator")
    government = without_officers(portal)
    for _ in range(12):
        government.tap("1A")
    return government


def payload(portal: Portal, period_code: str, version: int = 1) -> dict[str, Any]:
    with portal.read() as session:
        row = next(row for row in snapshots.list_versions(session, period_code) if row.version == version)
    body = row.jws.split(b".")[1]
    content: dict[str, Any] = json.loads(base64.urlsafe_b64decode(body + b"=" * (-len(body) % 4)))
    return content


def close(portal: Portal, period_code: str) -> None:
    services.run(portal, propose_closing, period_code=period_code, reason="", alone=True, actor="operator")


def test_a_closed_period_has_its_last_release_in_a_signed_snapshot(government: Government, clock: Clock) -> None:
    portal = government.portal
    clock.advance(timedelta(days=60))
    close(portal, "2026-03")
    units = {row["subject"]["id"]: row for row in payload(portal, "2026-03")["scores"]["unit"] if row["n"]}
    assert {row["n"] for row in units.values()} == {12}
    assert {row["status"] for row in units.values()} == {"final"}


def test_a_period_is_closed_once_and_never_before_its_end(government: Government, clock: Clock) -> None:
    portal = government.portal
    services.run(portal, release)
    with pytest.raises(Invalid):
        close(portal, "2026-03")
    clock.advance(timedelta(days=60))
    close(portal, "2026-03")
    with pytest.raises(Invalid):
        close(portal, "2026-03")
