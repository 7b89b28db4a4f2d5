"""The second factor: enrolled, replaced, given up; and its recovery codes, shown once."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from flask import Blueprint, g, redirect, render_template, url_for
from werkzeug.wrappers import Response
from wtforms import StringField
from wtforms.validators import InputRequired

from portal.domain.access import Stage
from portal.domain.errors import CodeRefused, FormExpired
from portal.services.admit import own, second_factor
from portal.services.admit.own import OwnAccount
from portal.services.admit.second_factor import Offer
from portal.web import once, qr, session
from portal.web.context import run
from portal.web.errors import STATUS
from portal.web.forms import SignedForm
from portal.web.qr import Symbol
from portal.web.session import StaffBar

_GROUP: Final = 4


class EnrolForm(SignedForm):
    """The code that the app shows for the new secret."""

    kode = StringField(validators=[InputRequired()])


@dataclass(frozen=True, slots=True)
class EnrolPage:
    """The secret to enrol, as symbol and as text in groups; `forced` where nothing else opens before."""

    staff: StaffBar
    form: EnrolForm
    offer: Offer
    groups: tuple[str, ...]
    symbol: Symbol
    forced: bool
    enrolled: bool
    onward: str | None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class RecoveryPage:
    """Recovery codes where they were just made, else only how many are left."""

    staff: StaffBar
    account: OwnAccount
    codes: tuple[str, ...]
    form: SignedForm
    onward: str | None


def add_routes(pages: Blueprint) -> None:
    factor, codes = "/akun/faktor-kedua", "/akun/kode-pemulihan"
    pages.add_url_rule(factor, view_func=draw, endpoint="second_factor")
    pages.add_url_rule(factor, view_func=enrol, methods=["POST"])
    pages.add_url_rule(f"{factor}/hapus", view_func=remove_second_factor, methods=["POST"])
    pages.add_url_rule(codes, view_func=recovery_codes)
    pages.add_url_rule(codes, view_func=renew_recovery_codes, methods=["POST"])


def draw(problem: str = "") -> str:
    offer = run(second_factor.offer, g.token, g.signed.username)
    page = EnrolPage(
        session.staff_bar(),
        EnrolForm(session.bound("enrol"), formdata=None),
        offer,
        tuple(offer.secret[start : start + _GROUP] for start in range(0, len(offer.secret), _GROUP)),
        qr.draw(offer.address),
        g.signed.stage is Stage.ENROL,
        g.signed.enrolled,
        session.onward_path(),
        problem,
    )
    return render_template("account/second_factor.html", page=page)


def enrol() -> Response:
    form = EnrolForm(session.bound("enrol"))
    if not form.validate():
        problem = "form-expired" if form.is_foreign else "incomplete"
        return Response(draw(problem), HTTPStatus.UNPROCESSABLE_ENTITY, mimetype="text/html")
    try:
        token, codes = run(own.enrol, g.token, str(form.kode.data))
    except CodeRefused as error:
        return Response(draw("wrong"), STATUS[error.code], mimetype="text/html")
    return once.hand_on(session.keep_token(_to_codes(), token), codes, token=token)


def remove_second_factor() -> Response:
    if not SignedForm(session.bound("second-factor")).validate():
        raise FormExpired
    run(own.remove_second_factor, g.token)
    return redirect(url_for("account.overview", hasil="removed"), HTTPStatus.SEE_OTHER)


def recovery_codes() -> str:
    form = SignedForm(session.bound("second-factor"), formdata=None)
    account, codes = run(own.open_own_account, g.token), once.take(g.token)
    page = RecoveryPage(session.staff_bar(), account, codes, form, session.onward_path())
    return render_template("account/recovery_codes.html", page=page)


def renew_recovery_codes() -> Response:
    if not SignedForm(session.bound("second-factor")).validate():
        raise FormExpired
    return once.hand_on(_to_codes(), run(own.renew_recovery_codes, g.token), token=g.token)


def _to_codes() -> Response:
    return redirect(url_for("account.recovery_codes", lanjut=session.onward_path()), HTTPStatus.SEE_OTHER)
