"""The sheet of a counter, ready to print."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from flask import Blueprint, render_template

from portal.domain.code import printed
from portal.services.report.counter import CounterSheet, open_counter_sheet
from portal.web import qr, session
from portal.web.context import run, site
from portal.web.qr import Symbol
from portal.web.session import StaffBar

_THIS_MACHINE: Final = {"localhost", "127.0.0.1", "::1"}


@dataclass(frozen=True, slots=True)
class CounterPage:
    """The sheet; `draft` where the printed address would not open on a citizen's phone, or not safely."""

    staff: StaffBar
    sheet: CounterSheet
    printed_code: str
    address: str
    symbol: Symbol
    draft: bool


def add_routes(pages: Blueprint) -> None:
    pages.add_url_rule("/loket/<counter_code>", view_func=counter, endpoint="counter")


def counter(counter_code: str) -> str:
    sheet = run(open_counter_sheet, session.scope(), counter_code)
    address = f"{site().public_url}/q/{sheet.public_code.lower()}"
    draft = not site().secure or urlsplit(address).hostname in _THIS_MACHINE
    page = CounterPage(session.staff_bar(), sheet, printed(sheet.public_code), address, qr.draw(address), draft)
    return render_template("unit_head/counter.html", page=page)
