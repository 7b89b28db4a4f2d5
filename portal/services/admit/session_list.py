"""The living sessions of an account, as its owner and the administrator see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from portal.services import Portal
from portal.services.admit import tokens
from portal.storage import sign_ins


@dataclass(frozen=True, slots=True)
class SessionLine:
    """A session in local time; `browser` as it was noted at the sign-in, `is_own` for the one that asks."""

    session_code: str
    browser: str
    started_at: datetime
    last_seen_at: datetime
    is_own: bool


def list_lines(portal: Portal, session: Session, username: str, token: str | None = None) -> tuple[SessionLine, ...]:
    """Return the living sessions of an account, the one seen last first; `token` is that of whoever asks."""
    own = tokens.digest(token) if token else b""
    return tuple(
        SessionLine(
            record.session_code,
            record.browser,
            record.started_at.astimezone(portal.time_zone),
            record.last_seen_at.astimezone(portal.time_zone),
            record.token_hash == own,
        )
        for record in sign_ins.list_sessions(session, username, portal.now())
    )
