"""The report as an XLSX file whose figures are formulas over the counts of answers: change the weight, all follow.

Kept apart because it brings openpyxl, which a serving process can do without until somebody asks for a report.
"""

from __future__ import annotations

import io
from typing import Final

from openpyxl import Workbook
from openpyxl.worksheet.datavalidation import DataValidation

from portal.domain.score.skm import LOWER_BOUNDS, POINTS_PER_STEP, Weight
from portal.domain.score.summary import ElementScore, Score
from portal.domain.score.weighted import answers_total
from portal.services.report.figures import SKM
from portal.services.report.skm.annexes import method_lines, omitted
from portal.services.report.skm.document import Words
from portal.services.report.skm.facts import SkmFacts
from portal.services.report.skm.results import band_of, service_name, why_not
from portal.services.report.skm.sheet import BOLD, TITLE, Cell, Formula, Sheet, half_up

WEIGHTS: Final = {Weight.EXACT: "1/9", Weight.SHORTENED: "0,11", Weight.PROCESSING_SHEET: "0,111"}
"""What stands in the cell that the weight is chosen in."""

_TWO, _THREE = "0.00", "0.000"
_TEXT: Final = "@"
_FIRST: Final = 2  # the line below the headings
_ELEMENT_FORMATS: Final = ("0", "General", *["0"] * 6, _THREE, _THREE, _TWO, "General", _TWO, _TWO)


def write_spreadsheet(facts: SkmFacts, words: Words) -> bytes:
    """Return the XLSX file."""
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    writer = _Writer(facts, words, workbook)
    writer.summary()
    writer.elements()
    writer.services()
    writer.trend()
    writer.tabulation()
    writer.method()
    workbook.calculation.fullCalcOnLoad = True
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()


def _number(text: str | None) -> float | None:
    return None if text is None else float(text)


def mutu_formula(cell: str) -> Formula:
    """Return the formula for the class of an index; compared in hundredths, which are whole numbers."""
    expression = '"D"'
    for bound, mutu in reversed(LOWER_BOUNDS):
        expression = f'IF(ROUND(100*{cell},0)>={100 * bound:.0f},"{mutu}",{expression})'
    return Formula(f"={expression}")


def target_formula(cell: str) -> Formula:
    """Return the formula for the respondents needed of so many people served."""
    return half_up(f"3.841*{cell}*0.25/(0.0025*({cell}-1)+3.841*0.25)", 0)


def _counts(element: ElementScore, line: int) -> tuple[Cell, ...]:
    """Return the six cells from the first answer to the sum: formulas where the counts may be shown."""
    if element.distribution is None:
        return None, None, None, None, element.n, answers_total(element)
    total = "+".join(f"{value}*{column}{line}" for value, column in enumerate("CDEF", start=1))
    return *element.distribution, Formula(f"=SUM(C{line}:F{line})"), Formula(f"={total}")


