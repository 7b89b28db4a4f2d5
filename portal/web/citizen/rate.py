"""Scan, tap, stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Final
from urllib.parse import quote

from flask import Blueprint, Response, jsonify, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from portal.domain.code import printed
from portal.domain.counter import CounterView, State
from portal.domain.errors import PortalError
from portal.domain.instrument import Element
from portal.services.collect import rate as collect
from portal.services.collect.rate import CounterPage, Submission
from portal.services.collect.tokens import Ticket
from portal.services.enrol.scan_test import take_scan
from portal.web.citizen.forms import RateForm, check, device_cookie, submission
from portal.web.citizen.prepared import KEY_MARK, PREPARED, SIGNATURE_MARK, Prepared, takes_gzip
from portal.web.context import run, site
from portal.web.errors import RETRY_AFTER, STATUS, answer, wants_json
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
    state: State


@dataclass(frozen=True, slots=True)
class TestedPage:
    counter: CounterView
    printed_code: str
    at: datetime


@dataclass(frozen=True, slots=True)
class BusyPage:
    heading: str
    action: str
    fields: tuple[tuple[str, str], ...]


def add_routes(pages: Blueprint) -> None:
    pages.add_url_rule("/q/<code>", view_func=page, endpoint="rate")
    pages.add_url_rule("/q/<code>/nilai", view_func=send, endpoint="send", methods=["POST"])
    pages.add_url_rule("/q/<code>/lain", view_func=others, endpoint="others")


def page(code: str) -> Response | str:
    shown = run(collect.open_counter, code)
    if shown.is_tested and _is_scan() and (at := run(take_scan, shown.counter.public_code)):
        tested = TestedPage(shown.counter, printed(shown.counter.public_code), at)
        return render_template("citizen/tested.html", page=tested)
    if shown.state is not State.OPEN:
        return closed(shown)
    element = site().portal.instruments[QUICK].elements[0]
    gaps = RatePage(shown.counter, element, KEY_MARK, SIGNATURE_MARK)
    prepared = Prepared(render_template("citizen/rate.html", page=gaps), ("rate", shown.counter.public_code))
    if _is_plain(shown.counter) and not shown.is_tested:  # a page prepared now would hide the test from the next phone
        request.environ[PREPARED] = prepared
    compressed = takes_gzip(request.headers.get("Accept-Encoding", ""))
    body = prepared.fill(site().portal, compressed=compressed)
    return Response(body, mimetype="text/html", headers=_COMPRESSED if compressed else _PLAIN)


def closed(shown: CounterPage) -> str:
    """Say why the code cannot be rated by citizens today, and lead on."""
    return render_template("citizen/closed.html", page=CounterListPage(shown.counter, shown.others, shown.state))


def _is_scan() -> bool:
    """Tell a phone that opens the page from a browser that only looks ahead."""
    ahead = any("prefetch" in request.headers.get(name, "") for name in ("Sec-Purpose", "Purpose", "X-Moz"))
    return request.method == "GET" and not ahead


def _is_plain(counter: CounterView) -> bool:
    """Tell whether the address is the printed one, so that nobody fills the memory with pages of their own spelling."""
    queries = {b"", *(f"{LANGUAGE}={language}".encode() for language in site().texts.languages)}
    return request.query_string in queries and request.path == f"/q/{counter.public_code.lower()}"


def others(code: str) -> str:
    shown = run(collect.list_others, code)
    return render_template("citizen/others.html", page=CounterListPage(shown.counter, shown.others, shown.state))


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
    return _again("busy.heading", HTTPStatus.TOO_MANY_REQUESTS)


def away(error: PortalError) -> Response:
    """Answer while nothing can be kept: whoever has sent a form gets it back as when it is busy."""
    status = STATUS[error.code]
    if request.method != "POST" or wants_json():
        response = answer(error.code, status)
    else:
        response = _again("error." + error.code + ".heading", status)
    response.headers["Retry-After"] = RETRY_AFTER
    return response


def _again(heading: str, status: HTTPStatus) -> Response:
    fields = tuple((name, value) for name, values in request.form.lists() for value in values)
    address = quote(request.script_root + request.path) + "?" + request.query_string.decode("latin-1")
    return Response(render_template("citizen/busy.html", page=BusyPage(heading, address, fields)), status)
