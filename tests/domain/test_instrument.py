from __future__ import annotations

import copy
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.errors import Invalid
from portal.domain.instrument import Instrument, split_key, tally_of
from portal.domain.tally import Tally
from tests.domain.golden_skm import ELEMENTS, QUESTIONNAIRE

INSTRUMENTS = Path(__file__).parents[2] / "config" / "instruments"
SATISFACTION = ("Tidak puas", "Kurang puas", "Puas", "Sangat puas")
COMPLETE = dict.fromkeys(ELEMENTS, 3)


def content_of(code: str) -> dict[str, Any]:
    return tomllib.loads((INSTRUMENTS / f"{code}.toml").read_text("utf-8"))


QUICK, PETUGAS, SKM = (Instrument.from_mapping(content_of(code)) for code in ("quick", "petugas", "skm-14-2017"))
TOPICS, PROFILE = (Instrument.from_mapping(content_of(code)) for code in ("topik", "profil"))


# ------------------------------------------------------------------ the files


@pytest.mark.parametrize("path", sorted(INSTRUMENTS.glob("*.toml")), ids=lambda path: path.stem)
def test_every_instrument_file_is_valid_and_named_after_its_code(path: Path) -> None:
    assert Instrument.from_mapping(tomllib.loads(path.read_text("utf-8"))).code == path.stem


def test_the_nine_elements_are_asked_in_the_words_of_the_regulation() -> None:
    asked = [(element.code, element.question["id"], " / ".join(element.labels["id"])) for element in SKM.elements]
    assert asked == list(QUESTIONNAIRE)


def test_the_questionnaire_asks_facilities_eighth_and_complaints_ninth() -> None:
    assert [element.number for element in SKM.elements] == list(range(1, 10))
    assert [element.code for element in SKM.elements[-2:]] == ["SARPRAS", "PENGADUAN"]
    assert {element.code for element in SKM.elements} == set(ELEMENTS)


def test_labels_that_are_no_degrees_of_contentment_have_no_faces() -> None:
    assert [element.code for element in SKM.elements if not element.faces] == ["BIAYA", "PENGADUAN"]


@pytest.mark.parametrize("instrument", [QUICK, PETUGAS], ids=lambda instrument: instrument.code)
def test_the_single_questions_share_the_four_labels_of_satisfaction(instrument: Instrument) -> None:
    (element,) = instrument.elements
    assert element.labels["id"] == SATISFACTION
    assert element.faces


# ------------------------------------------------------------------ keys


def test_keys_name_the_instrument_its_version_and_the_element() -> None:
    assert QUICK.id == "quick@1"
    assert QUICK.element_keys == ("quick@1:LAYANAN",)
    assert SKM.measure_key("WAKTU") == "skm-14-2017@1:WAKTU"
    assert SKM.element_keys[3] == "skm-14-2017@1:BIAYA"
    assert split_key("skm-14-2017@1:WAKTU") == ("skm-14-2017@1", "WAKTU")


def test_only_an_instrument_of_several_elements_has_a_composite() -> None:
    assert SKM.composite_key == "skm-14-2017@1:SKM"
    assert QUICK.composite_key is None
    assert PETUGAS.composite_key is None


def test_an_element_the_instrument_does_not_have_has_no_key() -> None:
    with pytest.raises(ValueError, match="quick@1 has no element WAKTU"):
        QUICK.measure_key("WAKTU")


@pytest.mark.parametrize(
    "key", ["", "quick@1", "quick:LAYANAN", "quick@1:", "@1:LAYANAN", "quick@x:LAYANAN", "a@1:B:C"]
)
def test_a_malformed_measure_key_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match="not a measure key"):
        split_key(key)


# ------------------------------------------------------------------ answers


