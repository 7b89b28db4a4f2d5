"""The SKM report of a unit: the choice of period and form, the page to print, and its files."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Final

from flask import Blueprint, Response, g, render_template, request, url_for

from portal.domain.errors import NotFound
from portal.domain.score.skm import Weight
from portal.services.report.skm.content import compose
from portal.services.report.skm.document import Document, Words
from portal.services.report.skm.facts import Choices, Sampling, SkmFacts, open_choices, open_facts
from portal.web import session
from portal.web.context import run, site
from portal.web.download import attachment
from portal.web.session import MenuEntry, StaffBar
from portal.web.texts import DEFAULT

WORD: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WEIGHTS: Final = {"tepat": Weight.EXACT, "0,11": Weight.SHORTENED, "0,111": Weight.PROCESSING_SHEET}
"""Weights by their names in addresses."""

_PNG: Final = "data:image/png;base64,"


@dataclass(frozen=True, slots=True)
class ChoicePage:
    """What a report is asked for by; `tools` are the unit's other pages where the menu leads to none."""

    staff: StaffBar
    choices: Choices
    weights: tuple[tuple[str, str], ...]
    samplings: tuple[Sampling, ...]
    tools: tuple[MenuEntry, ...]


@dataclass(frozen=True, slots=True)
class PrintPage:
    """The report to look at and to print; `back` is the address of the choice."""

    staff: StaffBar
    document: Document
    back: str


def add_routes(pages: Blueprint) -> None:
    pages.add_url_rule("/unit/<unit_code>/laporan", view_func=report)
    pages.add_url_rule("/unit/<unit_code>/laporan/cetak", view_func=report_print)
    pages.add_url_rule("/unit/<unit_code>/laporan.docx", view_func=report_word)
    pages.add_url_rule("/unit/<unit_code>/laporan.xlsx", view_func=report_sheet)


def report(unit_code: str) -> str:
    choices = run(open_choices, session.scope(), unit_code, request.args.get("periode") or None)
    page = ChoicePage(
        session.staff_bar(),
        choices,
        tuple((name, weight.value) for name, weight in WEIGHTS.items()),
        tuple(Sampling),
        session.unit_menu(unit_code),
    )
    return render_template("unit_head/report.html", page=page)


def report_print(unit_code: str) -> str:
    document = compose(_facts(unit_code), _words(g.language))
    back = url_for("unit_head.report", unit_code=unit_code, periode=request.args.get("periode"))
    return render_template("unit_head/report_print.html", page=PrintPage(session.staff_bar(), document, back))


def report_word(unit_code: str) -> Response:
    from portal.services.report.skm.word import write_word  # noqa: PLC0415 - brings python-docx: 14 MB few requests need

    facts = _facts(unit_code)
    content = write_word(compose(facts, _words(DEFAULT)), written_at=site().portal.now(), crest=_crest())
    return attachment(content, WORD, _name(facts, "docx"))


def report_sheet(unit_code: str) -> Response:
    from portal.services.report.skm.spreadsheet import write_spreadsheet  # noqa: PLC0415 - brings openpyxl, as above

    facts = _facts(unit_code)
    return attachment(write_spreadsheet(facts, _words(DEFAULT)), XLSX, _name(facts, "xlsx"))


def _facts(unit_code: str) -> SkmFacts:
    """Read what the address asks for.

    Raises:
        NotFound: a weight or a way of sampling that there is not.
    """
    weight = WEIGHTS.get(request.args.get("bobot") or "tepat")
    sampling = request.args.get("cara") or Sampling.SELF_SELECTED.value
    if weight is None or sampling not in set(Sampling):
        raise NotFound("option")
    period_code = request.args.get("periode") or None
    if period_code is None:
        period_code = run(open_choices, session.scope(), unit_code, None).chosen.period.period_code
    return run(open_facts, session.scope(), unit_code, period_code, weight=weight, sampling=Sampling(sampling))


def _words(language: str) -> Words:
    return Words(site().texts, language)


def _crest() -> bytes | None:
    """Return the crest where it is a PNG: Word shows no SVG, and to draw one as dots would spoil it."""
    crest = site().looks.crest
    return base64.b64decode(crest.removeprefix(_PNG)) if crest.startswith(_PNG) else None


def _name(facts: SkmFacts, ending: str) -> str:
    return f"laporan-skm-{facts.report.unit_code}-{facts.report.period.period_code}.{ending}"
