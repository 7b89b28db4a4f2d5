"""Numbers that belong to somebody: NIK, NIP, telephone, account. Prices, dates, hours and regulations stay."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from portal.domain.masking.mark import marked

_JOIN: Final = r"[ .\-\N{EN DASH}/()_]{0,3}"
_RUN: Final = re.compile(rf"\+?\(?\d(?:{_JOIN}\d)*")
_YEAR: Final = r"(?:19|20)\d\d"
_AMOUNT: Final = r"\d{1,3}(?:[.,]\d{3})+"
_SMALL_AMOUNT: Final = r"\d(?:[.,]\d{3}){2}|\d{1,3}[.,]\d{3}"
_TO: Final = r"\s?(?:-|\N{EN DASH}|s/d|sd|sampai)\s?"
_CLOCK: Final = r"(?:[01]?\d|2[0-4])[.:][0-5]\d"
_PLAIN_CLOCK: Final = r"[0-2]\d[0-5]\d"
_ORDINARY: Final = re.compile(
    rf"""(?<![\d+(])(?<!\d[ .\-/()])(?<!\d[-\u2013.][ ])(?<!\d[ ][-\u2013][ ])(?:
        rp\.?\s?{_AMOUNT}(?:,(?:\d\d?|-))?(?:{_TO}(?:rp\.?\s?)?{_AMOUNT})?
      | rp\.?\s?[1-9]\d{{0,7}}
      | {_AMOUNT}(?:{_TO}{_AMOUNT})?(?=\s?(?:rupiah|perak|ribu|juta))
      | [1-9]\d{{0,3}}000
      | {_CLOCK}(?:(?:{_TO}|[ ]){_CLOCK})?
      | (?:(?<=jam[ ])|(?<=pukul[ ])){_PLAIN_CLOCK}(?:{_TO}{_PLAIN_CLOCK})?
      | (?:{_SMALL_AMOUNT})(?:{_TO}(?:{_SMALL_AMOUNT}))?
      | (?:[0-3]?\d[-./ ][01]?\d[-./\ ]{_YEAR} | {_YEAR}[-./][01]?\d[-./][0-3]?\d)(?:[ ]{_CLOCK})?
      | {_YEAR}(?:{_TO}|/){_YEAR}
      | \d{{1,3}}/{_YEAR}
      | \d{{1,3}}{_TO}\d{{1,3}}
    )(?![ .\-\u2013/:()_]{{0,3}}\d)""",
    re.IGNORECASE | re.VERBOSE,
)
"""In this order: prices, hours, amounts, dates, spans of years, regulations (14/2017), spans of small numbers."""

_PHONE: Final = re.compile(r"(?:0|62|620)8\d{7,11}|8\d{8,11}|(?:0|62)[1-9]\d{6,11}")
_ACCOUNT_CUE: Final = re.compile(
    r"\b(?:rek|norek|rekening|bank|bca|bri|bni|btn|bsi|mandiri|dana|gopay|ovo|transfer|tf)\b[^\d\n]{0,24}\Z",
    re.IGNORECASE,
)
_CUE_LENGTH: Final = 40
_NIK, _NIP, _LONG, _SHORTEST_ACCOUNT, _SHORTEST_ABROAD = 16, 18, 9, 6, 8
_DOUBTFUL, _DOUBTFUL_AT_A_STRETCH = 7, 6
_BROKEN: Final = re.compile(r"\d(?:(?:[^\w\n]{0,4}|\n)\d)*")
"""Digits with any signs between them, also from line to line."""


def mask_numbers(text: str) -> str:
    """Mask each run of digits that may belong to somebody, however it is spaced, dotted or hyphened."""
    found: list[str] = []
    end = 0
    for start, stop in _runs(text):
        kind = _kind_of(text[start:stop], text[max(0, start - _CUE_LENGTH) : start])
        found += [text[end:start], marked(kind) if kind else text[start:stop]]
        end = stop
    return "".join((*found, text[end:]))


def is_doubtful(text: str) -> bool:
    """Tell whether digits are left that are nothing ordinary, and enough to belong to somebody."""
    runs = [text[start:stop] for start, stop in _runs(text)]
    many = any(len(_digits(run)) >= _DOUBTFUL for run in runs)
    broken = (text[start:stop] for start, stop in _runs(text, _BROKEN))
    strewn = (word for word in text.split() if re.search(r"\d[^\W\d_]", word))
    if any(len(_digits(it)) >= _LONG for it in (*broken, *strewn)):
        return True
    return many or any(re.search(rf"\d{{{_DOUBTFUL_AT_A_STRETCH}}}", run) for run in runs)


def _runs(text: str, run_of_digits: re.Pattern[str] = _RUN) -> Iterator[tuple[int, int]]:
    """Yield where each run of digits begins and ends, ordinary numbers left out."""
    at = 0
    for ordinary in (*_ORDINARY.finditer(text), None):
        until = ordinary.start() if ordinary else len(text)
        yield from (run.span() for run in run_of_digits.finditer(text, at, until))
        at = ordinary.end() if ordinary else until


def _digits(run: str) -> str:
    return "".join(str(unicodedata.decimal(character)) for character in run if character.isdecimal())


def _kind_of(run: str, before: str) -> str:
    """Tell whose number a run of digits is; empty where it may stay."""
    digits = _digits(run)
    exact = {_NIK: "nik", _NIP: "nip"}
    if len(digits) in exact:
        return exact[len(digits)]
    if len(digits) >= _SHORTEST_ACCOUNT and _ACCOUNT_CUE.search(before):
        return "account"
    if _PHONE.fullmatch(digits) or (run.startswith("+") and len(digits) >= _SHORTEST_ABROAD):
        return "phone"
    return "number" if len(digits) >= _LONG else ""
