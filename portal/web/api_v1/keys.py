"""`/.well-known/jwks.json`: the public keys that snapshots are verified by."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from portal.services.publish import signing
from portal.web.api_v1.examples import KEYS
from portal.web.api_v1.schemas import KeySetSchema
from portal.web.context import run

ADDRESS = "/.well-known/jwks.json"


def add_routes(pages: Blueprint) -> None:
    shown = pages.response(200, KeySetSchema, example=KEYS)(get_keys)
    shown = pages.doc(operationId="getKeys", tags=["snapshots"], security=[{}])(shown)
    pages.add_url_rule(ADDRESS, "keys", shown)


def get_keys() -> dict[str, Any]:
    """List every key that ever signed: one that was retired still verifies what it signed."""
    return run(signing.export_keys)
