"""How answers spread over their four labels."""

from __future__ import annotations

import pytest

from portal.domain.score.spread import spread


def test_percentages_have_two_places_rounded_half_up() -> None:
    found = spread((1, 1, 4, 2))
    assert found is not None
    assert [(answer.value, answer.n, answer.percentage) for answer in found.answers] == [
        (1, 1, "12.50"),
        (2, 1, "12.50"),
        (3, 4, "50.00"),
        (4, 2, "25.00"),
    ]
    assert (found.n, found.satisfied) == (8, "75.00")


def test_the_satisfied_are_counted_before_rounding() -> None:
    found = spread((1, 0, 1, 1))
    assert found is not None
    assert ([answer.percentage for answer in found.answers[2:]], found.satisfied) == (["33.33", "33.33"], "66.67")


@pytest.mark.parametrize("distribution", [None, (0, 0, 0, 0)])
def test_what_may_not_be_shown_or_is_empty_has_no_spread(distribution: tuple[int, int, int, int] | None) -> None:
    assert spread(distribution) is None
