"""Who calls: the system behind the access token, and how what it gets may be kept."""

from __future__ import annotations

from http import HTTPStatus

from flask import Response, g, request

from portal.domain.access import SCOPES, Caller
from portal.domain.errors import Forbidden, Unauthenticated
from portal.services.admit import clients
from portal.web.context import run

READ = SCOPES[0]


def identify() -> None:
    """Let pass whoever sends a good access token that may read scores.

    Raises:
        Unauthenticated: no bearer token, or none that is good.
        Forbidden: the token was not asked for with the scope.
    """
    given = request.authorization
    if given is None or given.type != "bearer" or not given.token:
        raise Unauthenticated("bearer")
    found = run(clients.find_caller, given.token)
    if READ not in found.scopes:
        raise Forbidden("insufficient_scope")
    g.caller = found


def caller() -> Caller:
    """Return the system behind the current request."""
    found = g.caller
    assert isinstance(found, Caller)  # noqa: S101 - narrows a type that only `identify` sets
    return found


def label(response: Response) -> Response:
    """Name the representation by a strong ETag, from which `compression` makes 304."""
    response.vary.add("Authorization")
    if response.status_code == HTTPStatus.OK:
        response.add_etag()
    return response
