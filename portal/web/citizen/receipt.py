"""The thank-you page with its optional parts, and what a receipt shows later; never the rating given."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from flask import Blueprint, Response, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from portal.domain.code import parse_receipt, printed
from portal.domain.errors import FormExpired, Invalid
from portal.domain.instrument import Element, Item
from portal.domain.masking.comment import LONGEST
from portal.services.collect import receipt as followup
from portal.services.collect.choosing import TOPICS
from portal.services.collect.comment import leave_comment
from portal.services.collect.receipt import ReceiptPage
from portal.web.citizen.forms import ChoiceForm, PlainForm, check, digit, item_choices
from portal.web.context import run, site

HELP: Final = "petugas@1"
QUICK: Final = "quick@1"
LAPOR: Final = "https://www.lapor.go.id"
"""Where the country's citizens complain officially."""


@dataclass(frozen=True, slots=True)
class Unsent:
    """A part that was refused: what is wrong with it, and what was written."""

    problem: str = ""
    text: str = ""
    asks: bool = False


@dataclass(frozen=True, slots=True)
class ThanksPage:
    shown: ReceiptPage
    printed_receipt: str
    form: ChoiceForm
    help_element: Element
    topics: Item
    unsent: Unsent
    longest: int = LONGEST
    lapor: str = LAPOR


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
    pages.add_url_rule("/r/<receipt>/topik", view_func=topics, endpoint="send_topics", methods=["POST"])
    pages.add_url_rule("/r/<receipt>/masukan", view_func=comment, endpoint="send_comment", methods=["POST"])


def _form(receipt: str, *, fresh: bool = False) -> ChoiceForm:
    bound_to = ("choice", parse_receipt(receipt))
    return ChoiceForm(bound_to, formdata=None) if fresh else ChoiceForm(bound_to)


def page(receipt: str) -> str:
    return _show(receipt, Unsent())


def _show(receipt: str, unsent: Unsent) -> str:
    shown = run(followup.open_receipt, receipt, request.args.get("e", ""))
    instruments = site().portal.instruments
    element, items = instruments[HELP].elements[0], instruments[TOPICS].items
    thanks = ThanksPage(shown, printed(shown.receipt), _form(receipt, fresh=True), element, items[0], unsent)
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


def topics(receipt: str) -> AnyResponse:
    _check_plain(receipt)
    chosen = item_choices(site().portal.instruments[TOPICS])
    if not chosen:
        return _refused(receipt, Unsent("topics-empty"))
    run(followup.choose_topics, receipt, request.args.get("e", ""), chosen)
    return _back(receipt)


def comment(receipt: str) -> AnyResponse:
    _check_plain(receipt)
    text, asks = request.form.get("masukan", ""), "dijawab" in request.form
    try:
        run(leave_comment, receipt, request.args.get("e", ""), text, language=g.language, asks=asks)
    except Invalid as error:
        return _refused(receipt, Unsent(error.detail, text, asks))
    return _back(receipt)


def _check_plain(receipt: str) -> None:
    check(PlainForm(("choice", parse_receipt(receipt))))


def _refused(receipt: str, unsent: Unsent) -> Response:
    followup.require(run(followup.open_receipt, receipt, request.args.get("e", "")).counter)
    return Response(_show(receipt, unsent), HTTPStatus.UNPROCESSABLE_ENTITY)
