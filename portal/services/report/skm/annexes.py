"""The annexes: every complete ballot where that reveals nobody, and how the figures were made."""

from __future__ import annotations

from portal.domain.threshold import Thresholds
from portal.services.report.skm.document import Block, Chapter, Paragraph, Points, Section, Table, Words
from portal.services.report.skm.facts import Omitted, SkmFacts
from portal.services.report.skm.results import weight_name

MOST_PRINTED = 1_000
"""Ballots that the printed tabulation has room for; a spreadsheet has room for all."""


def tabulation(facts: SkmFacts, words: Words) -> Chapter:
    """Write the annex with the ballots, or why there are none."""
    return Chapter(words.say("skm_report.chapter.tabulation"), (Section("", _tabulation(facts, words)),))


def omitted(facts: SkmFacts, words: Words) -> str:
    """Say why the ballots are left out; empty where they are not."""
    if facts.tabulation.omitted is None:
        return ""
    few = Thresholds()
    of = {"n": few.public, "officers": few.distinct_officers} if facts.tabulation.omitted is Omitted.TOO_FEW else {}
    return words.say(f"skm_report.omitted.{facts.tabulation.omitted}", **of)


def _tabulation(facts: SkmFacts, words: Words) -> tuple[Block, ...]:
    say, rows, asked = words.say, facts.tabulation.rows, facts.instrument.elements
    if facts.tabulation.omitted is not None:
        return (Paragraph(omitted(facts, words)),)
    if len(rows) > MOST_PRINTED:
        return (Paragraph(say("skm_report.tabulation.elsewhere", n=len(rows))),)
    codes = [say("skm_report.tabulation.code", number=element.number) for element in asked]
    legend = (
        say("skm_report.tabulation.legend", number=code, name=element.name[words.language])
        for code, element in zip(codes, asked, strict=True)
    )
    lines = ((words.number(number), *(str(value) for value in row)) for number, row in enumerate(rows, start=1))
    sums = tuple(words.number(sum(column)) for column in zip(*rows, strict=True))
    table = Table(
        say("skm_report.tabulation.caption"),
        (say("skm_report.number"), *codes),
        (*lines, (say("skm_report.tabulation.sum"), *sums)),
        widths=(3, *[2] * len(asked)),
        numbers_from=0,
        totals=1,
        dense=True,
    )
    return Paragraph(say("skm_report.tabulation.text")), Paragraph("; ".join(legend), note=True), table


def method(facts: SkmFacts, words: Words) -> Chapter:
    """Write the annex on how the figures were made, with the options of this report."""
    return Chapter(
        words.say("skm_report.chapter.method"), (Section("", (Points(method_lines(facts, words), numbered=True),)),)
    )


def method_lines(facts: SkmFacts, words: Words) -> tuple[str, ...]:
    """Say how the figures were made, a sentence each."""
    say, weight = words.say, weight_name(facts.weight, words)
    plain = ("pooled", "range", "target", "release", "quick", "change")
    return (
        say("skm_report.method.nrr"),
        say("skm_report.method.weighted", weight=weight),
        say("skm_report.method.index"),
        *(say(f"skm_report.method.{name}") for name in plain),
        say("skm_report.method.options", weight=weight, sampling=say(f"skm_report.sampling_name.{facts.sampling}")),
        _signed(facts, words),
    )


def _signed(facts: SkmFacts, words: Words) -> str:
    signed = facts.signed
    if signed is None:
        return words.say("skm_report.method.union" if facts.is_closed else "skm_report.method.unsigned")
    day = words.day(signed.signed_on)
    return words.say("skm_report.method.snapshot", day=day, version=signed.version, hash=signed.digest)
