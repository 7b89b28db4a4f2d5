"""A colour that white can be read on, and a crest that a slow phone can load."""

from __future__ import annotations

import base64
import random
from urllib.parse import unquote

import pytest

from portal.domain.looks import BAND, LEAST_CONTRAST, MOST_FILE, contrast_with_white, crest_address

PNG = b"\x89PNG\r\n\x1a\n"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h9v9z" fill="#fff"/></svg>'


@pytest.mark.parametrize(
    "colour, ratio",
    [("#ffffff", "1.00"), ("#000000", "21.00"), ("#767676", "4.54"), ("#777777", "4.48"), ("#ff0000", "4.00")],
)
def test_the_contrast_with_white_is_that_of_the_guidelines(colour: str, ratio: str) -> None:
    assert f"{contrast_with_white(colour):.2f}" == ratio


def test_the_colour_of_the_portal_itself_can_be_read_upon() -> None:
    assert contrast_with_white(BAND) >= LEAST_CONTRAST


@pytest.mark.parametrize("colour", ["", "red", "#fff", "#FFFFFF", "#12345g", "123456", "#1234567", "#123456;}"])
def test_what_is_no_colour_is_refused(colour: str) -> None:
    with pytest.raises(ValueError, match="six digits"):
        contrast_with_white(colour)


def test_a_crest_becomes_an_address_that_holds_it() -> None:
    assert crest_address(PNG + b"...") == "data:image/png;base64," + base64.b64encode(PNG + b"...").decode()
    address = crest_address(b"\xef\xbb\xbf" + SVG)
    assert unquote(address.removeprefix("data:image/svg+xml,")) == SVG.decode()
    assert not set(address) & set("<>\"'#%") - {"%"}


def test_a_drawing_of_many_like_lines_is_small_once_compressed() -> None:
    assert len(SVG.replace(b"</svg>", b'<path d="M1 1h1"/>' * 500 + b"</svg>")) > 2 * 4096
    crest_address(SVG.replace(b"</svg>", b'<path d="M1 1h1"/>' * 500 + b"</svg>"))


@pytest.mark.parametrize(
    "content, problem",
    [
        (PNG + bytes(MOST_FILE), "at most 20480"),
        (PNG + random.Random(1).randbytes(5000), "has room for 4096"),
        (b"GIF89a...", "neither SVG nor PNG"),
        (b"\xff\xfe\x00", "neither SVG nor PNG"),
        (b"svg", "neither SVG nor PNG"),
        (b"", "neither SVG nor PNG"),
    ],
)
def test_what_is_no_crest_or_too_large_is_refused(content: bytes, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        crest_address(content)
