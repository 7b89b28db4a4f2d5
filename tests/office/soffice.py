"""LibreOffice, started anew for each conversion with a profile of its own, and ended with all that it started."""

from __future__ import annotations

import csv
import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import Final

import pypdfium2

LONGEST: Final = 300
"""Seconds that a conversion may take on a machine that does other things, too."""
ALL_SHEETS: Final = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"
"""Commas, quotes, UTF-8, cells as they are shown, one file for each sheet."""


class OfficeMissing(Exception):
    """The program that opens the files is not installed."""


def convert(file: Path, to: str, folder: Path) -> None:
    """Convert a file by one of LibreOffice's filters into `folder`.

    Raises:
        OfficeMissing: names the Debian packages.
        TimeoutExpired: it did not end; everything that it started was ended.
    """
    program = shutil.which("soffice")
    if program is None:
        raise OfficeMissing("soffice is missing: apt-get install libreoffice-writer libreoffice-calc")
    with tempfile.TemporaryDirectory(prefix="loket-office-") as profile:
        own = f"-env:UserInstallation={Path(profile).as_uri()}"
        asked = [program, own, "--headless", "--norestore", "--convert-to", to, "--outdir", str(folder), str(file)]
        place = {**os.environ, "LC_ALL": "C.UTF-8", "HOME": profile}
        process = subprocess.Popen(
            asked, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=place, start_new_session=True
        )
        try:
            said, _ = process.communicate(timeout=LONGEST)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)  # the program is a script: its child is in the same group
            process.communicate()
            raise
    assert process.returncode == 0, said


def pages_of(content: bytes, folder: Path, *, kind: str = "docx") -> list[str]:
    """Convert a file to PDF and return the text of each page."""
    file = folder / f"report.{kind}"
    file.write_bytes(content)
    convert(file, "pdf", folder)
    with pypdfium2.PdfDocument(folder / "report.pdf") as pdf:
        return [page.get_textpage().get_text_bounded() for page in pdf]


def sheets_of(content: bytes, folder: Path) -> dict[str, list[list[str]]]:
    """Compute an XLSX file and return the cells of each sheet as they are shown, with a point in numbers."""
    file = folder / "book.xlsx"
    file.write_bytes(content)
    convert(file, ALL_SHEETS, folder)
    found = {}
    for sheet in sorted(folder.glob("book-*.csv")):
        with sheet.open(encoding="utf-8", newline="") as rows:
            found[sheet.stem.removeprefix("book-")] = list(csv.reader(rows))
    return found
