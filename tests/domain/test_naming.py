"""Codes that are made from names."""

from __future__ import annotations

import pytest

from portal.domain.errors import Invalid
from portal.domain.naming import LONGEST_CODE, check_given_name, code_of
from portal.domain.workbook.cell import Kind, read


@pytest.mark.parametrize(
    "name, code",
    [
        ("Disdukcapil", "DISDUKCAPIL"),
        ("Loket 1", "LKT-1"),
        ("Dinas Perhubungan dan Kebersihan", "DINAS-PERHUBUNGAN"),
        ("Kecamatan Contoh", "KEC-CONTOH"),
        ("KTP-el (baru)", "KTP-EL-BARU"),
        ("Pelayanán Ünik", "PELAYANAN-UNIK"),
        ("dan", "DAN"),
        ("服务", "UNIT"),
        ("!!!", "UNIT"),
        ("X" * 60, "X" * LONGEST_CODE),
    ],
)
def test_a_code_can_be_read_back_as_the_name(name: str, code: str) -> None:
    assert code_of(name, (), fallback="UNIT") == code
    assert read(Kind.CODE, code) == code


def test_a_code_that_is_taken_gets_the_unit_before_it_and_then_a_number_after_it() -> None:
    taken = {"lkt-1"}
    codes = []
    for _ in range(3):
        codes.append(code_of("Loket 1", taken, fallback="LKT", within="DISDUKCAPIL"))
        taken.add(codes[-1])
    assert codes == ["DISDUKCAPIL-LKT-1", "DISDUKCAPIL-LKT-1-2", "DISDUKCAPIL-LKT-1-3"]
    assert code_of("Loket 1", {"LKT-1"}, fallback="LKT") == "LKT-1-2"


def test_even_the_longest_names_give_codes_that_the_workbook_takes() -> None:
    taken: set[str] = set()
    for _ in range(120):
        code = code_of("Y" * 160, taken, fallback="LKT", within="Z" * 40)
        assert read(Kind.CODE, code) == code
        taken.add(code)


def test_a_given_name_loses_what_cannot_be_seen() -> None:
    assert check_given_name("  Loket\u200b 1\x00\n", "counter") == "Loket 1"


@pytest.mark.parametrize("text", ["", " \u200b ", "x" * 161])
def test_a_name_that_is_empty_or_too_long_is_refused_by_its_field(text: str) -> None:
    with pytest.raises(Invalid, match="counter"):
        check_given_name(text, "counter")
