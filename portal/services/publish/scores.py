"""The scores that leave by the appraisal feed: figures of released cells, as evidence, never a predikat."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from portal.domain.access import SCOPES, Caller
from portal.domain.errors import FeedOff, NotFound
from portal.domain.instrument import Composite, Instrument
from portal.domain.period import Period
from portal.domain.score.band import Band
from portal.domain.score.family import Key
from portal.domain.score.summary import Pool, Score, pool_by_subject, score
from portal.domain.score.whole import whole_key, whole_measure, whole_score
from portal.domain.threshold import Thresholds
from portal.services import Portal
from portal.services.publish import cursors, finals
from portal.services.publish.families import STAFF, Bands, read_kin
from portal.services.publish.particulars import Particulars, Told
from portal.services.publish.periods import METHOD_VERSION, base_period, reference
from portal.services.publish.rows import (
    INSUFFICIENT,
    PROVISIONAL,
    BandRow,
    ElementRow,
    ScoreRow,
    SubjectRef,
)
from portal.storage import feed, ledger, periods
from portal.storage.feed import Listed

READ, PII = SCOPES
MEASURES: Final[Mapping[str, tuple[str, ...]]] = {
    "unit": ("layanan", "skm"),
    "service": ("layanan", "skm"),
    "counter": ("layanan",),
    "officer": ("petugas", "skm_officer"),
}
"""What is given of each kind of subject, in the order of the rows."""
MOST: Final = 500
_ALL: Final = 1_000_000
DESCRIPTIVE, NONE = "descriptive", "none"

FEED: Final = Thresholds(officer=STAFF.officer_feed, officer_distribution=STAFF.officer_feed)
"""What staff may view from fewer answers of an officer may leave only from these many (`Thresholds.may_feed`)."""


@dataclass(frozen=True, slots=True)
class ScorePage:
    """Rows by code of the subject, then measure; `next_cursor` is None on the last page."""

    items: tuple[ScoreRow, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class _Measure:
    """What is given of each subject: the figure of an instrument, or of a whole of some of its elements."""

    name: str
    instrument: Instrument
    whole: Composite | None = None

    @property
    def id(self) -> tuple[str, str]:
        """Its name and instrument, in the order of the rows."""
        return self.name, self.instrument.id

    @property
    def counted(self) -> str:
        """The measure key by which its ballots are counted."""
        if self.whole is not None:
            return whole_key(self.instrument, self.whole)
        return self.instrument.composite_key or self.instrument.element_keys[0]

    def score(self, cut: str, pool: Pool, banded: Collection[str]) -> Score:
        """Return its figure of a subject, as far as the feed may give it."""
        if self.whole is not None:
            return whole_score(self.instrument, self.whole, cut, pool, FEED)
        return score(self.instrument, cut, pool, FEED, banded)


@dataclass(frozen=True, slots=True)
class _Key:
    """One row before its figures are read."""

    listed: Listed
    measure: _Measure

    @property
    def position(self) -> cursors.Position:
        return self.listed.code, *self.measure.id


@dataclass(frozen=True, slots=True)
class _Asked:
    portal: Portal
    caller: Caller
    subject: str
    period: Period
    is_closed: bool = False
    is_closing: bool = False

    @property
    def at(self) -> datetime | None:
        """The instant up to which what was reported counts while the period is being signed."""
        return self.portal.now() if self.is_closing else None

    @property
    def measures(self) -> list[_Measure]:
        found = []
        for item in self.portal.instruments.values():
            found += [_Measure(item.measure, item)]
            found += [_Measure(whole_measure(whole), item, whole) for whole in item.composites]
        known = (each for each in found if each.name in MEASURES[self.subject])
        return sorted(known, key=lambda each: each.id)

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
    status: str | None = None,
    limit: int = 100,
    cursor: str | None = None,
) -> ScorePage:
    """List a page of scores; neither statements nor rows read grow with the number of ratings.

    Closed periods are given as they were signed last, open ones from what is released. `subject` is unit, service,
    counter or officer; `unit_code` keeps to that unit and those below it; `limit` is 1 to 500; a `status` leaves out
    rows of any other, so that a page may hold fewer than the limit and not be the last.

    Raises:
        NotFound: no such base period, or no such unit that this caller may see.
        FeedOff: officers' scores do not leave.
        CursorInvalid: `cursor` was not given for this list.
    """
    filters = (caller.client_code, caller.unit_path, subject, period_code, unit_code, status)
    after = cursors.read(portal, cursor, filters) if cursor else cursors.START
    with portal.read() as session:
        asked = _ask(portal, session, caller, subject, period_code)
        path = _path(session, caller, unit_code)
        if asked.is_closed:
            found = finals.list_rows(session, caller, period_code, subject, path, after, limit + 1)
            items, more = found[:limit], len(found) > limit
        else:
            items, more = _page(session, asked, path, after, limit)
    following = cursors.sign(portal, items[-1].position, filters) if more else None
    return ScorePage(tuple(row for row in items if status in {None, row.status}), following)


def _page(
    session: Session, asked: _Asked, path: str, after: cursors.Position, limit: int
) -> tuple[Sequence[ScoreRow], bool]:
    """Return the rows of an open period behind `after`, and whether there are more."""
    # One subject more than a page holds, and one more for the subject at which the last page stopped.
    listed = asked.list_subjects(session, path, after[0], limit // len(asked.measures) + 2)
    keys = [_Key(item, measure) for item in listed for measure in asked.measures]
    keys = [key for key in keys if key.position > after]
    return _rows(session, asked, keys[:limit]), len(keys) > limit


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
        if asked.is_closed:
            return tuple(finals.list_rows_of(session, caller, period_code, subject, subject_code))
        listed = asked.list_subjects(session, caller.unit_path or "", subject_code, 1)
        if not listed or listed[0].code != subject_code:
            raise NotFound(subject)
        return _rows(session, asked, [_Key(listed[0], measure) for measure in asked.measures])


def list_all_scores(
    portal: Portal, session: Session, period: Period, subject: str, caller: Caller
) -> tuple[ScoreRow, ...]:
    """Return every row of one kind of subject, by code, then measure; for the closing of a period."""
    asked = _Asked(portal, caller, subject, period, is_closing=True)
    measures = asked.measures
    listed = asked.list_subjects(session, caller.unit_path or "", "", _ALL)
    return _rows(session, asked, [_Key(item, measure) for item in listed for measure in measures])


def _ask(portal: Portal, session: Session, caller: Caller, subject: str, period_code: str) -> _Asked:
    period = base_period(portal, session, period_code)
    closed = periods.find_closed(session, period_code)
    if subject == "officer":
        if closed:
            finals.check_feed(portal, session, closed)
        else:
            _check_feed(portal, session, period)
    return _Asked(portal, caller, subject, period, is_closed=closed is not None)


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
    listed = {key.listed.code: key.listed for key in keys}
    kin = read_kin(session, asked.caller, asked.subject, {item.unit_code for item in listed.values()})
    wanted: dict[str, set[str]] = {asked.subject: {str(item.id) for item in listed.values()}}
    for cut, subject in kin.rows():
        wanted.setdefault(cut, set()).add(subject)
    subjects = {cut: sorted(found) for cut, found in wanted.items()}
    pools = pool_by_subject(ledger.list_cells(session, subjects, asked.period.starts_on, asked.period.ends_on))
    figures = _Figures(asked, pools)
    for measure in asked.measures:
        hidden = kin.hidden(measure.instrument, pools, FEED)
        if measure.whole is not None:
            hidden |= kin.hidden_officers(measure.instrument, measure.whole, pools, FEED)
        figures.add(measure, listed.values(), hidden, kin.banded(measure.instrument, pools, hidden, FEED))
        figures.closed |= {(key, measure.id) for key in kin.leave_out(pools, hidden)}
    about = (asked.portal, session, asked.period, asked.subject, list(listed.values()))
    particulars = Particulars.read(*about, units=kin.units, at=asked.at)
    return tuple(_row(asked, key, figures, particulars) for key in keys)


class _Figures:
    """The figure of every subject and measure of a page, also of those whose row stands on another one."""

    def __init__(self, asked: _Asked, pools: Mapping[Key, Pool]) -> None:
        """Know no figure yet."""
        self._asked = asked
        self._pools = pools
        self._shown: dict[str, dict[tuple[str, str], Score]] = {}
        self._released_at: dict[tuple[str, str, str], datetime | None] = {}
        self._latest: dict[str, datetime] = {}
        self.closed: set[tuple[Key, tuple[str, str]]] = set()

    def add(self, measure: _Measure, listed: Collection[Listed], hidden: Collection[Key], bands: Bands) -> None:
        """Compute the figures of one measure."""
        for item in listed:
            key = (self._asked.subject, str(item.id))
            # A hidden row reads as one without any answer: nothing may tell it from a row that is too small itself.
            pooled = Pool() if key in hidden else self._pools.get(key, Pool())
            self._released_at[item.code, *measure.id] = pooled.released_at
            if pooled.released_at:
                self._latest[item.code] = max(pooled.released_at, self._latest.get(item.code, pooled.released_at))
            self._shown.setdefault(item.code, {})[measure.id] = measure.score(key[0], pooled, bands.get(key, ()))

    def of(self, key: _Key) -> Score:
        return self._shown[key.listed.code][key.measure.id]

    def told(self, key: _Key) -> Told:
        """Return what the particulars of a row depend on."""
        is_closed = ((self._asked.subject, str(key.listed.id)), key.measure.id) in self.closed
        shown = self.by_measure(key.listed.code)
        latest = self._latest.get(key.listed.code)
        return Told(self.of(key), key.measure.counted, shown, latest, is_closed=is_closed)

    def released_at(self, key: _Key) -> datetime | None:
        return self._released_at[key.position]

    def by_measure(self, code: str) -> Mapping[str, Score]:
        """Return what is shown of a subject, by measure; of two instruments the one that has a figure."""
        shown = sorted(self._shown[code].values(), key=lambda figure: figure.value is not None)
        return {figure.measure: figure for figure in shown}


def _row(asked: _Asked, key: _Key, figures: _Figures, particulars: Particulars) -> ScoreRow:
    figure, released_at = figures.of(key), figures.released_at(key)
    missing = figure.n is None
    beside = particulars.of(key.listed, figures.told(key))
    return ScoreRow(
        subject=_subject(asked, key.listed),
        period=reference(asked.portal, asked.period),
        instrument=figure.instrument,
        measure=figure.measure,
        method_version=METHOD_VERSION,
        status=INSUFFICIENT if missing else PROVISIONAL,
        reason=figure.reason,
        use=NONE if missing else DESCRIPTIVE,
        revision=None,
        supersedes=None,
        n=figure.n,
        n_held=beside.n_held,
        n_excluded=beside.n_excluded,
        n_late=beside.n_late,
        evidence=beside.evidence,
        response_rate=beside.response_rate,
        value=figure.value,
        lower=figure.lower,
        upper=figure.upper,
        mutu=figure.mutu,
        band=_band(figure.band),
        distribution=figure.distribution,
        elements=_elements(figure),
        comparison=None,
        indicators=beside.indicators,
        explain=beside.explain,
        data_cutoff=None if missing else released_at,
    )


def _subject(asked: _Asked, listed: Listed) -> SubjectRef:
    named = asked.subject != "officer" or PII in asked.caller.scopes
    name, nip = (listed.name, listed.nip) if named else (None, None)
    return SubjectRef(asked.subject, listed.code, name, nip, listed.unit_code)


def _band(band: Band | None) -> BandRow | None:
    return BandRow(*band) if band else None


def _elements(figure: Score) -> tuple[ElementRow, ...]:
    return tuple(ElementRow(e.element, e.n, e.nrr, e.value, e.lower, e.upper, _band(e.band)) for e in figure.elements)
