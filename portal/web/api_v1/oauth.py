"""`/oauth2/token`: an access token for a client's id and secret; its errors have the body that RFC 6749 asks for."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Final
from urllib.parse import unquote_plus

from flask import Response, g, jsonify, request
from flask_smorest import Blueprint

from portal.domain.access import SCOPES
from portal.domain.errors import Invalid, Unauthenticated
from portal.services.admit import clients
from portal.web.api_v1.description import BASIC
from portal.web.api_v1.examples import METADATA, TOKEN, token_error
from portal.web.api_v1.schemas import MetadataSchema, TokenErrorSchema, TokenRequestSchema, TokenSchema
from portal.web.context import run, site

GRANT: Final = "client_credentials"
FORM: Final = "application/x-www-form-urlencoded"
ADDRESS: Final = "/oauth2/token"
WELL_KNOWN: Final = "/.well-known/oauth-authorization-server"


class _Refusal(Exception):
    """A token is refused; `error` is a code of RFC 6749, section 5.2."""

    def __init__(self, error: str, text: str) -> None:
        super().__init__(error)
        self.error = error
        self.text = text


def nothing_ambient() -> None:
    """Whoever sends a request here proves itself by what it sends; no browser adds that for another site."""


def blueprint() -> Blueprint:
    """Return the blueprint of tokens."""
    pages = Blueprint("oauth", __name__)
    issued = pages.response(200, TokenSchema, example=TOKEN)(issue)
    for status, error in ((400, "invalid_request"), (401, "invalid_client")):
        example = token_error(error)
        issued = pages.alt_response(status, schema=TokenErrorSchema, example=example)(issued)
    body = {
        "required": True,
        "content": {FORM: {"schema": TokenRequestSchema, "example": {"grant_type": GRANT}}},
    }
    security: list[dict[str, list[str]]] = [{BASIC: []}, {}]
    issued = pages.doc(operationId="issueToken", tags=["oauth"], security=security, requestBody=body)(issued)
    pages.add_url_rule(ADDRESS, "issue", issued, methods=["POST"])
    shown = pages.response(200, MetadataSchema, example=METADATA)(metadata)
    shown = pages.doc(operationId="getAuthorizationServer", tags=["oauth"], security=[{}])(shown)
    pages.add_url_rule(WELL_KNOWN, "metadata", shown)
    return pages


def issue() -> tuple[dict[str, Any], int, dict[str, str]] | Response:
    """Give an access token for 15 minutes."""
    try:
        given = _form()
        client_id, secret = _credentials(given)
        grant = run(clients.issue_token, client_id, secret, given.get("scope"))
    except _Refusal as refusal:
        return _refused(refusal.error, refusal.text)
    except Unauthenticated:
        return _refused("invalid_client", "client id or secret is wrong, or the client is disabled")
    except Invalid:
        return _refused("invalid_scope", "the client may not have all of the scope")
    body = {"access_token": grant.token, "token_type": "Bearer", "expires_in": grant.expires_in, "scope": grant.scope}
    return body, HTTPStatus.OK, {"Pragma": "no-cache"}


def _form() -> dict[str, str]:
    if request.mimetype != FORM:
        raise _Refusal("invalid_request", f"send the parameters as {FORM}")
    if any(len(values) > 1 for _, values in request.form.lists()):
        raise _Refusal("invalid_request", "a parameter was sent more than once")
    given = {name: value for name, value in request.form.items() if value}
    if "grant_type" not in given:
        raise _Refusal("invalid_request", "grant_type is missing")
    if given["grant_type"] != GRANT:
        raise _Refusal("unsupported_grant_type", f"grant_type must be {GRANT}")
    return given


def _credentials(given: dict[str, str]) -> tuple[str, str]:
    """Read id and secret from HTTP Basic, each form-encoded in it (RFC 6749, section 2.3.1), or from the form."""
    basic = request.authorization
    if "Authorization" not in request.headers:
        return given.get("client_id", ""), given.get("client_secret", "")
    if "client_secret" in given:
        raise _Refusal("invalid_request", "send the client's secret in one way, not in two")
    if basic is None or basic.type != "basic":
        raise _Refusal("invalid_client", "use HTTP Basic")
    return unquote_plus(basic.username or ""), unquote_plus(basic.password or "")


def _refused(error: str, text: str) -> Response:
    response = jsonify(error=error, error_description=text, request_id=g.get("request_id"))
    response.headers["Pragma"] = "no-cache"
    response.status_code = HTTPStatus.UNAUTHORIZED if error == "invalid_client" else HTTPStatus.BAD_REQUEST
    if error == "invalid_client":
        response.headers["WWW-Authenticate"] = 'Basic realm="suara-loket", charset="UTF-8"'
    return response


def metadata() -> dict[str, Any]:
    """Describe how tokens are given (RFC 8414)."""
    address = site().public_url
    return {
        "issuer": address,
        "token_endpoint": f"{address}{ADDRESS}",
        "grant_types_supported": [GRANT],
        "response_types_supported": [],
        "scopes_supported": list(SCOPES),
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "service_documentation": f"{address}/openapi.json",
    }
