"""Counts of months that are over, by part of the day and by option: published once, and never changed.

They go out with the first weekly release after their month, or with the closing where that comes first. Parts of the
day hold of each unit what its cell of the month has published then; what comes, changes or is released later is not in
them. Options hold what was chosen since the base period began and was too little to go out before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Final

from sqlalchemy.orm import Session

from portal.domain.frozen import Count, Unlike, may_count, may_freeze
from portal.domain.instrument import tally_of
from portal.domain.period import Period, month_of, periods_between
from portal.domain.rating import CellKey
from portal.domain.tally import Tally
from portal.services import Portal
from portal.services.publish.release.deciding import Behind, count_officers
from portal.services.publish.release.forest import Tree
from portal.storage import carried, frozen, ledger, tallies

MEASURE: Final = "quick@1:LAYANAN"
NO_PART: Final = "-"
"""The part of the day of what came on paper."""

_Cells = dict[CellKey, tuple[Tally, int | None]]


def freeze(portal: Portal, session: Session, tree: Callable[[], Tree], last: datetime | None) -> _Cells:
    """Return the counts that are due now, once all else has moved; `last` is when the weekly release before was."""
    cells: _Cells = {}
    for month in _months(portal, session, last):
        officers = count_officers(session, tree(), month)
        cells |= _day_parts(session, tree(), month, officers)
        cells |= _choices(portal, session, tree(), month, officers)
    return cells


def _months(portal: Portal, session: Session, last: datetime | None) -> list[date]:
    """Return the months that have ended since the last weekly release, but for those that have been published."""
    since = last.astimezone(portal.time_zone).date() if last else tallies.find_first_day(session)
    if since is None or since >= month_of(portal.today()):
        return []
    ended = periods_between("month", since, Period.containing("month", portal.today()).preceding.ends_on)
    done = ledger.list_frozen_months(session)
    return [period.starts_on for period in ended if period.starts_on not in done]


def _day_parts(session: Session, tree: Tree, month: date, officers: Behind) -> _Cells:
    after = Period(month, "month").following.starts_on
    sums: dict[Count, Tally] = {}
    for row, tally in tallies.list_day_parts(session, month, after, MEASURE):
        _add(sums, tree, row.unit_id, row.day_part, tally)
    unlike = []
    for unit_id, answer, counted in _unlike(session, tree, month):
        if counted:
            _add(sums, tree, unit_id, answer.part, -tally_of(MEASURE, counted))
        unlike.append(answer)
    alike = {count: tally.n for count, tally in sums.items()}
    chosen = may_freeze(tree.children, alike, unlike, apart=(NO_PART,))
    for answer in unlike:
        for unit_id, value in answer.values.items():
            if value and (unit_id, answer.part) in chosen:
                sums[unit_id, answer.part] += tally_of(MEASURE, value)
    return {
        CellKey("day_part", f"{unit_id}:{part}", month, MEASURE): (
            sums[unit_id, part],
            officers.get(("unit", str(unit_id))),
        )
        for unit_id, part in chosen
    }


def _add(sums: dict[Count, Tally], tree: Tree, unit_id: int, part: str, tally: Tally) -> None:
    for above in tree.path(unit_id):
        sums[above, part] = sums.get((above, part), Tally()) + tally


def _unlike(session: Session, tree: Tree, month: date) -> Iterator[tuple[int, Unlike, int]]:
    """Yield what not all its units publish alike, each with its own unit and what the month's tallies hold of it."""
    found: dict[bytes, tuple[int, str, int]] = {}
    values: dict[bytes, dict[int, int]] = {}
    for brought in carried.list_into(session, [month], [MEASURE]):
        if brought.into.cut == "unit":
            found[brought.response_id] = brought.unit_id, brought.day_part, 0
            values.setdefault(brought.response_id, {})[int(brought.into.subject)] = brought.value
    waiting = frozen.list_pending_of_units(session, month, MEASURE)
    for it in waiting:
        counted = it.current if month_of(it.counts_on) == month else 0
        found[it.response_id] = it.unit_id, it.day_part, counted
        if counted:
            values[it.response_id] = dict.fromkeys(tree.path(it.unit_id), counted)
    for it in waiting:
        values.setdefault(it.response_id, {})[it.subject] = it.released
    for response_id, (unit_id, part, counted) in found.items():
        known = values[response_id]
        yield unit_id, Unlike(part, {above: known.get(above, 0) for above in tree.path(unit_id)}), counted


def _choices(portal: Portal, session: Session, tree: Tree, month: date, officers: Behind) -> _Cells:
    """Return what was chosen since the base period began and is not published yet; little waits for the next month."""
    first = Period.containing(portal.policy_on(session, month).base_period, month).starts_on
    counts: dict[Count, int] = {}
    measures: dict[str, str] = {}
    for row in frozen.list_chosen(session, first, month):
        part = f"{row.instrument}:{row.item}:{row.option}"
        measures[part] = f"{row.instrument}:{row.item}"
        for above in tree.path(row.unit_id):
            counts[above, part] = counts.get((above, part), 0) + row.n
    published = frozen.count_published(session, first, month)
    before = {(unit_id, part): published.get(f"{unit_id}:{part}", 0) for unit_id, part in counts}
    return {
        CellKey("choice", f"{unit_id}:{part}", month, measures[part]): (
            Tally(n=counts[unit_id, part] - before[unit_id, part]),
            officers.get(("unit", str(unit_id))),
        )
        for unit_id, part in may_count(tree.children, counts, before)
    }
