"""Name and password; a refusal never says which was wrong."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from flask import Blueprint, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response
from wtforms import PasswordField, StringField
from wtforms.validators import InputRequired

from portal.domain.errors import FormExpired, PasswordExpired, SignInDelayed, SignInRefused
from portal.services.admit import sessions
from portal.web import session
from portal.web.context import run
from portal.web.forms import SignedForm
from portal.web.sign_in.browser import name_of
from portal.web.sign_in.refusal import Refusal, refuse

_BOUND_TO: Final = ("sign-in",)


class SignInForm(SignedForm):
    """Name and password."""

    nama = StringField(validators=[InputRequired()])
    sandi = PasswordField(validators=[InputRequired()])


@dataclass(frozen=True, slots=True)
class SignInPage:
    """The form; `refusal` says what was wrong with the one before."""

    form: SignInForm
    username: str
    onward: str | None
    refusal: Refusal | None = None


def add_routes(pages: Blueprint) -> None:
    pages.add_url_rule("/masuk", view_func=page)
    pages.add_url_rule("/masuk", view_func=send, methods=["POST"])
    pages.add_url_rule("/keluar", view_func=leave, methods=["POST"])


def page() -> Response | str:
    if session.recognise():
        return session.lead_on(g.signed)
    return _draw("")


def send() -> Response:
    form = SignInForm(_BOUND_TO)
    username = str(form.nama.data or "")
    try:
        if not form.validate():
            return _again(username, Refusal("form-expired" if form.is_foreign else "invalid"))
        token = run(sessions.sign_in, username, str(form.sandi.data), browser=name_of(request.user_agent.string))
    except (SignInRefused, PasswordExpired, SignInDelayed) as error:
        return _again(username, Refusal.of(error))
    return session.lead_on_as(token)


def leave() -> Response:
    token = session.current_token()
    if token:
        if not session.sign_out_form(token).validate():
            raise FormExpired
        run(sessions.sign_out, token)
    return session.drop_token(redirect(url_for("sign_in.page"), HTTPStatus.SEE_OTHER))


def _draw(username: str, refusal: Refusal | None = None) -> str:
    shown = SignInPage(SignInForm(_BOUND_TO, formdata=None), username, session.onward_path(), refusal)
    return render_template("sign_in/page.html", page=shown)


def _again(username: str, refusal: Refusal) -> Response:
    return refuse(_draw(username, refusal), refusal)
