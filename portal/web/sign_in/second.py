"""The code of the second factor, asked after the password; or a recovery code, when the phone is lost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from flask import Blueprint, g, render_template, request
from werkzeug.wrappers import Response
from wtforms import StringField
from wtforms.validators import InputRequired

from portal.domain.access import Stage
from portal.domain.errors import CodeRefused, SignInDelayed
from portal.services.admit import sessions
from portal.web import session
from portal.web.context import run
from portal.web.forms import SignedForm
from portal.web.session import StaffBar
from portal.web.sign_in.refusal import Refusal, refuse

RECOVERY: Final = "pemulihan"


class CodeForm(SignedForm):
    """One code."""

    kode = StringField(validators=[InputRequired()])


@dataclass(frozen=True, slots=True)
class SecondPage:
    """The form, `by_recovery` with the field for a recovery code."""

    staff: StaffBar
    form: CodeForm
    onward: str | None
    by_recovery: bool
    refusal: Refusal | None = None


def add_routes(pages: Blueprint) -> None:
    pages.add_url_rule("/masuk/kode", view_func=second)
    pages.add_url_rule("/masuk/kode", view_func=give_code, methods=["POST"])


def second() -> Response | str:
    return _lead_away() or _draw()


def give_code() -> Response:
    if away := _lead_away():
        return away
    form = CodeForm(session.bound("second"))
    try:
        if not form.validate():
            return _again(Refusal("form-expired" if form.is_foreign else "invalid"))
        return session.lead_on_as(run(sessions.give_second, g.token, str(form.kode.data)))
    except (CodeRefused, SignInDelayed) as error:
        return _again(Refusal.of(error))


def _lead_away() -> Response | None:
    """Lead whoever is not asked for a code to where they belong."""
    known = session.recognise()
    return None if known and g.signed.stage is Stage.SECOND else session.lead_on(g.signed if known else None)


def _draw(refusal: Refusal | None = None) -> str:
    form = CodeForm(session.bound("second"), formdata=None)
    page = SecondPage(session.staff_bar(), form, session.onward_path(), RECOVERY in request.args, refusal)
    return render_template("sign_in/second.html", page=page)


def _again(refusal: Refusal) -> Response:
    return refuse(_draw(refusal), refusal)
