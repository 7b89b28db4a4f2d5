"""The scores that leave by the appraisal feed: figures of released cells, as evidence, never a predikat."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from portal.domain.access import SCOPES, Caller
from portal.domain.errors import FeedOff, NotFound
from portal.domain.instrument import Instrument
from portal.domain.period import Period
from portal.domain.score.family import Key
from portal.domain.score.summary import Pool, Score, pool_by_subject, score
from portal.domain.threshold import Thresholds
from portal.services import Portal
from portal.services.publish import cursors
from portal.services.publish.families import STAFF, read_kin
from portal.services.publish.periods import METHOD_VERSION, PeriodRef, base_period, reference
from portal.storage import feed, ledger
from portal.storage.feed import Listed

READ, PII = SCOPES
MEASURES: Final[Mapping[str, tuple[str, ...]]] = {
    "unit": ("layanan", "skm"),
    "service": ("layanan", "skm"),
    "counter": ("layanan",),
    "officer": ("petugas",),
}
"""What is given of each kind of subject, in the order of the rows."""
MOST: Final = 500
_ALL: Final = 1_000_000
PROVISIONAL, INSUFFICIENT = "provisional", "insufficient"
DESCRIPTIVE, NONE = "descriptive", "none"

FEED: Final = Thresholds(officer=STAFF.officer_feed, officer_distribution=STAFF.officer_feed)
"""What staff may view from fewer answers of an officer may leave only from these many (`Thresholds.may_feed`)."""


@dataclass(frozen=True, slots=True)
class SubjectRef:
    """Whom or what a score is about; name and NIP of an officer are None without the scope for them.

    `unit_id` is the code of the unit that it belongs to, a unit's own code for a unit.
    """

    type: str
    id: str
    name: str | None
    nip: str | None
    unit_id: str


@dataclass(frozen=True, slots=True)
class ElementRow:
    """One element; figures are None below the threshold. `value`, `lower` and `upper` in points, 25.00 to 100.00."""

    code: str
    n: int | None
    nrr: str | None
    value: str | None
    lower: str | None
    upper: str | None


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """One subject, measure and period; where `reason` is set the figures are None, never zero."""

    subject: SubjectRef
    period: PeriodRef
    instrument: str
    measure: str
    method_version: str
    status: str
    reason: str | None
    use: str
    n: int | None
    value: str | None
    lower: str | None
    upper: str | None
    mutu: str | None
    distribution: tuple[int, int, int, int] | None
    elements: tuple[ElementRow, ...]
    data_cutoff: datetime | None


@dataclass(frozen=True, slots=True)
class ScorePage:
    """Rows by code of the subject, then measure; `next_cursor` is None on the last page."""

    items: tuple[ScoreRow, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class _Key:
    """One row before its figures are read."""

    listed: Listed
    instrument: Instrument

    @property
    def position(self) -> tuple[str, str, str]:
        return self.listed.code, self.instrument.measure, self.instrument.id


@dataclass(frozen=True, slots=True)
class _Asked:
    portal: Portal
    caller: Caller
    subject: str
    period: Period

    @property
    def instruments(self) -> list[Instrument]:
        known = [item for item in self.portal.instruments.values() if item.measure in MEASURES[self.subject]]
        return sorted(known, key=lambda item: (item.measure, item.id))

    def list_subjects(self, session: Session, path: str, start: str, limit: int) -> Sequence[Listed]:
        first, last = self.period.starts_on, self.period.ends_on
        return feed.list_subjects(session, self.subject, path, first, last, start=start, limit=limit)


def list_scores(
    portal: Portal,
    caller: Caller,
    *,
    subject: str,
    period_code: str,
    unit_code: str | None = None,
    limit: int = 100,
    cursor: str | None = None,
) -> ScorePage:
    """List a page of scores; neither statements nor rows read grow with the number of ratings.

    `subject` is unit, service, counter or officer; `unit_code` keeps to that unit and those below it; `limit` is 1 to
    500.

    Raises:
        NotFound: no such base period, or no such unit that this caller may see.
        FeedOff: officers' scores do not leave.
        CursorInvalid: `cursor` was not given for this list.
    """
    filters = (caller.client_code, caller.unit_path, subject, period_code, unit_code)
    after = cursors.read(portal, cursor, filters) if cursor else ("", "", "")
    with portal.read() as session:
        asked = _ask(portal, session, caller, subject, period_code)
        instruments = asked.instruments
        path = _path(session, caller, unit_code)
        # One subject more than a page holds, and one more for the subject at which the last page stopped.
        listed = asked.list_subjects(session, path, after[0], limit // len(instruments) + 2)
        keys = [_Key(item, instrument) for item in listed for instrument in instruments]
        keys = [key for key in keys if key.position > after]
        items = _rows(session, asked, keys[:limit])
    more = len(keys) > limit
    return ScorePage(items, cursors.sign(portal, keys[limit - 1].position, filters) if more else None)


def get_scores(
    portal: Portal, caller: Caller, *, subject: str, subject_code: str, period_code: str
) -> tuple[ScoreRow, ...]:
    """Return the scores of one subject in one period, by measure.

    Raises:
        NotFound: no such base period, or no such subject that this caller may see.
        FeedOff: officers' scores do not leave.
    """
    with portal.read() as session:
        asked = _ask(portal, session, caller, subject, period_code)
        listed = asked.list_subjects(session, caller.unit_path or "", subject_code, 1)
        if not listed or listed[0].code != subject_code:
            raise NotFound(subject)
        return _rows(session, asked, [_Key(listed[0], instrument) for instrument in asked.instruments])


def list_all_scores(
    portal: Portal, session: Session, period: Period, subject: str, caller: Caller
) -> tuple[ScoreRow, ...]:
    """Return every row of one kind of subject, by code, then measure; for the closing of a period."""
    asked = _Asked(portal, caller, subject, period)
    instruments = asked.instruments
    listed = asked.list_subjects(session, caller.unit_path or "", "", _ALL)
    return _rows(session, asked, [_Key(item, instrument) for item in listed for instrument in instruments])


def _ask(portal: Portal, session: Session, caller: Caller, subject: str, period_code: str) -> _Asked:
    period = base_period(portal, session, period_code)
    if subject == "officer":
        _check_feed(portal, session, period)
    return _Asked(portal, caller, subject, period)


def _check_feed(portal: Portal, session: Session, period: Period) -> None:
    """Refuse officers' scores while the feed is off, and those of a period at whose end it was still off.

    What was given in the shadow period was given on the promise that it leaves for nobody.
    """
    today = portal.today()
    if not all(portal.policy_on(session, day).appraisal_feed for day in {today, min(today, period.ends_on)}):
        raise FeedOff(period.period_code)


def _path(session: Session, caller: Caller, unit_code: str | None) -> str:
    own = caller.unit_path or ""
    if unit_code is None:
        return own
    path = feed.find_path(session, unit_code, own)
    if path is None:
        raise NotFound("unit")
    return path


def _rows(session: Session, asked: _Asked, keys: Sequence[_Key]) -> tuple[ScoreRow, ...]:
    """Read what the rows need in statements whose number does not depend on how many rows there are."""
    kin = read_kin(session, asked.caller, asked.subject, {key.listed.unit_code for key in keys})
    wanted: dict[str, set[str]] = {asked.subject: {str(key.listed.id) for key in keys}}
    for cut, subject in kin.rows():
        wanted.setdefault(cut, set()).add(subject)
    subjects = {cut: sorted(found) for cut, found in wanted.items()}
    pools = pool_by_subject(ledger.list_cells(session, subjects, asked.period.starts_on, asked.period.ends_on))
    hidden = {instrument.id: kin.hidden(instrument, pools, FEED) for instrument in asked.instruments}
    return tuple(_row(asked, key, pools, hidden[key.instrument.id]) for key in keys)


def _row(asked: _Asked, key: _Key, pools: Mapping[Key, Pool], hidden: Collection[Key]) -> ScoreRow:
    subject = (asked.subject, str(key.listed.id))
    # A hidden row reads as one without any answer: nothing may tell it from a row that is too small itself.
    pooled = Pool() if subject in hidden else pools.get(subject, Pool())
    figure = score(key.instrument, asked.subject, pooled, FEED)
    missing = figure.reason is not None
    return ScoreRow(
        _subject(asked, key.listed),
        reference(asked.portal, asked.period),
        figure.instrument,
        figure.measure,
        METHOD_VERSION,
        INSUFFICIENT if missing else PROVISIONAL,
        figure.reason,
        NONE if missing else DESCRIPTIVE,
        figure.n,
        figure.value,
        figure.lower,
        figure.upper,
        figure.mutu,
        figure.distribution,
        _elements(figure),
        None if missing else pooled.released_at,
    )


def _subject(asked: _Asked, listed: Listed) -> SubjectRef:
    named = asked.subject != "officer" or PII in asked.caller.scopes
    name, nip = (listed.name, listed.nip) if named else (None, None)
    return SubjectRef(asked.subject, listed.code, name, nip, listed.unit_code)


def _elements(figure: Score) -> tuple[ElementRow, ...]:
    return tuple(ElementRow(e.element, e.n, e.nrr, e.value, e.lower, e.upper) for e in figure.elements)
