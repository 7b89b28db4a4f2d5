"""Password and code once more, before what nobody should do at a desk that its owner has left."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from flask import Blueprint, g, redirect, render_template, request
from werkzeug.wrappers import Response
from wtforms import PasswordField, StringField
from wtforms.validators import InputRequired

from portal.domain.access import Stage
from portal.domain.errors import SignInDelayed, SignInRefused
from portal.services.admit import sessions
from portal.web import session
from portal.web.context import run
from portal.web.forms import SignedForm
from portal.web.session import StaffBar
from portal.web.sign_in.refusal import Refusal, refuse


class AgainForm(SignedForm):
    """The password, and the code of whoever has a second factor; beside them the form that came here may travel."""

    class Meta(SignedForm.Meta):
        csrf_field_name = "tanda"  # `token` is that of the form that came here

    sandi = PasswordField(validators=[InputRequired()])
    kode = StringField()


@dataclass(frozen=True, slots=True)
class AgainPage:
    """The form; `unsent` where something was pressed that is not done yet.

    `carried` is the form that came here: its fields go on where they were sent to once the password was given.
    """

    staff: StaffBar
    form: AgainForm
    onward: str | None
    enrolled: bool
    unsent: bool
    carried: tuple[tuple[str, str], ...]
    refusal: Refusal | None = None


def add_routes(pages: Blueprint) -> None:
    pages.add_url_rule("/masuk/ulang", view_func=again)
    pages.add_url_rule("/masuk/ulang", view_func=confirm, methods=["POST"])


def again() -> Response | str:
    return _lead_away() or _draw()


def confirm() -> Response:
    if away := _lead_away():
        return away
    if _carried() and not request.form.keys() & session.ASKED_AGAIN:
        return Response(_draw(), mimetype="text/html")
    form = AgainForm(session.bound("again"))
    try:
        if not form.validate():
            return _again(Refusal("form-expired" if form.is_foreign else "invalid"))
        run(sessions.confirm, g.token, str(form.sandi.data), str(form.kode.data or ""))
    except (SignInRefused, SignInDelayed) as error:
        return _again(Refusal.of(error))
    if _carried() and (onward := session.onward_path()):
        return redirect(onward, HTTPStatus.TEMPORARY_REDIRECT)
    return session.lead_on(g.signed)


def _carried() -> tuple[tuple[str, str], ...]:
    """Return the fields of the form that came here."""
    return tuple((name, value) for name, value in request.form.items(multi=True) if name not in session.ASKED_AGAIN)


def _lead_away() -> Response | None:
    known = session.recognise()
    return None if known and g.signed.stage is Stage.OPEN else session.lead_on(g.signed if known else None)


def _draw(refusal: Refusal | None = None) -> str:
    form, unsent = AgainForm(session.bound("again"), formdata=None), "tekan" in request.args
    page = AgainPage(session.staff_bar(), form, session.onward_path(), g.signed.enrolled, unsent, _carried(), refusal)
    return render_template("sign_in/again.html", page=page)


def _again(refusal: Refusal) -> Response:
    return refuse(_draw(refusal), refusal)
