"""One's own password: changed at will, or because another gave it."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from flask import Blueprint, g, redirect, render_template, url_for
from werkzeug.wrappers import Response
from wtforms import PasswordField
from wtforms.validators import InputRequired

from portal.domain.access import LONGEST_PASSWORD, SHORTEST_PASSWORD, Stage
from portal.domain.errors import Invalid, PortalError, SignInDelayed, SignInRefused
from portal.services.admit import own
from portal.web import session
from portal.web.context import run
from portal.web.errors import STATUS
from portal.web.forms import SignedForm
from portal.web.session import StaffBar


class PasswordForm(SignedForm):
    """The old password where it is asked, and the new one twice, as nobody sees what they type."""

    sandi = PasswordField()
    sandi_baru = PasswordField(validators=[InputRequired()])
    ulangi = PasswordField(validators=[InputRequired()])


@dataclass(frozen=True, slots=True)
class PasswordPage:
    """The form; `forced` where nothing else opens before, `problem` names what was wrong, `wait` in seconds."""

    staff: StaffBar
    form: PasswordForm
    username: str
    forced: bool
    onward: str | None
    problem: str = ""
    wait: int = 0
    shortest: int = SHORTEST_PASSWORD
    longest: int = LONGEST_PASSWORD


def add_routes(pages: Blueprint) -> None:
    pages.add_url_rule("/akun/sandi", view_func=password)
    pages.add_url_rule("/akun/sandi", view_func=change_password, methods=["POST"])


def password() -> str:
    return _draw()


def change_password() -> Response:
    form = PasswordForm(session.bound("password"))
    if not form.validate():
        return _again("form-expired" if form.is_foreign else "incomplete", "invalid")
    if form.sandi_baru.data != form.ulangi.data:
        return _again("differs", "invalid")
    try:
        token = run(own.change_password, g.token, old=str(form.sandi.data or ""), new=str(form.sandi_baru.data))
    except (Invalid, SignInRefused, SignInDelayed) as error:
        return _refused(error)
    if g.signed.stage is Stage.PASSWORD:
        return session.lead_on_as(token)
    done = redirect(url_for("account.overview", hasil="password"), HTTPStatus.SEE_OTHER)
    return session.keep_token(done, token)


def _draw(problem: str = "", wait: int = 0) -> str:
    form, forced = PasswordForm(session.bound("password"), formdata=None), g.signed.stage is Stage.PASSWORD
    page = PasswordPage(session.staff_bar(), form, g.signed.username, forced, session.onward_path(), problem, wait)
    return render_template("account/password.html", page=page)


def _refused(error: PortalError) -> Response:
    if isinstance(error, SignInDelayed):
        return _again("delayed", error.code, wait=int(error.detail))
    return _again(error.detail if isinstance(error, Invalid) else "old", error.code)


def _again(problem: str, code: str, *, wait: int = 0) -> Response:
    response = Response(_draw(problem, wait), STATUS[code], mimetype="text/html")
    if wait:
        response.headers["Retry-After"] = str(wait)
    return response
