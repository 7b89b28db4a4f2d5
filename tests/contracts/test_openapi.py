"""The description of the feed: valid, complete, and made from the same code that answers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openapi_schema_validator import OAS31Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)

METHODS: Final = {"get", "post", "put", "patch", "delete"}
FEED: Final = ("/api/v1/", "/oauth2/", "/.well-known/oauth", "/.well-known/jwks")


@pytest.fixture
def description(client: FlaskClient) -> dict[str, Any]:
    response = client.get("/openapi.json")
    assert response.mimetype == "application/json"
    document: dict[str, Any] = response.get_json()
    return document


def operations(description: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every operation with its method and path."""
    for path, item in description["paths"].items():
        for method in METHODS.intersection(item):
            yield f"{method} {path}", item[method]


def contents(description: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every body that can be answered, references followed."""
    for name, operation in operations(description):
        for status, answer in operation["responses"].items():
            found = answer
            if "$ref" in answer:
                found = description["components"]["responses"][answer["$ref"].rpartition("/")[2]]
            for content in found.get("content", {}).values():
                yield f"{name} {status}", content


def test_the_description_is_valid_openapi_3_1(description: dict[str, Any]) -> None:
    assert description["openapi"].startswith("3.1.")
    OpenAPIV31SpecValidator(description).validate()


def _template(rule: str) -> str:
    return re.sub("<(.*?)>", r"{\1}", rule)


def test_every_route_of_the_feed_is_described_and_nothing_else(app: Flask, description: dict[str, Any]) -> None:
    routes = {
        f"{method.lower()} {_template(rule.rule)}"
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith(FEED)
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert routes == {name for name, _ in operations(description)}
    assert len(routes) >= 12


def test_every_operation_says_its_name_its_tag_and_who_may_call_it(description: dict[str, Any]) -> None:
    tags = {tag["name"] for tag in description["tags"]}
    names = [operation["operationId"] for _, operation in operations(description)]
    assert len(names) == len(set(names))
    for name, operation in operations(description):
        assert operation["summary"]
        assert operation["tags"]
        assert set(operation["tags"]) <= tags
        assert operation["security"]
        if "/api/v1/" in name:
            assert operation["security"] == [{"oauth2": ["scores:read"]}]


def test_every_operation_of_the_feed_describes_its_errors(description: dict[str, Any]) -> None:
    for name, operation in operations(description):
        if "/api/v1/" in name:
            assert {"200", "304", "401", "403", "429"} <= operation["responses"].keys()
        if "{" in name or "scores" in name or "snapshots" in name:
            assert "404" in operation["responses"]
    for name, content in contents(description):
        if "/api/v1/" in name and not name.endswith("200"):
            assert content["schema"] == {"$ref": "#/components/schemas/Problem"}


def test_every_example_fits_its_schema(description: dict[str, Any]) -> None:
    count = 0
    for _, content in contents(description):
        schema = {**content["schema"], "components": description["components"]}
        OAS31Validator(schema).validate(content["example"])
        count += 1
    assert count > 20


def test_every_parameter_has_words_and_all_but_the_cursor_an_example(description: dict[str, Any]) -> None:
    for item in description["paths"].values():
        for parameter in [*item.get("parameters", []), *item.get("get", {}).get("parameters", [])]:
            assert parameter["description"]
            if parameter["name"] != "cursor":
                assert "example" in parameter or "example" in parameter["schema"]


def test_addresses_in_the_description_hold_behind_a_gateway(description: dict[str, Any]) -> None:
    assert description["servers"] == [{"url": "."}]
    flow = description["components"]["securitySchemes"]["oauth2"]["flows"]["clientCredentials"]
    assert flow["tokenUrl"] == "oauth2/token"
    assert flow["scopes"].keys() == {"scores:read", "officers:pii"}
