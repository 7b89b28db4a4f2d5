"""The Word file of the SKM report, opened by LibreOffice and turned into pages."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Final

import docx
import pypdfium2
import pytest
from docx.oxml.ns import qn

from portal.web.unit_head.report import WORD
from tests.office.conftest import FIGURE, Reader
from tests.office.soffice import pages_of

A4: Final = (595, 842)
PAGES: Final = range(6, 16)
HEADINGS: Final = [
    "I. Pendahuluan",
    "II. Pelaksanaan Survei",
    "III. Hasil Survei",
    "IV. Analisis dan Rencana Tindak Lanjut",
    "V. Penutup",
    "Lampiran 1. Tabulasi jawaban",
    "Lampiran 2. Lembar metode",
]


def plain(text: str) -> str:
    """The text without the breaks of lines, which fall where a page is narrow."""
    return re.sub(r"\s+", "", text)


def test_every_figure_and_sentence_of_the_page_is_on_the_printed_pages(reader: Reader, tmp_path: Path) -> None:
    pages = pages_of(reader.ask(".docx").data, tmp_path)
    assert len(pages) in PAGES
    printed, shown = plain(" ".join(pages)), reader.words()
    figures = FIGURE.findall(shown)
    assert len(figures) > 60
    assert not [figure for figure in figures if figure not in printed]
    for caption, rows in reader.tables().items():
        assert plain(caption) in printed
        for row in rows:
            assert all(plain(cell) in printed for cell in row), row


def test_each_page_has_its_number_and_the_name_of_the_report(reader: Reader, tmp_path: Path) -> None:
    pages = pages_of(reader.ask(".docx").data, tmp_path)
    for number, page in enumerate(pages, start=1):
        assert plain(f"{number} / {len(pages)}") in plain(page)
        assert plain("Laporan SKM Unit Contoh DUKCAPIL, Semester 1 2026") in plain(page)
    with pypdfium2.PdfDocument(tmp_path / "report.pdf") as pdf:
        assert {tuple(round(side) for side in page.get_size()) for page in pdf} == {A4}


def test_a_long_tabulation_repeats_its_heads_on_each_page(reader: Reader, tmp_path: Path) -> None:
    pages = pages_of(reader.ask(".docx").data, tmp_path)
    heads = plain("No. U1 U2 U3 U4 U5 U6 U7 U8 U9")
    assert sum(heads in plain(page) for page in pages) > 1


@pytest.mark.parametrize("options", [{}, {"bobot": "0,11", "cara": "sampel"}])
def test_chapters_are_real_headings_and_the_file_says_its_language(reader: Reader, options: dict[str, str]) -> None:
    answer = reader.ask(".docx", **options)
    assert answer.mimetype == WORD
    assert 'filename="laporan-skm-DUKCAPIL-2026-S1.docx"' in answer.headers["Content-Disposition"]
    file = docx.Document(io.BytesIO(answer.data))
    assert [line.text for line in file.paragraphs if line.style and line.style.name == "Heading 1"] == HEADINGS
    assert len([line for line in file.paragraphs if line.style and line.style.name == "Heading 2"]) > 10
    assert file.core_properties.language == "id-ID"
    assert {tag.get(qn("w:val")) for tag in file.styles.element.iter(qn("w:lang"))} == {"id-ID"}
    for table in file.tables:
        assert list(table._tbl.iter(qn("w:tblHeader")))  # noqa: SLF001 - python-docx does not tell which rows are heads


def test_with_a_short_weight_word_and_page_say_the_same(reader: Reader, tmp_path: Path) -> None:
    options = {"bobot": "0,11"}
    printed = plain(" ".join(pages_of(reader.ask(".docx", **options).data, tmp_path)))
    assert plain("Pilihan laporan ini: bobot setiap unsur 0,11, bukan 1/9 yang tepat.") in printed
    assert not [figure for figure in FIGURE.findall(reader.words(**options)) if figure not in printed]
