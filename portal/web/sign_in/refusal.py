"""What the page says of a refused attempt, and how it answers."""

from __future__ import annotations

from dataclasses import dataclass

from werkzeug.wrappers import Response

from portal.domain.errors import PortalError, SignInDelayed
from portal.web.errors import STATUS


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why, as the code of an error; `wait` in seconds where it is too early for another attempt."""

    code: str
    wait: int = 0

    @classmethod
    def of(cls, error: PortalError) -> Refusal:
        """Read the error."""
        return cls(error.code, int(error.detail) if isinstance(error, SignInDelayed) else 0)


def refuse(page: str, refusal: Refusal) -> Response:
    """Answer with the page, by the status of the error."""
    response = Response(page, STATUS[refusal.code], mimetype="text/html")
    if refusal.wait:
        response.headers["Retry-After"] = str(refusal.wait)
    return response
