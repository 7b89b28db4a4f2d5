"""Where somebody can be found: mail, accounts of social media, vehicles, and where they live."""

from __future__ import annotations

import re
from typing import Final

from portal.domain.masking.mark import marked, outside_marks

_AT: Final = r"(?:\s?@\s?|\s?[(\[]\s?(?:at|et)\s?[)\]]\s?)"
_DOT: Final = r"(?:\.|\s?[(\[]\s?(?:dot|titik)\s?[)\]]\s?)"
_EMAIL: Final = re.compile(rf"[\w.+-]+{_AT}[\w-]+(?:{_DOT}[\w-]+)+", re.IGNORECASE)
_HANDLE: Final = re.compile(r"(?<![\w@])@\w[\w.]{2,}")

_REGION: Final = (
    r"(?:AA|AB|AD|AE|AG|BA|BB|BD|BE|BG|BH|BK|BL|BM|BN|BP|DA|DB|DC|DD|DE|DG|DH|DK|DL|DM|DN|DP|DR|DS|DT|DW|EA|EB|ED|KB|KH"
    r"|KT|KU|PA|PB|PG|PT|[ABDEFGHKLMNPRSTWZ])"
)
"""The letters that begin a vehicle's number, by region."""

_PLATE: Final = re.compile(rf"\b{_REGION}[ .-]?[1-9]\d{{2,3}}[ .-]?([a-z]{{1,3}})\b", re.IGNORECASE)
_CALLED_PLATE: Final = re.compile(
    r"(\b(?:plat|nopol|nomor polisi|kendaraan|motor|mobil)\b[^\d\n]{0,20}?)"
    rf"\b{_REGION}[ .-]?\d{{1,4}}(?:[ .-]?[a-z]{{1,3}}\b)?",
    re.IGNORECASE,
)
_CALLED_OTHERWISE: Final = re.compile(
    r"\b(?:antri|antre|antrian|antrean|nomor|no|urut|loket|ruang|ruangan|kamar|gedung|lantai|blok|meja|poli)\W{0,2}\Z",
    re.IGNORECASE,
)
"""What a letter and a number are that follow these words: a place in the queue, a room."""

_NO_LETTERS: Final = frozenset(
    "an cm dan dg di dr hal hr itu jam jt jl ke kg km m ml org pun rb sd sdh th thn ya yg".split()
)
"""What follows a number in small letters as a word: `dr 2023 sd`, `b 120 di`."""

_WORD: Final = r"[^\W\d_][\w.'-]*"
_NAMED: Final = r"(?:[A-Z][\w.'-]*|\d+[A-Za-z]?\b)"
_MORE: Final = rf"(?:\s+{_NAMED}){{0,4}}"
_HOUSE: Final = r"(?:,?\s*(?:(?i:no|nomor)\b\.?|\#)\s*\d+\s?[A-Za-z]?\b(?:/\d+)?)"
_ROAD: Final = r"\b(?:J[Ll][Nn]?|jln?|G[Gg]|gg)\b\.?\s*"
_NO_NAME: Final = (
    r"(?!(?i:kaki|keluar|masuk|terus|rusak|menuju|ke|di|yang|yg|nya|pulang|lancar|dengan|dg|tengah|cepat|lambat|dan|lebar"
    r"|sendiri|sehat|tikus|lain|pintas|macet|kantor|perkantoran|pasar|balai|bupati|camat|lurah|raya|utama)\b)"
)
_ADDRESSES: Final = tuple(
    re.compile(pattern)
    for pattern in (
        rf"{_ROAD}{_NAMED}{_MORE}{_HOUSE}?",
        rf"{_ROAD}{_NO_NAME}{_WORD}(?:\s+{_WORD}){{0,3}}?{_HOUSE}",
        rf"{_ROAD}{_NO_NAME}[^\W\d_]{{3,}}",
        rf"\b(?i:jalan|gang)\s+{_NO_NAME}(?:{_WORD}\s+){{0,3}}?{_WORD}{_HOUSE}",
        rf"\b(?:[Jj]alan|[Gg]ang)\s+{_NO_NAME}[A-Z][a-z][\w.'-]*{_MORE}",
        rf"\b(?:[Pp]erum(?:ahan)?|[Kk]omp(?:leks|lek)?)\b\.?\s+{_NO_NAME}[A-Z][\w.'-]*{_MORE}{_HOUSE}?",
        rf"\b(?i:blok)\s+[A-Z]{{1,2}}\s?[-/]?\s?\d{{1,3}}[A-Za-z]?\b{_HOUSE}?",
        rf"\b(?:[Dd]usun|[Dd]sn|[Kk]ampung|[Kk]p)\b\.?\s+[A-Z][\w.'-]*(?:\s+{_NAMED}){{0,2}}",
        r"(?i:\brt\s*/\s*rw\s*[.:]?\s*\d{1,3}(?:\s*/\s*\d{1,3})?\b)",
        r"(?i:\brt\s*[./:]?\s*\d{1,3}(?:\s*[/,]?\s*rw\s*[./:]?\s*\d{1,3}|\s*/\s*\d{1,3})?\b)",
        r"(?i:\brw\s*[./:]?\s*\d{1,3}\b)",
    )
)


def mask_accounts(text: str) -> str:
    """Mask addresses of mail, also as `name (at) host (dot) id`, and names of accounts that begin with `@`."""
    return _HANDLE.sub(marked("handle"), _EMAIL.sub(marked("email"), text))


def mask_plates(text: str) -> str:
    """Mask numbers of vehicles; one of fewer than three digits only where the words before say what it is."""

    def cover(match: re.Match[str]) -> str:
        other = match[1] in _NO_LETTERS or (
            match[1].islower() and _CALLED_OTHERWISE.search(match.string[: match.start()])
        )
        return match[0] if other else marked("plate")

    called = _CALLED_PLATE.sub(rf"\1{marked('plate')}", text)
    return outside_marks(called, lambda words: _PLATE.sub(cover, words))


def mask_addresses(text: str) -> str:
    """Mask streets, lanes, blocks, hamlets, RT and RW that are named; a road that is only walked on stays."""
    for pattern in _ADDRESSES:
        text = outside_marks(text, lambda words, pattern=pattern: pattern.sub(marked("address"), words))  # type: ignore[misc]  # bound now, not later
    return text
