"""What can be seen in the records of the government: what is due, and what nobody could do."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from sqlalchemy.orm import Session

from portal.domain.access import Role
from portal.domain.period import Period
from portal.services import Portal
from portal.services.doctor.finding import Finding, fail, ok, warn
from portal.storage import comments, governments, periods, proposals, signing_keys, tallies

_DUE: Final = timedelta(days=45)
"""After its last day: two weeks for officers to object, and a month for whoever closes it."""


def examine_records(portal: Portal, session: Session) -> Iterator[Finding]:
    """Look at periods, the key that signs them, and comments that wait for somebody."""
    yield _periods(portal, session)
    key = signing_keys.find_signing(session)
    locked = key is not None and signing_keys.unseal(portal.secret_key, key.sealed) is None
    yield fail("signing-key-locked") if locked else ok("signing-key")
    waits = comments.count_suspected(session) > 0 and not proposals.has_deciders(session, (Role.REVIEWER,))
    yield warn("comments-unread") if waits else ok("comments")


def _periods(portal: Portal, session: Session) -> Finding:
    until, rehearsing = periods.find_closed_until(session), governments.find_facts(session)[1]
    first = until + timedelta(days=1) if until else tallies.find_first_day(session)
    if first is None or rehearsing:
        return ok("periods")
    period = Period.containing(portal.policy_on(session, first).base_period, first)
    days = (portal.today() - period.ends_on).days
    return warn("period-overdue", period=period.period_code, days=days) if days > _DUE.days else ok("periods")
