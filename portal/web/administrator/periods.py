"""The base periods: how far each has come, what closing would do, the forms that propose it, and what was signed."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from http import HTTPStatus

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from portal.domain.errors import FormExpired, Invalid, NotFound
from portal.services.publish.closing import Closing, propose_closing
from portal.services.publish.correcting import propose_correction
from portal.services.publish.preview import Periods, Preview, list_periods, open_preview, read_jws
from portal.web import session
from portal.web.context import run
from portal.web.download import attachment
from portal.web.forms import SignedForm
from portal.web.session import StaffBar

_LONGEST_REASON = 200


class ReasonForm(SignedForm):
    """Why a period is closed or corrected."""

    alasan = StringField(validators=[InputRequired(), Length(max=_LONGEST_REASON)])


@dataclass(frozen=True, slots=True)
class PeriodsPage:
    """Every base period."""

    staff: StaffBar
    periods: Periods


@dataclass(frozen=True, slots=True)
class PeriodPage:
    """One base period and the form that proposes to close or to correct it; `problem` says what was wrong with it."""

    staff: StaffBar
    preview: Preview
    form: ReasonForm
    problem: str = ""
    done: str = ""


def add_routes(pages: Blueprint) -> None:
    pages.add_url_rule("/kelola/periode", view_func=periods)
    pages.add_url_rule("/kelola/periode/<code>", view_func=period)
    pages.add_url_rule("/kelola/periode/<code>/tutup", view_func=close_period, methods=["POST"])
    pages.add_url_rule("/kelola/periode/<code>/koreksi", view_func=correct_period, methods=["POST"])
    pages.add_url_rule("/kelola/periode/<code>/versi-<int:version>.<kind>", view_func=snapshot_file)


def periods() -> str:
    return render_template("administrator/periods.html", page=PeriodsPage(session.staff_bar(), run(list_periods)))


def period(code: str) -> str:
    asked = request.args.get("hasil", "")
    form = ReasonForm(session.bound("period", code), formdata=None)
    return _page(code, form, done=asked if asked in {"waiting", "closed", "corrected"} else "")


def close_period(code: str) -> AnyResponse:
    form = _form(code)
    if not form.validate():
        return _refused(code, form, "reason")
    try:
        closing = run(propose_closing, period_code=code, reason=str(form.alasan.data), actor=session.actor())
    except Invalid as refusal:
        return _refused(code, form, refusal.detail)
    return _done(closing, "closed")


def correct_period(code: str) -> AnyResponse:
    form = _form(code)
    if not form.validate():
        return _refused(code, form, "reason")
    try:
        closing = run(propose_correction, period_code=code, reason=str(form.alasan.data), actor=session.actor())
    except Invalid as refusal:
        return _refused(code, form, refusal.detail)
    return _done(closing, "corrected")


def _form(code: str) -> ReasonForm:
    form = ReasonForm(session.bound("period", code))
    if not form.validate() and form.is_foreign:
        raise FormExpired
    return form


def _refused(code: str, form: ReasonForm, problem: str) -> Response:
    return Response(_page(code, form, problem), HTTPStatus.UNPROCESSABLE_ENTITY, mimetype="text/html")


def _done(closing: Closing, done: str) -> AnyResponse:
    said = "waiting" if closing.proposal_id else done
    return redirect(url_for("administrator.period", code=closing.period_code, hasil=said), HTTPStatus.SEE_OTHER)


def _page(code: str, form: ReasonForm, problem: str = "", *, done: str = "") -> str:
    page = PeriodPage(session.staff_bar(), run(open_preview, code), form, problem, done)
    return render_template("administrator/period.html", page=page)


def snapshot_file(code: str, version: int, kind: str) -> Response:
    row = run(read_jws, code, version)
    name = f"{row.period_code}-v{row.version}"
    if kind == "jws":
        return attachment(row.jws, "application/jose", f"{name}.jws")
    if kind == "json":
        payload = row.jws.split(b".")[1]
        content = base64.urlsafe_b64decode(payload + b"=" * (-len(payload) % 4))
        return attachment(content, "application/json", f"{name}.json")
    raise NotFound("form")
