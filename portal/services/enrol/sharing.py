"""Codes that a unit opens for itself: a link to share, a link behind an online service, a counter for paper."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from portal.domain import code as codes
from portal.domain.errors import Invalid
from portal.domain.evidence import PAPER
from portal.services import Portal
from portal.storage import audit, channels, registry, structure

SHARED: Final = "tautan"
ONLINE: Final = "daring"
OPENED: Final = (SHARED, ONLINE, PAPER)
_CODE_BITS: Final = 30


@dataclass(frozen=True, slots=True)
class Sharing:
    """A unit with the public codes of its links, None where it has not opened one."""

    unit_code: str
    unit_name: str
    shared: str | None
    online: str | None


def list_shared(portal: Portal, scope: Sequence[int], unit_code: str) -> Sharing:
    """Return the links of a unit inside the caller's `scope` (ids from the root to the caller's own unit).

    Raises:
        NotFound: no such unit in the scope.
    """
    with portal.read() as session:
        unit = structure.get_unit(session, scope, unit_code)
        own = {code.channel: code.public_code for code in channels.list_codes(session, [unit.id], portal.today())}
    return Sharing(unit.unit_code, unit.name, own.get(SHARED), own.get(ONLINE))


def open_channel(portal: Portal, scope: Sequence[int], unit_code: str, channel: str, name: str, actor: str) -> str:
    """Give the unit its one counter of a channel, and return its counter code; one that was closed is opened again.

    Raises:
        NotFound: no such unit in the scope.
        Invalid: `channel` is none that a unit opens for itself.
    """
    if channel not in OPENED:
        raise Invalid("channel")
    with portal.begin() as session:
        registry.hold_registry(session)
        unit = structure.get_unit(session, scope, unit_code)
        # No code of the workbook holds a colon, so that none is taken by accident.
        counter_code = f"{channel}:{unit.unit_code}"
        in_use = channels.list_codes(session, [unit.id], portal.today())
        if any(code.channel == channel for code in in_use):
            return next(code.counter_code for code in in_use if code.channel == channel)
        if not channels.reopen_code(session, counter_code):
            channels.add_code(
                session,
                counter_code=counter_code,
                public_code=codes.counter_code(secrets.randbits(_CODE_BITS)),
                unit_id=unit.id,
                name=name,
                channel=channel,
            )
        detail = {"unit": unit.unit_code, "channel": channel}
        audit.append(session, at=portal.now(), actor=actor, act="counter-opened", detail=detail)
    return counter_code
