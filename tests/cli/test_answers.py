"""`portal import-answers` at the terminal."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, select

from portal.cli.answers import REFUSALS, TEXTS, commands
from portal.domain.answers_file import FileFault
from portal.services import Portal
from portal.services.rebuild import check_tallies
from portal.storage import audit
from portal.storage.tables import Ballot, Counter, Response
from tests.government import ELEMENTS, Government, small

HEAD = "nomor,unit,tanggal,layanan,petugas,penilaian," + ",".join(ELEMENTS)
FULL = "4,3,3,2,4,3,4,4,3,4"


@pytest.fixture(autouse=True)
def made(portal: Portal) -> Government:
    return small(portal)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "formulir.csv"


def write(file: Path, *rows: str, head: str = HEAD) -> Path:
    file.write_text("\n".join((head, *rows)), "utf-8")
    return file


def invoke(portal: Portal, file: Path, *arguments: str) -> Result:
    [command] = commands(lambda: portal)
    return CliRunner().invoke(command, [str(file), "--channel", "kertas", *arguments])


def kept(portal: Portal) -> int:
    with portal.read() as session:
        return session.execute(select(func.count()).select_from(Response)).scalar_one()


def test_every_fault_has_a_sentence() -> None:
    assert set(TEXTS) == set(FileFault)


def test_forms_from_paper_are_kept_and_count_once_however_often_they_are_entered(portal: Portal, file: Path) -> None:
    write(file, f"1,UPT-1,2026-03-02,KTP,,{FULL}", "2,UPT-1,01/03/2026,,,2,,,,,,,,,", f"1,UPT-2,2026-02-27,,,{FULL}")
    first = invoke(portal, file)
    assert (first.exit_code, first.stdout) == (0, "3 formulir baru, 0 sudah pernah dimasukkan\nTersimpan.\n")
    again = invoke(portal, file)
    assert again.stdout == "0 formulir baru, 3 sudah pernah dimasukkan\nTersimpan.\n"
    assert kept(portal) == 3
    assert check_tallies(portal).differing == 0
    with portal.read() as session:
        assert {tuple(row) for row in session.execute(select(Response.channel, Response.evidence))} == {
            ("kertas", "assisted")
        }
        assert session.execute(select(func.count()).select_from(Ballot)).scalar_one() == 5
        entry = audit.list_newest(session, limit=1)[0]
        assert (entry.act, entry.detail["new"], entry.detail["known"]) == ("paper-entered", 0, 3)


def test_a_trial_keeps_nothing_and_opens_nothing(portal: Portal, file: Path) -> None:
    write(file, f"1,UPT-1,2026-03-02,KTP,,{FULL}")
    tried = invoke(portal, file, "--dry-run")
    assert tried.exit_code == 0
    assert tried.stdout.endswith("Uji coba: belum ada yang disimpan.\n")
    assert "Loket kertas akan dibuka untuk UPT-1." in tried.stderr
    assert kept(portal) == 0
    with portal.read() as session:
        assert not session.execute(select(Counter.id).where(Counter.channel == "kertas")).all()
    invoke(portal, file)
    assert invoke(portal, file, "--dry-run").stdout.startswith("0 formulir baru, 1 sudah")


def test_one_mistake_keeps_the_whole_file_out(portal: Portal, file: Path) -> None:
    write(
        file,
        f"1,UPT-1,2026-03-02,KTP,,{FULL}",
        "2,UPT-1,2026-03-02,,,5,,,,,,,,,",
        "3,UPT-1,kemarin,,,4,,,,,,,,,",
        "4,UPT-1,2026-03-02,,,,,,,,,,,,",
        "1,UPT-1,2026-03-02,,,4,,,,,,,,,",
        ",UPT-1,2026-03-02,,,4,,,,,,,,,",
    )
    refused = invoke(portal, file)
    assert refused.exit_code == 1
    assert refused.stderr.splitlines() == [
        f"baris 3, kolom penilaian: {TEXTS[FileFault.ANSWER_BAD]}",
        f"baris 4, kolom tanggal: {TEXTS[FileFault.VALUE_BAD]}",
        f"baris 5: {TEXTS[FileFault.NOTHING_ANSWERED]}",
        f"baris 6, kolom nomor: {TEXTS[FileFault.SERIAL_TWICE]}",
        f"baris 7, kolom nomor: {TEXTS[FileFault.VALUE_MISSING]}",
        "Error: Tidak ada yang disimpan. Mohon perbaiki berkas, lalu ulangi.",
    ]
    assert kept(portal) == 0


@pytest.mark.parametrize(
    "row, why",
    [
        (f"1,UPT-1,2025-12-01,KTP,,{FULL}", REFUSALS["given_on"]),
        (f"1,UPT-1,2026-03-04,KTP,,{FULL}", REFUSALS["given_on"]),
        (f"1,UPT-1,2026-03-02,IZIN,,{FULL}", REFUSALS["service"]),
        (f"1,UPT-1,2026-03-02,KTP,P5,{FULL}", REFUSALS["officer"]),
    ],
)
def test_what_does_not_belong_together_is_told_by_its_row(portal: Portal, file: Path, row: str, why: str) -> None:
    refused = invoke(portal, write(file, f"9,UPT-1,2026-03-02,KTP,P1,{FULL}", row))
    assert refused.exit_code == 1
    assert refused.stderr.startswith(f"baris 3: {why}\n")
    assert kept(portal) == 0


def test_a_form_entered_again_with_other_answers_is_told(portal: Portal, file: Path) -> None:
    invoke(portal, write(file, f"1,UPT-1,2026-03-02,KTP,,{FULL}"))
    changed = invoke(portal, write(file, "1,UPT-1,2026-03-02,KTP,,1,1,1,1,1,1,1,1,1,1"))
    assert changed.exit_code == 1
    assert changed.stderr.startswith(f"baris 2: {REFUSALS['key-reused']}\n")


def test_headings_are_checked_before_any_row(portal: Portal, file: Path) -> None:
    refused = invoke(portal, write(file, "x", head="nomor;unit;unit;U8"))
    assert refused.stderr.splitlines()[:-1] == [
        f"baris 1, kolom unit: {TEXTS[FileFault.COLUMN_TWICE]}",
        f"baris 1, kolom U8: {TEXTS[FileFault.COLUMN_UNKNOWN]}",
        f"baris 1, kolom tanggal: {TEXTS[FileFault.COLUMN_MISSING]}",
    ]


def test_no_unit_no_forms(portal: Portal, file: Path) -> None:
    refused = invoke(portal, write(file, f"1,TIADA,2026-03-02,,,{FULL}"))
    assert (refused.exit_code, refused.stderr) == (1, "Error: not-found: unit\n")


def test_a_spreadsheet_serves_as_well_and_so_does_the_template(portal: Portal, tmp_path: Path) -> None:
    template = tmp_path / "kosong.csv"
    assert invoke(portal, template, "--template").exit_code == 0
    headings = template.read_text("utf-8").strip().split(",")
    assert headings == [*HEAD.split(","), "bantuan"]
    workbook = openpyxl.Workbook()
    sheet = workbook.worksheets[0]
    sheet.append(headings)
    sheet.append([7, "UPT-1", "2026-03-02", "KTP", "P2", *[4] * 10, 3])
    workbook.save(tmp_path / "formulir.xlsx")
    entered = invoke(portal, tmp_path / "formulir.xlsx")
    assert entered.stdout == "1 formulir baru, 0 sudah pernah dimasukkan\nTersimpan.\n"


def test_a_file_of_many_batches_is_whole(portal: Portal, file: Path) -> None:
    rows = [f"{number},UPT-1,2026-03-02,KTP,,4,,,,,,,,," for number in range(450)]
    assert invoke(portal, write(file, *rows)).stdout.startswith("450 formulir baru, 0 ")
    assert invoke(portal, write(file, *rows, "450,UPT-1,2026-03-02,KTP,,4,,,,,,,,,")).stdout.startswith(
        "1 formulir baru, 450 "
    )
    assert check_tallies(portal).differing == 0
