"""The sheet of a counter, ready to print, and the posters of the counter and its unit as files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from flask import Blueprint, Response, render_template, request

from portal.domain.address import is_public
from portal.domain.code import printed
from portal.domain.errors import Invalid
from portal.services.enrol.posters.layout import Format
from portal.services.enrol.posters.printing import Selection, print_posters
from portal.services.report.counter import CounterSheet, open_counter_sheet
from portal.web import qr, session
from portal.web.context import run, site
from portal.web.download import attachment
from portal.web.qr import Symbol
from portal.web.session import StaffBar

FORMAT: Final = "format"
DRAFT: Final = "draf"


@dataclass(frozen=True, slots=True)
class CounterPage:
    """The sheet; `draft` where the printed address would not open on a citizen's phone, or not safely."""

    staff: StaffBar
    sheet: CounterSheet
    printed_code: str
    address: str
    symbol: Symbol
    draft: bool
    formats: tuple[Format, ...]
    usual: Format


def add_routes(pages: Blueprint) -> None:
    pages.add_url_rule("/loket/<counter_code>", view_func=counter, endpoint="counter")
    pages.add_url_rule("/loket/<counter_code>/poster.pdf", view_func=poster, endpoint="poster")
    pages.add_url_rule("/unit/<unit_code>/poster.pdf", view_func=posters, endpoint="posters")


def counter(counter_code: str) -> str:
    sheet = run(open_counter_sheet, session.scope(), counter_code)
    address = f"{site().public_url}/q/{sheet.public_code.lower()}"
    page = CounterPage(
        staff=session.staff_bar(),
        sheet=sheet,
        printed_code=printed(sheet.public_code),
        address=address,
        symbol=qr.draw(address),
        draft=not is_public(address),
        formats=tuple(paper for paper in Format if sheet.is_plate or paper is not Format.PLATE),
        usual=Format.PLATE if sheet.is_plate else Format.A5,
    )
    return render_template("unit_head/counter.html", page=page)


def poster(counter_code: str) -> Response:
    selection = Selection(site().public_url, session.scope(), counter_code=counter_code)
    return _file(selection, counter_code.replace(":", "-"))


def posters(unit_code: str) -> Response:
    return _file(Selection(site().public_url, session.scope(), unit_code=unit_code), unit_code)


def _file(selection: Selection, name: str) -> Response:
    try:
        paper = Format(request.args.get(FORMAT, Format.A5))
    except ValueError:
        raise Invalid(FORMAT) from None
    pdf = run(print_posters, selection, paper, draft=DRAFT in request.args)
    return attachment(pdf, "application/pdf", f"poster-{paper}-{name}.pdf")
