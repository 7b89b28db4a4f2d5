"""A client that looks at every response on its way to the test."""

from __future__ import annotations

import gzip
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests import headers, pages


class CheckedClient(FlaskClient):
    """Fails the test that fetches a response which breaks a rule for all responses."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:  # noqa: ANN401 - as the method it stands for
        """Send a request as FlaskClient does, and check the answer and the redirects on the way to it."""
        response = super().open(*args, **kwargs)
        for step in (*response.history, response):
            check(step)
        return response


def check(response: TestResponse) -> None:
    """Check headers, and the page if there is one."""
    problems = list(headers.find_problems(response))
    if response.get_data().startswith(b"<!DOCTYPE html>") and response.mimetype != "text/html":
        problems.append(f"a page that browsers show as its source, {response.mimetype}")
    if response.mimetype == "text/html" and response.get_data():
        policy = headers.content_policy(response.headers.get("Content-Security-Policy", ""))
        body = response.get_data()
        text = (gzip.decompress(body) if response.headers.get("Content-Encoding") == "gzip" else body).decode()
        problems += pages.find_problems(text, policy)
    request = response.request
    assert not problems, "\n".join([f"{request.method} {request.path} -> {response.status}", *problems])
