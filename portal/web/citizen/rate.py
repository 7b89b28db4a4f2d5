"""Scan, tap, stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import Final
from urllib.parse import quote

from flask import Blueprint, Response, jsonify, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from portal.domain.counter import CounterView
from portal.domain.instrument import Element
from portal.services.collect import rate as collect
from portal.services.collect.rate import Submission
from portal.services.collect.tokens import Ticket
from portal.web.citizen.forms import RateForm, check, device_cookie, submission
from portal.web.citizen.prepared import KEY_MARK, PREPARED, SIGNATURE_MARK, Prepared, takes_gzip
from portal.web.context import run, site
from portal.web.errors import wants_json
from portal.web.texts import LANGUAGE

QUICK: Final = "quick@1"
_PLAIN: Final = {"Vary": "Accept-Encoding"}
_COMPRESSED: Final = {**_PLAIN, "Content-Encoding": "gzip"}
_COOKIE_FOR: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class RatePage:
    counter: CounterView
    element: Element
    key: str
    token: str


@dataclass(frozen=True, slots=True)
class CounterListPage:
    counter: CounterView
    others: tuple[tuple[str, str], ...]
    closed: bool


@dataclass(frozen=True, slots=True)
class BusyPage:
    action: str
    fields: tuple[tuple[str, str], ...]


def add_routes(pages: Blueprint) -> None:
    pages.add_url_rule("/q/<code>", view_func=page, endpoint="rate")
    pages.add_url_rule("/q/<code>/nilai", view_func=send, endpoint="send", methods=["POST"])
    pages.add_url_rule("/q/<code>/lain", view_func=others, endpoint="others")


def page(code: str) -> Response | str:
    shown = run(collect.open_counter, code)
    if shown.closed:
        return render_template("citizen/closed.html", page=CounterListPage(shown.counter, shown.others, closed=True))
    element = site().portal.instruments[QUICK].elements[0]
    gaps = RatePage(shown.counter, element, KEY_MARK, SIGNATURE_MARK)
    prepared = Prepared(render_template("citizen/rate.html", page=gaps), ("rate", shown.counter.public_code))
    if _is_plain(shown.counter):
        request.environ[PREPARED] = prepared
    compressed = takes_gzip(request.headers.get("Accept-Encoding", ""))
    body = prepared.fill(site().portal, compressed=compressed)
    return Response(body, mimetype="text/html", headers=_COMPRESSED if compressed else _PLAIN)


def _is_plain(counter: CounterView) -> bool:
    """Tell whether the address is the printed one, so that nobody fills the memory with pages of their own spelling."""
    queries = {b"", *(f"{LANGUAGE}={language}".encode() for language in site().texts.languages)}
    return request.query_string in queries and request.path == f"/q/{counter.public_code.lower()}"


def others(code: str) -> str:
    shown = run(collect.list_others, code)
    return render_template("citizen/others.html", page=CounterListPage(shown.counter, shown.others, closed=False))


def send(code: str) -> AnyResponse:
    form = RateForm(("rate", collect.canonical(code)))
    check(form)
    name, device = device_cookie()
    given = submission(code, form, QUICK, {"LAYANAN": form.nilai.data}, device)
    return stored(given, name, device)


def stored(given: Submission, cookie: str, device: str) -> AnyResponse:
    """Keep the submission and lead on to the thank-you page; programs get 201, or 200 for a replay."""
    ticket = run(collect.rate, given)
    thanks = {"Location": _thanks(ticket)}
    response = _json(ticket) if wants_json() else Response(status=HTTPStatus.SEE_OTHER, headers=thanks)
    response.set_cookie(
        cookie, device, max_age=_COOKIE_FOR, secure=site().secure, httponly=True, samesite="Lax", path="/"
    )
    return response


def _thanks(ticket: Ticket) -> str:
    return url_for("citizen.receipt", receipt=ticket.receipt, e=ticket.edit_token or None)


def _json(ticket: Ticket) -> Response:
    response = jsonify(receipt=ticket.receipt, location=_thanks(ticket))
    response.status_code = HTTPStatus.OK if ticket.replayed else HTTPStatus.CREATED
    return response


def busy() -> Response:
    """Return the same form with the same key, to be sent again; nothing is lost and nothing counted twice."""
    fields = tuple((name, value) for name, values in request.form.lists() for value in values)
    address = quote(request.script_root + request.path) + "?" + request.query_string.decode("latin-1")
    return Response(render_template("citizen/busy.html", page=BusyPage(address, fields)), 429)
