"""What a government gives its pages: a colour that can be read upon, and a crest small enough for a slow phone."""

from __future__ import annotations

import base64
import re
import zlib
from typing import Final
from urllib.parse import quote

BAND: Final = "#0b3a61"
"""The portal's own colour, for whoever chooses none."""

LEAST_CONTRAST: Final = 4.5
MOST_FILE: Final = 20 * 1024
MOST_SENT: Final = 4 * 1024
"""Of the ten KB that the first page may take, compressed as it is sent."""

_HEX: Final = re.compile(r"#[0-9a-f]{6}", re.ASCII)
_PNG: Final = b"\x89PNG\r\n\x1a\n"
_REFLECTED: Final = 0.05
_LINEAR_TO: Final = 0.04045


def contrast_with_white(colour: str) -> float:
    """Return the contrast ratio of `#rrggbb` and white, 1 to 21.

    Source: WCAG 2.2, definitions of contrast ratio and relative luminance.

    Raises:
        ValueError: `colour` is not `#` and six digits from 0 to f, in lower case.
    """
    if not _HEX.fullmatch(colour):
        raise ValueError("# and six digits from 0 to f, in lower case")
    shares = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    red, green, blue = (share / 12.92 if share <= _LINEAR_TO else ((share + 0.055) / 1.055) ** 2.4 for share in shares)
    return (1 + _REFLECTED) / (0.2126 * red + 0.7152 * green + 0.0722 * blue + _REFLECTED)


def crest_address(content: bytes) -> str:
    """Return an SVG or PNG as a data: address, which needs no second request.

    Raises:
        ValueError: it is neither, or too large for the citizen's first page.
    """
    if len(content) > MOST_FILE:
        raise ValueError(f"{len(content)} bytes; at most {MOST_FILE}")
    if content.startswith(_PNG):
        address = "data:image/png;base64," + base64.b64encode(content).decode()
    else:
        address = "data:image/svg+xml," + quote(_svg(content), safe=" /:=;,()")
    sent = len(zlib.compress(address.encode(), 9))
    if sent > MOST_SENT:
        raise ValueError(f"{sent} bytes once compressed; the citizen's page has room for {MOST_SENT}")
    return address


def _svg(content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig").strip()
    except UnicodeDecodeError as error:
        raise ValueError("neither SVG nor PNG") from error
    if not text.startswith("<") or "<svg" not in text:
        raise ValueError("neither SVG nor PNG")
    return text
