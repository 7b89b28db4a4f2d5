"""How many respondents a survey needs for the number of people served."""

from __future__ import annotations

from dataclasses import dataclass

# S = X2 N P Q / (d^2 (N - 1) + X2 P Q) with X2 = 3.841, P = Q = 0.5, d = 0.05; both sides of the division x 100 000.
_CHI_SQUARE_PQ = 96_025
_ERROR_SQUARED = 250


def target(served: int) -> int:
    """Return the number of respondents asked for when `served` people were served, rounded to nearest.

    Nearest gives the whole published table but its last row: for 100 000 the formula gives 382.63, the table 384.

    Source: Krejcie and Morgan (1970), the formula PermenPANRB 14/2017 adopts.

    Raises:
        ValueError: `served` is negative.
    """
    if served < 0:
        raise ValueError(served)
    above = _CHI_SQUARE_PQ * served
    below = _ERROR_SQUARED * (served - 1) + _CHI_SQUARE_PQ
    return (2 * above + below) // (2 * below)


@dataclass(frozen=True, slots=True)
class SampleTarget:
    """How many respondents a survey needs, and of how many people served."""

    respondents: int
    served: int

    @classmethod
    def of(cls, served: int | None) -> SampleTarget | None:
        """Return the target; None where nobody was served or nobody wrote down how many.

        Raises:
            ValueError: `served` is negative.
        """
        return cls(target(served), served) if served else None