class _Writer:
    """Writes the sheets of one report."""

    def __init__(self, facts: SkmFacts, words: Words, workbook: Workbook) -> None:
        self._facts, self._report, self._words, self._workbook = facts, facts.report, words, workbook
        self._names = {element.code: element.name[words.language] for element in facts.instrument.elements}
        self._weight = ""

    def _say(self, key: str, **values: object) -> str:
        return self._words.say(key, **values)

    def _sheet(self, name: str, *widths: int) -> Sheet:
        return Sheet(self._workbook.create_sheet(self._say(name)), widths)

    def _address(self, name: str, cells: str) -> str:
        return f"'{self._say(name)}'!{cells}"

    @property
    def _last(self) -> int:
        return _FIRST + len(self._names) - 1

    def summary(self) -> None:
        """Write the figures of the unit, and above them the weight that they are computed with."""
        sheet, report, say = self._sheet("skm_report.sheet.summary", 52, 18, 78), self._report, self._say
        sheet.add(say("skm_report.title"), font=TITLE)
        for text in (self._facts.government, report.unit_name, self._words.period(report.period)):
            sheet.add(text, font=BOLD)
        sheet.add(None if self._facts.is_closed else say("skm_report.provisional"))
        sheet.add(say("skm_report.sheet.option"), head=True)
        self._option(sheet)
        sampling = self._words.say(f"skm_report.sampling_name.{self._facts.sampling}")
        sheet.add(say("skm_report.sampling"), sampling)
        sheet.add(say("skm_report.ikm"), head=True)
        self._index(sheet, report.skm)
        sheet.add(say("skm_report.conduct.counted"), head=True)
        self._target(sheet)
        sheet.add(say("skm_report.sheet.quick"), head=True)
        quick = report.quick
        value = _number(quick.value) if quick.value else say("skm_report.not_enough")
        sheet.add(say("skm_report.value"), value, formats=("General", _TWO))
        self._range(sheet, quick)
        sheet.add(say("skm_report.sheet.n"), quick.n)

    def _option(self, sheet: Sheet) -> None:
        chosen, offered = WEIGHTS[self._facts.weight], WEIGHTS.values()
        row = (self._say("skm_report.weight"), chosen, self._say("skm_report.sheet.weight_hint"), None, *offered)
        line = sheet.add(*row, formats=("General", _TEXT, "General", "General", *[_TEXT] * len(offered)))
        sheet.offer(f"B{line}", DataValidation("list", formula1=f"$E${line}:$G${line}"))
        cases = f'IF(B{line}="0,11",0.11,IF(B{line}="0,111",0.111,1/{len(self._names)}))'
        line = sheet.add(
            self._say("skm_report.sheet.weight_value"), Formula(f"={cases}"), formats=("General", "0.000000")
        )
        self._weight = self._address("skm_report.sheet.summary", f"$B${line}")

    def _index(self, sheet: Sheet, skm: Score) -> None:
        say = self._say
        if skm.value is None:
            sheet.add(say("skm_report.ikm"), say("skm_report.not_enough"), why_not(self._facts, self._words))
            return
        totals, counts = (self._address("skm_report.sheet.elements", f"{it}{_FIRST}:{it}{self._last}") for it in "HG")
        line = sheet.add(say("skm_report.ikm"), self._ikm(skm, totals, counts), formats=("General", _TWO), font=BOLD)
        sheet.add(say("skm_report.mutu"), mutu_formula(f"B{line}"))
        names = {mutu: self._say(f"skm_report.class_name.{mutu}") for mutu in "ABCD"}
        cases = "".join(f'IF(B{line + 1}="{mutu}","{name}",' for mutu, name in names.items())
        sheet.add(say("skm_report.sheet.class"), Formula(f'={cases}""{")" * len(names)}'))
        self._range(sheet, skm, "skm_report.sheet.from_portal_exact")

    def _ikm(self, score: Score, totals: str, counts: str) -> Cell:
        """Return the formula of an index; where an element has a band only, the figure itself, for the exact weight."""
        if any(answers_total(element) is None for element in score.elements):
            return _number(score.value)
        return half_up(f"SUMPRODUCT({totals}/{counts})*{self._weight}*{POINTS_PER_STEP}", 2)

    def _range(self, sheet: Sheet, score: Score, source: str = "skm_report.sheet.from_portal") -> None:
        for key, figure in (("skm_report.sheet.lower", score.lower), ("skm_report.sheet.upper", score.upper)):
            sheet.add(self._say(key), _number(figure), self._say(source), formats=("General", _TWO))

    def _target(self, sheet: Sheet) -> None:
        say, n, target = self._say, self._report.skm.n, self._facts.target
        sheet.add(say("skm_report.conduct.respondents_n"), say("skm_report.not_enough") if n is None else n)
        if target is None:
            sheet.add(say("skm_report.conduct.served_unknown"))
            return
        line = sheet.add(say("skm_report.conduct.served"), target.served)
        sheet.add(say("skm_report.conduct.target"), target_formula(f"B{line}"))

    def elements(self) -> None:
        """Write the counts of each element and what follows from them."""
        sheet = self._sheet("skm_report.sheet.elements", 6, 46, *[10] * 5, 12, 10, 12, 10, 26, 12, 12)
        sheet.add(
            *self._heads(
                "skm_report.number",
                "skm_report.element",
                "skm_report.results.nrr",
                "skm_report.results.nrr_weighted",
                "skm_report.value",
            ),
            head=True,
        )
        numbers = {element.code: element.number for element in self._facts.instrument.elements}
        for element in self._report.skm.elements:
            line = sheet.line + 1
            row = (numbers[element.element], self._names[element.element], *self._row(element, line))
            sheet.add(*row, formats=_ELEMENT_FORMATS)
        if self._report.skm.value and all(answers_total(it) is not None for it in self._report.skm.elements):
            exact = f"SUMPRODUCT(H{_FIRST}:H{self._last}/G{_FIRST}:G{self._last})*{self._weight}"
            blank = [None] * 7
            for key, formula, form in (
                ("skm_report.results.sum_weighted", half_up(exact, 3), _THREE),
                ("skm_report.results.sum_index", half_up(f"{exact}*{POINTS_PER_STEP}", 2), _TWO),
            ):
                sheet.add(None, self._say(key), *blank, formula, formats=["General"] * 9 + [form], font=BOLD)

    def _heads(self, first: str, second: str, *figures: str) -> tuple[str, ...]:
        counts = tuple(self._say("skm_report.sheet.count_of", value=value) for value in range(1, 5))
        ends = ("skm_report.range", "skm_report.sheet.lower", "skm_report.sheet.upper") if figures else ()
        middle = ("skm_report.answers", "skm_report.sheet.total", *figures, *ends)
        return self._say(first), self._say(second), *counts, *(self._say(key) for key in middle)

    def _row(self, element: ElementScore, line: int) -> tuple[Cell, ...]:
        if element.n is None or answers_total(element) is None:
            said = band_of(element.band, self._words) if element.band else self._say("skm_report.not_enough")
            return *[None] * 4, element.n, None, None, None, None, said
        mean = f"H{line}/G{line}"
        note = (
            self._say("skm_report.sheet.hidden_counts")
            if element.distribution is None
            else self._say("skm_report.sheet.from_portal")
        )
        return (
            *_counts(element, line),
            half_up(mean, 3),
            half_up(f"{mean}*{self._weight}", 3),
            half_up(f"{mean}*{POINTS_PER_STEP}", 2),
            note,
            _number(element.lower),
            _number(element.upper),
        )

    def services(self) -> None:
        """Write the index of each kind of service, and on a sheet of its own the counts that it follows from."""
        sheet = self._sheet("skm_report.sheet.services", 40, 14, 12, 8, 12, 12, 40)
        data = self._sheet("skm_report.sheet.services_data", 40, 46, *[10] * 5, 12)
        keys = (
            "skm_report.service",
            "skm_report.respondents",
            "skm_report.ikm",
            "skm_report.mutu",
            "skm_report.sheet.lower",
            "skm_report.sheet.upper",
        )
        sheet.add(*(self._say(key) for key in keys), head=True)
        data.add(*self._heads("skm_report.service", "skm_report.element"), head=True)
        for service in self._report.services:
            name, score = service_name(service, self._words), service.scores[SKM]
            if score.value is None:
                said = band_of(score.band, self._words) if score.band else self._say("skm_report.not_enough")
                sheet.add(name, score.n, *[None] * 4, said)
                continue
            first = data.line + 1
            for element in score.elements:
                data.add(name, self._names[element.element], *_counts(element, data.line + 1))
            totals, counts = (
                self._address("skm_report.sheet.services_data", f"{column}{first}:{column}{data.line}")
                for column in "HG"
            )
            ikm, line = self._ikm(score, totals, counts), sheet.line + 1
            ends = _number(score.lower), _number(score.upper)
            formats = ("General", "0", _TWO, "General", _TWO, _TWO)
            sheet.add(name, score.n, ikm, mutu_formula(f"C{line}"), *ends, formats=formats)

    def trend(self) -> None:
        """Write the months as the portal shows them."""
        sheet, say = self._sheet("skm_report.sheet.trend", 24, 12, 12, 12, 12, 34), self._say
        keys = (
            "skm_report.analysis.month",
            "skm_report.respondents",
            "skm_report.ikm",
            "skm_report.sheet.lower",
            "skm_report.sheet.upper",
            "skm_report.analysis.change",
        )
        sheet.add(*(say(key) for key in keys), head=True)
        for line in self._report.skm_trend.months:
            score = line.score
            figures = (_number(score.value), _number(score.lower), _number(score.upper))
            change = self._words.say(f"unit.change.{line.change}")
            sheet.add(
                self._words.month(line.month), score.n, *figures, change, formats=("General", "0", _TWO, _TWO, _TWO)
            )

    def tabulation(self) -> None:
        """Write the ballots, or why they are left out."""
        asked = self._facts.instrument.elements
        sheet = self._sheet("skm_report.sheet.tabulation", 10, *[6] * len(asked))
        if self._facts.tabulation.omitted is not None:
            sheet.add(omitted(self._facts, self._words))
            return
        codes = (self._say("skm_report.tabulation.code", number=element.number) for element in asked)
        sheet.add(self._say("skm_report.number"), *codes, head=True)
        for number, row in enumerate(self._facts.tabulation.rows, start=1):
            sheet.add(number, *row)
        columns = "BCDEFGHIJKLMNOPQRSTUVWXYZ"[: len(asked)]
        sums = (Formula(f"=SUM({column}{_FIRST}:{column}{sheet.line})") for column in columns)
        sheet.add(self._say("skm_report.tabulation.sum"), *sums, font=BOLD)

    def method(self) -> None:
        """Write how the figures were made."""
        sheet = self._sheet("skm_report.sheet.method", 140)
        for text in method_lines(self._facts, self._words):
            sheet.add(text, wrap=True)
