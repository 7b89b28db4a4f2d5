"""What the government has decided, from which day on, and the forms that propose something else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from http import HTTPStatus
from typing import Final

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response
from wtforms import DateField, StringField
from wtforms.validators import InputRequired, Length, Optional

from portal.domain.errors import Invalid
from portal.domain.policy import Policy
from portal.services.policy import PolicyLine, list_policy, set_choice
from portal.web import session
from portal.web.context import run
from portal.web.forms import SignedForm
from portal.web.session import StaffBar

VALUES: Final[Mapping[str, Sequence[str]]] = {
    "base_period": ("month", "quarter", "semester"),
    "appraisal_feed": ("true", "false"),
    "appraisal_measure": ("petugas", "skm_officer"),
    "two_persons": ("true", "false"),
}
_LONGEST_REASON: Final = 200


class ChoiceForm(SignedForm):
    """Another value for one key, from a day on, and why."""

    nilai = StringField(validators=[InputRequired()])
    mulai = DateField(validators=[Optional()])
    alasan = StringField(validators=[InputRequired(), Length(max=_LONGEST_REASON)])


@dataclass(frozen=True, slots=True)
class Decision:
    """One key: the values it may have, the one in force, and what comes later as (day, value)."""

    key: str
    values: Sequence[str]
    value: str
    later: tuple[tuple[str, str], ...]
    form: ChoiceForm
    problem: str = ""
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class PolicyPage:
    """Every key with its form; `done` is what came of the one sent before."""

    staff: StaffBar
    decisions: tuple[Decision, ...]
    done: str


def add_routes(pages: Blueprint) -> None:
    pages.add_url_rule("/kelola/kebijakan", view_func=policy)
    pages.add_url_rule("/kelola/kebijakan/<key>", view_func=choose, endpoint="choose", methods=["POST"])


def policy() -> str:
    return _page(request.args.get("hasil", ""))


def choose(key: str) -> Response:
    form = ChoiceForm(session.bound("policy", key))
    if not form.validate():
        return Response(
            _page("", key, "form" if form.is_foreign else "incomplete"),
            HTTPStatus.UNPROCESSABLE_ENTITY,
            mimetype="text/html",
        )
    asked = {"key": key, "value": str(form.nilai.data), "from_on": form.mulai.data, "reason": str(form.alasan.data)}
    try:
        choice = run(set_choice, **asked, alone=False, actor=session.actor())
    except Invalid as refusal:
        return Response(_page("", key, f"bad_{refusal.detail}"), HTTPStatus.UNPROCESSABLE_ENTITY, mimetype="text/html")
    done = "waiting" if choice.proposal_id else "set"
    return redirect(url_for("administrator.policy", hasil=done), HTTPStatus.SEE_OTHER)


def _page(done: str, of_problem: str = "", problem: str = "") -> str:
    lines = run(list_policy)
    decisions = tuple(_decision(lines, key, problem if key == of_problem else "") for key in VALUES)
    known = done if done in {"waiting", "set"} else ""
    return render_template("administrator/policy.html", page=PolicyPage(session.staff_bar(), decisions, known))


def _decision(lines: Sequence[PolicyLine], key: str, problem: str) -> Decision:
    now = next((line.policy for line in lines if line.in_force), Policy())
    held = _text(asdict(now)[key])
    later: list[tuple[str, str]] = []
    for line in lines[next((n for n, line in enumerate(lines, 1) if line.in_force), 0) :]:
        coming = _text(asdict(line.policy)[key])
        if coming != (later[-1][1] if later else held):
            later.append((line.from_on.isoformat(), coming))
    # What was typed comes back with the problem; a fresh form is empty.
    form = ChoiceForm(session.bound("policy", key), **({} if problem else {"formdata": None}))
    return Decision(key, VALUES[key], held, tuple(later), form, problem, bool(problem))


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
