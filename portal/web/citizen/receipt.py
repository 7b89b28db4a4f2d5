"""The thank-you page with its optional parts, and what a receipt shows later; never the rating given."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from portal.domain.code import parse_receipt, printed
from portal.domain.errors import FormExpired
from portal.domain.instrument import Element
from portal.services.collect import receipt as followup
from portal.services.collect.receipt import ReceiptPage
from portal.web.citizen.forms import ChoiceForm, check, digit
from portal.web.context import run, site

HELP: Final = "petugas@1"
QUICK: Final = "quick@1"


@dataclass(frozen=True, slots=True)
class ThanksPage:
    shown: ReceiptPage
    printed_receipt: str
    form: ChoiceForm
    help_element: Element


@dataclass(frozen=True, slots=True)
class ChangePage:
    shown: ReceiptPage
    form: ChoiceForm
    element: Element


def add_routes(pages: Blueprint) -> None:
    pages.add_url_rule("/r/<receipt>", view_func=page, endpoint="receipt")
    pages.add_url_rule("/r/<receipt>/ubah", view_func=change_page, endpoint="change")
    pages.add_url_rule("/r/<receipt>/ubah", view_func=change, endpoint="send_change", methods=["POST"])
    pages.add_url_rule("/r/<receipt>/layanan", view_func=service, endpoint="send_service", methods=["POST"])
    pages.add_url_rule("/r/<receipt>/petugas", view_func=officer, endpoint="send_officer", methods=["POST"])
    pages.add_url_rule("/r/<receipt>/bantuan", view_func=help_given, endpoint="send_help", methods=["POST"])


def _form(receipt: str, *, fresh: bool = False) -> ChoiceForm:
    bound_to = ("choice", parse_receipt(receipt))
    return ChoiceForm(bound_to, formdata=None) if fresh else ChoiceForm(bound_to)


def page(receipt: str) -> str:
    shown = run(followup.open_receipt, receipt, request.args.get("e", ""))
    element = site().portal.instruments[HELP].elements[0]
    thanks = ThanksPage(shown, printed(shown.receipt), _form(receipt, fresh=True), element)
    return render_template("citizen/thanks.html" if shown.counter else "citizen/receipt.html", page=thanks)


def change_page(receipt: str) -> str:
    shown = run(followup.open_receipt, receipt, request.args.get("e", ""))
    if shown.change_until is None:
        raise FormExpired
    element = site().portal.instruments[QUICK].elements[0]
    return render_template("citizen/change.html", page=ChangePage(shown, _form(receipt, fresh=True), element))


def _back(receipt: str) -> AnyResponse:
    return redirect(url_for("citizen.receipt", receipt=receipt, e=request.args.get("e", "")), HTTPStatus.SEE_OTHER)


def _choice(receipt: str) -> str:
    form = _form(receipt)
    check(form)
    return str(form.pilihan.data)


def change(receipt: str) -> AnyResponse:
    run(followup.change_rating, receipt, request.args.get("e", ""), digit(_choice(receipt)))
    return _back(receipt)


def service(receipt: str) -> AnyResponse:
    run(followup.name_service, receipt, request.args.get("e", ""), _choice(receipt))
    return _back(receipt)


def officer(receipt: str) -> AnyResponse:
    run(followup.name_officer, receipt, request.args.get("e", ""), _choice(receipt))
    return _back(receipt)


def help_given(receipt: str) -> AnyResponse:
    answers = {"PETUGAS": digit(_choice(receipt))}
    run(followup.add_answers, receipt, request.args.get("e", ""), HELP, answers)
    return _back(receipt)
