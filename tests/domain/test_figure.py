from __future__ import annotations

from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.figure import counted, difference, fixed, localised, rounded


@pytest.mark.parametrize(
    "value, places, text",
    [
        (Fraction(2, 3), 2, "0.67"),
        (Fraction(558, 180) * 25, 2, "77.50"),
        (Decimal("64.995"), 2, "65.00"),
        (Decimal("64.99499999999999999999999999999999"), 2, "64.99"),
        (Fraction(1, 200), 2, "0.01"),
        (Fraction(-1, 200), 2, "-0.01"),
        (Fraction(-1, 201), 2, "0.00"),
        (Fraction(5, 2), 0, "3"),
        (Fraction(0), 3, "0.000"),
        (Decimal(100), 2, "100.00"),
        (Fraction(1, 10**9), 9, "0.000000001"),
    ],
)
def test_a_figure_is_rounded_half_up_from_its_exact_value(value: Fraction | Decimal, places: int, text: str) -> None:
    assert fixed(value, places) == text


def test_no_figure_stays_no_figure() -> None:
    assert fixed(None, 2) is None
    assert localised(None, "id") is None


def test_indonesian_has_a_decimal_comma_and_english_a_point() -> None:
    assert localised("77.50", "id") == "77,50"
    assert localised("77.50", "en") == "77.50"


def test_a_language_without_a_decimal_mark_is_refused() -> None:
    with pytest.raises(KeyError):
        localised("77.50", "xx")


def test_negative_places_are_refused() -> None:
    with pytest.raises(ValueError, match="-1"):
        fixed(Fraction(1), -1)


def test_the_decimal_context_of_the_caller_does_not_change_a_digit() -> None:
    with localcontext(Context(prec=3)):
        assert fixed(Fraction(200_000, 3), 2) == "66666.67"


@given(st.fractions(), st.integers(0, 6))
def test_rounding_moves_a_figure_by_at_most_half_a_step(value: Fraction, places: int) -> None:
    assert abs(Fraction(rounded(value, places)) - value) <= Fraction(1, 2 * 10**places)


@given(st.decimals(-1000, 1000, places=5), st.integers(0, 4))
def test_rounding_agrees_with_the_decimal_module(value: Decimal, places: int) -> None:
    assert rounded(value, places) == value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


@given(st.fractions(), st.integers(0, 6))
def test_a_figure_has_exactly_the_places_asked_for(value: Fraction, places: int) -> None:
    text = fixed(value, places)
    assert text is not None
    assert len(text.partition(".")[2]) == places


@pytest.mark.parametrize(
    "text, indonesian, english",
    [
        ("9999", "9999", "9999"),
        ("12345", "12.345", "12,345"),
        ("1234567.50", "1.234.567,50", "1,234,567.50"),
        ("-12345.00", "-12.345,00", "-12,345.00"),
        ("2026", "2026", "2026"),
    ],
)
def test_digits_are_grouped_from_ten_thousand_on(text: str, indonesian: str, english: str) -> None:
    assert (localised(text, "id"), localised(text, "en")) == (indonesian, english)


def test_numbers_of_things_are_grouped_alike() -> None:
    assert [counted(9999, "id"), counted(12_345, "id"), counted(1_234_567, "en")] == ["9999", "12.345", "1,234,567"]


@pytest.mark.parametrize(
    "value, base, expected", [("77.45", "82.00", "-4.55"), ("82.00", "82.00", "0.00"), ("83.20", "82.00", "1.20")]
)
def test_a_difference_keeps_the_places_of_its_figures(value: str, base: str, expected: str) -> None:
    assert difference(value, base) == expected
