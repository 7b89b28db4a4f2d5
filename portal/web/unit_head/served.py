"""How many citizens the unit served, typed day by day on a phone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from typing import Final

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.domain.errors import Invalid
from portal.domain.workbook.fault import BadCell
from portal.domain.workbook.number import count
from portal.services.enrol.served import ServedPage, open_served, put_served
from portal.web import session
from portal.web.context import run
from portal.web.forms import SignedForm
from portal.web.session import StaffBar

DAY: Final = "tanggal"
_ALL: Final = "jumlah"
_OF_SERVICE: Final = "jumlah-"


@dataclass(frozen=True, slots=True)
class CountField:
    """A number of the form: the name of its control, the service (empty: all together), and what stands in it."""

    name: str
    service: str
    text: str
    wrong: bool


@dataclass(frozen=True, slots=True)
class CountsPage:
    """The numbers of a day; `problem` is what to put right."""

    staff: StaffBar
    served: ServedPage
    form: SignedForm
    fields: tuple[CountField, ...]
    problem: str = ""
    stored: bool = False


def add_routes(pages: Blueprint) -> None:
    pages.add_url_rule("/unit/<unit_code>/dilayani", view_func=served)
    pages.add_url_rule("/unit/<unit_code>/dilayani", view_func=count_served, methods=["POST"])


def served(unit_code: str) -> Response:
    asked = request.args.get(DAY, "")
    try:
        found = run(open_served, session.scope(), unit_code, date.fromisoformat(asked) if asked else None)
    except (Invalid, ValueError):
        return _other_day(unit_code)
    return Response(_render(found, {}, stored="tersimpan" in request.args), mimetype="text/html")


def count_served(unit_code: str) -> Response:
    try:
        day = date.fromisoformat(request.form.get(DAY, ""))
        found = run(open_served, session.scope(), unit_code, day)
    except (Invalid, ValueError):
        return _other_day(unit_code)
    typed = {name: request.form.get(name, "").strip() for name in _names(found)}
    problem = "" if _form(unit_code).validate() else "form"
    if problem or any(_read(text) is None for text in typed.values() if text):
        return Response(
            _render(found, typed, problem or "number"), HTTPStatus.UNPROCESSABLE_ENTITY, mimetype="text/html"
        )
    counts = {service: _read(typed[name]) for name, service in _names(found).items()}
    run(put_served, session.scope(), unit_code, day, counts, actor=session.actor())
    onward = url_for("unit_head.served", unit_code=unit_code, tanggal=day.isoformat(), tersimpan=1)
    return redirect(onward, HTTPStatus.SEE_OTHER)


def _other_day(unit_code: str) -> Response:
    """Show today where a day was asked for that cannot be typed."""
    found = run(open_served, session.scope(), unit_code, None)
    return Response(_render(found, {}, "day"), HTTPStatus.UNPROCESSABLE_ENTITY, mimetype="text/html")


def _names(found: ServedPage) -> dict[str, str | None]:
    """Return the names of the controls, each with its service; None: all together."""
    return {f"{_OF_SERVICE}{line.code}": line.code for line in found.services} | {_ALL: None}


def _read(text: str) -> int | None:
    try:
        return count(text)
    except BadCell:
        return None


def _form(unit_code: str, *, empty: bool = False) -> SignedForm:
    return SignedForm(session.bound("served", unit_code), **({"formdata": None} if empty else {}))


def _render(found: ServedPage, typed: Mapping[str, str], problem: str = "", *, stored: bool = False) -> str:
    known: list[tuple[str, str, int | None]] = [
        *((f"{_OF_SERVICE}{line.code}", line.name, line.n) for line in found.services),
        (_ALL, "", found.n),
    ]
    fields = []
    for name, service, n in known:
        text = typed.get(name, "" if n is None else str(n))
        fields.append(CountField(name, service, text, problem == "number" and bool(text) and _read(text) is None))
    form = _form(found.unit_code, empty=True)
    page = CountsPage(session.staff_bar(), found, form, tuple(fields), problem, stored)
    return render_template("unit_head/served.html", page=page)
