"""The workbook with what is registered now, so that offices go on from what there is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from portal.domain.workbook.cell import Value
from portal.domain.workbook.plates import has_plate
from portal.domain.workbook.sheet import DUTY, MOST_ROWS, OFFICER, PLATE, SHEETS
from portal.services import Portal
from portal.services.enrol.guidance import NOTE
from portal.storage import audit, registry

ACT: Final = "registry.export"
DAYS: Final = 62
"""How far back duty and served counts of single days go; what is not in the file is left alone when it comes back."""


def export_workbook(portal: Portal, *, actor: str) -> bytes:
    """Return the registry as a workbook that would change nothing; it holds NIP, and the log says who took it."""
    since = portal.today() - timedelta(days=DAYS)
    with portal.begin(repeatable=True) as session:
        stored = registry.get_registry(session, since=since)
        audit.append(session, at=portal.now(), actor=actor, act=ACT, detail={"rows": _counts(stored)})
    for code, officer in stored[OFFICER].items():
        officer["plate"] = has_plate(code, stored[OFFICER], stored[PLATE])
    for duty in stored[DUTY].values():
        if duty["counter"] is None:
            duty["starts"] = duty["ends"] = None
    from portal.services.enrol.template import template  # noqa: PLC0415 - brings openpyxl: see `spreadsheet`

    newest = {name: dict([*stored[name].items()][-MOST_ROWS:]) for name in SHEETS}
    return template(newest, NOTE.format(day=since.isoformat()))


def _counts(stored: Mapping[str, Mapping[str, Mapping[str, Value]]]) -> dict[str, int]:
    return {name: len(stored[name]) for name in SHEETS if stored[name]}
