"""One table from error code to status; HTML for people, the same error as problem+json for programs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from flask import Flask, Response, current_app, g, jsonify, render_template, request
from werkzeug.exceptions import BadHost, HTTPException, SecurityError

from portal.domain.errors import PortalError

STATUS: Final = {
    "address-not-public": HTTPStatus.UNPROCESSABLE_ENTITY,
    "code-mistyped": HTTPStatus.NOT_FOUND,
    "code-refused": HTTPStatus.UNAUTHORIZED,
    "code-unknown": HTTPStatus.NOT_FOUND,
    "conflict": HTTPStatus.SERVICE_UNAVAILABLE,
    "counter-closed": HTTPStatus.GONE,
    "cursor-invalid": HTTPStatus.BAD_REQUEST,
    "error": HTTPStatus.INTERNAL_SERVER_ERROR,
    "feed-off": HTTPStatus.FORBIDDEN,
    "forbidden": HTTPStatus.FORBIDDEN,
    "form-expired": HTTPStatus.BAD_REQUEST,
    "invalid": HTTPStatus.UNPROCESSABLE_ENTITY,
    "key-reused": HTTPStatus.UNPROCESSABLE_ENTITY,
    "local-only": HTTPStatus.FORBIDDEN,
    "not-found": HTTPStatus.NOT_FOUND,
    "not-ready": HTTPStatus.SERVICE_UNAVAILABLE,
    "password-expired": HTTPStatus.UNAUTHORIZED,
    "second-person": HTTPStatus.FORBIDDEN,
    "rehearsal": HTTPStatus.FORBIDDEN,
    "set-up-done": HTTPStatus.GONE,
    "set-up-key": HTTPStatus.FORBIDDEN,
    "sign-in-delayed": HTTPStatus.TOO_MANY_REQUESTS,
    "sign-in-refused": HTTPStatus.UNAUTHORIZED,
    "storage-unavailable": HTTPStatus.SERVICE_UNAVAILABLE,
    "unauthenticated": HTTPStatus.UNAUTHORIZED,
}
HTTP_CODES: Final = {
    400: "bad-request",
    401: "unauthenticated",
    403: "forbidden",
    404: "not-found",
    405: "method-not-allowed",
    413: "too-large",
    415: "unsupported",
    422: "invalid",
    429: "busy",
}
RETRY_AFTER: Final = "5"
"""Seconds after which a form may be sent again that could not be kept."""

_CHALLENGE: Final = 'Bearer realm="suara-loket"'
_BEARER_ERRORS: Final = ("invalid_token", "insufficient_scope")  # RFC 6750, section 3.1
_PROGRAMS: Final = ("/api/", "/oauth2/", "/.well-known/")
OF_STAFF: Final = ("/unit/", "/loket/", "/kelola/", "/periksa/", "/akun/", "/staff/")


@dataclass(frozen=True, slots=True)
class StaffErrorPage:
    """An error among the pages of staff; `staff` is their bar where it is known who is signed in.

    `unsent`: a form came too late; the browser keeps what was typed, and sends it again when the page is loaded anew.
    """

    staff: object | None
    unsent: bool


def install(app: Flask) -> None:
    """Answer every error of `app` by its code."""
    app.register_error_handler(PortalError, _portal_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _unforeseen)


def wants_json() -> bool:
    """Tell whether the caller is a program, or prefers to be answered as one."""
    if request.path.startswith(_PROGRAMS):
        return True
    if "application/" not in request.headers.get("Accept", ""):
        return False
    return request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json"


def problem(code: str, status: int, errors: Sequence[Mapping[str, str]] = ()) -> Response:
    """Return the error as RFC 9457 problem details; `errors` name each parameter that was refused and why."""
    body = {
        "type": f"/problems/{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "instance": request.path if request.path.startswith(_PROGRAMS) else None,
        "request_id": g.get("request_id"),
        "errors": list(errors) or None,
    }
    response = jsonify({key: value for key, value in body.items() if value is not None})
    response.status_code = status
    response.mimetype = "application/problem+json"
    if status == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = _CHALLENGE
    return response


def answer(code: str, status: int, errors: Sequence[Mapping[str, str]] = ()) -> Response:
    """Return the error as the caller can read it."""
    if wants_json():
        return problem(code, status, errors)
    said = {"code": code, "request_id": g.get("request_id")}
    bar: Callable[[], object] | None = g.get("bar")  # set by the guard that knows who is signed in
    if bar or f"{request.path}/".startswith(OF_STAFF):
        page = StaffErrorPage(bar() if bar else None, code == "unauthenticated" and request.method == "POST")
        return Response(render_template("errors/staff.html", page=page, **said), status)
    return Response(render_template("errors/error.html", **said), status)


def _portal_error(error: PortalError) -> Response:
    response = answer(error.code, STATUS[error.code])
    if response.status_code == HTTPStatus.SERVICE_UNAVAILABLE:
        response.headers["Retry-After"] = RETRY_AFTER
    if error.code == "sign-in-delayed":
        response.headers["Retry-After"] = error.detail
    if error.detail in _BEARER_ERRORS:
        response.headers["WWW-Authenticate"] = f'{_CHALLENGE}, error="{error.detail}"'
    return response


def _http_error(error: HTTPException) -> Response:
    status = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
    if status < HTTPStatus.BAD_REQUEST:
        return Response(status=status, headers=dict(error.get_headers()))
    if isinstance(error, BadHost | SecurityError):  # no page can be drawn: the links on it would have no host
        return Response("bad host\n", status, mimetype="text/plain")
    response = answer(HTTP_CODES.get(status, _other(status)), status, _refused_parameters(error))
    if allowed := dict(error.get_headers()).get("Allow"):
        response.headers["Allow"] = allowed
    return response


def _other(status: int) -> str:
    return "bad-request" if status < HTTPStatus.INTERNAL_SERVER_ERROR else "error"


def _refused_parameters(error: HTTPException) -> list[dict[str, str]]:
    """Read what webargs found wrong: messages by place, then by parameter."""
    places: dict[str, dict[str, list[str]]] = (getattr(error, "data", None) or {}).get("messages", {})
    return [
        {"parameter": parameter, "message": message}
        for parameters in places.values()
        for parameter, messages in parameters.items()
        for message in messages
    ]


def _unforeseen(error: Exception) -> Response:
    current_app.logger.error("unforeseen", exc_info=error)
    return answer("error", HTTPStatus.INTERNAL_SERVER_ERROR)
