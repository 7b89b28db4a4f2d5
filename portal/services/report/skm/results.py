"""Chapter three: the index, its elements, the kinds of service, and the quick rating apart from all of them."""

from __future__ import annotations

from collections.abc import Iterator

from portal.domain.score.band import Band
from portal.domain.score.skm import Weight
from portal.domain.score.summary import HOMOGENEOUS, UNANSWERED, ElementScore, Score
from portal.domain.score.weighted import WeightedIndex, weighted_index
from portal.services.report.figures import SKM, Line
from portal.services.report.skm.document import Block, Chapter, Paragraph, Section, Table, Words
from portal.services.report.skm.facts import SkmFacts


def results(facts: SkmFacts, words: Words) -> Chapter:
    """Write the third chapter."""
    say = words.say
    sections = (
        Section(say("skm_report.results.index"), tuple(_index(facts, words))),
        Section(say("skm_report.results.elements"), tuple(_elements(facts, words))),
        Section(say("skm_report.results.services"), tuple(_services(facts, words))),
        Section(say("skm_report.results.profile"), tuple(_profile(facts, words))),
        Section(say("skm_report.results.quick"), tuple(_quick(facts, words))),
    )
    return Chapter(say("skm_report.chapter.results"), sections)


def why_not(facts: SkmFacts, words: Words) -> str:
    """Say why the index of the unit is not shown."""
    report, say = facts.report, words.say
    if report.skm.reason == UNANSWERED:
        return say("skm_report.not_shown", reason=say("unit.unanswered"))
    if report.skm.reason == HOMOGENEOUS and report.skm.band:
        return say("skm_report.homogeneous", n=report.skm.n, band=band_of(report.skm.band, words))
    reasons = [say("unit.not_enough"), say("unit.needed", n=report.needed)]
    return say(
        "skm_report.not_shown", reason=" ".join([*reasons, *([say("unit.hidden_unit")] if report.above else [])])
    )


def band_of(band: Band, words: Words) -> str:
    """Write the band in which a figure lies that is not printed itself."""
    return words.say("skm_report.band", lower=words.figure(band.lower), upper=words.figure(band.upper))


def value_of(score: Score | ElementScore, words: Words) -> str:
    """Write a value; its band, or a dash, where it has none."""
    return band_of(score.band, words) if score.band else words.figure(score.value)


def range_of(score: Score | ElementScore, words: Words) -> str:
    """Write the range of a figure; a dash where there is none."""
    if score.lower is None:
        return words.figure(None)
    return words.say("skm_report.range_of", lower=words.figure(score.lower), upper=words.figure(score.upper))


def class_name(mutu: str | None, words: Words) -> str:
    """Name a class inside a sentence."""
    name = words.say(f"unit.class.{mutu}")
    return name[0].lower() + name[1:]


def weight_name(weight: Weight, words: Words) -> str:
    """Name a weight as it is printed."""
    if weight is Weight.EXACT:
        return words.say("skm_report.weight_name.exact")
    return words.say("skm_report.weight_name.short", weight=words.figure(weight.value))


def _index(facts: SkmFacts, words: Words) -> Iterator[Block]:
    report, say = facts.report, words.say
    index, exact = weighted_index(report.skm, facts.weight), report.skm
    if exact.value is None:
        yield Paragraph(why_not(facts, words))
        return
    of = {"unit": report.unit_name, "period": words.period(report.period), "n": exact.n}
    around = {"lower": words.figure(exact.lower), "upper": words.figure(exact.upper)}
    also = {"ikm": words.figure(exact.value), "mutu": class_name(exact.mutu, words)}
    weight = words.figure(facts.weight.value)
    if index.ikm is None:
        yield Paragraph(say("skm_report.results.no_weight", weight=weight), strong=True)
    if facts.weight is Weight.EXACT or index.ikm is None:
        yield Paragraph(say("skm_report.results.index_text", **of, **also, **around), strong=True)
    else:
        said = {"ikm": words.figure(index.ikm), "mutu": class_name(index.mutu, words)}
        yield Paragraph(say("skm_report.results.index_short", weight=weight, **of, **said), strong=True)
        yield Paragraph(say("skm_report.results.index_also", **also, **around))
    yield Paragraph(say("skm_report.results.range_note"), note=True)


