"""All units beside each other, by name: as a page, as CSV and as XLSX."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import Final

from flask import Blueprint, Response, g, render_template, request

from portal.domain.access import Role
from portal.domain.formula import defused
from portal.services.report.skm.document import Words
from portal.services.report.skm.recap import HEADS, Recap, open_recap, values_of
from portal.web import session
from portal.web.access import may
from portal.web.context import run, site
from portal.web.download import attachment
from portal.web.session import StaffBar
from portal.web.texts import DEFAULT

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_BYTE_ORDER_MARK: Final = "\ufeff"


@dataclass(frozen=True, slots=True)
class RecapPage:
    """The list; `opens_units`: whoever reads it may open the pages of units, too."""

    staff: StaffBar
    recap: Recap
    opens_units: bool


def add_routes(pages: Blueprint) -> None:
    pages.add_url_rule("/kelola/rekap", view_func=recap)
    pages.add_url_rule("/kelola/rekap.csv", view_func=recap_csv)
    pages.add_url_rule("/kelola/rekap.xlsx", view_func=recap_xlsx)


def recap() -> str:
    role: Role = g.signed.role
    page = RecapPage(session.staff_bar(), _recap(), may(role, "unit_head.unit"))
    return render_template("administrator/recap.html", page=page)


def recap_csv() -> Response:
    found, words = _recap(), Words(site().texts, g.language)
    state = words.say("recap.closed" if found.chosen.is_closed else "recap.open")
    first = (found.chosen.period.period_code, state)
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow([words.say(head) for head in ("recap.period", "recap.state", *HEADS)])
    writer.writerows([defused(cell) for cell in (*first, *values_of(line, words))] for line in found.lines)
    response = Response(_BYTE_ORDER_MARK + file.getvalue(), mimetype="text/csv")
    name = f"rekap-skm-{found.chosen.period.period_code}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def recap_xlsx() -> Response:
    from portal.services.report.skm.recap_sheet import write_recap  # noqa: PLC0415 - brings openpyxl: 6 MB

    found = _recap()
    content = write_recap(found, Words(site().texts, DEFAULT))
    return attachment(content, XLSX, f"rekap-skm-{found.chosen.period.period_code}.xlsx")


def _recap() -> Recap:
    return run(open_recap, request.args.get("periode") or None)
