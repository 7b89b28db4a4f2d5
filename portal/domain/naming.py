"""Names as people type them, and codes that can be read back as those names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator
from itertools import count
from typing import Final

from portal.domain.errors import Invalid
from portal.domain.workbook.cell import LONGEST_NAME, tidy

LONGEST_CODE: Final = 24
_LONGEST_WITHIN: Final = 36
_WORD: Final = re.compile(r"[A-Z0-9]+")
_LINKS: Final = frozenset("ATAU DAN DARI DENGAN DI KE PADA UNTUK YANG".split())
_SHORT: Final = {"KECAMATAN": "KEC", "KELURAHAN": "KEL", "LOKET": "LKT", "PUSKESMAS": "PKM"}


def check_given_name(text: str, field: str) -> str:
    """Return the name of something in the registry, without what cannot be seen.

    Raises:
        Invalid: `field`; nothing is left, or more than 160 characters.
    """
    name = tidy(text)
    if not 0 < len(name) <= LONGEST_NAME:
        raise Invalid(field)
    return name


def code_of(name: str, taken: Collection[str], *, fallback: str, within: str = "") -> str:
    """Return a code for what is called `name` that is not among `taken`, whatever their case: `Loket 1` -> `LKT-1`.

    Where the plain code is taken, that of the unit `within` stands before it, and then a number after it. `fallback`
    is the word for a name without a Latin letter or digit.
    """
    used = {code.casefold() for code in taken}
    return next(code for code in _candidates(_plain(name) or fallback, within) if code.casefold() not in used)


def _candidates(plain: str, within: str) -> Iterator[str]:
    yield plain
    if within:
        plain = f"{within[: _LONGEST_WITHIN - len(plain) - 1]}-{plain}"
        yield plain
    yield from (f"{plain}-{number}" for number in count(2))


def _plain(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().upper()
    words = [_SHORT.get(word, word) for word in _WORD.findall(letters)]
    code = ""
    for word in [word for word in words if word not in _LINKS] or words:
        longer = f"{code}-{word}" if code else word[:LONGEST_CODE]
        if len(longer) > LONGEST_CODE:
            break
        code = longer
    return code