def _elements(facts: SkmFacts, words: Words) -> Iterator[Block]:
    say, skm = words.say, facts.report.skm
    if all(element.n is None for element in skm.elements):
        yield Paragraph(why_not(facts, words))
        return
    index = weighted_index(skm, facts.weight)
    numbers = {element.code: element for element in facts.instrument.elements}
    rows = [
        (
            words.number(numbers[score.element].number),
            numbers[score.element].name[words.language],
            words.number(score.n) if score.n is not None else say("skm_report.not_enough"),
            words.figure(score.nrr),
            words.figure(index.weighted.get(score.element)),
            value_of(score, words),
            range_of(score, words),
        )
        for score in skm.elements
    ]
    heads = (
        say("skm_report.number"),
        say("skm_report.element"),
        say("skm_report.answers"),
        say("skm_report.results.nrr"),
        say("skm_report.results.nrr_weighted"),
        say("skm_report.value"),
        say("skm_report.range"),
    )
    caption = say("skm_report.results.elements_caption", weight=weight_name(facts.weight, words))
    sums = _sums(index, words)
    yield Table(caption, heads, (*rows, *sums), widths=(3, 10, 5, 4, 6, 4, 7), numbers_from=2, totals=len(sums))
    yield Paragraph(say("skm_report.results.elements_note"), note=True)


def _sums(index: WeightedIndex, words: Words) -> list[tuple[str, ...]]:
    """Return the last lines of the table of elements: the sum of the weighted values, and the index."""
    said = (("skm_report.results.sum_weighted", index.total), ("skm_report.results.sum_index", index.ikm))
    return [("", words.say(key), "", "", words.figure(figure), "", "") for key, figure in said if index.total]


def service_name(line: Line, words: Words) -> str:
    """Name a service, also those that are not in the registry."""
    return line.name or words.say(f"unit.service_{'other' if line.code.isalpha() else 'none'}")


def _services(facts: SkmFacts, words: Words) -> Iterator[Block]:
    say, services = words.say, facts.report.services
    if not services:
        yield Paragraph(say("skm_report.results.services_none"))
        return
    exact = facts.weight is Weight.EXACT
    heads = [say("skm_report.service"), say("skm_report.respondents")]
    if not exact:
        heads.append(say("skm_report.ikm_with", weight=words.figure(facts.weight.value)))
    heads += [] if exact else [say("skm_report.mutu")]
    heads += [
        say("skm_report.ikm" if exact else "skm_report.ikm_exact"),
        say("skm_report.mutu"),
        say("skm_report.range"),
    ]
    rows = tuple(_service(facts, line, words) for line in services)
    widths = (12, 6, 4, 4, 7) if exact else (9, 6, 5, 4, 5, 4, 7)
    caption = say("skm_report.results.services_caption")
    yield Table(caption, tuple(heads), rows, widths=widths, numbers_from=1)
    yield Paragraph(say("skm_report.results.services_note"), note=True)


def _service(facts: SkmFacts, line: Line, words: Words) -> tuple[str, ...]:
    score = line.scores[SKM]
    said = "skm_report.unanswered" if score.reason == UNANSWERED else "skm_report.not_enough"
    n = words.number(score.n) if score.n is not None else words.say(said)
    short = weighted_index(score, facts.weight)
    under = words.figure(short.ikm), short.mutu or words.say("skm_report.none")
    return (
        service_name(line, words),
        n,
        *(() if facts.weight is Weight.EXACT else under),
        value_of(score, words),
        score.mutu or words.say("skm_report.none"),
        range_of(score, words),
    )


def _profile(facts: SkmFacts, words: Words) -> Iterator[Block]:
    for one in facts.profile:
        title, few = one.item.question[words.language], words.say("skm_report.results.profile_few")
        counts = ((name[words.language], one.counts[code]) for code, name in one.item.options.items())
        rows = tuple((name, few if n is None else words.number(n)) for name, n in counts)
        yield Table(title, (title, words.say("skm_report.answers")), rows, widths=(7, 3), numbers_from=1)
    if not facts.profile:
        yield Paragraph(words.say("skm_report.results.profile_none"))


def _quick(facts: SkmFacts, words: Words) -> Iterator[Block]:
    quick = facts.report.quick
    if quick.value is None:
        yield Paragraph(words.say("skm_report.results.quick_none"))
        return
    figures = {name: words.figure(getattr(quick, name)) for name in ("value", "lower", "upper")}
    yield Paragraph(words.say("skm_report.results.quick_text", n=quick.n, **figures))
