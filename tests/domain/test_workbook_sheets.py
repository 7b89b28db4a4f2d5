"""The sheets that came later: channels, numbers served, indicators, earlier indices, and the cells that they need."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.workbook.cell import CHOICES, Kind, Value, read, shown
from portal.domain.workbook.fault import BadCell, FaultCode
from portal.domain.workbook.planning import Plan, plan
from portal.domain.workbook.reading import read_tables, table_of
from portal.domain.workbook.sheet import COUNTER, HOLIDAY, INDICATOR, KEPT, PAST, SERVED, SERVICE, UNIT, Fields

Rows = list[dict[str, object]]

TODAY = date(2026, 3, 3)
UNITS: Rows = [{"kode": "U", "nama": "Unit Contoh"}, {"kode": "V", "nama": "Unit Lain"}]
COUNTERS: Rows = [{"kode": "L", "unit": "U", "nama": "Loket 1"}]
SERVICES: Rows = [{"kode": "S", "unit": "U", "nama": "Layanan Contoh"}, {"kode": "T", "unit": "V", "nama": "Lain"}]
INDICATOR_ROW: dict[str, object] = {
    "kode": "I",
    "unit": "U",
    "nama": "Berkas contoh",
    "satuan": "berkas",
    "jenis": "jumlah",
    "periode": "2026-S1",
}


def faults(name: str, *rows: dict[str, object]) -> list[tuple[str, FaultCode, str]]:
    sheets = {UNIT: UNITS, SERVICE: SERVICES, COUNTER: COUNTERS} | {name: list(rows)}
    found = plan(read_tables(table_of(*one) for one in sheets.items()), {one: {} for one in KEPT}, TODAY).faults
    return [(fault.heading, fault.code, fault.hint) for fault in found]


def refusal(kind: Kind, raw: object) -> FaultCode:
    with pytest.raises(BadCell) as caught:
        read(kind, raw)
    return caught.value.code


@pytest.mark.parametrize(
    "raw, value",
    [
        (1200, "1200"),
        (87.5, "87.5"),
        ("87,5", "87.5"),
        ("87.50", "87.5"),
        (0.1 + 0.2, "0.3"),
        ("-3,25", "-3.25"),
        ("0.125", "0.125"),
        (-0.0, "0"),
        (" 1200 ", "1200"),
    ],
)
def test_a_number_keeps_its_digits_whatever_mark_stands_before_the_fraction(raw: object, value: str) -> None:
    assert read(Kind.DECIMAL, raw) == value


@pytest.mark.parametrize("raw", ["1.200", "1.200,5", "1,200,000", "12e3", "dua", True, 1e13, float("nan"), 0.00001, ""])
def test_a_number_that_can_be_read_in_two_ways_is_refused(raw: object) -> None:
    assert refusal(Kind.DECIMAL, raw) is FaultCode.NUMBER_BAD


@pytest.mark.parametrize("raw, value", [("25", "25.00"), (100, "100.00"), (88.31, "88.31"), ("76,6", "76.60")])
def test_an_ikm_has_two_places(raw: object, value: str) -> None:
    assert read(Kind.SKM, raw) == value
    assert shown(Kind.SKM, value) == value.replace(".", ",")


@pytest.mark.parametrize("raw", [24.99, "100,01", "88,315", 3.5, "A"])
def test_what_is_no_ikm_between_25_and_100_is_refused(raw: object) -> None:
    assert refusal(Kind.SKM, raw) is FaultCode.SKM_BAD


@pytest.mark.parametrize(
    "raw, value", [(41, 41), (41.0, 41), ("41", 41), ("1.200", 1200), (0, 0), ("1.000.000", 10**6)]
)
def test_a_count_is_a_whole_number(raw: object, value: int) -> None:
    assert read(Kind.COUNT, raw) == value


@pytest.mark.parametrize("raw", [-1, 1.5, "1,5", 1_000_001, True, "1.20", float("inf"), date(2026, 3, 3)])
def test_what_is_no_count_is_refused(raw: object) -> None:
    assert refusal(Kind.COUNT, raw) is FaultCode.COUNT_BAD


def test_a_year_is_of_this_century() -> None:
    assert [read(Kind.YEAR, raw) for raw in (2025, "2025", 2025.0)] == [2025] * 3
    assert [refusal(Kind.YEAR, raw) for raw in (1999, 2100, "25")] == [FaultCode.YEAR_BAD] * 3


@pytest.mark.parametrize(
    "raw, value",
    [
        ("2026-03", "2026-03"),
        (date(2026, 3, 1), "2026-03"),
        (datetime(2026, 3, 1), "2026-03"),  # noqa: DTZ001 - the cells of a spreadsheet know no time zone
        ("2026-q1", "2026-Q1"),
        ("2026-S2", "2026-S2"),
        (2026, "2026"),
    ],
)
def test_a_period_is_read_even_where_a_spreadsheet_made_a_date_of_it(raw: object, value: str) -> None:
    assert read(Kind.PERIOD, raw) == value


@pytest.mark.parametrize("raw", ["2026-13", "2026-S3", "Maret 2026", date(2026, 3, 2), True, 26])
def test_what_is_no_period_is_refused(raw: object) -> None:
    assert refusal(Kind.PERIOD, raw) is FaultCode.PERIOD_BAD


def test_a_link_is_https_to_a_named_host() -> None:
    assert read(Kind.LINK, " https://data.example.go.id/a?b=1#c ") == "https://data.example.go.id/a?b=1#c"


@pytest.mark.parametrize(
    "raw",
    [
        "http://data.example.go.id",
        "javascript:alert(1)",
        "https://admin:rahasia@example.go.id",
        "https://localhost/a",
        "https://exa mple.go.id",
        "https://[::1",
        "https://example.go.id/" + "a" * 200,
        7,
    ],
)
def test_any_other_link_is_refused(raw: object) -> None:
    assert refusal(Kind.LINK, raw) is FaultCode.LINK_BAD


def test_a_word_is_one_of_its_list_in_any_case() -> None:
    assert CHOICES[Kind.CHANNEL] == ("loket", "tautan", "daring", "keliling", "kertas")
    assert read(Kind.CHANNEL, " Keliling") == "keliling"
    assert read(Kind.INDICATOR_KIND, "Respons  Pengaduan") == "respons pengaduan"
    assert refusal(Kind.CHANNEL, "petugas") is FaultCode.CHANNEL_BAD
    assert refusal(Kind.INDICATOR_KIND, "angka") is FaultCode.INDICATOR_KIND_BAD


@given(st.decimals(min_value=-(10**11), max_value=10**11, places=4))
def test_a_number_that_went_out_comes_in_the_same(value: Decimal) -> None:
    kept = read(Kind.DECIMAL, f"{value:.4f}".replace(".", ","))
    assert read(Kind.DECIMAL, float(str(kept))) == kept


@given(st.decimals(min_value=25, max_value=100, places=2))
def test_an_ikm_that_went_out_comes_in_the_same(value: Decimal) -> None:
    kept = read(Kind.SKM, f"{value:.2f}")
    assert read(Kind.SKM, float(str(kept))) == kept == read(Kind.SKM, shown(Kind.SKM, kept))


def test_a_counter_is_of_the_channel_loket_unless_it_says_otherwise() -> None:
    sheets = {UNIT: UNITS, COUNTER: COUNTERS}
    planned = plan(read_tables(table_of(*one) for one in sheets.items()), {one: {} for one in KEPT}, TODAY)
    assert planned.changes[COUNTER][0].after["channel"] == "loket"


def test_a_mobile_service_without_place_and_first_day_is_warned_of() -> None:
    row: dict[str, object] = {**COUNTERS[0], "saluran": "keliling", "dari": "", "tempat": ""}
    assert faults(COUNTER, row) == [("dari", FaultCode.MOBILE_UNPLACED, ""), ("tempat", FaultCode.MOBILE_UNPLACED, "")]
    assert not faults(COUNTER, {**row, "dari": "2026-03-02", "tempat": "Balai Contoh"})


def test_a_counter_that_ends_before_it_begins_is_warned_of() -> None:
    row: dict[str, object] = {**COUNTERS[0], "dari": "2026-03-02", "sampai": "2026-03-01"}
    assert faults(COUNTER, row) == [("sampai", FaultCode.NEVER_IN_FORCE, "")]


def served(**cells: object) -> dict[str, object]:
    return {"unit": "U", "layanan": "S", "tanggal": "2026-03-02", "jumlah": 41, **cells}


def test_the_code_of_a_number_served_is_made_of_what_it_is_about() -> None:
    rows = [served(), served(layanan=""), served(tanggal="2026-03-01", kode="U.S.2026-03-01")]
    reading = read_tables([table_of(SERVED, rows)])
    assert not reading.faults
    assert [row.code for row in reading.rows[SERVED]] == ["U.S.2026-03-02", "U.-.2026-03-02", "U.S.2026-03-01"]


def test_another_code_is_refused_with_the_right_one() -> None:
    assert faults(SERVED, served(kode="HITUNG-1")) == [("kode", FaultCode.CODE_DERIVED, "U.S.2026-03-02")]


def test_one_number_is_given_once() -> None:
    assert faults(SERVED, served(), served(jumlah=7)) == [("kode", FaultCode.CODE_TWICE, "2")]


@pytest.mark.parametrize(
    "cells, heading, code, hint",
    [
        ({"layanan": "T"}, "layanan", FaultCode.SERVICE_ELSEWHERE, "V"),
        ({"tanggal": "2026-03-04"}, "tanggal", FaultCode.DATE_FUTURE, ""),
        ({"jumlah": ""}, "jumlah", FaultCode.VALUE_MISSING, ""),
        ({"jumlah": -1}, "jumlah", FaultCode.COUNT_BAD, ""),
        ({"unit": "X"}, "unit", FaultCode.REFERENCE_UNKNOWN, ""),
    ],
)
def test_a_number_served_is_of_a_unit_its_service_and_a_day_gone_by(
    cells: dict[str, object], heading: str, code: FaultCode, hint: str
) -> None:
    assert (heading, code, hint) in faults(SERVED, served(**cells))


def test_a_code_that_two_rows_could_share_belongs_to_the_first() -> None:
    """The code of service `S` in unit `A.B` is also that of service `B.S` in unit `A`."""
    registry: dict[str, dict[str, Fields]] = {name: {} for name in KEPT} | {
        UNIT: {code: {"name": code, "parent": None, "ends_on": None} for code in ("A", "A.B")},
        SERVICE: {
            "S": {"unit": "A.B", "name": "S", "ends_on": None},
            "B.S": {"unit": "A", "name": "B.S", "ends_on": None},
        },
        SERVED: {"A.B.S.2026-03-02": {"unit": "A.B", "service": "S", "on_date": date(2026, 3, 2), "n": 1}},
    }
    reading = read_tables([table_of(SERVED, [served(unit="A", layanan="B.S")])])
    reading.partial = True
    found = plan(reading, registry, TODAY).faults
    assert [(fault.heading, fault.code) for fault in found] == [
        ("unit", FaultCode.CODE_TAKEN),
        ("layanan", FaultCode.CODE_TAKEN),
    ]


def test_the_index_of_an_earlier_year_has_a_code_of_unit_and_year() -> None:
    reading = read_tables([table_of(PAST, [{"unit": "U", "tahun": 2025, "IKM": "84,27", "responden": 310}])])
    [row] = reading.rows[PAST]
    assert (row.code, row.values["skm"], row.values["n"]) == ("U.2025", "84.27", 310)
    assert faults(PAST, {"unit": "U", "tahun": 2027, "IKM": 80}) == [("tahun", FaultCode.DATE_FUTURE, "")]


def test_a_realisation_has_its_day() -> None:
    assert not faults(INDICATOR, INDICATOR_ROW)
    done = {**INDICATOR_ROW, "realisasi": "410,5", "per tanggal": ""}
    assert faults(INDICATOR, done) == [("per tanggal", FaultCode.VALUE_MISSING, "")]
    assert faults(INDICATOR, {**done, "per tanggal": "2026-03-04"}) == [("per tanggal", FaultCode.DATE_FUTURE, "")]
    assert not faults(INDICATOR, {**done, "per tanggal": "2026-03-03"})


def test_what_the_portal_counts_itself_is_told_by_nobody_and_fits_its_subject() -> None:
    counted = {**INDICATOR_ROW, "ukuran portal": "Jumlah dilayani"}
    assert not faults(INDICATOR, counted)
    told = {**counted, "realisasi": 3, "per tanggal": "2026-03-01"}
    assert faults(INDICATOR, told) == [("realisasi", FaultCode.REALISATION_COUNTED, "")]
    of_officer = {**INDICATOR_ROW, "ukuran portal": "umpan balik petugas"}
    assert faults(INDICATOR, of_officer) == [("ukuran portal", FaultCode.MEASURE_UNFIT, "")]
    assert refusal(Kind.MEASURE, "skm") is FaultCode.MEASURE_BAD


def after(stored: dict[str, Value], row: dict[str, object], closed_until: date | None = None) -> Plan:
    """Plan a row against the same indicator as it is stored."""
    [known] = read_tables([table_of(INDICATOR, [INDICATOR_ROW])]).rows[INDICATOR]
    registry: dict[str, dict[str, Fields]] = {one: {} for one in KEPT}
    registry |= {INDICATOR: {"I": {**known.sheet.defaults, **known.values, **stored}}}
    sheets = {UNIT: UNITS, COUNTER: COUNTERS, INDICATOR: [{**INDICATOR_ROW, **row}]}
    return plan(read_tables(table_of(*one) for one in sheets.items()), registry, TODAY, closed_until)


TOLD: dict[str, Value] = {"realisation": "7", "as_of": date(2026, 2, 2), "source": "Catatan", "link": None}


@pytest.mark.parametrize(
    "row, fields",
    [
        ({"realisasi": "", "per tanggal": ""}, set()),
        ({"realisasi": 3, "per tanggal": "2026-02-01"}, set()),
        ({"realisasi": 7, "per tanggal": "2026-02-02", "sumber": "Catatan"}, set()),
        ({"realisasi": 8, "per tanggal": "2026-02-02", "sumber": "Catatan"}, {"realisation"}),
        ({"realisasi": 7, "per tanggal": "2026-02-03", "sumber": "Catatan"}, {"as_of"}),
    ],
)
def test_a_file_tells_a_realisation_of_the_same_day_or_a_later_one_and_never_an_older_one(
    row: dict[str, object], fields: set[str]
) -> None:
    changes = after(TOLD, row).changes[INDICATOR]
    assert {name for change in changes for name in change.after} == fields


def test_an_indicator_of_a_closed_period_stays_as_it_was_signed_but_for_its_progress() -> None:
    closed = date(2026, 6, 30)
    told: dict[str, object] = {"realisasi": 9, "per tanggal": "2026-03-01"}
    assert not after(TOLD, told, closed).faults
    assert [fault.code for fault in after(TOLD, {"target": 4}, closed).faults] == [FaultCode.PERIOD_CLOSED]
    assert [fault.code for fault in after(TOLD, {"periode": "2026-S2"}, closed).faults] == [FaultCode.PERIOD_CLOSED]
    assert [fault.code for fault in after(TOLD, {"kode": "NEW"}, closed).faults] == [FaultCode.PERIOD_CLOSED]
    assert not after(TOLD, {"target": 4}, date(2025, 12, 31)).faults


def test_a_holiday_is_withdrawn_by_a_last_day_before_it() -> None:
    holiday: dict[str, object] = {"kode": "H", "tanggal": "2026-03-05", "nama": "Libur Contoh", "sampai": "2026-03-04"}
    reading = read_tables([table_of(HOLIDAY, [holiday])])
    assert reading.rows[HOLIDAY][0].values["ends_on"] == date(2026, 3, 4)


def test_a_file_of_one_sheet_need_not_hold_the_others() -> None:
    reading = read_tables([table_of(UNIT, UNITS)])
    reading.partial = True
    assert not plan(reading, {one: {} for one in KEPT}, TODAY).faults
