"""How the answers behind a figure came: counts beside it, but none so small that it would be about somebody.

Of 50 answers "2 on paper" are two people whom the desk remembers. A count of 1 to 4 is therefore not told. Of the parts
of a known sum then none is, but those that are 0: any other part would help to find the small one by subtraction.

Source: design 4, "Releases".
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Final, TypeVar

FEWEST: Final = 5
"""Fewest people that a count may tell of, unless it tells that there are none."""

K = TypeVar("K", bound=Hashable)


def told(n: int) -> int | None:
    """Return a count that stands by itself; None where it is 1 to 4."""
    return None if 0 < n < FEWEST else n


def told_parts(counts: Mapping[K, int]) -> dict[K, int | None]:
    """Return the parts of a sum that is known; None for those that are not told."""
    if all(told(n) is not None for n in counts.values()):
        return dict(counts)
    return {key: None if n else 0 for key, n in counts.items()}
