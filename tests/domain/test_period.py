"""Periods: codes, bounds and neighbours."""

from __future__ import annotations

import itertools
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.errors import NotFound
from portal.domain.period import (
    MONTHS,
    Period,
    bases_of,
    month_of,
    parse_union,
    periods_between,
    twelve_months_to,
)

DAYS = st.dates(date(2000, 1, 1), date(2999, 12, 31))
KINDS = st.sampled_from(sorted(MONTHS))


@pytest.mark.parametrize(
    "code, kind, first, last",
    [
        ("2026-02", "month", date(2026, 2, 1), date(2026, 2, 28)),
        ("2028-02", "month", date(2028, 2, 1), date(2028, 2, 29)),
        ("2026-12", "month", date(2026, 12, 1), date(2026, 12, 31)),
        ("2026-Q1", "quarter", date(2026, 1, 1), date(2026, 3, 31)),
        ("2026-Q4", "quarter", date(2026, 10, 1), date(2026, 12, 31)),
        ("2026-S1", "semester", date(2026, 1, 1), date(2026, 6, 30)),
        ("2026-S2", "semester", date(2026, 7, 1), date(2026, 12, 31)),
        ("2026", "year", date(2026, 1, 1), date(2026, 12, 31)),
    ],
)
def test_a_code_names_a_span_of_whole_months(code: str, kind: str, first: date, last: date) -> None:
    period = Period.parse(code)
    assert (period.kind, period.starts_on, period.ends_on, period.period_code) == (kind, first, last, code)


WRONG = (
    "26 2026- 2026-0 2026-1 2026-00 2026-13 2026-Q0 2026-Q5 2026-S3 2026-S0 2026-X1 2026-Q01 1999-01 2026-03-01 2026-s1"
)


@pytest.mark.parametrize("text", [*WRONG.split(), "", " 2026", "2026\n", "\uff12026", "202\u0666"])
def test_other_texts_name_no_period(text: str) -> None:
    with pytest.raises(NotFound):
        Period.parse(text)


@given(KINDS, DAYS)
def test_the_period_of_a_day_contains_it_and_can_be_named(kind: str, day: date) -> None:
    period = Period.containing(kind, day)
    assert period.starts_on <= day <= period.ends_on
    assert Period.parse(period.period_code) == period
    assert month_of(day) in period.months
    assert len(period.months) == MONTHS[kind]


@given(KINDS, st.dates(date(2001, 1, 1), date(2998, 12, 31)))
def test_periods_of_a_kind_meet_without_a_gap(kind: str, day: date) -> None:
    period = Period.containing(kind, day)
    assert period.following.starts_on == period.ends_on + timedelta(days=1)
    assert period.following.preceding == period == period.preceding.following


@given(KINDS, st.dates(date(2001, 1, 1), date(2990, 12, 31)), st.integers(0, 1500))
def test_the_periods_between_two_days_cover_every_day_once(kind: str, first: date, days: int) -> None:
    last = first + timedelta(days=days)
    periods = periods_between(kind, first, last)
    assert periods[0] == Period.containing(kind, first)
    assert periods[-1] == Period.containing(kind, last)
    assert all(one.following == other for one, other in itertools.pairwise(periods))


def test_the_month_of_a_day_is_its_first_day() -> None:
    assert month_of(date(2026, 3, 31)) == date(2026, 3, 1)


@pytest.mark.parametrize(
    "last, code, first, end",
    [
        ("2026-S1", "12-2026-S1", date(2025, 7, 1), date(2026, 6, 30)),
        ("2026-Q3", "12-2026-Q3", date(2025, 10, 1), date(2026, 9, 30)),
        ("2026-02", "12-2026-02", date(2025, 3, 1), date(2026, 2, 28)),
        ("2026-S2", "2026", date(2026, 1, 1), date(2026, 12, 31)),
        ("2026-12", "2026", date(2026, 1, 1), date(2026, 12, 31)),
    ],
)
def test_twelve_months_end_with_a_base_period_and_are_a_year_where_they_are_one(
    last: str, code: str, first: date, end: date
) -> None:
    union = twelve_months_to(Period.parse(last))
    assert (union.period_code, union.starts_on, union.ends_on, len(union.months)) == (code, first, end, 12)
    assert parse_union(code) == union


@pytest.mark.parametrize("text", ["12-2026-S2", "12-2026", "12-2026-Q4", "12-2026-12", "12-", "6-2026-S1", "12-besok"])
def test_no_other_twelve_months_have_a_code(text: str) -> None:
    with pytest.raises(NotFound):
        parse_union(text)


def test_a_union_is_made_up_of_the_closed_periods_that_fill_it_exactly() -> None:
    halves = [Period.parse(code) for code in ("2025-S1", "2025-S2", "2026-S1")]
    assert bases_of(parse_union("12-2026-S1"), halves) == tuple(halves[1:])
    assert bases_of(parse_union("2025"), halves) == tuple(halves[:2])
    assert bases_of(parse_union("2026"), halves) is None
    assert bases_of(parse_union("12-2025-S1"), halves) is None


def test_a_union_may_hold_base_periods_of_two_kinds() -> None:
    mixed = [Period.parse(code) for code in ("2025-S2", "2026-Q1", "2026-Q2", "2026-Q3")]
    assert bases_of(parse_union("12-2026-Q2"), mixed) == tuple(mixed[:3])
    assert bases_of(parse_union("12-2026-Q3"), mixed) is None  # a half-year is not taken apart


def test_twelve_months_follow_each_other_by_base_periods_through_calendar_years() -> None:
    window = parse_union("12-2026-S1")
    assert (window.preceding.period_code, window.following.period_code) == ("2025", "2026")
    assert parse_union("12-2026-Q2").following.period_code == "12-2026-Q3"
