"""Chapters one and two: why and how the survey was made, and who answered."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from portal.domain.score.skm import LOWER_BOUNDS, Weight
from portal.domain.threshold import Thresholds
from portal.services.report.skm.document import Block, Chapter, Paragraph, Points, Section, Table, Words
from portal.services.report.skm.facts import SkmFacts


def introduction(facts: SkmFacts, words: Words) -> Chapter:
    """Write the first chapter."""
    report, say = facts.report, words.say
    background = say(
        "skm_report.introduction.background_text",
        unit=report.unit_name,
        government=facts.government,
        period=words.period(report.period),
    )
    aims = ("skm_report.introduction.aim_1", "skm_report.introduction.aim_2", "skm_report.introduction.aim_3")
    sections = (
        Section(say("skm_report.introduction.background"), (Paragraph(background),)),
        Section(
            say("skm_report.introduction.aims"),
            (Points(tuple(say(aim, unit=report.unit_name) for aim in aims), numbered=True),),
        ),
        Section(say("skm_report.introduction.method"), tuple(_method(facts, words))),
    )
    return Chapter(say("skm_report.chapter.introduction"), sections)


def _method(facts: SkmFacts, words: Words) -> Iterator[Block]:
    say, asked = words.say, len(facts.instrument.elements)
    yield Paragraph(say("skm_report.introduction.instrument", count=asked, instrument=facts.instrument.id))
    yield Paragraph(say(f"skm_report.sampling_text.{facts.sampling}"))
    if facts.weight is Weight.EXACT:
        yield Paragraph(say("skm_report.introduction.weight_exact", count=asked))
    else:
        text = say("skm_report.introduction.weight_short", weight=words.figure(facts.weight.value))
        yield Paragraph(text, strong=True)
    yield Paragraph(say("skm_report.introduction.rounding"))
    yield Table(
        say("skm_report.introduction.classes"),
        (
            say("skm_report.introduction.class_range"),
            say("skm_report.mutu"),
            say("skm_report.introduction.class_performance"),
        ),
        tuple(_classes(words)),
        widths=(3, 2, 4),
    )
    few = Thresholds()
    yield Paragraph(say("skm_report.introduction.small", n=facts.report.needed, service=few.service), note=True)


def _classes(words: Words) -> Iterator[tuple[str, str, str]]:
    """Name each class with its bounds, the best first; what is below a bound ends a hundredth under it."""
    most = Decimal("100.00")
    for bound, mutu in (*LOWER_BOUNDS, (Decimal("25.00"), "D")):
        span = words.say("skm_report.range_of", lower=words.figure(f"{bound}"), upper=words.figure(f"{most}"))
        yield span, mutu, words.say(f"skm_report.class_name.{mutu}")
        most = bound - Decimal("0.01")


def conduct(facts: SkmFacts, words: Words) -> Chapter:
    """Write the second chapter."""
    say = words.say
    sections = (
        Section(say("skm_report.conduct.time"), tuple(_time(facts, words))),
        Section(say("skm_report.conduct.way"), tuple(_way(facts, words))),
        Section(say("skm_report.conduct.respondents"), tuple(_respondents(facts, words))),
    )
    return Chapter(say("skm_report.chapter.conduct"), sections)


def _time(facts: SkmFacts, words: Words) -> Iterator[Block]:
    period = facts.report.period
    first, last = words.day(period.starts_on), words.day(period.ends_on)
    yield Paragraph(words.say("skm_report.conduct.time_text", first=first, last=last))
    if not facts.is_closed:
        yield Paragraph(words.say("skm_report.conduct.time_so_far"))
    if facts.campaigns:
        yield Points(
            tuple(
                words.say(
                    "skm_report.conduct.campaign_of" if row.service_name else "skm_report.conduct.campaign",
                    first=words.day(row.starts_on),
                    last=words.day(row.ends_on),
                    **({"service": row.service_name} if row.service_name else {}),
                )
                for row in facts.campaigns
            )
        )


def _way(facts: SkmFacts, words: Words) -> Iterator[Block]:
    say = words.say
    yield Paragraph(say("skm_report.conduct.way_text"))
    if not facts.ways:
        yield Paragraph(say("skm_report.conduct.mix_none"))
        return
    rows = [
        (
            say(f"rules.channel_name.{way.channel}"),
            say(f"rules.{way.evidence}"),
            say("skm_report.conduct.not_told") if way.n is None else words.number(way.n),
        )
        for way in facts.ways
    ]
    total = (say("skm_report.conduct.mix_total"), "", words.number(facts.report.skm.n or 0))
    yield Table(
        say("skm_report.conduct.mix"),
        (say("skm_report.conduct.channel"), say("skm_report.conduct.evidence"), say("skm_report.conduct.ballots")),
        (*rows, total),
        widths=(4, 4, 2),
        numbers_from=2,
        totals=1,
    )


def _respondents(facts: SkmFacts, words: Words) -> Iterator[Block]:
    say, target, n = words.say, facts.target, facts.report.skm.n
    rows = [
        (say("skm_report.conduct.respondents_n"), words.number(n) if n is not None else say("skm_report.not_enough"))
    ]
    if target:
        rows = [
            (say("skm_report.conduct.served"), words.number(target.served)),
            (say("skm_report.conduct.target"), words.number(target.respondents)),
            *rows,
        ]
    heads = (say("skm_report.conduct.what"), say("skm_report.conduct.count"))
    yield Table(say("skm_report.conduct.counted"), heads, tuple(rows), widths=(7, 3), numbers_from=1)
    if target is None:
        yield Paragraph(say("skm_report.conduct.served_unknown"))
    elif n is not None:
        key = "skm_report.conduct.enough" if n >= target.respondents else "skm_report.conduct.short"
        yield Paragraph(say(key, n=n, target=target.respondents))
