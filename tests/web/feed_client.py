"""A system that pulls scores, as its programmers would write it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urljoin

from flask.testing import FlaskClient
from openapi_schema_validator import OAS31Validator
from werkzeug.test import TestResponse

from portal.domain.access import SCOPES
from portal.services import Portal
from portal.services.admit import clients

TOKEN: Final = "/oauth2/token"
FEED: Final = "/api/v1/"
GRANT: Final = {"grant_type": "client_credentials"}


@dataclass
class System:
    """Holds an id and a secret, and an access token once it has asked for one."""

    web: FlaskClient
    client_id: str
    secret: str
    token: str = ""

    def ask(self, **form: str) -> TestResponse:
        return self.web.post(TOKEN, auth=(self.client_id, self.secret), data={**GRANT, **form})

    def sign_in(self, **form: str) -> System:
        self.token = self.ask(**form).get_json()["access_token"]
        return self

    def get(self, address: str, *, method: str = "GET", headers: dict[str, str] | None = None) -> TestResponse:
        """Fetch an address relative to the root of the feed."""
        bearer = {"Authorization": f"Bearer {self.token}"}
        return self.web.open(urljoin(FEED, address), method=method, headers={**bearer, **(headers or {})})

    def scores(self, subject: str, period: str = "2026-S1", **query: Any) -> TestResponse:  # noqa: ANN401 - parameters of the address
        more = "".join(f"&{name}={value}" for name, value in query.items())
        return self.get(f"scores?subject={subject}&period={period}{more}")


def system(
    web: FlaskClient, portal: Portal, *, unit: str | None = None, scopes: tuple[str, ...] = SCOPES[:1]
) -> System:
    """Make a client of the feed and give it a token."""
    made = clients.create_client(portal, name="Sistem Contoh", unit_code=unit, scopes=scopes, actor="cli:test")
    return System(web, *made).sign_in()


def as_described(feed: System, response: TestResponse, operation: str) -> Any:  # noqa: ANN401 - whatever the body holds
    """Return the body, after holding it against the description of the operation."""
    description = feed.web.get("/openapi.json").get_json()
    found = next(each for path in description["paths"].values() for each in path.values() if _names(each, operation))
    answer = found["responses"][str(response.status_code)]
    while "$ref" in answer:
        answer = description["components"]["responses"][answer["$ref"].rpartition("/")[2]]
    schema = answer["content"][response.mimetype]["schema"]
    OAS31Validator({**schema, "components": description["components"]}).validate(response.get_json())
    return response.get_json()


def _names(operation: object, operation_id: str) -> bool:
    return isinstance(operation, Mapping) and operation.get("operationId") == operation_id
