"""How a stored response is changed: append what is new, move the sums by the difference."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy.orm import Session

from portal.domain.period import month_of
from portal.domain.rating import CellKey, Standing, difference
from portal.services import Portal
from portal.storage import carried, ledger, periods, responses, tallies
from portal.storage.carried import Home
from portal.storage.responses import About, Record

_Moves = Mapping[CellKey, tuple[int, int]]


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
    restate(portal, session, record, standing)


def restate(portal: Portal, session: Session, record: Record, standing: Standing) -> None:
    """Move every sum to what the response is now; `record` must have been read with its lock."""
    change = difference(record.place, record.standing, standing, portal.instruments)
    moves = _where_they_count(portal, session, record, change.pending)
    tallies.add(session, change.tallies)
    ledger.put_pending(session, record.response_id, moves, new=False)


def _where_they_count(portal: Portal, session: Session, record: Record, moves: _Moves) -> _Moves:
    """Return the moves in the month in which each cell's answer counts, and keep what was carried in step with them."""
    month, day = month_of(record.place.counts_on), record.place.counts_on
    if month == month_of(portal.today()):
        return moves  # as nearly always: no period closes before its last day is over
    until = periods.hold_closed_until(session)
    homes = carried.list_homes(session, record.response_id) if until and day <= until else {}
    kept: dict[CellKey, int] = {}
    routed: dict[CellKey, tuple[int, int]] = {}
    for key, move in moves.items():
        home = homes.get(Home.of(key.cut, key.subject, key.measure))
        counted = key._replace(month=home[1]) if home else key
        routed[counted] = move
        if home:
            kept[counted] = move[1]
    carried.put_values(session, record.response_id, month, kept)
    return routed
