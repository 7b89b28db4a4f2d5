"""What citizens wrote: comments that ask for an answer, and the batches of months that are over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from http import HTTPStatus
from typing import Final

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.domain.errors import Invalid, NotFound
from portal.services.review.cases import LONGEST_ANSWER, Feedback, answer_case, open_feedback
from portal.web import session
from portal.web.context import run
from portal.web.forms import SignedForm
from portal.web.session import StaffBar

MONTH: Final = "bulan"
DONE: Final = ("answered", "decided")


@dataclass(frozen=True, slots=True)
class Unsent:
    """An answer that was refused: to which case, what is wrong, and what was written."""

    case_code: str
    problem: str
    text: str


@dataclass(frozen=True, slots=True)
class FeedbackPage:
    """The comments of a unit with a form for each that waits for an answer; `done` is what came of the last press."""

    staff: StaffBar
    feedback: Feedback
    forms: Mapping[str, SignedForm]
    done: str = ""
    unsent: Unsent | None = None
    longest: int = field(default=LONGEST_ANSWER)


def add_routes(pages: Blueprint) -> None:
    pages.add_url_rule("/unit/<unit_code>/masukan", view_func=feedback)
    pages.add_url_rule("/unit/<unit_code>/masukan/<case_code>", view_func=answer, methods=["POST"])


def feedback(unit_code: str) -> str:
    found = run(open_feedback, session.scope(), unit_code, _month())
    asked = request.args.get("hasil", "")
    return _render(found, done=asked if asked in DONE else "")


def answer(unit_code: str, case_code: str) -> Response:
    found = run(open_feedback, session.scope(), unit_code)
    text = request.form.get("jawaban", "")
    if not _form(case_code).validate():
        return _refused(found, Unsent(case_code, "form", text))
    try:
        run(answer_case, session.scope(), unit_code, case_code, text=text, actor=session.actor())
    except Invalid as error:
        return _refused(found, Unsent(case_code, error.detail, text))
    except NotFound:  # in another tab, or by somebody else a moment ago
        return _back(unit_code, "decided")
    return _back(unit_code, "answered")


def _month() -> date | None:
    asked = request.args.get(MONTH, "")
    try:
        return date.fromisoformat(f"{asked}-01") if asked else None
    except ValueError as error:
        raise NotFound("month") from error


def _form(case_code: str, *, empty: bool = False) -> SignedForm:
    return SignedForm(session.bound("case", case_code), **({"formdata": None} if empty else {}))


def _render(found: Feedback, *, done: str = "", unsent: Unsent | None = None) -> str:
    forms = {case.case_code: _form(case.case_code, empty=True) for case in found.unanswered}
    page = FeedbackPage(session.staff_bar(), found, forms, done, unsent)
    return render_template("unit_head/feedback.html", page=page)


def _refused(found: Feedback, unsent: Unsent) -> Response:
    return Response(_render(found, unsent=unsent), HTTPStatus.UNPROCESSABLE_ENTITY, mimetype="text/html")


def _back(unit_code: str, done: str) -> Response:
    return redirect(url_for("unit_head.feedback", unit_code=unit_code, hasil=done), HTTPStatus.SEE_OTHER)
