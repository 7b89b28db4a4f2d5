"""Made-up requests and answers for the description."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

_REQUEST: Final = "0f1e2d3c4b5a6978"
_SPAN: Final = {"id": "2026-S2", "start": "2026-07-01", "end": "2026-12-31", "time_zone": "Asia/Jakarta"}
_RANGE: Final = ("value", "lower", "upper")
_RELEASED: Final = "2026-11-20T04:15:00Z"
PERIOD: Final = {
    **_SPAN,
    "kind": "semester",
    "status": "open",
    "data_cutoff": _RELEASED,
    "method_version": "1.0",
    **dict.fromkeys(("version", "closed_at", "snapshot_hash")),
}
PERIODS: Final = {"items": [PERIOD], "links": {"self": "periods"}}


def _score(subject: dict[str, Any], instrument: str, measure: str, **figures: Any) -> dict[str, Any]:  # noqa: ANN401 - fields of a row
    return {
        "subject": subject,
        "period": _SPAN,
        "instrument": instrument,
        "measure": measure,
        "method_version": "1.0",
        "mutu": None,
        "band": None,
        "comparison": None,
        "indicators": [],
        **dict.fromkeys(("revision", "supersedes")),
        **figures,
    }


def _shown(element: str, spread: tuple[int, int, int, int], nrr: str, figures: tuple[str, str, str]) -> dict[str, Any]:
    return {
        "status": "provisional",
        "reason": None,
        "use": "descriptive",
        "n": sum(spread),
        "n_held": 0,
        "n_excluded": None,
        "n_late": 0,
        "evidence": {"open": sum(spread), "present": 0, "visit": 0, "assisted": 0},
        "response_rate": None,
        **dict(zip(_RANGE, figures, strict=True)),
        "distribution": list(spread),
        "elements": [
            {"code": element, "n": sum(spread), "nrr": nrr, **dict(zip(_RANGE, figures, strict=True)), "band": None}
        ],
        "data_cutoff": _RELEASED,
    }


def _hidden(element: str) -> dict[str, Any]:
    return {
        "status": "insufficient",
        "reason": "too-few",
        "use": "none",
        **dict.fromkeys("n n_held n_excluded n_late evidence response_rate".split()),
        **dict.fromkeys("value lower upper distribution data_cutoff".split()),
        "elements": [{"code": element, **dict.fromkeys(("n", "nrr", *_RANGE, "band"))}],
    }


_UNIT: Final = {"type": "unit", "id": "DISDUKCAPIL", "name": "Dinas Contoh", "nip": None, "unit_id": "DISDUKCAPIL"}
_OTHER: Final = {"type": "unit", "id": "DPMPTSP", "name": "Dinas Contoh Dua", "nip": None, "unit_id": "DPMPTSP"}
_OFFICER: Final = {"type": "officer", "id": "P-001", "name": None, "nip": None, "unit_id": "DISDUKCAPIL"}
_INDICATOR: Final = {
    "name": "Berkas selesai tepat waktu",
    "unit_of_measure": "berkas",
    "kind": "jumlah",
    "period_id": "2026",
    "target": "1200",
    "realisation": "874",
    "as_of": "2026-10-31",
    "source": "catatan unit",
    "link": None,
    "checked": False,
}
_RATED: Final = _score(
    _UNIT,
    "quick@1",
    "layanan",
    **{
        **_shown("LAYANAN", (1, 4, 20, 25), "3.380", ("84.50", "79.42", "88.59")),
        "response_rate": "0.1893",
        "indicators": [_INDICATOR],
        "explain": "/unit/DISDUKCAPIL/angka/layanan?periode=2026-S2",
    },
)
_SIGNED: Final = {"status": "final", "revision": 1}
_COMPARISON: Final = {
    "use": "comparative",
    "reason": None,
    **dict(zip(("fair", "lower", "upper"), ("86.21", "83.02", "89.40"), strict=True)),
    **dict(zip(("difference", "difference_lower", "difference_upper"), ("1.20", "-1.99", "4.39"), strict=True)),
    "reliability": "0.7412",
    "strength": "cukup",
    "n": 80,
    "n_comparable": "71.6000",
    "statement": "equal",
    "window_start": "2026-01-01",
    "window_end": "2026-12-31",
    "sheet_version": 1,
    "sheet_hash": "9c" * 32,
}
_SELF: Final = "scores?subject=unit&period=2026-S2&limit=100"
UNIT_SCORES: Final = {"items": [_RATED], "links": {"self": "2026-S2"}}
OFFICER_SCORES: Final = {
    "items": [
        _score(
            _OFFICER,
            "petugas@1",
            "petugas",
            **{
                **_shown("PETUGAS", (0, 2, 14, 24), "3.550", ("88.75", "83.47", "92.56")),
                **_SIGNED,
                "comparison": _COMPARISON,
                "explain": "/unit/DISDUKCAPIL/petugas/P-001/angka?periode=2026-S2",
            },
        )
    ],
    "links": {"self": "2026-S2"},
}
SCORES: Final = {
    "items": [
        _RATED,
        _score(
            _OTHER,
            "quick@1",
            "layanan",
            **_hidden("LAYANAN"),
            explain="/unit/DPMPTSP/angka/layanan?periode=2026-S2",
        ),
    ],
    "links": {"self": _SELF, "next": None},
}
_KEY: Final = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
SNAPSHOT: Final = {
    "period_id": "2026-S1",
    "version": 1,
    "signed_at": "2026-07-20T01:00:00Z",
    "hash": "4f" * 32,
    "previous": "00" * 32,
    "key_id": _KEY,
    "reason": None,
    "files": {kind: f"2026-S1.{kind}?version=1" for kind in ("jws", "json", "csv", "xlsx")},
}
SNAPSHOTS: Final = {
    "items": [
        {**SNAPSHOT, "files": {kind: f"snapshots/2026-S1.{kind}?version=1" for kind in ("jws", "json", "csv", "xlsx")}}
    ],
    "links": {"self": "snapshots"},
}
FILES: Final[Mapping[str, Any]] = {
    "jws": "eyJhbGciOiJFZDI1NTE5In0.e30.c2lnbmF0dXJl",
    "json": {"format": "suara-loket-snapshot/1", "number": 1, "version": 1},
    "csv": "table,period.id,revision\r\nscores,2026-S1,1\r\n",
    "xlsx": "PK",
}
SHEET: Final = {
    "period_id": "2026-S1",
    "version": 1,
    "instrument": "petugas@1",
    "hash": "9c" * 32,
    "body": {"format": "suara-loket-sheet/1", "parameters": {"mu": "80.1000"}, "services": {}, "groups": {}},
}
KEYS: Final = {
    "keys": [
        {
            "kid": _KEY,
            "kty": "OKP",
            "crv": "Ed25519",
            "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
            "alg": "Ed25519",
            "use": "sig",
        }
    ]
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
