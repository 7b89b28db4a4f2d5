"""Who served on a day gone by, put right: every answer of a counter goes to another officer, or to nobody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse
from wtforms import DateField, StringField
from wtforms.validators import InputRequired, Length

from portal.domain.errors import FormExpired, Invalid, NotFound
from portal.services.collect.attribution import PARTS, Choices, DutyCorrection, list_choices, propose_duty
from portal.web import session
from portal.web.context import run
from portal.web.forms import SignedForm
from portal.web.session import StaffBar

NOBODY: Final = "-"
UNIT: Final = "unit"
_LONGEST_REASON: Final = 200
_FIELDS: Final[Mapping[str, str]] = {
    "counter": "loket",
    "day": "tanggal",
    "part": "bagian",
    "officer": "petugas",
    "reason": "alasan",
    "nothing": "",
}
"""The field that each refusal is about."""


class CorrectionForm(SignedForm):
    """The counter, the day, the part of it, who served, and why it is put right."""

    loket = StringField(validators=[InputRequired()])
    tanggal = DateField(validators=[InputRequired()])
    bagian = StringField(validators=[InputRequired()])
    petugas = StringField(validators=[InputRequired()])
    alasan = StringField(validators=[InputRequired(), Length(max=_LONGEST_REASON)])


@dataclass(frozen=True, slots=True)
class CorrectionPage:
    """The form for a unit, or the choice of one; `problem` belongs to the field `wrong`, or to none.

    `answers` is how many ratings the last correction was about, empty for 1 to 4.
    """

    staff: StaffBar
    choices: Choices
    parts: Sequence[str]
    form: CorrectionForm
    problem: str = ""
    wrong: str = ""
    done: str = ""
    answers: str = ""
    nobody: str = NOBODY


def add_routes(pages: Blueprint) -> None:
    pages.add_url_rule("/kelola/tugas-koreksi", view_func=duty_correction)
    pages.add_url_rule("/kelola/tugas-koreksi", view_func=correct_duty, methods=["POST"])


def duty_correction() -> str:
    asked, counted = request.args.get("hasil", ""), request.args.get("jumlah", "")
    done = asked if asked in {"waiting", "corrected"} else ""
    return _page(_empty(), done=done, answers=counted if counted.isdecimal() else "")


def correct_duty() -> AnyResponse:
    form = CorrectionForm(session.bound("duty-correction"))
    if not form.validate():
        if form.is_foreign:
            raise FormExpired
        return _refused(form, "incomplete", next(iter(form.errors)))
    officer = None if form.petugas.data == NOBODY else str(form.petugas.data)
    asked = DutyCorrection(str(form.loket.data), form.tanggal.data, officer, str(form.bagian.data))
    try:
        corrected = run(propose_duty, asked, reason=str(form.alasan.data), actor=session.actor())
    except NotFound as refusal:
        return _refused(form, "incomplete", _FIELDS[refusal.detail])
    except Invalid as refusal:
        return _refused(form, refusal.detail, _FIELDS[refusal.detail])
    done = "waiting" if corrected.proposal_id else "corrected"
    unit = request.args.get(UNIT)
    address = url_for("administrator.duty_correction", unit=unit, hasil=done, jumlah=corrected.answers)
    return redirect(address, HTTPStatus.SEE_OTHER)


def _empty() -> CorrectionForm:
    return CorrectionForm(session.bound("duty-correction"), formdata=None)


def _refused(form: CorrectionForm, problem: str, wrong: str) -> Response:
    return Response(_page(form, problem, wrong), HTTPStatus.UNPROCESSABLE_ENTITY, mimetype="text/html")


def _page(form: CorrectionForm, problem: str = "", wrong: str = "", *, done: str = "", answers: str = "") -> str:
    bar, choices = session.staff_bar(), run(list_choices, request.args.get(UNIT))
    page = CorrectionPage(bar, choices, tuple(PARTS), form, problem, wrong, done, answers)
    return render_template("administrator/duty_correction.html", page=page)
