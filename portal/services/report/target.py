"""How many respondents a survey asks for: "Responden SKM 112 dari target 285"."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy.orm import Session

from portal.domain.score.sample import SampleTarget
from portal.storage import reported


def sample_target(
    session: Session,
    unit_ids: Sequence[int],
    first: date,
    last: date,
    *,
    service_id: int | None = None,
    population: int | None = None,
) -> SampleTarget | None:
    """Return the number of respondents asked of the units together for the days from `first` to `last`.

    `population` is the number served as somebody stated it, which a campaign may; otherwise it is summed from the
    served counts. None where neither tells. A unit's own figure pools the units below it: hand in all of their ids.
    """
    if population is None:
        population = reported.find_served(session, unit_ids, first, last, service_id=service_id)
    return SampleTarget.of(population)
