"""Signing in and out; a refusal never says whether the name or the password was wrong."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Final
from urllib.parse import parse_qsl, urlencode

from flask import Blueprint, Response, g, redirect, render_template, url_for
from werkzeug.wrappers import Response as AnyResponse
from wtforms import PasswordField, StringField
from wtforms.validators import InputRequired

from portal.domain.access import Signed
from portal.domain.errors import FormExpired, SignInDelayed, SignInRefused
from portal.services.admit import sessions
from portal.web import session
from portal.web.context import run
from portal.web.errors import STATUS
from portal.web.forms import SignedForm
from portal.web.texts import DEFAULT, LANGUAGE

_BOUND_TO: Final = ("sign-in",)


class SignInForm(SignedForm):
    """Name and password."""

    nama = StringField(validators=[InputRequired()])
    sandi = PasswordField(validators=[InputRequired()])


@dataclass(frozen=True, slots=True)
class SignInPage:
    """The form; `problem` names what was wrong with the one before, `wait` the seconds to wait."""

    form: SignInForm
    username: str
    onward: str | None
    problem: str | None = None
    wait: int = 0


def blueprint() -> Blueprint:
    pages = Blueprint("sign_in", __name__)
    pages.add_url_rule("/masuk", view_func=page)
    pages.add_url_rule("/masuk", view_func=send, methods=["POST"])
    pages.add_url_rule("/keluar", view_func=leave, methods=["POST"])
    return pages


def page() -> AnyResponse | str:
    token = session.current_token()
    if token and (signed := run(sessions.find_session, token)):
        return _go_on(signed)
    return render_template(
        "sign_in/page.html", page=SignInPage(SignInForm(_BOUND_TO, formdata=None), "", session.onward_path())
    )


def send() -> AnyResponse:
    form = SignInForm(_BOUND_TO)
    if not form.validate():
        return _again(form, "form-expired" if form.is_foreign else "invalid")
    try:
        token = run(sessions.sign_in, str(form.nama.data), str(form.sandi.data))
    except SignInRefused as refusal:
        return _again(form, refusal.code)
    except SignInDelayed as delay:
        return _again(form, delay.code, wait=int(delay.detail))
    signed = run(sessions.find_session, token)
    return session.keep_token(_go_on(signed), token)


def leave() -> AnyResponse:
    token = session.current_token()
    if token:
        if not session.sign_out_form(token).validate():
            raise FormExpired
        run(sessions.sign_out, token)
    return session.drop_token(redirect(url_for("sign_in.page"), HTTPStatus.SEE_OTHER))


def _go_on(signed: Signed | None) -> AnyResponse:
    """Lead to where the caller wanted to go, else to where their role arrives, in the language chosen since."""
    arrival = session.landing(signed.role) if signed else url_for("sign_in.page")
    path, _, query = (session.onward_path() or arrival).partition("?")
    asked = {name: value for name, value in parse_qsl(query) if name != LANGUAGE}
    wanted = asked if g.language == DEFAULT else {**asked, LANGUAGE: g.language}
    return redirect(f"{path}?{urlencode(wanted)}" if wanted else path, HTTPStatus.SEE_OTHER)


def _again(form: SignInForm, problem: str, *, wait: int = 0) -> AnyResponse:
    shown = SignInPage(SignInForm(_BOUND_TO, formdata=None), form.nama.data or "", session.onward_path(), problem, wait)
    response = Response(render_template("sign_in/page.html", page=shown), STATUS[problem])
    if wait:
        response.headers["Retry-After"] = str(wait)
    return response
