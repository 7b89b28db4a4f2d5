"""Whether the printed codes open the right page: start a test, scan, read here that it worked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from http import HTTPStatus

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response
from wtforms import StringField

from portal.domain.code import printed
from portal.domain.errors import FormExpired
from portal.services.enrol.scan_test import PrintedCode, ScanTest, list_tests, start_test
from portal.web import session
from portal.web.context import run, site
from portal.web.forms import SignedForm
from portal.web.session import StaffBar


class TestForm(SignedForm):
    """The button that starts a test, of one code or, where it names none, of all."""

    kode = StringField()


@dataclass(frozen=True, slots=True)
class CodeLine:
    """A code as it is printed, with its last test."""

    printed_code: str
    code: PrintedCode


@dataclass(frozen=True, slots=True)
class ScanTestPage:
    """The unit's printed codes; `started` right after a test was."""

    staff: StaffBar
    test: ScanTest
    lines: tuple[CodeLine, ...]
    form: TestForm
    today: date
    started: bool


def add_routes(pages: Blueprint) -> None:
    pages.add_url_rule("/unit/<unit_code>/uji-pindai", view_func=scan_test)
    pages.add_url_rule("/unit/<unit_code>/uji-pindai", view_func=start, endpoint="start_test", methods=["POST"])


def scan_test(unit_code: str) -> str:
    test = run(list_tests, session.scope(), unit_code)
    form = TestForm(session.bound("scan-test", test.unit_code), formdata=None)
    lines = tuple(CodeLine(printed(code.public_code), code) for code in test.codes)
    page = ScanTestPage(session.staff_bar(), test, lines, form, site().portal.today(), "mulai" in request.args)
    return render_template("unit_head/scan_test.html", page=page)


def start(unit_code: str) -> Response:
    form = TestForm(session.bound("scan-test", unit_code))
    if not form.validate():
        raise FormExpired
    run(start_test, session.scope(), unit_code, form.kode.data or "", session.actor())
    return redirect(url_for("unit_head.scan_test", unit_code=unit_code, mulai=1), HTTPStatus.SEE_OTHER)
