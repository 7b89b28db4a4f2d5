"""How an answered form becomes a response: what it says is kept, what it adds is summed, both or neither."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session

from portal.domain.counter import CounterView
from portal.domain.evidence import evidence_of
from portal.domain.rating import Place, Standing, difference
from portal.services import Portal
from portal.storage import ledger, periods, responses, tallies
from portal.storage.responses import About


@dataclass(frozen=True, slots=True)
class Given:
    """An answered form: `answers` by instrument and element, already checked; local dates."""

    answers: Mapping[str, Mapping[str, int]]
    about: About
    language: str
    given_on: date
    day_part: str
    received_on: date


def keep(portal: Portal, session: Session, response_id: bytes, counter: CounterView, given: Given) -> None:
    """Store the response and add it to every sum, on its day or, once that is closed, on the first open one."""
    evidence, counts_on = evidence_of(counter.channel), _counts_on(session, given)
    responses.append_response(
        session,
        id=response_id,
        counter_id=counter.id,
        unit_id=counter.unit_id,
        channel=counter.channel,
        evidence=evidence,
        language=given.language,
        given_on=given.given_on,
        day_part=given.day_part,
        received_on=given.received_on,
        counts_on=counts_on,
    )
    responses.append_ballots(session, response_id, 1, given.answers)
    responses.append_attribution(session, response_id, 1, given.about)
    late = counts_on != given.given_on
    place = Place(counter.unit_path, counter.id, counter.channel, evidence, given.day_part, counts_on, late)
    standing = Standing(given.about.service, given.about.officer, answers=given.answers)
    change = difference(place, None, standing, portal.instruments)
    tallies.add(session, change.tallies)
    ledger.put_pending(session, response_id, change.pending, new=True)


def _counts_on(session: Session, given: Given) -> date:
    """Return the day on which it counts; a period that holds the day on which something arrives is never closed."""
    if given.given_on == given.received_on:
        return given.given_on
    until = periods.hold_closed_until(session)
    return max(given.given_on, until + timedelta(days=1)) if until else given.given_on
