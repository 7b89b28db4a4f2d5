"""Lines of arithmetic as they are printed: each result is computed from the very text before it.

A reader with a calculator repeats a line from what stands there, so nothing may enter it that is not printed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction
from typing import Final

from portal.domain.figure import fixed

MINUS, TIMES, ROOT = "−", "×", "√"  # noqa: RUF001 - as people print them
_TOKEN: Final = re.compile(rf"\d+(?:\.\d+)?|[()+/{MINUS}{TIMES}{ROOT}]")
_DIGITS: Final = 28
_MOST_PLACES: Final = 16


@dataclass(frozen=True, slots=True)
class Line:
    """One line: `key` names what it gives, of `subject` where several give the same; marks are points."""

    key: str
    expression: str
    result: str
    subject: str = ""

    @classmethod
    def of(cls, key: str, expression: str, places: int, subject: str = "") -> Line:
        """Compute a line, its result rounded half up.

        Raises:
            ValueError: the expression cannot be read.
        """
        return cls(key, expression, fixed(evaluate(expression), places) or "", subject)


def number(text: str) -> str:
    """Return a number as it stands inside an expression: a negative one in brackets."""
    return f"({MINUS}{text[1:]})" if text.startswith("-") else text


def settled(write: Callable[[int], Sequence[Line]], holds: Callable[[Sequence[Line]], bool], places: int) -> list[Line]:
    """Write lines with as few places in between, from `places` on, as still give what holds.

    Raises:
        ArithmeticError: no number of places does.
    """
    for count in range(places, _MOST_PLACES):
        lines = write(count)
        if holds(lines):
            return list(lines)
    raise ArithmeticError([line.result for line in write(places)])


def evaluate(expression: str) -> Fraction:
    """Return the value of an expression of numbers, brackets and + − × / √; a root to 28 digits.

    Raises:
        ValueError: it cannot be read.
    """  # noqa: RUF002 - as people print them
    tokens = _TOKEN.findall(expression)
    if "".join(tokens) != expression.replace(" ", ""):
        raise ValueError(expression)
    tokens.reverse()
    value = _sum(tokens)
    if tokens:
        raise ValueError(expression)
    return value


def _sum(tokens: list[str]) -> Fraction:
    value = _product(tokens)
    while tokens and tokens[-1] in {"+", MINUS}:
        sign = tokens.pop()
        other = _product(tokens)
        value = value + other if sign == "+" else value - other
    return value


def _product(tokens: list[str]) -> Fraction:
    value = _factor(tokens)
    while tokens and tokens[-1] in {TIMES, "/"}:
        sign = tokens.pop()
        other = _factor(tokens)
        value = value * other if sign == TIMES else value / other
    return value


def _factor(tokens: list[str]) -> Fraction:
    if not tokens:
        raise ValueError("incomplete")
    read = tokens.pop()
    if read == "(":
        value = _sum(tokens)
        if not tokens or tokens.pop() != ")":
            raise ValueError("bracket")
        return value
    if read == MINUS:
        return -_factor(tokens)
    if read == ROOT:
        return _root(_factor(tokens))
    return Fraction(read)


def _root(value: Fraction) -> Fraction:
    # A context of its own: the caller's precision or rounding must not change a printed digit.
    context = Context(prec=_DIGITS, rounding=ROUND_HALF_EVEN)
    return Fraction(context.sqrt(context.divide(Decimal(value.numerator), Decimal(value.denominator))))
