"""How far a survey has come: respondents counted against respondents needed, for a unit and each of its services."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from portal.domain.errors import NotFound
from portal.domain.evidence import PAPER
from portal.domain.period import Period
from portal.domain.score.sample import SampleTarget
from portal.services import Portal
from portal.services.report.target import sample_target
from portal.storage import campaigns, structure
from portal.storage.campaigns import CampaignRow
from portal.storage.structure import UnitRow


@dataclass(frozen=True, slots=True)
class SurveyTargets:
    """What a unit's survey needs in a period; None where nobody wrote down how many were served.

    `services` by service code; `links` are name and public code of the counters whose codes open the survey.
    """

    unit_code: str
    unit_name: str
    counter_label: str | None
    period: Period
    unit: SampleTarget | None
    services: Mapping[str, SampleTarget | None]
    campaigns: tuple[CampaignRow, ...]
    choices: tuple[tuple[str, str], ...]
    links: tuple[tuple[str, str], ...]
    today: date


def list_targets(portal: Portal, scope: Sequence[int], unit_code: str, period_code: str | None = None) -> SurveyTargets:
    """Return what the survey of a unit needs in a base period, the present one where none is named.

    Raises:
        NotFound: no such unit in the scope, or no such period.
    """
    today = portal.today()
    with portal.read() as session:
        unit = structure.get_unit(session, scope, unit_code)
        kind = portal.policy_on(session, today).base_period
        period = Period.parse(period_code) if period_code else Period.containing(kind, today)
        if period.kind != kind:
            raise NotFound("period")
        listed = campaigns.list_campaigns(session, unit.id)
        subjects = [one for one in structure.list_subjects(session, [unit.id]) if one.is_of(period)]
        below = [row.id for row in structure.list_subtree(session, unit.path)]
        held = [row for row in listed if row.starts_on <= period.ends_on and row.ends_on >= period.starts_on]
        services = [one for one in subjects if one.kind == "service"]
        return SurveyTargets(
            unit_code=unit.unit_code,
            unit_name=unit.name,
            counter_label=unit.counter_label,
            period=period,
            unit=_target(session, below, period, held, None),
            services={one.code: _target(session, [unit.id], period, held, one.id) for one in services},
            campaigns=tuple(listed),
            choices=tuple((one.code, one.name) for one in services if one.ends_on is None or one.ends_on >= today),
            links=_links(session, unit, today),
            today=today,
        )


def _target(
    session: Session, unit_ids: Sequence[int], period: Period, held: Sequence[CampaignRow], service_id: int | None
) -> SampleTarget | None:
    """Return the target of the unit or of one service; what its latest campaign states goes before what was counted."""
    stated = [row.population for row in held if row.service_id == service_id and row.population]
    return sample_target(
        session,
        unit_ids,
        period.starts_on,
        period.ends_on,
        service_id=service_id,
        population=stated[0] if stated else None,
    )


def _links(session: Session, unit: UnitRow, today: date) -> tuple[tuple[str, str], ...]:
    return tuple(
        (one.name, one.public_code)
        for one in structure.list_subjects(session, [unit.id])
        if one.kind == "counter"
        and one.public_code
        and not one.is_plate
        and one.channel != PAPER
        and (one.ends_on is None or one.ends_on >= today)
    )
