"""Accounts of staff: made, given new passwords, disabled and enabled, by whoever runs the portal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import Final

from flask import Blueprint, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response
from wtforms import BooleanField, SelectField, StringField
from wtforms.validators import InputRequired

from portal.domain import access
from portal.domain.access import Role
from portal.domain.errors import FormExpired, Invalid, NotFound
from portal.services.admit import accounts as admit
from portal.services.admit.accounts import AccountView, Listed
from portal.web import once, session
from portal.web.context import run
from portal.web.forms import SignedForm
from portal.web.session import StaffBar

DONE: Final = {"second-factor", "disabled", "enabled", "ended"}


class AccountForm(SignedForm):
    """A new account; the unit is for heads of units."""

    nama = StringField(validators=[InputRequired()])
    nama_pengguna = StringField(validators=[InputRequired()])
    peran = SelectField(choices=[role.value for role in Role])
    unit = StringField()


class ResetForm(SignedForm):
    """A new password, and whether the phone is lost as well."""

    faktor_hilang = BooleanField()


@dataclass(frozen=True, slots=True)
class AccountsPage:
    """Every account."""

    staff: StaffBar
    accounts: Sequence[Listed]


@dataclass(frozen=True, slots=True)
class NewAccountPage:
    """The form with what was typed; `problem` names the field that was refused, or why."""

    staff: StaffBar
    form: AccountForm
    units: Sequence[tuple[str, str]]
    problem: str = ""


@dataclass(frozen=True, slots=True)
class AccountPage:
    """An account; `password` is shown this once, `is_own` where its owner looks, who changes it elsewhere."""

    staff: StaffBar
    account: AccountView
    form: SignedForm
    password: str
    is_own: bool
    done: str = ""
    problem: str = ""


def add_routes(pages: Blueprint) -> None:
    one = "/kelola/akun/<username>"
    post = partial(pages.add_url_rule, methods=["POST"])
    pages.add_url_rule("/kelola/akun", view_func=accounts)
    pages.add_url_rule("/kelola/akun-baru", view_func=new_account)
    post("/kelola/akun-baru", view_func=create_account)
    pages.add_url_rule(one, view_func=account)
    post(f"{one}/sandi", view_func=reset_password)
    post(f"{one}/faktor-kedua", view_func=reset_second_factor)
    post(f"{one}/nonaktifkan", view_func=disable_account)
    post(f"{one}/aktifkan", view_func=enable_account)
    post(f"{one}/sesi/<session_code>/akhiri", view_func=end_session)


def accounts() -> str:
    page = AccountsPage(session.staff_bar(), run(admit.list_accounts))
    return render_template("administrator/accounts.html", page=page)


def new_account() -> str:
    return _draw_new(AccountForm(session.bound("new-account"), formdata=None))


def create_account() -> Response:
    form = AccountForm(session.bound("new-account"))
    if not form.validate():
        return _refuse_new(form, "form-expired" if form.is_foreign else "incomplete")
    try:
        password = run(
            admit.create_account,
            username=str(form.nama_pengguna.data),
            name=str(form.nama.data),
            role=Role(form.peran.data),
            unit_code=form.unit.data or None,
            actor=session.actor(),
        )
    except (Invalid, NotFound) as error:
        return _refuse_new(form, error.detail)
    return _show_once(access.normal_username(str(form.nama_pengguna.data)), password)


def _draw_new(form: AccountForm, problem: str = "") -> str:
    page = NewAccountPage(session.staff_bar(), form, run(admit.list_open_units), problem)
    return render_template("administrator/account_new.html", page=page)


def _refuse_new(form: AccountForm, problem: str) -> Response:
    return Response(_draw_new(form, problem), HTTPStatus.UNPROCESSABLE_ENTITY, mimetype="text/html")


def account(username: str) -> str:
    asked = request.args.get("hasil", "")
    return _draw(username, done=asked if asked in DONE else "")


def reset_password(username: str) -> Response:
    form = ResetForm(session.bound("account", username))
    if not form.validate():
        raise FormExpired
    lost = bool(form.faktor_hilang.data)
    try:
        password = run(admit.reset_password, username=username, second_factor_lost=lost, actor=session.actor())
    except Invalid as error:
        return _refuse(username, error.detail)
    return _show_once(username, password)


def reset_second_factor(username: str) -> Response:
    return _change(admit.reset_second_factor, username, "second-factor")


def disable_account(username: str) -> Response:
    return _change(admit.disable_account, username, "disabled")


def enable_account(username: str) -> Response:
    return _change(admit.enable_account, username, "enabled")


def end_session(username: str, session_code: str) -> Response:
    return _change(partial(admit.end_session, session_code=session_code), username, "ended")


def _change(use_case: Callable[..., None], username: str, done: str) -> Response:
    if not SignedForm(session.bound("account", username)).validate():
        raise FormExpired
    try:
        run(use_case, username=username, actor=session.actor())
    except Invalid as error:
        return _refuse(username, error.detail)
    return redirect(url_for("administrator.account", username=username, hasil=done), HTTPStatus.SEE_OTHER)


def _show_once(username: str, password: str) -> Response:
    response = redirect(url_for("administrator.account", username=username), HTTPStatus.SEE_OTHER)
    return once.hand_on(response, [password], token=g.token)


def _refuse(username: str, problem: str) -> Response:
    return Response(_draw(username, problem=problem), HTTPStatus.UNPROCESSABLE_ENTITY, mimetype="text/html")


def _draw(username: str, *, done: str = "", problem: str = "") -> str:
    page = AccountPage(
        session.staff_bar(),
        run(admit.open_account, username),
        SignedForm(session.bound("account", username), formdata=None),
        next(iter(once.take(g.token)), ""),
        access.normal_username(username) == session.actor(),
        done,
        problem,
    )
    return render_template("administrator/account.html", page=page)
