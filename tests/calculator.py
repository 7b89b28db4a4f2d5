"""A reader with a calculator, who finds the sums in visible words and repeats them, and knows nothing else."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, getcontext, localcontext
from typing import Final

_TIMES, _MINUS, _ROOT = "\N{MULTIPLICATION SIGN}", "\N{MINUS SIGN}", "\N{SQUARE ROOT}"
_SUM: Final = re.compile(rf": ([\d({_ROOT}{_MINUS}][\d.,()+{_MINUS}{_TIMES}/{_ROOT} ]*) = ([{_MINUS}-]?\d[\d.,]*\d|\d)")
_SIGNS: Final = {_TIMES: "*", _MINUS: "-", _ROOT: "sqrt"}
_OPERATORS: Final[Mapping[type[ast.operator], Callable[[Decimal, Decimal], Decimal]]] = {
    ast.Add: lambda one, other: one + other,
    ast.Sub: lambda one, other: one - other,
    ast.Mult: lambda one, other: one * other,
    ast.Div: lambda one, other: one / other,
}


@dataclass(frozen=True)
class Sum:
    """A line as it is read: what is computed, and the result that stands there."""

    expression: str
    result: str

    @property
    def places(self) -> int:
        """How many decimals the result has."""
        return len(self.result.partition(".")[2])

    @property
    def operands(self) -> set[str]:
        """The numbers with decimals that the line is computed from."""
        return set(re.findall(r"\d+\.\d+", self.expression))

    def holds(self) -> bool:
        """Tell whether the result is what the calculator says, rounded half up."""
        with localcontext() as context:
            context.prec = 60
            value = _value(ast.parse(self.expression, mode="eval").body)
            return f"{value.quantize(Decimal(1).scaleb(-self.places), ROUND_HALF_UP):f}" == self.result


def sums_in(words: str, language: str) -> list[Sum]:
    """Read every line `...: expression = result` with the marks of the language."""
    group, mark = (".", ",") if language == "id" else (",", ".")
    found = []
    for expression, result in _SUM.findall(words):
        plain = [text.replace(group, "").replace(mark, ".") for text in (expression, result)]
        for sign, read in _SIGNS.items():
            plain = [text.replace(sign, read) for text in plain]
        found.append(Sum(plain[0].strip(), plain[1]))
    return found


def _value(node: ast.expr) -> Decimal:
    if isinstance(node, ast.BinOp):
        return _OPERATORS[type(node.op)](_value(node.left), _value(node.right))
    if isinstance(node, ast.UnaryOp):
        return -_value(node.operand)
    if isinstance(node, ast.Call):
        return _value(node.args[0]).sqrt(getcontext())
    assert isinstance(node, ast.Constant)
    return Decimal(str(node.value))
