"""Files that a page hands over, to be kept rather than shown."""

from __future__ import annotations

from flask import Response


def attachment(content: bytes, mimetype: str, name: str) -> Response:
    """Return the file; `name` holds letters, digits, dots and hyphens only."""
    response = Response(content, mimetype=mimetype)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
