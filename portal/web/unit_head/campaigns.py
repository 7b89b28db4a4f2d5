"""Survey weeks of a unit, and how far its survey has come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response
from wtforms import DateField, IntegerField, StringField
from wtforms.validators import InputRequired, NumberRange, Optional

from portal.domain.errors import FormExpired, Invalid
from portal.domain.score.sample import SampleTarget
from portal.services.enrol.campaigns import MOST_SERVED, add_campaign, end_campaign
from portal.services.report.campaign import SurveyTargets, list_targets
from portal.services.report.figures import SKM
from portal.services.report.unit import open_unit
from portal.web import session
from portal.web.context import run, site
from portal.web.forms import SignedForm
from portal.web.session import StaffBar


class CampaignForm(SignedForm):
    """When to ask, about which service, and of how many served."""

    layanan = StringField()
    mulai = DateField(validators=[InputRequired()])
    selesai = DateField(validators=[InputRequired()])
    dilayani = IntegerField(validators=[Optional(), NumberRange(1, MOST_SERVED)])


@dataclass(frozen=True, slots=True)
class Progress:
    """The unit itself (without a name) or one of its services: respondents released so far and needed."""

    name: str
    n: int | None
    needed: int
    target: SampleTarget | None


@dataclass(frozen=True, slots=True)
class CampaignsPage:
    """How far the survey has come, its campaigns, and the form of another; `problem` names what to put right."""

    staff: StaffBar
    targets: SurveyTargets
    progress: Sequence[Progress]
    form: CampaignForm
    end_form: SignedForm
    origin: str
    problem: str = ""
    done: str = ""


def add_routes(pages: Blueprint) -> None:
    pages.add_url_rule("/unit/<unit_code>/survei", view_func=campaigns)
    pages.add_url_rule("/unit/<unit_code>/survei", view_func=begin, endpoint="begin_campaign", methods=["POST"])
    pages.add_url_rule(
        "/unit/<unit_code>/survei/<campaign_code>/akhiri", view_func=end, endpoint="end_campaign", methods=["POST"]
    )


def campaigns(unit_code: str) -> str:
    done = request.args.get("hasil", "")
    return _render(unit_code, done=done if done in {"begun", "ended"} else "")


def begin(unit_code: str) -> Response:
    form = _form(unit_code)
    problem = "" if form.validate() else "form" if form.is_foreign else "incomplete"
    if not problem:
        asked = {
            "service_code": str(form.layanan.data or ""),
            "starts_on": form.mulai.data,
            "ends_on": form.selesai.data,
            "population": form.dilayani.data,
        }
        try:
            run(add_campaign, session.scope(), unit_code, **asked, actor=session.actor())
        except Invalid as refusal:
            problem = refusal.detail
        else:
            return _back(unit_code, "begun")
    return Response(_render(unit_code, problem), HTTPStatus.UNPROCESSABLE_ENTITY, mimetype="text/html")


def end(unit_code: str, campaign_code: str) -> Response:
    if not _end_form(unit_code).validate():
        run(list_targets, session.scope(), unit_code)  # what is outside the caller's reach does not exist
        raise FormExpired
    run(end_campaign, session.scope(), unit_code, campaign_code, actor=session.actor())
    return _back(unit_code, "ended")


def _form(unit_code: str, *, empty: bool = False) -> CampaignForm:
    return CampaignForm(session.bound("campaign", unit_code), **({"formdata": None} if empty else {}))


def _end_form(unit_code: str, *, empty: bool = False) -> SignedForm:
    return SignedForm(session.bound("campaign-end", unit_code), **({"formdata": None} if empty else {}))


def _back(unit_code: str, done: str) -> Response:
    return redirect(url_for("unit_head.campaigns", unit_code=unit_code, hasil=done), HTTPStatus.SEE_OTHER)


def _render(unit_code: str, problem: str = "", *, done: str = "") -> str:
    targets = run(list_targets, session.scope(), unit_code)
    report = run(open_unit, session.scope(), unit_code, targets.period.period_code)
    own = Progress("", report.skm.n, report.needed, targets.unit)
    services = (
        Progress(line.name, line.scores[SKM].n, line.needed, targets.services.get(line.code))
        for line in report.services
        if line.code in targets.services
    )
    page = CampaignsPage(
        staff=session.staff_bar(),
        targets=targets,
        progress=(own, *services),
        form=_form(unit_code, empty=not problem),
        end_form=_end_form(unit_code, empty=True),
        origin=site().public_url,
        problem=problem,
        done=done,
    )
    return render_template("unit_head/campaigns.html", page=page)
