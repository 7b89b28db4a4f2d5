"""How a stored response is changed: append what is new, move the sums by the difference."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy.orm import Session

from portal.domain.rating import difference
from portal.services import Portal
from portal.storage import ledger, responses, tallies
from portal.storage.responses import About, Record


def revise(
    portal: Portal,
    session: Session,
    record: Record,
    *,
    answers: Mapping[str, Mapping[str, int]] | None = None,
    about: About | None = None,
) -> None:
    """Append new answers (by instrument id) or a new attribution; `record` must have been read with its lock."""
    standing = record.standing
    given = {name: new for name, new in (answers or {}).items() if standing.answers.get(name) != new}
    for instrument, new in given.items():
        revision = record.ballot_revisions.get(instrument, 0) + 1
        responses.append_ballots(session, record.response_id, revision, {instrument: new})
    standing = replace(standing, answers={**standing.answers, **given})
    if about is not None and about != record.about:
        responses.append_attribution(session, record.response_id, record.attribution_revision + 1, about)
        standing = replace(standing, service=about.service, officer=about.officer)
    change = difference(record.place, record.standing, standing, portal.instruments)
    tallies.add(session, change.tallies)
    ledger.put_pending(session, record.response_id, change.pending, new=False)
