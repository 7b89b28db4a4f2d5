"""How many were served on a day, however it was typed."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from portal.domain.served import earliest, total

if TYPE_CHECKING:
    from collections.abc import Mapping


@pytest.mark.parametrize(
    "counts, served",
    [
        ({}, None),
        ({None: 58}, 58),
        ({"KTP": 41, "KK": 9}, 50),
        ({None: 58, "KTP": 41, "KK": 9}, 58),
        ({None: 0, "KTP": 41}, 41),
        ({None: 0}, 0),
    ],
)
def test_nobody_is_counted_twice(counts: Mapping[str | None, int], served: int | None) -> None:
    assert total(counts) == served


def test_two_months_may_be_corrected() -> None:
    assert earliest(date(2026, 3, 4)) == date(2026, 1, 1)
