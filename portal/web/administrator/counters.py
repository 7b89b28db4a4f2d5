"""Counters: listed with their codes, added, renamed, closed, opened again, moved."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from typing import Final

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse
from wtforms import DateField, StringField
from wtforms.validators import DataRequired

from portal.domain.errors import Invalid
from portal.services.enrol import counters as use_cases
from portal.services.enrol.counters import CounterLine, OpenUnit, UnitCounters
from portal.web import session
from portal.web.context import run, site
from portal.web.forms import SignedForm
from portal.web.session import StaffBar

DONE: Final = "hasil"
UNIT: Final = "unit"


class NameForm(SignedForm):
    """A counter's name."""

    nama = StringField(validators=[DataRequired()])


class CloseForm(SignedForm):
    """The first day on which nobody can rate there."""

    mulai = DateField(validators=[DataRequired()])


class MoveForm(SignedForm):
    """The unit that a counter moves to."""

    tujuan = StringField(validators=[DataRequired()])


FORMS: Final[Mapping[str, type[SignedForm]]] = {
    "nama": NameForm,
    "tutup": CloseForm,
    "buka": SignedForm,
    "pindah": MoveForm,
}
"""What can be done with a counter."""


@dataclass(frozen=True, slots=True)
class CountersPage:
    """Every counter by unit."""

    staff: StaffBar
    units: tuple[UnitCounters, ...]


@dataclass(frozen=True, slots=True)
class CounterPage:
    """One counter with its forms; `problem` says what was wrong with the form `part`, `done` what was done before."""

    staff: StaffBar
    counter: CounterLine
    units: tuple[OpenUnit, ...]
    forms: Mapping[str, SignedForm]
    today: date
    part: str = ""
    problem: str = ""
    done: str = ""


@dataclass(frozen=True, slots=True)
class NewCounterPage:
    """The form for a new counter of the chosen unit, or the choice of the unit."""

    staff: StaffBar
    units: tuple[OpenUnit, ...]
    chosen: OpenUnit | None
    form: NameForm
    ticked: frozenset[str] = frozenset()
    problem: str = ""


def add_routes(pages: Blueprint) -> None:
    pages.add_url_rule("/kelola/loket", view_func=counters)
    pages.add_url_rule("/kelola/loket-baru", view_func=new_counter)
    pages.add_url_rule("/kelola/loket-baru", view_func=add_counter, methods=["POST"])
    pages.add_url_rule("/kelola/loket/<counter_code>", view_func=counter)
    pages.add_url_rule("/kelola/loket/<counter_code>/nama", view_func=rename_counter, methods=["POST"])
    pages.add_url_rule("/kelola/loket/<counter_code>/tutup", view_func=close_counter, methods=["POST"])
    pages.add_url_rule("/kelola/loket/<counter_code>/buka", view_func=reopen_counter, methods=["POST"])
    pages.add_url_rule("/kelola/loket/<counter_code>/pindah", view_func=move_counter, methods=["POST"])


def counters() -> str:
    page = CountersPage(session.staff_bar(), run(use_cases.list_counters))
    return render_template("administrator/counters.html", page=page)


def new_counter() -> str:
    return _new(NameForm(session.bound("counter-new"), formdata=None))


def add_counter() -> AnyResponse:
    form, ticked = NameForm(session.bound("counter-new")), frozenset(request.form.getlist("layanan"))
    if not form.validate():
        problem = "token" if form.is_foreign else "name"
        return Response(_new(form, ticked, problem), HTTPStatus.UNPROCESSABLE_ENTITY)
    asked = {"name": str(form.nama.data), "unit_code": request.args.get(UNIT, "")}
    try:
        code = run(use_cases.add_counter, **asked, services=sorted(ticked), actor=session.actor())
    except Invalid as refusal:
        return Response(_new(form, ticked, refusal.detail), HTTPStatus.UNPROCESSABLE_ENTITY)
    return redirect(url_for("administrator.counter", counter_code=code, hasil="baru"), HTTPStatus.SEE_OTHER)


def _new(form: NameForm, ticked: frozenset[str] = frozenset(), problem: str = "") -> str:
    units = run(use_cases.list_units)
    asked = request.args.get(UNIT) if len(units) > 1 else units[0].unit_code if units else None
    chosen = next((unit for unit in units if unit.unit_code == asked), None)
    page = NewCounterPage(session.staff_bar(), units, chosen, form, ticked, problem)
    return render_template("administrator/new_counter.html", page=page)


def counter(counter_code: str) -> str:
    done = request.args.get(DONE, "")
    return _page(counter_code, done=done if done in {"baru", *FORMS} else "")


def rename_counter(counter_code: str) -> AnyResponse:
    def act(form: SignedForm) -> None:
        run(use_cases.rename_counter, counter_code, name=str(form.nama.data), actor=session.actor())

    return _send(counter_code, "nama", act)


def close_counter(counter_code: str) -> AnyResponse:
    def act(form: SignedForm) -> None:
        run(use_cases.close_counter, counter_code, from_on=form.mulai.data, actor=session.actor())

    return _send(counter_code, "tutup", act)


def reopen_counter(counter_code: str) -> AnyResponse:
    def act(_: SignedForm) -> None:
        run(use_cases.reopen_counter, counter_code, actor=session.actor())

    return _send(counter_code, "buka", act)


def move_counter(counter_code: str) -> AnyResponse:
    def act(form: SignedForm) -> str:
        return run(use_cases.move_counter, counter_code, unit_code=str(form.tujuan.data), actor=session.actor())

    return _send(counter_code, "pindah", act)


def _send(counter_code: str, part: str, act: Callable[[SignedForm], str | None]) -> AnyResponse:
    """Do what the form asks for, and lead to the counter's page, that of the new counter after a move."""
    form = FORMS[part](session.bound(part, counter_code))
    if not form.validate():
        problem = "token" if form.is_foreign else "form"
        return Response(_page(counter_code, part, problem), HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        arrived = act(form) or counter_code
    except Invalid as refusal:
        return Response(_page(counter_code, part, refusal.detail), HTTPStatus.UNPROCESSABLE_ENTITY)
    return redirect(url_for("administrator.counter", counter_code=arrived, hasil=part), HTTPStatus.SEE_OTHER)


def _page(counter_code: str, part: str = "", problem: str = "", *, done: str = "") -> str:
    found = run(use_cases.open_counter, counter_code)
    # What was typed comes back with its problem; the other forms of the page are fresh.
    forms = {
        name: kind(session.bound(name, counter_code), **({} if name == part else {"formdata": None}))
        for name, kind in FORMS.items()
    }
    today = site().portal.today()
    page = CounterPage(session.staff_bar(), found.counter, found.units, forms, today, part, problem, done)
    return render_template("administrator/counter.html", page=page)
