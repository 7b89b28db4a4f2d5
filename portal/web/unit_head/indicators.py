"""Indicators by name of a unit and its officers: targets, how far they came, and indices of earlier years."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.domain.errors import FormExpired, Invalid
from portal.domain.indicator import KINDS, MEASURES_OF_OFFICER, MEASURES_OF_UNIT
from portal.services.enrol.indicators import (
    add_indicator,
    add_progress,
    change_target,
    end_indicator,
    put_past_score,
)
from portal.services.report.indicators import IndicatorsReport, open_indicators
from portal.web import session
from portal.web.context import run
from portal.web.forms import SignedForm
from portal.web.session import StaffBar

PERIOD: Final = "periode"
DONE: Final = frozenset({"added", "target", "progress", "ended", "past"})
NEW, PAST, TARGET, PROGRESS = "new", "past", "target", "progress"
_NEW: Final = {
    "nama": "name",
    "satuan": "unit_of_measure",
    "jenis": "kind",
    "masa": "period_code",
    "target": "target",
    "tugas": "duty",
    "sasaran": "unit_goal",
}
_PROGRESS: Final = {"nilai": "realisation", "tanggal": "as_of", "sumber": "source", "tautan": "link"}
_PAST: Final = {"tahun": "year", "ikm": "skm", "responden": "n", "sumber": "source"}


@dataclass(frozen=True, slots=True)
class Refused:
    """A form that was not taken: which one, of which indicator, the field to put right, and what was typed."""

    form: str = ""
    indicator_code: str = ""
    problem: str = ""
    typed: Mapping[str, str] = field(default_factory=dict)

    def of(self, form: str, indicator_code: str = "") -> Refused:
        """Return itself for its own form, and nothing refused for every other."""
        return self if (form, indicator_code) == (self.form, self.indicator_code) else Refused()


@dataclass(frozen=True, slots=True)
class IndicatorsPage:
    """The indicators of a unit with the forms that change them; `done` is what came of the one sent before."""

    staff: StaffBar
    report: IndicatorsReport
    form: SignedForm
    refused: Refused
    done: str
    kinds: tuple[str, ...] = KINDS
    measures_of_unit: tuple[str, ...] = MEASURES_OF_UNIT
    measures_of_officer: tuple[str, ...] = MEASURES_OF_OFFICER


def add_routes(pages: Blueprint) -> None:
    own = "/unit/<unit_code>/indikator"
    pages.add_url_rule(own, view_func=indicators)
    pages.add_url_rule(own, view_func=add, endpoint="add_indicator", methods=["POST"])
    pages.add_url_rule("/unit/<unit_code>/ikm-tahun-lalu", view_func=keep_past, endpoint="past_score", methods=["POST"])
    one = f"{own}/<indicator_code>"
    pages.add_url_rule(f"{one}/target", view_func=aim, endpoint="indicator_target", methods=["POST"])
    pages.add_url_rule(f"{one}/perkembangan", view_func=tell, endpoint="indicator_progress", methods=["POST"])
    pages.add_url_rule(f"{one}/akhiri", view_func=end, endpoint="end_indicator", methods=["POST"])


def indicators(unit_code: str) -> str:
    done = request.args.get("hasil", "")
    return _render(unit_code, Refused(), done if done in DONE else "")


def add(unit_code: str) -> Response:
    typed, asked = _typed((*_NEW, "petugas", "ukuran")), _named(_NEW)
    choice = {"officer_code": typed["petugas"], "measure": typed["ukuran"]}

    def act() -> None:
        run(add_indicator, session.scope(), unit_code, asked, **choice, actor=session.actor())

    return _answer(unit_code, act, "added", Refused(NEW, typed=typed), typed["masa"])


def aim(unit_code: str, indicator_code: str) -> Response:
    typed = _typed(("target",))

    def act() -> None:
        run(change_target, session.scope(), unit_code, indicator_code, typed["target"], actor=session.actor())

    return _answer(unit_code, act, "target", Refused(TARGET, indicator_code, typed=typed))


def tell(unit_code: str, indicator_code: str) -> Response:
    def act() -> None:
        run(add_progress, session.scope(), unit_code, indicator_code, _named(_PROGRESS), actor=session.actor())

    return _answer(unit_code, act, "progress", Refused(PROGRESS, indicator_code, typed=_typed(_PROGRESS)))


def end(unit_code: str, indicator_code: str) -> Response:
    if not _form(unit_code).validate():
        run(open_indicators, session.scope(), unit_code)  # what is outside the caller's reach does not exist
        raise FormExpired
    run(end_indicator, session.scope(), unit_code, indicator_code, actor=session.actor())
    return _back(unit_code, "ended", request.args.get(PERIOD))


def keep_past(unit_code: str) -> Response:
    def act() -> None:
        run(put_past_score, session.scope(), unit_code, _named(_PAST), actor=session.actor())

    return _answer(unit_code, act, "past", Refused(PAST, typed=_typed(_PAST)))


def _answer(
    unit_code: str, act: Callable[[], None], done: str, refused: Refused, period_code: str | None = None
) -> Response:
    """Do it and lead back, or show the page again with what was typed and what to put right."""
    problem = "" if _form(unit_code).validate() else "form"
    try:
        if not problem:
            act()
    except Invalid as refusal:
        problem = refusal.detail
    if not problem:
        return _back(unit_code, done, period_code or request.args.get(PERIOD))
    shown = _render(unit_code, Refused(refused.form, refused.indicator_code, problem, refused.typed))
    return Response(shown, HTTPStatus.UNPROCESSABLE_ENTITY, mimetype="text/html")


def _back(unit_code: str, done: str, period_code: str | None) -> Response:
    address = url_for("unit_head.indicators", unit_code=unit_code, hasil=done, periode=period_code or None)
    return redirect(address, HTTPStatus.SEE_OTHER)


def _typed(names: Mapping[str, str] | tuple[str, ...]) -> dict[str, str]:
    return {name: request.form.get(name, "") for name in names}


def _named(names: Mapping[str, str]) -> dict[str, str]:
    """Return what was typed under the names by which the fields are kept."""
    return {kept: request.form.get(name, "") for name, kept in names.items()}


def _form(unit_code: str, *, empty: bool = False) -> SignedForm:
    return SignedForm(session.bound("indicators", unit_code), **({"formdata": None} if empty else {}))


def _render(unit_code: str, refused: Refused, done: str = "") -> str:
    report = run(open_indicators, session.scope(), unit_code, request.args.get(PERIOD) or None)
    page = IndicatorsPage(session.staff_bar(), report, _form(unit_code, empty=True), refused, done)
    return render_template("unit_head/indicators.html", page=page)
