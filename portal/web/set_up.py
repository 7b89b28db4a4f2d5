"""The set-up of an empty portal: one page, open to whoever holds its printed address until there is an account."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse
from wtforms import BooleanField, PasswordField, StringField
from wtforms.validators import DataRequired, EqualTo

from portal.domain.errors import Invalid
from portal.services.admit.passwords import hash_password
from portal.services.enrol import set_up
from portal.services.enrol.set_up import Answers
from portal.web.context import run, site
from portal.web.forms import SignedForm

KEY: Final = "kunci"
_BOUND_TO: Final = ("set-up",)
_FIELDS: Final = {
    "government": "pemerintah",
    "unit": "unit",
    "counter": "loket",
    "services": "layanan",
    "username": "pengguna",
    "name": "nama",
    "password": "sandi",
    "rehearse": "uji",
}


class SetUpForm(SignedForm):
    """Who the government is, what is rated first, and who administers it."""

    pemerintah = StringField(validators=[DataRequired()])
    unit = StringField(validators=[DataRequired()])
    loket = StringField(validators=[DataRequired()])
    layanan = StringField()
    pengguna = StringField(validators=[DataRequired()])
    nama = StringField(validators=[DataRequired()])
    sandi = PasswordField(validators=[DataRequired()])
    ulang = PasswordField(validators=[DataRequired(), EqualTo("sandi")])
    uji = BooleanField(default=True)

    def answers(self) -> Answers:
        """Return what was typed."""
        return Answers(
            government=self.pemerintah.data,
            unit=self.unit.data,
            counter=self.loket.data,
            services=(self.layanan.data or "").splitlines(),
            username=self.pengguna.data,
            name=self.nama.data,
            password=self.sandi.data,
            rehearse=self.uji.data,
        )


@dataclass(frozen=True, slots=True)
class SetUpPage:
    """The form; `problems` names the fields to put right."""

    key: str
    form: SetUpForm
    problems: frozenset[str]


def blueprint() -> Blueprint:
    pages = Blueprint("set_up", __name__)
    pages.add_url_rule("/mulai", view_func=page)
    pages.add_url_rule("/mulai", view_func=send, methods=["POST"])
    pages.add_url_rule("/mulai/selesai", view_func=done)
    return pages


def page() -> str:
    key = request.args.get(KEY, "")
    run(set_up.check_open, key)
    return _render(SetUpForm(_BOUND_TO, formdata=None), key, [])


def send() -> AnyResponse:
    key, form = request.args.get(KEY, ""), SetUpForm(_BOUND_TO)
    run(set_up.check_open, key)
    if not form.validate():
        return Response(_render(form, key, list(form.errors)), HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        run(set_up.set_up, key, form.answers(), hash_password=hash_password)
    except Invalid as refusal:
        return Response(_render(form, key, [_FIELDS[refusal.detail]]), HTTPStatus.UNPROCESSABLE_ENTITY)
    site().facts.forget()
    return redirect(url_for("set_up.done"), HTTPStatus.SEE_OTHER)


def done() -> AnyResponse | str:
    if not run(set_up.is_set_up):
        return redirect(url_for("set_up.page"), HTTPStatus.SEE_OTHER)
    return render_template("set_up/done.html")


def _render(form: SetUpForm, key: str, problems: Sequence[str]) -> str:
    return render_template("set_up/page.html", page=SetUpPage(key, form, frozenset(problems)))
