"""Numbers as people type them: a comma before the fraction, points between thousands only where no fraction can be."""

from __future__ import annotations

import math
import re
from decimal import Decimal
from typing import Final

from portal.domain.workbook.fault import BadCell, FaultCode

YEARS: Final = range(2000, 2100)
MOST_COUNTED: Final = 1_000_000
LOWEST_SKM, HIGHEST_SKM = Decimal(25), Decimal(100)

_LARGEST: Final = 10**12
_NOISE: Final = Decimal("1e-9")  # what sums of binary fractions leave behind
_PLACES: Final = Decimal("0.0001")
_CENTS: Final = Decimal("0.01")
_TYPED: Final = re.compile(r"-?\d{1,12}(?:[.,]\d{1,9})?", re.ASCII)
_DOUBTFUL: Final = re.compile(r"-?[1-9]\d{0,2}\.\d{3}", re.ASCII)  # twelve hundred, or one and a fifth
_WHOLE: Final = re.compile(r"\d{1,7}|\d{1,3}(?:\.\d{3})+", re.ASCII)


def _number(raw: object) -> Decimal | None:
    """Return the number that a cell holds, None for what is none or can be read in two ways."""
    if isinstance(raw, str):
        sure = _TYPED.fullmatch(raw) and not _DOUBTFUL.fullmatch(raw)
        return Decimal(raw.replace(",", ".")) if sure else None
    if isinstance(raw, bool) or not isinstance(raw, int | float) or not math.isfinite(raw) or abs(raw) >= _LARGEST:
        return None
    return Decimal(repr(raw)).quantize(_NOISE)


def decimal(raw: object) -> str:
    """Return a number of at most four places as a decimal string without closing zeros.

    Raises:
        BadCell: it is none, or one that a reader could take for another.
    """
    found = _number(raw)
    if found is None or found != found.quantize(_PLACES):
        raise BadCell(FaultCode.NUMBER_BAD)
    return f"{found.normalize() + 0:f}"


def skm(raw: object) -> str:
    """Return an IKM, 25 to 100, as a decimal string of two places.

    Raises:
        BadCell: it is none, or has more places.
    """
    found = _number(raw)
    if found is None or not LOWEST_SKM <= found <= HIGHEST_SKM or found != found.quantize(_CENTS):
        raise BadCell(FaultCode.SKM_BAD)
    return f"{found:.2f}"


def count(raw: object) -> int:
    """Return a whole number from 0 to a million.

    Raises:
        BadCell: it is none.
    """
    if isinstance(raw, str) and _WHOLE.fullmatch(raw):
        raw = int(raw.replace(".", ""))
    found = _number(raw)
    if found is None or found != found.to_integral_value() or not 0 <= found <= MOST_COUNTED:
        raise BadCell(FaultCode.COUNT_BAD)
    return int(found)


def year(raw: object) -> int:
    """Return a year of this century.

    Raises:
        BadCell: it is none.
    """
    try:
        found = count(raw)
    except BadCell:
        raise BadCell(FaultCode.YEAR_BAD) from None
    if found not in YEARS:
        raise BadCell(FaultCode.YEAR_BAD)
    return found
