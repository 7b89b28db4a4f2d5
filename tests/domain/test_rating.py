"""What one response adds to the tallies, to which cells it contributes, and what changing it does."""

from __future__ import annotations

import tomllib
from datetime import date, datetime, time
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.instrument import Instrument
from portal.domain.rating import (
    CellKey,
    Difference,
    Place,
    Standing,
    TallyKey,
    day_part,
    difference,
    service_subject,
    tallies_of,
    values_of,
)
from portal.domain.tally import Tally

FILES: Final = sorted((Path(__file__).parents[2] / "config/instruments").glob("*.toml"))
INSTRUMENTS: Final = {
    instrument.id: instrument
    for instrument in (Instrument.from_mapping(tomllib.loads(file.read_text("utf-8"))) for file in FILES)
}
QUICK, HELP, SURVEY = "quick@1", "petugas@1", "skm-14-2017@1"
ELEMENTS: Final = [element.code for element in INSTRUMENTS[SURVEY].elements]
MARCH: Final = date(2026, 3, 1)
PLACE: Final = Place((1, 2), 7, "loket", "open", "pagi", date(2026, 3, 3))
FULL: Final = dict.fromkeys(ELEMENTS, 3)


def cells(standing: Standing) -> dict[tuple[str, str, str], int]:
    """Return the contributions by cut, subject and measure."""
    return {(key.cut, key.subject, key.measure): n for key, n in values_of(PLACE, standing, INSTRUMENTS).items()}


@pytest.mark.parametrize(
    "clock, part",
    [
        ("00:00:00", "pagi"),
        ("11:59:59", "pagi"),
        ("12:00:00", "siang"),
        ("14:59:59", "siang"),
        ("15:00:00", "sore"),
        ("23:59:59", "sore"),
    ],
)
def test_the_day_is_parted_at_noon_and_at_three(clock: str, part: str) -> None:
    assert day_part(datetime.combine(MARCH, time.fromisoformat(clock))) == part


def test_a_quick_rating_reaches_its_unit_and_those_above_its_service_and_its_counter() -> None:
    standing = Standing("5", "9", answers={QUICK: {"LAYANAN": 4}})
    measure = "quick@1:LAYANAN"
    assert cells(standing) == {
        ("unit", "1", measure): 4,
        ("unit", "2", measure): 4,
        ("service", "5", measure): 4,
        ("counter", "7", measure): 4,
    }


def test_the_officers_help_reaches_the_officer_and_nothing_else() -> None:
    assert cells(Standing("5", "9", answers={HELP: {"PETUGAS": 1}})) == {("officer", "9", "petugas@1:PETUGAS"): 1}
    assert cells(Standing("5", "-", answers={HELP: {"PETUGAS": 1}})) == {}


def test_a_survey_never_reaches_a_counter_and_counts_as_a_whole_only_when_complete() -> None:
    part, whole = ({SURVEY: given} for given in ({"WAKTU": 2}, FULL))
    assert {cut for cut, _, _ in cells(Standing(answers=whole))} == {"unit", "service"}
    assert cells(Standing(answers=part)) == {
        (cut, subject, f"{SURVEY}:WAKTU"): 2 for cut, subject in (("unit", "1"), ("unit", "2"), ("service", "2:-"))
    }
    assert cells(Standing(answers=whole))["unit", "2", f"{SURVEY}:SKM"] == 27


def test_of_a_survey_only_what_is_about_people_reaches_the_officer() -> None:
    found = cells(Standing("5", "9", answers={SURVEY: {**FULL, "PERILAKU": 4}}))
    assert {(measure, n) for (cut, _, measure), n in found.items() if cut == "officer"} == {
        (f"{SURVEY}:KOMPETENSI", 3),
        (f"{SURVEY}:PERILAKU", 4),
        (f"{SURVEY}:SKM_OFFICER", 7),
    }
    assert {cut for cut, _, measure in found if measure == f"{SURVEY}:SKM_OFFICER"} == {"officer"}
    nobody = cells(Standing("5", "-", answers={SURVEY: FULL}))
    assert not [key for key in nobody if key[0] == "officer" or key[2].endswith("_OFFICER")]


def test_topics_and_profile_reach_nothing() -> None:
    standing = Standing("5", "9", answers={"topik@1": {}, "profil@1": {}})
    assert cells(standing) == {}
    assert tallies_of(PLACE, standing, INSTRUMENTS) == {}


@pytest.mark.parametrize("state", ["held:Q3", "excluded:Q9"])
def test_what_does_not_count_stays_in_the_tallies_under_its_state_and_reaches_no_cell(state: str) -> None:
    standing = Standing(state=state, answers={QUICK: {"LAYANAN": 4}})
    assert cells(standing) == {}
    [(key, tally)] = tallies_of(PLACE, standing, INSTRUMENTS).items()
    assert (key.state, tally) == (state, Tally.of_answer(4))


