"""Every component of the staff pages in every state, with made-up values: to look at after a change of the style."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Final

from flask import Blueprint, g, render_template

from portal.domain.figure import difference, fixed
from portal.domain.finding import Finding, FindingCode
from portal.domain.masking.mark import marked
from portal.domain.period import Period, parse_union
from portal.domain.score.arithmetic import TIMES, Line
from portal.domain.score.band import Band
from portal.domain.score.change import Change
from portal.domain.score.interval import interval
from portal.domain.score.sample import SampleTarget
from portal.domain.score.skm import class_of
from portal.domain.score.spread import Spread, spread
from portal.domain.score.summary import HOMOGENEOUS, TOO_FEW, UNANSWERED, Score
from portal.services.report.data_quality import FindingList
from portal.services.report.figures import QUICK, SKM
from portal.services.report.indicator_lines import IndicatorLine
from portal.services.report.skm.document import Chapter, Paragraph, Points, Section, Table
from portal.services.report.trend import MonthLine, Trend
from portal.web import qr, session
from portal.web.context import site
from portal.web.qr import Symbol
from portal.web.session import StaffBar

TARGET: Final = "82.00"
MONTHS: Final = ("80.86", "84.37", None, None, "83.45", "77.98", "77.83", "78.64", None, "81.22", "78.90", "86.05")
AT: Final = datetime(2026, 11, 22, 3, 24, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class ShownLine:
    """A row of a score table."""

    name: str
    scores: Mapping[str, Score]
    distance: str | None


@dataclass(frozen=True, slots=True)
class ShownSession:
    """An open session of an account."""

    browser: str
    started_at: datetime
    last_seen_at: datetime
    is_own: bool


@dataclass(frozen=True, slots=True)
class ShownProposal:
    """Something that waits for the second person."""

    act: str
    detail: Mapping[str, str | None]
    proposed_by: str
    proposed_at: datetime
    reason: str | None


@dataclass(frozen=True, slots=True)
class Refused:
    """An attempt that was refused, and for how many seconds."""

    code: str
    wait: int


@dataclass(frozen=True, slots=True)
class ComponentsPage:
    """What the components are shown with."""

    staff: StaffBar
    lines: tuple[ShownLine, ...]
    trends: Mapping[str, Trend]
    spread: Spread | None
    figures: Mapping[str, Score]
    sums: tuple[Line, ...]
    periods: tuple[Period, ...]
    sample: SampleTarget | None
    symbol: Symbol
    sessions: tuple[ShownSession, ...]
    proposal: ShownProposal
    refused: Refused
    comment: str
    indicators: tuple[IndicatorLine, ...]
    found: FindingList
    chapter: Chapter
    labels: tuple[str, ...]
    token: str
    target: str = TARGET
    skm: str = SKM
    quick: str = QUICK


def blueprint() -> Blueprint:
    pages = Blueprint("components", __name__)
    pages.add_url_rule("/staff/components", view_func=page)
    return pages


def page() -> str:
    return render_template("components/page.html", page=_shown())


def _shown() -> ComponentsPage:
    small = replace(_score(SKM, None), reason=TOO_FEW)
    course = Trend(SKM, tuple(_month(number, value) for number, value in enumerate(MONTHS, 1)))
    symbol = qr.draw(f"{site().public_url}/")
    return ComponentsPage(
        staff=session.staff_bar(),
        lines=tuple(map(_line, ("71.20", "78.64", "82.00", "90.31", None), "ABCDE")),
        trends={
            "course": course,
            "empty": replace(course, months=tuple(replace(m, score=small) for m in course.months)),
        },
        spread=spread((33, 165, 386, 459)),
        figures={
            "figure": _score(SKM, "78.64"),
            "band": replace(small, n=12, reason=HOMOGENEOUS, band=Band("75.00", "100.00")),
            "small": small,
            "unanswered": replace(small, reason=UNANSWERED),
        },
        sums=(Line.of("total", "138 + 159", 0), Line.of("index", f"25 {TIMES} 297 / (2 {TIMES} 49)", 2)),
        periods=tuple(parse_union(code) for code in ("2026-03", "2026-Q1", "2026-S1", "2026", "12-2026-S1")),
        sample=SampleTarget.of(12_345),
        symbol=symbol,
        sessions=(ShownSession("Firefox/Linux", AT, AT, is_own=True), ShownSession("", AT, AT, is_own=False)),
        proposal=ShownProposal(
            "policy-changed",
            {"key": "base_period", "value": "quarter", "from": None},
            "pengelola.contoh",
            AT,
            "Contoh.",
        ),
        refused=Refused("sign-in-delayed", 450),
        comment=f"Contoh {marked('phone')} contoh {marked('name')}.",
        indicators=tuple(_indicators()),
        found=_found(),
        chapter=_chapter(),
        labels=site().portal.instruments[QUICK].elements[0].labels[g.language],
        token=hashlib.sha256(b"components").hexdigest(),
    )


def _indicators() -> Iterator[IndicatorLine]:
    """Tell of others, of the portal itself, and of nothing yet."""
    told = IndicatorLine(
        indicator_code="contoh",
        name="Contoh",
        unit_of_measure="orang",
        kind="jumlah",
        period_code="2026-S2",
        measure=None,
        target="95",
        realisation="92.4",
        as_of=AT.date(),
        source="Catatan contoh",
        link="https://contoh.invalid/bukti",
        reached_share=None,
        is_elsewhere=False,
    )
    yield told
    yield replace(told, measure="skm", realisation="78.64", source=None, link=None)
    yield replace(told, realisation=None, as_of=None, source=None, link=None)


def _found() -> FindingList:
    gap = Finding(FindingCode.DUTY_GAP, "contoh", "Contoh", "Contoh", count=3, of=20, on=AT.date())
    late = Finding(FindingCode.LATE, "contoh", "Contoh", period_code="2026-S2")
    return FindingList(None, None, Period.parse("2026-S2"), AT.date(), AT.date(), (late, gap))


def _chapter() -> Chapter:
    words = Paragraph("Contoh.", strong=True), Paragraph("Contoh.", note=True)
    listed = Points(("Contoh", "Contoh")), Points(("Contoh", "Contoh"), numbered=True)
    rows = (("Contoh", "12"), ("Contoh", "31"), ("Contoh", "43"))
    table = Table("Contoh", ("Contoh", "n"), rows, (3, 1), numbers_from=1, totals=1)
    return Chapter("Contoh", (Section("Contoh", (*words, *listed, table)),))


def _line(value: str | None, name: str) -> ShownLine:
    distance = difference(value, TARGET) if value else None
    return ShownLine(f"Contoh {name}", {SKM: _score(SKM, value), QUICK: _score(QUICK, value)}, distance)


def _month(number: int, value: str | None) -> MonthLine:
    said = {7: Change.DOWN, 12: Change.UP}.get(number, Change.NONE) if value else Change.UNKNOWN
    return MonthLine(date(2026, number, 1), _score(SKM, value), said)


def _score(instrument: str, value: str | None) -> Score:
    measure = site().portal.instruments[instrument].measure
    if value is None:
        return Score(instrument, measure, None, None, None, None, None, None, (), TOO_FEW)
    around = interval(Fraction(Decimal(value)), 143)
    ends = (fixed(around.lower, 2), fixed(around.upper, 2)) if around else (None, None)
    mutu = class_of(Decimal(value)) if instrument == SKM else None
    return Score(instrument, measure, 143, value, *ends, mutu, None, (), None)
