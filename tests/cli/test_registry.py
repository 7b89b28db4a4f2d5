"""`portal import` at the terminal."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result

from portal import app as composition
from portal import cli
from portal.domain.workbook.fault import HINTS, FaultCode
from portal.services import Portal
from portal.web.texts import DEFAULT

TEXTS = composition.read_texts()


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    file = tmp_path / "pendaftaran.xlsx"
    made = openpyxl.Workbook()
    made.remove(made.worksheets[0])
    for name, rows in {
        "Unit": [["kode", "nama"], ["U", "Unit Contoh"]],
        "Loket": [["kode", "unit", "nama"], ["L", "U", "Loket 1"]],
    }.items():
        page = made.create_sheet(name)
        for row in rows:
            page.append(row)
    made.save(file)
    return file


def change(file: Path, sheet: str, cell: str, value: str) -> None:
    workbook = openpyxl.load_workbook(file)
    workbook[sheet][cell] = value
    workbook.save(file)


def invoke(portal: Portal, *arguments: str | Path) -> Result:
    group = cli.build(lambda: portal, lambda key: TEXTS.say(DEFAULT, key))
    return CliRunner().invoke(group, ["import", *map(str, arguments)])


@pytest.mark.parametrize("language", list(TEXTS.languages))
def test_every_fault_and_hint_has_a_sentence_and_no_other(language: str) -> None:
    sentences = TEXTS.languages[language].sentences
    for prefix, wanted in (("fault.", FaultCode), ("fault_hint.", {*HINTS.values(), "see"})):
        assert {key.removeprefix(prefix) for key in sentences if key.startswith(prefix)} == set(wanted)


def test_an_import_says_what_it_did_and_then_that_nothing_changed(portal: Portal, workbook: Path) -> None:
    dry = invoke(portal, workbook, "--dry-run")
    assert dry.output.splitlines()[-1] == "Uji coba: belum ada yang disimpan."
    first = invoke(portal, workbook)
    assert first.exit_code == 0
    assert first.output.splitlines() == [
        "Unit: 1 dibuat, 0 diubah, 0 ditutup, 0 tetap",
        "  dibuat   U",
        "Loket: 1 dibuat, 0 diubah, 0 ditutup, 0 tetap",
        "  dibuat   L",
        "Tersimpan.",
    ]
    assert invoke(portal, workbook).output.splitlines()[-1] == "Tidak ada perubahan."


def test_a_change_names_the_cell_before_and_after(portal: Portal, workbook: Path) -> None:
    invoke(portal, workbook)
    change(workbook, "Loket", "C2", "Loket Satu")
    assert "  diubah   L  nama: Loket 1 -> Loket Satu" in invoke(portal, workbook).output


def test_a_refused_import_prints_every_error_and_exits_with_1(portal: Portal, workbook: Path) -> None:
    change(workbook, "Loket", "B2", "V")
    change(workbook, "Unit", "C1", "nana")
    result = invoke(portal, workbook)
    assert result.exit_code == 1
    assert result.output.splitlines() == [
        "Kesalahan: 2",
        "  Unit, baris 1, kolom C (nana): Kolom tidak dikenal. Maksudnya: nama",
        "  Loket, baris 2, kolom B (unit): Kode ini tidak ada, di berkas maupun yang tersimpan. [V]",
        "Tidak ada yang disimpan. Mohon perbaiki berkas, lalu ulangi.",
    ]


def test_a_template_that_cannot_be_written_is_said_in_one_line(portal: Portal, tmp_path: Path) -> None:
    result = invoke(portal, "--template", tmp_path / "tidak-ada" / "pendaftaran.xlsx")
    assert result.exit_code == 1
    assert result.output.splitlines() == [f"Error: {tmp_path}/tidak-ada/pendaftaran.xlsx: No such file or directory"]


def test_the_template_is_written_and_never_over_somebodys_work(portal: Portal, tmp_path: Path) -> None:
    file = tmp_path / "templat.xlsx"
    assert invoke(portal, "--template", file).exit_code == 0
    written = file.read_bytes()
    again = invoke(portal, "--template", file)
    assert again.exit_code == 1
    assert "exists" in again.output
    assert file.read_bytes() == written


def test_a_file_that_is_not_there_is_said_to_be_missing(portal: Portal, tmp_path: Path) -> None:
    result = invoke(portal, tmp_path / "tidak-ada.xlsx")
    assert result.exit_code == 1
    assert "no such file" in result.output


def test_a_sheet_is_imported_from_csv(portal: Portal, workbook: Path, tmp_path: Path) -> None:
    invoke(portal, workbook)
    file = tmp_path / "dilayani.csv"
    file.write_text("unit;tanggal;jumlah\nU;02/03/2026;41\n", "utf-8-sig")
    assert invoke(portal, file, "--sheet", "jumlah dilayani").output.splitlines() == [
        "Jumlah dilayani: 1 dibuat, 0 diubah, 0 ditutup, 0 tetap",
        "  dibuat   U.-.2026-03-02",
        "Tersimpan.",
    ]


def test_a_sheet_that_does_not_exist_is_refused_with_those_that_do(portal: Portal, workbook: Path) -> None:
    result = invoke(portal, workbook, "--sheet", "Pegawai")
    assert result.exit_code == 2
    assert "'ikm tahun lalu'" in result.output