@pytest.mark.parametrize(
    "answers",
    [
        {"WAKTU": 3},
        {"LAYANAN": 0},
        {"LAYANAN": 5},
        {"LAYANAN": -1},
        {"LAYANAN": True},
        {"LAYANAN": 3.0},
        {"LAYANAN": "3"},
        {"LAYANAN": None},
        {"LAYANAN": 3, "WAKTU": 3},
    ],
)
def test_an_answer_that_was_not_offered_is_refused(answers: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        QUICK.check(answers)


def test_a_refusal_does_not_repeat_what_was_sent() -> None:
    with pytest.raises(Invalid) as refused:
        QUICK.check({"0812 0000 0000": 3})
    assert "0812" not in refused.value.detail


def test_checked_answers_are_in_the_order_asked() -> None:
    assert list(SKM.check({"PENGADUAN": 1, "WAKTU": 2, "PERSYARATAN": 3})) == ["PERSYARATAN", "WAKTU", "PENGADUAN"]


def test_a_complete_ballot_adds_its_total_to_the_composites() -> None:
    values = SKM.contributions(COMPLETE)
    assert values.pop("skm-14-2017@1:SKM") == 27
    assert values.pop("skm-14-2017@1:SKM_OFFICER") == 6
    assert values == dict.fromkeys(SKM.element_keys, 3)


def test_an_incomplete_ballot_counts_for_its_elements_only() -> None:
    answers = {code: value for code, value in COMPLETE.items() if code != "BIAYA"}
    counted = {*SKM.element_keys, "skm-14-2017@1:SKM_OFFICER"} - {"skm-14-2017@1:BIAYA"}
    assert set(SKM.contributions(answers)) == counted


@pytest.mark.parametrize("missing", ["KOMPETENSI", "PERILAKU"])
def test_the_whole_about_the_officer_needs_both_of_its_elements(missing: str) -> None:
    answers = {code: value for code, value in COMPLETE.items() if code != missing}
    assert "skm-14-2017@1:SKM_OFFICER" not in SKM.contributions(answers)


def test_only_what_is_about_people_reaches_an_officer_and_the_help_reaches_nobody_else() -> None:
    assert QUICK.cuts_of("LAYANAN") == ("unit", "service", "counter")
    assert PETUGAS.cuts_of("PETUGAS") == ("officer",)
    assert SKM.cuts_of("SKM_OFFICER") == ("officer",)
    assert SKM.cuts_of("SKM") == ("unit", "service")
    shared = {element.code for element in SKM.elements if "officer" in SKM.cuts_of(element.code)}
    assert shared == {"KOMPETENSI", "PERILAKU"}
    assert all(SKM.cuts_of(element.code)[:2] == ("unit", "service") for element in SKM.elements)


def test_a_tap_has_one_contribution() -> None:
    assert QUICK.contributions({"LAYANAN": 4}) == {"quick@1:LAYANAN": 4}


def test_an_empty_ballot_contributes_nothing() -> None:
    assert SKM.contributions({}) == {}


def test_a_contribution_becomes_the_tally_of_its_kind() -> None:
    assert tally_of("quick@1:LAYANAN", 3) == Tally.of_answer(3)
    assert tally_of("skm-14-2017@1:SKM", 27) == Tally.of_ballot(27)
    with pytest.raises(ValueError, match="27"):
        tally_of("skm-14-2017@1:WAKTU", 27)


@given(st.dictionaries(st.sampled_from(ELEMENTS), st.integers(1, 4)))
def test_each_answer_is_counted_once_and_the_total_only_of_whole_ballots(answers: dict[str, int]) -> None:
    values = SKM.contributions(answers)
    total = values.pop("skm-14-2017@1:SKM", None)
    of_officer = values.pop("skm-14-2017@1:SKM_OFFICER", None)
    assert of_officer == (
        answers["KOMPETENSI"] + answers["PERILAKU"] if answers.keys() >= {"KOMPETENSI", "PERILAKU"} else None
    )
    assert {split_key(key)[1]: value for key, value in values.items()} == answers
    assert total == (sum(answers.values()) if len(answers) == len(ELEMENTS) else None)


# ------------------------------------------------------------------ what is only counted


def test_six_neutral_topics_are_the_same_for_every_face() -> None:
    (item,) = TOPICS.items
    assert item.several
    assert [words["id"] for words in item.options.values()] == [
        "Kecepatan",
        "Keramahan",
        "Kejelasan penjelasan",
        "Persyaratan",
        "Biaya",
        "Ruang dan fasilitas",
    ]


def test_the_profile_asks_what_the_regulation_asks() -> None:
    assert [(item.code, item.several) for item in PROFILE.items] == [
        ("JENIS_KELAMIN", False),
        ("USIA", False),
        ("PENDIDIKAN", False),
        ("PEKERJAAN", False),
    ]
    assert list(PROFILE.items[2].options) == "SD SMP SMA S1 S2 S3".split()
    assert list(PROFILE.items[3].options) == "PNS TNI POLRI SWASTA WIRAUSAHA LAINNYA".split()


@pytest.mark.parametrize("instrument", [TOPICS, PROFILE], ids=lambda instrument: instrument.code)
def test_what_is_only_counted_gives_no_figure(instrument: Instrument) -> None:
    assert (instrument.measure, instrument.element_keys, instrument.composite_key) == ("choices", (), None)
    assert instrument.contributions({}) == {}
    with pytest.raises(Invalid):
        instrument.check({instrument.items[0].code: 1})


def test_choices_are_kept_once_and_in_the_order_offered() -> None:
    assert TOPICS.check_choices({"TOPIK": ["BIAYA", "KECEPATAN", "BIAYA"]}) == {"TOPIK": ("KECEPATAN", "BIAYA")}
    assert PROFILE.check_choices({"USIA": ["USIA_60"], "JENIS_KELAMIN": []}) == {"USIA": ("USIA_60",)}


@pytest.mark.parametrize("chosen", [{"TOPIK": ["HARGA"]}, {"USIA": ["USIA_60"]}, {"TOPIK": ["BIAYA", "L"]}])
def test_a_choice_that_was_not_offered_is_refused(chosen: dict[str, list[str]]) -> None:
    with pytest.raises(Invalid):
        TOPICS.check_choices(chosen)


# ------------------------------------------------------------------ faulty files

MISSING = object()


@pytest.mark.parametrize(
    "place, value, complaint",
    [
        (("code",), "Quick", "instrument: code 'Quick'"),
        (("code",), "quick@1", "instrument: code 'quick@1'"),
        (("version",), 0, "quick: version"),
        (("version",), True, "quick: version"),
        (("version",), MISSING, "instrument is missing: version"),
        (("measure",), "fair", "quick: measure must be one of layanan, petugas, skm, choices"),
        (("title",), "Cepat", "instrument does not know: title"),
        (("elements",), [], "quick: elements must be a list"),
        (("elements",), "LAYANAN", "quick: elements must be a list"),
        (("elements",), ["LAYANAN"], "quick: elements must be a table"),
        (("elements", 0, "code"), "layanan", "quick: element code 'layanan'"),
        (("elements", 0, "code"), "SKM", "quick: SKM names the whole ballot"),
        (("elements", 0, "code"), "SKM_UNIT", "quick: SKM_UNIT names the whole ballot"),
        (("elements",), MISSING, "quick: measure layanan asks elements, not items"),
        (("items",), [{}], "quick: measure layanan asks elements, not items"),
        (("measure",), "choices", "quick: measure choices asks items, not elements"),
        (("elements", 0, "code"), MISSING, "quick: element is missing: code"),
        (("elements", 0, "icon"), "x", "quick: element does not know: icon"),
        (("elements", 0, "number"), "1", "quick: LAYANAN: number"),
        (("elements", 0, "faces"), 1, "quick: LAYANAN: faces must be true or false"),
        (("elements", 0, "name"), "Pelayanan", "quick: LAYANAN: name must be a table"),
        (("elements", 0, "name", "en"), MISSING, "quick: LAYANAN: name is missing language en"),
        (("elements", 0, "question", "id"), MISSING, "quick: LAYANAN: question is missing language id"),
        (("elements", 0, "question", "id"), " ", "quick: LAYANAN: question.id must be text"),
        (("elements", 0, "labels", "en"), MISSING, "quick: LAYANAN: labels is missing language en"),
        (("elements", 0, "labels", "en"), ["a", "b", "c"], "quick: LAYANAN: labels.en must be 4 labels"),
        (("elements", 0, "labels", "en"), ["a", "b", "c", ""], "quick: LAYANAN: labels.en must be text"),
        (("elements", 0, "labels", "en"), ["a", "b", "c", "a"], "quick: LAYANAN: labels.en is repeated: a"),
    ],
)
def test_a_faulty_file_is_refused_by_naming_the_fault(place: tuple[Any, ...], value: object, complaint: str) -> None:
    content = copy.deepcopy(content_of("quick"))
    *path, last = place
    at: Any = content
    for step in path:
        at = at[step]
    if value is MISSING:
        del at[last]
    else:
        at[last] = value
    with pytest.raises(ValueError, match=complaint):
        Instrument.from_mapping(content)


@pytest.mark.parametrize(
    "changes, complaint",
    [({}, "element code is repeated: WAKTU"), ({"code": "CEPAT"}, "number is repeated: 3")],
)
def test_a_repeated_element_is_refused(changes: dict[str, str], complaint: str) -> None:
    content = content_of("skm-14-2017")
    content["elements"].append(content["elements"][2] | changes)
    with pytest.raises(ValueError, match=complaint):
        Instrument.from_mapping(content)


def test_a_measure_of_one_answer_has_one_element() -> None:
    content = content_of("skm-14-2017") | {"measure": "layanan"}
    with pytest.raises(ValueError, match="so one element"):
        Instrument.from_mapping(content)


def test_further_languages_are_welcome() -> None:
    content = content_of("quick")
    content["elements"][0]["name"]["jv"] = "Layanan"
    assert Instrument.from_mapping(content).elements[0].name["jv"] == "Layanan"


@pytest.mark.parametrize(
    "changes, complaint",
    [
        ({"code": "WAKTU"}, "skm-14-2017: WAKTU must begin with SKM_"),
        ({"code": "SKM"}, "skm-14-2017: SKM must begin with SKM_"),
        ({"cut": "city"}, "SKM_OFFICER: cut must be one of unit, service, counter, officer"),
        ({"elements": ["HARGA"]}, "SKM_OFFICER: no such element: HARGA"),
        ({"elements": ["WAKTU", "WAKTU"]}, "SKM_OFFICER: elements is repeated: WAKTU"),
        ({"weight": 2}, "composite does not know: weight"),
    ],
)
def test_a_faulty_composite_is_refused(changes: dict[str, Any], complaint: str) -> None:
    content = content_of("skm-14-2017")
    content["composites"][0] |= changes
    with pytest.raises(ValueError, match=complaint):
        Instrument.from_mapping(content)


@pytest.mark.parametrize(
    "changes, complaint",
    [
        ({"several": 1}, "topik: TOPIK: several must be true or false"),
        ({"code": "topik"}, "topik: item code 'topik'"),
        ({"options": []}, "topik: TOPIK: options must be a list"),
        ({"options": [{"code": "A", "id": "A"}]}, "topik: TOPIK: A is missing language en"),
        ({"options": [{"id": "A", "en": "A"}]}, "topik: TOPIK: option code must be text"),
        ({"options": [{"code": "A", "id": "A", "en": "A"}] * 2}, "topik: TOPIK: option code is repeated: A"),
        ({"faces": True}, "topik: item does not know: faces"),
    ],
)
def test_a_faulty_item_is_refused(changes: dict[str, Any], complaint: str) -> None:
    content = content_of("topik")
    content["items"][0] |= changes
    with pytest.raises(ValueError, match=complaint):
        Instrument.from_mapping(content)


def test_an_item_asked_twice_is_refused() -> None:
    content = content_of("topik")
    content["items"] *= 2
    with pytest.raises(ValueError, match="topik: item code is repeated: TOPIK"):
        Instrument.from_mapping(content)
