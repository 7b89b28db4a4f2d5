"""Periods: codes, bounds and neighbours."""

from __future__ import annotations

import itertools
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.errors import NotFound
from portal.domain.period import MONTHS, Period, month_of, periods_between

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
