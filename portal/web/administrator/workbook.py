"""The workbook in the browser: take it, have it checked, and apply exactly what was shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final
from urllib.parse import urlencode

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.domain.errors import Invalid
from portal.domain.workbook.sheet import SHEETS
from portal.services.enrol.extract import export_workbook
from portal.services.enrol.parcel import Parcel, seal, unseal
from portal.services.enrol.workbook import LARGEST_FILE, ImportReport, import_workbook, template
from portal.web import session
from portal.web.context import run, site
from portal.web.download import attachment
from portal.web.forms import SignedForm
from portal.web.session import StaffBar

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LONGEST_LIST: Final = 200
_AROUND: Final = 64 * 1024  # what a form carries besides the file
_SEALED: Final = LARGEST_FILE * 4 // 3 + _AROUND  # a sealed file is written in letters
_DONE: Final = ("created", "changed", "closed", "reopened")
_DRAIN: Final = 64 << 20
_CHUNK: Final = 1 << 16


@dataclass(frozen=True, slots=True)
class WorkbookPage:
    """Where the workbook is taken and sent; `done` counts what was just applied, `problem` is what to put right."""

    staff: StaffBar
    form: SignedForm
    export_form: SignedForm
    sheets: Sequence[str]
    done: tuple[tuple[str, int], ...]
    problem: str = ""


@dataclass(frozen=True, slots=True)
class CheckPage:
    """What the file would do; `sealed` is the file itself for the way back, at most `longest` lines of a kind show."""

    staff: StaffBar
    report: ImportReport
    form: SignedForm
    sealed: str
    longest: int = LONGEST_LIST


def add_routes(pages: Blueprint) -> None:
    pages.add_url_rule("/kelola/buku-kerja", view_func=workbook)
    pages.add_url_rule("/kelola/buku-kerja/templat.xlsx", view_func=workbook_template)
    pages.add_url_rule("/kelola/buku-kerja/data.xlsx", view_func=workbook_export, methods=["POST"])
    pages.add_url_rule("/kelola/buku-kerja/periksa", view_func=workbook_check, methods=["POST"])
    pages.add_url_rule("/kelola/buku-kerja/terapkan", view_func=workbook_apply, methods=["POST"])


def workbook() -> str:
    return _render()


def workbook_template() -> Response:
    return attachment(template(), XLSX, "buku-kerja.xlsx")


def workbook_export() -> Response:
    if not _form("export").validate():
        return _expired()
    content = run(export_workbook, actor=session.actor())
    return attachment(content, XLSX, f"buku-kerja-{site().portal.today().isoformat()}.xlsx")


def workbook_check() -> Response:
    # Werkzeug holds what it buffers of a file against the limit of texts, too.
    request.max_content_length = request.max_form_memory_size = LARGEST_FILE + _AROUND
    if _is_oversize(LARGEST_FILE + _AROUND):
        return Response(_render("too_large"), HTTPStatus.REQUEST_ENTITY_TOO_LARGE, mimetype="text/html")
    valid, file = _form("check").validate(), request.files.get("berkas")
    if not valid or file is None or not file.filename:
        return Response(
            _render("choose_file" if valid else "form"), HTTPStatus.UNPROCESSABLE_ENTITY, mimetype="text/html"
        )
    asked = request.form.get("lembar", "")
    content, sheet = file.read(), asked if asked in SHEETS else ""
    report = run(import_workbook, content, sheet=sheet, dry_run=True, actor=session.actor())
    return _show(report, content, sheet)


def workbook_apply() -> Response:
    request.max_content_length = request.max_form_memory_size = _SEALED
    if not _form("apply").validate():
        return _expired()
    try:
        parcel = run(unseal, request.form.get("berkas", ""))
    except Invalid:
        return _expired()
    report = run(
        import_workbook,
        parcel.content,
        sheet=parcel.sheet,
        dry_run=False,
        actor=session.actor(),
        agreed=parcel.digest,
    )
    if not report.applied:
        return _show(report, parcel.content, parcel.sheet)
    site().facts.forget()
    counts = {name: sum(len(getattr(sheet, name)) for sheet in report.sheets) for name in _DONE}
    return redirect(f"{url_for('administrator.workbook')}?{urlencode(counts)}", HTTPStatus.SEE_OTHER)


def _expired() -> Response:
    return Response(_render("form"), HTTPStatus.UNPROCESSABLE_ENTITY, mimetype="text/html")


def _form(what: str, *, empty: bool = False) -> SignedForm:
    return SignedForm(session.bound("workbook", what), **({"formdata": None} if empty else {}))


def _is_oversize(most: int) -> bool:
    """Tell whether more is being sent than is read, and take it off the line.

    A browser that is still sending would show a broken line instead of the answer.
    """
    length = request.headers.get("Content-Length", 0, type=int)
    if length <= most:
        return False
    left = min(length, _DRAIN)
    while left > 0 and (chunk := request.environ["wsgi.input"].read(min(left, _CHUNK))):
        left -= len(chunk)
    request.environ["CONTENT_LENGTH"] = "0"
    return True


def _render(problem: str = "") -> str:
    done = tuple((name, request.args.get(name, 0, type=int)) for name in _DONE) if _DONE[0] in request.args else ()
    forms = _form("check", empty=True), _form("export", empty=True)
    page = WorkbookPage(session.staff_bar(), *forms, tuple(SHEETS), done, problem)
    return render_template("administrator/workbook.html", page=page)


def _show(report: ImportReport, content: bytes, sheet: str) -> Response:
    """Show what the file would do now; the file goes with it, sealed with the plan that is shown."""
    may_go_on = report.changes and not report.errors
    sealed = run(seal, Parcel(content, sheet, report.digest)) if may_go_on else ""
    page = CheckPage(session.staff_bar(), report, _form("apply", empty=True), sealed)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if report.errors else HTTPStatus.OK
    status = HTTPStatus.CONFLICT if report.outdated else status
    return Response(render_template("administrator/workbook_check.html", page=page), status, mimetype="text/html")
