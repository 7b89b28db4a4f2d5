"""What waits for a second person, and what was decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.domain.errors import FormExpired, Invalid, NotFound
from portal.services import policy
from portal.services.collect import attribution
from portal.services.publish import closing, correcting
from portal.services.review.proposals import Effect, Outcome, Proposals, approve, list_proposals, turn_down
from portal.web import session
from portal.web.context import run
from portal.web.forms import SignedForm
from portal.web.session import StaffBar

EFFECTS: Final[Mapping[str, Effect]] = {
    policy.ACT: Effect(policy.apply_choice),
    closing.ACT: Effect(closing.close, hold=closing.hold),
    correcting.ACT: Effect(correcting.correct, hold=closing.hold),
    attribution.ACT: Effect(attribution.correct_duty, hold=attribution.hold),
}
"""What each kind of proposal does once it is approved."""


@dataclass(frozen=True, slots=True)
class ProposalsPage:
    """The proposals; `me` may withdraw their own and decide those of others. `done` is what came of the last press."""

    staff: StaffBar
    proposals: Proposals
    me: str
    forms: Mapping[int, SignedForm]
    done: str


def add_routes(pages: Blueprint) -> None:
    pages.add_url_rule("/kelola/persetujuan", view_func=proposals)
    pages.add_url_rule("/kelola/persetujuan/<int:number>/setujui", view_func=agree, methods=["POST"])
    pages.add_url_rule("/kelola/persetujuan/<int:number>/tolak", view_func=decline, methods=["POST"])


def proposals() -> str:
    listed = run(list_proposals, reader=session.actor())
    forms = {record.id: _form(record.id, empty=True) for record in listed.waiting}
    asked = request.args.get("hasil", "")
    done = asked if asked in {"impossible", "decided", *Outcome} else ""
    page = ProposalsPage(session.staff_bar(), listed, session.actor(), forms, done)
    return render_template("administrator/proposals.html", page=page)


def agree(number: int) -> Response:
    _check(number)
    try:
        run(approve, number, EFFECTS, actor=session.actor())
    except Invalid:
        return _back("impossible")
    except NotFound:  # in another tab, or by somebody else a moment ago
        return _back("decided")
    return _back(Outcome.APPROVED.value)


def decline(number: int) -> Response:
    _check(number)
    try:
        outcome = run(turn_down, number, actor=session.actor())
    except NotFound:
        return _back("decided")
    return _back(outcome.value)


def _form(number: int, *, empty: bool = False) -> SignedForm:
    return SignedForm(session.bound("proposal", str(number)), **({"formdata": None} if empty else {}))


def _check(number: int) -> None:
    if not _form(number).validate():
        raise FormExpired


def _back(done: str) -> Response:
    return redirect(url_for("administrator.proposals", hasil=done), HTTPStatus.SEE_OTHER)
