"""The OpenAPI description, made from the code that it describes."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from flask import Blueprint as PlainBlueprint
from flask import Flask, Response
from flask_smorest import Api, Blueprint

from portal.domain.access import SCOPES
from portal.services.publish.periods import METHOD_VERSION
from portal.services.publish.snapshot_files import FORMS
from portal.web import guards
from portal.web.api_v1.examples import problem
from portal.web.api_v1.schemas import ProblemSchema
from portal.web.guards import Guard

OPENAPI: Final = "3.1.0"
OAUTH, BASIC = "oauth2", "client"
PROBLEM: Final = "application/problem+json"
_ABOUT: Final = (
    "Scores of citizens' ratings, as evidence for appraisal. Figures are decimal strings, the same to the last digit "
    "on every surface. Changes of this version only add: ignore fields and values that you do not know."
)
_TAGS: Final = {
    "periods": "The base periods of the government.",
    "scores": "One row per subject, measure and period, from released figures only.",
    "snapshots": "Closed periods as they were signed, and what they are checked by.",
    "oauth": "Access tokens for systems (OAuth 2.0, client credentials).",
}
_SCOPES: Final = dict(zip(SCOPES, ("Read scores.", "Read names and NIP of officers."), strict=True))
_FORBIDDEN: Final = (
    "The token lacks the scope, officers' scores do not leave (`feed-off`), or none does during a rehearsal "
    "(`rehearsal`)."
)
_ERRORS: Final[Mapping[int, tuple[str, str, str]]] = {
    400: ("BadRequest", "cursor-invalid", "The request cannot be read, or the cursor belongs to another list."),
    401: ("Unauthenticated", "unauthenticated", "No access token, or none that is good."),
    403: ("Forbidden", "feed-off", _FORBIDDEN),
    404: ("NotFound", "not-found", "No such thing, or none that this client may see."),
    422: ("Invalid", "invalid", "A parameter is missing or wrong; `errors` says which."),
    429: ("TooManyRequests", "busy", "More requests in a minute than allowed; `Retry-After` says when to come back."),
}
_HEADERS: Final = {
    "ETag": {"description": "Strong; send it as If-None-Match.", "schema": {"type": "string"}},
    "RateLimit": {"description": "Requests left, and seconds until all are back.", "schema": {"type": "string"}},
}


PATH_PARAMETERS: Final = {
    "code": {"in": "path", "name": "code", "description": "Code in the registry.", "example": "DISDUKCAPIL"},
    "period": {"in": "path", "name": "period", "description": "Code of a base period.", "example": "2026-S2"},
    "kind": {
        "in": "path",
        "name": "kind",
        "description": "Form of the file.",
        "schema": {"type": "string", "enum": list(FORMS)},
        "example": "jws",
    },
}


class _Api(Api):  # type: ignore[misc]  # flask-smorest ships no types
    """flask-smorest without its own errors: `web.errors` answers pages and programs alike."""

    DEFAULT_ERROR_RESPONSE_NAME = None

    def _register_error_handlers(self) -> None:
        pass


class Description:
    """The description of one application; it knows every blueprint that is registered through it."""

    def __init__(self, app: Flask) -> None:
        options = {"info": {"description": _ABOUT}, "servers": [{"url": "."}]}
        self._app = app
        self._api = _Api(
            app, spec_kwargs={"title": "Suara Loket", "version": METHOD_VERSION, "openapi_version": OPENAPI, **options}
        )
        components = self._api.spec.components
        flow = {"tokenUrl": "oauth2/token", "scopes": _SCOPES}
        components.security_scheme(OAUTH, {"type": "oauth2", "flows": {"clientCredentials": flow}})
        components.security_scheme(BASIC, {"type": "http", "scheme": "basic"})
        components.response("NotModified", {"description": "The representation has not changed."})
        for status, (name, code, text) in _ERRORS.items():
            content = {PROBLEM: {"schema": ProblemSchema, "example": problem(status, code)}}
            components.response(name, {"description": text, "content": content})
        for name, text in _TAGS.items():
            self._api.spec.tag({"name": name, "description": text})

    def register(self, blueprint: Blueprint, guard: Guard) -> None:
        """Register a blueprint behind its guard, and describe it."""
        guards.register(self._app, blueprint, guard)
        blueprint.register_views_in_doc(self._api, self._app, self._api.spec, name=blueprint.name, parameters=None)

    def blueprint(self) -> PlainBlueprint:
        """Return the blueprint of the description itself, which is written out once."""
        text = json.dumps(self._api.spec.to_dict(), ensure_ascii=False)
        pages = PlainBlueprint("api_description", __name__)

        def openapi() -> Response:
            return Response(text, mimetype="application/json")

        pages.add_url_rule("/openapi.json", view_func=openapi)
        return pages


def documented(
    feed: Blueprint, view: Callable[..., Any], operation_id: str, tag: str, errors: Sequence[int]
) -> Callable[..., Any]:
    """Return the view of a feed resource with what its code does not say: errors, 304, headers, security and names."""
    for status in errors:
        view = feed.alt_response(status, _ERRORS[status][0])(view)
    view = feed.alt_response(304, "NotModified", success=True)(view)
    described: Callable[..., Any] = feed.doc(
        operationId=operation_id,
        tags=[tag],
        security=[{OAUTH: [SCOPES[0]]}],
        responses={200: {"headers": _HEADERS}},
    )(view)
    return described
