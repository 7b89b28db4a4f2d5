"""The 49 published ballots of Sekadau, sent as citizens would send them: page, form, POST."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from html import unescape
from http import HTTPStatus
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from flask.testing import FlaskClient

from portal.demo.history import Clock
from portal.domain.period import Period

_HIDDEN: Final = re.compile(r'<input type="hidden"\s+name="(\w+)"\s+value="([^"]*)"')
_LAST_WEEKDAY: Final = 4


class NotStored(Exception):
    """A ballot of the demonstration was refused."""


def month_before(today: date) -> Period:
    """Return the last full month."""
    return Period(today.replace(day=1), "month").preceding


def send_all(
    folder: Path, browser: Callable[[], FlaskClient], clock: Clock, zone: ZoneInfo, codes: Sequence[str], month: Period
) -> int:
    """Send every ballot from a browser of its own, spread over the working days of the month; return their number."""
    survey = tomllib.loads((folder / "sekadau-2019.toml").read_text("utf-8"))
    days = [month.starts_on + timedelta(days=count) for count in range((month.ends_on - month.starts_on).days + 1)]
    days = [day for day in days if day.weekday() <= _LAST_WEEKDAY]
    for number, ballot in enumerate(survey["ballots"]):
        opens = datetime.combine(days[number % len(days)], time(9), zone)
        clock.now = (opens + timedelta(minutes=11 * (number // len(days)) + number % 7)).astimezone(UTC)
        _send(browser(), clock, codes[number % len(codes)], dict(zip(survey["order"], ballot, strict=True)))
    return len(survey["ballots"])


def _send(browser: FlaskClient, clock: Clock, code: str, answers: dict[str, int]) -> None:
    page = browser.get(f"/s/{code.lower()}")
    hidden = {name: unescape(value) for name, value in _HIDDEN.findall(page.text)}
    clock.now += timedelta(minutes=2)
    reply = browser.post(f"/s/{code.lower()}/kirim", data={**answers, **hidden})
    if reply.status_code != HTTPStatus.SEE_OTHER:
        raise NotStored(reply.status)
