"""Public codes: typed by people, so every slip that can be found is found."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain import code as codes
from portal.domain.errors import CodeMistyped

NUMBERS = st.integers(min_value=0, max_value=2**30 - 1)


@given(NUMBERS)
def test_every_code_made_is_accepted_as_printed_and_in_lower_case(number: int) -> None:
    code = codes.counter_code(number)
    assert codes.parse_counter_code(code) == code
    assert codes.parse_counter_code(codes.printed(code).lower()) == code


@given(NUMBERS, st.integers(0, 6), st.sampled_from(codes.ALPHABET))
def test_any_single_wrong_character_is_found(number: int, place: int, wrong: str) -> None:
    code = codes.counter_code(number)
    mistyped = code[:place] + wrong + code[place + 1 :]
    if wrong == code[place]:
        assert codes.parse_counter_code(mistyped) == code
    else:
        with pytest.raises(CodeMistyped):
            codes.parse_counter_code(mistyped)


def test_neighbours_swapped_are_found_but_for_a_zero_beside_the_last_letter() -> None:
    missed = set()
    for first in codes.ALPHABET:
        for second in codes.ALPHABET:
            body = f"0000{first}{second}"
            swapped = f"0000{second}{first}"
            if first != second and codes.check_character(body) == codes.check_character(swapped):
                missed.add(frozenset((first, second)))
    assert missed == {frozenset(("0", "Z"))}


@pytest.mark.parametrize("typed", ["o", "O", "0"])
def test_the_letter_o_is_read_as_zero(typed: str) -> None:
    assert codes.normalise(typed) == "0"


@pytest.mark.parametrize("typed", ["i", "I", "l", "L", "1"])
def test_the_letters_i_and_l_are_read_as_one(typed: str) -> None:
    assert codes.normalise(typed) == "1"


def test_spaces_hyphens_and_dashes_do_not_matter() -> None:
    code = codes.counter_code(123_456_789)
    assert codes.parse_counter_code(f" {code[:3]} \N{EN DASH} {code[3:]} ") == code


@pytest.mark.parametrize("typed", ["", "K7M", "K7M3PXMM", "K7M3PU?", "\N{FULLWIDTH DIGIT ONE}234567"])
def test_what_is_no_code_is_refused(typed: str) -> None:
    with pytest.raises(CodeMistyped):
        codes.parse_counter_code(typed)


def test_the_poster_of_the_design_carries_a_valid_shape() -> None:
    assert codes.printed("K7M3PXM") == "K7M-3PXM"
    assert codes.printed("7F2K9PQ4XM") == "7F2K9-PQ4XM"


def test_a_receipt_is_ten_characters_without_a_check() -> None:
    assert codes.parse_receipt("7f2k9-pq4xm") == "7F2K9PQ4XM"
    with pytest.raises(CodeMistyped):
        codes.parse_receipt("7F2K9-PQ4X")


def test_a_number_is_written_most_significant_first() -> None:
    assert codes.encode(1, 6) == "000001"
    assert codes.encode(32, 6) == "000010"
    assert codes.encode(2**30 - 1, 6) == "ZZZZZZ"
