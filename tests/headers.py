"""What every response carries, errors included, whatever the route."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from werkzeug.test import TestResponse

CITIZEN: Final = ("/q/", "/s/", "/r/", "/privasi")
PRIVATE: Final = ("/q/", "/s/", "/api/v1/")
COOKIELESS: Final = ("/q/", "/s/")
UNSAFE_SOURCES: Final = ("'unsafe-inline'", "'unsafe-eval'", "'unsafe-hashes'", "*", "http:", "https:")


def content_policy(header: str) -> dict[str, list[str]]:
    """Split a Content-Security-Policy into its directives, each with its sources."""
    directives = [part.split() for part in header.split(";") if part.strip()]
    return {name: sources for name, *sources in directives}


def find_problems(response: TestResponse) -> Iterator[str]:
    """Say what is wrong with the headers of `response`."""
    yield from _content_policy_problems(response)
    yield from _constant_problems(response)
    yield from _caching_problems(response)
    yield from _cookie_problems(response)


def _content_policy_problems(response: TestResponse) -> Iterator[str]:
    policy = content_policy(response.headers.get("Content-Security-Policy", ""))
    for directive in ("default-src", "frame-ancestors", "base-uri"):
        if policy.get(directive) != ["'none'"]:
            yield f"Content-Security-Policy: {directive} is not 'none'"
    if "form-action" not in policy:
        yield "Content-Security-Policy: no form-action, which does not fall back to default-src"
    for directive, sources in policy.items():
        for source in set(sources).intersection(UNSAFE_SOURCES):
            yield f"Content-Security-Policy: {directive} allows {source}"


def _constant_problems(response: TestResponse) -> Iterator[str]:
    if response.headers.get("X-Content-Type-Options") != "nosniff":
        yield "X-Content-Type-Options is not nosniff"
    if not re.search(r"max-age=[1-9]\d{6,}", response.headers.get("Strict-Transport-Security", "")):
        yield "Strict-Transport-Security is missing or short"
    if not response.headers.get("Permissions-Policy"):
        yield "Permissions-Policy is missing"
    # Under no-referrer a browser sends `Origin: null` with the citizen's form.
    allowed = {"same-origin"} if response.request.path.startswith(CITIZEN) else {"same-origin", "no-referrer"}
    if response.headers.get("Referrer-Policy") not in allowed:
        yield f"Referrer-Policy is none of {sorted(allowed)}"


def _caching_problems(response: TestResponse) -> Iterator[str]:
    path = response.request.path
    given = {part.strip() for part in response.headers.get("Cache-Control", "").split(",")}
    fetched = response.request.method in {"GET", "HEAD"} and response.status_code in {200, 304}
    if fetched and path.startswith(PRIVATE):
        wanted = {"private", "no-cache"}
    elif fetched and path.startswith("/static/"):
        wanted = {"immutable"}
    elif path.startswith(PRIVATE):
        wanted = {"private", "no-cache"} if "private" in given else {"no-store"}
    else:
        wanted = {"no-store"}
    if not wanted <= given:
        yield f"Cache-Control is {sorted(given)}, not {sorted(wanted)}"


def _cookie_problems(response: TestResponse) -> Iterator[str]:
    cookies = response.headers.getlist("Set-Cookie")
    if cookies and response.request.method == "GET" and response.request.path.startswith(COOKIELESS):
        yield "a cookie before the first tap"
    for cookie in cookies:
        name, *attributes = (part.strip().lower() for part in cookie.split(";"))
        if "httponly" not in attributes or not {"samesite=lax", "samesite=strict"}.intersection(attributes):
            yield f"cookie {name.partition('=')[0]} is not HttpOnly and SameSite"
