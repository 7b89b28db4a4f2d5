"""What is shown once: handed from the act to the page after it in a sealed cookie, which that page takes back."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from urllib.parse import unquote, urlsplit

from flask import after_this_request, request
from werkzeug.wrappers import Response

from portal.services.admit import sealing
from portal.web.context import run, site

_PURPOSE: Final = "once"
_KEPT_FOR: Final = timedelta(minutes=5)


def hand_on(response: Response, shown: Sequence[str], *, token: str) -> Response:
    """Let the page that `response` leads to show these texts, in this session and no other."""
    path = unquote(urlsplit(response.location or "").path)
    sealed = run(sealing.seal, _PURPOSE, json.dumps(list(shown)).encode(), bound_to=_binding(token, path))
    kept = base64.urlsafe_b64encode(sealed).decode()
    response.set_cookie(
        _name(), kept, max_age=_KEPT_FOR, path="/", secure=site().secure, httponly=True, samesite="Strict"
    )
    return response


def take(token: str) -> tuple[str, ...]:
    """Return what this page may show this once, nothing the next time."""
    try:
        sealed = base64.urlsafe_b64decode(request.cookies.get(_name(), ""))
    except ValueError:
        return ()
    content = run(sealing.unseal, _PURPOSE, sealed, bound_to=_binding(token, request.script_root + request.path))
    if content is None:  # nothing, or it is for another page
        return ()
    after_this_request(_drop)
    return tuple(json.loads(content))


def _drop(response: Response) -> Response:
    response.delete_cookie(_name(), path="/", secure=site().secure, httponly=True, samesite="Strict")
    return response


def _name() -> str:
    return "__Host-sekali" if site().secure else "sekali"


def _binding(token: str, path: str) -> bytes:
    return f"{token} {path}".encode()
