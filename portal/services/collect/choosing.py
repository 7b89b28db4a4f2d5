"""Topics and profile: counted, and kept with no rating; a rating remembers only that they were given.

What it remembers is a ballot without answers, so that each adds its choices once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy.orm import Session

from portal.domain.counter import CounterView
from portal.domain.period import month_of
from portal.services import Portal
from portal.services.collect.keeping import Given
from portal.services.collect.revision import revise
from portal.storage import choices
from portal.storage.responses import Record

TOPICS: Final = "topik@1"
PROFILE: Final = "profil@1"

Chosen = Mapping[str, Sequence[str]]
"""Options by item, as `Instrument.check_choices` returns them."""


def keep_choices(portal: Portal, session: Session, record: Record, instrument: str, chosen: Chosen) -> None:
    """Count what was chosen unless the response has given it before; `record` must have been read with its lock."""
    if not chosen or instrument in record.standing.answers:
        return
    revise(portal, session, record, answers={instrument: {}})
    choices.add(
        session,
        month=month_of(record.place.counts_on),
        unit_id=record.place.unit_id,
        counter_id=record.place.counter_id,
        service=record.standing.service,
        instrument=instrument,
        chosen=chosen,
    )


def keep_first_choices(session: Session, counter: CounterView, given: Given, instrument: str, chosen: Chosen) -> None:
    """Count what was chosen on the very form that brought the response; its ballot is kept with the others."""
    choices.add(
        session,
        month=month_of(given.received_on),
        unit_id=counter.unit_id,
        counter_id=counter.id,
        service=given.about.service,
        instrument=instrument,
        chosen=chosen,
    )
