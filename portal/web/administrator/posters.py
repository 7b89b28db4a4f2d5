"""Posters for all counters or those of a unit, the list of them as a file, and the list for trying each."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from flask import Blueprint, Response, render_template, request

from portal.domain.address import is_public
from portal.domain.errors import AddressNotPublic, Invalid, NotFound
from portal.services.enrol.posters.index import index_csv
from portal.services.enrol.posters.layout import Format
from portal.services.enrol.posters.poster import Poster
from portal.services.enrol.posters.printing import PosterList, Selection, list_posters, print_posters
from portal.web import session
from portal.web.context import run, site
from portal.web.download import attachment
from portal.web.session import StaffBar

FORMAT: Final = "format"
UNIT: Final = "unit"
DRAFT: Final = "draf"
_USUAL: Final = Format.A5


@dataclass(frozen=True, slots=True)
class PostersPage:
    """What can be chosen, what was chosen, and the name of the problem with it.

    Where nobody is registered as an officer there are no `plates`, nor a word of them.
    """

    staff: StaffBar
    formats: tuple[Format, ...]
    units: tuple[tuple[str, str], ...]
    counters: int
    plates: int | None
    address: str
    is_public: bool
    chosen_format: Format
    chosen_unit: str
    draft: bool
    problem: str


@dataclass(frozen=True, slots=True)
class ScanListPage:
    """Every code that hangs somewhere, with its last scan test."""

    staff: StaffBar
    posters: tuple[Poster, ...]
    units: tuple[tuple[str, str], ...]
    chosen_unit: str


def add_routes(pages: Blueprint) -> None:
    pages.add_url_rule("/kelola/poster", view_func=posters)
    pages.add_url_rule("/kelola/poster.pdf", view_func=poster_file)
    pages.add_url_rule("/kelola/poster.csv", view_func=poster_index)
    pages.add_url_rule("/kelola/poster/uji-pindai", view_func=scan_list)


def posters() -> str:
    return _page(_everything(), _USUAL)


def poster_file() -> Response:
    paper = _format()
    try:
        pdf = run(print_posters, _selection(), paper, draft=DRAFT in request.args)
    except AddressNotPublic:
        return Response(_page(_everything(), paper, "draft"), HTTPStatus.UNPROCESSABLE_ENTITY)
    except NotFound as refusal:
        if refusal.detail != "posters":
            raise
        return Response(_page(_everything(), paper, "none"), HTTPStatus.UNPROCESSABLE_ENTITY)
    return attachment(pdf, "application/pdf", f"poster-{paper}{_suffix()}.pdf")


def poster_index() -> Response:
    found = run(list_posters, _selection())
    return attachment(index_csv(found.posters), "text/csv", f"poster{_suffix()}.csv")


def scan_list() -> str:
    found = run(list_posters, _selection())
    page = ScanListPage(session.staff_bar(), found.posters, found.units, request.args.get(UNIT, ""))
    return render_template("administrator/scan_list.html", page=page)


def _format() -> Format:
    try:
        return Format(request.args.get(FORMAT, _USUAL))
    except ValueError:
        raise Invalid(FORMAT) from None


def _selection() -> Selection:
    return Selection(site().public_url, session.scope(), request.args.get(UNIT) or None)


def _everything() -> PosterList:
    return run(list_posters, Selection(site().public_url, session.scope()))


def _suffix() -> str:
    unit = request.args.get(UNIT)
    return f"-{unit}" if unit else ""


def _page(found: PosterList, chosen: Format, problem: str = "") -> str:
    officers = site().facts().officers
    plates = sum(poster.is_plate for poster in found.posters)
    page = PostersPage(
        staff=session.staff_bar(),
        formats=tuple(paper for paper in Format if officers or paper is not Format.PLATE),
        units=found.units,
        counters=len(found.posters) - plates,
        plates=plates if officers else None,
        address=site().public_url,
        is_public=is_public(site().public_url),
        chosen_format=chosen,
        chosen_unit=request.args.get(UNIT, ""),
        draft=DRAFT in request.args,
        problem=problem,
    )
    return render_template("administrator/posters.html", page=page)
