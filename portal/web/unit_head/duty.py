"""Who is on duty today and tomorrow, on one page for the phone of the unit's head."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from typing import Final

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.domain.errors import Invalid
from portal.domain.posting import Choice, Where
from portal.services.enrol.duty import DutyPage, open_duty, put_duty
from portal.web import session
from portal.web.context import run
from portal.web.forms import SignedForm
from portal.web.session import StaffBar

DAY: Final = "tanggal"
OFFICER: Final = "petugas-"
COUNTER: Final = "loket-"
WORDS: Final[Mapping[Where, str]] = {Where.PATTERN: "jadwal", Where.ABSENT: "tidak-masuk", Where.MIXED: "tetap"}
"""What a choice is called in the form; a counter is `loket-` and its code."""


@dataclass(frozen=True, slots=True)
class RosterPage:
    """The roster of a day with a choice for each officer; `chosen` by officer, as the form calls it."""

    staff: StaffBar
    duty: DutyPage
    form: SignedForm
    chosen: Mapping[str, str]
    problem: str = ""
    stored: bool = False


def add_routes(pages: Blueprint) -> None:
    pages.add_url_rule("/unit/<unit_code>/jaga", view_func=duty)
    pages.add_url_rule("/unit/<unit_code>/jaga", view_func=change_duty, methods=["POST"])


def duty(unit_code: str) -> Response:
    asked = request.args.get(DAY, "")
    try:
        found = run(open_duty, session.scope(), unit_code, date.fromisoformat(asked) if asked else None)
    except (Invalid, ValueError):
        return _late(unit_code)
    return Response(_render(found, stored="tersimpan" in request.args), mimetype="text/html")


def change_duty(unit_code: str) -> Response:
    try:
        day = date.fromisoformat(request.form.get(DAY, ""))
        found = run(open_duty, session.scope(), unit_code, day)
    except (Invalid, ValueError):
        return _late(unit_code)
    asked = {officer.code: request.form.get(OFFICER + officer.code, "") for officer in found.officers}
    sent = {officer: word for officer, word in asked.items() if word}
    if not _form(unit_code).validate():
        return Response(_render(found, sent, problem="form"), HTTPStatus.UNPROCESSABLE_ENTITY, mimetype="text/html")
    choices = {officer: _choice(word) for officer, word in sent.items()}
    run(put_duty, session.scope(), unit_code, day, choices, actor=session.actor())
    onward = url_for("unit_head.duty", unit_code=unit_code, tanggal=day.isoformat(), tersimpan=1)
    return redirect(onward, HTTPStatus.SEE_OTHER)


def _late(unit_code: str) -> Response:
    """Show today where the page was left open past midnight, or another day was asked for."""
    found = run(open_duty, session.scope(), unit_code, None)
    return Response(_render(found, problem="day"), HTTPStatus.UNPROCESSABLE_ENTITY, mimetype="text/html")


def _choice(word: str) -> Choice:
    for where, own in WORDS.items():
        if word == own:
            return Choice(where)
    return Choice(Where.COUNTER, word.removeprefix(COUNTER))


def _word(choice: Choice) -> str:
    return WORDS.get(choice.where, COUNTER + choice.counter)


def _form(unit_code: str, *, empty: bool = False) -> SignedForm:
    return SignedForm(session.bound("duty", unit_code), **({"formdata": None} if empty else {}))


def _render(found: DutyPage, sent: Mapping[str, str] | None = None, *, problem: str = "", stored: bool = False) -> str:
    chosen = {officer.code: _word(officer.choice) for officer in found.officers} | dict(sent or {})
    form = _form(found.unit_code, empty=True)
    page = RosterPage(session.staff_bar(), found, form, chosen, problem, stored)
    return render_template("unit_head/duty.html", page=page)
