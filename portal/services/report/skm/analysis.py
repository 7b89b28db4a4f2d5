"""Chapters four and five: the weakest elements, what is to be done about them, the trend, and the conclusion."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from itertools import dropwhile

from portal.domain.figure import difference
from portal.domain.score.skm import Weight
from portal.domain.score.summary import ElementScore
from portal.domain.score.weighted import weighted_index
from portal.services.report.skm.document import Block, Chapter, Paragraph, Section, Table, Words
from portal.services.report.skm.facts import WEAKEST, SkmFacts
from portal.services.report.skm.results import class_name, range_of, value_of, why_not
from portal.services.report.unit import UnitReport

YEARS = 5


def analysis(facts: SkmFacts, words: Words) -> Chapter:
    """Write the fourth chapter."""
    say = words.say
    sections = (
        Section(say("skm_report.analysis.elements"), tuple(_elements(facts, words))),
        Section(say("skm_report.analysis.plan"), tuple(_plan(facts, words))),
        Section(say("skm_report.analysis.trend"), (*_months(facts, words), _years(facts, words))),
        Section(say("skm_report.analysis.follow"), tuple(_follow(facts, words))),
    )
    return Chapter(say("skm_report.chapter.analysis"), sections)


def closing(facts: SkmFacts, words: Words) -> Chapter:
    """Write the fifth chapter."""
    return Chapter(words.say("skm_report.chapter.closing"), (Section("", tuple(_closing(facts, words))),))


def weakest(report: UnitReport) -> list[ElementScore]:
    """Return the elements with the lowest figures, a band standing for the figure in it; none where none is shown."""
    return _known(report)[:WEAKEST]


def _known(report: UnitReport) -> list[ElementScore]:
    """Return the elements with a figure or a band, the lowest first."""
    known = [element for element in report.elements if element.value or element.band]
    return sorted(known, key=lambda element: Decimal(element.value or (element.band or ("0",))[0]))


def _names(facts: SkmFacts, words: Words) -> Mapping[str, str]:
    return {element.code: element.name[words.language] for element in facts.instrument.elements}


def _said(element: ElementScore, facts: SkmFacts, words: Words) -> str:
    name = _names(facts, words)[element.element]
    return words.say("skm_report.analysis.one", name=name, value=value_of(element, words))


def _elements(facts: SkmFacts, words: Words) -> Iterator[Block]:
    say, report, names = words.say, facts.report, _names(facts, words)
    lowest, target = weakest(report), report.target
    if not lowest:
        yield Paragraph(why_not(facts, words))
        return
    best = _known(report)[-1]
    listed = "; ".join(_said(element, facts, words) for element in lowest)
    yield Paragraph(say("skm_report.analysis.lowest", names=listed, best=_said(best, facts, words)))
    rows = [
        (
            names[element.element],
            value_of(element, words),
            *([words.figure(difference(element.value, target) if element.value else None)] if target else []),
        )
        for element in report.elements
    ]
    heads = [say("skm_report.element"), say("skm_report.value")]
    if target:
        caption = say("skm_report.analysis.elements_to_target", target=words.figure(target))
        heads.append(say("skm_report.analysis.distance"))
    else:
        caption = say("skm_report.analysis.elements_caption")
    yield Table(caption, tuple(heads), tuple(rows), widths=(10, 3, 4) if target else (10, 3), numbers_from=1)
    if not target:
        yield Paragraph(say("skm_report.analysis.no_target"), note=True)


def _plan(facts: SkmFacts, words: Words) -> Iterator[Block]:
    say, lowest = words.say, weakest(facts.report)
    yield Paragraph(say("skm_report.analysis.plan_text"))
    said = [_said(element, facts, words) for element in lowest] or [""] * WEAKEST
    yield Table(
        say("skm_report.analysis.plan_caption"),
        (
            say("skm_report.number"),
            say("skm_report.element"),
            say("skm_report.analysis.plan_what"),
            say("skm_report.analysis.plan_when"),
            say("skm_report.analysis.plan_who"),
        ),
        tuple((str(number), name, "", "", "") for number, name in enumerate(said, start=1)),
        widths=(3, 9, 10, 5, 7),
        room=True,
    )


def _months(facts: SkmFacts, words: Words) -> Iterator[Block]:
    say, all_months = words.say, facts.report.skm_trend.months
    months = list(dropwhile(lambda line: line.score.n is None, all_months))
    if not months:
        yield Paragraph(say("skm_report.analysis.trend_none"))
        return
    rows = tuple(
        (
            words.month(line.month),
            words.number(line.score.n),
            value_of(line.score, words),
            range_of(line.score, words),
            say(f"unit.change.{line.change}"),
        )
        for line in months
    )
    yield Table(
        say("skm_report.analysis.trend_caption"),
        (
            say("skm_report.analysis.month"),
            say("skm_report.respondents"),
            say("skm_report.ikm"),
            say("skm_report.range"),
            say("skm_report.analysis.change"),
        ),
        rows,
        widths=(6, 5, 4, 6, 9),
        numbers_from=1,
        numbers_to=4,
    )
    yield Paragraph(say("skm_report.analysis.trend_note"), note=True)
    if facts.weight is not Weight.EXACT:
        yield Paragraph(say("skm_report.analysis.trend_weight"), note=True)


def _years(facts: SkmFacts, words: Words) -> Table:
    """Return the table of five years: what was published before the portal, closed periods, and this report."""
    say, report = words.say, facts.report
    first, none = report.period.starts_on.year - YEARS + 1, say("skm_report.none")
    past = [
        (str(row.year), words.figure(row.skm), none, words.number(row.n), say("skm_report.analysis.source_past"))
        for row in reversed(report.past)
        if row.year >= first
    ]
    closed = [
        (
            words.period(row.period),
            words.figure(row.value) if row.value else say("skm_report.not_enough"),
            row.mutu or none,
            words.number(row.n),
            say("skm_report.analysis.source_closed"),
        )
        for row in facts.history
    ]
    own = (
        words.period(report.period),
        value_of(report.skm, words) if report.skm.n else say("skm_report.not_enough"),
        report.skm.mutu or none,
        words.number(report.skm.n),
        say("skm_report.analysis.source_this"),
    )
    heads = (
        say("skm_report.analysis.of"),
        say("skm_report.ikm" if facts.weight is Weight.EXACT else "skm_report.ikm_exact"),
        say("skm_report.mutu"),
        say("skm_report.respondents"),
        say("skm_report.analysis.source"),
    )
    rows = (*past, *closed, own)
    caption = say("skm_report.analysis.years_caption")
    return Table(caption, heads, rows, widths=(7, 4, 3, 6, 11), numbers_from=1, numbers_to=4)


def _follow(facts: SkmFacts, words: Words) -> Iterator[Block]:
    say, before = words.say, facts.previous
    lowest = weakest(before) if before else []
    if before is None or not lowest:
        yield Paragraph(say("skm_report.analysis.follow_none"))
        return
    period, names = words.period(before.period), _names(facts, words)
    now = {element.element: value_of(element, words) for element in facts.report.elements}
    yield Paragraph(say("skm_report.analysis.follow_text", period=period))
    yield Table(
        say("skm_report.analysis.follow_caption", period=period),
        (
            say("skm_report.number"),
            say("skm_report.element"),
            say("skm_report.analysis.follow_before"),
            say("skm_report.analysis.follow_now"),
            say("skm_report.analysis.follow_what"),
            say("skm_report.analysis.follow_done"),
        ),
        tuple(
            (str(number), names[one.element], value_of(one, words), now[one.element], "", "")
            for number, one in enumerate(lowest, start=1)
        ),
        widths=(3, 8, 5, 5, 8, 7),
        room=True,
    )


def _closing(facts: SkmFacts, words: Words) -> Iterator[Block]:
    say, report = words.say, facts.report
    index, of = (
        weighted_index(report.skm, facts.weight),
        {"unit": report.unit_name, "period": words.period(report.period)},
    )
    if index.ikm is None:
        yield Paragraph(say("skm_report.closing.none", **of))
    else:
        said = {"ikm": words.figure(index.ikm), "mutu": class_name(index.mutu, words)}
        yield Paragraph(say("skm_report.closing.result", **said, **of))
    if lowest := weakest(report):
        names = _names(facts, words)
        listed = ", ".join(names[element.element] for element in lowest)
        yield Paragraph(say("skm_report.closing.weakest", names=listed))
    if not facts.is_closed:
        yield Paragraph(say("skm_report.closing.provisional"))
    yield Paragraph(say("skm_report.closing.end"))
