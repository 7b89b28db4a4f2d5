"""The release: what is pending moves into the cells that everyone reads, never fewer than five answers at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Final

from sqlalchemy.orm import Session

from portal.domain.period import Period, month_of
from portal.domain.rating import SIGHTING_FOR
from portal.services import Portal
from portal.services.publish.release.contents import read_contents
from portal.services.publish.release.deciding import Cadence, Due, Moves, decide
from portal.services.publish.release.forest import Tree, read_tree
from portal.services.publish.release.freezing import freeze
from portal.storage import carried, ledger, periods, responses, staff

WEEKLY_AT: Final = time(6)
"""Officers' cells move on Monday at this local time."""


@dataclass(frozen=True, slots=True)
class Released:
    """What a release did."""

    cells: int
    waiting: int
    weekly: bool


def release(portal: Portal, *, weekly: bool | None = None) -> Released:
    """Move every cell of an open period that may move, and forget what was kept for a time only.

    `weekly` lets officers and single-officer cuts move too, and publishes the months that are over by part of the day
    and by option; None asks the calendar.
    """
    with portal.begin(repeatable=True) as session:
        ledger.hold_releases(session)
        boundary = _last_boundary(portal)
        if weekly is None:
            last = ledger.find_last_weekly(session, portal.now())
            weekly = last is None or last < boundary
        cadence = Cadence(weekly, portal.today(), ledger.list_moved_between(session, boundary, portal.now()))
        moved = _move(portal, session, cadence, Due(_open_months(session)))
        forget(portal, session)
    return Released(len(moved.cells), moved.waiting, weekly)


def settle(portal: Portal, session: Session, period: Period) -> int:
    """Make the last release of a period that is about to close, and carry what still waits into the next month.

    What waits in earlier months goes with it: it came after their closing, and no correction has taken it up. An answer
    that its cut has published elsewhere stays, and so does every change of a published answer; only corrections move
    these. Hold periods and releases first. Return how many answers are carried, each once for every cell.
    """
    _move(portal, session, _at_once(portal), Due(lambda month: month in period.months))
    into = month_of(period.ends_on + timedelta(days=1))
    return carried.carry(session, first=period.starts_on, until=period.ends_on, into=into)


def correct(portal: Portal, session: Session, period: Period) -> Released:
    """Move what may move in the months of a closed period, and nothing else; hold releases first.

    The safety is that of every release: 0 or at least five answers in each cell, also by subtraction.
    """
    moved = _move(portal, session, _at_once(portal), Due(lambda month: month in period.months, closed=True))
    return Released(len(moved.cells), moved.waiting, weekly=True)


def _at_once(portal: Portal) -> Cadence:
    return Cadence(weekly=True, today=portal.today(), moved_this_week=frozenset())


def _move(portal: Portal, session: Session, cadence: Cadence, due: Due) -> Moves:
    @cache
    def tree() -> Tree:
        return read_tree(session)

    moves = decide(portal, session, tree, cadence, due)
    if not moves.cells and not cadence.weekly:
        return moves
    last = ledger.find_last_weekly(session, portal.now())
    release_id = ledger.append_release(session, portal.now(), weekly=cadence.weekly)
    contents = read_contents(portal, session, tree, moves)
    tallies = {key: (it.tally, moves.officers[key.month].get((key.cut, key.subject))) for key, it in contents.items()}
    ledger.put_cells(session, release_id, tallies, {key: it.details() for key, it in contents.items()})
    left = ((key, it.response_id, it.released, it.current) for key, its in moves.left.items() for it in its.values())
    ledger.put_back(session, left)
    if cadence.weekly:
        ledger.put_frozen(session, release_id, freeze(portal, session, tree, last))
    return moves


def _open_months(session: Session) -> Callable[[date], bool]:
    """Return what tells whether a month is open: closed ones move in corrections only."""
    until = periods.find_closed_until(session) or date.min
    return lambda month: month > until


def forget(portal: Portal, session: Session) -> None:
    """Delete sightings, spent keys, device keys, sessions and tokens whose time is over."""
    responses.delete_expired(session, today=portal.today(), sightings_before=portal.now() - SIGHTING_FOR)
    staff.delete_expired(session, portal.now())


def _last_boundary(portal: Portal) -> datetime:
    """Return the last Monday morning that has passed."""
    local = portal.local_now()
    monday = datetime.combine(local.date() - timedelta(days=local.weekday()), WEEKLY_AT, portal.time_zone)
    return monday if monday <= local else monday - timedelta(days=7)
