"""Counts of answers: the one additive quantity from which every figure is computed."""

from __future__ import annotations

from dataclasses import dataclass

LOWEST, HIGHEST = 1, 4


@dataclass(frozen=True, slots=True)
class Tally:
    """Answers of one element, or complete ballots of one instrument (the composite).

    An element has n = n1 + n2 + n3 + n4, total = sum of k * nk, squares = sum of k^2 * nk.
    A composite has n1..n4 = 0; n counts complete ballots, total and squares sum the ballot totals and their squares.
    """

    n1: int = 0
    n2: int = 0
    n3: int = 0
    n4: int = 0
    n: int = 0
    total: int = 0
    squares: int = 0

    @classmethod
    def of_answer(cls, value: int) -> Tally:
        """One answer from 1 (worst) to 4 (best).

        Raises:
            ValueError: `value` is outside 1..4.
        """
        if not LOWEST <= value <= HIGHEST:
            raise ValueError(value)
        return cls(int(value == 1), int(value == 2), int(value == 3), int(value == 4), 1, value, value * value)  # noqa: PLR2004 - the scale itself

    @classmethod
    def of_ballot(cls, total: int) -> Tally:
        """One complete ballot whose answers sum to `total`."""
        return cls(n=1, total=total, squares=total * total)

    def __add__(self, other: Tally) -> Tally:
        """Pool two tallies of the same measure."""
        return Tally(*(a + b for a, b in zip(self.parts, other.parts, strict=True)))

    def __neg__(self) -> Tally:
        """Return what takes this tally away again."""
        return Tally(*(-a for a in self.parts))

    def __bool__(self) -> bool:
        """Tell whether anything was counted."""
        return any(self.parts)

    @property
    def parts(self) -> tuple[int, int, int, int, int, int, int]:
        """The seven numbers in column order."""
        return (self.n1, self.n2, self.n3, self.n4, self.n, self.total, self.squares)

    @property
    def distribution(self) -> tuple[int, int, int, int]:
        """Answers 1 to 4, worst first."""
        return (self.n1, self.n2, self.n3, self.n4)
