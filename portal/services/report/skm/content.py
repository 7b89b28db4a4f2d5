"""The report of a unit and period in words: what the Word file and the print page both show."""

from __future__ import annotations

from portal.services.report.skm.analysis import analysis, closing
from portal.services.report.skm.annexes import method, tabulation
from portal.services.report.skm.document import Document, Signature, Words
from portal.services.report.skm.facts import SkmFacts
from portal.services.report.skm.opening import conduct, introduction
from portal.services.report.skm.results import results


def compose(facts: SkmFacts, words: Words) -> Document:
    """Write the report; every figure is the string that the unit's page shows."""
    say, report = words.say, facts.report
    period, is_open = words.period(report.period), not facts.is_closed
    footer = "skm_report.footer_provisional" if is_open else "skm_report.footer"
    return Document(
        language=words.language,
        government=facts.government,
        unit=report.unit_name,
        title=say("skm_report.title"),
        subtitle=period,
        warning=say("skm_report.provisional") if is_open else "",
        as_of=_as_of(facts, words),
        chapters=(
            introduction(facts, words),
            conduct(facts, words),
            results(facts, words),
            analysis(facts, words),
            closing(facts, words),
        ),
        signature=Signature(
            say("skm_report.signature.place"),
            say("skm_report.signature.office", unit=report.unit_name),
            say("skm_report.signature.name"),
            say("skm_report.signature.number"),
        ),
        annexes=(tabulation(facts, words), method(facts, words)),
        footer=say(footer, unit=report.unit_name, period=period),
    )


def _as_of(facts: SkmFacts, words: Words) -> str:
    at = facts.report.released_at
    if at is None:
        return words.say("skm_report.no_release")
    clock = words.sentences.clock(words.language, at)
    return words.say("skm_report.as_of", day=words.day(at.date()), clock=clock, zone=at.tzname())
