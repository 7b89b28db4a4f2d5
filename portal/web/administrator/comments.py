"""The reviewer's page: comments that may name somebody, read before their unit reads them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.domain.errors import FormExpired, Invalid, NotFound
from portal.services.review.comments import SuspectedComment, decide_comment, list_suspected
from portal.web import session
from portal.web.context import run
from portal.web.forms import SignedForm
from portal.web.session import StaffBar

RELEASE: Final = "teruskan"
WITHHOLD: Final = "tahan"
DONE: Final = {RELEASE: "released", WITHHOLD: "withheld"}
GONE: Final = "decided"


@dataclass(frozen=True, slots=True)
class SuspectedPage:
    """What waits for a reviewer, with a form for each; `done` is what came of the last press."""

    staff: StaffBar
    comments: Sequence[SuspectedComment]
    forms: Mapping[bytes, SignedForm]
    done: str


def add_routes(pages: Blueprint) -> None:
    pages.add_url_rule("/periksa/masukan", view_func=comments)
    pages.add_url_rule("/periksa/masukan/<comment_code>", view_func=decide_on_comment, methods=["POST"])


def comments() -> str:
    listed = run(list_suspected)
    forms = {comment.id: _form(comment.id.hex(), empty=True) for comment in listed}
    asked = request.args.get("hasil", "")
    page = SuspectedPage(session.staff_bar(), listed, forms, asked if asked in {GONE, *DONE.values()} else "")
    return render_template("administrator/comments.html", page=page)


def decide_on_comment(comment_code: str) -> Response:
    if not _form(comment_code).validate():
        raise FormExpired
    decision = request.form.get("putusan", "")
    if decision not in DONE:
        raise Invalid("putusan")
    try:
        run(decide_comment, bytes.fromhex(comment_code), release=decision == RELEASE, actor=session.actor())
    except NotFound:  # in another tab, or by somebody else a moment ago
        return _back(GONE)
    return _back(DONE[decision])


def _form(comment_code: str, *, empty: bool = False) -> SignedForm:
    return SignedForm(session.bound("comment", comment_code), **({"formdata": None} if empty else {}))


def _back(done: str) -> Response:
    return redirect(url_for("administrator.comments", hasil=done), HTTPStatus.SEE_OTHER)
