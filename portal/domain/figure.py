"""Figures as decimal strings: what a page, a file and the API show is this text, to the last digit."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

DECIMAL_MARKS = {"id": ",", "en": "."}


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


def localised(text: str | None, language: str) -> str | None:
    """Give a figure the decimal mark of `language`; None stays None, for the template to say in words.

    Raises:
        KeyError: `language` is not one of `DECIMAL_MARKS`.
    """
    return None if text is None else text.replace(".", DECIMAL_MARKS[language])
