"""Survey campaigns: begun and ended by the unit's head."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

from sqlalchemy.orm import Session

from portal.domain.errors import Invalid, NotFound
from portal.services import Portal
from portal.storage import audit, campaigns, structure
from portal.storage.structure import UnitRow

LONGEST: Final = timedelta(days=366)
MOST_SERVED: Final = 10_000_000


def add_campaign(
    portal: Portal,
    scope: Sequence[int],
    unit_code: str,
    *,
    service_code: str,
    starts_on: date,
    ends_on: date,
    population: int | None,
    actor: str,
) -> str:
    """Ask for the nine elements from `starts_on` to `ends_on`, and return the campaign's code.

    `service_code` is empty for every service of the unit; `population` is the number served as the unit states it,
    None where the served counts tell.

    Raises:
        NotFound: no such unit in the scope.
        Invalid: `dates`: they are reversed, over already, or more than a year; `population`; `service`.
    """
    _check(portal.today(), starts_on, ends_on, population)
    with portal.begin() as session:
        unit = structure.get_unit(session, scope, unit_code)
        service_id = _service_id(session, unit, service_code, starts_on) if service_code else None
        code = f"{unit.unit_code}.{starts_on.isoformat()}.{secrets.token_hex(2)}"
        campaigns.add_campaign(
            session,
            campaign_code=code,
            unit_id=unit.id,
            service_id=service_id,
            starts_on=starts_on,
            ends_on=ends_on,
            population=population,
        )
        days = {"from": starts_on.isoformat(), "to": ends_on.isoformat()}
        detail = {"campaign": code, "service": service_code, **days, "served": population}
        audit.append(session, at=portal.now(), actor=actor, act="campaign-added", detail=detail)
    return code


def _check(today: date, starts_on: date, ends_on: date, population: int | None) -> None:
    if not today <= ends_on or not starts_on <= ends_on <= starts_on + LONGEST or starts_on > today + LONGEST:
        raise Invalid("dates")
    if population is not None and not 0 < population <= MOST_SERVED:
        raise Invalid("population")


def end_campaign(portal: Portal, scope: Sequence[int], unit_code: str, campaign_code: str, *, actor: str) -> None:
    """End a campaign with yesterday; one that began today, or not yet, is taken back.

    Raises:
        NotFound: no such unit in the scope, or no such campaign that still runs or is to come.
    """
    today = portal.today()
    with portal.begin() as session:
        unit = structure.get_unit(session, scope, unit_code)
        listed = {row.campaign_code: row for row in campaigns.list_campaigns(session, unit.id)}
        row = listed.get(campaign_code)
        if row is None or row.ends_on < today:
            raise NotFound("campaign")
        yesterday = today - timedelta(days=1)
        if row.starts_on <= yesterday:
            campaigns.put_end(session, campaign_code, yesterday)
        else:
            campaigns.delete_campaign(session, campaign_code)
        detail = {"campaign": campaign_code, "to": yesterday.isoformat()}
        audit.append(session, at=portal.now(), actor=actor, act="campaign-ended", detail=detail)


def _service_id(session: Session, unit: UnitRow, service_code: str, day: date) -> int:
    for subject in structure.list_subjects(session, [unit.id]):
        lasts = subject.ends_on is None or subject.ends_on >= day
        if (subject.kind, subject.code) == ("service", service_code) and lasts:
            return subject.id
    raise Invalid("service")
