"""`portal posters` at the terminal."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Final

import pypdfium2 as pdfium
import pytest
from click.testing import CliRunner, Result

from portal.cli.posters import command
from portal.services import Portal
from portal.services.enrol.posters.poster import DRAFT
from tests.government import Government, small

PUBLIC: Final = "https://suara.contohkab.go.id"


@pytest.fixture
def made(portal: Portal) -> Government:
    return small(portal)


def invoke(portal: Portal, *arguments: str | Path, url: str = PUBLIC) -> Result:
    return CliRunner().invoke(command(lambda: portal, lambda: url), [str(argument) for argument in arguments])


def sheets(file: Path) -> list[str]:
    document = pdfium.PdfDocument(file)
    found = [page.get_textpage().get_text_range() for page in document]
    document.close()
    return found


def test_all_counters_come_in_one_file_with_their_list_beside_it(
    portal: Portal, made: Government, tmp_path: Path
) -> None:
    assert made.units
    file, index = tmp_path / "semua.pdf", tmp_path / "semua.csv"
    result = invoke(portal, "--format", "a5", "-o", file, "--index", index)
    assert result.exit_code == 0
    assert result.stderr.splitlines() == ["4/4"]
    assert not result.stdout
    assert len(sheets(file)) == 4
    rows = list(csv.DictReader(io.StringIO(index.read_bytes().decode("utf-8-sig"), newline="")))
    assert [row["Kode loket"] for row in rows] == ["D", "1A", "1B", "2"]


@pytest.mark.parametrize("option, value, count", [("--unit", "UPT-1", 2), ("--counter", "1A", 1)])
def test_a_unit_or_a_counter_is_printed_alone(
    portal: Portal, made: Government, tmp_path: Path, option: str, value: str, count: int
) -> None:
    assert made.units
    file = tmp_path / "sebagian.pdf"
    assert invoke(portal, "--format", "a6", option, value, "--output", file).exit_code == 0
    assert len(sheets(file)) == count


def test_progress_is_told_at_least_every_fifty_sheets(portal: Portal, made: Government, tmp_path: Path) -> None:
    made.add_unit("BALAI")
    for number in range(60):
        made.add_counter(f"B{number}", "BALAI")
    result = invoke(portal, "--format", "a6", "--unit", "BALAI", "-o", tmp_path / "balai.pdf")
    assert result.stderr.splitlines() == ["25/60", "50/60", "60/60"]


@pytest.mark.parametrize("url", ["http://127.0.0.1:8000", "http://suara.contohkab.go.id", "https://192.168.1.5"])
def test_an_address_that_is_not_public_is_refused_and_nothing_written(
    portal: Portal, made: Government, tmp_path: Path, url: str
) -> None:
    assert made.units
    file = tmp_path / "poster.pdf"
    result = invoke(portal, "--format", "a4", "-o", file, url=url)
    assert result.exit_code == 1
    assert result.output == f"Error: address-not-public: {url} (set PORTAL_PUBLIC_URL to a public https address)\n"
    assert not file.exists()
    assert invoke(portal, "--format", "a4", "--draft", "-o", file, url=url).exit_code == 0
    assert all(DRAFT in sheet for sheet in sheets(file))


@pytest.mark.parametrize("option", ["--unit", "--counter"])
def test_what_does_not_exist_is_said_in_one_line(portal: Portal, made: Government, tmp_path: Path, option: str) -> None:
    assert made.units
    result = invoke(portal, "--format", "a4", option, "TIDAK-ADA", "-o", tmp_path / "poster.pdf")
    assert (result.exit_code, result.output) == (1, f"Error: not-found: {option.removeprefix('--')}\n")


def test_a_file_that_cannot_be_written_is_said_in_one_line(portal: Portal, made: Government, tmp_path: Path) -> None:
    assert made.units
    file = tmp_path / "tidak-ada" / "poster.pdf"
    result = invoke(portal, "--format", "papan", "-o", file)
    assert (result.exit_code, result.stderr) == (1, f"1/1\nError: {file}: No such file or directory\n")
