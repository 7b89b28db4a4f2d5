"""The grid in which staff key in answered paper forms."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from typing import Any, Final

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.domain.evidence import PAPER
from portal.domain.instrument import Element
from portal.services.collect.paper import PaperForm, PaperSheet, open_paper
from portal.services.collect.paper_batch import BatchRefused, enter_sheets
from portal.services.enrol.sharing import open_channel
from portal.services.report.figures import QUICK, SKM
from portal.web import session
from portal.web.context import run, site
from portal.web.forms import SignedForm
from portal.web.session import StaffBar
from portal.web.texts import DEFAULT

ROWS: Final = 10
_KEY_BYTES: Final = 16
_ANSWERS: Final = {"1": 1, "2": 2, "3": 3, "4": 4}
_INSTRUMENTS: Final = (QUICK, SKM)


@dataclass(frozen=True, slots=True)
class GridRow:
    """A row of the grid: its key, what was typed by element, and the elements that hold no answer from 1 to 4."""

    number: int
    key: str
    typed: Mapping[str, str]
    wrong: frozenset[str] = frozenset()

    @property
    def is_blank(self) -> bool:
        """Tell whether nothing was typed."""
        return not any(self.typed.values())


@dataclass(frozen=True, slots=True)
class PaperPage:
    """The grid with its columns; `problem` is what to put right, `new` and `known` what came of the page before."""

    staff: StaffBar
    paper: PaperForm
    form: SignedForm
    columns: Sequence[Element]
    rows: Sequence[GridRow]
    day: str
    service: str
    problem: str = ""
    new: int | None = None
    known: int | None = None


def add_routes(pages: Blueprint) -> None:
    pages.add_url_rule("/unit/<unit_code>/kertas", view_func=paper)
    pages.add_url_rule("/unit/<unit_code>/kertas", view_func=enter, endpoint="enter", methods=["POST"])


def paper(unit_code: str) -> str:
    found = run(open_paper, session.scope(), unit_code)
    rows = [GridRow(number, secrets.token_hex(_KEY_BYTES), {}) for number in range(1, ROWS + 1)]
    day = request.args.get("tanggal", "")
    if not (_is_day(day) and found.given_from <= date.fromisoformat(day) <= found.given_until):
        day = found.given_until.isoformat()
    new, known = (_count(request.args.get(name, "")) for name in ("baru", "lama"))
    return _render(found, rows, day, request.args.get("layanan", ""), new=new, known=known)


def enter(unit_code: str) -> Response:
    found = run(open_paper, session.scope(), unit_code)
    rows = [_read(number) for number in range(1, ROWS + 1)]
    day, service = request.form.get("tanggal", ""), request.form.get("layanan", "")
    filled = [row for row in rows if not row.is_blank]
    problem = _problem(_form(unit_code), filled, day)
    if not problem:
        counter_code = found.counter_code or run(
            open_channel,
            session.scope(),
            unit_code,
            PAPER,
            site().texts.say(DEFAULT, "share.name.kertas"),
            session.actor(),
        )
        sheets = [_sheet(row, counter_code, day, service) for row in filled]
        try:
            entered = run(enter_sheets, sheets, source="grid", actor=session.actor(), scope=session.scope())
        except BatchRefused as refusal:
            problem = refusal.refused[0].code.replace("-", "_")
        else:
            said: dict[str, Any] = {"tanggal": day, "layanan": service, "baru": entered.new, "lama": entered.known}
            return redirect(url_for("unit_head.paper", unit_code=unit_code, **said), HTTPStatus.SEE_OTHER)
    return Response(_render(found, rows, day, service, problem), HTTPStatus.UNPROCESSABLE_ENTITY, mimetype="text/html")


def _columns() -> list[Element]:
    instruments = site().portal.instruments
    return [element for name in _INSTRUMENTS for element in instruments[name].elements]


def _form(unit_code: str, *, empty: bool = False) -> SignedForm:
    return SignedForm(session.bound("paper", unit_code), **({"formdata": None} if empty else {}))


def _read(number: int) -> GridRow:
    typed = {element.code: request.form.get(f"b{number}-{element.code}", "").strip() for element in _columns()}
    wrong = frozenset(code for code, text in typed.items() if text and text not in _ANSWERS)
    return GridRow(number, request.form.get(f"b{number}-kunci", ""), typed, wrong)


def _problem(form: SignedForm, filled: Sequence[GridRow], day: str) -> str:
    if not form.validate():
        return "form"
    if not filled:
        return "blank"
    if any(row.wrong for row in filled):
        return "answer"
    if not all(_is_key(row.key) for row in filled):
        return "form"
    return "" if _is_day(day) else "given_on"


def _is_key(text: str) -> bool:
    return len(text) == 2 * _KEY_BYTES and set(text) <= set("0123456789abcdef")


def _count(text: str) -> int | None:
    """Read how many forms the page before stored; what it cannot have said is not repeated."""
    return int(text) if text in map(str, range(ROWS + 1)) else None


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _sheet(row: GridRow, counter_code: str, day: str, service: str) -> PaperSheet:
    instruments = site().portal.instruments
    answers = {
        name: {
            element.code: _ANSWERS[row.typed[element.code]]
            for element in instruments[name].elements
            if row.typed[element.code]
        }
        for name in _INSTRUMENTS
    }
    given = {name: answered for name, answered in answers.items() if answered}
    return PaperSheet(counter_code, bytes.fromhex(row.key), date.fromisoformat(day), given, service)


def _render(
    found: PaperForm,
    rows: Sequence[GridRow],
    day: str,
    service: str,
    problem: str = "",
    *,
    new: int | None = None,
    known: int | None = None,
) -> str:
    form = _form(found.unit_code, empty=True)
    page = PaperPage(session.staff_bar(), found, form, _columns(), rows, day, service, problem, new, known)
    return render_template("unit_head/paper.html", page=page)
