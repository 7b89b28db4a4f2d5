"""The sentences: complete in both languages, all of them used, worded as agreed."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path
from typing import Final

import pytest
from jinja2 import Environment, nodes

from portal import app as composition
from portal.storage import rehearsals
from portal.web.errors import HTTP_CODES, STATUS
from portal.web.texts import Language, Texts

ROOT: Final = Path(__file__).parents[2]
LANGUAGES: Final = ("id", "en")
TEXTS: Final = composition.read_texts()

ENGLISH: Final = frozenset(
    "a about again and answer are as at be been by can cannot choose code come counter do enter error first for from "
    "go has have here how if in is it its just last more name new no not of office officer on one open or our out "
    "page password please rate rating see send service show sign so than that the their then there this to try type "
    "under unit until use was we what when which who will with you your".split()
) - {"a", "do", "go", "in", "no", "unit", "error", "code"}  # Indonesian writes these, too, or quotes them
UNWANTED: Final = r"diharapkan|ekspektasi|suara\b(?! Loket)|\bkamu\b"

# Design: what the citizen reads, word for word.
AGREED: Final = (
    "Seberapa puas Anda dengan pelayanan yang baru saja Anda terima?",
    *("Tidak puas", "Kurang puas", "Puas", "Sangat puas"),
    "Sentuh satu pilihan. Penilaian langsung tersimpan.",
    "Anda tidak perlu menyebutkan nama. Petugas tidak diberi tahu siapa yang menilai.",
    "Seberapa puas Anda dengan sikap dan bantuan petugas?",
    *("Layanan apa yang Anda urus?", "Lainnya"),
    "Terima kasih. Penilaian Anda sudah tersimpan.",
    "Anda boleh berhenti di sini, atau menjawab beberapa pertanyaan lagi.",
    "Foto atau catat kode ini bila nanti Anda ingin melihat statusnya. Kode yang hilang tidak dapat kami carikan.",
    *("Ubah penilaian (sampai {clock})", "Isi survei lengkap (9 pertanyaan, ± 2 menit)", "Selesai"),
    *("Status masukan Anda: Diterima", "Status masukan Anda: Sudah dijawab"),
    "Apa yang memengaruhi penilaian Anda?",
    *("Kecepatan", "Keramahan", "Kejelasan penjelasan", "Persyaratan", "Biaya", "Ruang dan fasilitas"),
    *("Masukan Anda (boleh dikosongkan)", "Mohon tidak menuliskan nama, NIK, atau nomor telepon Anda."),
    "Saya ingin masukan ini dijawab. Pimpinan unit akan membacanya tersendiri.",
    "Foto atau catat kode ini untuk melihat jawaban kami. Kode yang hilang tidak dapat kami carikan.",
    "Kirim masukan",
    "Kode tidak ditemukan.",
    "Mohon periksa kembali huruf dan angkanya.",
    "Bukan loket ini? Pilih loket lain.",
    "Loket ini sudah pindah.",
    "Silakan pilih loket yang melayani Anda.",
    "Sedang ramai.",
    "Silakan tekan Kirim lagi; penilaian tidak akan terhitung dua kali.",
    "Alamat resmi: {host}. Halaman ini tidak pernah meminta NIK, kata sandi, kode OTP, atau uang.",
)


def _sentences(language: str) -> Mapping[str, str]:
    return TEXTS.languages[language].sentences


def _written() -> Iterator[str]:
    """Every text in quotes of templates and modules: keys, and the beginnings that keys are put together from."""
    environment = Environment(autoescape=True)
    for file in sorted((ROOT / "templates").rglob("*.html")):
        tree = environment.parse(file.read_text("utf-8"))
        yield from (node.value for node in tree.find_all(nodes.Const) if isinstance(node.value, str))
    for file in sorted((ROOT / "portal").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


def _asked_for() -> Iterator[tuple[str, str]]:
    """Every key that a template asks for by its whole name, with the file."""
    environment = Environment(autoescape=True)
    for file in sorted((ROOT / "templates").rglob("*.html")):
        for call in environment.parse(file.read_text("utf-8")).find_all(nodes.Call):
            if isinstance(call.node, nodes.Name) and call.node.name == "t" and isinstance(call.args[0], nodes.Const):
                yield call.args[0].value, file.name


def test_both_catalogues_have_the_same_keys_and_gaps() -> None:
    indonesian, english = (_sentences(language) for language in LANGUAGES)
    assert indonesian.keys() == english.keys()
    gaps = [  # a sentence may begin with what counters are called in one language only: `Label` for `label`
        {key: set(re.findall(r"\{\w+\}", text.replace("{Label}", "{label}"))) for key, text in sentences.items()}
        for sentences in (indonesian, english)
    ]
    differing = {key for key in indonesian if gaps[0][key] != gaps[1][key]}
    assert not differing


def test_every_key_that_a_template_asks_for_exists() -> None:
    asked = list(_asked_for())
    assert asked
    assert not [(key, file) for key, file in asked if key not in _sentences("id")]


def test_no_sentence_is_kept_that_nothing_says() -> None:
    written = set(_written())
    beginnings = tuple(text for text in written if re.fullmatch(r"([a-z_-]+\.)+", text))
    assert not [key for key in _sentences("id") if key not in written and not key.startswith(beginnings)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_error_has_a_heading_and_a_lead(language: str) -> None:
    codes = {*STATUS, *HTTP_CODES.values()}
    assert not [
        code for code in codes for part in ("heading", "lead") if not _sentences(language).get(f"error.{code}.{part}")
    ]


def test_the_indonesian_catalogue_speaks_indonesian() -> None:
    found = {
        key: sorted(words)
        for key, text in _sentences("id").items()
        if (words := ENGLISH.intersection(re.findall(r"[a-z]+", re.sub(r"\{\w+\}|`[^`]+`", "", text.lower()))))
    }
    assert not found


def test_the_indonesian_catalogue_is_polite_and_free_of_appraisal_terms() -> None:
    assert not {key for key, text in _sentences("id").items() if re.search(UNWANTED, text, re.IGNORECASE)}
    assert not {key for key, text in _sentences("id").items() if re.search(r"\banda\b|\bSaudara\b", text)}


def test_no_sentence_is_empty_or_padded() -> None:
    for language in LANGUAGES:
        assert not {
            key
            for key, text in _sentences(language).items()
            if not text.strip() or text != text.strip(" ") or "  " in text
        }


@pytest.mark.parametrize("sentence", AGREED)
def test_the_agreed_words_are_said_as_agreed(sentence: str) -> None:
    questions = {
        text
        for instrument in composition.read_instruments().values()
        for element in instrument.elements
        for text in (element.question["id"], *element.labels["id"])
    } | {
        words["id"]
        for instrument in composition.read_instruments().values()
        for item in instrument.items
        for words in (item.question, *item.options.values())
    }
    said = {text.replace("{label}", "loket").replace("{Label}", "Loket") for text in _sentences("id").values()}
    assert sentence in questions | said


def test_instruments_are_complete_in_both_languages() -> None:
    for instrument in composition.read_instruments().values():
        for element in instrument.elements:
            assert element.question.keys() == element.labels.keys() == {*LANGUAGES}
            assert {len(labels) for labels in element.labels.values()} == {4}


# ---------------------------------------------------------------- how catalogues are read


def _language(code: str, *, reviewed: bool = True, **sentences: str) -> Language:
    return Language.from_files(
        [{"language": {"code": code, "name": code.upper(), "reviewed": reviewed}}, {"page": sentences}]
    )


def test_a_table_stands_in_one_file_of_a_language() -> None:
    head = {"language": {"code": "id", "name": "Indonesia", "reviewed": True}}
    with pytest.raises(ValueError, match="page"):
        Language.from_files([head, {"page": {"hello": "Halo"}}, {"page": {"bye": "Dah"}}])


def test_a_regional_language_borrows_what_it_lacks() -> None:
    texts = Texts([_language("id", hello="Halo", bye="Dah {name}"), _language("jv", hello="Sugeng")])
    assert texts.say("jv", "page.hello") == "Sugeng"
    assert texts.say("jv", "page.bye", name="Satu") == "Dah Satu"
    with pytest.raises(KeyError):
        texts.say("jv", "page.nothing")


def test_a_language_that_nobody_reviewed_is_hidden() -> None:
    texts = Texts([_language("id"), _language("jv", reviewed=False)])
    assert list(texts.languages) == ["id"]
    assert texts.choose("jv") == "id"


def test_dates_and_times_are_written_as_each_language_does() -> None:
    day, at = date(2026, 11, 26), datetime(2026, 11, 26, 10, 24, tzinfo=UTC)
    assert [TEXTS.day(language, day) for language in LANGUAGES] == [
        "Kamis, 26 November 2026",
        "Thursday, 26 November 2026",
    ]
    assert [TEXTS.month(language, date(2026, 3, 1)) for language in LANGUAGES] == ["Maret 2026", "March 2026"]
    assert [TEXTS.clock(language, at) for language in LANGUAGES] == ["10.24", "10:24"]


def test_the_default_language_comes_first() -> None:
    assert next(iter(TEXTS.languages)) == "id"


def test_catalogue_keys_stand_in_the_same_order() -> None:
    orders = [list(_sentences(language)) for language in LANGUAGES]
    assert all(first == second for first, second in pairwise(orders))


def test_catalogue_folders_name_their_own_language() -> None:
    for folder in (ROOT / "config/locales").iterdir():
        assert tomllib.loads((folder / "site.toml").read_text("utf-8"))["language"]["code"] == folder.name


def _acts() -> Iterator[str]:
    """Every name of an act that a use case writes to the audit log."""
    for file in sorted((ROOT / "portal/services").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            match node:
                case ast.keyword(arg="act", value=ast.Constant(value=str(act))):
                    yield act
                case ast.AnnAssign(target=ast.Name(id="ACT"), value=ast.Constant(value=str(act))):
                    yield act
                case _:
                    pass


def test_every_act_in_the_log_has_its_words_and_no_words_are_left_over() -> None:
    acts = set(_acts())
    assert acts
    named = {key.removeprefix("audit.act.") for key in _sentences("id") if key.startswith("audit.act.")}
    assert acts == named


def test_a_certificate_names_every_table_that_a_rehearsal_wipes() -> None:
    named = {key.removeprefix("rehearsal.table.") for key in _sentences("id") if key.startswith("rehearsal.table.")}
    assert named == set(rehearsals.WIPED)
