"""The nine elements in the regulation's words: directly by `/s/<code>`, or after the tap."""

from __future__ import annotations

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from portal.domain.counter import CounterView, State
from portal.domain.instrument import Element, Item
from portal.services.collect import rate as collect
from portal.services.collect import receipt as followup
from portal.services.collect.choosing import PROFILE, Chosen
from portal.web.citizen.forms import (
    PartForm,
    SurveyForm,
    check,
    device_cookie,
    element_answers,
    item_choices,
    new_key,
    submission,
)
from portal.web.citizen.rate import closed, stored
from portal.web.context import run, site

SKM: Final = "skm-14-2017@1"


@dataclass(frozen=True, slots=True)
class SurveyPage:
    counter: CounterView
    elements: tuple[Element, ...]
    profile: tuple[Item, ...]
    form: SurveyForm | PartForm
    key: str
    action: str
    empty: bool = False
    chosen: Chosen = field(default_factory=dict)


def add_routes(pages: Blueprint) -> None:
    pages.add_url_rule("/s/<code>", view_func=page, endpoint="survey")
    pages.add_url_rule("/s/<code>/kirim", view_func=send, endpoint="send_survey", methods=["POST"])
    pages.add_url_rule("/r/<receipt>/survei", view_func=part, endpoint="survey_part")
    pages.add_url_rule("/r/<receipt>/survei", view_func=send_part, endpoint="send_survey_part", methods=["POST"])


def _render(counter: CounterView, form: SurveyForm | PartForm, action: str, key: str, *, empty: bool = False) -> str:
    instruments = site().portal.instruments
    chosen = item_choices(instruments[PROFILE]) if empty else {}
    elements, items = instruments[SKM].elements, instruments[PROFILE].items
    page = SurveyPage(counter, elements, items, form, key, action, empty, chosen)
    return render_template("citizen/survey.html", page=page)


def page(code: str) -> str:
    shown = run(collect.open_counter, code)
    if shown.state is not State.OPEN:
        return closed(shown)
    public_code = shown.counter.public_code
    action = url_for("citizen.send_survey", code=public_code)
    return _render(shown.counter, SurveyForm(("survey", public_code), formdata=None), action, new_key())


def send(code: str) -> AnyResponse:
    form = SurveyForm(("survey", collect.canonical(code)))
    check(form)
    answers = element_answers(site().portal.instruments[SKM])
    if not answers:
        counter = run(collect.open_counter, code).counter
        return _nothing_answered(counter, form, url_for("citizen.send_survey", code=code), form["kunci"].data)
    name, device = device_cookie()
    profile = item_choices(site().portal.instruments[PROFILE])
    return stored(submission(code, form, SKM, answers, device, profile), name, device)


def part(receipt: str) -> AnyResponse | str:
    token = request.args.get("e", "")
    shown = run(followup.open_receipt, receipt, token)
    if shown.counter is None or not shown.ask_survey:
        return redirect(url_for("citizen.receipt", receipt=receipt, e=token), HTTPStatus.SEE_OTHER)
    action = url_for("citizen.send_survey_part", receipt=receipt, e=token)
    return _render(shown.counter, PartForm(("part", receipt), formdata=None), action, "")


def send_part(receipt: str) -> AnyResponse:
    token = request.args.get("e", "")
    form = PartForm(("part", receipt))
    check(form)
    answers = element_answers(site().portal.instruments[SKM])
    if not answers:
        shown = run(followup.open_receipt, receipt, token)
        action = url_for("citizen.send_survey_part", receipt=receipt, e=token)
        return _nothing_answered(followup.require(shown.counter), form, action, "")
    run(followup.add_answers, receipt, token, SKM, answers, item_choices(site().portal.instruments[PROFILE]))
    return redirect(url_for("citizen.receipt", receipt=receipt, e=token), HTTPStatus.SEE_OTHER)


def _nothing_answered(counter: CounterView, form: SurveyForm | PartForm, action: str, key: str) -> Response:
    return Response(_render(counter, form, action, key, empty=True), HTTPStatus.UNPROCESSABLE_ENTITY)
