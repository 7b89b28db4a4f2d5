"""Figures as decimal strings: what a page, a file and the API show is this text, to the last digit."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

DECIMAL_MARKS = {"id": ",", "en": "."}
GROUP_MARKS = {"id": ".", "en": ","}
_LARGEST_PLAIN = 9999


def rounded(value: Fraction | Decimal, places: int) -> Decimal:
    """Round half up (halves away from zero) to exactly `places` decimals, whatever the decimal context.

    Raises:
        ValueError: `places` is negative, or `value` is not a number.
        OverflowError: `value` is infinite.
    """
    if places < 0:
        raise ValueError(places)
    exact = Fraction(value)
    scale = 2 * 10**places
    steps = (abs(exact.numerator) * scale + exact.denominator) // (2 * exact.denominator)
    return Decimal(f"{steps if exact > 0 else -steps}E-{places}")


def fixed(value: Fraction | Decimal | None, places: int) -> str | None:
    """Write `value` with a point and exactly `places` decimals, rounded half up; None stays None."""
    return None if value is None else f"{rounded(value, places):f}"


def difference(value: str, base: str) -> str:
    """Return by how much the figure `value` lies above `base`, negative below, with as many places as they have."""
    return f"{Decimal(value) - Decimal(base):f}"


def localised(text: str | None, language: str) -> str | None:
    """Give a figure the marks of `language`; None stays None, for the template to say in words.

    Raises:
        KeyError: `language` is not one of `DECIMAL_MARKS`.
    """
    if text is None:
        return None
    whole, _, places = text.partition(".")
    grouped = _grouped(whole, language) if whole.lstrip("-").isdigit() else whole
    return f"{grouped}{DECIMAL_MARKS[language]}{places}" if places else grouped


def counted(n: int, language: str) -> str:
    """Write a number of things; from 10 000 on its digits are grouped, so that a year is not.

    Raises:
        KeyError: `language` is not one of `DECIMAL_MARKS`.
    """
    return _grouped(str(n), language)


def _grouped(digits: str, language: str) -> str:
    mark = GROUP_MARKS[language]
    return f"{int(digits):,}".replace(",", mark) if abs(int(digits)) > _LARGEST_PLAIN else digits
