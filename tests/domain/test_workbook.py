"""How the workbook's cells and rows are read, without a file and without a database."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.workbook.cell import Broken, Kind, read, shown, tidy
from portal.domain.workbook.fault import BadCell, Fault, FaultCode
from portal.domain.workbook.look_alike import look_alikes
from portal.domain.workbook.nip import nip_fault
from portal.domain.workbook.planning import Plan, plan
from portal.domain.workbook.reading import Reading, Table, letter, read_tables, table_of
from portal.domain.workbook.rules import MOST_LEVELS, levels
from portal.domain.workbook.sheet import COUNTER, DUTY, KEPT, MOST_COLUMNS, MOST_ROWS, SERVICE, UNIT

Rows = list[dict[str, object]]

MORNING = datetime(2026, 3, 1, 8)  # noqa: DTZ001 - the cells of a spreadsheet know no time zone
TODAY = date(2026, 3, 3)
UNITS: Rows = [{"kode": "U", "nama": "Unit Contoh"}]
COUNTERS: Rows = [{"kode": "L", "unit": "U", "nama": "Loket 1"}]


def reading(**sheets: Rows) -> Reading:
    rows = {UNIT: UNITS, COUNTER: COUNTERS} | {name.replace("_", " "): listed for name, listed in sheets.items()}
    return read_tables(table_of(name, listed) for name, listed in rows.items())


def planned(**sheets: Rows) -> Plan:
    return plan(reading(**sheets), {name: {} for name in KEPT}, TODAY)


def faults(**sheets: Rows) -> list[tuple[str, int, str, FaultCode]]:
    return [(fault.sheet, fault.row, fault.heading, fault.code) for fault in planned(**sheets).faults]


def refusal(kind: Kind, raw: object) -> FaultCode:
    with pytest.raises(BadCell) as caught:
        read(kind, raw)
    return caught.value.code


@pytest.mark.parametrize(
    "raw", [date(2026, 3, 1), MORNING.replace(hour=0), "2026-03-01", "01/03/2026", "1-3-2026", "1.3.2026", " 2026-3-1 "]
)
def test_a_date_is_read_day_first_in_every_way_people_write_it(raw: object) -> None:
    assert read(Kind.DATE, raw) == date(2026, 3, 1)


@pytest.mark.parametrize(
    "raw",
    [20260301, "03/13/2026", "31/02/2026", "1/3/26", "1999-12-31", "2100-01-01", MORNING, "besok"],
)
def test_what_is_no_date_of_this_century_is_refused(raw: object) -> None:
    assert refusal(Kind.DATE, raw) is FaultCode.DATE_BAD


@pytest.mark.parametrize(
    "raw", [time(8), time(8, 0, 12), "08:00", "08.00", "8:00", "08:00:00", MORNING.replace(year=1900)]
)
def test_a_time_is_read_with_colon_or_point_to_the_minute(raw: object) -> None:
    assert read(Kind.TIME, raw) == time(8)


@pytest.mark.parametrize("raw", ["24:00", "08:60", "8", 8, 0.3333, MORNING, "pagi"])
def test_what_is_no_time_of_day_is_refused(raw: object) -> None:
    assert refusal(Kind.TIME, raw) is FaultCode.TIME_BAD


@pytest.mark.parametrize("raw", ["Jumat", "jumat", "JUM'AT", "Jum\N{RIGHT SINGLE QUOTATION MARK}at", " jumat "])
def test_friday_is_written_in_many_ways(raw: str) -> None:
    assert read(Kind.WEEKDAY, raw) == 4


def test_the_week_begins_on_monday_and_sunday_has_two_names() -> None:
    assert [read(Kind.WEEKDAY, day) for day in ("Senin", "Minggu", "Ahad")] == [0, 6, 6]
    assert refusal(Kind.WEEKDAY, "Monday") is FaultCode.WEEKDAY_BAD
    assert refusal(Kind.WEEKDAY, 1) is FaultCode.WEEKDAY_BAD


def test_yes_and_no_are_words_or_truth_values() -> None:
    assert [read(Kind.YES_NO, raw) for raw in ("ya", " YA ", "y", True)] == [True] * 4
    assert [read(Kind.YES_NO, raw) for raw in ("tidak", "Tidak", "t", False)] == [False] * 4
    assert refusal(Kind.YES_NO, "mungkin") is FaultCode.YES_NO_BAD
    assert refusal(Kind.YES_NO, 1) is FaultCode.YES_NO_BAD


def test_a_code_keeps_its_case_and_loses_its_blanks() -> None:
    assert read(Kind.CODE, " Lkt-1\u200b ") == "Lkt-1"


def test_a_whole_number_is_a_code_and_a_fraction_is_not_since_it_lost_its_zeros() -> None:
    assert read(Kind.CODE, 3374) == "3374"
    assert read(Kind.CODE, 3374.0) == "3374"
    assert refusal(Kind.CODE, 1.1) is FaultCode.CODE_NUMBER


@pytest.mark.parametrize("raw", ["LKT 1", "a/b", "papan:x:y", "-1", "é", "x" * 41, True, date(2026, 3, 1)])
def test_codes_hold_what_fits_an_address_and_a_log(raw: object) -> None:
    assert refusal(Kind.CODE, raw) is FaultCode.CODE_BAD


@pytest.mark.parametrize("raw", ["B, A", "A;B", "A\nB", "A, B, A,"])
def test_several_codes_are_separated_and_their_order_does_not_matter(raw: str) -> None:
    assert read(Kind.CODES, raw) == ("A", "B")


def test_a_name_is_composed_and_freed_of_what_cannot_be_seen() -> None:
    assert read(Kind.NAME, " Loket\u00a0 1\n\u202eA\u0000 ") == "Loket 1 A"
    assert read(Kind.NAME, 7) == "7"
    assert refusal(Kind.NAME, TODAY) is FaultCode.TEXT_BAD
    assert refusal(Kind.NAME, "x" * 161) is FaultCode.TEXT_LONG


def test_a_formula_is_no_value_whatever_the_column() -> None:
    for kind in Kind:
        assert refusal(kind, Broken(FaultCode.FORMULA, "=1+1")) is FaultCode.FORMULA


@given(st.text())
def test_tidying_twice_is_tidying_once(text: str) -> None:
    assert tidy(tidy(text)) == tidy(text)


@given(
    st.sampled_from(list(Kind)), st.one_of(st.text(), st.integers(), st.floats(), st.dates(), st.times(), st.booleans())
)
def test_reading_gives_a_value_or_a_code_and_nothing_else(kind: Kind, raw: object) -> None:
    try:
        value = read(kind, raw)
    except BadCell:
        return
    assert isinstance(shown(kind, value), str)


@pytest.mark.parametrize(
    "digits, wrong",
    [
        ("199001012015031001", None),
        ("199001012023211001", None),
        ("199001012023291001", None),
        ("19900101201503100", FaultCode.NIP_LENGTH),
        ("19900101201503100x", FaultCode.NIP_LENGTH),
        ("\N{ARABIC-INDIC DIGIT ONE}" * 18, FaultCode.NIP_LENGTH),
        ("199002302015031001", FaultCode.NIP_BIRTH),
        ("189001012015031001", FaultCode.NIP_BIRTH),
        ("199001012015131001", FaultCode.NIP_START),
        ("199001012015001001", FaultCode.NIP_START),
        ("199001012015201001", FaultCode.NIP_START),
        ("199001011989121001", FaultCode.NIP_START),
        ("199001011989211001", FaultCode.NIP_START),
        ("199001012015033001", FaultCode.NIP_SEX),
        ("199001012015031000", FaultCode.NIP_SERIAL),
    ],
)
def test_a_nip_of_pns_or_pppk_is_told_from_a_mistyped_one(digits: str, wrong: FaultCode | None) -> None:
    assert nip_fault(digits) is wrong


def test_a_nip_may_be_grouped_by_spaces_and_is_refused_as_a_number() -> None:
    assert read(Kind.NIP, "19900101 201503 1 001") == "199001012015031001"
    assert refusal(Kind.NIP, 199001012015031001) is FaultCode.NIP_NUMBER


def test_a_nip_is_never_shown_and_never_quoted() -> None:
    assert shown(Kind.NIP, "199001012015031001") == "…"
    officers: Rows = [{"kode": "P", "unit": "U", "nama": "Petugas Contoh", "NIP": "199002302015031001"}]
    assert [fault.value for fault in planned(Petugas=officers).faults] == [""]


def test_columns_have_the_letters_of_a_spreadsheet() -> None:
    assert [letter(place) for place in (0, 25, 26, 51, 52, 701, 702)] == ["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA"]


def test_a_fault_names_sheet_row_column_and_what_stands_there() -> None:
    found = planned(Loket=[*COUNTERS, {}, {"kode": "M", "unit": "W", "nama": "Loket 2"}]).faults
    assert found == (Fault(FaultCode.REFERENCE_UNKNOWN, COUNTER, 4, "B", "unit", "W"),)


def test_all_faults_are_found_at_once_in_the_order_of_the_file() -> None:
    assert faults(
        Unit=[{"kode": "U", "nama": ""}, {"kode": "V", "nama": "Unit Contoh", "induk": "X", "sampai": "besok"}],
        Loket=[{"kode": "L 1", "unit": "U", "nama": "Loket 1"}, {"kode": "M", "unit": "U", "nama": 1.5}],
        Libur=[{"kode": "H", "tanggal": "", "nama": "Libur Contoh"}],
    ) == [
        (UNIT, 2, "nama", FaultCode.VALUE_MISSING),
        (UNIT, 3, "induk", FaultCode.REFERENCE_UNKNOWN),
        (UNIT, 3, "sampai", FaultCode.DATE_BAD),
        (COUNTER, 2, "kode", FaultCode.CODE_BAD),
        (COUNTER, 3, "nama", FaultCode.TEXT_BAD),
        ("Libur", 2, "tanggal", FaultCode.VALUE_MISSING),
    ]


def test_an_unknown_code_gets_the_nearest_known_one_as_a_hint() -> None:
    assert [fault.hint for fault in planned(Loket=[{"kode": "L", "unit": "u", "nama": "Loket 1"}]).faults] == ["U"]


def test_unknown_sheets_and_columns_get_a_hint() -> None:
    found = planned(Petugass=[], Layanan=[{"kode": "S", "unit": "U", "name": "Layanan Contoh"}]).faults
    assert [(fault.code, fault.sheet, fault.column, fault.hint) for fault in found] == [
        (FaultCode.SHEET_UNKNOWN, "Petugass", "", "Petugas"),
        (FaultCode.COLUMN_MISSING, SERVICE, "", ""),
        (FaultCode.COLUMN_UNKNOWN, SERVICE, "C", "nama"),
    ]


def test_a_column_that_holds_something_needs_a_heading() -> None:
    table = Table("Loket", ("kode", "unit", "nama", None), [("L", "U", "Loket 1", None, "catatan")])
    found = read_tables([table]).faults
    assert [(fault.code, fault.column) for fault in found] == [(FaultCode.COLUMN_UNKNOWN, "E")]


def test_headings_forgive_case_spaces_and_marks_but_not_repetition() -> None:
    table = Table("  LOKET ", ("Kode *", " UNIT", "Nama:", "nama"), [("L", "U", "Loket 1", "x")])
    read_so = read_tables([table])
    assert [(fault.code, fault.column) for fault in read_so.faults] == [(FaultCode.COLUMN_TWICE, "D")]
    assert read_so.rows[COUNTER][0].values == {"unit": "U", "name": "Loket 1"}


def test_a_sheet_may_stand_in_the_file_once() -> None:
    found = read_tables([Table("Unit", (), []), Table("unit", (), [])]).faults
    assert [fault.code for fault in found] == [FaultCode.SHEET_TWICE]


def test_sheets_that_explain_are_passed_over() -> None:
    assert not read_tables([Table("Petunjuk", ("x",), [("y",)]), Table("Contoh 2", ("x",), [("y",)])]).faults


def test_a_sheet_of_more_rows_or_columns_than_allowed_is_not_read() -> None:
    long = Table("Unit", ("kode", "nama"), [("U", "Unit Contoh")] * (MOST_ROWS + 1))
    wide = Table("Loket", ("kode",) * (MOST_COLUMNS + 1), [])
    assert [fault.code for fault in read_tables([long, wide]).faults] == [
        FaultCode.TOO_MANY_ROWS,
        FaultCode.TOO_MANY_COLUMNS,
    ]


def test_a_code_stands_once_in_a_sheet_and_the_hint_is_the_first_row() -> None:
    found = planned(Unit=[*UNITS, *UNITS]).faults
    assert found == (Fault(FaultCode.CODE_TWICE, UNIT, 3, "A", "kode", "U", "2"),)


def test_the_first_import_needs_units_and_counters_only() -> None:
    assert not faults()
    found = plan(read_tables([]), {name: {} for name in KEPT}, TODAY).faults
    assert [(fault.code, fault.sheet) for fault in found] == [
        (FaultCode.SHEET_REQUIRED, UNIT),
        (FaultCode.SHEET_REQUIRED, COUNTER),
    ]


def test_units_in_a_circle_are_each_reported() -> None:
    circle: Rows = [
        {"kode": "A", "nama": "Unit A", "induk": "B"},
        {"kode": "B", "nama": "Unit B", "induk": "A"},
        {"kode": "C", "nama": "Unit C", "induk": "B"},
        {"kode": "U", "nama": "Unit U", "induk": "U"},
    ]
    assert faults(Unit=circle) == [(UNIT, row, "induk", FaultCode.CYCLE) for row in (2, 3, 5)]


def test_units_are_created_from_the_root_down_whatever_their_order() -> None:
    units: Rows = [
        {"kode": "C", "nama": "Unit C", "induk": "B"},
        {"kode": "B", "nama": "Unit B", "induk": "U"},
        {"kode": "U", "nama": "Unit U"},
    ]
    assert [change.code for change in planned(Unit=units).changes[UNIT]] == ["U", "B", "C"]


def test_a_tree_may_have_ten_levels() -> None:
    units: Rows = [{"kode": "U", "nama": "Unit 0"}]
    units += [{"kode": f"U{n}", "nama": f"Unit {n}", "induk": f"U{n - 1}" if n > 1 else "U"} for n in range(1, 11)]
    assert faults(Unit=units) == [(UNIT, MOST_LEVELS + 2, "induk", FaultCode.TREE_DEEP)]


@given(st.dictionaries(st.sampled_from("ABCDEFGH"), st.sampled_from([*"ABCDEFGH", None])))
def test_every_unit_has_a_level_or_leads_into_a_circle(parents: dict[str, str | None]) -> None:
    found, circles = levels({code: {"parent": parent} for code, parent in parents.items()})
    for code in parents:
        climbed = [code]
        while (above := parents.get(climbed[-1])) in parents and above not in climbed and above is not None:
            climbed.append(above)
        if above in climbed:
            assert code not in found
            assert (code in circles) == (above == code)
        else:
            assert found[code] == len(climbed) - 1


def duty(**cells: object) -> dict[str, object]:
    return {"kode": "J", "petugas": "P", "loket": "L", "hari": "Senin", "mulai": "08:00", "selesai": "12:00", **cells}


OFFICERS: Rows = [{"kode": "P", "unit": "U", "nama": "Petugas Contoh"}]


@pytest.mark.parametrize(
    "cells, heading, code",
    [
        ({"hari": ""}, "hari", FaultCode.DAY_OR_DATE),
        ({"tanggal": "2026-03-03"}, "tanggal", FaultCode.DAY_OR_DATE),
        ({"loket": "", "mulai": "", "selesai": ""}, "loket", FaultCode.ABSENCE_UNDATED),
        ({"loket": "", "hari": "", "tanggal": "2026-03-03", "selesai": ""}, "mulai", FaultCode.ABSENCE_TIMED),
        ({"hari": "", "tanggal": "2026-03-03", "dari": "2026-03-01"}, "dari", FaultCode.FROM_DATED),
        ({"mulai": ""}, "mulai", FaultCode.VALUE_MISSING),
        ({"selesai": ""}, "selesai", FaultCode.VALUE_MISSING),
        ({"selesai": "08:00"}, "selesai", FaultCode.TIMES_REVERSED),
        ({"dari": "2026-03-02", "sampai": "2026-03-01"}, "sampai", FaultCode.NEVER_IN_FORCE),
        ({"petugas": "Q"}, "petugas", FaultCode.REFERENCE_UNKNOWN),
        ({"loket": "X"}, "loket", FaultCode.REFERENCE_UNKNOWN),
    ],
)
def test_a_duty_says_who_where_and_when_and_nothing_that_contradicts(
    cells: dict[str, object], heading: str, code: FaultCode
) -> None:
    assert faults(Petugas=OFFICERS, Tugas_jaga=[duty(**cells)]) == [(DUTY, 2, heading, code)]


def test_a_weekly_duty_a_dated_one_and_an_absence_are_all_good() -> None:
    absence = duty(kode="J3", loket="", hari="", tanggal="2026-03-03", mulai="", selesai="")
    rows = [duty(), duty(kode="J2", hari="", tanggal="2026-03-02"), absence]
    found = planned(Petugas=OFFICERS, Tugas_jaga=rows)
    assert not found.faults
    assert [change.after["starts"] for change in found.changes[DUTY]] == [time(8), time(8), time(0)]


def test_a_counter_gives_services_of_its_own_unit_only() -> None:
    found = faults(
        Unit=[*UNITS, {"kode": "V", "nama": "Unit Lain"}],
        Layanan=[{"kode": "S", "unit": "V", "nama": "Layanan Contoh"}],
        Loket=[{**COUNTERS[0], "layanan": "S"}],
    )
    assert found == [(COUNTER, 2, "layanan", FaultCode.SERVICE_ELSEWHERE)]


def test_opening_comes_before_closing() -> None:
    hours: Rows = [{"kode": "B", "hari": "Senin", "buka": "15:00", "tutup": "08:00"}]
    assert faults(Jam_layanan=hours) == [("Jam layanan", 2, "tutup", FaultCode.TIMES_REVERSED)]


@pytest.mark.parametrize(
    "one, other",
    [
        ("Loket Pendaftaran", "loket  pendaftaran"),
        ("Loket Pendaftaran", "Loket Pendafaran"),
        ("Puskesmas Contoh", "Puskes mas Contoh"),
    ],
)
def test_names_alike_but_for_a_slip_are_found(one: str, other: str) -> None:
    assert list(look_alikes({"A": one, "B": other}, ["A", "B"])) == [("A", "B")]


@pytest.mark.parametrize(
    "one, other",
    [
        ("Loket Pelayanan Terpadu 1", "Loket Pelayanan Terpadu 2"),
        ("Ruang Pelayanan Umum A", "Ruang Pelayanan Umum B"),
        ("Bidang Pelayanan Contoh II", "Bidang Pelayanan Contoh III"),
        ("Petugas Contoh Satu", "Petugas Contoh Dua"),
    ],
)
def test_names_that_are_numbered_or_differ_are_left_alone(one: str, other: str) -> None:
    assert not list(look_alikes({"A": one, "B": other}, ["A", "B"]))


def test_names_that_were_there_before_are_not_warned_of_again() -> None:
    assert not list(look_alikes({"A": "Loket Contoh", "B": "loket contoh"}, []))
