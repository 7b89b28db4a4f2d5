"""Survey campaigns: the days on which a unit asks for the nine elements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from portal.storage.tables import Campaign, Service


@dataclass(frozen=True, slots=True)
class CampaignRow:
    """A campaign; `service_code` and `service_name` are None where it asks about every service of the unit."""

    campaign_code: str
    unit_id: int
    service_id: int | None
    service_code: str | None
    service_name: str | None
    starts_on: date
    ends_on: date
    population: int | None


_LIST = (
    select(
        Campaign.campaign_code,
        Campaign.unit_id,
        Campaign.service_id,
        Service.service_code,
        Service.name,
        Campaign.starts_on,
        Campaign.ends_on,
        Campaign.population,
    )
    .outerjoin(Service, Service.id == Campaign.service_id)
    .where(Campaign.unit_id == bindparam("unit_id"))
    .order_by(Campaign.starts_on.desc(), Campaign.id.desc())
)


def list_campaigns(session: Session, unit_id: int) -> Sequence[CampaignRow]:
    """List the campaigns of a unit, the latest first."""
    return [CampaignRow(*row) for row in session.execute(_LIST, {"unit_id": unit_id})]


def add_campaign(
    session: Session,
    *,
    campaign_code: str,
    unit_id: int,
    service_id: int | None,
    starts_on: date,
    ends_on: date,
    population: int | None,
) -> None:
    """Keep a new campaign.

    Raises:
        Conflict: at the end of the transaction, where the code is taken.
    """
    days = {"starts_on": starts_on, "ends_on": ends_on}
    of = {"campaign_code": campaign_code, "unit_id": unit_id, "service_id": service_id, "population": population}
    session.execute(insert(Campaign).values(**of, **days))


def put_end(session: Session, campaign_code: str, ends_on: date) -> None:
    """Let a campaign end on another day."""
    session.execute(update(Campaign).where(Campaign.campaign_code == campaign_code).values(ends_on=ends_on))


def delete_campaign(session: Session, campaign_code: str) -> None:
    """Take back a campaign that has asked nobody for a whole day."""
    session.execute(delete(Campaign).where(Campaign.campaign_code == campaign_code))
