"""Made-up requests and answers for the description."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Final

_REQUEST: Final = "0f1e2d3c4b5a6978"
_SPAN: Final = {"id": "2026-S2", "start": "2026-07-01", "end": "2026-12-31", "time_zone": "Asia/Jakarta"}
_RELEASED: Final = "2026-11-20T04:15:00Z"
PERIOD: Final = {**_SPAN, "kind": "semester", "status": "open", "data_cutoff": _RELEASED, "method_version": "1.0"}
PERIODS: Final = {"items": [PERIOD], "links": {"self": "periods"}}


def _score(subject: dict[str, Any], instrument: str, measure: str, **figures: Any) -> dict[str, Any]:  # noqa: ANN401 - fields of a row
    return {
        "subject": subject,
        "period": _SPAN,
        "instrument": instrument,
        "measure": measure,
        "method_version": "1.0",
        "mutu": None,
        **figures,
    }


def _shown(element: str, spread: tuple[int, int, int, int], nrr: str, figures: tuple[str, str, str]) -> dict[str, Any]:
    value, lower, upper = figures
    return {
        "status": "provisional",
        "reason": None,
        "use": "descriptive",
        "n": sum(spread),
        "value": value,
        "lower": lower,
        "upper": upper,
        "distribution": list(spread),
        "elements": [{"code": element, "n": sum(spread), "nrr": nrr, "value": value, "lower": lower, "upper": upper}],
        "data_cutoff": _RELEASED,
    }


def _hidden(element: str) -> dict[str, Any]:
    return {
        "status": "insufficient",
        "reason": "too-few",
        "use": "none",
        **dict.fromkeys(("n", "value", "lower", "upper", "distribution", "data_cutoff")),
        "elements": [{"code": element, **dict.fromkeys(("n", "nrr", "value", "lower", "upper"))}],
    }


_UNIT: Final = {"type": "unit", "id": "DISDUKCAPIL", "name": "Dinas Contoh", "nip": None, "unit_id": "DISDUKCAPIL"}
_OTHER: Final = {"type": "unit", "id": "DPMPTSP", "name": "Dinas Contoh Dua", "nip": None, "unit_id": "DPMPTSP"}
_OFFICER: Final = {"type": "officer", "id": "P-001", "name": None, "nip": None, "unit_id": "DISDUKCAPIL"}
_RATED: Final = _score(
    _UNIT,
    "quick@1",
    "layanan",
    **_shown("LAYANAN", (1, 4, 20, 25), "3.380", ("84.50", "79.42", "88.59")),
)
_SELF: Final = "scores?subject=unit&period=2026-S2&limit=100"
UNIT_SCORES: Final = {"items": [_RATED], "links": {"self": "2026-S2"}}
OFFICER_SCORES: Final = {
    "items": [
        _score(
            _OFFICER,
            "petugas@1",
            "petugas",
            **_shown("PETUGAS", (0, 2, 14, 24), "3.550", ("88.75", "83.47", "92.56")),
        )
    ],
    "links": {"self": "2026-S2"},
}
SCORES: Final = {
    "items": [_RATED, _score(_OTHER, "quick@1", "layanan", **_hidden("LAYANAN"))],
    "links": {"self": _SELF, "next": None},
}
TOKEN: Final = {
    "access_token": "made-up-token",
    "token_type": "Bearer",
    "expires_in": 900,
    "scope": "scores:read",
}
METADATA: Final = {
    "issuer": "https://loket.example.go.id",
    "token_endpoint": "https://loket.example.go.id/oauth2/token",
    "grant_types_supported": ["client_credentials"],
    "response_types_supported": [],
    "scopes_supported": ["scores:read", "officers:pii"],
    "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
    "service_documentation": "https://loket.example.go.id/openapi.json",
}


def token_error(error: str) -> dict[str, Any]:
    """Return an answer of the token endpoint."""
    return {"error": error, "error_description": "one line for the developer", "request_id": _REQUEST}


def problem(status: int, code: str) -> dict[str, Any]:
    """Return an error of the feed."""
    refused = [{"parameter": "limit", "message": "Not a valid integer."}]
    return {
        "type": f"/problems/{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "instance": "/api/v1/scores",
        "request_id": _REQUEST,
        **({"errors": refused} if status == HTTPStatus.UNPROCESSABLE_ENTITY else {}),
    }
