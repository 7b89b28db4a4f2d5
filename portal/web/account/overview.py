"""The account as its owner sees it, and the sessions that are open under it."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from flask import Blueprint, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.domain.errors import FormExpired
from portal.services.admit import own
from portal.services.admit.own import OwnAccount
from portal.web import session
from portal.web.context import run
from portal.web.forms import SignedForm
from portal.web.session import StaffBar

DONE: Final = {"password", "removed", "ended"}


@dataclass(frozen=True, slots=True)
class OverviewPage:
    """The account; one form serves for every session, `done` is what came of the last press."""

    staff: StaffBar
    account: OwnAccount
    form: SignedForm
    done: str


def add_routes(pages: Blueprint) -> None:
    pages.add_url_rule("/akun", view_func=overview)
    pages.add_url_rule("/akun/sesi/<session_code>/akhiri", view_func=end_session, methods=["POST"])
    pages.add_url_rule("/akun/sesi/akhiri-lain", view_func=end_other_sessions, methods=["POST"])


def overview() -> str:
    asked = request.args.get("hasil", "")
    form = SignedForm(session.bound("sessions"), formdata=None)
    account = run(own.open_own_account, g.token)
    page = OverviewPage(session.staff_bar(), account, form, asked if asked in DONE else "")
    return render_template("account/overview.html", page=page)


def end_session(session_code: str) -> Response:
    _check()
    run(own.end_own_session, g.token, session_code)
    return _back()


def end_other_sessions() -> Response:
    _check()
    run(own.end_other_sessions, g.token)
    return _back()


def _check() -> None:
    if not SignedForm(session.bound("sessions")).validate():
        raise FormExpired


def _back() -> Response:
    return redirect(url_for("account.overview", hasil="ended"), HTTPStatus.SEE_OTHER)
