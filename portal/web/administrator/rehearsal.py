"""The rehearsal: begun, ended by wiping everything that was rated, and the certificate of that."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus

from flask import Blueprint, Response, redirect, render_template, url_for
from werkzeug.wrappers import Response as AnyResponse
from wtforms import StringField
from wtforms.validators import DataRequired

from portal.domain.errors import FormExpired, Invalid
from portal.services.enrol import rehearsal as use_cases
from portal.services.enrol.rehearsal import WORD, RehearsalState, WipeCertificate
from portal.web import session
from portal.web.context import run, site
from portal.web.forms import SignedForm
from portal.web.session import StaffBar


class EndForm(SignedForm):
    """The word that nobody types by mistake."""

    kata = StringField(validators=[DataRequired()])


@dataclass(frozen=True, slots=True)
class RehearsalPage:
    """How things stand, and the form that begins a rehearsal."""

    staff: StaffBar
    state: RehearsalState
    form: SignedForm


@dataclass(frozen=True, slots=True)
class EndPage:
    """What will be wiped, and the form that does it; `problem` says what was wrong with the one before."""

    staff: StaffBar
    state: RehearsalState
    form: EndForm
    problem: str = ""
    word: str = WORD


@dataclass(frozen=True, slots=True)
class CertificatePage:
    """The certificate, ready to print."""

    staff: StaffBar
    certificate: WipeCertificate


def add_routes(pages: Blueprint) -> None:
    pages.add_url_rule("/kelola/uji-coba", view_func=rehearsal)
    pages.add_url_rule("/kelola/uji-coba/mulai", view_func=begin_rehearsal, methods=["POST"])
    pages.add_url_rule("/kelola/uji-coba/akhiri", view_func=end_rehearsal)
    pages.add_url_rule("/kelola/uji-coba/akhiri", view_func=wipe_rehearsal, methods=["POST"])
    pages.add_url_rule("/kelola/uji-coba/sertifikat/<int:number>", view_func=certificate)


def _begin_form() -> SignedForm:
    return SignedForm(session.bound("rehearsal-begin"))


def rehearsal() -> str:
    page = RehearsalPage(session.staff_bar(), run(use_cases.open_rehearsal), _begin_form())
    return render_template("administrator/rehearsal.html", page=page)


def begin_rehearsal() -> AnyResponse:
    if not _begin_form().validate():
        raise FormExpired
    with suppress(Invalid):  # the page itself says why none can begin any more
        run(use_cases.begin_rehearsal, actor=session.actor())
    site().facts.forget()
    return redirect(url_for("administrator.rehearsal"), HTTPStatus.SEE_OTHER)


def end_rehearsal() -> AnyResponse | str:
    return _end(EndForm(session.bound("rehearsal-end"), formdata=None))


def wipe_rehearsal() -> AnyResponse | str:
    form = EndForm(session.bound("rehearsal-end"))
    if not form.validate():
        return Response(_end(form, "token" if form.is_foreign else "word"), HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        number = run(use_cases.end_rehearsal, word=str(form.kata.data), actor=session.actor())
    except Invalid as refusal:
        return Response(_end(form, refusal.detail), HTTPStatus.UNPROCESSABLE_ENTITY)
    site().facts.forget()
    return redirect(url_for("administrator.certificate", number=number), HTTPStatus.SEE_OTHER)


def _end(form: EndForm, problem: str = "") -> str:
    page = EndPage(session.staff_bar(), run(use_cases.open_rehearsal), form, problem)
    return render_template("administrator/rehearsal_end.html", page=page)


def certificate(number: int) -> str:
    page = CertificatePage(session.staff_bar(), run(use_cases.open_certificate, number))
    return render_template("administrator/certificate.html", page=page)