def test_the_tallies_of_a_response_carry_its_full_key() -> None:
    late = Place((1, 2), 7, "petugas", "open", "sore", date(2026, 3, 3), late=True)
    standing = Standing("lainnya", "9", answers={QUICK: {"LAYANAN": 2}, SURVEY: {"WAKTU": 3}})
    key = TallyKey(
        counts_on=date(2026, 3, 3),
        late=True,
        day_part="sore",
        unit_id=2,
        counter_id=7,
        service="lainnya",
        officer="9",
        channel="petugas",
        evidence="open",
        measure="quick@1:LAYANAN",
        state="counted",
    )
    assert tallies_of(late, standing, INSTRUMENTS) == {
        key: Tally(0, 1, 0, 0, 1, 2, 4),
        key._replace(measure=f"{SURVEY}:WAKTU"): Tally(0, 0, 1, 0, 1, 3, 9),
    }


def test_a_complete_ballot_adds_its_elements_and_its_whole() -> None:
    found = tallies_of(PLACE, Standing(answers={SURVEY: FULL}), INSTRUMENTS)
    assert len(found) == 11
    assert {key.measure: tally for key, tally in found.items()}[f"{SURVEY}:SKM_OFFICER"] == Tally(
        n=1, total=6, squares=36
    )
    assert {key.measure: tally for key, tally in found.items()}[f"{SURVEY}:SKM"] == Tally(n=1, total=27, squares=729)


def test_services_outside_the_registry_are_kept_apart_by_unit() -> None:
    assert [service_subject(2, service) for service in ("5", "-", "lainnya")] == ["5", "2:-", "2:lainnya"]


def test_a_new_response_adds_and_takes_nothing() -> None:
    standing = Standing("5", answers={QUICK: {"LAYANAN": 4}})
    change = difference(PLACE, None, standing, INSTRUMENTS)
    assert change.tallies == tallies_of(PLACE, standing, INSTRUMENTS)
    assert set(change.pending.values()) == {(0, 4)}


def test_a_changed_face_moves_one_row_and_every_cell() -> None:
    before, after = (Standing("5", answers={QUICK: {"LAYANAN": value}}) for value in (4, 1))
    change = difference(PLACE, before, after, INSTRUMENTS)
    assert list(change.tallies.values()) == [Tally(1, 0, 0, -1, 0, -3, -15)]
    assert set(change.pending.values()) == {(4, 1)}
    assert len(change.pending) == 4


def test_a_service_named_later_moves_the_service_cells_only() -> None:
    before, after = (Standing(service, answers={QUICK: {"LAYANAN": 4}}) for service in ("-", "5"))
    change = difference(PLACE, before, after, INSTRUMENTS)
    measure = "quick@1:LAYANAN"
    assert change.pending == {
        CellKey("service", "2:-", MARCH, measure): (4, 0),
        CellKey("service", "5", MARCH, measure): (0, 4),
    }
    assert sorted(change.tallies.values(), key=lambda tally: tally.n) == [-Tally.of_answer(4), Tally.of_answer(4)]


ANSWERS = st.dictionaries(st.sampled_from(ELEMENTS), st.integers(1, 4), min_size=1)
STANDINGS = st.builds(
    Standing,
    service=st.sampled_from(["-", "lainnya", "5", "6"]),
    officer=st.sampled_from(["-", "9"]),
    state=st.sampled_from(["counted", "counted", "held:Q3"]),
    answers=st.fixed_dictionaries(
        {},
        optional={
            QUICK: st.fixed_dictionaries({"LAYANAN": st.integers(1, 4)}),
            HELP: st.fixed_dictionaries({"PETUGAS": st.integers(1, 4)}),
            SURVEY: ANSWERS,
        },
    ),
)


@given(STANDINGS)
def test_no_change_makes_no_difference(standing: Standing) -> None:
    assert difference(PLACE, standing, standing, INSTRUMENTS) == Difference({}, {})


@given(st.lists(STANDINGS, min_size=1, max_size=6))
def test_the_differences_of_a_life_add_up_to_where_it_ends(life: list[Standing]) -> None:
    sums: dict[TallyKey, Tally] = {}
    values: dict[CellKey, int] = {}
    before = None
    for standing in life:
        change = difference(PLACE, before, standing, INSTRUMENTS)
        assert list(change.tallies) == sorted(change.tallies)
        assert list(change.pending) == sorted(change.pending)
        for key, tally in change.tallies.items():
            sums[key] = sums.get(key, Tally()) + tally
        for cell, (old, new) in change.pending.items():
            assert values.get(cell, 0) == old != new
            values[cell] = new
        before = standing
    assert {key: tally for key, tally in sums.items() if tally} == tallies_of(PLACE, life[-1], INSTRUMENTS)
    assert {cell: value for cell, value in values.items() if value} == values_of(PLACE, life[-1], INSTRUMENTS)
