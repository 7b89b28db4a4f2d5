"""Thresholds on the printed figure."""

from dataclasses import replace

import pytest

from portal.domain.threshold import Thresholds

CUTS = ("unit", "service", "counter", "officer")
T = Thresholds()


@pytest.mark.parametrize("cut,fewest", [("unit", 5), ("service", 10), ("counter", 10), ("officer", 10)])
@pytest.mark.parametrize("officers", [3, 7, None])
def test_a_figure_is_shown_from_the_threshold_of_its_cut(cut: str, fewest: int, officers: int | None) -> None:
    assert T.may_show(cut, fewest, officers)
    assert not T.may_show(cut, fewest - 1, officers)


@pytest.mark.parametrize("cut", CUTS)
@pytest.mark.parametrize("officers", [0, 1, 2])
def test_a_cut_with_fewer_than_three_officers_takes_the_thresholds_of_an_officer(cut: str, officers: int) -> None:
    assert T.is_single_officer(cut, officers)
    assert next(n for n in range(40) if T.may_show(cut, n, officers)) == 10
    assert next(n for n in range(40) if T.may_show_distribution(cut, n, officers)) == 20
    assert next(n for n in range(40) if T.may_feed(cut, n, officers)) == 30


@pytest.mark.parametrize("cut", CUTS)
@pytest.mark.parametrize("officers", [0, 1, 2])
def test_a_cut_with_fewer_than_three_officers_is_never_public(cut: str, officers: int) -> None:
    assert not T.may_publish(cut, 100_000, officers)


@pytest.mark.parametrize("officers", [1, 3, 50, None])
def test_an_officer_is_never_public(officers: int | None) -> None:
    assert T.is_single_officer("officer", officers)
    assert not T.may_publish("officer", 100_000, officers)


@pytest.mark.parametrize("cut", ["unit", "service", "counter"])
def test_where_no_officers_are_loaded_every_cut_but_the_officer_is_exempt(cut: str) -> None:
    assert not T.is_single_officer(cut, None)
    assert T.may_publish(cut, 30, None)


@pytest.mark.parametrize("cut", ["unit", "service", "counter"])
def test_with_three_officers_a_figure_is_public_from_thirty(cut: str) -> None:
    assert T.may_publish(cut, 30, 3)
    assert not T.may_publish(cut, 29, 3)


@pytest.mark.parametrize("cut", ["unit", "service", "counter"])
@pytest.mark.parametrize("officers", [3, None])
def test_with_three_officers_a_distribution_is_shown_wherever_the_figure_is(cut: str, officers: int | None) -> None:
    assert all(T.may_show_distribution(cut, n, officers) == T.may_show(cut, n, officers) for n in range(40))


def test_an_officer_is_seen_from_ten_with_a_distribution_from_twenty_and_fed_from_thirty() -> None:
    shown = [(n, T.may_show("officer", n, 1), T.may_show_distribution("officer", n, 1)) for n in (9, 10, 19, 20)]
    assert shown == [(9, False, False), (10, True, False), (19, True, False), (20, True, True)]
    assert [T.may_feed("officer", n, 1) for n in (29, 30)] == [False, True]


@pytest.mark.parametrize("cut,fewest", [("unit", 5), ("service", 10), ("counter", 10), ("officer", 30)])
def test_the_feed_has_the_threshold_of_the_cut_and_thirty_for_an_officer(cut: str, fewest: int) -> None:
    assert T.may_feed(cut, fewest, None)
    assert not T.may_feed(cut, fewest - 1, None)


def test_a_single_officer_never_lowers_the_threshold_of_a_cut() -> None:
    strict = replace(T, counter=40)
    assert not strict.may_show("counter", 39, 1)
    assert not strict.may_show_distribution("counter", 39, 1)
    assert not strict.may_feed("counter", 39, 1)


def test_an_unknown_cut_is_refused() -> None:
    with pytest.raises(ValueError, match="district"):
        T.may_show("district", 100, None)
